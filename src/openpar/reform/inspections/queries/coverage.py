"""Planned and actual inspections of a reform year by stratum, with the lists behind every number.

A year is that of the plans. The units of a stratum are those that exist on the last day of the reform year,
or today while it runs; planned are the units of issued plans, inspected those with minutes or, at the desk,
with the report of the team.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from openpar.base.organisations.models import Kind, OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.common.text import sort_key
from openpar.engine.coverage import Coverage, cover
from openpar.engine.periods import Calendar, Period, PeriodKind, period
from openpar.reform.inspections.checklists import CoverageRule, coverage_rules
from openpar.reform.inspections.models import (
    Campaign,
    CampaignState,
    CampaignUnit,
    InspectedUnit,
    Scope,
)


@dataclass(frozen=True)
class Stratum:
    """One stratum of the province with its coverage; `names` of every unit behind a number."""

    rule: CoverageRule
    coverage: Coverage
    names: Mapping[int, str]

    def named(self, ids: Iterable[int]) -> tuple[str, ...]:
        """The names, in Vietnamese order."""
        return tuple(sorted((self.names.get(one, str(one)) for one in ids), key=sort_key))


@dataclass(frozen=True)
class OwnLine:
    """An agency that has subordinates, and what it planned and inspected of them."""

    organisation_id: int
    name: str
    coverage: Coverage
    has_plan: bool


def reform_year(year: int) -> Period:
    """15/12 of the year before to 14/12. Raises BadPeriod for a year that does not exist."""
    return period(Calendar.REFORM, PeriodKind.YEAR, year)


def counted_on(days: Period, today: date) -> date:
    """The day on which the units of a stratum are counted: the last of the year, or today within it."""
    return min(max(today, days.from_on), days.until_on)


def province_coverage(year: int, today: date) -> tuple[Stratum, ...]:
    """The strata of the province; those that have no units and no inspections are left out. Five queries."""
    days = reform_year(year)
    on = counted_on(days, today)
    planned = _planned(Scope.PROVINCE, year)
    inspected = _inspected(Scope.PROVINCE, year)
    rules = coverage_rules(Scope.PROVINCE, days.from_on)
    kinds = {kind for rule in rules for kind in rule.kinds}
    units, names = _units_by_kind(kinds, on)
    touched = _kinds_of({*planned[None], *inspected[None]}, on)
    names |= names_on([one for one in touched if one not in names], on)
    found = []
    for rule in rules:
        here = {one for kind in rule.kinds for one in units.get(kind, ())}
        mine = {one for one, kind in touched.items() if kind in rule.kinds}
        coverage = cover(here, planned[None] & mine, inspected[None] & mine, rule.percent)
        if coverage.units or coverage.outside:
            found.append(Stratum(rule, coverage, names))
    return tuple(found)


def own_lines(year: int, today: date, only: Iterable[int] | None = None) -> tuple[OwnLine, ...]:
    """Every agency with subordinates of its own, in the order of names; four queries, however many."""
    days = reform_year(year)
    on = counted_on(days, today)
    rules = coverage_rules(Scope.OWN, days.from_on)
    kinds = {kind for rule in rules for kind in rule.kinds}
    versions = OrganisationVersion.objects.as_of(on).filter(kind__in=kinds, parent__isnull=False)
    if only is not None:
        versions = versions.filter(parent__in=list(only))
    below: defaultdict[int, set[int]] = defaultdict(set)
    for parent, child in versions.values_list("parent_id", "organisation_id"):
        if parent is not None:
            below[parent].add(child)
    planned, inspected = _planned(Scope.OWN, year), _inspected(Scope.OWN, year)
    percent = rules[0].percent if rules else None
    plans = Campaign.objects.filter(scope=Scope.OWN, year=year, state=CampaignState.ISSUED)
    with_plan = set(plans.values_list("organisation_id", flat=True))
    names = names_on(below, on)
    lines = [
        OwnLine(
            one, names.get(one, ""), cover(units, planned[one], inspected[one], percent), one in with_plan
        )
        for one, units in below.items()
    ]
    return tuple(sorted(lines, key=lambda line: sort_key(line.name)))


def own_coverage(organisation_id: int, year: int, today: date) -> Coverage:
    """What one agency inspected of its own subordinates; without units if it has none."""
    lines = own_lines(year, today, only=[organisation_id])
    return lines[0].coverage if lines else cover((), (), (), None)


def _units_by_kind(kinds: Iterable[Kind], on: date) -> tuple[dict[Kind, list[int]], dict[int, str]]:
    versions = OrganisationVersion.objects.as_of(on).filter(kind__in=kinds, is_scored=True)
    units: defaultdict[Kind, list[int]] = defaultdict(list)
    names = {}
    for one, kind, name in versions.values_list("organisation_id", "kind", "name"):
        units[Kind(kind)].append(one)
        names[one] = name
    return dict(units), names


def _kinds_of(ids: Iterable[int], on: date) -> dict[int, Kind]:
    """What these organisations are on a day; one that has ended, what it was last."""
    versions = OrganisationVersion.objects.filter(Q(valid_from__lte=on), organisation__in=list(ids)).order_by(
        "valid_from"
    )
    return {one: Kind(kind) for one, kind in versions.values_list("organisation_id", "kind")}


def _planned(scope: Scope, year: int) -> defaultdict[int | None, set[int]]:
    """Units of issued plans by the organisation that plans; under None all of them."""
    rows = CampaignUnit.objects.filter(
        campaign__scope=scope, campaign__year=year, campaign__state=CampaignState.ISSUED
    )
    return _grouped(rows.values_list("campaign__organisation_id", "organisation_id"))


def _inspected(scope: Scope, year: int) -> defaultdict[int | None, set[int]]:
    """Units that were inspected, by the organisation whose plan it was; under None all of them."""
    rows = InspectedUnit.objects.filter(
        inspection__campaign__scope=scope, inspection__campaign__year=year, inspected_on__isnull=False
    )
    return _grouped(rows.values_list("inspection__campaign__organisation_id", "organisation_id"))


def _grouped(pairs: Iterable[tuple[int, int]]) -> defaultdict[int | None, set[int]]:
    found: defaultdict[int | None, set[int]] = defaultdict(set)
    for inspecting, inspected in pairs:
        found[inspecting].add(inspected)
        found[None].add(inspected)
    return found
