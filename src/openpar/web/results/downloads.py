"""Files made of results: the matrix, the decision, the notice to a unit, the report on self-scoring."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404

from openpar.base.documents.storage import open_file
from openpar.parindex.assessments.bundles import digest_of_round
from openpar.parindex.assessments.models import Assessment, RoundBundle, RoundStage
from openpar.parindex.assessments.permissions import oversees
from openpar.parindex.assessments.queries.results import result_rounds
from openpar.parindex.assessments.queries.visibility import visible_assessments
from openpar.reports.decision import decision_document, decision_pdf
from openpar.reports.matrix import matrix_workbook
from openpar.reports.notice import UnitNotice, notice_document, notice_pdf, unit_notice
from openpar.reports.round_data import RoundReport, round_report
from openpar.reports.self_assessment import report_document, report_pdf, report_workbook, self_report
from openpar.web.components.files import file_answer, made_answer
from openpar.web.http import AuthenticatedRequest, actor, now, page
from openpar.web.results.views import seen_unit


@page("GET")
def matrix(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    """Published results for everybody who holds a role; provisional ones for those who oversee."""
    who = actor(request)
    round = get_object_or_404(result_rounds(who, now()), pk=round_id)
    return file_answer(matrix_workbook(round_report(round, who)), f"Kết quả {round.title}", "xlsx")


@page("GET")
def bundle(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    """The signed data of a published result, for everybody who may see it; the bytes as they were signed."""
    round = get_object_or_404(result_rounds(actor(request), now()), pk=round_id)
    stored = get_object_or_404(RoundBundle, round=round)
    try:
        with open_file(stored.sha256) as file:
            content = file.read()
    except FileNotFoundError:
        raise Http404 from None
    return file_answer(content, f"Gói dữ liệu {round.title}", "zip")


@page("GET")
def decision(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    """The draft of the decision, or the decision with its number; for those who oversee."""
    told = _decided(request, round_id)
    make = partial(decision_document, told, digest=digest_of_round(told.round))
    return made_answer(request, make, _decision_name(told), "docx")


@page("GET")
def decision_printed(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    """The same as PDF/A."""
    told = _decided(request, round_id)
    make = partial(decision_pdf, told, digest=digest_of_round(told.round))
    return made_answer(request, make, _decision_name(told), "pdf")


def _decided(request: AuthenticatedRequest, round_id: int) -> RoundReport:
    who = actor(request)
    round = get_object_or_404(result_rounds(who, now()), pk=round_id)
    if not oversees(who):
        raise Http404
    return round_report(round, who)


def _decision_name(told: RoundReport) -> str:
    return f"Quyết định công bố {told.round.title}"


@page("GET")
def notice(request: AuthenticatedRequest, round_id: int, assessment_id: int) -> HttpResponse:
    """For those who send it and for the unit that receives it: it explains line by line."""
    told = _noticed(request, round_id, assessment_id)
    return made_answer(request, partial(notice_document, told), _notice_name(told), "docx")


@page("GET")
def notice_printed(request: AuthenticatedRequest, round_id: int, assessment_id: int) -> HttpResponse:
    """The same as PDF/A."""
    told = _noticed(request, round_id, assessment_id)
    return made_answer(request, partial(notice_pdf, told), _notice_name(told), "pdf")


def _noticed(request: AuthenticatedRequest, round_id: int, assessment_id: int) -> UnitNotice:
    who = actor(request)
    round = get_object_or_404(result_rounds(who, now()), pk=round_id)
    block, source, _rows, row = seen_unit(who, round, assessment_id)
    if not visible_assessments(who.person_id, now()).filter(pk=assessment_id).exists():
        raise Http404
    return unit_notice(round, block, row, source, is_provisional=round.stage != RoundStage.PUBLISHED)


def _notice_name(told: UnitNotice) -> str:
    return f"Thông báo kết quả {told.round.title} - {told.row.name}"


@page("GET")
def report(request: AuthenticatedRequest, assessment_id: int) -> HttpResponse:
    sheet = _readable_sheet(request, assessment_id)
    return made_answer(request, lambda: report_document(self_report(sheet)), _report_name(sheet), "docx")


@page("GET")
def report_printed(request: AuthenticatedRequest, assessment_id: int) -> HttpResponse:
    """The same as PDF/A."""
    sheet = _readable_sheet(request, assessment_id)
    return made_answer(request, lambda: report_pdf(self_report(sheet)), _report_name(sheet), "pdf")


@page("GET")
def report_sheet(request: AuthenticatedRequest, assessment_id: int) -> HttpResponse:
    sheet = _readable_sheet(request, assessment_id)
    return file_answer(report_workbook(self_report(sheet)), _report_name(sheet), "xlsx")


def _readable_sheet(request: AuthenticatedRequest, assessment_id: int) -> Assessment:
    sheets = visible_assessments(actor(request).person_id, now()).select_related(
        "round_block__round", "round_block__criteria_set", "unit"
    )
    return get_object_or_404(sheets, pk=assessment_id)


def _report_name(sheet: Assessment) -> str:
    return f"Báo cáo tự chấm {sheet.round_block.round.year} - {sheet.unit.name}"
