"""What was found inside a document, in words: its digital signatures, and what to know before opening it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openpar.base.documents.inspection import trust_store_folder
from openpar.base.documents.kinds import EXTERNAL_LINKS
from openpar.base.documents.models import FileCheck
from openpar.base.documents.pdf_contents import EMBEDDED_FILES, ENCRYPTED, JAVASCRIPT, LAUNCH, RICH_MEDIA
from openpar.base.documents.trust_store import trust_store_digest

# The state of a pill (components/ui.html) for each judgement.
_PILLS = {
    "NONE": "empty",
    "VALID": "done",
    "UNTRUSTED": "warning",
    "UNCHECKED": "warning",
    "CHANGED": "bad",
    "BROKEN": "bad",
}
_COVERAGES = {
    "WHOLE_FILE": gettext_lazy("Cả tệp"),
    "EARLIER_REVISION": gettext_lazy("Một bản trước của tệp"),
    "PART": gettext_lazy("Chỉ một phần tệp"),
}
_REASONS = {
    "digest": gettext_lazy("Nội dung không còn khớp với chữ ký."),
    "time-stamp": gettext_lazy("Dấu thời gian kèm theo bị hỏng."),
    "form": gettext_lazy("Dữ liệu của chữ ký bị sửa."),
    "unreadable": gettext_lazy("Không đọc được chữ ký hoặc cấu trúc tệp sai chuẩn."),
    "structure": gettext_lazy("Không đọc được chữ ký hoặc cấu trúc tệp sai chuẩn."),
    "coverage": gettext_lazy("Chữ ký không bao trùm hết tệp."),
    "added": gettext_lazy("Sau chữ ký này, nội dung tệp đã bị thêm hoặc sửa."),
    "unknown-issuer": gettext_lazy("Tổ chức cấp chứng thư không có trong kho chứng thư tin cậy của tỉnh."),
    "expired": gettext_lazy("Chứng thư đã hết hạn và không có dấu thời gian tin cậy."),
    "revoked": gettext_lazy("Chứng thư đã bị thu hồi."),
    "trust-store": gettext_lazy("Kho chứng thư tin cậy có tệp không đọc được; báo quản trị hệ thống."),
}
_WARNINGS = {
    JAVASCRIPT: gettext_lazy("có mã JavaScript"),
    LAUNCH: gettext_lazy("có lệnh chạy chương trình"),
    EMBEDDED_FILES: gettext_lazy("có tệp khác đính kèm bên trong"),
    RICH_MEDIA: gettext_lazy("có nội dung động (phim, âm thanh, biểu mẫu XFA)"),
    ENCRYPTED: gettext_lazy("được mã hóa, không kiểm tra được bên trong"),
    EXTERNAL_LINKS: gettext_lazy("có liên kết tới tệp hoặc nguồn dữ liệu khác"),
}


@dataclass(frozen=True)
class ShownSignature:
    """One signature as a line of the document page."""

    pill: str
    word: str
    signer: str
    issuer: str
    signed_at: datetime | None
    is_time_trusted: bool
    coverage: str
    reason: str
    is_time_stamp: bool


@dataclass(frozen=True)
class ShownCheck:
    """The judgement over a file: a sign and a word, who signed last, its signatures, its warnings."""

    pill: str
    word: str
    is_signed: bool
    signer: str
    signed_at: datetime | None
    checked_at: datetime
    signatures: tuple[ShownSignature, ...]
    warnings: tuple[str, ...]


def shown_check(check: FileCheck | None) -> ShownCheck | None:
    """A stored check in words; None where a file was never looked into."""
    if check is None:
        return None
    signatures = tuple(_shown(entry) for entry in check.signatures)
    people = [each for each in signatures if each.signer and not each.is_time_stamp]
    return ShownCheck(
        pill=_PILLS.get(check.signature, "warning"),
        word=check.get_signature_display(),
        is_signed=check.signature != FileCheck.Signature.NONE,
        signer=people[-1].signer if people else "",
        signed_at=people[-1].signed_at if people else None,
        checked_at=check.checked_at,
        signatures=signatures,
        warnings=tuple(str(_WARNINGS[word]) for word in check.warnings if word in _WARNINGS),
    )


def is_outdated(check: FileCheck | None) -> bool:
    """The certificates have changed since the signatures of a file were judged."""
    if check is None or check.signature == FileCheck.Signature.NONE:
        return False
    return check.trust_store != trust_store_digest(trust_store_folder())


def _shown(entry: Mapping[str, Any]) -> ShownSignature:
    state, moment = str(entry.get("state", "")), str(entry.get("signed_at", ""))
    word = FileCheck.Signature(state).label if state in FileCheck.Signature.values else state
    reason = str(entry.get("reason", ""))
    return ShownSignature(
        pill=_PILLS.get(state, "warning"),
        word=str(word),
        signer=str(entry.get("signer", "")) or _("không đọc được tên"),
        issuer=str(entry.get("issuer", "")),
        signed_at=datetime.fromisoformat(moment) if moment else None,
        is_time_trusted=bool(entry.get("is_time_trusted")),
        coverage=str(_COVERAGES.get(str(entry.get("coverage", "")), "")),
        reason=str(_REASONS.get(reason, "")),
        is_time_stamp=bool(entry.get("is_time_stamp")),
    )
