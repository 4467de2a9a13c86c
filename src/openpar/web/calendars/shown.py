"""A year as twelve little tables: every day with a mark that colour alone does not carry."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openpar.base.calendars.models import CalendarDay, YearVersion

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

_SATURDAY = 5
_WEEKS = calendar.Calendar(calendar.MONDAY)


@dataclass(frozen=True)
class Mark:
    """What a day is: the class of its colour, the letter beside its number, and the word."""

    style: str
    letter: StrPromise | str
    word: StrPromise | str


MARKS = {
    CalendarDay.Kind.OFF: Mark("off", gettext_lazy("N"), gettext_lazy("nghỉ")),
    CalendarDay.Kind.WORKED: Mark("worked", gettext_lazy("B"), gettext_lazy("làm bù")),
    CalendarDay.Kind.POSSIBLE: Mark("possible", "?", gettext_lazy("chưa chắc")),
}


@dataclass(frozen=True)
class ShownDay:
    """One day of a month; `words` is what is read out of a marked one."""

    number: int
    style: str
    letter: str = ""
    words: str = ""
    is_today: bool = False


@dataclass(frozen=True)
class ShownMonth:
    """One month: weeks from Monday, None where the day is another month's."""

    number: int
    working_days: int
    weeks: tuple[tuple[ShownDay | None, ...], ...]


@dataclass(frozen=True)
class ShownSpan:
    """Special days in a row with the same kind and name."""

    first: date
    last: date
    kind: str
    style: str
    letter: str
    name: str


@dataclass(frozen=True)
class ShownYear:
    """A version of a year, ready for the page."""

    working_days: int
    months: tuple[ShownMonth, ...]
    spans: tuple[ShownSpan, ...]


def shown_year(version: YearVersion, today: date) -> ShownYear:
    """The version with its days, which are fetched once."""
    special = {row.day: row for row in version.days.all()}
    months = tuple(_month(version.year, number, special, today) for number in range(1, 13))
    return ShownYear(sum(month.working_days for month in months), months, tuple(_spans(special)))


def _month(year: int, number: int, special: dict[date, CalendarDay], today: date) -> ShownMonth:
    weeks = [
        tuple(_day(day, special.get(day), today) if day.month == number else None for day in week)
        for week in _WEEKS.monthdatescalendar(year, number)
    ]
    days = [day for week in _WEEKS.monthdatescalendar(year, number) for day in week if day.month == number]
    working = sum(_is_working(day, special.get(day)) for day in days)
    return ShownMonth(number, working, tuple(weeks))


def _day(day: date, row: CalendarDay | None, today: date) -> ShownDay:
    is_today = day == today
    if row is None:
        return ShownDay(day.day, "weekend" if day.weekday() >= _SATURDAY else "", is_today=is_today)
    mark = MARKS[CalendarDay.Kind(row.kind)]
    words = f"{mark.word}: {row.name}" if row.name else str(mark.word)
    return ShownDay(day.day, mark.style, str(mark.letter), words, is_today)


def _is_working(day: date, row: CalendarDay | None) -> bool:
    if day.weekday() >= _SATURDAY:
        return row is not None and row.kind == CalendarDay.Kind.WORKED
    return row is None or row.kind != CalendarDay.Kind.OFF


def _spans(special: dict[date, CalendarDay]) -> list[ShownSpan]:
    found: list[ShownSpan] = []
    for day in sorted(special):
        row, mark = special[day], MARKS[CalendarDay.Kind(special[day].kind)]
        kind, last = str(CalendarDay.Kind(row.kind).label), found[-1] if found else None
        if last and (last.kind, last.name) == (kind, row.name) and (day - last.last).days == 1:
            found[-1] = ShownSpan(last.first, day, kind, mark.style, str(mark.letter), row.name)
        else:
            found.append(ShownSpan(day, day, kind, mark.style, str(mark.letter), row.name))
    return found


@dataclass(frozen=True)
class Difference:
    """A day that a draft treats otherwise than the version in force."""

    day: date
    before: str
    after: str


def differences(current: YearVersion | None, draft: YearVersion) -> list[Difference]:
    """Day by day what the draft changes; everything when nothing is in force."""
    before = {} if current is None else {row.day: _words(row) for row in current.days.all()}
    after = {row.day: _words(row) for row in draft.days.all()}
    plain = _("như mọi tuần")
    return [
        Difference(day, before.get(day, plain), after.get(day, plain))
        for day in sorted(before.keys() | after.keys())
        if before.get(day) != after.get(day)
    ]


def _words(row: CalendarDay) -> str:
    label = str(CalendarDay.Kind(row.kind).label)
    return f"{label}: {row.name}" if row.name else label
