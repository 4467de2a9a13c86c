"""What is made of a report: its pages looked at, the file to edit, the PDF/A, the appendix as a workbook."""

from __future__ import annotations

from base64 import b64encode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from openpar.common.errors import Gap, Refused
from openpar.reports.documents import gaps_of, preview_pages
from openpar.reports.periodic.documents import appendix_workbook, official_document
from openpar.reports.periodic.reading import ReportView
from openpar.web.components.documents import stored_file_answer
from openpar.web.components.files import paper_answer
from openpar.web.http import AuthenticatedRequest, page
from openpar.web.procedures.listing import workbook_answer
from openpar.web.reports.common import asked_number, frame, visible_report


@page("GET")
def preview(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    """The pages as they will be printed; what the document lacks is said instead."""
    view = _asked(request, report_id)
    document = official_document(view)
    gaps: tuple[Gap, ...] = gaps_of(document)
    pages: list[str] = []
    if not gaps:
        try:
            pages = [_image(one) for one in preview_pages(document)]
        except Refused as error:
            gaps = error.gaps
    context = {
        **frame(request, "reports"),
        "view": view,
        "pages": pages,
        "gaps": gaps,
        "prefix": reverse("report", args=[report_id]),
        "query": "" if view.is_newest else f"?revision={view.revision.number}",
    }
    return render(request, "reports/preview.html", context)


def _image(svg: bytes) -> str:
    """A picture: inside an image an SVG runs nothing and loads nothing."""
    return f"data:image/svg+xml;base64,{b64encode(svg).decode()}"


@page("GET")
def document(request: AuthenticatedRequest, report_id: int, document_kind: str) -> HttpResponse:
    """The file to edit, or the PDF/A; 404 for another kind."""
    view = _asked(request, report_id)
    return paper_answer(request, lambda: official_document(view), _name(view), document_kind)


@page("GET")
def appendix(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    view = _asked(request, report_id)
    return workbook_answer(appendix_workbook(view), f"phu-luc-{_name(view)}.xlsx")


@page("GET")
def signed(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    """The signed file, byte by byte as it was brought in."""
    view = _asked(request, report_id)
    if view.revision.signed_document is None:
        raise Http404
    return stored_file_answer(view.revision.signed_document)


def _asked(request: AuthenticatedRequest, report_id: int) -> ReportView:
    return visible_report(request, report_id, asked_number(request, "revision"))


def _name(view: ReportView) -> str:
    return f"bao-cao-cchc-{view.report.code}-{view.report.year}-{view.report.pk}-ban-{view.revision.number}"
