"""A working calendar ready for use: day tables in which a due date is a few look-ups.

The calendar knows every day of its years and nothing of other years: it never guesses.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from enum import StrEnum

from openpar.engine.workdays.years import (
    SATURDAY,
    CalendarYear,
    InvalidCalendar,
    OfficeHours,
    Shift,
    calendar_problems,
)

# The legal day is that of Asia/Ho_Chi_Minh, which has had this one offset since 1975.
VIETNAM = timezone(timedelta(hours=7))
SECOND = 1_000_000
HOUR = 3600 * SECOND
# Stands in the tables where there is no such day inside the calendar.
NONE = -1

Spans = tuple[tuple[int, int], ...]
# A day of the tables and the microseconds since its midnight; None: only the day is known.
Point = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class DayTables:
    """What is known of day number i of the calendar. Moments of a day are microseconds since its midnight."""

    # The number of working days up to and including day i; the day of the k-th working day, k from 1.
    working_until: list[int] = field(default_factory=list)
    working_days: list[int] = field(default_factory=lambda: [NONE])
    # The first day from i on that is a working day; on which dossiers are taken in.
    next_working: list[int] = field(default_factory=list)
    next_reception: list[int] = field(default_factory=list)
    # Office hours of a working day; hours of reception of any day; each [opens, closes].
    shifts: list[Spans] = field(default_factory=list)
    reception: list[Spans] = field(default_factory=list)
    # Office time on working days up to the end of day i.
    office_until: list[int] = field(default_factory=list)
    # When a working day closes; after which moment a same-day dossier is due the next working day.
    closes_at: list[datetime | None] = field(default_factory=list)
    same_day_until: list[int | None] = field(default_factory=list)


class SpecialKind(StrEnum):
    """What makes a day one to be told of."""

    OFF = "OFF"
    WORKED = "WORKED"
    POSSIBLE = "POSSIBLE"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A weekday that is off, a weekend day that is worked, or a working day that may yet be off."""

    index: int
    kind: SpecialKind
    name: str


class WorkCalendar:
    """A calendar of consecutive years with office hours for every day. Raises InvalidCalendar.

    `version` names what was computed with: whoever keeps a due date keeps it too. Never altered once made.
    """

    __slots__ = ("first", "hours", "last_year", "special", "tables", "version", "years")

    def __init__(self, version: str, years: Iterable[CalendarYear], hours: Iterable[OfficeHours]) -> None:
        self.version = version
        self.years = tuple(sorted(years, key=lambda each: each.year))
        self.hours = tuple(sorted(hours, key=lambda each: each.valid_from))
        problems = calendar_problems(self.years, self.hours)
        if problems:
            raise InvalidCalendar(problems)
        # The ordinal of day 0 of the tables.
        self.first = date(self.years[0].year, 1, 1).toordinal()
        self.last_year = self.years[-1].year
        self.tables = _tables(self)
        self.special = tuple(sorted(_special_days(self), key=lambda each: each.index))

    def day(self, index: int) -> date:
        """The day with this number in the tables."""
        return date.fromordinal(self.first + index)

    def index(self, day: date) -> int:
        """The number of a day in the tables. Raises IndexError for a day of another year."""
        found = day.toordinal() - self.first
        if not 0 <= found < len(self.tables.shifts):
            raise IndexError(f"the calendar has no {day}")
        return found

    def point(self, given: date) -> Point | None:
        """A day, or a moment with a time zone, in the tables; None for another year or without a zone."""
        micros = None
        if isinstance(given, datetime):
            if given.tzinfo is None:
                return None
            given = given if given.tzinfo is VIETNAM else given.astimezone(VIETNAM)
            seconds = (given.hour * 60 + given.minute) * 60 + given.second
            micros = seconds * SECOND + given.microsecond
        index = given.toordinal() - self.first
        return (index, micros) if 0 <= index < len(self.tables.shifts) else None

    def moment(self, index: int, micros: int) -> datetime:
        """The moment so many microseconds after the midnight of a day of the tables."""
        return datetime.combine(self.day(index), time.min, VIETNAM) + timedelta(microseconds=micros)

    def is_working(self, day: date) -> bool:
        """Is it a working day? Raises IndexError for a day of another year."""
        return bool(self.tables.shifts[self.index(day)])

    def working_days_between(self, after: date, until: date) -> int:
        """How many days of (after, until] are working days, 0 when there are none. Raises IndexError."""
        counted = self.tables.working_until
        return max(0, counted[self.index(until)] - counted[self.index(after)])

    def working_days_of(self, year: int) -> int:
        """How many working days a year has. Raises IndexError for another year."""
        before = self.index(date(year, 1, 1))
        counted = self.tables.working_until
        return counted[self.index(date(year, 12, 31))] - (counted[before - 1] if before else 0)

    def year(self, number: int) -> CalendarYear:
        """What was decided for a year of the calendar. Raises IndexError for another year."""
        if not self.years[0].year <= number <= self.last_year:
            raise IndexError(f"the calendar has no {number}")
        return self.years[number - self.years[0].year]


