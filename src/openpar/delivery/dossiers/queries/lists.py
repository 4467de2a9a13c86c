"""The dossiers behind a figure: their codes by the predicate that counted them, and what is shown of each.

People stand in no list: a code, the steps and the verdicts are all that is shown.
"""

# ruff: noqa: S608  # names in the SQL are those of a checked declaration, values are numbers or parameters

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from django.utils.translation import gettext_lazy as _

from openpar.base.facts.declarations import KEY
from openpar.base.facts.duck import fetched
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.queries import TreeNode, tree_as_of
from openpar.base.organisations.roles import Actor, Role
from openpar.delivery.dossiers.normalising import Reckoned
from openpar.delivery.dossiers.queries.measures import (
    Asked,
    Measure,
    filters,
    predicate,
    whole_facts,
)
from openpar.delivery.dossiers.resolving import Register
from openpar.delivery.dossiers.stored import reckoned_of_store
from openpar.delivery.dossiers.words import VERDICTS
from openpar.delivery.procedures.models import ProcedureVersion
from openpar.engine.verdicts import Verdict

# Everybody who sees the dossiers of all agencies, and whose own agency (with those below it) is seen.
_OVERSEERS = (Role.PROCEDURE_CONTROLLER, Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR)
_UNIT = (Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.AGENCY_HEAD)
# Sorting by days means reading every row: beyond this many, lists stand in the order of codes.
MOST_SORTED = 20_000
INDEX_WORDS = (_("không tính"), _("đúng hạn"), _("trễ hạn"))


class Sort(StrEnum):
    """In which order a list stands; days without anything stand last."""

    CODE = "code"
    RECEIVED = "received"
    DUE = "due"
    ENDED = "ended"
    LATEST = "late"


@dataclass(frozen=True)
class DossierRow:
    """One dossier as lists show it; `agency` is the key of an organisation, `index` a place in INDEX_WORDS.

    `days_late`: working days after the due day until it ended, until the day of the list while it is open.
    """

    code: str
    agency: str
    procedure: str
    sector: str
    channel: int
    status: int
    received_on: date | None
    original_due_on: date | None
    due_on: date | None
    ended_on: date | None
    verdict: Verdict | None
    index: int
    days_late: int


def agencies_seen_by(actor: Actor, day: date) -> frozenset[int] | None:
    """The agencies whose dossiers `actor` sees: those worked in and everything below them on the day; None is
    all of them, an empty set is nobody's.
    """
    if any(actor.has(role) for role in _OVERSEERS):
        return None
    own = actor.organisations(*_UNIT)
    return own if not own else with_those_below(own, tree_as_of(day))


def with_those_below(organisations: Collection[int], tree: Sequence[TreeNode]) -> frozenset[int]:
    """These organisations and everything below them; one that the tree does not have stays by itself."""
    found = set(organisations)
    for root in tree:
        for node in root.all():
            if node.organisation_id in organisations:
                found |= {below.organisation_id for below in node.all()}
    return frozenset(found)


def codes_behind(asked: Asked, *measures: Measure, basis: str = "") -> list[str]:
    """The codes of the dossiers that a figure counts, in their order; of several measures those that any of
    them counts, each once.
    """
    return codes_where(asked, *(predicate(measure, asked.period, basis) for measure in measures))


def codes_where(asked: Asked, *predicates: str) -> list[str]:
    """The codes for which any of the predicates holds, in their order; nothing while there are no facts."""
    with whole_facts() as duck:
        if duck is None:
            return []
        where = f"({' OR '.join(f'({one})' for one in predicates)}) AND {filters(asked)}"
        found: list[str] = fetched(duck, f"SELECT {KEY} FROM facts WHERE {where} ORDER BY {KEY}")[
            KEY
        ].tolist()
        return found


def sorted_codes(codes: Sequence[str], sort: Sort, on: date) -> list[str]:
    """The same codes in another order; unchanged where they are too many to be read."""
    if sort is Sort.CODE or not codes or len(codes) > MOST_SORTED:
        return list(codes)
    reckoned = reckoned_of_codes(codes, on)
    order = np.argsort(_keys(reckoned, sort, on), kind="stable")
    found: list[str] = reckoned.rows.codes[order].tolist()
    return found


