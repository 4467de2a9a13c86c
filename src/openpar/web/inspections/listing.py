"""The lists: cases, plans, coverage of the strata and of agencies over their own subordinates."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Role
from openpar.common.errors import Gap, Refused
from openpar.engine.coverage import share
from openpar.engine.periods import Period
from openpar.reform.inspections.actions.uninspected import report_uninspected, uninspected_gaps
from openpar.reform.inspections.checklists import CoverageRule
from openpar.reform.inspections.models import CampaignState, CaseState
from openpar.reform.inspections.permissions import (
    agencies_of,
    may_plan_somewhere,
    oversees_inspections,
)
from openpar.reform.inspections.queries.campaigns import campaign_lines, years_of_plans
from openpar.reform.inspections.queries.cases import CaseLine, case_lines
from openpar.reform.inspections.queries.coverage import (
    OwnLine,
    Stratum,
    own_lines,
    province_coverage,
    reform_year,
)
from openpar.web.components.paging import slice_of
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say, today
from openpar.web.inspections.common import CASE_PILLS, PLAN_PILLS, frame, whole

_YEARS_BACK = 6


@dataclass(frozen=True)
class CoverageRow:
    """One stratum, or one agency over its subordinates, its values prepared."""

    name: str
    total: int
    planned: int
    inspected: int
    needed: str
    share: object
    pill: tuple[str, str]
    waiting: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    rule: CoverageRule | None = None
    organisation_id: int = 0
    gaps: tuple[Gap, ...] = ()


@page("GET")
def inspections(request: AuthenticatedRequest) -> HttpResponse:
    base = frame(request, "inspections")
    only_open = request.GET.get("state") != "all"
    lines = case_lines(actor(request), today(), only_open=only_open)
    found = slice_of(request, list(lines))
    context = {
        **base,
        "slice": found,
        "rows": [(line, _pill(line), line.case.get_mode_display()) for line in found.items],
        "only_open": only_open,
        "may_plan": may_plan_somewhere(actor(request)),
        "address": reverse("inspections"),
    }
    return render(request, "inspections/cases.html", context)


def _pill(line: CaseLine) -> tuple[str, str]:
    state = CaseState(line.case.state)
    return (CASE_PILLS[state], str(state.label))


@page("GET")
def plans(request: AuthenticatedRequest) -> HttpResponse:
    base = frame(request, "inspection-plans")
    who = actor(request)
    if not (oversees_inspections(who) or may_plan_somewhere(who)):
        raise Http404
    year = whole(request.GET.get("year", ""))
    found = slice_of(request, list(campaign_lines(who, today(), year)))
    context = {
        **base,
        "slice": found,
        "rows": [
            (line, (PLAN_PILLS[CampaignState(line.campaign.state)], line.campaign.get_state_display()))
            for line in found.items
        ],
        "years": [(one, str(one)) for one in years_of_plans(who)],
        "year": year or "",
        "may_plan": may_plan_somewhere(who),
        "address": reverse("inspection-plans"),
    }
    return render(request, "inspections/plans.html", context)


@page("GET")
def coverage(request: AuthenticatedRequest) -> HttpResponse:
    """Planned and actual by stratum, and who inspected the own subordinates; the lists behind each number."""
    return render(request, "inspections/coverage.html", _coverage_context(request, _asked_year(request)))


def _asked_year(request: AuthenticatedRequest) -> int:
    asked = whole(request.POST.get("year", "") or request.GET.get("year", ""))
    return asked if asked is not None and 2000 <= asked <= 2100 else today().year


def _coverage_context(request: AuthenticatedRequest, year: int) -> dict[str, object]:
    base = frame(request, "inspection-coverage")
    who, day = actor(request), today()
    sees_all = oversees_inspections(who)
    if not (sees_all or may_plan_somewhere(who)):
        raise Http404
    days = reform_year(year)
    strata = province_coverage(year, day) if sees_all else ()
    lines = own_lines(year, day, None if sees_all else agencies_of(who))
    context: dict[str, object] = {
        **base,
        "year": year,
        "years": [(one, str(one)) for one in range(day.year + 1, day.year - _YEARS_BACK, -1)],
        "days": days,
        "sees_all": sees_all,
        "strata": [_stratum_row(stratum) for stratum in strata],
        "address": reverse("inspection-coverage"),
    }
    may_report = who.has(Role.ROUND_MANAGER)
    own = slice_of(request, [_own_row(line, request, days, may_report) for line in lines])
    none = sum(not line.coverage.inspected for line in lines)
    return {**context, "slice": own, "rows": own.items, "without": none, "may_report": may_report}


def _stratum_row(stratum: Stratum) -> CoverageRow:
    found = stratum.coverage
    return CoverageRow(
        name=stratum.rule.name,
        total=len(found.units),
        planned=len(found.planned),
        inspected=len(found.inspected),
        needed="—" if found.needed is None else f"{found.needed} ({stratum.rule.percent} %)",
        share=share(len(found.inspected), len(found.units)),
        pill=_reached(found.is_planned, found.is_reached),
        waiting=stratum.named(found.planned - found.inspected),
        outside=stratum.named(found.outside),
        rule=stratum.rule,
    )


def _own_row(line: OwnLine, request: AuthenticatedRequest, days: Period, may_report: bool) -> CoverageRow:
    found = line.coverage
    gaps: tuple[Gap, ...] = ()
    if may_report and not found.inspected:
        gaps = tuple(uninspected_gaps(actor(request), line.organisation_id, days, now()))
    pill = _reached(found.is_planned, found.is_reached)
    if not found.inspected:
        pill = ("bad", _("chưa kiểm tra đơn vị nào") if line.has_plan else _("không có kế hoạch"))
    return CoverageRow(
        name=line.name,
        total=len(found.units),
        planned=len(found.planned),
        inspected=len(found.inspected),
        needed="—" if found.needed is None else str(found.needed),
        share=share(len(found.inspected), len(found.units)),
        pill=pill,
        organisation_id=line.organisation_id,
        gaps=gaps,
    )


def _reached(is_planned: bool | None, is_reached: bool | None) -> tuple[str, str]:
    if is_reached is None:
        return ("info", _("không có tỷ lệ"))
    if is_reached:
        return ("done", _("đạt tỷ lệ"))
    return ("waiting", _("chưa đạt, kế hoạch đủ")) if is_planned else ("warning", _("kế hoạch chưa đủ"))


@page("POST")
def uninspected(request: AuthenticatedRequest) -> HttpResponse:
    """An agency that inspected none of its subordinates gets the finding F0-01."""
    year, agency = _asked_year(request), whole(request.POST.get("organisation", ""))
    if agency is None or not actor(request).has(Role.ROUND_MANAGER):
        raise Http404
    try:
        found = report_uninspected(by=actor(request), at=now(), organisation_id=agency, year=year)
    except Refused as error:
        context = _coverage_context(request, year)
        return refused(request, error, template="inspections/coverage.html", context=context)
    say(request, _("Đã ghi nhận hạn chế F0-01."))
    return redirect(f"/findings/{found.pk}/")
