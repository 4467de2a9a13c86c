"""Documents on every page that has them: what was typed of one, its size in words, its bytes as a file."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext as _

from openpar.base.documents import storage
from openpar.base.documents.actions import Particulars
from openpar.base.documents.models import Document
from openpar.common.errors import Gap, Refused
from openpar.common.formats import VIETNAM, format_decimal
from openpar.web.components.given import Given
from openpar.web.http import AuthenticatedRequest

# A file from elsewhere is never run in our name, whatever a browser makes of it.
_SANDBOX = "sandbox; default-src 'none'"
_TEXT_FIELDS = ("title", "number", "issuer", "link", "issued_on", "signed_on", "signed_time", "is_secret")


def stored_file_answer(document: Document) -> HttpResponse:
    """The bytes of a document, always as a file to be saved; 404 when it has none or they are lost."""
    if document.file is None:
        raise Http404
    try:
        content = storage.open_file(document.file.sha256)
    except FileNotFoundError:
        raise Http404 from None
    answer = FileResponse(
        content, as_attachment=True, filename=document.file_name, content_type=document.file.media_type
    )
    answer["Content-Security-Policy"] = _SANDBOX
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-store"
    return answer  # type: ignore[return-value]  # a streaming answer is one of Django's two kinds


def size_words(document: Document) -> str:
    """“1,8 MB”, “412 KB”; no file is a dash."""
    if document.file is None:
        return "—"
    size = Decimal(document.file.size)
    if size < 1_000_000:
        return f"{format_decimal(max(size / 1000, Decimal(1)), 0)} KB"
    return f"{format_decimal(size / 1_000_000, 1)} MB"


def read_particulars(request: AuthenticatedRequest) -> Particulars:
    """What was typed of a document. Raises Refused with every field that cannot be read."""
    given = Given(dict(request.POST.lists()))
    signed_on, signed_time = given.day("signed_on"), given.text("signed_time")
    moment = _time_of(given, signed_time)
    upload = request.FILES.get("upload")
    issued_on = given.day("issued_on")
    if given.errors:
        labels = {
            "signed_on": _("Ngày ký số"),
            "signed_time": _("Giờ ký số"),
            "issued_on": _("Ngày ban hành"),
        }
        raise Refused(Gap(labels[name], text, code="unreadable") for name, text in given.errors.items())
    return Particulars(
        title=given.text("title"),
        number=given.text("number"),
        issuer=given.text("issuer"),
        issued_on=issued_on,
        signed_at=None if signed_on is None else datetime.combine(signed_on, moment, VIETNAM),
        upload=upload if isinstance(upload, UploadedFile) else None,
        file_name=(upload.name or "") if isinstance(upload, UploadedFile) else "",
        link=given.text("link"),
        is_secret=given.is_ticked("is_secret"),
    )


def typed_texts(request: AuthenticatedRequest, *more: str) -> dict[str, str]:
    """The texts of the form as typed, to draw it again after a refusal."""
    return {name: request.POST.get(name, "") for name in (*_TEXT_FIELDS, *more)}


def _time_of(given: Given, text: str) -> time:
    if not text:
        return time()
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  # an hour of the legal day, no moment
    except ValueError:
        given.errors["signed_time"] = _("Viết giờ như 14:05.")
        return time()
