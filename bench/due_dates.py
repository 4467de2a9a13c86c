"""What a due date costs: CPU time, the median of several runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np

from bench.lines import TURNS, Line, median
from openpar.base.calendars.columns import UNITS, CalendarColumns, PauseColumns, due_columns
from openpar.base.calendars.files import shipped_calendar
from openpar.engine.workdays import Limit, Pause, Unit, WorkCalendar, due_at, reckon

DATA = Path(__file__).resolve().parents[1] / "data"
PLAIN_MICROSECONDS, COLUMN_NANOSECONDS = 3, 100
ROWS, PLAIN_ROWS = 1_000_000, 20_000
FIRST = datetime(2022, 1, 4, tzinfo=UTC)


def seconds_each(work: Callable[[], object], count: int) -> float:
    """CPU seconds of one of `count`, in the median run."""
    runs = []
    for _run in range(TURNS):
        began = time.process_time()
        work()
        runs.append(time.process_time() - began)
    return median(runs) / count


def plain(calendar: WorkCalendar) -> list[tuple[str, float, float]]:
    """Microseconds of one due date, by unit; the limit is for plain ones, without pauses and reasoning."""
    moments = [FIRST + timedelta(minutes=97 * number) for number in range(PLAIN_ROWS)]
    found = []
    for unit in Unit:
        limit = Limit(1 if unit is Unit.SAME_DAY else 12, unit)
        each = seconds_each(partial(_each_due, calendar, moments, limit), PLAIN_ROWS)
        found.append((f"plain, {unit}", each * 1e6, PLAIN_MICROSECONDS))
    limit, day = Limit(12, Unit.WORKING_DAY), timedelta(days=1)
    paused = [[Pause(at + day, at + 4 * day)] for at in moments]
    work = list(zip(moments, paused, strict=True))
    each = seconds_each(lambda: [due_at(calendar, at, limit, pauses) for at, pauses in work], PLAIN_ROWS)
    found.append(("plain, working_day with a pause", each * 1e6, 0))
    each = seconds_each(lambda: [reckon(calendar, at, limit) for at in moments], PLAIN_ROWS)
    return [*found, ("with its reasoning, working_day", each * 1e6, 0)]


def _each_due(calendar: WorkCalendar, moments: list[datetime], limit: Limit) -> None:
    for at in moments:
        due_at(calendar, at, limit)


def columns(calendar: WorkCalendar) -> list[tuple[str, float, float]]:
    """Nanoseconds of one due date over arrays."""
    tables, random = CalendarColumns(calendar), np.random.default_rng(1)
    seconds = random.integers(0, 6 * 365 * 86_400, ROWS)
    received = np.datetime64("2020-01-02", "us") + seconds.astype("timedelta64[s]")
    amounts, ones = random.integers(1, 30, ROWS), np.ones(ROWS, np.int64)
    found = []
    for unit in Unit:
        theirs = ones if unit is Unit.SAME_DAY else amounts
        each = seconds_each(partial(due_columns, tables, received, theirs, unit), ROWS)
        found.append((f"arrays, {unit}", each * 1e9, COLUMN_NANOSECONDS))
    units = random.choice(len(UNITS), ROWS, p=[0.8, 0.1, 0.05, 0.05]).astype(np.int8)
    mixed = np.where(units == UNITS.index(Unit.SAME_DAY), 1, amounts)
    begins, ends = np.full(ROWS, "NaT", "datetime64[us]"), np.full(ROWS, "NaT", "datetime64[us]")
    chosen = random.random(ROWS) < 0.1
    begins[chosen], ends[chosen] = received[chosen] + 86_400_000_000, received[chosen] + 345_600_000_000
    pauses = [PauseColumns(begins, ends)]
    each = seconds_each(lambda: due_columns(tables, received, mixed, units, pauses), ROWS)
    return [*found, ("arrays, all units, every tenth paused", each * 1e9, COLUMN_NANOSECONDS)]


def lines() -> list[Line]:
    """Every cost with its limit."""
    calendar = shipped_calendar(DATA).calendar()
    return [
        Line(name, cost, unit, at_most=limit or None)
        for measured, unit in ((plain(calendar), "µs"), (columns(calendar), "ns"))
        for name, cost, limit in measured
    ]
