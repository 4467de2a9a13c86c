"""What leaves the pages: the conclusion in print, observations as a workbook, documents of a case."""

from __future__ import annotations

from io import BytesIO

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override

from openpar.base.documents.models import Document
from openpar.base.organisations.roles import Actor
from openpar.common.spreadsheets import CellValue, Column, SheetSpec, write_workbook
from openpar.reform.inspections.models import Result
from openpar.reform.inspections.queries.cases import CaseView
from openpar.reform.inspections.queries.checklists import Answered, checklist_view, visible_unit
from openpar.web.components.documents import stored_file_answer
from openpar.web.http import AuthenticatedRequest, actor, page, today
from openpar.web.inspections.common import seen_case
from openpar.web.inspections.concluding import conclusion_context
from openpar.web.procedures.listing import workbook_answer

_COLUMNS = (
    ("Đơn vị", 26.0),
    ("Lĩnh vực", 24.0),
    ("Mã", 6.0),
    ("Nội dung kiểm tra", 44.0),
    ("Căn cứ", 24.0),
    ("Đơn vị tự kiểm tra", 14.0),
    ("Nội dung đơn vị báo cáo", 36.0),
    ("Đoàn ghi nhận", 14.0),
    ("Ghi nhận của đoàn", 36.0),
    ("Tài liệu", 30.0),
)


@page("GET")
def printed(request: AuthenticatedRequest, inspection_id: int) -> HttpResponse:
    view = seen_case(request, inspection_id)
    if not (view.is_inside or view.is_concluded):
        raise Http404
    return render(request, "inspections/print.html", conclusion_context(request, view))


@page("GET")
def export(request: AuthenticatedRequest, inspection_id: int) -> HttpResponse:
    """The observations of every unit that the reader sees, line by line."""
    view = seen_case(request, inspection_id)
    name = f"ghi-nhan-kiem-tra-{inspection_id}.xlsx"
    return workbook_answer(observations_workbook(actor(request), view), name)


def observations_workbook(who: Actor, view: CaseView) -> bytes:
    """Written in Vietnamese, whatever language the reader has chosen."""
    with override("vi"):
        rows: list[list[CellValue]] = []
        for line in view.units:
            unit = visible_unit(who, line.unit.pk)
            if unit is None:
                continue
            found = checklist_view(who, unit, today())
            for _code, field, lines in found.fields:
                for one in lines:
                    item = one.item
                    rows.append(
                        [
                            *(found.name, field, item.code, item.question, item.legal_base),
                            *_said(one.of_unit),
                            *_said(one.of_team),
                            "; ".join(_titles(one.of_unit, one.of_team)),
                        ]
                    )
        spec = SheetSpec(
            name=_("Ghi nhận"),
            columns=tuple(Column(title, width=width) for title, width in _COLUMNS),
            rows=rows,
            heading=(view.team, view.organisation),
            frozen_columns=1,
        )
        output = BytesIO()
        write_workbook(output, [spec])
        return output.getvalue()


def _said(found: Answered | None) -> tuple[str, str]:
    if found is None:
        return ("", "")
    result = found.answer.result
    return (str(Result(result).label) if result else "", found.answer.text)


def _titles(*found: Answered | None) -> list[str]:
    return [one.document.title for each in found if each is not None for one in each.evidence]


@page("GET")
def document(request: AuthenticatedRequest, inspection_id: int, document_id: int) -> HttpResponse:
    """The file of a document of the case: of its steps, or of an answer that the reader sees."""
    view = seen_case(request, inspection_id)
    if document_id not in _visible_documents(actor(request), view):
        raise Http404
    return stored_file_answer(Document.objects.select_related("file").get(pk=document_id))


def _visible_documents(who: Actor, view: CaseView) -> set[int]:
    case = view.case
    found = {case.decision_id, case.notice_id, case.conclusion_id}
    if view.is_inside:
        found |= {case.team_report_id, case.summary_id, case.campaign.document_id}
    for line in view.units:
        found.add(line.unit.minutes_id)
        unit = visible_unit(who, line.unit.pk)
        if unit is not None:
            shown = checklist_view(who, unit, today())
            for one in shown.lines():
                for answered in (one.of_unit, one.of_team):
                    found |= {each.document_id for each in answered.evidence} if answered else set()
    return {one for one in found if one is not None}
