"""Due moments of many rows at once: the rules of engine/workdays over NumPy arrays. Needs no Django.

Moments are datetime64 on the clocks of Viet Nam (`local_moments` turns UTC into them); an array of days
(datetime64[D]) says that only the days are known. No row raises: what cannot be computed is NaT and has the
number of its problem. Tests hold every row equal to the plain engine and to a walk over the days.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openpar.engine.workdays import PauseKind, ProblemCode, Unit, WorkCalendar
from openpar.engine.workdays.calendar import HOUR, NONE

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Moments = NDArray[np.datetime64]

UNITS = (Unit.WORKING_DAY, Unit.CALENDAR_DAY, Unit.HOUR, Unit.SAME_DAY)
# The number of a problem is its place here; 0: none.
PROBLEMS: tuple[ProblemCode | None, ...] = (None, *ProblemCode)
_NUMBER = {code: np.uint8(number) for number, code in enumerate(PROBLEMS) if code is not None}
_DAY = 86_400_000_000
_VIETNAM = np.timedelta64(7, "h")
# So many rows at a time stay in the processor's cache.
_ROWS = 1 << 15
_NO_TIME = -1
_MOST = 10_000_000


@dataclass(frozen=True)
class PauseColumns:
    """At most one pause of each row, NaT where it has none; see `openpar.engine.workdays.Pause`."""

    begins: Moments
    ends: Moments
    kind: PauseKind = PauseKind.STOPS


@dataclass(frozen=True)
class Points:
    """Days of the tables and microseconds since their midnights, -1 where only the day is known."""

    index: Ints
    micros: Ints

    def at(self, rows: Ints) -> Points:
        """Those of some rows."""
        return Points(self.index[rows], self.micros[rows])

    def is_before(self, other: Points) -> Flags:
        """Is one earlier than the other? Where only a day is known, only days are compared."""
        without_time = (self.micros == _NO_TIME) | (other.micros == _NO_TIME)
        found: Flags = (self.index == other.index) & (self.micros < other.micros) & ~without_time
        return found | (self.index < other.index)


@dataclass(frozen=True)
class DueColumns:
    """`due_at` in the time of Viet Nam, NaT where `problem` (a place in PROBLEMS) is not 0."""

    due_at: Moments
    problem: NDArray[np.uint8]


class CalendarColumns:
    """The day tables of a calendar as arrays; made once, used for any number of rows."""

    def __init__(self, calendar: WorkCalendar) -> None:
        tables = calendar.tables
        self.version = calendar.version
        self.size = len(tables.shifts)
        self.first_day = calendar.day(0).toordinal() - date(1970, 1, 1).toordinal()
        self.working_until = np.array(tables.working_until, np.int64)
        self.working_days = np.array(tables.working_days, np.int64)
        # One more, for the day after the last: there is nothing behind the end of the calendar.
        self.next_working = np.array([*tables.next_working, NONE], np.int64)
        self.next_reception = np.array([*tables.next_reception, NONE], np.int64)
        self.office_until = np.array(tables.office_until, np.int64)
        self.shifts = _edges(tables.shifts)
        self.reception = _edges(tables.reception)
        self.taken_until = np.array([spans[-1][1] if spans else _NO_TIME for spans in tables.reception])
        self.taken_from = np.array([spans[0][0] if spans else 0 for spans in tables.reception])
        until = [_DAY if moment is None else moment for moment in tables.same_day_until]
        self.same_day_until = np.array(until, np.int64)
        closing = np.array([spans[-1][1] if spans else 0 for spans in tables.shifts], np.int64)
        self.closes_at = self.midnight(np.arange(self.size)) + closing

        # Office time up to the end of each working day; for every hour of it, the working day it falls in.
        self.worked_until = self.office_until[self.working_days[1:]]
        hours = np.arange(0, max(self.office_until[-1], 1), HOUR)
        self.day_of_hour = np.searchsorted(self.worked_until, hours, side="right").astype(np.int64)

    def midnight(self, index: Ints) -> Ints:
        """Microseconds from 1970 to the beginning of a day of the tables."""
        return (index + self.first_day) * _DAY

    def office_time(self, point: Points) -> Ints:
        """Office time from the beginning of the calendar up to each moment."""
        passed = self.office_until[point.index]
        for opens, closes in self.shifts:
            still = closes[point.index] - np.maximum(opens[point.index], point.micros)
            passed = passed - np.maximum(still, 0)
        return passed

    def day_reaching(self, office_time: Ints) -> Ints:
        """The day on which so much office time has passed; `size` when the calendar ends before.

        As a binary search would find it, several times as fast: the hour tells the day, or the one before.
        """
        hour = (office_time - 1) // HOUR
        inside = office_time <= self.office_until[-1]
        number = self.day_of_hour[np.where(inside, hour, 0)]
        while (short := inside & (self.worked_until[number] < office_time)).any():
            number += short
        return np.where(inside, self.working_days[number + 1], self.size)


def local_moments(utc: Moments) -> Moments:
    """Moments of UTC as they stand on the clocks of Viet Nam."""
    return utc + _VIETNAM


def due_columns(
    calendar: CalendarColumns,
    received: Moments,
    amounts: NDArray[Any],
    units: NDArray[Any] | Unit,
    pauses: Sequence[PauseColumns] = (),
) -> DueColumns:
    """The due moment of every row. `units` is one unit for all rows, or for each its place in UNITS.

    The pauses of a row follow each other from one column to the next, later after earlier. Raises ValueError
    for a number that is no unit.
    """
    if not isinstance(units, Unit) and not np.isin(units, range(len(UNITS))).all():
        raise ValueError(f"units are numbers below {len(UNITS)}")
    due_at = np.empty(len(received), "datetime64[us]")
    problem = np.zeros(len(received), np.uint8)
    for begin in range(0, len(received), _ROWS):
        rows = slice(begin, begin + _ROWS)
        of_rows = [PauseColumns(each.begins[rows], each.ends[rows], each.kind) for each in pauses]
        if isinstance(units, Unit):
            found = _due(calendar, received[rows], amounts[rows], units, of_rows)
            due_at[rows], problem[rows] = found.due_at, found.problem
            continue
        for number, unit in enumerate(UNITS):
            chosen = np.flatnonzero(units[rows] == number)
            if not len(chosen):
                continue
            theirs = [PauseColumns(each.begins[chosen], each.ends[chosen], each.kind) for each in of_rows]
            found = _due(calendar, received[rows][chosen], amounts[rows][chosen], unit, theirs)
            due_at[begin + chosen], problem[begin + chosen] = found.due_at, found.problem
    return DueColumns(due_at, problem)


def _due(
    calendar: CalendarColumns,
    received: Moments,
    amounts: NDArray[Any],
    unit: Unit,
    pauses: Sequence[PauseColumns],
) -> DueColumns:
    kind = _Hours if unit is Unit.HOUR else _Days
    rows = kind(calendar, amounts.astype(np.int64), unit)
    start = rows.placed(received, np.isnat(received), ProblemCode.RECEPTION_MISSING)
    rows.begin(start)
    previous = start
    for each in pauses:
        chosen = np.flatnonzero(~np.isnat(each.begins))
        if len(chosen):
            previous = rows.pause(chosen, each, start, previous)
    due = rows.ends()
    due[rows.problem != 0] = np.datetime64("NaT")
    return DueColumns(due, rows.problem)


class _Limits(ABC):
    """Rows with limits of one unit; what is wrong with a row is kept, the first thing found."""

    def __init__(self, calendar: CalendarColumns, amounts: Ints, unit: Unit) -> None:
        self.calendar = calendar
        # Far beyond any calendar, and small enough to be multiplied.
        self.amounts = np.clip(amounts, 1, _MOST)
        self.unit = unit
        self.problem = np.zeros(len(amounts), np.uint8)
        self.refuse(amounts < 1, ProblemCode.LIMIT_NOT_POSITIVE)
        if unit is Unit.SAME_DAY:
            self.refuse(amounts > 1, ProblemCode.SAME_DAY_WITH_A_NUMBER)

    @abstractmethod
    def begin(self, start: Points) -> None:
        """The limits by themselves."""

    @abstractmethod
    def start_anew(self, rows: Ints, begins: Points, ends: Points) -> None:
        """The whole limit again from the end of the pause, where it began before the limit was over."""

    @abstractmethod
    def prolong(self, rows: Ints, begins: Points, ends: Points) -> None:
        """Takes the time of (begins, ends] out, where it began before the limit was over."""

    @abstractmethod
    def ends(self) -> Moments:
        """The due moments."""

    def refuse(self, wrong: Flags, code: ProblemCode, rows: Ints | None = None) -> None:
        """Marks the rows that are wrong; `rows`: those that `wrong` speaks of, when not all."""
        if wrong.any():
            marked = np.flatnonzero(wrong) if rows is None else rows[wrong]
            self.problem[marked[self.problem[marked] == 0]] = _NUMBER[code]

    def placed(self, moments: Moments, missing: Flags, why: ProblemCode, rows: Ints | None = None) -> Points:
        """Moments in the tables; what is not in the calendar stands at its beginning and is marked."""
        self.refuse(missing, why, rows)
        if moments.dtype == np.dtype("datetime64[D]"):
            index = moments.astype(np.int64) - self.calendar.first_day
            micros = np.full(len(index), _NO_TIME, np.int64)
            self.refuse(np.full(len(index), self.unit is Unit.HOUR), ProblemCode.MOMENT_WITHOUT_TIME, rows)
        else:
            passed = moments.astype("datetime64[us]").view(np.int64)
            days = passed // _DAY
            micros = passed - days * _DAY
            index = days - self.calendar.first_day
        outside = (index < 0) | (index >= self.calendar.size)
        if outside.any():
            self.refuse(outside, ProblemCode.YEAR_WITHOUT_CALENDAR, rows)
            index[outside] = micros[outside] = 0
        return Points(index, micros)

    def inside(self, following: Ints, index: Ints, rows: Ints | None) -> Ints:
        """Looks the day up in one of the tables; behind the end of the calendar the row is marked."""
        found = following[np.minimum(index, len(following) - 1)]
        beyond = (found < 0) | (index >= len(following))
        if beyond.any():
            self.refuse(beyond, ProblemCode.YEAR_WITHOUT_CALENDAR, rows)
            found[beyond] = 0
        return found

    def pause(self, rows: Ints, given: PauseColumns, start: Points, previous: Points) -> Points:
        """Takes one pause of these rows in; gives the ends of the last pauses so far."""
        ends_missing = np.isnat(given.ends[rows])
        begins = self.placed(given.begins[rows], ends_missing, ProblemCode.PAUSE_NOT_ENDED, rows)
        ends = self.placed(given.ends[rows], ends_missing, ProblemCode.PAUSE_NOT_ENDED, rows)
        self.refuse(ends.is_before(begins), ProblemCode.PAUSE_ENDS_BEFORE_IT_BEGINS, rows)
        self.refuse(begins.is_before(start.at(rows)), ProblemCode.PAUSE_BEFORE_RECEPTION, rows)
        self.refuse(begins.is_before(previous.at(rows)), ProblemCode.PAUSES_OVERLAP, rows)
        if given.kind is PauseKind.STARTS_ANEW:
            self.start_anew(rows, begins, ends)
        else:
            self.prolong(rows, begins, ends)
        index, micros = previous.index.copy(), previous.micros.copy()
        index[rows], micros[rows] = ends.index, ends.micros
        return Points(index, micros)


class _Days(_Limits):
    """Limits in working days or calendar days, and what is due the same day."""

    start: Ints
    last: Ints
    due: Ints

    def begin(self, start: Points) -> None:
        found, self.last, self.due = self._from(start, self.amounts, None)
        # The reception itself stays: it is asked for again with every pause.
        self.start = found.copy()

    def ends(self) -> Moments:
        return self.calendar.closes_at[self.due].view("datetime64[us]")

    def start_anew(self, rows: Ints, begins: Points, ends: Points) -> None:
        works = begins.index <= self.due[rows]
        rows, ends = rows[works], ends.at(np.flatnonzero(works))
        found = self._from(ends, self.amounts[rows], rows)
        self.start[rows], self.last[rows], self.due[rows] = found

    def prolong(self, rows: Ints, begins: Points, ends: Points) -> None:
        after = np.maximum(begins.index, self.start[rows])
        works = (begins.index <= self.due[rows]) & (ends.index > after)
        rows, after, until, begun = rows[works], after[works], ends.index[works], begins.index[works]
        calendar, last, due = self.calendar, self.last[rows], self.due[rows]
        if self.unit is Unit.CALENDAR_DAY:
            last = np.where(begun > last, due, last) + until - after
            due = self.inside(calendar.next_working, last, rows)
        else:
            counted = calendar.working_until
            number = counted[due] + counted[until] - counted[after]
            due = self.inside(calendar.working_days, number, rows)
            short = due < until
            if short.any():
                due[short] = self.inside(calendar.next_working, until[short], rows[short])
            last = due
        self.last[rows], self.due[rows] = last, due

    def _from(self, point: Points, amounts: Ints, rows: Ints | None) -> tuple[Ints, Ints, Ints]:
        """Reception, last day and due day of limits that run from a point."""
        calendar = self.calendar
        late = point.micros > calendar.taken_until[point.index]
        start = point.index
        if late.any():
            start = np.where(late, calendar.next_reception[point.index + 1], start)
            missing = start < 0
            self.refuse(missing, ProblemCode.YEAR_WITHOUT_CALENDAR, rows)
            start[missing] = 0
        if self.unit is Unit.WORKING_DAY:
            due = self.inside(calendar.working_days, calendar.working_until[start] + amounts, rows)
            return start, due, due
        if self.unit is Unit.CALENDAR_DAY:
            last = start + amounts
            return start, last, self.inside(calendar.next_working, last, rows)
        too_late = self._counted_from(point, late, start) > calendar.same_day_until[start]
        due = self.inside(calendar.next_working, start + too_late, rows)
        return start, due, due

    def _counted_from(self, point: Points, late: Flags, start: Ints) -> Ints:
        """The time of the day that counts as reception."""
        counted = point.micros
        for opens, closes in reversed(self.calendar.reception):
            opening, closing = opens[point.index], closes[point.index]
            counted = np.where(point.micros <= closing, np.maximum(point.micros, opening), counted)
        counted = np.where(late, self.calendar.taken_from[start], counted)
        return np.where(point.micros == _NO_TIME, _NO_TIME, counted)


class _Hours(_Limits):
    """Limits in hours of office time."""

    start: Ints
    end: Ints

    def begin(self, start: Points) -> None:
        self.start = self.calendar.office_time(start)
        self.end = self.start + self.amounts * HOUR

    def ends(self) -> Moments:
        calendar = self.calendar
        index = calendar.day_reaching(self.end)
        beyond = index >= calendar.size
        self.refuse(beyond, ProblemCode.YEAR_WITHOUT_CALENDAR)
        index[beyond] = 0
        still = calendar.office_until[index] - self.end
        moment = np.zeros(len(index), np.int64)
        for opens, closes in reversed(calendar.shifts):
            opening, closing = opens[index], closes[index]
            inside = (still >= 0) & (still < closing - opening)
            moment = np.where(inside, closing - still, moment)
            # Below 0 once found: what is left over from later shifts is no office time of this one.
            still = np.where(inside, -1, still - (closing - opening))
        return (calendar.midnight(index) + moment).view("datetime64[us]")

    def start_anew(self, rows: Ints, begins: Points, ends: Points) -> None:
        works = self.calendar.office_time(begins) < self.end[rows]
        rows = rows[works]
        self.start[rows] = self.calendar.office_time(ends)[works]
        self.end[rows] = self.start[rows] + self.amounts[rows] * HOUR

    def prolong(self, rows: Ints, begins: Points, ends: Points) -> None:
        begun = self.calendar.office_time(begins)
        stopped = self.calendar.office_time(ends) - np.maximum(begun, self.start[rows])
        self.end[rows] += np.where(begun < self.end[rows], np.maximum(stopped, 0), 0)


def _edges(spans: Sequence[tuple[tuple[int, int], ...]]) -> list[tuple[Ints, Ints]]:
    """The first, second, … opening and closing of every day; spans that a day does not have are empty."""
    most = max((len(each) for each in spans), default=0)
    filled = np.array([(*each, *((0, 0),) * (most - len(each))) for each in spans], np.int64)
    return [(filled[:, number, 0].copy(), filled[:, number, 1].copy()) for number in range(most)]
