"""Random calendars and dossiers, for the engine and for the walk over the days alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from openpar.engine.workdays import (
    VIETNAM,
    CalendarYear,
    Limit,
    NamedDay,
    OfficeHours,
    Pause,
    PauseKind,
    Shift,
    Unit,
    WorkCalendar,
)
from tests.engine.workdays_oracle import ONE_DAY, Hours, Interruption, PlainCalendar, Shifts

_SHIFTS: tuple[Shifts, ...] = (
    ((time(7), time(11, 30)), (time(13, 30), time(17))),
    ((time(7, 30), time(11, 30)), (time(13), time(17))),
    ((time(8), time(12)), (time(13), time(16, 30))),
    ((time(8), time(16)),),
    ((time(7), time(10)), (time(10, 30), time(12)), (time(14), time(17, 15))),
)
_SATURDAYS: tuple[Shifts, ...] = (
    (),
    (),
    ((time(7), time(11)),),
    ((time(8), time(9)), (time(9, 30), time(11))),
)
# Moments at which something changes, one second before and after them, and any others.
_EDGES = sorted(
    {edge for shifts in _SHIFTS for shift in shifts for edge in shift} | {time(15), time(0), time(12)}
)


@dataclass(frozen=True)
class RandomCase:
    """A dossier on the clocks of Viet Nam, without time zones."""

    received: date
    amount: int
    unit: Unit
    pauses: tuple[Interruption, ...]

    @property
    def limit(self) -> Limit:
        return Limit(self.amount, self.unit)

    def engine_pauses(self) -> list[Pause]:
        return [
            Pause(
                placed(each.begins),
                placed(each.ends),
                PauseKind.STARTS_ANEW if each.anew else PauseKind.STOPS,
            )
            for each in self.pauses
        ]


def placed(moment: date) -> date:
    """The same with the time zone that the engine asks for."""
    return moment.replace(tzinfo=VIETNAM) if isinstance(moment, datetime) else moment


def random_calendar(random: Random) -> tuple[WorkCalendar, PlainCalendar]:
    """The same calendar for the engine and for the walk: one to three years, more days off than in life."""
    first = random.randint(2018, 2027)
    years = range(first, first + random.randint(1, 3))
    off, worked, given = set[date](), set[date](), []
    for year in years:
        days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
        theirs_off = {day for day in days if random.random() < 0.06}
        start = random.choice(days)
        theirs_off |= {day for day in (start + timedelta(days=n) for n in range(12)) if day.year == year}
        weekend = [day for day in days if day.weekday() >= 5 and day not in theirs_off]
        theirs_worked = set(random.sample(weekend, random.randint(0, 8)))
        off |= theirs_off
        worked |= theirs_worked
        given.append(
            CalendarYear(
                year,
                tuple(NamedDay(day) for day in sorted(theirs_off)),
                tuple(NamedDay(day) for day in sorted(theirs_worked)),
            )
        )
    hours = _random_hours(random, years)
    untils = [each.since for each in hours[1:]]
    office = [
        OfficeHours(each.since, until, _shifts(each.shifts), _shifts(each.saturday), each.same_day_until)
        for each, until in zip(hours, [*untils, None], strict=True)
    ]
    plain = PlainCalendar(
        date(years[0], 1, 1), date(years[-1], 12, 31), frozenset(off), frozenset(worked), tuple(hours)
    )
    return WorkCalendar("random", given, office), plain


def _shifts(spans: Shifts) -> tuple[Shift, ...]:
    return tuple(Shift(opens, closes) for opens, closes in spans)


def _random_hours(random: Random, years: range) -> list[Hours]:
    since = [date(years[0] - 1, 7, 1)]
    while random.random() < 0.4:
        since.append(since[-1] + timedelta(days=random.randint(100, 300)))
    return [
        Hours(
            day, random.choice(_SHIFTS), random.choice(_SATURDAYS), random.choice((None, time(15), time(12)))
        )
        for day in since
    ]


def random_case(random: Random, plain: PlainCalendar) -> RandomCase:
    """A dossier that the calendar may or may not reach to the end of."""
    unit = random.choice(list(Unit))
    span = (plain.last - plain.first).days
    day = plain.first + timedelta(days=random.randint(0, span) if random.random() < 0.9 else span)
    has_time = unit is Unit.HOUR or random.random() < 0.7
    received = _at(random, day) if has_time else day
    amount = 1 if unit is Unit.SAME_DAY else random.choice((1, 2, 3, 5, 7, 10, 15, 20, 30, 60))
    pauses: list[Interruption] = []
    reached = received
    while random.random() < 0.35 and len(pauses) < 3:
        begins = _later(random, reached, has_time)
        ends = _later(random, begins, has_time)
        pauses.append(Interruption(begins, ends, random.random() < 0.25))
        reached = ends
    return RandomCase(received, amount, unit, tuple(pauses))


def _later(random: Random, after: date, has_time: bool) -> date:
    """A day or moment not before another, often on the same day or after few days."""
    day = after.date() if isinstance(after, datetime) else after
    day += ONE_DAY * random.choice((0, 0, 1, 1, 2, 3, 4, 5, 7, 12, 25))
    if not has_time:
        return day
    found = _at(random, day)
    return max(found, after) if isinstance(after, datetime) else found


def _at(random: Random, day: date) -> datetime:
    if random.random() < 0.5:
        edge = datetime.combine(day, random.choice(_EDGES))
        moved = edge + timedelta(seconds=random.choice((-1, 0, 0, 1)))
        return moved if moved.date() == day else edge
    return datetime.combine(day, time.min) + timedelta(microseconds=random.randrange(86_400_000_000))
