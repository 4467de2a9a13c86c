"""What a dataset is: its columns, which of them tell of people, and how its facts are counted.

A declaration is plain data that a package writes once and the store keeps, version by version. Nothing here
touches a file or a database.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
# The kept counters have so many columns (models.KeptCounter).
MOST_COUNTS = 24
# Widths of the integers of a fact, in bits, as every engine has them.
LARGEST = {8: 2**7 - 1, 16: 2**15 - 1, 32: 2**31 - 1}
# What counters are counted by, beside the month; every counted dataset has these three.
AGENCY, SECTOR, CHANNEL, MONTH = "agency", "sector", "channel", "month"
KEY = "key"
# Columns that the store itself adds to the rows of a batch begin so.
RESERVED = "_"
# Words that some engine keeps for itself.
_TAKEN = frozenset({KEY, MONTH, "row", "rows", "select", "group", "order", "count", "case", "when", "first"})


class Kind(StrEnum):
    """What a value of a column is. A moment is UTC to the microsecond, a day a legal day of Việt Nam."""

    TEXT = "TEXT"
    INTEGER = "INTEGER"
    DAY = "DAY"
    MOMENT = "MOMENT"
    BOOLEAN = "BOOLEAN"


@dataclass(frozen=True)
class Column:
    """One typed column of the rows as they come in.

    `keeps_first`: beside the newest value the first one that was ever told stays in sight, so that a
    rewritten one shows. `is_personal`: kept apart from the facts and erased when a person may ask for it.
    """

    name: str
    kind: Kind
    is_key: bool = False
    is_required: bool = False
    is_personal: bool = False
    keeps_first: bool = False


@dataclass(frozen=True)
class FactColumn:
    """One small whole number of a fact, 0 to the largest of its bits; there is no null, 0 is "none"."""

    name: str
    bits: int = 8


@dataclass(frozen=True)
class Condition:
    """The column holds one of these values."""

    column: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Count:
    """One additive count: the facts for which every condition holds; without conditions all of them."""

    name: str
    conditions: tuple[Condition, ...] = ()

    def holds(self, fact: Mapping[str, int]) -> bool:
        """The same question as in the SELECT, of one fact."""
        # A plain loop: asked thirty times in every event.
        for condition in self.conditions:  # noqa: SIM110 - `all` makes a generator each time
            if fact[condition.column] not in condition.values:
                return False
        return True


@dataclass(frozen=True)
class Derived:
    """A count that follows from others, cell by cell: their sum, in the cells whose dimensions hold all these
    conditions and 0 in all others.
    """

    name: str
    parts: tuple[str, ...]
    within: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Basis:
    """By which month facts are counted ("of those received in", "due in", "ended in"); 0: not yet."""

    name: str
    column: str


@dataclass(frozen=True)
class Counting:
    """How one fact a key is laid out in small integers, and what is counted.

    Columns must include agency, sector and channel. The months of the first basis divide the files, so
    every fact has one. Months are whole numbers, see `month_number`.
    """

    columns: tuple[FactColumn, ...]
    bases: tuple[Basis, ...]
    counts: tuple[Count, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @cached_property
    def sha256(self) -> str:
        """The digest of everything that says what the counters mean."""
        return _digest(asdict(self))

    @cached_property
    def limits(self) -> dict[str, tuple[int, int]]:
        """The smallest and the largest number of each column, both included."""
        return {column.name: (self.least(column.name), LARGEST[column.bits]) for column in self.columns}

    @cached_property
    def derived(self) -> tuple[Derived, ...]:
        """The counts that need not be counted, each after those it follows from."""
        return (*self._sums(), *self._shares())

    def _sums(self) -> Iterator[Derived]:
        """Where a column may hold several values, and each of them is counted for itself."""
        by_conditions = {frozenset(count.conditions): count.name for count in self.counts}
        for count in self.counts:
            if any(condition.column in (AGENCY, SECTOR, CHANNEL) for condition in count.conditions):
                continue
            for condition in count.conditions:
                others = frozenset(count.conditions) - {condition}
                single = [Condition(condition.column, (value,)) for value in condition.values]
                parts = [by_conditions.get(others | {one}) for one in single]
                if len(single) > 1 and len(set(single)) == len(single) and None not in parts:
                    yield Derived(count.name, tuple(part for part in parts if part))
                    break

    def _shares(self) -> Iterator[Derived]:
        """Where an agency, sector or channel is asked for, and the same is counted for all of them: the cells
        tell them apart.
        """
        by_conditions = {frozenset(count.conditions): count.name for count in self.counts}
        for count in self.counts:
            within = [one for one in count.conditions if one.column in (AGENCY, SECTOR, CHANNEL)]
            whole = by_conditions.get(frozenset(count.conditions) - frozenset(within))
            if within and whole is not None:
                yield Derived(count.name, (whole,), tuple(within))

    def least(self, name: str) -> int:
        """The smallest number a column may hold: 0 stands for "all" in the kept totals, and no file is of
        month 0.
        """
        return 1 if name in (AGENCY, SECTOR, CHANNEL, self.bases[0].column) else 0

    def basis(self, name: str) -> Basis:
        """The basis of this name. Raises KeyError."""
        for basis in self.bases:
            if basis.name == name:
                return basis
        raise KeyError(name)


@dataclass(frozen=True)
class Declaration:
    """A dataset as its owner declares it."""

    name: str
    columns: tuple[Column, ...]
    counting: Counting | None = None

    @property
    def keys(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_key)

    @property
    def plain(self) -> tuple[Column, ...]:
        """The columns that lie in the files: all but the personal ones."""
        return tuple(column for column in self.columns if not column.is_personal)

    @property
    def personal(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.is_personal)

    @property
    def kept_first(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.keeps_first)

    @cached_property
    def sha256(self) -> str:
        return _digest(asdict(self))


def month_number(year: int, month: int) -> int:
    """A month as a whole number that can be compared and counted with: 2026-01 is 24312."""
    return year * 12 + month - 1


def year_and_month(number: int) -> tuple[int, int]:
    """The year and the month, 1 to 12, of a month number."""
    return number // 12, number % 12 + 1


def as_mapping(declaration: Declaration) -> dict[str, Any]:
    """As it is stored."""
    return asdict(declaration)


def from_mapping(said: Mapping[str, Any]) -> Declaration:
    """A stored declaration. Raises KeyError, TypeError or ValueError when it is none."""
    counting = said["counting"]
    return Declaration(
        name=str(said["name"]),
        columns=tuple(Column(**{**column, "kind": Kind(column["kind"])}) for column in said["columns"]),
        counting=None if counting is None else _counting_from(counting),
    )


def _counting_from(said: Mapping[str, Any]) -> Counting:
    return Counting(
        columns=tuple(FactColumn(**column) for column in said["columns"]),
        bases=tuple(Basis(**basis) for basis in said["bases"]),
        counts=tuple(
            Count(
                count["name"],
                tuple(Condition(one["column"], tuple(one["values"])) for one in count["conditions"]),
            )
            for count in said["counts"]
        ),
    )


def _digest(said: Mapping[str, Any]) -> str:
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- what is wrong with a declaration: told to the programmer who wrote it ----------------------------------


class BadDeclaration(ValueError):
    """The declaration contradicts itself, or the one that it is to follow; `faults` are all of them."""

    def __init__(self, name: str, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{name}: " + "; ".join(self.faults))


def refuse_faults(declaration: Declaration, older: Declaration | None = None) -> None:
    """Raises BadDeclaration with everything that is wrong, also with following `older`."""
    faults = [*_faults_of_rows(declaration)]
    if declaration.counting is not None:
        faults += _faults_of_counting(declaration.counting)
    if older is not None:
        faults += _faults_of_change(older, declaration)
    if faults:
        raise BadDeclaration(declaration.name, faults)


def _faults_of_rows(declaration: Declaration) -> Iterator[str]:
    names = [column.name for column in declaration.columns]
    yield from _faults_of_names([declaration.name, *names])
    if not declaration.keys:
        yield "no column is a key"
    for column in declaration.columns:
        if column.is_personal and (column.is_key or column.keeps_first):
            yield f"{column.name}: a personal column is neither key nor first-seen value: those stay for good"
        if column.is_key and column.keeps_first:
            yield f"{column.name}: a key has no first value, it is the same in every version"


def _faults_of_counting(counting: Counting) -> Iterator[str]:
    known = set(counting.names)
    yield from _faults_of_names(list(counting.names))
    yield from (f"no column {name}" for name in (AGENCY, SECTOR, CHANNEL) if name not in known)
    for column in counting.columns:
        if column.bits not in LARGEST:
            yield f"{column.name}: {column.bits} bits, possible are {sorted(LARGEST)}"
    if not counting.bases:
        yield "no basis: facts are counted by no month"
    for basis in counting.bases:
        if basis.column not in known:
            yield f"basis {basis.name}: no column {basis.column}"
    yield from _faults_of_names([basis.name for basis in counting.bases])
    yield from _faults_of_names([count.name for count in counting.counts])
    if not 0 < len(counting.counts) <= MOST_COUNTS:
        yield f"{len(counting.counts)} counts, possible are 1 to {MOST_COUNTS}"
    for count in counting.counts:
        for condition in count.conditions:
            if condition.column not in known:
                yield f"count {count.name}: no column {condition.column}"
            if not condition.values:
                yield f"count {count.name}: {condition.column} is asked for no value"


def _faults_of_names(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        if not _NAME.fullmatch(name) or name in _TAKEN:
            yield f"{name!r} is no possible name"
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{name!r} stands twice"


def _faults_of_change(older: Declaration, newer: Declaration) -> Iterator[str]:
    """Rows that lie there must still be read: columns may be added (no key, not required) and left out;
    kind and role of one that stays never change.
    """
    before = {column.name: column for column in older.columns}
    for column in newer.columns:
        old = before.get(column.name)
        if old is None:
            if column.is_key or column.is_required:
                yield f"{column.name}: a new column is neither key nor required, older rows do not have it"
        elif (old.kind, old.is_key, old.is_personal) != (column.kind, column.is_key, column.is_personal):
            yield f"{column.name}: kind, key and personal stay as they are; take a new name"
    now = {column.name for column in newer.columns}
    yield from (f"{column.name}: a key column stays" for column in older.keys if column.name not in now)


# --- the one SELECT -----------------------------------------------------------------------------------------

RELATION = "facts"


def select_text(counting: Counting) -> str:
    """The statement that counts, the same for every engine: COUNT, CASE and GROUP BY, nothing else. What
    follows from other counts (`Counting.derived`) is not asked for.

    COUNT over a CASE and not SUM: a sum of integers is 128 bits wide in one engine, a decimal in another
    and null over nothing in all of them; a count is a whole number everywhere.
    """
    dimensions = ", ".join((AGENCY, MONTH, SECTOR, CHANNEL))
    derived = {one.name for one in counting.derived}
    lines = [f"  {_counted(count)} AS {count.name}" for count in counting.counts if count.name not in derived]
    return f"SELECT {dimensions},\n{_joined(lines)}\nFROM {RELATION}\nGROUP BY {dimensions}"


def _joined(lines: Sequence[str]) -> str:
    return ",\n".join(lines)


def _counted(count: Count) -> str:
    if not count.conditions:
        return "COUNT(*)"
    wanted = " AND ".join(_asked(condition) for condition in count.conditions)
    return f"COUNT(CASE WHEN {wanted} THEN 1 END)"


def _asked(condition: Condition) -> str:
    if len(condition.values) == 1:
        return f"{condition.column} = {condition.values[0]:d}"
    return f"{condition.column} IN ({', '.join(format(value, 'd') for value in condition.values)})"
