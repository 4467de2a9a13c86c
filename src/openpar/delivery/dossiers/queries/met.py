"""Which procedures somebody asked for: of the dossiers received in a period, agency by agency."""

# ruff: noqa: S608  # names in the SQL are those of a checked declaration, values are numbers

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from openpar.base.facts.duck import fetched
from openpar.base.facts.queries import values_in
from openpar.base.organisations.models import Organisation
from openpar.delivery.dossiers.declarations import AGENCIES, PROCEDURES, RECEIVED
from openpar.delivery.dossiers.queries.measures import Measure, predicate, whole_facts
from openpar.delivery.procedures.models import Procedure
from openpar.engine.periods import Period


@dataclass(frozen=True)
class Met:
    """Procedures of the catalogue by their ids: handed in online, and paid online, at least once."""

    online: frozenset[int]
    paid: frozenset[int]


def procedures_met(period: Period) -> Mapping[int, Met]:
    """By agency, for whoever received a dossier in the period; one scan of the facts for all of them.

    What the catalogue does not know is left out. Nothing at all while there are no dossiers.
    """
    received, online, paid = (
        predicate(measure, period, RECEIVED)
        for measure in (Measure.RECEIVED, Measure.RECEIVED_ONLINE, Measure.PAID_ONLINE)
    )
    with whole_facts() as duck:
        if duck is None:
            return {}
        rows = fetched(
            duck,
            f"SELECT agency, procedure, COUNT(CASE WHEN {online} THEN 1 END) AS online, "
            f"COUNT(CASE WHEN {paid} THEN 1 END) AS paid "
            f"FROM facts WHERE {received} GROUP BY agency, procedure",
        )
    keys, codes = values_in(AGENCIES), values_in(PROCEDURES)
    organisations = dict(Organisation.objects.filter(key__in=keys.values()).values_list("key", "pk"))
    procedures = dict(Procedure.objects.filter(code__in=codes.values()).values_list("code", "pk"))
    found: defaultdict[int, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    columns = (rows[name].tolist() for name in ("agency", "procedure", "online", "paid"))
    for agency, procedure, handed_in, was_paid in zip(*columns, strict=True):
        organisation = organisations.get(keys.get(agency, ""))
        if organisation is None:
            continue
        known, sets = procedures.get(codes.get(procedure, "")), found[organisation]
        for count, into in ((handed_in, sets[0]), (was_paid, sets[1])):
            if known is not None and count:
                into.add(known)
    return {agency: Met(frozenset(online), frozenset(paid)) for agency, (online, paid) in found.items()}
