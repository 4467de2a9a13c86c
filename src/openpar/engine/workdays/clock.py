"""Due moments over a dated calendar: in working days, calendar days, hours of office time, or the same day.

Limits are open on the left and closed on the right: received < day ≤ due. The day of reception does not count
(Civil Code 2015 Art. 147), a last day that is a day off moves to the next working day (Art. 148), days end
when the office closes. What comes in after closing counts as received at the next opening, at lunch as at the
afternoon's opening; a reception of which only the day is known counts on that day. Hours run in office time
only, from the moment of reception.

A pause (begins, ends] takes out what the unit measures: whole working days, whole calendar days, or office
time. It works when it begins before the limit has run out, and no limit runs out while the clock stands.
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from openpar.engine.workdays.calendar import HOUR, NONE, Point, WorkCalendar
from openpar.engine.workdays.checks import Stretch, problems_of, stretches_of, year_without_calendar
from openpar.engine.workdays.facts import Deadline, InvalidDeadline, Limit, Pause, Step, StepCode, Unit, Value
from openpar.engine.workdays.steps import on_the_way, reached_last


def due_at(calendar: WorkCalendar, received: date, limit: Limit, pauses: Sequence[Pause] = ()) -> datetime:
    """The due moment alone, in the time of Viet Nam. `received` is a day, or a moment with a time zone.

    Raises InvalidDeadline with everything that is wrong.
    """
    return _Clock(calendar, limit, None).due_at(received, pauses)


def reckon(calendar: WorkCalendar, received: date, limit: Limit, pauses: Sequence[Pause] = ()) -> Deadline:
    """The due moment with the reasoning; see `due_at`."""
    steps: list[Step] = []
    moment = _Clock(calendar, limit, steps).due_at(received, pauses)
    return Deadline(moment, limit, calendar.version, tuple(steps))


def _is_plain(limit: Limit, start: Point) -> bool:
    """Is there nothing to look for? All is checked, and told at once, only when something may be wrong."""
    if limit.unit is Unit.HOUR:
        return limit.amount > 0 and start[1] is not None
    return limit.amount == 1 or (limit.amount > 0 and limit.unit is not Unit.SAME_DAY)


class _Clock:
    """One limit over one calendar; with `steps` it also tells how it came to its end."""

    __slots__ = ("calendar", "limit", "steps", "tables")

    def __init__(self, calendar: WorkCalendar, limit: Limit, steps: list[Step] | None) -> None:
        self.calendar = calendar
        self.tables = calendar.tables
        self.limit = limit
        self.steps = steps

    def due_at(self, received: date, pauses: Sequence[Pause]) -> datetime:
        """The due moment. Raises InvalidDeadline."""
        point, unit = self.calendar.point(received), self.limit.unit
        if pauses or point is None or not _is_plain(self.limit, point):
            problems = problems_of(self.calendar, received, self.limit, pauses)
            if problems or point is None:
                raise InvalidDeadline(problems)
        stretches = stretches_of(self.calendar, pauses) if pauses else []
        if self.steps is not None:
            self._note(StepCode.RECEIVED, at=received)
        if unit is Unit.HOUR:
            # Outside office hours nothing runs, so only the reasoning needs to know what counts as received.
            start = point if self.steps is None else self._taken_in(point)
            start, moment = self._end_of_hours(start, stretches)
        else:
            start, moment = self._end_of_days(self._taken_in(point), stretches)
        if self.steps is not None:
            self.steps += on_the_way(self.calendar, start[0], moment)
        return moment

    def _taken_in(self, point: Point) -> Point:
        """The moment that counts as reception: itself in the hours of reception, else the next opening."""
        index, micros = point
        if micros is None:
            return point
        spans = self.tables.reception[index]
        for opens, closes in spans:
            if micros <= closes:
                if micros >= opens:
                    return point
                is_first = opens == spans[0][0]
                return self._counted_from(
                    StepCode.BEFORE_OPENING if is_first else StepCode.AT_LUNCH, index, opens
                )
        following = self._inside(self.tables.next_reception, index + 1)
        code = StepCode.AFTER_CLOSING if spans else StepCode.ON_DAY_OFF
        return self._counted_from(code, following, self.tables.reception[following][0][0])

    def _counted_from(self, code: StepCode, index: int, micros: int) -> Point:
        if self.steps is not None:
            self._note(code, counted_from=self.calendar.moment(index, micros))
        return index, micros

    # Limits in days

    def _end_of_days(self, start: Point, stretches: Sequence[Stretch]) -> tuple[Point, datetime]:
        last, due = self._days_from(start)
        for each in stretches:
            if each.begins[0] > due:
                self._note_pause(StepCode.TOO_LATE_TO_PAUSE, each)
            elif each.starts_anew:
                self._note_pause(StepCode.STARTED_ANEW, each)
                start = self._taken_in(each.ends)
                last, due = self._days_from(start)
            else:
                last, due = self._prolonged(start[0], last, due, each)
        return start, self._closing(due)

    def _days_from(self, start: Point) -> tuple[int, int]:
        """The last day counted, and the day on which the limit runs out: the same, or a working day after."""
        tables, index, amount = self.tables, start[0], self.limit.amount
        if self.limit.unit is Unit.WORKING_DAY:
            due = last = self._working_day(tables.working_until[index] + amount)
        elif self.limit.unit is Unit.CALENDAR_DAY:
            last = index + amount
            due = self._inside(tables.next_working, last)
        else:
            due = last = self._same_day(start)
        if self.steps is not None:
            self.steps += reached_last(self.calendar, self.limit, start, last, due)
        return last, due

    def _same_day(self, start: Point) -> int:
        """The day itself; the next working day for what comes in too late for it."""
        index, micros = start
        until = self.tables.same_day_until[index]
        is_late = micros is not None and until is not None and micros > until
        return self._inside(self.tables.next_working, index + 1 if is_late else index)

    def _prolonged(self, start: int, last: int, due: int, pause: Stretch) -> tuple[int, int]:
        """Last day and due day with the days of (begins, ends] taken out, those after reception."""
        after, until = max(pause.begins[0], start), pause.ends[0]
        counted = self.tables.working_until
        if until <= after:
            days = 0
        elif self.limit.unit is Unit.CALENDAR_DAY:
            days = until - after
            # A pause may begin when the days are over and only the next working day is waited for.
            last = (due if pause.begins[0] > last else last) + days
            due = self._inside(self.tables.next_working, last)
        else:
            days = counted[until] - counted[after]
            due = self._working_day(counted[due] + days)
            if due < until:
                due = self._inside(self.tables.next_working, until)
            last = due
        is_calendar = self.limit.unit is Unit.CALENDAR_DAY
        code = StepCode.STOPPED_CALENDAR_DAYS if is_calendar else StepCode.STOPPED_WORKING_DAYS
        self._note_pause(code, pause, days=days, due=self.calendar.day(due))
        return last, due

    # Limits in hours

    def _end_of_hours(self, start: Point, stretches: Sequence[Stretch]) -> tuple[Point, datetime]:
        ends = self._office_time(start) + self.limit.amount * HOUR
        if self.steps is not None:
            self._note_hours(start, ends)
        for each in stretches:
            begins = self._office_time(each.begins)
            if begins >= ends:
                self._note_pause(StepCode.TOO_LATE_TO_PAUSE, each)
            elif each.starts_anew:
                self._note_pause(StepCode.STARTED_ANEW, each)
                start = self._taken_in(each.ends)
                ends = self._office_time(start) + self.limit.amount * HOUR
                self._note_hours(start, ends)
            else:
                micros = max(0, self._office_time(each.ends) - max(begins, self._office_time(start)))
                ends += micros
                self._note_pause(StepCode.STOPPED_HOURS, each, micros=micros, due=self._moment_after(ends))
        return start, self._moment_after(ends)

    def _office_time(self, point: Point) -> int:
        """Office time from the beginning of the calendar up to a moment."""
        index, micros = point
        assert micros is not None, "limits in hours were checked to have moments"
        passed = self.tables.office_until[index]
        for opens, closes in self.tables.shifts[index]:
            if micros < closes:
                passed -= closes - (opens if micros < opens else micros)
        return passed

    def _moment_after(self, office_time: int) -> datetime:
        """The first moment at which so much office time has passed. Raises InvalidDeadline."""
        index = bisect_left(self.tables.office_until, office_time)
        if index == len(self.tables.office_until):
            raise self._year_missing()
        still, shifts = self.tables.office_until[index] - office_time, self.tables.shifts[index]
        for opens, closes in reversed(shifts):
            if still < closes - opens:
                return self._closing(index) - timedelta(microseconds=shifts[-1][1] - closes + still)
            still -= closes - opens
        raise AssertionError("the office time of a day is that of its shifts")

    # Looking up and telling

    def _working_day(self, number: int) -> int:
        """The working day with this number. Raises InvalidDeadline."""
        if number >= len(self.tables.working_days):
            raise self._year_missing()
        return self.tables.working_days[number]

    def _closing(self, index: int) -> datetime:
        moment = self.tables.closes_at[index]
        assert moment is not None, "a working day closes"
        return moment

    def _inside(self, following: list[int], index: int) -> int:
        """The next day of a kind from `index` on. Raises InvalidDeadline when the calendar ends before."""
        found = following[index] if index < len(following) else NONE
        if found == NONE:
            raise self._year_missing()
        return found

    def _year_missing(self) -> InvalidDeadline:
        return InvalidDeadline((year_without_calendar(self.calendar.last_year + 1),))

    def _note(self, code: StepCode, **values: Value) -> None:
        if self.steps is not None:
            self.steps.append(Step(code, values))

    def _note_pause(self, code: StepCode, pause: Stretch, **values: Value) -> None:
        self._note(code, begins=pause.given.begins, ends=pause.given.ends, **values)

    def _note_hours(self, start: Point, ends: int) -> None:
        if self.steps is None or start[1] is None:
            return
        on_first_day = self.tables.office_until[start[0]] - self._office_time(start)
        self._note(
            StepCode.LAST_HOUR,
            amount=self.limit.amount,
            counted_from=self.calendar.moment(start[0], start[1]),
            on_first_day=min(on_first_day, self.limit.amount * HOUR),
            due=self._moment_after(ends),
        )
