"""The rows of all batches, read as they are now: the newest version of every key, and what it was first."""

# ruff: noqa: S608  # names in the SQL are those of a checked declaration, values are numbers or parameters

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from openpar.base.facts import files
from openpar.base.facts.datasets import Registered, registered
from openpar.base.facts.declarations import Column, Declaration, Kind
from openpar.base.facts.duck import Array, Connection, connected, fetched, reading, register
from openpar.base.facts.errors import FactsRefused
from openpar.base.facts.models import Batch, StoredPart
from openpar.base.facts.queries import live_parts, path_of_part
from openpar.base.facts.rows import SQL_TYPES, Rows, nothing, values_from, values_of
from openpar.base.facts.staging import BATCH

# Columns of `current` beside those of the declaration.
FIRST, VERSIONS, NEWEST_BATCH = "first_", "versions", "newest_batch"
Keys = Sequence[tuple[object, ...]]


@dataclass(frozen=True)
class Told:
    """One value of a first-seen column as a batch told it."""

    value: Any
    batch: str
    as_of: datetime
    brought_at: datetime


@dataclass(frozen=True)
class Rewritten:
    """A value that was told differently later: every telling, in the order of the moments they speak of."""

    key: tuple[Any, ...]
    column: str
    told: tuple[Told, ...]

    @property
    def is_backdated(self) -> bool:
        """Something arrived later than another and speaks of an earlier moment."""
        arrivals = [one.brought_at for one in self.told]
        return arrivals != sorted(arrivals)


def current(dataset: str, *, keys: Keys | None = None, part: tuple[int, int] = (0, 1)) -> Rows:
    """One row a key, sorted by key: its newest version, and for first-seen columns `first_<name>`, the first
    that was told.

    Newest is what speaks of the latest moment, whatever the order of arrival. `versions` says in how many
    batches the key came, `newest_batch` from which its row is. `keys` asks for these only, `part` (i, n)
    for the i-th of n shares of all keys, where the whole would not fit into memory. Raises UnknownDataset.
    """
    to = registered(dataset)
    kinds = _kinds(to.declaration)
    with told(to, keys) as duck:
        if duck is None:
            return Rows({name: nothing(kind) for name, kind in kinds.items()})
        found = fetched(duck, _current_select(to.declaration, *part))
    return Rows({name: values_of(kind, found[name]) for name, kind in kinds.items()})


def rewritten(dataset: str, *, keys: Keys | None = None) -> tuple[Rewritten, ...]:
    """Every first-seen value that was told in more than one way; for few keys at a time, or few cases."""
    to = registered(dataset)
    manifests = {batch.code: batch for batch in Batch.objects.filter(dataset_id=to.dataset_id)}
    found: list[Rewritten] = []
    with told(to, keys) as duck:
        for column in to.declaration.kept_first if duck is not None else ():
            assert duck is not None
            cases = fetched(duck, _rewritten_select(to.declaration, column))
            found += _cases(to.declaration, column, cases, manifests)
    return tuple(found)


def _cases(
    declaration: Declaration, column: Column, cases: Mapping[str, Array], manifests: Mapping[str, Batch]
) -> Iterator[Rewritten]:
    names = [key.name for key in declaration.keys]
    keys = [values_of(key.kind, cases[key.name]).plain() for key in declaration.keys]
    values = values_of(column.kind, cases[column.name]).plain()
    told: dict[tuple[Any, ...], list[Told]] = {}
    for place, code in enumerate(cases[BATCH].tolist()):
        key = tuple(keys[number][place] for number in range(len(names)))
        batch = manifests[code]
        told.setdefault(key, []).append(Told(values[place], code, batch.as_of, batch.brought_at))
    for key, tellings in told.items():
        yield Rewritten(key, column.name, tuple(tellings))


def _kinds(declaration: Declaration) -> dict[str, Kind]:
    kinds = {column.name: column.kind for column in declaration.plain}
    kinds |= {FIRST + column.name: column.kind for column in declaration.kept_first}
    return kinds | {VERSIONS: Kind.INTEGER, NEWEST_BATCH: Kind.TEXT}


