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
from openpar.engine.periods import BadPeriod, Calendar, Period, PeriodKind, period, period_of
from openpar.web.dossier_links import Whose, dossier_list, period_words
from openpar.web.indicators.lists import ListAsked, register_list

_BASES = {
    RECEIVED: (Calendar.CIVIL, RECEIVED),
    DUE: (Calendar.CIVIL, DUE),
    ENDED: (Calendar.CIVIL, ENDED),
    RECEIVED_15: (Calendar.REFORM, RECEIVED),
    DUE_15: (Calendar.REFORM, DUE),
    ENDED_15: (Calendar.REFORM, ENDED),
}
# Counts that no dossier has two of: verdicts, and how it left. Together they count as many dossiers as each
# by itself in sum.
_EXCLUSIVE = frozenset(
    {
        *(Measure.EARLY, Measure.ON_TIME, Measure.LATE, Measure.OVERDUE, Measure.UNTIMED, Measure.PAUSED),
        *(Measure.WAITING_SUPPLEMENT, Measure.RETURNED, Measure.WITHDRAWN, Measure.STOPPED, Measure.REFUSED),
    }
)


def address(asked: ListAsked) -> str:
    """The list of what the counts count together; for those that overlap, the board of the agency, on which
    each has its list. "" for months that make up no period, and for counts that no list has.
    """
    calendar, basis = _BASES[asked.basis]
    during = period_of_months(calendar, asked.first, asked.last)
    if during is None or not set(asked.counts) <= set(Measure.values):
        return ""
    agency = asked.organisation_id
    measures = tuple(Measure(name) for name in asked.counts)
    if len(measures) == 1 or set(measures) <= _EXCLUSIVE:
        return dossier_list(*measures, whose=Whose(agency), period=during, basis=basis)
    words = {**period_words(during), "agency": str(agency), "below": "1"}
    return f"{reverse('dossiers-agencies')}?{urlencode(words)}"


def period_of_months(calendar: Calendar, first: int, last: int) -> Period | None:
    """The shortest period that begins with the first of these month numbers and has the last in it, cut off
    there; None where none begins so.
    """
    year, month = year_and_month(first)
    until = period(calendar, PeriodKind.MONTH, *year_and_month(last)).until_on
    from_on = period(calendar, PeriodKind.MONTH, year, month).from_on
    for kind in PeriodKind:
        try:
            found = period_of(calendar, kind, from_on)
        except BadPeriod:
            continue
        if found.from_on == from_on and found.contains(until):
            return found.cut_off(until)
    return None


def register() -> None:
    """From now on figures counted from dossiers lead here."""
    register_list(DATASET, address)
