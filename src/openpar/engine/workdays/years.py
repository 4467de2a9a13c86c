"""A working calendar as plain data: what was decided for a year, office hours, and what may be wrong here.

A working day is Monday to Friday and no day off, or a Saturday that is worked in exchange (Labour Code 2019
Art. 111, 112 and the yearly decisions). Office hours are a local decision with days of validity.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise

from openpar.engine.errors import EngineError

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Shift:
    """Office hours without a break, [opens, closes] of one day."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The hours of a working day during [valid_from, valid_until); None: no end is known.

    `saturday_reception`: when the one-stop shop also takes dossiers in on a Saturday that is not worked; the
    day counts as the day of reception and stays no working day. `same_day_until`: what is to be answered the
    same day and comes after this moment is due the next working day; None: no such rule here.
    """

    valid_from: date
    valid_until: date | None
    shifts: tuple[Shift, ...]
    saturday_reception: tuple[Shift, ...] = ()
    same_day_until: time | None = None


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day and why it is special (“Tết Nguyên đán”)."""

    day: date
    name: str = ""


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """What was decided for one year. A day off that falls on a weekend may be listed and changes nothing.

    `is_estimate`: no decision yet. `possible_days_off` are announced but not in force: they count as working
    days, and whoever computes a due date over them is told.
    """

    year: int
    days_off: tuple[NamedDay, ...]
    worked_saturdays: tuple[NamedDay, ...] = ()
    is_estimate: bool = False
    possible_days_off: tuple[NamedDay, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarProblem:
    """One defect of a calendar: where, what, and what would be right; `code` is its stable name."""

    code: str
    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.remedy}."


class InvalidCalendar(EngineError):
    """A calendar that contradicts itself or leaves days open; carries every problem found."""

    def __init__(self, problems: tuple[CalendarProblem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


def shown_day(day: date) -> str:
    """21/11/2026."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def calendar_problems(
    years: Sequence[CalendarYear], hours: Sequence[OfficeHours]
) -> tuple[CalendarProblem, ...]:
    """What is wrong with the years and the hours, both given in their order; empty when nothing is."""
    found = [problem for each in hours for problem in hours_problems(each)]
    if not years:
        remedy = "Ghi ngày nghỉ của ít nhất một năm"
        return (*found, CalendarProblem("NO_YEARS", "Lịch", "không có năm nào", remedy))
    for earlier, later in pairwise(years):
        if later.year != earlier.year + 1:
            where, what = f"Năm {later.year}", f"không tiếp nối năm {earlier.year}"
            remedy = "Mỗi năm ghi một lần, các năm liền nhau"
            found.append(CalendarProblem("YEARS_NOT_CONSECUTIVE", where, what, remedy))
    for each in years:
        found += year_problems(each)
    first, last = date(years[0].year, 1, 1), date(years[-1].year, 12, 31)
    return (*found, *_coverage_problems(hours, first, last))


def year_problems(given: CalendarYear) -> Iterator[CalendarProblem]:
    """What is wrong with the days of one year."""
    off = {each.day for each in given.days_off}
    for each in (*given.days_off, *given.worked_saturdays, *given.possible_days_off):
        if each.day.year != given.year:
            what = f"không thuộc năm {given.year}"
            remedy = "Ghi ngày vào đúng năm của nó"
            yield CalendarProblem("DAY_OF_ANOTHER_YEAR", shown_day(each.day), what, remedy)
    for each in given.worked_saturdays:
        if each.day.weekday() < SATURDAY:
            what = "ghi là ngày làm bù nhưng không phải thứ Bảy, Chủ nhật"
            remedy = "Ngày làm bù là ngày nghỉ hằng tuần phải đi làm"
            yield CalendarProblem("WORKED_DAY_NOT_A_WEEKEND", shown_day(each.day), what, remedy)
        if each.day in off:
            what, remedy = "vừa là ngày nghỉ vừa là ngày làm bù", "Chỉ giữ một trong hai"
            yield CalendarProblem("OFF_AND_WORKED", shown_day(each.day), what, remedy)


def hours_problems(given: OfficeHours) -> Iterator[CalendarProblem]:
    """What is wrong with office hours by themselves."""
    where = shown_day(given.valid_from)
    if given.valid_until is not None and given.valid_until <= given.valid_from:
        what = "giờ làm việc hết hiệu lực trước khi bắt đầu"
        remedy = "Ngày hết hiệu lực phải sau ngày bắt đầu"
        yield CalendarProblem("HOURS_END_BEFORE_THEY_BEGIN", where, what, remedy)
    if not given.shifts:
        remedy = "Ghi như 07:00-11:30, 13:30-17:00"
        yield CalendarProblem("NO_SHIFTS", where, "không có giờ làm việc nào", remedy)
    for shifts in (given.shifts, given.saturday_reception):
        edges = [edge for shift in shifts for edge in (shift.opens, shift.closes)]
        if any(later <= earlier for earlier, later in pairwise(edges)):
            what = "các buổi làm việc không nối tiếp nhau từ sớm đến muộn"
            remedy = "Ghi như 07:00-11:30, 13:30-17:00"
            yield CalendarProblem("SHIFTS_OUT_OF_ORDER", where, what, remedy)


def _coverage_problems(hours: Sequence[OfficeHours], first: date, last: date) -> Iterator[CalendarProblem]:
    """Every day from `first` to `last` belongs to exactly one of the hours."""
    meant = [each for each in hours if each.valid_until is None or each.valid_until > first]
    if not meant or meant[0].valid_from > first:
        yield _without_hours(first)
    for earlier, later in pairwise(meant):
        if earlier.valid_until is None or later.valid_from < earlier.valid_until:
            what = "có hai giờ làm việc cùng hiệu lực"
            remedy = "Giờ cũ hết hiệu lực vào ngày giờ mới bắt đầu"
            yield CalendarProblem("HOURS_OVERLAP", shown_day(later.valid_from), what, remedy)
        elif later.valid_from > earlier.valid_until:
            yield _without_hours(earlier.valid_until)
    if meant and (until := meant[-1].valid_until) is not None and until <= last:
        yield _without_hours(until)


def _without_hours(day: date) -> CalendarProblem:
    what, remedy = "từ ngày này không có giờ làm việc", "Mỗi ngày của lịch thuộc về đúng một giờ làm việc"
    return CalendarProblem("DAYS_WITHOUT_HOURS", shown_day(day), what, remedy)