# Names in the SQL below are those of a checked declaration.


def _current_select(declaration: Declaration, number: int, shares: int) -> str:
    """`place` orders the batches by the moments they speak of.

    A structure is never null, so the newest row wins whole, also where it has no value; among first values
    those that are null do not count.
    """
    by = ", ".join(column.name for column in declaration.keys)
    others = [column.name for column in declaration.plain if not column.is_key]
    firsts = [column.name for column in declaration.kept_first]
    packed = ", ".join(f"{name} := {name}" for name in [*others, BATCH])
    made = [f"arg_max(struct_pack({packed}), place) AS newest", f"COUNT(*) AS {VERSIONS}"]
    made += [f"arg_min({name}, place) AS {FIRST}{name}" for name in firsts]
    where = "" if shares == 1 else f" WHERE hash({by}) % {shares:d} = {number:d}"
    inner = f"SELECT {by}, {', '.join(made)} FROM told{where} GROUP BY {by}"
    chosen = [by, *(f"newest.{name} AS {name}" for name in others)]
    chosen += [*(f"{FIRST}{name}" for name in firsts), VERSIONS, f"newest.{BATCH} AS {NEWEST_BATCH}"]
    return f"SELECT {', '.join(chosen)} FROM ({inner}) ORDER BY {by}"


def _rewritten_select(declaration: Declaration, column: Column) -> str:
    by = ", ".join(key.name for key in declaration.keys)
    several = f"SELECT {by} FROM told GROUP BY {by} HAVING COUNT(DISTINCT {column.name}) > 1"
    return (
        f"SELECT {by}, {column.name}, {BATCH} FROM told "
        f"WHERE ({by}) IN ({several}) AND {column.name} IS NOT NULL ORDER BY {by}, place"
    )


@contextmanager
def told(to: Registered, keys: Keys | None) -> Iterator[Connection | None]:
    """A connection with the view `told`: every row of every batch, with the place of its batch in time.

    None when there are no rows.
    """
    parts = live_parts(to, StoredPart.What.ROWS)
    if not parts or (keys is not None and not len(keys)):
        yield None
        return
    with connected(files.folder()) as duck:
        codes = _in_time(to)
        register(duck, "places", {"code": np.array(codes, object), "place": np.arange(len(codes))})
        wanted = "" if keys is None else _wanted(duck, to.declaration, keys)
        # Columns that no file has yet are there all the same.
        typed = ", ".join(
            f"CAST(NULL AS {SQL_TYPES[column.kind]}) AS {column.name}" for column in to.declaration.plain
        )
        paths = [path_of_part(part, to.name) for part in parts]
        duck.execute(
            f"CREATE TEMP VIEW told AS SELECT rows.*, places.place FROM (SELECT * FROM {reading(paths)} "
            f"UNION ALL BY NAME SELECT {typed} WHERE false) AS rows "
            f"JOIN places ON rows.{BATCH} = places.code{wanted}"
        )
        yield duck


def _in_time(to: Registered) -> list[str]:
    """The batches in the order of the moments they speak of; the rest of the order depends on what they say
    only, never on when they came.
    """
    rows = Batch.objects.filter(dataset_id=to.dataset_id).order_by("as_of", "schema__number", "code")
    return list(rows.values_list("code", flat=True))


def _wanted(duck: Connection, declaration: Declaration, keys: Keys) -> str:
    """Registers the keys asked for and says how rows are held against them. Raises FactsRefused."""
    arrays: dict[str, Array] = {}
    for place, column in enumerate(declaration.keys):
        values, gaps = values_from(column, [key[place] for key in keys])
        if gaps:
            raise FactsRefused(gaps)
        arrays[column.name] = values.for_duck()
    register(duck, "wanted", arrays)
    names = ", ".join(f"rows.{column.name}" for column in declaration.keys)
    asked = ", ".join(f"CAST({column.name} AS {SQL_TYPES[column.kind]})" for column in declaration.keys)
    return f" WHERE ({names}) IN (SELECT ({asked}) FROM wanted)"
