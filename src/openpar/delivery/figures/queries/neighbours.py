"""The signed figures of other periods that a sheet must agree with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from openpar.delivery.figures.models import FigureRevision, RevisionState
from openpar.delivery.figures.queries.loading import load_figures, period_of_revision
from openpar.delivery.figures.rows import Neighbour
from openpar.engine.periods import Period, PeriodKind

_ONE_DAY = timedelta(days=1)
# The longest first: a year of four quarters rather than of twelve months.
_PARTS: tuple[tuple[PeriodKind, int], ...] = (
    (PeriodKind.HALF, 6),
    (PeriodKind.QUARTER, 3),
    (PeriodKind.MONTH, 1),
)
_MONTHS = {
    PeriodKind.YEAR: 12,
    PeriodKind.NINE_MONTHS: 9,
    PeriodKind.HALF: 6,
    PeriodKind.QUARTER: 3,
    PeriodKind.MONTH: 1,
}


def _signed(organisation_id: int, form_code: str, period: Period) -> list[tuple[FigureRevision, Period]]:
    """Everything the agency has signed on the form in this calendar, around the year of the period."""
    found = FigureRevision.objects.filter(
        sheet__organisation=organisation_id,
        sheet__form_code=form_code,
        sheet__calendar=period.calendar.value,
        sheet__year__in=[period.year - 1, period.year],
        state=RevisionState.SIGNED,
    ).select_related("sheet")
    return [(revision, period_of_revision(revision)) for revision in found]


def _neighbours(chosen: Sequence[tuple[FigureRevision, Period]]) -> tuple[Neighbour, ...]:
    figures = load_figures(revision for revision, _period in chosen)
    return tuple(
        Neighbour(figures[revision.pk], days.words, days.from_on, days.until_on) for revision, days in chosen
    )


def before_period(organisation_id: int, form_code: str, period: Period) -> Neighbour | None:
    """The signed sheet that ended on the day before: of the same kind if there is one, else of any. Two
    queries.
    """
    ended = [
        (revision, days)
        for revision, days in _signed(organisation_id, form_code, period)
        if days.until_on == period.from_on - _ONE_DAY
    ]
    if not ended:
        return None
    ended.sort(key=lambda one: (one[1].kind is not period.kind, -_MONTHS[one[1].kind]))
    return _neighbours(ended[:1])[0]


def parts_of_period(organisation_id: int, form_code: str, period: Period) -> tuple[Neighbour, ...]:
    """The signed sheets of one kind that make up exactly the period, in order; empty if one is missing."""
    signed = _signed(organisation_id, form_code, period)
    for kind, months in _PARTS:
        if months >= _MONTHS[period.kind]:
            continue
        chain = _chain([one for one in signed if one[1].kind is kind], period)
        if chain:
            return _neighbours(chain)
    return ()


def _chain(
    signed: Sequence[tuple[FigureRevision, Period]], whole: Period
) -> list[tuple[FigureRevision, Period]]:
    """Those that follow one another from the first to the last day of the whole."""
    by_day = {days.from_on: (revision, days) for revision, days in signed}
    chain: list[tuple[FigureRevision, Period]] = []
    day = whole.from_on
    while day <= whole.until_on:
        if day not in by_day:
            return []
        chain.append(by_day[day])
        day = by_day[day][1].until_on + _ONE_DAY
    return chain if day == whole.until_on + _ONE_DAY else []
