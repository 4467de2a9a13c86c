"""Bringing documents in, and replacing one by a newer one; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import TypedDict, Unpack

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import User
from openpar.base.audit.actions import record
from openpar.base.documents import storage
from openpar.base.documents.inspection import Finding, inspect, look_again
from openpar.base.documents.models import Document, FileCheck, StoredFile
from openpar.base.documents.permissions import may_add_document, may_recheck_signatures
from openpar.base.documents.queries import latest_check
from openpar.base.documents.storage import Readable, Received
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import FileRefused, Gap, Refused
from openpar.common.text import fold, nfc


class DocumentRefused(Refused):
    """The document cannot be taken in so; nothing was stored."""


class Particulars(TypedDict, total=False):
    """What is known of a document; `title` is always needed, and a file, a link or a number to find it by."""

    title: str
    number: str
    issuer: str
    issued_on: date | None
    # The moment of the digital signature, which deadlines look at.
    signed_at: datetime | None
    upload: Readable | bytes | None
    file_name: str
    link: str
    # Of a secret document only number and date may be given.
    is_secret: bool


@dataclass(frozen=True)
class _Upload:
    """A file that came in, or why it cannot be taken."""

    received: Received | None = None
    finding: Finding | None = None
    gaps: tuple[Gap, ...] = ()


def add_document(*, by: Actor, at: datetime, owner_id: int, **particulars: Unpack[Particulars]) -> Document:
    """A document of an organisation, with its file, its link or at least its number.

    Raises DocumentRefused with all gaps: rights, title, file too large, empty or of another kind than its
    name says, secret documents with a file.
    """
    with _receiving(particulars, at) as upload, write_transaction():
        owner = Organisation.objects.get(pk=owner_id)
        return _add(by=by, at=at, owner=owner, supersedes=None, particulars=particulars, upload=upload)


def supersede_document(
    *, by: Actor, at: datetime, document_id: int, **particulars: Unpack[Particulars]
) -> Document:
    """A newer document in place of `document_id`, which stays readable; one document has one successor."""
    with _receiving(particulars, at) as upload, write_transaction():
        older = Document.objects.select_for_update(of=("self",)).select_related("owner").get(pk=document_id)
        return _add(by=by, at=at, owner=older.owner, supersedes=older, particulars=particulars, upload=upload)


def recheck_signatures(*, by: Actor, at: datetime, document_id: int) -> FileCheck:
    """Judges the signatures of a document's file anew, by the trust store as it is now; the judgement before
    stays readable. Raises DocumentRefused for a stranger, for a document without a file or with a lost one.
    """
    document = Document.objects.select_related("file").get(pk=document_id)
    gaps = why_not_recheck(by, document)
    if gaps or document.file is None:
        raise DocumentRefused(gaps)
    before = latest_check(document.file_id)
    warnings = tuple(before.warnings) if before else ()
    path = storage.path_of(document.file.sha256)
    # Outside the transaction: it takes seconds, and what it looks at never changes.
    finding = look_again(path, document.file.media_type, warnings, at=at)
    with write_transaction():
        check = _note_finding(document.file, finding, at=at)
        record(
            by=by,
            at=at,
            verb="recheck_signatures",
            object=f"document:{document.pk}",
            about=f"organisation:{document.owner_id}",
            label=document.title,
            before={"signature": before.signature if before else None},
            after={"signature": check.signature},
        )
        return check


def why_not_recheck(by: Actor, document: Document) -> tuple[Gap, ...]:
    """What keeps `by` from having the signatures judged anew; nothing when it is open."""
    if not may_recheck_signatures(by, document.owner_id):
        what = _("%s không có quyền kiểm tra lại chữ ký số của tài liệu này") % by.full_name
        return (Gap("", what, code="not-allowed"),)
    if document.file is None:
        return (Gap(document.title, _("không có tệp để kiểm tra"), code="no-file"),)
    if not storage.verify(document.file.sha256):
        what = _("tệp trong kho đã mất hoặc bị thay đổi")
        remedy = _("Báo quản trị hệ thống khôi phục từ bản sao lưu")
        return (Gap(document.title, what, remedy, code="file-lost"),)
    return ()


def why_not_supersede(by: Actor, document: Document) -> tuple[Gap, ...]:
    """What keeps `by` from replacing a document, whatever the newer one may be; nothing when it is open."""
    if not _may_add(by, document.owner_id):
        return (_not_allowed(by),)
    return tuple(_successor_gaps(document))


def _may_add(by: Actor, owner_id: int) -> bool:
    return by.id is not None and may_add_document(by, owner_id)


def _not_allowed(by: Actor) -> Gap:
    return Gap(
        "",
        _("%s không có quyền thêm tài liệu cho đơn vị này") % by.full_name,
        _("Việc này do cán bộ đầu mối, phòng chuyên môn, thủ trưởng hoặc người thẩm định của đơn vị làm"),
        code="not-allowed",
    )


def _successor_gaps(older: Document) -> list[Gap]:
    if not Document.objects.filter(supersedes=older).exists():
        return []
    return [
        Gap(
            older.title,
            _("đã được thay bằng tài liệu khác"),
            _("Thay thế tài liệu mới nhất"),
            code="already-superseded",
        )
    ]


@contextmanager
def _receiving(particulars: Particulars, at: datetime) -> Iterator[_Upload]:
    """The upload on disk and looked into before the transaction begins: nobody waits to write meanwhile."""
    content = particulars.get("upload")
    with ExitStack() as stack:
        # The bytes of a secret document never touch the disk.
        if content is None or particulars.get("is_secret"):
            yield _Upload()
        else:
            yield _taken_in(content, particulars.get("file_name", ""), at, stack)


def _taken_in(content: Readable | bytes, file_name: str, at: datetime, stack: ExitStack) -> _Upload:
    receiving = storage.receive(content, limit=settings.OPENPAR_MAX_UPLOAD_BYTES)
    try:
        received = stack.enter_context(receiving)
        return _Upload(received, inspect(received.path, _clean_name(file_name), at=at))
    except FileRefused as refusal:
        return _Upload(gaps=refusal.gaps)


def _add(
    *,
    by: Actor,
    at: datetime,
    owner: Organisation,
    supersedes: Document | None,
    particulars: Particulars,
    upload: _Upload,
) -> Document:
    if not _may_add(by, owner.pk):
        raise DocumentRefused([_not_allowed(by)])
    gaps = [*_text_gaps(particulars), *_secret_gaps(particulars), *_time_gaps(particulars, at), *upload.gaps]
    if supersedes is not None:
        gaps += _successor_gaps(supersedes)
    if gaps:
        raise DocumentRefused(gaps)
    document = _document(particulars)
    document.owner, document.supersedes = owner, supersedes
    document.added_by, document.added_at = User.objects.get(pk=by.person_id), at
    if upload.received is not None and upload.finding is not None:
        document.file = _stored(upload.received, upload.finding, at=at)
        document.file_name = _clean_name(particulars.get("file_name", ""))
    document.save()
    _trace(document, upload.finding, by=by, at=at)
    return document


def _document(particulars: Particulars) -> Document:
    title = _clean(particulars.get("title", ""))
    return Document(
        title=title,
        title_folded=fold(title),
        number=_clean(particulars.get("number", "")),
        issuer=_clean(particulars.get("issuer", "")),
        issued_on=particulars.get("issued_on"),
        signed_at=particulars.get("signed_at"),
        link=particulars.get("link", "").strip(),
        is_secret=particulars.get("is_secret", False),
    )


def _stored(received: Received, finding: Finding, *, at: datetime) -> StoredFile:
    storage.keep(received)
    file, _created = StoredFile.objects.get_or_create(
        sha256=received.sha256,
        defaults={"size": received.size, "media_type": finding.media_type, "stored_at": at},
    )
    _note_finding(file, finding, at=at)
    return file


def _note_finding(file: StoredFile, finding: Finding, *, at: datetime) -> FileCheck:
    return FileCheck.objects.create(
        file=file,
        checked_at=at,
        trust_store=finding.trust_store,
        signature=finding.signature.value,
        signatures=finding.signatures,
        warnings=list(finding.warnings),
    )


def _clean(text: str) -> str:
    return " ".join(nfc(text).split())


def _clean_name(file_name: str) -> str:
    """The bare name without folders, as people see it on their own machine."""
    name = _clean(PurePosixPath(file_name.replace("\\", "/")).name)
    ending = PurePosixPath(name).suffix
    return name if len(name) <= 250 else name[: 250 - len(ending)] + ending


def _text_gaps(particulars: Particulars) -> list[Gap]:
    gaps = []
    if not _clean(particulars.get("title", "")):
        gaps.append(
            Gap(_("Trích yếu"), _("để trống"), _("Ghi trích yếu nội dung của văn bản"), code="title-missing")
        )
    lengths = (
        (_("Trích yếu"), particulars.get("title", ""), 500),
        (_("Số, ký hiệu"), particulars.get("number", ""), 80),
        (_("Cơ quan ban hành"), particulars.get("issuer", ""), 250),
        (_("Đường dẫn"), particulars.get("link", ""), 500),
    )
    gaps += [
        Gap(where, _("dài quá %s ký tự") % longest, _("Rút ngắn lại"), code="text-long")
        for where, text, longest in lengths
        if len(_clean(text)) > longest
    ]
    link = particulars.get("link", "").strip()
    has_file = particulars.get("upload") is not None
    if not (has_file or link or _clean(particulars.get("number", ""))):
        gaps.append(
            Gap(
                _("Tài liệu"),
                _("không có tệp, đường dẫn hay số, ký hiệu"),
                _("Tải tệp lên, hoặc ghi đường dẫn, hoặc ghi số và ký hiệu văn bản"),
                code="document-not-findable",
            )
        )
    if link:
        try:
            URLValidator(schemes=["http", "https"])(link)
        except ValidationError:
            gaps.append(
                Gap(
                    _("Đường dẫn"),
                    _("“%s” không phải địa chỉ trang mạng") % link[:80],
                    _("Chép cả địa chỉ, bắt đầu bằng https://"),
                    code="link-unfit",
                )
            )
    return gaps


def _secret_gaps(particulars: Particulars) -> list[Gap]:
    if not particulars.get("is_secret"):
        return []
    if particulars.get("upload") is None and not particulars.get("link", "").strip():
        return []
    return [
        Gap(
            _("Tài liệu mật"),
            _("không được đưa tệp hay đường dẫn vào hệ thống"),
            _("Chỉ ghi số, ký hiệu và ngày ban hành"),
            code="document-secret",
        )
    ]


def _time_gaps(particulars: Particulars, at: datetime) -> list[Gap]:
    gaps = []
    issued_on, signed_at = particulars.get("issued_on"), particulars.get("signed_at")
    if issued_on is not None and issued_on > timezone.localdate(at):
        gaps.append(
            Gap(
                _("Ngày ban hành"),
                _("%s là ngày chưa đến") % f"{issued_on:%d/%m/%Y}",
                _("Ghi ngày trên văn bản"),
                code="issued-in-future",
            )
        )
    if signed_at is not None and signed_at > at:
        gaps.append(
            Gap(
                _("Thời điểm ký số"),
                _("%s là thời điểm chưa đến") % f"{timezone.localtime(signed_at):%d/%m/%Y %H:%M}",
                _("Ghi thời điểm trong chữ ký số của văn bản"),
                code="signed-in-future",
            )
        )
    return gaps


def _trace(document: Document, finding: Finding | None, *, by: Actor, at: datetime) -> None:
    record(
        by=by,
        at=at,
        verb="add_document" if document.supersedes is None else "supersede_document",
        object=f"document:{document.pk}",
        about=f"organisation:{document.owner.pk}",
        label=document.title,
        after={
            "title": document.title,
            "number": document.number,
            "issuer": document.issuer,
            "issued_on": document.issued_on.isoformat() if document.issued_on else None,
            "signed_at": document.signed_at.isoformat() if document.signed_at else None,
            "sha256": document.file.sha256 if document.file else None,
            "file_name": document.file_name,
            "signature": finding.signature.value if finding else None,
            "link": document.link,
            "is_secret": document.is_secret,
            "supersedes": document.supersedes.pk if document.supersedes else None,
        },
    )
