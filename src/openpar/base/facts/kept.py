"""The kept counters: what one event changes in them, and how they are read."""

# ruff: noqa: S608  # names in the SQL are those of a checked declaration, values are numbers or parameters

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import compress

import numpy as np
from django.db import connection

from openpar.base.facts.counters import Counters, Numbers
from openpar.base.facts.datasets import Registered
from openpar.base.facts.declarations import AGENCY, CHANNEL, MONTH, SECTOR, Counting

# basis, sector, channel, month, agency: the order in which every writer takes the cells, so that no two ever
# wait for each other crosswise.
Place = tuple[int, int, int, int, int]
# A cell, and what each count gains there or loses.
Change = tuple[Place, Sequence[int]]
Fact = Mapping[str, int]
_PLACE = "basis, sector, channel, month, agency"
_AT_ONCE = 200
_ALL = 0


def changes_of_fact(counting: Counting, before: Fact | None, after: Fact | None) -> dict[Place, list[int]]:
    """What the cells gain and lose when one fact becomes another; totals of agency and month included."""
    found: dict[Place, list[int]] = {}
    for fact, sign in ((before, -1), (after, 1)):
        if fact is None:
            continue
        counted = [sign if count.holds(fact) else 0 for count in counting.counts]
        for number, basis in enumerate(counting.bases):
            month, agency = fact[basis.column], fact[AGENCY]
            for place in (
                (number, fact[SECTOR], fact[CHANNEL], month, agency),
                (number, _ALL, _ALL, month, agency),
            ):
                cell = found.setdefault(place, [0] * len(counted))
                for index, value in enumerate(counted):
                    cell[index] += value
    return {place: counts for place, counts in sorted(found.items()) if any(counts)}


def changes_of_counters(change: Sequence[Counters]) -> Iterator[tuple[Place, list[int]]]:
    """The same for counters, one a basis."""
    for number, counters in enumerate(change):
        for one in (counters.summed(), counters.summed(AGENCY, MONTH)):
            order = np.lexsort([one.cells[name] for name in (AGENCY, MONTH, CHANNEL, SECTOR)])
            for (agency, month, sector, channel), counts in one.taken(order).by_cell().items():
                yield (number, sector, channel, month, agency), list(counts)


def add_to_kept(to: Registered, changes: Iterable[Change]) -> None:
    """Adds to the cells, in one statement for a few; a cell that is not there begins at nothing."""
    listed = [change for change in changes if any(change[1])]
    with connection.cursor() as cursor:
        for first in range(0, len(listed), _AT_ONCE):
            some = listed[first : first + _AT_ONCE]
            changed, added = _changed(some)
            cursor.execute(_adding(changed, len(some)), [to.dataset_id, *added])


def add_to_kept_after(
    statement: str, values: Sequence[str | int | None], to: Registered, changes: Sequence[Change]
) -> bool:
    """Sends a statement that changes one row of the dataset or none, and, only when it changed one, adds to
    the cells. Returns whether it did. At most as many changes as one fact makes.
    """
    if connection.vendor == "postgresql" and changes:
        # As one: to wait for the answer of a server takes as long as what it does.
        changed, added = _changed(changes)
        adding = _adding(changed, len(changes), after="row")
        with connection.cursor() as cursor:
            cursor.execute(f"WITH row AS ({statement} RETURNING dataset_id) {adding}", [*values, *added])
            return bool(cursor.rowcount == len(changes))
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        if cursor.rowcount != 1:
            return False
    add_to_kept(to, changes)
    return True


def _changed(changes: Sequence[Change]) -> tuple[tuple[bool, ...], list[int]]:
    """Which counts change in any of the cells; the cells with what they gain of these."""
    # Few of two dozen change with an event; the others are 0 where a cell begins, as the table says.
    changed = tuple(any(counts) for counts in zip(*(counts for _place, counts in changes), strict=True))
    return changed, [value for place, counts in changes for value in (*place, *compress(counts, changed))]


