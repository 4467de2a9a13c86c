"""The files of counted facts: one a month of the first basis, one row a key, sorted by key.

A change writes the files of the months it touches anew, beside the old ones; which of them count, a
transaction says afterwards. Names in the SQL are those of a checked declaration.
"""

# ruff: noqa: S608  # names in the SQL are those of a checked declaration, values are numbers or parameters

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.utils.translation import gettext as _

from openpar.base.facts import files
from openpar.base.facts.counters import Counters, counters_from, nothing
from openpar.base.facts.datasets import Registered
from openpar.base.facts.declarations import (
    KEY,
    LARGEST,
    MONTH,
    RELATION,
    Counting,
    month_number,
    select_text,
)
from openpar.base.facts.duck import Array, Connection, connected, fetched, reading, register, write_parquet
from openpar.base.facts.engines import relation_of
from openpar.base.facts.errors import StaleFacts
from openpar.base.facts.models import RecentFact, SchemaVersion, StoredPart
from openpar.base.facts.queries import live_parts, path_of_part
from openpar.base.facts.rows import MOST_GAPS, Given
from openpar.common.errors import Gap

_SQL_TYPES = {8: "TINYINT", 16: "SMALLINT", 32: "INTEGER"}
_ARRAY_TYPES = {8: np.int8, 16: np.int16, 32: np.int32}
# More than there are months: a month number has 16 bits at most.
_MONTHS = 1 << 16
Facts = Mapping[str, Array]
Fact = Mapping[str, int]


@dataclass(frozen=True)
class Base:
    """The files of a dataset that count now, by month number."""

    parts: Mapping[int, StoredPart]
    paths: Mapping[int, Path]


@dataclass(frozen=True)
class Recent:
    """A fact that waits to be settled, as it was read."""

    id: int
    key: str
    newest: tuple[int, ...] | None
    revision: int


def base_of(to: Registered) -> Base:
    """The files that count. Raises StaleFacts when they were written for another way of counting."""
    parts = live_parts(to, StoredPart.What.FACTS)
    now = to.counting.sha256
    schemas = {part.schema_id for part in parts}
    if SchemaVersion.objects.filter(pk__in=schemas).exclude(counting_sha256=now).exists():
        raise StaleFacts.because(
            to.name,
            _("cách đếm đã thay đổi từ khi các tệp dữ kiện được ghi"),
            _("Chuẩn hóa lại toàn bộ dữ kiện của tập này"),
            code="counting-changed",
        )
    by_month = {month_number(part.year, part.month): part for part in parts}
    return Base(by_month, {month: path_of_part(part, to.name) for month, part in by_month.items()})


def recents_of(to: Registered) -> list[Recent]:
    """The facts that events changed since the files were written, in the order of their keys."""
    rows = RecentFact.objects.filter(dataset_id=to.dataset_id).order_by("key")
    return [
        Recent(pk, key, numbers_from(newest), revision)
        for pk, key, newest, revision in rows.values_list("pk", "key", "newest", "revision")
    ]


def numbers_from(text: str | None) -> tuple[int, ...] | None:
    """A fact as a row of `RecentFact` has it."""
    return None if text is None else tuple(map(int, text.split(",")))


def facts_from(counting: Counting, given: Mapping[str, Given]) -> tuple[dict[str, Array], list[Gap]]:
    """Facts as arrays of their declared widths, sorted by key, and everything that is wrong with them."""
    lengths = {name: len(values) for name, values in given.items()}
    wanted = {KEY, *counting.names}
    if set(given) != wanted or len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} {length}" for name, length in lengths.items())
        what = _("cột hoặc số dòng không khớp với khai báo: %s") % said
        return {}, [Gap("", what, code="facts-unfit")]
    keys = np.empty(lengths[KEY], object)
    keys[:] = list(given[KEY])
    gaps = [
        Gap(str(key)[:80], _("khóa phải là chữ, không trống"), code="key-unfit")
        for key in keys
        if not isinstance(key, str) or not key
    ]
    made: dict[str, Array] = {}
    for column in counting.columns:
        values, wrong = _numbers(column.name, column.bits, given[column.name], counting.least(column.name))
        made[column.name] = values
        gaps += wrong
    if not gaps:
        order = np.array(sorted(range(len(keys)), key=keys.tolist().__getitem__), np.intp)
        made = {KEY: keys[order], **{name: values[order] for name, values in made.items()}}
        same = np.flatnonzero(made[KEY][1:] == made[KEY][:-1])
        gaps = [
            Gap(made[KEY][place], _("khóa này có nhiều hơn một dòng"), code="key-doubled") for place in same
        ]
    return made, gaps[:MOST_GAPS]


def _numbers(name: str, bits: int, given: Given, least: int) -> tuple[Array, list[Gap]]:
    values = np.asarray(given)
    if values.dtype.kind not in "iub" or values.ndim != 1:
        if len(values):
            return values, [Gap(name, _("phải là số nguyên, không để trống"), code="fact-unfit")]
        values = values.astype(np.int8)
    outside = np.flatnonzero((values < least) | (values > LARGEST[bits]))
    if len(outside):
        what = _("%(value)d nằm ngoài %(least)d–%(largest)d") % {
            "value": int(values[outside[0]]),
            "least": least,
            "largest": LARGEST[bits],
        }
        return values, [Gap(name, what, code="fact-outside")]
    return values.astype(_ARRAY_TYPES[bits]), []


def facts_of_rows(counting: Counting, rows: Iterable[tuple[str, Sequence[int]]]) -> dict[str, Array]:
    """A few facts, given number by number, as arrays."""
    listed = list(rows)
    keys = np.empty(len(listed), object)
    keys[:] = [key for key, _numbers in listed]
    columns = (
        zip(*(numbers for _key, numbers in listed), strict=True) if listed else [[]] * len(counting.columns)
    )
    return {
        KEY: keys,
        **{
            column.name: np.array(values, _ARRAY_TYPES[column.bits])
            for column, values in zip(counting.columns, columns, strict=True)
        },
    }


