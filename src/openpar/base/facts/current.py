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
from openpar.base.facts.staging import BATCH, UNTOLD, tells

# Columns of `current` beside those of the declaration.
FIRST, VERSIONS, NEWEST_BATCH = "first_", "versions", "newest_batch"
Keys = Sequence[tuple[object, ...]]
# So many keys at most, whose rows may lie in memory.
_FEW = 500


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

    Newest is what speaks of the latest moment, whatever the order of arrival; a column that the newest batch
    does not tell of at all is as the newest batch that does tell of it has it. `versions` says in how many
    batches the key came, `newest_batch` from which its row is. `keys` asks for these only, `part` (i, n)
    for the i-th of n shares of all keys, where the whole would not fit into memory. Raises UnknownDataset.
    """
    to = registered(dataset)
    kinds = _kinds(to.declaration)
    with told(to, keys) as duck:
        if duck is None:
            return Rows({name: nothing(kind) for name, kind in kinds.items()})
        before, select = _current_steps(to.declaration, _told_apart(duck, to.declaration), *part)
        for step in before:
            duck.execute(step)
        found = fetched(duck, select)
    return Rows({name: values_of(kind, found[name]) for name, kind in kinds.items()})


def keys_of_batch(batch: Batch) -> list[tuple[Any, ...]]:
    """The keys that a batch tells of, in their order. Raises UnknownDataset."""
    to = registered(batch.dataset.name)
    by = ", ".join(column.name for column in to.declaration.keys)
    with told(to, None) as duck:
        if duck is None:
            return []
        # The code is a digest: hexadecimal.
        read = fetched(duck, f"SELECT {by} FROM stored WHERE {BATCH} = '{batch.code}' ORDER BY {by}")
    whole = [values_of(column.kind, read[column.name]).plain() for column in to.declaration.keys]
    return list(zip(*whole, strict=True))


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


def _told_apart(duck: Connection, declaration: Declaration) -> tuple[tuple[str, ...], ...]:
    """Columns that some rows tell of and others do not: those of one group are told of by the same rows."""
    said = {text or "" for (text,) in duck.execute(f"SELECT DISTINCT {UNTOLD} FROM stored").fetchall()}
    groups: dict[frozenset[str], list[str]] = {}
    for column in declaration.plain:
        without = frozenset(text for text in said if column.name in text.split(","))
        if 0 < len(without) < len(said):
            groups.setdefault(without, []).append(column.name)
    return tuple(map(tuple, groups.values()))


def _current_steps(
    declaration: Declaration, told_apart: Sequence[Sequence[str]], number: int, shares: int
) -> tuple[list[str], str]:
    """The statements that come first, and the one that answers.

    First which row of a key counts, by numbers only (`place` orders the batches by the moments they speak
    of), then the rows themselves, one join after the other: every step has a state of fixed width or lies in
    a table, so that DuckDB may put it aside on disk. The newest row counts also where it has no value; among
    first values those that are null do not count.
    """
    keys = [column.name for column in declaration.keys]
    others = [column.name for column in declaration.plain if not column.is_key]
    firsts = [f"{FIRST}{column.name}" for column in declaration.kept_first]
    by = ", ".join(keys)
    made = ["MAX(place) AS place_0", f"COUNT(*) AS {VERSIONS}"]
    made += [f"arg_min({name.removeprefix(FIRST)}, place) AS {name}" for name in firsts]
    made += [f"MAX(place) FILTER ({tells(group[0])}) AS place_{at}" for at, group in enumerate(told_apart, 1)]
    where = "" if shares == 1 else f" WHERE hash({by}) % {shares:d} = {number:d}"
    counted = f"SELECT {by}, {', '.join(made)} FROM told{where} GROUP BY {by}"
    before = [f"CREATE TEMP TABLE newest AS SELECT row_number() OVER () AS n, * FROM ({counted})"]
    holder = dict.fromkeys(others, "row_0")
    joins = [_rows_at(keys, 0)]
    for at, group in enumerate(told_apart, 1):
        cells = ", ".join(f"row_{at}.{name}" for name in group)
        before.append(f"CREATE TEMP TABLE cells_{at} AS SELECT n, {cells} FROM newest {_rows_at(keys, at)}")
        holder |= dict.fromkeys(group, f"cells_{at}")
        joins.append(f"LEFT JOIN cells_{at} ON cells_{at}.n = newest.n")
    chosen = [*(f"newest.{name}" for name in keys), *(f"{holder[name]}.{name}" for name in others)]
    chosen += [*firsts, VERSIONS, f"row_0.{BATCH} AS {NEWEST_BATCH}"]
    ordered = ", ".join(f"newest.{name}" for name in keys)
    return before, f"SELECT {', '.join(chosen)} FROM newest {' '.join(joins)} ORDER BY {ordered}"


def _rows_at(keys: Sequence[str], at: int) -> str:
    same = [f"row_{at}.{name} = newest.{name}" for name in keys]
    return f"JOIN placed AS row_{at} ON {' AND '.join([*same, f'row_{at}.place = place_{at}'])}"


def _rewritten_select(declaration: Declaration, column: Column) -> str:
    by = ", ".join(key.name for key in declaration.keys)
    several = f"SELECT {by} FROM told GROUP BY {by} HAVING COUNT(DISTINCT {column.name}) > 1"
    return (
        f"SELECT {by}, {column.name}, {BATCH} FROM told "
        f"WHERE ({by}) IN ({several}) AND {column.name} IS NOT NULL ORDER BY {by}, place"
    )


@contextmanager
def told(to: Registered, keys: Keys | None) -> Iterator[Connection | None]:
    """A connection with the view `told`: the rows of these keys in every batch, with the place of their batch
    in time; `placed` and `stored` have at least these, the place only in the first. None when there are none.
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
        kinds = {column.name: SQL_TYPES[column.kind] for column in to.declaration.plain} | {UNTOLD: "VARCHAR"}
        typed = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in kinds.items())
        paths = [path_of_part(part, to.name) for part in parts]
        stored = f"SELECT * FROM {reading(paths)} UNION ALL BY NAME SELECT {typed} WHERE false"
        placed = f"SELECT stored.*, place FROM {{stored}} AS stored JOIN places ON stored.{BATCH} = code"
        if keys is not None and len(keys) <= _FEW:
            # Found once, not once a step: to open the files takes longer than all that follows.
            rows = placed.format(stored=f"({stored})")
            duck.execute(f"CREATE TEMP TABLE told AS SELECT * FROM ({rows}) AS rows{wanted}")
            duck.execute("CREATE TEMP VIEW placed AS FROM told")
            duck.execute("CREATE TEMP VIEW stored AS FROM told")
        else:
            duck.execute(f"CREATE TEMP VIEW stored AS {stored}")
            duck.execute(f"CREATE TEMP VIEW placed AS {placed.format(stored='stored')}")
            duck.execute(f"CREATE TEMP VIEW told AS SELECT * FROM placed AS rows{wanted}")
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