@lru_cache(maxsize=2 * _AT_ONCE)
def _adding(changed: tuple[bool, ...], cells: int, *, after: str = "") -> str:
    """The statement for the cells of the one dataset in the table `after`, of a parameter without it."""
    names = [*compress(_columns(len(changed)), changed)]
    rows = ", ".join([f"({', '.join(['%s'] * (5 + len(names)))})"] * cells)
    dataset = after or "(SELECT %s AS dataset_id) AS given"
    # WHERE: without it SQLite takes ON for that of a join.
    adding = ", ".join(f"{name} = facts_keptcounter.{name} + excluded.{name}" for name in names)
    return (
        f"INSERT INTO facts_keptcounter (dataset_id, {_PLACE}, {', '.join(names)}) "
        f"SELECT * FROM {dataset}, (VALUES {rows}) AS cells WHERE true "
        f"ON CONFLICT (dataset_id, {_PLACE}) DO UPDATE SET {adding}"
    )


def columns_of(counting: Counting) -> list[str]:
    """The columns of the table that hold the counts, in their order."""
    return _columns(len(counting.counts))


def _columns(counts: int) -> list[str]:
    return [f"count_{number}" for number in range(1, counts + 1)]


def kept_cells(to: Registered, basis: int) -> Counters:
    """Every kept cell of a basis, without the totals."""
    return _read(to, basis, f"AND NOT (sector = {_ALL} AND channel = {_ALL})", [])


def kept_totals(to: Registered, basis: int, first: int, last: int) -> Counters:
    """The kept totals of agencies and months, from the first month to the last, both included."""
    where = f"AND sector = {_ALL} AND channel = {_ALL} AND month BETWEEN %s AND %s"
    return _read(to, basis, where, [first, last])


def kept_by_agency(to: Registered, basis: int, first: int, last: int) -> Counters:
    """The same added up over the months, in the database: as few rows as there are agencies."""
    columns = columns_of(to.counting)
    summed = ", ".join(f"CAST(SUM({name}) AS BIGINT)" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT agency, 0, 0, 0, {summed} FROM facts_keptcounter WHERE dataset_id = %s AND basis = %s "
            f"AND sector = {_ALL} AND channel = {_ALL} AND month BETWEEN %s AND %s GROUP BY agency",
            [to.dataset_id, basis, first, last],
        )
        return _counters(to, cursor.fetchall())


def kept_sums(
    to: Registered, bases: Sequence[int], by: str, first: int, last: int, among: Mapping[str, Sequence[int]]
) -> dict[tuple[int, int], dict[str, int]]:
    """Counts added up in the database over the months from `first` to `last`, both included, by basis and the
    numbers of a dimension ("": all in cell 0); `among`: by dimension, the numbers that are wanted of it.
    """
    names = [count.name for count in to.counting.counts]
    summed = ", ".join(f"CAST(SUM({column}) AS BIGINT)" for column in columns_of(to.counting))
    # Whoever asks for agencies only reads their totals, not their cells.
    are_totals = by in ("", AGENCY) and set(among) <= {AGENCY}
    where = "" if are_totals else "NOT "
    where += f"(sector = {_ALL} AND channel = {_ALL})"
    for column, numbers in (("basis", bases), *among.items()):
        where += f" AND {column} IN ({', '.join(format(number, 'd') for number in numbers)})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT basis, {by or _ALL} AS cell, {summed} FROM facts_keptcounter WHERE dataset_id = %s "
            f"AND month BETWEEN %s AND %s AND {where} GROUP BY basis" + (f", {by}" if by else ""),
            [to.dataset_id, first, last],
        )
        rows = cursor.fetchall()
    return {(basis, cell): dict(zip(names, counts, strict=True)) for basis, cell, *counts in rows}


def _read(to: Registered, basis: int, where: str, values: Sequence[int]) -> Counters:
    columns = columns_of(to.counting)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT agency, month, sector, channel, {', '.join(columns)} FROM facts_keptcounter "
            f"WHERE dataset_id = %s AND basis = %s {where}",
            [to.dataset_id, basis, *values],
        )
        return _counters(to, cursor.fetchall())


def _counters(to: Registered, rows: Sequence[Sequence[int]]) -> Counters:
    names = [count.name for count in to.counting.counts]
    table: Numbers = np.array(rows, np.int64).reshape(len(rows), 4 + len(names))
    return Counters(
        {name: table[:, place] for place, name in enumerate((AGENCY, MONTH, SECTOR, CHANNEL))},
        {name: table[:, 4 + place] for place, name in enumerate(names)},
    )
