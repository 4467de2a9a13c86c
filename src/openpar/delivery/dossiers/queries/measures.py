"""What is counted of dossiers, and of which period: one predicate a measure.

The same predicate counts the rows and lists them (`queries/lists.py`), so that a total is always the number
of the rows behind it. Stocks (carried over, remaining) are taken at a day and never added over periods.
"""

# ruff: noqa: S608  # names in the SQL are those of a checked declaration, values are numbers or parameters

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

import numpy as np
from django.db import models
from django.utils.translation import gettext_lazy as _

from openpar.base.facts import files
from openpar.base.facts.counters import Counters
from openpar.base.facts.counting import sums
from openpar.base.facts.datasets import Registered, registered
from openpar.base.facts.declarations import AGENCY, CHANNEL, KEY, MONTH, SECTOR, Condition, month_number
from openpar.base.facts.duck import Connection, connected, fetched, reading
from openpar.base.facts.errors import UnknownDataset
from openpar.base.facts.months import base_of, fact_table, facts_of_rows, key_table, recents_of
from openpar.base.facts.queries import values_in
from openpar.base.facts.rollup import RolledUp, rolled_up
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.queries import TreeNode
from openpar.delivery.dossiers.declarations import (
    AGENCIES,
    COUNTING,
    DATASET,
    DUE,
    ENDED,
    PROCEDURES,
    RECEIVED,
    SECTORS,
)
from openpar.engine.periods import Calendar, Period
from openpar.engine.rates import Rate, on_time_of_due, on_time_of_received, on_time_of_resolved

# The period that a dossier is counted in: that of reception, of the due day, of the end.
BASES = (RECEIVED, DUE, ENDED)
_COLUMNS: Mapping[tuple[Calendar, str], str] = {
    (Calendar.CIVIL, RECEIVED): "month_received",
    (Calendar.CIVIL, DUE): "month_due",
    (Calendar.CIVIL, ENDED): "month_ended",
    (Calendar.REFORM, RECEIVED): "period_received",
    (Calendar.REFORM, DUE): "period_due",
    (Calendar.REFORM, ENDED): "period_ended",
}


class Measure(models.TextChoices):
    """Everything that is counted; the counts of one basis are named in `_PARTS`."""

    CARRIED_OVER = "carried_over", _("Kỳ trước chuyển sang")
    RECEIVED = "received", _("Tiếp nhận")
    RECEIVED_ONLINE = "received_online", _("Tiếp nhận trực tuyến")
    RESOLVED = "resolved", _("Đã giải quyết")
    EARLY = "early", _("Trước hạn")
    ON_TIME = "on_time", _("Đúng hạn")
    LATE = "late", _("Trễ hạn")
    UNTIMED = "untimed", _("Xong, không có hạn trả")
    RETURNED = "returned", _("Trả lại")
    WITHDRAWN = "withdrawn", _("Rút hồ sơ")
    STOPPED = "stopped", _("Dừng giải quyết")
    REFUSED = "refused", _("Từ chối tiếp nhận")
    REMAINING = "remaining", _("Còn lại cuối kỳ")
    IN_PROCESS = "in_process", _("Tiếp nhận trong kỳ, đang giải quyết")
    OVERDUE = "overdue", _("Tiếp nhận trong kỳ, đang quá hạn")
    WAITING_SUPPLEMENT = "waiting_supplement", _("Đang chờ bổ sung")
    PAUSED = "paused", _("Đang tạm dừng")
    SUPPLEMENTED = "supplemented", _("Có yêu cầu bổ sung")
    ON_TIME_766 = "on_time_766", _("Đúng hạn theo QĐ 766")
    APOLOGISED = "apologised", _("Quá hạn, đã xin lỗi đúng lúc")
    DUE = "due", _("Đến hạn trong kỳ")
    DUE_IN_TIME = "due_in_time", _("Đến hạn trong kỳ, xong kịp hạn")
    OBLIGATION = "obligation", _("Có nghĩa vụ tài chính")
    PAID_ONLINE = "paid_online", _("Thanh toán trực tuyến")
    DIGITISED = "digitised", _("Số hóa thành phần")
    REUSED = "reused", _("Dùng lại dữ liệu đã số hóa")
    ELECTRONIC = "electronic", _("Kết quả điện tử")


