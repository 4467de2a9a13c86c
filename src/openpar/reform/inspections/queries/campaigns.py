"""Plans as pages show them: their units with what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.reform.inspections.models import (
    Campaign,
    CampaignState,
    CampaignUnit,
    CaseState,
    InspectedUnit,
    Scope,
)
from openpar.reform.inspections.permissions import may_plan
from openpar.reform.inspections.queries.visibility import visible_campaigns


@dataclass(frozen=True)
class CampaignLine:
    """One plan of the list: units planned, units inspected."""

    campaign: Campaign
    organisation: str
    planned: int
    inspected: int


@dataclass(frozen=True)
class PlannedLine:
    """One unit of a plan; `case_id` and `case_state` of the case that it was inspected in, if any."""

    planned: CampaignUnit
    name: str
    case_id: int | None
    case_state: CaseState | None
    inspected_on: date | None


def campaign_lines(actor: Actor, today: date, year: int | None = None) -> tuple[CampaignLine, ...]:
    """The plans somebody sees, newest first; four queries."""
    campaigns = visible_campaigns(actor)
    if year is not None:
        campaigns = campaigns.filter(year=year)
    found = list(campaigns)
    ids = [one.pk for one in found]
    planned = dict(
        CampaignUnit.objects.filter(campaign__in=ids)
        .order_by()
        .values_list("campaign")
        .annotate(units=Count("organisation", distinct=True))
    )
    inspected = dict(
        InspectedUnit.objects.filter(inspection__campaign__in=ids, inspected_on__isnull=False)
        .order_by()
        .values_list("inspection__campaign")
        .annotate(units=Count("organisation", distinct=True))
    )
    names = names_on({one.organisation_id for one in found}, today)
    return tuple(
        CampaignLine(
            one, names.get(one.organisation_id, ""), planned.get(one.pk, 0), inspected.get(one.pk, 0)
        )
        for one in found
    )


def planned_lines(campaign: Campaign, today: date) -> tuple[PlannedLine, ...]:
    """The units of a plan in the order of their names, each with its newest case of the same mode."""
    planned = list(campaign.units.select_related("draw"))
    names = names_on([one.organisation_id for one in planned], today)
    visits = (
        InspectedUnit.objects.filter(inspection__campaign=campaign)
        .exclude(inspection__state=CaseState.CANCELLED)
        .select_related("inspection")
        .order_by("id")
    )
    cases = {(one.organisation_id, one.inspection.mode, one.inspection.topic): one for one in visits}
    order = _order([one.organisation_id for one in planned], today)
    lines = []
    for one in planned:
        unit = cases.get((one.organisation_id, one.mode, one.topic))
        lines.append(
            PlannedLine(
                planned=one,
                name=names.get(one.organisation_id, ""),
                case_id=unit.inspection_id if unit else None,
                case_state=CaseState(unit.inspection.state) if unit else None,
                inspected_on=unit.inspected_on if unit else None,
            )
        )
    return tuple(sorted(lines, key=lambda line: order.get(line.planned.organisation_id, "")))


def _order(ids: list[int], today: date) -> dict[int, str]:
    versions = OrganisationVersion.objects.filter(organisation__in=ids, valid_from__lte=today)
    return dict(versions.order_by("valid_from").values_list("organisation_id", "name_sort"))


def units_without_case(campaign: Campaign, mode: str, topic: str, today: date) -> list[tuple[int, str]]:
    """The units of an issued plan that no case is open for, with their names, in the order of names."""
    if campaign.state != CampaignState.ISSUED:
        return []
    return [
        (line.planned.organisation_id, line.name)
        for line in planned_lines(campaign, today)
        if line.case_id is None and (line.planned.mode, line.planned.topic) == (mode, topic)
    ]


def years_of_plans(actor: Actor) -> list[int]:
    """The years of the plans somebody sees, newest first."""
    return sorted(set(visible_campaigns(actor).order_by().values_list("year", flat=True)), reverse=True)


def scopes_of(actor: Actor) -> tuple[Scope, ...]:
    """The scopes for which somebody draws up plans."""
    return tuple(
        scope for scope in Scope if any(may_plan(actor, one, scope) for one in actor.organisations())
    )
