"""What may make a figure counted from dossiers untrue: open hits of data quality among the very dossiers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from django.utils.translation import gettext as _

from openpar.base.facts.datasets import registered
from openpar.base.facts.declarations import AGENCY, KEY
from openpar.base.facts.duck import fetched
from openpar.base.facts.errors import UnknownDataset
from openpar.base.facts.months import key_table
from openpar.base.facts.owners import Owner, QualityWarning, Slice
from openpar.base.facts.queries import values_in
from openpar.delivery.dossiers.declarations import (
    AGENCIES,
    COUNTING,
    DATASET,
    DUE,
    DUE_15,
    ENDED,
    ENDED_15,
    RECEIVED,
    RECEIVED_15,
)
from openpar.delivery.dossiers.models import QualityHit
from openpar.delivery.dossiers.quality import Rule
from openpar.delivery.dossiers.queries.measures import facts_view

# Those by which a dossier falls into another month, or in time instead of late. The others (no apology, a
# second supplement) are faults of the work, not of the data.
DOUBTFUL = (Rule.Q1, Rule.Q2, Rule.Q3, Rule.Q4, Rule.Q5, Rule.Q7, Rule.Q8, Rule.Q11)
# A dossier that has no month in a basis is missed in the months in which it was received.
_MISSED_IN = {ENDED: RECEIVED, DUE: RECEIVED, DUE_15: RECEIVED_15, ENDED_15: RECEIVED_15}
_HITS = "doubtful"


def agencies_by_number() -> Mapping[int, str]:
    """number in the facts → key of the organisation; whoever needs them as of a day asks the register."""
    return values_in(AGENCIES)


def doubts_about(facts: Slice) -> tuple[QualityWarning, ...]:
    """Which rules how many of these dossiers break, in the order of the rules; a rule that nobody breaks is
    not told. Nothing while there are no facts.
    """
    hits: defaultdict[str, list[str]] = defaultdict(list)
    rows = QualityHit.objects.filter(
        gone_in__isnull=True, rule__in=DOUBTFUL, organisation__key__in=facts.agencies
    )
    for rule, dossier in rows.values_list("rule", "dossier"):
        hits[dossier].append(rule)
    if not hits:
        return ()
    broken = Counter(rule for code in _those_in(facts, list(hits)) for rule in hits[code])
    return tuple(
        QualityWarning(rule.value, _sentence(rule, broken[rule]), broken[rule])
        for rule in DOUBTFUL
        if broken[rule]
    )


def _sentence(rule: Rule, count: int) -> str:
    words = str(rule.label)
    told = {"count": count, "rule": words[:1].lower() + words[1:]}
    return _("%(count)d hồ sơ: %(rule)s") % told


def _those_in(facts: Slice, codes: list[str]) -> list[str]:
    """Of some dossiers those that the slice counts, or would count if they had a month."""
    columns = {basis.name: basis.column for basis in COUNTING.bases}
    numbers = [number for number, key in agencies_by_number().items() if key in facts.agencies]
    if facts.basis not in columns or not numbers:
        return []
    months = f"BETWEEN {facts.first:d} AND {facts.last:d}"
    inside = f"{columns[facts.basis]} {months}"
    if (came := _MISSED_IN.get(facts.basis)) is not None:
        inside = f"({inside} OR ({columns[facts.basis]} = 0 AND {columns[came]} {months}))"
    try:
        to = registered(DATASET)
    except UnknownDataset:
        return []
    with facts_view(to) as duck:
        if duck is None:
            return []
        key_table(duck, _HITS, codes)
        listed = ", ".join(format(number, "d") for number in numbers)
        # Names are those of the declaration, values are numbers.
        where = f"{inside} AND {AGENCY} IN ({listed}) AND {KEY} IN (FROM {_HITS})"
        found: list[str] = fetched(duck, f"SELECT {KEY} FROM facts WHERE {where}")[KEY].tolist()  # noqa: S608  # numbers only
        return found


OWNER = Owner(agencies=agencies_by_number, warn=doubts_about)
