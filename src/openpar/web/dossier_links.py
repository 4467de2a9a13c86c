"""Ways from a figure, wherever it stands, to the list of the dossiers that it counts."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from openpar.delivery.dossiers.declarations import RECEIVED
from openpar.delivery.dossiers.queries.measures import Measure
from openpar.delivery.service_quality.counted import FROM_DOSSIERS
from openpar.delivery.service_quality.periods import IndexPeriod, IndexPeriodKind
from openpar.engine.periods import Calendar, PeriodKind

_LAST_MONTH = 12


def period_words(calendar: Calendar, kind: PeriodKind, year: int, number: int) -> dict[str, str]:
    """A period as the addresses of boards and lists ask for it."""
    return {"calendar": calendar.value, "kind": kind.value, "year": str(year), "number": str(number)}


def dossier_list(measure: Measure, *, agency: int, period: dict[str, str], basis: str) -> str:
    """The list of what a measure counts for an agency and everything below it; `period`: `period_words`."""
    asked = {**period, "agency": str(agency), "basis": basis, "measure": measure.value}
    return f"{reverse('dossiers')}?{urlencode(asked)}"


def dossiers_behind(indicator: str, *, agency: int, period: IndexPeriod) -> tuple[str, str] | None:
    """The lists behind numerator and denominator of an indicator that is counted from dossiers.

    None for another indicator, and for a year that ends early: lists are of whole periods.
    """
    counts = FROM_DOSSIERS.get(indicator)
    is_year = period.kind is IndexPeriodKind.YEAR_TO_DATE
    if counts is None or (is_year and period.number != _LAST_MONTH):
        return None
    kind = PeriodKind.YEAR if is_year else PeriodKind(period.kind.value)
    words = period_words(Calendar.CIVIL, kind, period.year, 1 if is_year else period.number)
    above, below = (
        dossier_list(Measure(count), agency=agency, period=words, basis=RECEIVED) for count in counts
    )
    return above, below
