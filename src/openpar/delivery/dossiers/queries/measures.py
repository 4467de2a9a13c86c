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
from openpar.base.facts.datasets import Registered, registered
from openpar.base.facts.declarations import AGENCY, CHANNEL, KEY, MONTH, SECTOR, Condition, month_number
from openpar.base.facts.duck import Array, Connection, connected, fetched, reading
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
from openpar.delivery.dossiers.resolving import Register
from openpar.delivery.dossiers.stored import reckoned_of_store
from openpar.engine.periods import Calendar, Period
from openpar.engine.rates import Rate, on_time_of_due, on_time_of_received, on_time_of_resolved

# The period that a dossier is counted in: that of reception, of the due day, of the end.
BASES = (RECEIVED, DUE, ENDED)
_COLUMNS: Mapping[tuple[Calendar, str], str] = {
    (Calendar.CIVIL, RECEIVED): "month_received",
    (Calendar.CIVIL, DUE): "month_due",
    (Calendar.CIVIL, ENDED): "month_ended",
    (Calendar.REFORM, RECEIVED): "period_received",
    (Calendar.REFORM, ENDED): "period_ended",
}
_DUE_IN_PERIOD = "due_in_period"


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


Figures = Mapping[str, int]
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
    """Every measure by the numbers of a dimension; nothing while there is no dataset. One scan."""
    with whole_facts_of(asked) as duck:
        return {} if duck is None else _counted(duck, asked, dimension)


def total_of(asked: Asked) -> Figures:
    """The same over all that is asked for."""
    with whole_facts_of(asked) as duck:
        found = {} if duck is None else _counted(duck, asked, None)
    return found.get(0, NOTHING)


def agency_figures(asked: Asked, tree: Sequence[TreeNode]) -> RolledUp:
    """Every measure of every organisation of a tree, its own and those below it; agencies that the tree does
    not have stand apart and are added to nobody.
    """
    found = figures_by(Dimension.AGENCY, asked)
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


def _counted(duck: Connection, asked: Asked, dimension: Dimension | None) -> dict[int, Figures]:
    by = dimension.value if dimension else "0"
    counted = ", ".join(
        f"COUNT(CASE WHEN {predicate(measure, asked.period)} THEN 1 END) AS {measure.value}"
        for measure in Measure
    )
    answer = fetched(duck, f"SELECT {by} AS cell, {counted} FROM facts WHERE {filters(asked)} GROUP BY ALL")
    columns = [answer[name].tolist() for name in Measure.values]
    cells: list[int] = answer["cell"].tolist()
    rows = zip(*columns, strict=True)
    return {
        int(cell): dict(zip(Measure.values, map(int, row), strict=True))
        for cell, row in zip(cells, rows, strict=True)
        if any(row)
    }


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
    return f"({_within(period, basis or basis_of(measure), first, last)}) AND ({_meant(measure)})"


def _within(period: Period, basis: str, first: int, last: int) -> str:
    if (column := _COLUMNS.get((period.calendar, basis))) is not None:
        return f"{column} BETWEEN {first:d} AND {last:d}"
    # Facts know the month in which they are due: whole months lie inside, those at both ends are looked into.
    return f"month_due BETWEEN {first:d} AND {last - 1:d} OR {KEY} IN (FROM {_DUE_IN_PERIOD})"


def _stock(period: Period, before: int) -> str:
    """Received before a month, and not left before it."""
    received, ended = (_COLUMNS[period.calendar, basis] for basis in (RECEIVED, ENDED))
    left = _all_of(_conditions()["left"])
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
    wanted = ["true"]
    if asked.organisations is not None:
        keys = set(Organisation.objects.filter(pk__in=asked.organisations).values_list("key", flat=True))
        wanted.append(_one_of(AGENCY, [number for number, key in values_in(AGENCIES).items() if key in keys]))
    for column, dimension, text in (
        (SECTOR, SECTORS, asked.sector),
        ("procedure", PROCEDURES, asked.procedure),
    ):
        if text:
            wanted.append(_one_of(column, [at for at, word in values_in(dimension).items() if word == text]))
    if asked.channel is not None:
        wanted.append(f"channel = {asked.channel:d}")
    return " AND ".join(wanted)


def _one_of(column: str, numbers: Sequence[int]) -> str:
    return f"{column} IN ({', '.join(format(number, 'd') for number in numbers)})" if numbers else "false"


# --- the facts as they are now ------------------------------------------------------------------------------


@contextmanager
def whole_facts_of(asked: Asked, *, with_due: bool = True) -> Iterator[Connection | None]:
    """A connection with the view `facts`: every fact as it is now, events among them; and the keys of those
    due within the period where its calendar needs them. None while there are no facts.
    """
    try:
        to = registered(DATASET)
    except UnknownDataset:
        yield None
        return
    is_amid = with_due and asked.period.calendar is Calendar.REFORM
    due = due_in_part_months(to, asked.period, asked.on) if is_amid else []
    with facts_view(to) as duck:
        if duck is not None:
            key_table(duck, _DUE_IN_PERIOD, due)
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


def due_in_part_months(to: Registered, period: Period, on: date) -> list[str]:
    """The dossiers due within a period that begins and ends amid a month, of these two months: facts do not
    know the day, the rows do.
    """
    first, last = months_of_period(period)
    with facts_view(to) as duck:
        if duck is None:
            return []
        where = f"month_due IN ({first - 1:d}, {last:d})"
        codes: Array = fetched(duck, f"SELECT {KEY} FROM facts WHERE {where} ORDER BY {KEY}")[KEY]
    if not len(codes):
        return []
    reckoned, _before, _context = reckoned_of_store(codes.tolist(), Register.load(), on)
    due = reckoned.judged.due_on
    inside = (due >= np.datetime64(period.from_on)) & (due <= np.datetime64(period.until_on))
    found: list[str] = reckoned.rows.codes[inside].tolist()
    return found
