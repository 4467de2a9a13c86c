"""The dossiers behind the columns of forms II.06a and 06, by the names of data/dossier_identities.yaml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from openpar.delivery.dossiers.figure_source import standings_on
from openpar.delivery.dossiers.queries.lists import codes_behind, codes_where, reckoned_of_codes
from openpar.delivery.dossiers.queries.measures import Asked, Measure, predicate

# What happened in the period, and what was here when it began.
FLOWS: Mapping[str, tuple[Measure, ...]] = {
    "received": (Measure.CARRIED_OVER, Measure.RECEIVED),
    "carried_over": (Measure.CARRIED_OVER,),
    "received_new": (Measure.RECEIVED,),
    "online": (Measure.RECEIVED_ONLINE,),
    "resolved": (Measure.RESOLVED,),
    "early": (Measure.EARLY,),
    "on_time": (Measure.ON_TIME,),
    "late": (Measure.LATE,),
    "returned": (Measure.RETURNED,),
    "withdrawn": (Measure.WITHDRAWN,),
    "stopped": (Measure.STOPPED,),
}
IN_PERSON = "in_person"
# What was here on the last day, and how it stood.
STANDINGS = ("in_process", "in_time", "overdue", "supplement", "paused")
COUNTS = (*FLOWS, IN_PERSON, *STANDINGS)


def codes_counted(asked: Asked, names: Sequence[str]) -> list[str]:
    """The codes of the dossiers that any of these counts counts, in their order; `names` are of COUNTS."""
    flows = [part for name in names if name not in STANDINGS for part in _predicates(name, asked)]
    found = set(codes_where(asked, *flows)) if flows else set()
    return sorted(found | _standing(asked, [name for name in names if name in STANDINGS]))


def _predicates(name: str, asked: Asked) -> list[str]:
    if name == IN_PERSON:
        return [
            f"{predicate(Measure.RECEIVED, asked.period)} "
            f"AND NOT ({predicate(Measure.RECEIVED_ONLINE, asked.period)})"
        ]
    return [predicate(measure, asked.period) for measure in FLOWS[name]]


def _standing(asked: Asked, names: Sequence[str]) -> set[str]:
    """As `figure_source` counts them: facts know how a dossier stands now, its moments how it stood then."""
    if not names:
        return set()
    codes = codes_behind(replace(asked, sector=""), Measure.REMAINING)
    if not codes:
        return set()
    reckoned = reckoned_of_codes(codes, asked.period.until_on)
    standing = standings_on(reckoned)
    chosen = np.logical_or.reduce([standing[name] for name in names])
    if asked.sector:
        chosen &= reckoned.sectors.looked_up({asked.sector: 1}, 0) == 1
    found: list[str] = reckoned.rows.codes[chosen].tolist()
    return set(found)
