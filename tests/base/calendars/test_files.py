"""Calendar files: the shipped one, those of others, and every way in which a file is refused."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from openpar.base.calendars.files import CalendarFileRefused, calendar_of, read_calendar
from openpar.engine.workdays.calendar import SpecialKind

SHIPPED = Path(__file__).parents[3] / "data" / "vn_holidays.yaml"
HOURS = """
office_hours:
- {from: 2026-01-01, shifts: ["07:00-11:30", "13:30-17:00"], same_day_until: "15:00", certainty: S}
"""
YEAR = "years: {2026: {off_weekdays: [2026-01-01], worked_saturdays: []}}"


def test_the_shipped_calendar_has_eleven_years_with_source_and_certainty() -> None:
    shipped = read_calendar(SHIPPED)
    assert [each.days.year for each in shipped.years] == list(range(2018, 2029))
    assert [each.days.year for each in shipped.years if each.days.is_estimate] == [2027, 2028]
    assert {each.certainty for each in shipped.years if each.days.is_estimate} == {"R"}
    assert {each.certainty for each in shipped.years if not each.days.is_estimate} == {"S"}
    assert all(each.source for each in shipped.years)
    assert all(each.source for each in shipped.hours)
    assert all(
        day.name for each in shipped.years for day in (*each.days.days_off, *each.days.worked_saturdays)
    )
    assert all(each.working_days_total for each in shipped.years)


def test_swapped_days_come_in_pairs() -> None:
    shipped = read_calendar(SHIPPED)
    days = [day for each in shipped.years for day in (*each.days.days_off, *each.days.worked_saturdays)]
    off = {day.day: day.name[-10:] for day in days if day.name.startswith("Hoán đổi")}
    worked = {day.day: day.name[-10:] for day in days if day.name.startswith("Làm bù")}
    assert len(off) == len(worked) == 6
    assert {f"{day:%d/%m/%Y}": name for day, name in off.items()} == {
        name: f"{day:%d/%m/%Y}" for day, name in worked.items()
    }


def test_days_not_yet_in_force_are_working_days() -> None:
    shipped = read_calendar(SHIPPED)
    (year,) = (each.days for each in shipped.years if each.days.year == 2026)
    assert [day.day for day in year.possible_days_off] == [date(2026, 11, 24)]
    assert shipped.calendar().is_working(date(2026, 11, 24))
    possible = [each for each in shipped.calendar().special if each.kind is SpecialKind.POSSIBLE]
    assert [shipped.calendar().day(each.index) for each in possible] == [
        date(each, 11, 24) for each in (2026, 2027, 2028)
    ]


def test_lists_without_names_and_remarks_are_read_too() -> None:
    text = f"{HOURS}{YEAR}\ncounting: {{start: the next day}}\ntests: []"
    found = calendar_of(text.encode(), "mine.yaml")
    assert found.years[0].certainty == "R"
    assert found.hours[0].hours.same_day_until == time(15)
    assert found.calendar().working_days_of(2026) == 260
    assert found.version.startswith("mine.yaml ")


def test_hours_that_were_only_seen_hold_for_all_years() -> None:
    text = f'hours: {{seen_in_real_system: ["07:00-11:30", "13:30-17:00"], hours_per_working_day: 8}}\n{YEAR}'
    (hours,) = calendar_of(text.encode(), "seen.yaml").hours
    assert (hours.hours.valid_from, hours.certainty) == (date.min, "R")


def test_another_file_has_another_version() -> None:
    one = calendar_of(f"{HOURS}{YEAR}".encode(), "a.yaml")
    other = calendar_of(f"{HOURS}{YEAR} ".encode(), "a.yaml")
    assert one.years == other.years
    assert one.version != other.version


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "không có mục years"),
        ("years: {}", "không có mục years"),
        ("years: [2026]", "không có mục years"),
        ("years: {2026: [", "không đọc được YAML"),
        ("years: &a {2026: *a}", "anchors"),
        ("years: {2026: {off_weekdays: []}, 2026: {off_weekdays: []}}", "“2026” is written twice"),
        ("years: {26: {off_weekdays: []}}", "Năm 26: không phải một năm"),
        ("years: {2026: {worked_saturdays: []}}", "không nêu ngày nghỉ"),
        ("years: {2026: {off_weekdays: [2026-02-30]}}", "“2026-02-30” không phải là ngày"),
        ("years: {2026: {off_weekdays: [01/01/2026]}}", "“01/01/2026” không phải là ngày"),
        ("years: {2026: {off_weekdays: [2026-01-01, 2026-01-01]}}", "ghi hai lần"),
        ("years: {2026: {off_weekdays: [2025-01-01]}}", "không thuộc năm 2026"),
        ("years: {2026: {off_weekdays: [], worked_saturdays: [2026-05-08]}}", "không phải thứ Bảy"),
        ("years: {2026: {off_weekdays: [], worked_saturday: []}}", "worked_saturday: không hiểu"),
        ("years: {2026: {off_weekdays: [], status: maybe}}", "không hiểu “maybe”"),
        ("years: {2026: {off_weekdays: [], certainty: sure}}", "không hiểu “sure”"),
        (
            "years: {2026: {off_weekdays: [], working_days_total: 250}}",
            "khai 250 ngày làm việc, đếm được 261",
        ),
        ("years: {2026: {off_weekdays: [], working_days_total: many}}", "không phải là số ngày"),
        (
            "years: {2026: {off_weekdays: []}, 2028: {off_weekdays: []}}",
            "Năm 2028: không tiếp nối năm 2026",
        ),
        (f"{YEAR}\noffice_hour: []", "office_hour: không hiểu mục này"),
        (f"{YEAR}\noffice_hours: [{{from: 2026-01-01, shifts: [7-11]}}]", "không hiểu “7-11”"),
        (
            f"{YEAR}\noffice_hours: [{{from: 2026-01-01, shifts: ['07:00-25:00']}}]",
            "“25:00” không phải là giờ",
        ),
        (f"{YEAR}\noffice_hours: [{{from: 2026-01-01, closes: 17}}]", "closes: không hiểu mục này"),
        (f"{YEAR}\noffice_hours: morning", "không phải là danh sách"),
        (f"{YEAR}\noffice_hours: [morning]", "không phải giờ làm việc"),
        (f"{YEAR}\noffice_hours: [{{from: soon, shifts: ['07:00-11:00']}}]", "“soon” không phải là ngày"),
    ],
)
def test_a_file_that_is_no_calendar_is_refused(text: str, said: str) -> None:
    with pytest.raises(CalendarFileRefused) as refused:
        calendar_of(text.encode(), "bad.yaml")
    assert said in str(refused.value)


def test_a_file_is_refused_for_everything_that_is_wrong() -> None:
    text = "years: {2026: {off_weekdays: [x, y], status: z}}\noffice_hours: 1"
    with pytest.raises(CalendarFileRefused) as refused:
        calendar_of(text.encode(), "bad.yaml")
    assert len(refused.value.gaps) == 4


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CalendarFileRefused, match="không mở được"):
        read_calendar(tmp_path / "none.yaml")
    with pytest.raises(CalendarFileRefused, match="UTF-8"):
        calendar_of(b"years: \xff", "bad.yaml")
    with pytest.raises(CalendarFileRefused, match="1 MB"):
        calendar_of(b" " * 1_000_001, "big.yaml")