def local(moment: datetime) -> datetime:
    """The same moment on the clocks of Viet Nam; it must know its time zone."""
    return moment if moment.tzinfo is VIETNAM else moment.astimezone(VIETNAM)


def micros_of(moment: time) -> int:
    """Microseconds since midnight."""
    return ((moment.hour * 60 + moment.minute) * 60 + moment.second) * SECOND + moment.microsecond


def _tables(calendar: WorkCalendar) -> DayTables:
    off = {found.day for each in calendar.years for found in each.days_off}
    worked = {found.day for each in calendar.years for found in each.worked_saturdays}
    tables, office = DayTables(), 0
    for index, (day, hours) in enumerate(_days_with_hours(calendar)):
        is_working = day in worked if day.weekday() >= SATURDAY else day not in off
        shifts = _spans(hours.shifts) if is_working else ()
        takes_in = not is_working and day.weekday() == SATURDAY and day not in off
        if is_working:
            tables.working_days.append(index)
        office += sum(closes - opens for opens, closes in shifts)
        tables.working_until.append(len(tables.working_days) - 1)
        tables.shifts.append(shifts)
        tables.reception.append(_spans(hours.saturday_reception) if takes_in else shifts)
        tables.office_until.append(office)
        closing = datetime.combine(day, hours.shifts[-1].closes, VIETNAM)
        tables.closes_at.append(closing if is_working else None)
        last_moment = hours.same_day_until
        tables.same_day_until.append(None if last_moment is None else micros_of(last_moment))
    tables.next_working.extend(_nearest(tables.shifts))
    tables.next_reception.extend(_nearest(tables.reception))
    return tables


def _special_days(calendar: WorkCalendar) -> Iterator[SpecialDay]:
    for each in calendar.years:
        for kind, days in (
            (SpecialKind.OFF, each.days_off),
            (SpecialKind.WORKED, each.worked_saturdays),
            (SpecialKind.POSSIBLE, each.possible_days_off),
        ):
            for found in days:
                is_plain = found.day.weekday() >= SATURDAY and kind is not SpecialKind.WORKED
                if not is_plain:
                    yield SpecialDay(calendar.index(found.day), kind, found.name)


def _days_with_hours(calendar: WorkCalendar) -> Iterator[tuple[date, OfficeHours]]:
    at = 0
    for ordinal in range(calendar.first, date(calendar.last_year, 12, 31).toordinal() + 1):
        day = date.fromordinal(ordinal)
        while (until := calendar.hours[at].valid_until) is not None and until <= day:
            at += 1
        yield day, calendar.hours[at]


def _spans(shifts: Iterable[Shift]) -> Spans:
    return tuple((micros_of(shift.opens), micros_of(shift.closes)) for shift in shifts)


def _nearest(of_days: Sequence[Spans]) -> list[int]:
    """For every day the first one from it on that has spans."""
    found, nearest = [], NONE
    for index in range(len(of_days) - 1, -1, -1):
        if of_days[index]:
            nearest = index
        found.append(nearest)
    found.reverse()
    return found