_STOCKS = frozenset({Measure.CARRIED_OVER, Measure.REMAINING})
_OF_ENDED = frozenset(
    {
        *(Measure.RESOLVED, Measure.EARLY, Measure.ON_TIME, Measure.LATE, Measure.UNTIMED),
        *(Measure.RETURNED, Measure.WITHDRAWN, Measure.STOPPED, Measure.REFUSED),
    }
)
# Due in the period, and its fate is known: what left without a result or waits is counted apart.
_PARTS: Mapping[Measure, tuple[str, ...]] = {
    Measure.DUE: ("early", "on_time", "late", "overdue"),
    Measure.DUE_IN_TIME: ("early", "on_time"),
}


def basis_of(measure: Measure) -> str:
    """The basis that a measure is usually counted by."""
    if measure in _PARTS:
        return DUE
    return ENDED if measure in _OF_ENDED else RECEIVED


class Dimension(StrEnum):
    """What figures are told apart by."""

    AGENCY = AGENCY
    SECTOR = SECTOR
    CHANNEL = CHANNEL
    PROCEDURE = "procedure"


@dataclass(frozen=True)
class Asked:
    """Whose dossiers, of which period, as known on a day; `organisations` None: everybody's. Texts are those
    of the dataset.
    """

    period: Period
    on: date
    organisations: frozenset[int] | None = None
    sector: str = ""
    procedure: str = ""
    channel: int | None = None


# Asked for in place of a procedure: those that the catalogue does not know.
UNLISTED = "-"
Figures = Mapping[str, int]
_BASIS_OF_COLUMN = {basis.column: basis.name for basis in COUNTING.bases}
_NO_COUNTS = {count.name: 0 for count in COUNTING.counts}
NOTHING: Figures = dict.fromkeys(Measure.values, 0)


def rates_of(figures: Figures) -> tuple[Rate, Rate, Rate]:
    """The three on-time ratios, each with its own denominator: of resolved, of due, of received (QĐ 766)."""
    told = {name: Decimal(value) for name, value in figures.items()}
    return (
        on_time_of_resolved(early=told["early"], on_time=told["on_time"], late=told["late"]),
        on_time_of_due(in_time=told["due_in_time"], due=told["due"]),
        on_time_of_received(
            resolved_in_time=told["on_time_766"], open_in_time=Decimal(0), received=told["received"]
        ),
    )


def figures_by(dimension: Dimension, asked: Asked) -> dict[int, Figures]:
    """Every measure by the numbers of a dimension; nothing while there is no dataset.

    From the kept counters; they do not know procedures: then one scan of the facts.
    """
    if dimension is Dimension.PROCEDURE or asked.procedure:
        return scanned(dimension, asked)
    return _kept(dimension.value, asked)


def total_of(asked: Asked) -> Figures:
    """The same over all that is asked for."""
    found = scanned(None, asked) if asked.procedure else _kept("", asked)
    return found.get(0, NOTHING)


def agency_figures(found: Mapping[int, Figures], tree: Sequence[TreeNode]) -> RolledUp:
    """Every measure of every organisation of a tree, its own and those below it, from the figures by agency;
    agencies that the tree does not have stand apart and are added to nobody.
    """
    numbers = np.array(list(found), np.int64)
    none = np.zeros(len(numbers), np.int64)
    counters = Counters(
        {AGENCY: numbers, MONTH: none, SECTOR: none, CHANNEL: none},
        {name: np.array([figures[name] for figures in found.values()], np.int64) for name in Measure.values},
    )
    return rolled_up(counters, tree=tree, agencies=values_in(AGENCIES))


def words_of(dimension: Dimension) -> dict[int, str]:
    """What the numbers of agencies, fields and procedures stand for; channels have none."""
    return values_in(_WORDS[dimension])


