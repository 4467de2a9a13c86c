"""Due days that are worked, and how late a report is, in working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from openpar.base.calendars.queries import CalendarMissing, work_calendar
from openpar.engine.workdays import WorkCalendar
from openpar.reports.periodic.calendar import Asked

_ONE_DAY = timedelta(days=1)
_LONGEST_HOLIDAY = 31


@dataclass(frozen=True)
class WorkingDays:
    """The working calendar, or that there is none: then a due day is the legal day, lateness is not told."""

    calendar: WorkCalendar | None

    def due_on(self, asked: Asked, level: str) -> date:
        """The legal day; if it is not worked, the next one that is (Civil Code 91/2015/QH13, Art. 148.5)."""
        day = legal = asked.due_on(level)
        for _step in range(_LONGEST_HOLIDAY):
            if self._is_worked(day):
                return day
            day += _ONE_DAY
        return legal

    def late(self, due_on: date, on: date) -> int | None:
        """Working days after the due day up to a day, itself included; 0 in time, None if not known."""
        if on <= due_on:
            return 0
        if self.calendar is None:
            return None
        try:
            return self.calendar.working_days_between(due_on, on)
        except IndexError:
            return None

    def _is_worked(self, day: date) -> bool:
        if self.calendar is None:
            return True
        try:
            return self.calendar.is_working(day)
        except IndexError:
            return True


def working_days() -> WorkingDays:
    """By the calendar in force."""
    try:
        return WorkingDays(work_calendar())
    except CalendarMissing:
        return WorkingDays(None)
