"""Periods of two calendars side by side, each with its real first and last day (dossiers.md 6.1).

Reports of the reform programme run from the 15th of the month before to the 14th of the last month, the year
from 15/12 to 14/12 (NĐ 09/2019, TT 01/2020/TT-VPCP); the index 766 and the public count by calendar months.
A name such as “quarter III” therefore says nothing without its days, and two figures belong together only
if their days are the same. Both ends of a period are included.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from openpar.engine.errors import EngineError


class BadPeriod(EngineError):
    """There is no such period."""


class Calendar(StrEnum):
    """REFORM: 15th to 14th. CIVIL: first to last day of the month."""

    REFORM = "REFORM"
    CIVIL = "CIVIL"


class PeriodKind(StrEnum):
    """MONTH 1–12, QUARTER 1–4, HALF 1–2; NINE_MONTHS and YEAR have number 1 and begin with the year."""

    MONTH = "MONTH"
    QUARTER = "QUARTER"
    HALF = "HALF"
    NINE_MONTHS = "NINE_MONTHS"
    YEAR = "YEAR"


_MONTHS = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    PeriodKind.HALF: 6,
    PeriodKind.NINE_MONTHS: 9,
    PeriodKind.YEAR: 12,
}
_COUNT = {
    PeriodKind.MONTH: 12,
    PeriodKind.QUARTER: 4,
    PeriodKind.HALF: 2,
    PeriodKind.NINE_MONTHS: 1,
    PeriodKind.YEAR: 1,
}
_WORDS = {
    PeriodKind.MONTH: "tháng",
    PeriodKind.QUARTER: "quý",
    PeriodKind.HALF: "6 tháng",
    PeriodKind.NINE_MONTHS: "9 tháng",
    PeriodKind.YEAR: "năm",
}
_MONTHS_OF_A_YEAR = 12
_REFORM_FIRST, _REFORM_LAST = 15, 14
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `from_on` to `until_on`, both included, and which period of which calendar they are.

    `legal_until_on` is where the period ends by its rule: later than `until_on` if it was counted early.
    """

    calendar: Calendar
    kind: PeriodKind
    year: int
    number: int
    from_on: date
    until_on: date
    legal_until_on: date

    def contains(self, day: date) -> bool:
        """Does the day belong to it?"""
        return self.from_on <= day <= self.until_on

    @property
    def ends_early(self) -> bool:
        """Was it counted before it was over?"""
        return self.until_on < self.legal_until_on

    def cut_off(self, on: date) -> "Period":
        """The same period counted up to a day that lies in it (VP UBND tỉnh Sơn La: 15/12/2021–09/06/2022).

        Raises BadPeriod for a day outside.
        """
        if not self.contains(on):
            raise BadPeriod(f"{_day(on)} không nằm trong {self.words}.")
        return Period(self.calendar, self.kind, self.year, self.number, self.from_on, on, self.legal_until_on)

    def has_same_days(self, other: "Period") -> bool:
        """Are figures of the two about the same days?"""
        return (self.from_on, self.until_on) == (other.from_on, other.until_on)

    @property
    def words(self) -> str:
        """“Quý III/2026 (15/06/2026–14/09/2026)”: never without the days."""
        return f"{self._name} ({_day(self.from_on)}–{_day(self.until_on)})"

    @property
    def _name(self) -> str:
        if self.kind is PeriodKind.MONTH:
            return f"Tháng {self.number}/{self.year}"
        if self.kind is PeriodKind.QUARTER:
            return f"Quý {('I', 'II', 'III', 'IV')[self.number - 1]}/{self.year}"
        if self.kind is PeriodKind.HALF:
            return f"6 tháng {('đầu', 'cuối')[self.number - 1]} năm {self.year}"
        return f"9 tháng năm {self.year}" if self.kind is PeriodKind.NINE_MONTHS else f"Năm {self.year}"


def period(calendar: Calendar, kind: PeriodKind, year: int, number: int = 1) -> Period:
    """The period with this number in its year. Raises BadPeriod for a number or year that does not exist."""
    if not 1 <= number <= _COUNT[kind]:
        raise BadPeriod(f"Không có kỳ số {number}: kỳ {_WORDS[kind]} có từ 1 đến {_COUNT[kind]}.")
    if not date.min.year < year < date.max.year:
        raise BadPeriod(f"Không có năm {year}.")
    months = _MONTHS[kind]
    last = number * months
    return _of_months(calendar, kind, year, number, last - months + 1, last)


def year_to_date(calendar: Calendar, year: int, month: int) -> Period:
    """From the beginning of the year to the end of a month, as on the portal: a year that ends early.

    Raises BadPeriod.
    """
    last = period(calendar, PeriodKind.MONTH, year, month)
    return period(calendar, PeriodKind.YEAR, year).cut_off(last.until_on)


def period_of(calendar: Calendar, kind: PeriodKind, day: date) -> Period:
    """The period that a day belongs to: 20/12/2025 is in the reform year 2026 and the civil year 2025.

    Raises BadPeriod if it belongs to none (a day of October to no nine months).
    """
    year = day.year + (calendar is Calendar.REFORM and (day.month, day.day) >= (12, _REFORM_FIRST))
    for number in range(1, _COUNT[kind] + 1):
        found = period(calendar, kind, year, number)
        if found.contains(day):
            return found
    raise BadPeriod(f"{_day(day)} không thuộc kỳ {_WORDS[kind]} nào của năm {year}.")


def months_of(whole: Period) -> tuple[Period, ...]:
    """The months of a period, in order; the last one is cut off where the period is."""
    months = []
    for number in range(1, _MONTHS_OF_A_YEAR + 1):
        month = period(whole.calendar, PeriodKind.MONTH, whole.year, number)
        if whole.contains(month.from_on):
            months.append(month.cut_off(min(month.until_on, whole.until_on)))
    return tuple(months)


def follows(later: Period, earlier: Period) -> bool:
    """Does the later period begin on the day after the earlier one ended? Only then E5 may be asked."""
    return later.from_on == earlier.until_on + _ONE_DAY


def _of_months(calendar: Calendar, kind: PeriodKind, year: int, number: int, first: int, last: int) -> Period:
    if calendar is Calendar.REFORM:
        # The month before January is December of the year before.
        from_on = date(year, first - 1, _REFORM_FIRST) if first > 1 else date(year - 1, 12, _REFORM_FIRST)
        until_on = date(year, last, _REFORM_LAST)
    else:
        from_on = date(year, first, 1)
        following = date(year, last + 1, 1) if last < _MONTHS_OF_A_YEAR else date(year + 1, 1, 1)
        until_on = following - _ONE_DAY
    return Period(calendar, kind, year, number, from_on, until_on, until_on)


def _day(day: date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year:04}"