_WORDS = {Dimension.AGENCY: AGENCIES, Dimension.SECTOR: SECTORS, Dimension.PROCEDURE: PROCEDURES}


# --- counted ------------------------------------------------------------------------------------------------


def scanned(dimension: Dimension | None, asked: Asked) -> dict[int, Figures]:
    """Every measure by one scan of all facts; without a dimension in cell 0."""
    by = dimension.value if dimension else "0"
    counted = ", ".join(
        f"COUNT(CASE WHEN {predicate(measure, asked.period)} THEN 1 END) AS {measure.value}"
        for measure in Measure
    )
    with whole_facts() as duck:
        if duck is None:
            return {}
        answer = fetched(
            duck, f"SELECT {by} AS cell, {counted} FROM facts WHERE {filters(asked)} GROUP BY ALL"
        )
    columns = [answer[name].tolist() for name in Measure.values]
    cells: list[int] = answer["cell"].tolist()
    rows = zip(*columns, strict=True)
    return {
        int(cell): dict(zip(Measure.values, map(int, row), strict=True))
        for cell, row in zip(cells, rows, strict=True)
        if any(row)
    }


def _kept(by: str, asked: Asked) -> dict[int, Figures]:
    """Every measure from the kept counters: what came, was due and left in the period, and what came and left
    before it. Two questions to the counters, however many dossiers there are.
    """
    narrowed = _numbers_asked(asked)
    if narrowed is None:
        return {}
    first, last = months_of_period(asked.period)
    names = names_of_bases(asked.period)

    def during(since: int, until: int, *bases: str) -> dict[str, Mapping[int, Mapping[str, int]]]:
        wanted = [names[basis] for basis in bases]
        told = sums(DATASET, bases=wanted, by=by, first=since, last=until, among=narrowed)
        return {basis: told[names[basis]] for basis in bases}

    try:
        flows, before = during(first, last, *BASES), during(1, first - 1, RECEIVED, ENDED)
    except UnknownDataset:
        return {}
    came, left = before[RECEIVED], before[ENDED]
    found = {}
    for cell in sorted({*came, *left, *(cell for flow in flows.values() for cell in flow)}):
        here = {basis: flow[cell] for basis, flow in flows.items() if cell in flow}
        figures = figures_of(here, came.get(cell, {}), left.get(cell, {}))
        if any(figures.values()):
            found[cell] = figures
    return found


def figures_of(
    flows: Mapping[str, Mapping[str, int]], came: Mapping[str, int], left: Mapping[str, int]
) -> Figures:
    """Every measure from the counts of what came, was due and left in a period (by `BASES`), and from those
    of what `came` and `left` before it; counts that are not there are 0.
    """
    here = {basis: {**_NO_COUNTS, **flows.get(basis, {})} for basis in BASES}
    carried = came.get("received", 0) - left.get("gone", 0)
    figures = {
        measure.value: sum(here[basis_of(measure)][name] for name in _PARTS.get(measure, (measure.value,)))
        for measure in Measure
        if measure not in _STOCKS
    }
    figures[Measure.CARRIED_OVER.value] = carried
    figures[Measure.REMAINING.value] = carried + figures["received"] - here[ENDED]["gone"]
    return figures


def names_of_bases(period: Period) -> dict[str, str]:
    """Each of `BASES` by the name it has in the calendar of a period."""
    return {basis: _BASIS_OF_COLUMN[_COLUMNS[period.calendar, basis]] for basis in BASES}


def _numbers_asked(asked: Asked) -> dict[str, list[int]] | None:
    """The numbers that the cells are narrowed to, by dimension; None when nothing can be among them."""
    narrowed: dict[str, list[int]] = {}
    if asked.organisations is not None:
        keys = set(Organisation.objects.filter(pk__in=asked.organisations).values_list("key", flat=True))
        narrowed[AGENCY] = [number for number, key in values_in(AGENCIES).items() if key in keys]
    if asked.sector:
        narrowed[SECTOR] = [at for at, word in values_in(SECTORS).items() if word == asked.sector]
    if asked.channel is not None:
        narrowed[CHANNEL] = [asked.channel]
    return narrowed if all(narrowed.values()) else None


