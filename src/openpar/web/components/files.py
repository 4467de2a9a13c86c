"""Files that are made for whoever asks: under their Vietnamese names, or a page that says what is lacking."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from openpar.common.errors import Refused
from openpar.reports.documents import OfficialDocument, docx_bytes, pdf_bytes
from openpar.web.http import refused

_OFFICE = "application/vnd.openxmlformats-officedocument"
_TYPES = {
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "zip": "application/zip",
}
_PAPERS: dict[str, Callable[[OfficialDocument], bytes]] = {"docx": docx_bytes, "pdf": pdf_bytes}


def file_answer(content: bytes, name: str, kind: str) -> HttpResponse:
    """An attachment under its name (RFC 5987), without the characters that Windows does not take in one."""
    plain = "".join("-" if char in '\\/:*?"<>|' else char for char in name)
    answer = HttpResponse(content, content_type=_TYPES[kind])
    answer["Content-Disposition"] = content_disposition_header(True, f"{plain}.{kind}") or ""
    return answer


def made_answer(request: HttpRequest, make: Callable[[], bytes], name: str, kind: str) -> HttpResponse:
    """The file, or a page that says everything it lacks."""
    try:
        content = make()
    except Refused as error:
        return refused(request, error)
    return file_answer(content, name, kind)


def paper_answer(
    request: HttpRequest, compose: Callable[[], OfficialDocument], name: str, kind: str
) -> HttpResponse:
    """An official document as a file to edit or as PDF/A; 404 for a kind of file that there is not."""
    write = _PAPERS.get(kind)
    if write is None:
        raise Http404
    return made_answer(request, lambda: write(compose()), name, kind)
