"""The calendar of an edition, for the nation or for one organisation; its versions, and what differs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import accumulate

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from openpar.base.audit.canonical import canonical
from openpar.base.calendars.models import CalendarDay, Certainty, Edition, HoursVersion, Stage, YearVersion
from openpar.base.calendars.rules import years_to_have
from openpar.base.calendars.shifts import shifts_of
from openpar.base.organisations.models import OrganisationVersion
from openpar.common.errors import Refused
from openpar.engine.workdays import (
    CalendarYear,
    DayChange,
    InvalidCalendar,
    NamedDay,
    OfficeHours,
    WorkCalendar,
    differing_days,
)


class CalendarMissing(Refused):
    """Nobody has entered a calendar yet, or one that leaves days open."""


@dataclass(frozen=True)
class YearLine:
    """A version of a year in lists; `is_current`: the one that counts now."""

    id: int
    year: int
    number: int
    stage: Stage
    is_estimate: bool
    is_current: bool
    source: str
    certainty: Certainty
    decision_number: str
    decided_on: date | None
    edition: int | None
    from_file: bool


@dataclass(frozen=True)
class EditionInForce:
    """An edition that was the newest from `since` on; it knows the days from `first` to `last`."""

    number: int
    since: datetime
    first: date
    last: date


# (edition, its digest, organisations from below) → calendar. The digest tells apart what another transaction,
# or another database, calls by the same number.
_kept: dict[tuple[int, str, tuple[int, ...]], WorkCalendar] = {}
_MOST_KEPT = 256
_HIGHEST = 12


def current_edition() -> Edition | None:
    """The edition in force; None before the first."""
    return Edition.objects.order_by("-number").first()


def work_calendar(
    *, edition: int | None = None, organisation_id: int | None = None, on: date | None = None
) -> WorkCalendar:
    """The calendar of an edition (the one in force unless told), its `version` the number of the edition.

    With an organisation its own office hours count, else those of the ones it stands under on the day `on`,
    else the national ones. Raises CalendarMissing.
    """
    found = current_edition() if edition is None else Edition.objects.filter(number=edition).first()
    if found is None:
        raise CalendarMissing.because(
            _("Lịch làm việc"),
            _("chưa có lịch nào có hiệu lực") if edition is None else _("không có phiên bản này"),
            _("Nạp data/vn_holidays.yaml hoặc nhập lịch ở trang Lịch làm việc"),
            code="no-calendar",
        )
    scope = () if organisation_id is None else _scope(organisation_id, on)
    key = (found.number, found.digest, scope)
    if key not in _kept:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[key] = _built(found.number, scope)
    return _kept[key]


def editions_in_force() -> tuple[EditionInForce, ...]:
    """Every edition that was the newest at some moment, in their order; one query.

    Of several that came into force at one moment (a file with many years) the last one counts, and the moment
    of an edition is never before that of the edition before it.
    """
    rows = list(Edition.objects.order_by("number").values_list("number", "in_force_at", "year_version__year"))
    years = [year for _number, _at, year in rows if year is not None]
    if not years:
        return ()
    moments = list(accumulate((at for _number, at, _year in rows), max))
    told = [year if year is not None else years[0] for _number, _at, year in rows]
    firsts, lasts = accumulate(told, min), accumulate(told, max)
    found: dict[datetime, EditionInForce] = {}
    for (number, _at, _year), since, first, last in zip(rows, moments, firsts, lasts, strict=True):
        found[since] = EditionInForce(number, since, date(first, 1, 1), date(last, 12, 31))
    return tuple(found.values())


def changed_days(
    before: int, after: int, *, organisation_id: int | None = None, on: date | None = None
) -> tuple[DayChange, ...]:
    """The days that two editions treat differently, in order; `on` as in `work_calendar`.

    For whoever keeps due dates: those for which `engine.workdays.may_move` says so are computed again with
    the later edition, the old one kept and shown.
    """
    return differing_days(
        work_calendar(edition=before, organisation_id=organisation_id, on=on),
        work_calendar(edition=after, organisation_id=organisation_id, on=on),
    )


def years_in_force(edition: int | None = None) -> dict[int, YearVersion]:
    """The version of every year that counts with an edition, days fetched; two queries."""
    versions = YearVersion.objects.filter(stage=Stage.IN_FORCE).order_by("edition__number")
    if edition is not None:
        versions = versions.filter(edition__number__lte=edition)
    return {version.year: version for version in versions.prefetch_related("days").select_related("edition")}


def hours_in_force(edition: int | None = None) -> QuerySet[HoursVersion]:
    """All office hours up to an edition, the later ones last."""
    rows = HoursVersion.objects.order_by("edition__number").select_related("edition")
    return rows if edition is None else rows.filter(edition__number__lte=edition)


def year_versions(year: int) -> tuple[YearLine, ...]:
    """Every version of a year, the newest first."""
    rows = list(YearVersion.objects.filter(year=year).order_by("-number").select_related("edition"))
    editions = {row.pk: _edition_number(row) for row in rows}
    current = max((number for number in editions.values() if number is not None), default=None)
    return tuple(_line(row, editions[row.pk], current) for row in rows)


def years_known() -> dict[int, bool]:
    """Every year with a version: is one of them in force?"""
    found: dict[int, bool] = {}
    for year, stage in YearVersion.objects.order_by("year").values_list("year", "stage"):
        found[year] = found.get(year, False) or stage == Stage.IN_FORCE
    return found


@dataclass(frozen=True)
class UndecidedYear:
    """A year that ought to be decided by now: nothing of it is in force, or only an estimate."""

    year: int
    is_estimate: bool


def undecided_years(day: date) -> tuple[UndecidedYear, ...]:
    """Of the years that ought to be decided on a day, those that nobody has decided; one query."""
    wanted = years_to_have(day)
    versions = YearVersion.objects.filter(stage=Stage.IN_FORCE, year__in=wanted).order_by("edition__number")
    is_estimate = dict(versions.values_list("year", "is_estimate"))
    return tuple(
        UndecidedYear(year, is_estimate=year in is_estimate) for year in wanted if is_estimate.get(year, True)
    )


def next_number(year: int) -> int:
    """The number of the next version of a year."""
    last: int | None = YearVersion.objects.filter(year=year).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def engine_year(version: YearVersion) -> CalendarYear:
    """A version as the engine takes it; its days are fetched with it or by one query."""
    days: dict[str, list[NamedDay]] = {kind: [] for kind in CalendarDay.Kind.values}
    for row in sorted(version.days.all(), key=lambda row: row.day):
        days[row.kind].append(NamedDay(row.day, row.name))
    return CalendarYear(
        version.year,
        tuple(days[CalendarDay.Kind.OFF]),
        tuple(days[CalendarDay.Kind.WORKED]),
        is_estimate=version.is_estimate,
        possible_days_off=tuple(days[CalendarDay.Kind.POSSIBLE]),
    )


def engine_hours(row: HoursVersion) -> OfficeHours:
    """A row of office hours as the engine takes it."""
    return OfficeHours(
        row.valid_from,
        row.valid_until,
        shifts_of(row.shifts),
        shifts_of(row.saturday_reception),
        row.same_day_until,
    )


def layered(layers: Iterable[Sequence[OfficeHours]]) -> list[OfficeHours]:
    """One sequence without overlaps out of layers: a later layer covers those before, in it a later row."""
    rows = [row for layer in layers for row in layer]
    edges = sorted({edge for row in rows for edge in (row.valid_from, row.valid_until) if edge is not None})
    found: list[OfficeHours] = []
    for number, since in enumerate(edges):
        until = edges[number + 1] if number + 1 < len(edges) else None
        over = [row for row in rows if _holds(row, since)]
        if over:
            found.append(replace(over[-1], valid_from=since, valid_until=until))
    return found


def digest_of(years: Iterable[YearVersion], hours: Iterable[HoursVersion]) -> str:
    """SHA-256 over what is in force, in a fixed order."""
    told = {
        "years": [
            {
                "year": row.year,
                "is_estimate": row.is_estimate,
                "days": [[str(day.day), day.kind, day.name] for day in sorted(row.days.all(), key=_day)],
            }
            for row in sorted(years, key=lambda row: row.year)
        ],
        "hours": [
            [
                *(row.organisation_id, str(row.valid_from), str(row.valid_until or "")),
                *(row.shifts, row.saturday_reception, str(row.same_day_until or "")),
            ]
            for row in hours
        ],
    }
    return hashlib.sha256(canonical(told).encode()).hexdigest()


def _built(edition: int, scope: tuple[int, ...]) -> WorkCalendar:
    years = [engine_year(version) for version in years_in_force(edition).values()]
    rows = list(hours_in_force(edition))
    # From the national hours down to the organisation itself.
    places: tuple[int | None, ...] = (None, *reversed(scope))
    layers = [[engine_hours(row) for row in rows if row.organisation_id == place] for place in places]
    try:
        return WorkCalendar(str(edition), years, layered(layers))
    except InvalidCalendar as invalid:
        raise CalendarMissing.because(
            _("Lịch làm việc"), str(invalid.problems[0]), code=invalid.problems[0].code
        ) from invalid


def _scope(organisation_id: int, on: date | None) -> tuple[int, ...]:
    """The organisation and those above it that have office hours of their own, itself first."""
    with_hours = set(
        HoursVersion.objects.filter(organisation__isnull=False).values_list("organisation_id", flat=True)
    )
    found: list[int] = []
    here: int | None = organisation_id
    for _step in range(_HIGHEST):
        if here is None or not with_hours:
            break
        if here in with_hours:
            found.append(here)
        versions = OrganisationVersion.objects.filter(organisation_id=here).order_by("-valid_from")
        version = (versions if on is None else versions.filter(valid_from__lte=on)).first()
        here = version.parent_id if version else None
    return tuple(found)


def _holds(row: OfficeHours, day: date) -> bool:
    return row.valid_from <= day and (row.valid_until is None or day < row.valid_until)


def _day(row: CalendarDay) -> date:
    return row.day


def _edition_number(row: YearVersion) -> int | None:
    edition: Edition | None = getattr(row, "edition", None)
    return edition.number if edition is not None else None


def _line(row: YearVersion, edition: int | None, current: int | None) -> YearLine:
    return YearLine(
        id=row.pk,
        year=row.year,
        number=row.number,
        stage=Stage(row.stage),
        is_estimate=row.is_estimate,
        is_current=edition is not None and edition == current,
        source=row.source,
        certainty=Certainty(row.certainty),
        decision_number=row.decision_number,
        decided_on=row.decided_on,
        edition=edition,
        from_file=bool(row.from_file),
    )
