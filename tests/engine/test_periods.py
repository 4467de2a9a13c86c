"""Periods: the days of the reporting calendar, both calendars without hole or overlap, early ends."""

import csv
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from openpar.engine.periods import (
    BadPeriod,
    Calendar,
    Period,
    PeriodKind,
    follows,
    months_of,
    period,
    period_of,
    year_to_date,
)

REFORM, CIVIL = Calendar.REFORM, Calendar.CIVIL
MONTH, QUARTER, HALF = PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.HALF
NINE_MONTHS, YEAR = PeriodKind.NINE_MONTHS, PeriodKind.YEAR
DAYS = some.dates(date(1990, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("calendar", "kind", "number", "days"),
    [
        (REFORM, QUARTER, 1, "15/12/2025–14/03/2026"),
        (REFORM, QUARTER, 2, "15/03/2026–14/06/2026"),
        (REFORM, QUARTER, 3, "15/06/2026–14/09/2026"),
        (REFORM, QUARTER, 4, "15/09/2026–14/12/2026"),
        (REFORM, HALF, 1, "15/12/2025–14/06/2026"),
        (REFORM, HALF, 2, "15/06/2026–14/12/2026"),
        (REFORM, NINE_MONTHS, 1, "15/12/2025–14/09/2026"),
        (REFORM, YEAR, 1, "15/12/2025–14/12/2026"),
        (REFORM, MONTH, 1, "15/12/2025–14/01/2026"),
        (REFORM, MONTH, 3, "15/02/2026–14/03/2026"),
        (REFORM, MONTH, 12, "15/11/2026–14/12/2026"),
        (CIVIL, MONTH, 2, "01/02/2026–28/02/2026"),
        (CIVIL, MONTH, 12, "01/12/2026–31/12/2026"),
        (CIVIL, QUARTER, 4, "01/10/2026–31/12/2026"),
        (CIVIL, HALF, 1, "01/01/2026–30/06/2026"),
        (CIVIL, YEAR, 1, "01/01/2026–31/12/2026"),
    ],
)
def test_a_period_has_the_days_of_its_rule(
    calendar: Calendar, kind: PeriodKind, number: int, days: str
) -> None:
    found = period(calendar, kind, 2026, number)
    assert found.words.endswith(f"({days})")
    assert not found.ends_early


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (period(REFORM, QUARTER, 2026, 3), "Quý III/2026 (15/06/2026–14/09/2026)"),
        (period(REFORM, HALF, 2022, 1), "6 tháng đầu năm 2022 (15/12/2021–14/06/2022)"),
        (period(CIVIL, MONTH, 2024, 2), "Tháng 2/2024 (01/02/2024–29/02/2024)"),
        (period(REFORM, NINE_MONTHS, 2026), "9 tháng năm 2026 (15/12/2025–14/09/2026)"),
        (period(REFORM, YEAR, 2026), "Năm 2026 (15/12/2025–14/12/2026)"),
    ],
)
def test_a_period_is_never_named_without_its_days(found: Period, words: str) -> None:
    assert found.words == words


def test_son_la_began_with_the_legal_day_and_ended_early() -> None:
    legal = period(REFORM, HALF, 2022, 1)
    real = legal.cut_off(date(2022, 6, 9))
    assert (real.from_on, real.until_on) == (date(2021, 12, 15), date(2022, 6, 9))
    assert real.ends_early
    assert not real.has_same_days(legal)
    assert real.words == "6 tháng đầu năm 2022 (15/12/2021–09/06/2022)"
    with pytest.raises(BadPeriod, match="15/06/2022 không nằm trong"):
        legal.cut_off(date(2022, 6, 15))


def test_a_day_late_in_december_belongs_to_two_years() -> None:
    day = date(2025, 12, 20)
    assert period_of(REFORM, YEAR, day).year == 2026
    assert period_of(CIVIL, YEAR, day).year == 2025
    assert period_of(REFORM, YEAR, date(2025, 12, 14)).year == 2025
    with pytest.raises(BadPeriod, match="01/10/2026"):
        period_of(REFORM, NINE_MONTHS, date(2026, 10, 1))


def test_the_year_to_date_is_a_year_that_ends_early() -> None:
    found = year_to_date(CIVIL, 2026, 9)
    assert (found.from_on, found.until_on, found.kind) == (date(2026, 1, 1), date(2026, 9, 30), YEAR)
    assert found.ends_early
    assert not year_to_date(CIVIL, 2026, 12).ends_early
    assert [month.number for month in months_of(found)] == list(range(1, 10))


@given(some.sampled_from(Calendar), some.sampled_from([MONTH, QUARTER, HALF, YEAR]), DAYS)
@settings(max_examples=300, deadline=None)
def test_every_day_belongs_to_one_period_and_the_next_begins_after_it(
    calendar: Calendar, kind: PeriodKind, day: date
) -> None:
    found = period_of(calendar, kind, day)
    after = period_of(calendar, kind, found.until_on + timedelta(days=1))
    before = period_of(calendar, kind, found.from_on - timedelta(days=1))
    assert found.contains(day)
    assert follows(after, found)
    assert follows(found, before)
    assert not follows(after, before)


@given(some.sampled_from(Calendar), some.sampled_from(PeriodKind), some.integers(1990, 2100))
@settings(max_examples=200, deadline=None)
def test_the_months_of_a_period_are_all_of_its_days(calendar: Calendar, kind: PeriodKind, year: int) -> None:
    whole = period(calendar, kind, year)
    months = months_of(whole)
    assert (months[0].from_on, months[-1].until_on) == (whole.from_on, whole.until_on)
    assert all(follows(later, earlier) for earlier, later in pairwise(months))


def test_the_last_month_of_an_early_end_is_cut_off() -> None:
    months = months_of(period(REFORM, HALF, 2022, 1).cut_off(date(2022, 6, 9)))
    assert len(months) == 6
    assert months[-1].ends_early
    assert months[-1].until_on == date(2022, 6, 9)


@pytest.mark.parametrize(("kind", "number"), [(MONTH, 13), (MONTH, 0), (QUARTER, 5), (HALF, 3), (YEAR, 2)])
def test_a_period_that_does_not_exist_is_refused(kind: PeriodKind, number: int) -> None:
    with pytest.raises(BadPeriod, match=f"kỳ số {number}"):
        period(REFORM, kind, 2026, number)


@pytest.mark.parametrize("year", [0, 1, 9999, -5])
def test_a_year_outside_time_is_refused(year: int) -> None:
    with pytest.raises(BadPeriod, match="Không có năm"):
        period(REFORM, YEAR, year)


def test_the_reporting_calendar_of_the_ministry_is_kept() -> None:
    # data_from and data_to of the reporting calendar (581/BNV-CCHC), written down by hand.
    text = Path(__file__).parent.joinpath("facts", "reporting_calendar.csv").read_text("utf-8")
    rows = list(csv.reader(text.splitlines()))[1:]
    assert len(rows) == 6
    for name, kind, number, from_on, until_on in rows:
        found = period(REFORM, PeriodKind(kind), 2026, int(number))
        assert (found.from_on.isoformat(), found.until_on.isoformat()) == (from_on, until_on), name
