"""Figures for indicators and reports: parts and wholes kept apart, summed upwards, never averaged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q

from openpar.base.organisations.models import Kind, OrganisationVersion
from openpar.engine.coverage import share
from openpar.reform.inspections.models import CaseState, InspectedUnit, Limitation, Scope
from openpar.reform.inspections.queries.coverage import own_lines, province_coverage

_COMMUNES = (Kind.COMMUNE, Kind.WARD, Kind.SPECIAL_ZONE, Kind.TOWNSHIP)


@dataclass(frozen=True)
class SubordinatesInspected:
    """Of the own subordinates of an agency in a year: inspected, planned and all."""

    inspected: int
    planned: int
    total: int

    @property
    def of_planned(self) -> Decimal | None:
        """Per cent of what was planned; None without a plan."""
        return share(min(self.inspected, self.planned), self.planned)

    @property
    def of_all(self) -> Decimal | None:
        """Per cent of all subordinates; None without any."""
        return share(self.inspected, self.total)


@dataclass(frozen=True)
class InspectionCounts:
    """What a report says of the inspections of some days (report_indicators.csv, 1.2.1 to 1.2.3)."""

    departments: int
    communes: int
    limitations: int


def subordinates_inspected(organisation_id: int, year: int, today: date) -> SubordinatesInspected:
    """The figures of one agency and reform year."""
    return subordinates_inspected_by(year, today, [organisation_id]).get(
        organisation_id, SubordinatesInspected(0, 0, 0)
    )


def subordinates_inspected_by(
    year: int, today: date, organisation_ids: list[int] | None = None
) -> dict[int, SubordinatesInspected]:
    """The same for several agencies, or for all that have subordinates; four queries."""
    return {
        line.organisation_id: SubordinatesInspected(
            len(line.coverage.inspected), len(line.coverage.planned), len(line.coverage.units)
        )
        for line in own_lines(year, today, organisation_ids)
    }


def province_inspected(year: int, today: date) -> dict[str, SubordinatesInspected]:
    """The figures of the province by stratum (“departments”, “communes”)."""
    return {
        stratum.rule.stratum: SubordinatesInspected(
            len(stratum.coverage.inspected), len(stratum.coverage.planned), len(stratum.coverage.units)
        )
        for stratum in province_coverage(year, today)
    }


def counts_of_days(first: date, last: date, organisation_id: int | None = None) -> InspectionCounts:
    """Units inspected and limitations concluded from `first` to `last`, both included.

    By the province's teams; with `organisation_id`, those that concern this agency as the one that inspects
    its own subordinates (then `departments` counts whatever is no commune).
    """
    of_case = Q(inspection__campaign__scope=Scope.PROVINCE)
    if organisation_id is not None:
        of_case = Q(inspection__campaign__scope=Scope.OWN, inspection__campaign__organisation=organisation_id)
    units = InspectedUnit.objects.filter(of_case, inspected_on__range=(first, last))
    ids = set(units.values_list("organisation_id", flat=True))
    versions = OrganisationVersion.objects.as_of(last).filter(organisation__in=ids, kind__in=_COMMUNES)
    communes = versions.aggregate(found=Count("organisation", distinct=True))["found"]
    concluded = Limitation.objects.filter(
        unit__in=units, unit__inspection__state__in=[CaseState.CONCLUDED, CaseState.CLOSED]
    )
    return InspectionCounts(len(ids) - communes, communes, concluded.count())
