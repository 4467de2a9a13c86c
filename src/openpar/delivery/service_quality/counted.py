"""Figures that nobody has to type: counted from the dossiers and from the catalogue of procedures.

`FROM_DOSSIERS` is the one place that knows the names of the counts (delivery/dossiers/declarations.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.base.facts.counters import Counters
from openpar.base.facts.counting import board
from openpar.base.facts.declarations import AGENCY
from openpar.base.facts.errors import UnknownDataset
from openpar.base.facts.queries import values_in
from openpar.base.organisations.models import Organisation
from openpar.delivery.dossiers.declarations import AGENCIES, DATASET, RECEIVED
from openpar.delivery.procedures.queries.counting import counts_of
from openpar.delivery.procedures.queries.listing import Asked, versions_asked
from openpar.delivery.service_quality.models import Origin
from openpar.delivery.service_quality.periods import IndexPeriod
from openpar.delivery.service_quality.rows import Given, given

# Indicator → count above the line, count below it; of the dossiers received in the period.
FROM_DOSSIERS: Mapping[str, tuple[str, str]] = {
    "2.1": ("on_time_766", "received"),
    "3.3": ("received_online", "received"),
    "3.6": ("paid_online", "obligation"),
    "4.1": ("electronic", "received"),
    "4.2": ("digitised", "received"),
    "4.3": ("reused", "received"),
}
ONLINE, PAYABLE = "3.1", "3.4"
COUNTED = frozenset({*FROM_DOSSIERS, ONLINE, PAYABLE})


@dataclass(frozen=True)
class Count:
    """One figure as it was counted, and what should be known when it is read."""

    given: Given
    origin: Origin
    remark: str = ""


ByIndicator = dict[str, Count]


def counted_figures(period: IndexPeriod, agencies: Iterable[int], today: date) -> dict[int, ByIndicator]:
    """What can be counted for some agencies, as far as `today`; who has nothing to be counted is left out.

    Three queries for all dossiers, six an agency for its procedures.
    """
    wanted = list(agencies)
    found: dict[int, ByIndicator] = {one: {} for one in wanted}
    for organisation_id, figures in dossier_figures(period).items():
        if organisation_id in found:
            found[organisation_id].update(figures)
    day = min(period.until_on, today)
    for organisation_id in wanted:
        found[organisation_id].update(procedure_figures(organisation_id, day))
    return {one: figures for one, figures in found.items() if figures}


def dossier_figures(period: IndexPeriod) -> dict[int, ByIndicator]:
    """By agency, for whoever received a dossier in the period: who received none has nothing to be judged by.

    Nothing at all while there is no dataset of dossiers.
    """
    first, last = period.months
    try:
        counters = board(DATASET, basis=RECEIVED, first=first, last=last)
    except UnknownDataset:
        return {}
    keys = values_in(AGENCIES)
    ids = dict(Organisation.objects.filter(key__in=keys.values()).values_list("key", "pk"))
    agencies = counters.cells[AGENCY].tolist()
    return {
        ids[keys[agency]]: _of_counters(counters, place)
        for place, agency in enumerate(agencies)
        if keys.get(agency) in ids
    }


def _of_counters(counters: Counters, place: int) -> ByIndicator:
    def at(count: str) -> Decimal:
        return Decimal(int(counters[count][place]))

    return {
        name: Count(given(at(above), at(below)), Origin.DOSSIERS)
        for name, (above, below) in FROM_DOSSIERS.items()
        if {above, below} <= counters.counts.keys()
    }


def procedure_figures(organisation_id: int, day: date) -> ByIndicator:
    """Of the procedures that an agency handles on a day; nothing where it handles none, or where nothing is
    recorded of how they are offered. Of some not recorded the remark tells.
    """
    versions = versions_asked(Asked(day, organisation_id=organisation_id)).order_by()
    handled = dict(versions.values_list("pk", "procedure_id"))
    if not handled:
        return {}
    counts = counts_of(handled, day, organisation_id=organisation_id)
    if counts.unknown == counts.total:
        return {}
    remark = ""
    if counts.unknown:
        remark = _("%d thủ tục chưa ghi mức cung cấp trực tuyến") % counts.unknown
    online, total = Decimal(counts.full + counts.partial), Decimal(counts.total)
    paid, with_fee = Decimal(counts.paid_online), Decimal(counts.with_fee)
    return {
        ONLINE: Count(given(online, total), Origin.PROCEDURES, remark),
        PAYABLE: Count(given(paid, with_fee), Origin.PROCEDURES, remark),
    }
