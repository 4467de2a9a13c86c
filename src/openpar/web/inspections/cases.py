"""One case: opened, its page with the step that is next, its team."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from openpar.common.formats import format_moment
from openpar.reform.fields import field_name
from openpar.reform.inspections.actions.cases import (
    NewCase,
    add_member,
    may_prepare,
    open_case,
    remove_member,
)
from openpar.reform.inspections.actions.concluding import conclusion_gaps
from openpar.reform.inspections.actions.shared import leads_team
from openpar.reform.inspections.actions.steps import (
    beginning_gaps,
    closing_gaps,
    minutes_gaps,
    notice_gaps,
    reporting_gaps,
)
from openpar.reform.inspections.checklists import checklist_on
from openpar.reform.inspections.errors import StaleInspection
from openpar.reform.inspections.models import CampaignState, CaseState, Inspection, Mode, TeamMember
from openpar.reform.inspections.permissions import (
    agencies_of,
    may_decide,
    may_plan,
    may_respond_for,
)
from openpar.reform.inspections.queries.campaigns import units_without_case
from openpar.reform.inspections.queries.cases import CaseView, UnitLine, candidates
from openpar.reform.inspections.stages import CASE
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say, today
from openpar.web.inspections.common import (
    CASE_PILLS,
    MODES,
    RESPONSE_PILLS,
    days_of,
    frame,
    link_of,
    papers_for,
    seen_case,
    whole_of,
    with_document,
)
from openpar.web.inspections.papers import has_minutes, paper_links
from openpar.web.inspections.plans import own_plan, ticked

_PAGE, _NEW = "inspections/case.html", "inspections/case_new.html"
Act = Callable[[Actor, datetime], object]
# The steps as the page shows them; what is over, what is now, what is to come.
_SHOWN = (
    CaseState.PREPARING,
    CaseState.NOTIFIED,
    CaseState.WORKING,
    CaseState.REPORTED,
    CaseState.CONCLUDED,
    CaseState.CLOSED,
)


@page("GET", "POST")
def new(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    """A case of an issued plan: units with one mode, the decision about the team."""
    campaign = own_plan(request, plan_id)
    if campaign.state != CampaignState.ISSUED:
        raise Http404
    mode = request.POST.get("mode") or request.GET.get("mode") or Mode.ON_SITE
    topic = request.POST.get("topic") or request.GET.get("topic") or ""
    day = today()
    fields = [(code, field_name(code, day)) for code, _items in checklist_on(day).by_field()]
    context = {
        **frame(request, "inspection-plans"),
        "campaign": campaign,
        "mode": mode,
        "topic": topic,
        "modes": MODES,
        "fields": fields,
        "units": units_without_case(campaign, mode, topic, day),
        "papers": papers_for(request, campaign.organisation_id),
        "typed": dict(request.POST.items()),
        "ticked": set(ticked(request, "unit")),
        "ticked_fields": set(request.POST.getlist("field")),
        "prefix": reverse("inspection-plan", args=[campaign.pk]),
    }
    if request.method == "GET":
        return render(request, _NEW, context)
    try:
        opened = _open(request, campaign.pk, campaign.organisation_id, mode, topic)
    except Refused as error:
        return refused(request, error, template=_NEW, context=context)
    say(request, _("Đã mở vụ kiểm tra. Thêm trưởng đoàn và thành viên."))
    return redirect("inspection", opened.pk)


def _open(
    request: AuthenticatedRequest, plan_id: int, organisation_id: int, mode: str, topic: str
) -> Inspection:
    labels = {"covers_from": _("Thời kỳ kiểm tra từ ngày"), "covers_until": _("Thời kỳ kiểm tra đến ngày")}
    days = days_of(request, labels)

    def step(document_id: int | None) -> Inspection:
        return open_case(
            by=actor(request),
            at=now(),
            campaign_id=plan_id,
            case=NewCase(
                organisation_ids=ticked(request, "unit"),
                mode=mode,
                topic=topic,
                decision_id=document_id,
                fields=request.POST.getlist("field"),
                covers_from=days["covers_from"],
                covers_until=days["covers_until"],
            ),
        )

    return with_document(request, organisation_id, _("Quyết định thành lập Đoàn kiểm tra CCHC"), step)


@page("GET")
def case(request: AuthenticatedRequest, inspection_id: int) -> HttpResponse:
    view = seen_case(request, inspection_id)
    return render(request, _PAGE, case_context(request, view))


def case_context(
    request: AuthenticatedRequest, view: CaseView, typed: Mapping[str, str] | None = None
) -> dict[str, object]:
    """What the page of a case shows: the steps, the next one with its form, units, team, documents."""
    who, case = actor(request), view.case
    campaign = case.campaign
    plans = may_plan(who, campaign.organisation_id, campaign.scope) and view.is_inside
    may_act = plans or (view.is_inside and leads_team(who, case))
    return {
        **frame(request, "inspections"),
        "view": view,
        "case": case,
        "person_id": who.person_id,
        "pill": (CASE_PILLS[CaseState(case.state)], case.get_state_display()),
        "mode": case.get_mode_display(),
        "steps": _steps(case),
        "papers": papers_for(request, campaign.organisation_id) if may_act else [],
        "unit_rows": [_unit_row(who, view, line) for line in view.units],
        "documents": _documents(view),
        "composed": paper_links(view, reverse("inspection", args=[case.pk])),
        "is_planner": plans,
        "may_change_team": plans and case.state in ("PREPARING", "NOTIFIED", "WORKING"),
        "people": candidates(case, today(), request.GET.get("q", "")) if plans else [],
        "search": request.GET.get("q", ""),
        "parts_of_team": TeamMember.Part.choices,
        "response_pills": RESPONSE_PILLS,
        "typed": typed or {},
        "prefix": reverse("inspection", args=[case.pk]),
        **_step_context(who, view, plans),
    }


def _step_context(who: Actor, view: CaseView, plans: bool) -> dict[str, object]:
    """For each step that follows from here: None for whoever may not make it, else what keeps it back."""
    case = view.case
    following = CASE[CaseState(case.state)] if view.is_inside else {}
    leads = view.is_inside and leads_team(who, case)
    decides = view.is_inside and may_decide(who, case.campaign)
    prepares = view.is_inside and may_prepare(who, case)
    is_surprise = case.mode == Mode.UNANNOUNCED
    return {
        "notify": notice_gaps(case)
        if CaseState.NOTIFIED in following and prepares and not is_surprise
        else None,
        "begin": beginning_gaps(case)
        if CaseState.WORKING in following and leads and (is_surprise or case.state == CaseState.NOTIFIED)
        else None,
        "report": reporting_gaps(case) if CaseState.REPORTED in following and leads else None,
        "conclude": conclusion_gaps(who, case, today())
        if CaseState.CONCLUDED in following and decides
        else None,
        "close": closing_gaps(case, today()) if CaseState.CLOSED in following and decides else None,
        "may_cancel": CaseState.CANCELLED in following and plans,
        "may_write": (leads or decides) and case.state in (CaseState.WORKING, CaseState.REPORTED),
        "leads": leads,
    }


def _unit_row(who: Actor, view: CaseView, line: UnitLine) -> dict[str, object]:
    case, unit = view.case, line.unit
    unit.inspection = case
    leads = view.is_inside and leads_team(who, case)
    is_working = case.state == CaseState.WORKING
    is_own = unit.organisation_id in agencies_of(who)
    may_respond = may_respond_for(who, unit.organisation_id, case.campaign.scope)
    is_open = case.state == CaseState.CONCLUDED and line.response is None
    return {
        "line": line,
        "unit": unit,
        "minutes": link_of(case.pk, unit.minutes),
        "minutes_gaps": minutes_gaps(unit) if leads and is_working and unit.minutes_id is None else None,
        "has_minutes_file": has_minutes(who, view, unit),
        "is_own": is_own,
        "may_fill": is_own and case.state in (CaseState.NOTIFIED, CaseState.WORKING),
        "may_respond": may_respond and is_open,
        "responds_until": case.response_due if is_open else None,
    }


def _steps(case: Inspection) -> list[dict[str, object]]:
    if case.state == CaseState.CANCELLED:
        return []
    shown = [step for step in _SHOWN if not (step is CaseState.NOTIFIED and case.mode == Mode.UNANNOUNCED)]
    here = shown.index(CaseState(case.state))
    moments = {
        CaseState.PREPARING: case.opened_at,
        CaseState.NOTIFIED: case.notified_at,
        CaseState.WORKING: case.begun_at,
        CaseState.REPORTED: case.reported_at,
        CaseState.CONCLUDED: case.concluded_at,
        CaseState.CLOSED: case.closed_at,
    }
    is_over = case.state == CaseState.CLOSED
    return [
        {
            "label": step.label,
            "dates": format_moment(moment) if place <= here and (moment := moments[step]) else "",
            "note": "",
            "state": "done" if place < here or is_over else "active" if place == here else "empty",
        }
        for place, step in enumerate(shown)
    ]


def _documents(view: CaseView) -> list[tuple[str, tuple[str, str]]]:
    case = view.case
    found = [
        (_("Quyết định lập đoàn"), case.decision),
        (_("Thông báo kiểm tra"), case.notice),
        (_("Báo cáo của đoàn"), case.team_report if view.is_inside else None),
        (_("Thông báo kết luận"), case.conclusion),
        (_("Báo cáo tổng hợp"), case.summary if view.is_inside else None),
    ]
    return [(label, link_of(case.pk, document)) for label, document in found if document is not None]


@page("POST")
def member(request: AuthenticatedRequest, inspection_id: int) -> HttpResponse:
    view = planned_case(request, inspection_id)

    def act(who: Actor, at: datetime) -> None:
        add_member(
            by=who,
            at=at,
            inspection_id=inspection_id,
            user_id=whole_of(request, "person") or 0,
            part=request.POST.get("part", ""),
        )

    return act_on_case(request, view, act, _("Đã thêm vào đoàn."))


@page("POST")
def remove(request: AuthenticatedRequest, member_id: int) -> HttpResponse:
    found = TeamMember.objects.filter(pk=member_id).first()
    if found is None:
        raise Http404
    view = planned_case(request, found.inspection_id)

    def act(who: Actor, at: datetime) -> None:
        remove_member(by=who, at=at, member_id=member_id)

    return act_on_case(request, view, act, _("Đã đưa ra khỏi đoàn."))


def planned_case(request: AuthenticatedRequest, inspection_id: int) -> CaseView:
    """The case for somebody who plans it; 404 for everybody else."""
    view = seen_case(request, inspection_id)
    campaign = view.case.campaign
    if not may_plan(actor(request), campaign.organisation_id, campaign.scope):
        raise Http404
    return view


def act_on_case(request: AuthenticatedRequest, view: CaseView, act: Act, told: str) -> HttpResponse:
    """One action on a case, then its page again; a refusal is shown there with what was typed."""
    try:
        act(actor(request), now())
    except Refused as error:
        status = 409 if isinstance(error, StaleInspection) else 422
        typed = {name: str(value) for name, value in request.POST.items()}
        shown = seen_case(request, view.case.pk)
        return refused(
            request, error, template=_PAGE, context=case_context(request, shown, typed), status=status
        )
    say(request, told)
    return redirect("inspection", view.case.pk)
