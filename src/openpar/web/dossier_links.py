"""Ways from a figure, wherever it stands, to the list of the dossiers that it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from openpar.delivery.dossiers.declarations import RECEIVED
from openpar.delivery.dossiers.queries.measures import Measure
from openpar.delivery.service_quality.of_dossiers import FROM_DOSSIERS
from openpar.delivery.service_quality.periods import IndexPeriod
from openpar.engine.periods import Period


@dataclass(frozen=True)
class Whose:
    """Whose dossiers a list has: of an agency with everything below it, or `own` only its own.

    With a `form` of reported figures instead: of all that signed it for the period, with a row of that
    `level` and field if one is named.
    """

    agency: int | None = None
    own: bool = False
    sector: str = ""
    form: str = ""
    level: str = ""

    def words(self) -> dict[str, str]:
        """As addresses ask for it."""
        found = {
            "agency": str(self.agency or ""),
            "own": "1" if self.own else "",
            "sector": self.sector,
            "form": self.form,
            "level": self.level,
        }
        return {name: value for name, value in found.items() if value}


def period_words(period: Period) -> dict[str, str]:
    """A period as the addresses of boards and lists ask for it."""
    found = {
        "calendar": period.calendar.value,
        "kind": period.kind.value,
        "year": str(period.year),
        "number": str(period.number),
    }
    return {**found, "until": period.until_on.isoformat()} if period.ends_early else found


def dossier_list(
    *measures: Measure, whose: Whose, period: Period, basis: str, said: int | None = None
) -> str:
    """The list of what a measure counts, of several what any of them counts; `said`: the figure that stands
    where the link is, for the list to tell when data have changed since.
    """
    name = "measure" if len(measures) == 1 else "measures"
    asked = {**period_words(period), **whose.words(), "basis": basis, name: ",".join(measures)}
    return _address(asked, said)


def column_list(counts: Sequence[str], *, whose: Whose, period: Period, said: int | None = None) -> str:
    """The list behind a column of forms II.06a and 06: of what any of these counts counts
    (`figure_columns.COUNTS`).
    """
    return _address({**period_words(period), **whose.words(), "counts": ",".join(counts)}, said)


def _address(asked: dict[str, str], said: int | None) -> str:
    if said is not None:
        asked = {**asked, "said": str(said)}
    return f"{reverse('dossiers')}?{urlencode(asked)}"


def dossiers_behind(
    indicator: str, *, whose: Whose, period: IndexPeriod, said: tuple[int | None, int | None] = (None, None)
) -> tuple[str, str] | None:
    """The lists behind numerator and denominator of an indicator that is counted from dossiers; None for
    another indicator.
    """
    counts = FROM_DOSSIERS.get(indicator)
    if counts is None:
        return None
    above, below = (
        dossier_list(Measure(count), whose=whose, period=period.days, basis=RECEIVED, said=figure)
        for count, figure in zip(counts, said, strict=True)
    )
    return above, below