# --- predicates ---------------------------------------------------------------------------------------------


def months_of_period(period: Period) -> tuple[int, int]:
    """The first and the last month number of a period, in its own calendar; both included."""
    return _month_of(period, period.from_on), _month_of(period, period.until_on)


def _month_of(period: Period, day: date) -> int:
    later = period.calendar is Calendar.REFORM and day.day > 14
    return month_number(day.year, day.month) + later


def predicate(measure: Measure, period: Period, basis: str = "") -> str:
    """Which facts a measure counts in a period, as SQL; `basis` in place of the usual one."""
    first, last = months_of_period(period)
    if measure in _STOCKS:
        return _stock(period, first if measure is Measure.CARRIED_OVER else last + 1)
    column = _COLUMNS[period.calendar, basis or basis_of(measure)]
    return f"{column} BETWEEN {first:d} AND {last:d} AND ({_meant(measure)})"


def _stock(period: Period, before: int) -> str:
    """Received before a month, and not left before it."""
    received, ended = (_COLUMNS[period.calendar, basis] for basis in (RECEIVED, ENDED))
    left = _all_of(_conditions()["gone"])
    return (
        f"accepted = 1 AND {received} < {before:d} AND NOT ({left} AND {ended} BETWEEN 1 AND {before - 1:d})"
    )


def _meant(measure: Measure) -> str:
    names = _PARTS.get(measure, (measure.value,))
    return " OR ".join(f"({_all_of(_conditions()[name])})" for name in names)


@lru_cache(maxsize=1)
def _conditions() -> dict[str, tuple[Condition, ...]]:
    return {count.name: count.conditions for count in COUNTING.counts}


def _all_of(conditions: Sequence[Condition]) -> str:
    return " AND ".join(
        f"{one.column} IN ({', '.join(format(value, 'd') for value in one.values)})" for one in conditions
    )


def filters(asked: Asked) -> str:
    """Whose dossiers are asked for, as SQL."""
    narrowed = _numbers_asked(asked)
    if narrowed is None:
        return "false"
    if asked.procedure == UNLISTED:
        narrowed["procedure"] = [0]
    elif asked.procedure:
        at = [number for number, word in values_in(PROCEDURES).items() if word == asked.procedure]
        narrowed["procedure"] = at
    return " AND ".join(["true", *(_one_of(column, numbers) for column, numbers in narrowed.items())])


def _one_of(column: str, numbers: Sequence[int]) -> str:
    return f"{column} IN ({', '.join(format(number, 'd') for number in numbers)})" if numbers else "false"


# --- the facts as they are now ------------------------------------------------------------------------------


@contextmanager
def whole_facts() -> Iterator[Connection | None]:
    """A connection with the view `facts`: every fact as it is now, events among them. None while there are no
    facts.
    """
    try:
        to = registered(DATASET)
    except UnknownDataset:
        yield None
        return
    with facts_view(to) as duck:
        yield duck


@contextmanager
def facts_view(to: Registered) -> Iterator[Connection | None]:
    """A connection with the view `facts`; None while there are none."""
    base, recents = base_of(to), recents_of(to)
    if not base.paths and not recents:
        yield None
        return
    names = ", ".join((KEY, *to.counting.names))
    newest = ((one.key, one.newest) for one in recents if one.newest is not None)
    with connected(files.folder()) as duck:
        fact_table(duck, to.counting, "recent", facts_of_rows(to.counting, newest))
        key_table(duck, "touched", [one.key for one in recents])
        parts = [f"SELECT {names} FROM recent"]
        if base.paths:
            source = reading(list(base.paths.values()))
            parts.append(f"SELECT {names} FROM {source} ANTI JOIN touched USING ({KEY})")
        duck.execute(f"CREATE TEMP VIEW facts AS {' UNION ALL '.join(parts)}")
        yield duck
