"""Ways from a figure to the dossiers behind it: no link where the pages of dossiers are not there.

The list of dossiers has the address name `dossiers` and is asked for an agency, the days of a period and a
verdict; whoever changes these words changes them here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

# Indicator of QĐ 766 → what its dossiers are narrowed by: those that cost points.
OF_INDICATOR: Mapping[str, Mapping[str, str]] = {
    "2.1": {"verdict": "late"},
}


def dossiers_link(indicator: str, *, agency: int, from_on: date, until_on: date) -> str | None:
    """The list of the dossiers that an indicator lost its points by; None where there is none to show."""
    narrowed = OF_INDICATOR.get(indicator)
    if narrowed is None:
        return None
    try:
        address = reverse("dossiers")
    except NoReverseMatch:
        return None
    asked = {"agency": agency, "period": f"{from_on.isoformat()}..{until_on.isoformat()}", **narrowed}
    return f"{address}?{urlencode(asked)}"