def _keys(reckoned: Reckoned, sort: Sort, on: date) -> np.typing.NDArray[np.int64]:
    last = np.iinfo(np.int64).max
    if sort is Sort.LATEST:
        return -days_late(reckoned, on)
    days = {
        Sort.RECEIVED: reckoned.rows.moments["received_at"],
        Sort.DUE: reckoned.judged.due_on,
        Sort.ENDED: reckoned.judged.ended_on,
    }[sort].astype("datetime64[D]")
    return np.where(np.isnat(days), last, days.astype(np.int64))


def reckoned_of_codes(codes: Sequence[str], on: date) -> Reckoned:
    """These dossiers as the store has them, judged as of a day; those it does not know are left out."""
    return reckoned_of_store(list(codes), Register.load(), on)[0]


def days_late(reckoned: Reckoned, on: date) -> np.typing.NDArray[np.int64]:
    """Working days after the due day, by the calendar of each; 0 for what is in time or has left without a
    result.
    """
    judged = reckoned.judged
    until = np.where(np.isnat(judged.ended_on), np.datetime64(on, "D"), judged.ended_on)
    is_late = np.isin(judged.verdict, _LATE) & ~np.isnat(judged.due_on)
    found = np.zeros(len(reckoned), np.int64)
    for place, calendar in enumerate(reckoned.calendars):
        rows = np.flatnonzero(is_late & (reckoned.told.calendars == place))
        ended, due = (days[rows].astype("datetime64[D]").astype(np.int64) for days in (until, judged.due_on))
        counted, last = calendar.working_until, calendar.size - 1
        places = [np.clip(days - calendar.first_day, 0, last) for days in (ended, due)]
        found[rows] = np.maximum(counted[places[0]] - counted[places[1]], 0)
    return found


_LATE = [VERDICTS.index(verdict) + 1 for verdict in (Verdict.LATE, Verdict.OPEN_OVERDUE)]


def rows_of_codes(codes: Sequence[str], on: date) -> list[DossierRow]:
    """What is shown of these dossiers, in the order of the codes."""
    if not codes:
        return []
    reckoned = reckoned_of_codes(codes, on)
    late = days_late(reckoned, on).tolist()
    found = {row.code: row for row in (_row(reckoned, at, late[at]) for at in range(len(reckoned)))}
    return [found[code] for code in codes if code in found]


def _row(reckoned: Reckoned, at: int, late: int) -> DossierRow:
    rows, judged = reckoned.rows, reckoned.judged
    number = int(judged.verdict[at])
    return DossierRow(
        code=str(rows.codes[at]),
        agency=_word(reckoned, "agency", at),
        procedure=_word(reckoned, "procedure", at),
        sector=reckoned.sectors.words[int(reckoned.sectors.places[at])],
        channel=max(int(rows.numbers["channel"][at]), 1),
        status=int(rows.numbers["status"][at]),
        received_on=plain_day(rows.moments["received_at"][at]),
        original_due_on=plain_day(judged.original_due_on[at]),
        due_on=plain_day(judged.due_on[at]),
        ended_on=plain_day(judged.ended_on[at]),
        verdict=VERDICTS[number - 1] if number else None,
        index=int(judged.index_verdict[at]),
        days_late=int(late),
    )


def _word(reckoned: Reckoned, name: str, at: int) -> str:
    coded = reckoned.rows.words[name]
    place = int(coded.places[at])
    return coded.words[place] if place >= 0 else ""


def plain_day(moment: np.datetime64) -> date | None:
    """A day out of an array, None for NaT."""
    if np.isnat(moment):
        return None
    found: date = moment.astype("datetime64[D]").astype(object)
    return found


def procedure_names(codes: Collection[str]) -> Mapping[str, str]:
    """The newest names of procedures by their national numbers; words of a source are names themselves."""
    versions = ProcedureVersion.objects.filter(procedure__code__in=set(codes)).order_by("valid_from")
    return dict(versions.values_list("procedure__code", "name"))


def organisation_ids(keys: Collection[str]) -> Mapping[str, int]:
    """The organisations with these keys."""
    return dict(Organisation.objects.filter(key__in=set(keys)).values_list("key", "pk"))
