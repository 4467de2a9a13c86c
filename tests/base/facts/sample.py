"""A dataset like the one of dossiers, small batches of it, and facts counted by sixteen counts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import numpy as np

from openpar.base.facts.actions.batches import Appended, append_batch
from openpar.base.facts.actions.datasets import register_dataset
from openpar.base.facts.actions.facts import put_fact, put_facts, settle_facts
from openpar.base.facts.datasets import Registered
from openpar.base.facts.declarations import (
    Basis,
    Column,
    Condition,
    Count,
    Counting,
    Declaration,
    FactColumn,
    Kind,
    month_number,
)
from openpar.base.facts.staged_facts import stage_facts, stage_settling
from openpar.base.facts.staging import Source, StagedBatch, Untold, stage_batch
from openpar.base.organisations.roles import operator
from openpar.common.db import write_transaction
from tests.factories import MOMENT

HOUSE = operator("kiem-thu")
BASES = ("received", "due", "ended")
EARLY, ON_TIME, LATE, OPEN_IN_TIME, OPEN_OVERDUE, UNTIMED = range(1, 7)
DONE, RETURNED, WITHDRAWN, REFUSED = range(1, 5)


def count(name: str, **wanted: int | tuple[int, ...]) -> Count:
    """A count of the facts whose columns hold these values."""
    return Count(
        name,
        tuple(
            Condition(column, values if isinstance(values, tuple) else (values,))
            for column, values in wanted.items()
        ),
    )


COUNTING = Counting(
    columns=(
        FactColumn("agency", 16),
        FactColumn("procedure", 16),
        FactColumn("sector", 16),
        FactColumn("channel"),
        FactColumn("month_received", 16),
        FactColumn("month_due", 16),
        FactColumn("month_ended", 16),
        FactColumn("verdict_legal"),
        FactColumn("verdict_766"),
        FactColumn("outcome"),
        FactColumn("carried"),
        FactColumn("supplement"),
        FactColumn("paused"),
        FactColumn("obligation"),
        FactColumn("paid_online"),
        FactColumn("digitised"),
        FactColumn("calendar", 16),
    ),
    bases=(
        Basis("received", "month_received"),
        Basis("due", "month_due"),
        Basis("ended", "month_ended"),
    ),
    counts=(
        count("received"),
        count("carried_over", carried=1),
        count("early", verdict_legal=EARLY),
        count("on_time", verdict_legal=ON_TIME),
        count("late", verdict_legal=LATE),
        count("in_process", verdict_legal=(OPEN_IN_TIME, OPEN_OVERDUE)),
        count("overdue", verdict_legal=OPEN_OVERDUE),
        count("returned", outcome=RETURNED),
        count("withdrawn", outcome=WITHDRAWN),
        count("refused", outcome=REFUSED),
        count("supplement", supplement=1),
        count("paused", paused=1),
        count("online", channel=2),
        count("obligation", obligation=1),
        count("paid_online", obligation=1, paid_online=1),
        count("digitised", digitised=1),
        count("on_time_766", verdict_766=(EARLY, ON_TIME, OPEN_IN_TIME, UNTIMED)),
    ),
)
DOSSIERS = Declaration(
    name="dossiers",
    columns=(
        Column("dossier", Kind.TEXT, is_key=True),
        Column("agency", Kind.TEXT, is_required=True),
        Column("received_at", Kind.MOMENT),
        Column("due_on", Kind.DAY, keeps_first=True),
        Column("finished_at", Kind.MOMENT, keeps_first=True),
        Column("status", Kind.INTEGER, is_required=True),
        Column("is_online", Kind.BOOLEAN),
        Column("note", Kind.TEXT),
        Column("applicant", Kind.TEXT, is_personal=True),
        Column("phone", Kind.TEXT, is_personal=True),
    ),
    counting=COUNTING,
)


def registered_dossiers() -> Registered:
    return register_dataset(by=HOUSE, at=MOMENT, declaration=DOSSIERS)


def dossier(code: str, **told: Any) -> dict[str, Any]:
    """One row as a source tells it."""
    row = {"dossier": code, "agency": "so-y-te", "status": 4, "received_at": MOMENT, "is_online": True}
    return {**row, "applicant": f"Người {code}", "phone": "0900000000", **told}


def columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {column.name: [row.get(column.name) for row in rows] for column in DOSSIERS.columns}


def source_of(rows: Sequence[Mapping[str, Any]], name: str = "danh-sach.xlsx") -> Source:
    """The digest of what came: the same rows are the same file."""
    return Source("igate", name, hashlib.sha256(repr(rows).encode()).hexdigest())


def staged(
    rows: Sequence[Mapping[str, Any]], *, day: int = 0, refused: int = 0, untold: Untold | None = None
) -> StagedBatch:
    """A batch that speaks of so many days after 2026-01-05."""
    return stage_batch(
        dataset="dossiers",
        columns=columns_of(rows),
        source=source_of(rows),
        as_of=MOMENT + timedelta(days=day),
        refused=refused,
        untold=untold or {},
    )


def appended(
    rows: Sequence[Mapping[str, Any]],
    *,
    day: int = 0,
    at: datetime | None = None,
    refused: int = 0,
    untold: Untold | None = None,
) -> Appended:
    """The batch brought in, by default on the day of which it speaks."""
    batch = staged(rows, day=day, refused=refused, untold=untold)
    return append_batch(by=HOUSE, at=at or batch.as_of, staged=batch)


def random_batches(
    chance: Random, *, batches: int, keys: int, rows: int
) -> list[tuple[int, list[dict[str, Any]]]]:
    """Batches with the day that they speak of, about the same dossiers again and again."""
    made = []
    for day in range(batches):
        chosen = chance.sample(range(keys), rows)
        told = [
            dossier(
                f"H68-{number:05}",
                status=chance.choice((2, 4, 5, 9, 10)),
                due_on=chance.choice((None, (MOMENT + timedelta(days=chance.randrange(20))).date())),
                finished_at=chance.choice((None, MOMENT + timedelta(hours=chance.randrange(400)))),
                note=chance.choice((None, "", "Đã trả kết quả")),
            )
            for number in chosen
        ]
        made.append((day * 9, told))
    return made


# --- facts --------------------------------------------------------------------------------------------------

Fact = dict[str, int]
FIRST_MONTH = month_number(2026, 1)


def fact(**numbers: int) -> Fact:
    """A dossier received in January 2026 and still in time, but for what is said."""
    usual = {
        **dict.fromkeys(COUNTING.names, 0),
        "agency": 1,
        "procedure": 1,
        "sector": 1,
        "channel": 2,
        "month_received": FIRST_MONTH,
        "month_due": FIRST_MONTH,
        "verdict_legal": OPEN_IN_TIME,
        "verdict_766": OPEN_IN_TIME,
        "calendar": 1,
    }
    return {**usual, **numbers}


def random_fact(chance: Random) -> Fact:
    received = FIRST_MONTH + chance.randrange(3)
    is_ended = chance.random() < 0.8
    verdict = chance.choice((EARLY, ON_TIME, LATE) if is_ended else (OPEN_IN_TIME, OPEN_OVERDUE, UNTIMED))
    return fact(
        agency=chance.randrange(1, 5),
        procedure=chance.randrange(1, 40),
        sector=chance.randrange(1, 4),
        channel=chance.randrange(1, 4),
        month_received=received,
        month_due=received + chance.randrange(2),
        month_ended=received + chance.randrange(3) if is_ended else 0,
        verdict_legal=verdict,
        verdict_766=chance.choice((verdict, LATE)),
        outcome=chance.randrange(0, 5),
        carried=chance.randrange(2),
        supplement=chance.randrange(2),
        paused=chance.randrange(2),
        obligation=chance.randrange(2),
        paid_online=chance.randrange(2),
        digitised=chance.randrange(2),
    )


def columns_of_facts(facts: Mapping[str, Fact]) -> dict[str, Any]:
    return {
        "key": list(facts),
        **{name: np.array([each[name] for each in facts.values()], np.int64) for name in COUNTING.names},
    }


def put(facts: Mapping[str, Fact], *, gone: Sequence[str] = (), replaces_all: bool = False) -> None:
    """Facts put in as an import does."""
    staged = stage_facts(
        dataset="dossiers", facts=columns_of_facts(facts), gone=gone, replaces_all=replaces_all
    )
    put_facts(by=HOUSE, at=MOMENT, staged=staged)


def event(key: str, before: Fact | None, after: Fact | None) -> None:
    """One event, as an action records it."""
    with write_transaction():
        put_fact(dataset="dossiers", key=key, before=before, after=after)


def settle() -> None:
    settle_facts(by=HOUSE, at=MOMENT, staged=stage_settling("dossiers"))


def counted_plainly(facts: Iterable[Fact], basis: str) -> dict[tuple[int, int, int, int], tuple[int, ...]]:
    """The counters by a walk over the facts, without any of the store's code but the declaration."""
    column = {"received": "month_received", "due": "month_due", "ended": "month_ended"}[basis]
    found: dict[tuple[int, int, int, int], list[int]] = {}
    for each in facts:
        cell = found.setdefault(
            (each["agency"], each[column], each["sector"], each["channel"]), [0] * len(COUNTING.counts)
        )
        for place, counted in enumerate(COUNTING.counts):
            if all(each[one.column] in one.values for one in counted.conditions):
                cell[place] += 1
    return {cell: tuple(counts) for cell, counts in found.items()}
