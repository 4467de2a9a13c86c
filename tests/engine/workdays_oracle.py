"""Due moments by walking over the days one by one: no tables, no numbers of days, nothing of the engine.

A calendar is plain data: days off, worked weekend days, and rows of office hours by their first days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

ONE_DAY = timedelta(days=1)
Shifts = tuple[tuple[time, time], ...]


class NotInCalendar(Exception):
    """A day that the calendar does not have was needed."""


@dataclass(frozen=True)
class Hours:
    """Office hours from a day on, until the next ones."""

    since: date
    shifts: Shifts
    saturday: Shifts
    same_day_until: time | None


@dataclass(frozen=True)
class PlainCalendar:
    """A calendar of the days [first, last]."""

    first: date
    last: date
    off: frozenset[date]
    worked: frozenset[date]
    hours: tuple[Hours, ...]

    def known(self, day: date) -> date:
        if not self.first <= day <= self.last:
            raise NotInCalendar(day)
        return day

    def works(self, day: date) -> bool:
        self.known(day)
        return day in self.worked or (day.isoweekday() <= 5 and day not in self.off)

    def of(self, day: date) -> Hours:
        return [each for each in self.hours if each.since <= day][-1]

    def open_on(self, day: date) -> Shifts:
        """When the office works."""
        return self.of(day).shifts if self.works(day) else ()

    def takes_in_on(self, day: date) -> Shifts:
        """When dossiers are taken in."""
        if self.works(day):
            return self.of(day).shifts
        return self.of(day).saturday if day.isoweekday() == 6 and day not in self.off else ()

    def next_working(self, day: date) -> date:
        while not self.works(day):
            day += ONE_DAY
        return day


@dataclass(frozen=True)
class Interruption:
    """A pause as plain values."""

    begins: date
    ends: date
    anew: bool


def naive_due(
    calendar: PlainCalendar, received: date, amount: int, unit: str, pauses: list[Interruption]
) -> datetime:
    """The due moment, on the clocks of Viet Nam. Raises NotInCalendar."""
    for moment in (received, *(edge for each in pauses for edge in (each.begins, each.ends))):
        calendar.known(_day(moment))
    if unit == "hour":
        return _due_in_hours(calendar, received, amount, pauses)
    due = _due_in_days(calendar, taken_in(calendar, received), amount, unit, pauses)
    return datetime.combine(due, calendar.open_on(due)[-1][1])


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def taken_in(calendar: PlainCalendar, received: date) -> date:
    """When something counts as received."""
    if not isinstance(received, datetime):
        return received
    day, earliest = received.date(), received.time()
    while True:
        for opens, closes in calendar.takes_in_on(day):
            if earliest <= closes:
                return datetime.combine(day, max(opens, earliest))
        day, earliest = day + ONE_DAY, time.min


def _due_in_days(
    calendar: PlainCalendar, start: date, amount: int, unit: str, pauses: list[Interruption]
) -> date:
    """Walks forward with a purse of days, and again with every pause that comes before the purse is empty."""
    first, purse = _day(start), amount
    if unit == "same_day":
        purse = 0 if _is_for_today(calendar, start) else 1
    stops: list[Interruption] = []
    due, last = _walk(calendar, first, purse, unit, stops)
    for number, pause in enumerate(pauses):
        if _day(pause.begins) > due:
            continue
        if pause.anew:
            return _due_in_days(calendar, taken_in(calendar, pause.ends), amount, unit, pauses[number + 1 :])
        if _day(pause.begins) > last:
            # The days were over; what was left is the wait for the next working day.
            purse += (due - last).days
        stops.append(pause)
        due, last = _walk(calendar, first, purse, unit, stops)
        if due < _day(pause.ends):
            due = last = calendar.next_working(_day(pause.ends))
            purse += 1
    return due


def _walk(
    calendar: PlainCalendar, first: date, purse: int, unit: str, stops: list[Interruption]
) -> tuple[date, date]:
    """The due day, and the last day that the purse pays for; days inside a pause are free."""
    day = last = first
    while purse > 0 or any(day < _day(stop.ends) for stop in stops):
        day = calendar.known(day + ONE_DAY)
        if unit != "calendar_day" and not calendar.works(day):
            continue
        if not any(_day(stop.begins) < day <= _day(stop.ends) for stop in stops):
            if purse == 0:
                break
            purse -= 1
        last = day
    return (calendar.next_working(last) if unit == "calendar_day" else last), last


def _is_for_today(calendar: PlainCalendar, start: date) -> bool:
    """Can what is due the same day still be done on the day of reception?"""
    until = calendar.of(calendar.known(_day(start))).same_day_until
    in_time = not isinstance(start, datetime) or until is None or start.time() <= until
    return in_time and calendar.works(_day(start))


def _due_in_hours(
    calendar: PlainCalendar, received: date, amount: int, pauses: list[Interruption]
) -> datetime:
    """Walks from shift to shift, jumps over pauses, until the hours are used up."""
    assert isinstance(received, datetime)
    left, goes_on, waiting = timedelta(hours=amount), received, list(pauses)
    for opens, closes in _shifts_after(calendar, received):
        now = max(opens, goes_on)
        while now < closes:
            if waiting and _moment(waiting[0].begins) <= now:
                pause = waiting.pop(0)
                if pause.anew:
                    return _due_in_hours(calendar, pause.ends, amount, waiting)
                now = goes_on = max(now, _moment(pause.ends))
                continue
            until = min(closes, _moment(waiting[0].begins)) if waiting else closes
            if until - now >= left:
                return now + left
            left -= until - now
            now = until
    raise NotInCalendar(calendar.last)


def _moment(edge: date) -> datetime:
    assert isinstance(edge, datetime)
    return edge


def _shifts_after(calendar: PlainCalendar, received: datetime) -> Iterator[tuple[datetime, datetime]]:
    day = received.date()
    while True:
        for opens, closes in calendar.open_on(day):
            start, end = datetime.combine(day, opens), datetime.combine(day, closes)
            if end > received:
                yield max(start, received), end
        day += ONE_DAY
