"""One inspection plan: made, filled with units, issued."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap, Refused
from openpar.common.text import nfc
from openpar.reform.inspections.actions.campaigns import (
    CampaignDraft,
    change_campaign,
    drop_unit,
    issue_campaign,
    issuing_gaps,
    open_campaign,
    plan_units,
)
from openpar.reform.inspections.actions.shared import eligible_units
from openpar.reform.inspections.checklists import coverage_rules
from openpar.reform.inspections.errors import StaleInspection
from openpar.reform.inspections.models import Campaign, CampaignState, CampaignUnit, CaseState, Scope
from openpar.reform.inspections.permissions import agencies_planned_for_by, may_decide, may_plan
from openpar.reform.inspections.queries.campaigns import planned_lines
from openpar.reform.inspections.queries.visibility import visible_campaigns
from openpar.reform.inspections.words import document_words
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say, today
from openpar.web.inspections.common import (
    CASE_PILLS,
    MODES,
    PLAN_PILLS,
    days_of,
    frame,
    papers_for,
    whole,
    whole_of,
    with_document,
)

_PAGE = "inspections/plan.html"
Act = Callable[[Actor, datetime], object]


@dataclass(frozen=True)
class PlanChoice:
    """An organisation and scope that somebody may plan for, as one choice of the form."""

    organisation_id: int
    scope: Scope
    label: str

    @property
    def value(self) -> str:
        return f"{self.scope}-{self.organisation_id}"


@page("GET", "POST")
def new(request: AuthenticatedRequest) -> HttpResponse:
    choices = _choices(actor(request))
    if not choices:
        raise Http404
    context = {
        **frame(request, "inspection-plans"),
        "choices": [(choice.value, choice.label) for choice in choices],
        "typed": dict(request.POST.items()),
        "this_year": today().year,
    }
    if request.method == "GET":
        return render(request, "inspections/plan_new.html", context)
    try:
        chosen = {choice.value: choice for choice in choices}.get(request.POST.get("for", ""))
        if chosen is None:
            remedy = _("Chọn trong danh sách")
            raise Refused(Gap(_("Kế hoạch của"), _("chưa chọn"), remedy, code="no-agency"))
        campaign = open_campaign(
            by=actor(request),
            at=now(),
            organisation_id=chosen.organisation_id,
            scope=chosen.scope,
            year=whole_of(request, "year") or 0,
            draft=_draft(request),
        )
    except Refused as error:
        return refused(request, error, template="inspections/plan_new.html", context=context)
    say(request, _("Đã lập kế hoạch. Thêm đơn vị, rồi ban hành."))
    return redirect("inspection-plan", campaign.pk)


def _choices(who: Actor) -> list[PlanChoice]:
    found = [(scope, one) for scope in Scope for one in sorted(agencies_planned_for_by(who, scope))]
    names = names_on({one for _scope, one in found}, today())
    return [PlanChoice(one, scope, f"{names.get(one, '')}: {scope.label}") for scope, one in found]


def _draft(request: AuthenticatedRequest) -> CampaignDraft:
    labels = {"covers_from": _("Thời kỳ kiểm tra từ ngày"), "covers_until": _("Thời kỳ kiểm tra đến ngày")}
    days = days_of(request, labels)
    return CampaignDraft(
        title=request.POST.get("title", ""),
        covers_from=days["covers_from"],
        covers_until=days["covers_until"],
        outline=request.POST.get("outline", ""),
    )


def seen_plan(request: AuthenticatedRequest, plan_id: int) -> Campaign:
    """The plan; 404 for whoever does not see it."""
    found = visible_campaigns(actor(request)).filter(pk=plan_id).first()
    if found is None:
        raise Http404
    return found


def own_plan(request: AuthenticatedRequest, plan_id: int) -> Campaign:
    """The plan for somebody who draws it up; 404 for everybody else."""
    found = seen_plan(request, plan_id)
    if not may_plan(actor(request), found.organisation_id, found.scope):
        raise Http404
    return found


def plan_context(
    request: AuthenticatedRequest, campaign: Campaign, typed: Mapping[str, str] | None = None
) -> dict[str, object]:
    who, day = actor(request), today()
    plans = may_plan(who, campaign.organisation_id, campaign.scope)
    decides = may_decide(who, campaign)
    is_draft = campaign.state == CampaignState.DRAFT
    lines = planned_lines(campaign, day)
    modes = dict(MODES)
    return {
        **frame(request, "inspection-plans"),
        "campaign": campaign,
        "organisation": names_on([campaign.organisation_id], day).get(campaign.organisation_id, ""),
        "pill": (PLAN_PILLS[CampaignState(campaign.state)], campaign.get_state_display()),
        "document": document_words(campaign.document),
        "rows": [
            (line, modes[line.planned.mode], _state_of(line.case_state, line.inspected_on is not None))
            for line in lines
        ],
        "inspected": len({one.planned.organisation_id for one in lines if one.inspected_on}),
        "planned": len({one.planned.organisation_id for one in lines}),
        "is_draft": is_draft,
        "may_edit": plans and is_draft,
        "may_open": plans and not is_draft,
        "may_draw": plans,
        "issuing_gaps": issuing_gaps(campaign) if is_draft and decides else None,
        "papers": papers_for(request, campaign.organisation_id) if is_draft and decides else [],
        "choices": _unit_choices(campaign) if plans else [],
        "modes": MODES,
        "draws": list(campaign.draws.all()) if plans or not is_draft else [],
        "typed": typed or {},
        "prefix": reverse("inspection-plan", args=[campaign.pk]),
    }


def _unit_choices(campaign: Campaign) -> list[tuple[str, list[tuple[int, str]]]]:
    """The units to choose from, by stratum where the plan is the province's."""
    day = timezone.localdate(now())
    eligible = eligible_units(campaign, day)
    kinds = dict(
        OrganisationVersion.objects.as_of(day)
        .filter(organisation__in=eligible)
        .values_list("organisation_id", "kind")
    )
    return [
        (rule.name, [(one, name) for one, name in eligible.items() if kinds.get(one) in rule.kinds])
        for rule in coverage_rules(campaign.scope, day)
    ]