# --- writing months -----------------------------------------------------------------------------------------


def prepare(duck: Connection, counting: Counting, base: Base, facts: Facts, gone: Sequence[str]) -> None:
    """Makes the tables of a change: `given`, the new facts; `changed`, their keys and those that are `gone`;
    `lying`, what the files have of these keys.
    """
    fact_table(duck, counting, "given", facts)
    key_table(duck, "gone", gone)
    duck.execute(f"CREATE TEMP TABLE changed AS SELECT {KEY} FROM given UNION SELECT {KEY} FROM gone")
    source = _source(counting, list(base.paths.values()))
    duck.execute(f"CREATE TEMP TABLE lying AS SELECT * FROM {source} SEMI JOIN changed USING ({KEY})")


def fact_table(duck: Connection, counting: Counting, name: str, facts: Facts) -> None:
    """Facts in memory as a table."""
    register(duck, f"{name}_arrays", facts)
    duck.execute(f"CREATE TEMP TABLE {name} AS SELECT {_typed(counting, f'{name}_arrays')}")


def key_table(duck: Connection, name: str, keys: Sequence[str]) -> None:
    """Keys as a table; an array without any would have no type."""
    array = np.empty(len(keys), object)
    array[:] = list(keys)
    register(duck, f"{name}_arrays", {KEY: array})
    duck.execute(f"CREATE TEMP TABLE {name} AS SELECT CAST({KEY} AS VARCHAR) AS {KEY} FROM {name}_arrays")


def _typed(counting: Counting, source: str) -> str:
    columns = ", ".join(
        f"CAST({column.name} AS {_SQL_TYPES[column.bits]}) AS {column.name}" for column in counting.columns
    )
    return f"CAST({KEY} AS VARCHAR) AS {KEY}, {columns} FROM {source}"


def _source(counting: Counting, paths: Sequence[Path]) -> str:
    """A table of these files; without any an empty one of the same columns."""
    if paths:
        return reading(paths)
    nulls = ", ".join(f"NULL AS {name}" for name in (KEY, *counting.names))
    return f"(SELECT {_typed(counting, f'(SELECT {nulls})')} WHERE false)"


def touched_months(duck: Connection, counting: Counting) -> list[int]:
    """The months whose files a prepared change writes anew."""
    month = counting.bases[0].column
    found = fetched(duck, f"SELECT {month} AS m FROM given UNION SELECT {month} FROM lying ORDER BY m")
    return [int(number) for number in found["m"]]


def write_month(duck: Connection, counting: Counting, base: Base, month: int, path: Path) -> int:
    """Writes the file of one month after a prepared change; how many facts it holds."""
    paths = [base.paths[month]] if month in base.paths else []
    names = ", ".join((KEY, *counting.names))
    column = counting.bases[0].column
    select = (
        f"SELECT {names} FROM {_source(counting, paths)} ANTI JOIN changed USING ({KEY}) "
        f"UNION ALL SELECT {names} FROM given WHERE {column} = {month:d}"
    )
    return write_parquet(duck, f"SELECT * FROM ({select}) ORDER BY {KEY}", path)


def counted(duck: Connection, counting: Counting, table: str, where: str = "") -> list[Counters]:
    """The counters of a table of facts on this connection, one for each basis."""
    names = [count.name for count in counting.counts]
    # Planning the SELECT costs as much as counting many facts, and often there are none.
    if not duck.execute(f"SELECT 1 FROM {table}{where} LIMIT 1").fetchall():
        return [nothing(names)] * len(counting.bases)
    # All bases in one go, for it is planned once then: each fact stands there once a basis, and the number of
    # the basis in front of the month.
    months = " ".join(f"WHEN {number} THEN {basis.column}" for number, basis in enumerate(counting.bases))
    columns = {
        **relation_of(counting, counting.bases[0], ()).columns,
        MONTH: f"basis * {_MONTHS} + CASE basis {months} END",
    }
    duck.execute(
        f"CREATE OR REPLACE TEMP VIEW {RELATION} AS "
        f"SELECT {', '.join(f'{stored} AS {name}' for name, stored in columns.items())} "
        f"FROM (SELECT * FROM {table}{where}), "
        f"(SELECT CAST(range AS INTEGER) AS basis FROM range({len(counting.bases)}))"
    )
    found = counters_from(fetched(duck, select_text(counting)), names, counting.derived)
    bases, months_of = np.divmod(found.cells[MONTH], _MONTHS)
    plain = Counters({**found.cells, MONTH: months_of}, found.counts)
    return [plain.taken(bases == number) for number in range(len(counting.bases))]


@contextmanager
def whole_facts(to: Registered, base: Base, recents: Sequence[Recent]) -> Iterator[tuple[Path, ...]]:
    """Files that hold every fact as it is now, one row a key: those that lie there, and for the months that
    events touched since, files made for the moment.
    """
    counting = to.counting
    if base.paths and not recents:
        yield tuple(base.paths.values())
        return
    with files.incoming() as folder, connected(files.folder()) as duck:
        facts = facts_of_rows(counting, ((one.key, one.newest) for one in recents if one.newest is not None))
        prepare(duck, counting, base, facts, [one.key for one in recents if one.newest is None])
        paths = dict(base.paths)
        for month in touched_months(duck, counting) or [0]:
            paths[month] = folder / f"{month}.parquet"
            write_month(duck, counting, base, month, paths[month])
        yield tuple(paths.values())
