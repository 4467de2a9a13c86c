"""Ways from a figure of the index to the dossiers behind it: no link where there is no page that shows them.

The list of dossiers has the address name `dossiers` and is asked for an agency, a period and a measure (the
name of a count); whoever changes these words changes them here.
"""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from openpar.delivery.service_quality.counted import FROM_DOSSIERS
from openpar.delivery.service_quality.periods import IndexPeriod, IndexPeriodKind

_LAST_MONTH = 12


def dossiers_behind(indicator: str, *, agency: int, period: IndexPeriod) -> tuple[str, str] | None:
    """The lists behind numerator and denominator of an indicator that is counted from dossiers.

    None for another indicator, where the pages of dossiers are not there, and for a year that ends early:
    their list is of whole periods.
    """
    counts = FROM_DOSSIERS.get(indicator)
    is_cut = period.kind is IndexPeriodKind.YEAR_TO_DATE and period.number != _LAST_MONTH
    if counts is None or is_cut:
        return None
    try:
        address = reverse("dossiers")
    except NoReverseMatch:
        return None
    is_year = period.kind is IndexPeriodKind.YEAR_TO_DATE
    asked = {
        "agency": str(agency),
        "calendar": "CIVIL",
        "kind": "YEAR" if is_year else period.kind.value,
        "year": str(period.year),
        "number": "1" if is_year else str(period.number),
        "basis": "received",
    }
    above, below = (f"{address}?{urlencode({**asked, 'measure': count})}" for count in counts)
    return above, below