def _state_of(state: CaseState | None, is_inspected: bool) -> tuple[str, str]:
    if state is None:
        return ("empty", _("chưa có đoàn"))
    if is_inspected:
        return ("done", _("đã kiểm tra"))
    return (CASE_PILLS[state], str(state.label))


@page("GET", "POST")
def plan(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    campaign = seen_plan(request, plan_id)
    if request.method == "GET":
        return render(request, _PAGE, plan_context(request, campaign))
    own_plan(request, plan_id)

    def act(who: Actor, at: datetime) -> None:
        version = whole_of(request, "version") or 0
        change_campaign(by=who, at=at, campaign_id=plan_id, expected_version=version, draft=_draft(request))

    return act_on_plan(request, campaign, act, _("Đã lưu."))


@page("POST")
def add_units(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    campaign = own_plan(request, plan_id)

    def act(who: Actor, at: datetime) -> None:
        plan_units(
            by=who,
            at=at,
            campaign_id=plan_id,
            organisation_ids=ticked(request, "unit"),
            mode=request.POST.get("mode", ""),
            topic=nfc(request.POST.get("topic", "")),
        )

    return act_on_plan(request, campaign, act, _("Đã thêm đơn vị."))


@page("POST")
def drop(request: AuthenticatedRequest, planned_id: int) -> HttpResponse:
    planned = CampaignUnit.objects.filter(pk=planned_id).first()
    if planned is None:
        raise Http404
    campaign = own_plan(request, planned.campaign_id)

    def act(who: Actor, at: datetime) -> None:
        drop_unit(by=who, at=at, planned_id=planned_id)

    return act_on_plan(request, campaign, act, _("Đã bỏ đơn vị khỏi kế hoạch."))


@page("POST")
def issue(request: AuthenticatedRequest, plan_id: int) -> HttpResponse:
    campaign = seen_plan(request, plan_id)
    if not may_decide(actor(request), campaign):
        raise Http404

    def act(who: Actor, at: datetime) -> None:
        def step(document_id: int | None) -> object:
            return issue_campaign(
                by=who,
                at=at,
                campaign_id=plan_id,
                document_id=document_id,
                expected_version=whole_of(request, "version") or 0,
            )

        with_document(request, campaign.organisation_id, campaign.title, step)

    return act_on_plan(request, campaign, act, _("Đã ban hành kế hoạch kiểm tra."))


def ticked(request: AuthenticatedRequest, name: str) -> list[int]:
    """The ids of the boxes that were ticked."""
    return [number for text in request.POST.getlist(name) if (number := whole(text)) is not None]


def act_on_plan(request: AuthenticatedRequest, campaign: Campaign, act: Act, told: str) -> HttpResponse:
    """One action on a plan, then its page again; a refusal is shown there with what was typed."""
    try:
        act(actor(request), now())
    except Refused as error:
        status = 409 if isinstance(error, StaleInspection) else 422
        typed = {name: str(value) for name, value in request.POST.items()}
        context = plan_context(request, seen_plan(request, campaign.pk), typed)
        return refused(request, error, template=_PAGE, context=context, status=status)
    say(request, told)
    return redirect("inspection-plan", campaign.pk)
