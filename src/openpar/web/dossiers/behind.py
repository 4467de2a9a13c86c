"""From a figure of an indicator to the dossiers it counts: the address of their list."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from openpar.base.facts.declarations import year_and_month
from openpar.delivery.dossiers.declarations import (
    DATASET,
    DUE,
    DUE_15,
    ENDED,
    ENDED_15,
    RECEIVED,
    RECEIVED_15,
)
from openpar.delivery.dossiers.queries.measures import Measure
from openpar.engine.periods import Calendar, PeriodKind
from openpar.web.dossier_links import dossier_list, period_words
from openpar.web.indicators.lists import ListAsked, register_list

_BASES = {
    RECEIVED: (Calendar.CIVIL, RECEIVED),
    DUE: (Calendar.CIVIL, DUE),
    ENDED: (Calendar.CIVIL, ENDED),
    RECEIVED_15: (Calendar.REFORM, RECEIVED),
    DUE_15: (Calendar.REFORM, DUE),
    ENDED_15: (Calendar.REFORM, ENDED),
}
_KINDS = {
    1: PeriodKind.MONTH,
    3: PeriodKind.QUARTER,
    6: PeriodKind.HALF,
    9: PeriodKind.NINE_MONTHS,
    12: PeriodKind.YEAR,
}
# The one measure that is made of several counts; every other list would be of other dossiers.
_MADE_OF = {frozenset({"early", "on_time", "late", "overdue"}): Measure.DUE}


def address(asked: ListAsked) -> str:
    """The list of what one count counts; for several that no list has together, the board of the agency, on
    which each has its list. "" for months that make up no period, and for counts that no list has.
    """
    calendar, basis = _BASES[asked.basis]
    period = period_of_months(asked.first, asked.last)
    if period is None:
        return ""
    kind, year, number = period
    words, agency = period_words(calendar, kind, year, number), asked.organisation_id
    measure = _measure(asked.counts)
    if measure is not None:
        return dossier_list(measure, agency=agency, period=words, basis=basis)
    if not set(asked.counts) <= set(Measure.values):
        return ""
    return f"{reverse('dossiers-agencies')}?{urlencode({**words, 'agency': str(agency), 'below': '1'})}"


def period_of_months(first: int, last: int) -> tuple[PeriodKind, int, int] | None:
    """Which period, by kind, year and number, these month numbers are, both included; None: none is."""
    year, month = year_and_month(first)
    length = last - first + 1
    kind = _KINDS.get(length)
    if kind is None or (month - 1) % length:
        return None
    return kind, year, (month - 1) // length + 1


def _measure(counts: tuple[str, ...]) -> Measure | None:
    if len(counts) == 1:
        return Measure(counts[0]) if counts[0] in Measure.values else None
    return _MADE_OF.get(frozenset(counts))


def register() -> None:
    """From now on figures counted from dossiers lead here."""
    register_list(DATASET, address)
