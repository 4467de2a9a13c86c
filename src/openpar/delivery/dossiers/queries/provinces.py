"""The figures of other provinces, from the counters files that they sent: no dossier of theirs is here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from openpar.base.facts.declarations import MONTH
from openpar.base.facts.errors import UnknownDataset
from openpar.base.facts.models import ReceivedCounters
from openpar.base.facts.provinces import joined_counters
from openpar.common.dated_data import rows_of
from openpar.delivery.dossiers.declarations import DATASET, ENDED, RECEIVED
from openpar.delivery.dossiers.queries.measures import Figures, figures_of, months_of_period, names_of_bases
from openpar.engine.periods import Period

_PROVINCE = "province"
Counts = dict[str, dict[str, int]]


def province_names() -> Mapping[str, str]:
    """The names of provinces by their codes on the national portal (data/dossiers/provinces.yaml)."""
    rows = rows_of("dossiers/provinces.yaml", "provinces")
    return {row["code"]: row["name"] for row in rows if row["until"] is None}


def counters_received() -> list[ReceivedCounters]:
    """The files that count, one a province, with who took them in."""
    rows = ReceivedCounters.objects.filter(dataset__name=DATASET, replaced_at__isnull=True)
    return list(rows.select_related("received_by").order_by("province"))


def figures_by_province(period: Period) -> dict[str, Figures]:
    """Every measure of a period by the code of the province; nothing while there is no dataset.

    Each file is read once a basis. Raises CountersDamaged when one is not what its province signed.
    """
    first, last = months_of_period(period)
    flows: dict[str, Counts] = {}
    before: dict[str, Counts] = {}
    for basis, name in names_of_bases(period).items():
        flows[basis], before[basis] = _counted(name, first, last)
    return {
        province: figures_of(
            {basis: flow[province] for basis, flow in flows.items() if province in flow},
            before[RECEIVED].get(province, {}),
            before[ENDED].get(province, {}),
        )
        for province in sorted({one for counts in (*flows.values(), *before.values()) for one in counts})
    }


def _counted(basis: str, first: int, last: int) -> tuple[Counts, Counts]:
    """Every count by province: of the months from `first` to `last`, and of those before."""
    during: defaultdict[str, dict[str, int]] = defaultdict(dict)
    earlier: defaultdict[str, dict[str, int]] = defaultdict(dict)
    try:
        joined = joined_counters(DATASET, basis=basis, by=(_PROVINCE, MONTH))
    except UnknownDataset:
        return {}, {}
    for count in joined.counts:
        for (province, month), value in joined.of(count).items():
            # Month 0 is "not yet": what has not ended has not left.
            if not 0 < int(month) <= last:
                continue
            cell = (during if int(month) >= first else earlier)[str(province)]
            cell[count] = cell.get(count, 0) + value
    return dict(during), dict(earlier)
