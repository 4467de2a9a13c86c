"""What is said of the indicators: now, or as it was known at a moment; and everything that ever was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from openpar.common.formats import VIETNAM
from openpar.delivery.service_quality.models import IndicatorInput, Origin, PortalPoints, Saying
from openpar.delivery.service_quality.periods import IndexPeriod
from openpar.delivery.service_quality.rows import Given


@dataclass(frozen=True)
class Known:
    """The newest words about one indicator, with where they come from."""

    given: Given
    origin: Origin
    at: datetime
    by: str
    remark: str
    document_id: int | None
    document: str
    document_owner: int | None
    file_name: str


ByAgency = dict[int, dict[str, Given]]


def end_of(day: date | None) -> datetime | None:
    """The moment before which everything was known by the end of a day; None is now."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=VIETNAM)


def of_period(period: IndexPeriod) -> Q:
    """Rows of a period."""
    return Q(kind=period.kind.value, year=period.year, number=period.number)


def figures_known(
    period: IndexPeriod, *, before: datetime | None = None, only: Collection[int] | None = None
) -> ByAgency:
    """By agency and indicator, as far as known before a moment; of some agencies only. One query."""
    return figures_of_periods([period], before=before, only=only)[period]


def figures_of_periods(
    periods: Iterable[IndexPeriod],
    *,
    before: datetime | None = None,
    only: Collection[int] | None = None,
) -> dict[IndexPeriod, ByAgency]:
    """The same for several periods of one kind, still one query."""
    found: dict[IndexPeriod, ByAgency] = {period: {} for period in periods}
    by_key = {(period.kind.value, period.year, period.number): period for period in found}
    rows = _rows(before, only).filter(
        kind__in={kind for kind, _year, _number in by_key},
        year__in={year for _kind, year, _number in by_key},
        number__in={number for _kind, _year, number in by_key},
    )
    names = ("kind", "year", "number", "organisation_id", "indicator", "saying", "numerator", "denominator")
    for kind, year, number, organisation_id, name, saying, above, below in rows.values_list(*names):
        period = by_key.get((kind, year, number))
        if period is not None:
            # A later row takes the place of an earlier one.
            known = found[period].setdefault(organisation_id, {})
            known[name] = Given(Saying(saying), above, below)
    return found


def origins_known(
    period: IndexPeriod, *, before: datetime | None = None, only: Collection[int] | None = None
) -> dict[int, dict[str, Origin]]:
    """Where the newest words come from, by agency and indicator; one query."""
    found: dict[int, dict[str, Origin]] = {}
    rows = _rows(before, only).filter(of_period(period))
    for organisation_id, name, origin in rows.values_list("organisation_id", "indicator", "origin"):
        found.setdefault(organisation_id, {})[name] = Origin(origin)
    return found


def known_inputs(
    period: IndexPeriod, organisation_id: int, *, before: datetime | None = None
) -> dict[str, Known]:
    """The newest words of one agency about every indicator, with their origin; one query."""
    rows = _rows(before, {organisation_id}).filter(of_period(period))
    return {row.indicator: _known(row) for row in rows.select_related("by", "document", "batch")}


def _rows(before: datetime | None, only: Collection[int] | None) -> QuerySet[IndicatorInput]:
    rows = IndicatorInput.objects.order_by("at", "id")
    if before is not None:
        rows = rows.filter(at__lt=before)
    if only is not None:
        rows = rows.filter(organisation__in=list(only))
    return rows


def _known(row: IndicatorInput) -> Known:
    return Known(
        given=Given(Saying(row.saying), row.numerator, row.denominator),
        origin=Origin(row.origin),
        at=row.at,
        by=row.by.full_name if row.by else "",
        remark=row.remark,
        document_id=row.document_id,
        document=row.document.title if row.document else "",
        document_owner=row.document.owner_id if row.document else None,
        file_name=row.batch.file_name if row.batch else "",
    )


def story_of(period: IndexPeriod, organisation_id: int, indicator: str) -> tuple[Known, ...]:
    """Everything that was ever said of one indicator, the newest first; one query."""
    rows = _rows(None, {organisation_id}).filter(of_period(period), indicator=indicator)
    return tuple(_known(row) for row in rows.select_related("by", "document", "batch"))[::-1]


def portal_points(
    period: IndexPeriod, *, before: datetime | None = None
) -> Mapping[int, Mapping[str, Decimal | None]]:
    """What the portal shows, by agency and by indicator, group or (empty) total; one query."""
    rows = PortalPoints.objects.filter(of_period(period)).order_by("at", "id")
    if before is not None:
        rows = rows.filter(at__lt=before)
    found: dict[int, dict[str, Decimal | None]] = {}
    for organisation_id, code, points in rows.values_list("organisation_id", "code", "points"):
        found.setdefault(organisation_id, {})[code] = points
    return found


def newest_rows(period: IndexPeriod) -> dict[tuple[int, str], IndicatorInput]:
    """The newest row of every agency and indicator; one query."""
    rows = _rows(None, None).filter(of_period(period))
    return {(row.organisation_id, row.indicator): row for row in rows}
