"""The steps of a case: each a form of its page, with the document that the step is made by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap, Refused
from openpar.common.formats import parse_date
from openpar.reform.inspections.actions.cases import cancel_case, may_prepare
from openpar.reform.inspections.actions.shared import leads_team
from openpar.reform.inspections.actions.steps import (
    begin_checks,
    close_case,
    record_minutes,
    report_case,
    send_notice,
)
from openpar.reform.inspections.models import InspectedUnit, Inspection
from openpar.reform.inspections.permissions import may_decide
from openpar.reform.inspections.queries.cases import CaseView
from openpar.web.http import AuthenticatedRequest, actor, page
from openpar.web.inspections.cases import act_on_case, planned_case
from openpar.web.inspections.common import days_of, seen_case, with_document

May = Callable[[Actor, Inspection], bool]


def _inside(request: AuthenticatedRequest, inspection_id: int, may: May) -> CaseView:
    """The case for somebody of the inspecting side who may make this step at all; 404 for everybody else."""
    view = seen_case(request, inspection_id)
    if not (view.is_inside and may(actor(request), view.case)):
        raise Http404
    return view


def _decides(who: Actor, case: Inspection) -> bool:
    return may_decide(who, case.campaign)


@page("POST")
def cancel(request: AuthenticatedRequest, inspection_id: int) -> HttpResponse:
    view = planned_case(request, inspection_id)

    def act(who: Actor, at: datetime) -> None:
        cancel_case(by=who, at=at, inspection_id=inspection_id, reason=request.POST.get("reason", ""))

    return act_on_case(request, view, act, _("Đã ghi: không tiến hành kiểm tra."))


@page("POST")
def notify(request: AuthenticatedRequest, inspection_id: int) -> HttpResponse:
    """The notice with the outline: its document, the day for self-reports, the working day of each unit."""
    view = _inside(request, inspection_id, may_prepare)

    def act(who: Actor, at: datetime) -> None:
        due = days_of(request, {"self_report_due": _("Hạn gửi báo cáo tự kiểm tra")})["self_report_due"]
        visits = _visits(request, view)

        def step(document_id: int | None) -> object:
            return send_notice(
                by=who,
                at=at,
                inspection_id=inspection_id,
                document_id=document_id,
                self_report_due=due,
                visits=visits,
            )

        with_document(request, view.case.campaign.organisation_id, _("Thông báo kiểm tra CCHC"), step)

    return act_on_case(request, view, act, _("Đã gửi thông báo đến các đơn vị."))


def _visits(request: AuthenticatedRequest, view: CaseView) -> dict[int, date]:
    """The working days that were typed; a unit without one has none. Raises Refused."""
    found, gaps = {}, list[Gap]()
    for line in view.units:
        text = request.POST.get(f"visit-{line.unit.pk}", "").strip()
        if not text:
            continue
        try:
            found[line.unit.pk] = parse_date(text, where=line.name)
        except Refused as refused:
            gaps += refused.gaps
    if gaps:
        raise Refused(gaps)
    return found


@page("POST")
def begin(request: AuthenticatedRequest, inspection_id: int) -> HttpResponse:
    view = _inside(request, inspection_id, leads_team)

    def act(who: Actor, at: datetime) -> None:
        begin_checks(by=who, at=at, inspection_id=inspection_id)

    return act_on_case(request, view, act, _("Đã bắt đầu kiểm tra. Đoàn ghi nhận theo đề cương."))


@page("POST")
def minutes(request: AuthenticatedRequest, unit_id: int) -> HttpResponse:
    """The minutes of one unit, signed on paper or by certificate by both sides; recorded here."""
    unit = InspectedUnit.objects.filter(pk=unit_id).first()
    if unit is None:
        raise Http404
    view = _inside(request, unit.inspection_id, leads_team)

    def act(who: Actor, at: datetime) -> None:
        signed_on = days_of(request, {"signed_on_day": _("Ngày lập biên bản")})["signed_on_day"]

        def step(document_id: int | None) -> object:
            return record_minutes(
                by=who,
                at=at,
                unit_id=unit_id,
                document_id=document_id,
                signed_on=signed_on,
                signed_for_team=request.POST.get("signed_for_team", ""),
                signed_for_unit=request.POST.get("signed_for_unit", ""),
            )

        with_document(request, view.case.campaign.organisation_id, _("Biên bản kiểm tra CCHC"), step)

    return act_on_case(request, view, act, _("Đã ghi biên bản; ghi nhận của đơn vị này không sửa nữa."))


@page("POST")
def report(request: AuthenticatedRequest, inspection_id: int) -> HttpResponse:
    view = _inside(request, inspection_id, leads_team)

    def act(who: Actor, at: datetime) -> None:
        def step(document_id: int | None) -> object:
            return report_case(by=who, at=at, inspection_id=inspection_id, document_id=document_id)

        with_document(request, view.case.campaign.organisation_id, _("Báo cáo của Đoàn kiểm tra CCHC"), step)

    return act_on_case(request, view, act, _("Đã ghi báo cáo của đoàn."))


@page("POST")
def close(request: AuthenticatedRequest, inspection_id: int) -> HttpResponse:
    view = _inside(request, inspection_id, _decides)

    def act(who: Actor, at: datetime) -> None:
        def step(document_id: int | None) -> object:
            return close_case(by=who, at=at, inspection_id=inspection_id, document_id=document_id)

        title = _("Báo cáo tổng hợp kết quả kiểm tra CCHC")
        with_document(request, view.case.campaign.organisation_id, title, step)

    return act_on_case(request, view, act, _("Đã kết thúc; hạn chế tiếp tục được theo dõi."))
