"""The calendar of reports and the appendix, as the data say."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from openpar.engine.errors import InvalidSet
from openpar.engine.report_lines import Kind
from openpar.reports.periodic.appendix import all_appendices, appendix_on
from openpar.reports.periodic.calendar import reform_year, report_calendar
from openpar.reports.periodic.lateness import WorkingDays

# From data/report_indicators.csv of the field study: code and type of the 55 lines.
CODES = Path(__file__).with_name("report_lines.csv")


def test_a_year_has_four_reports_with_their_days_and_due_days() -> None:
    found = [
        (one.report.code, one.period.from_on, one.period.until_on, one.due_on("unit"), one.due_on("province"))
        for one in report_calendar().reports_of(2026)
    ]
    first = date(2025, 12, 15)
    assert found == [
        ("q1", first, date(2026, 3, 14), date(2026, 3, 16), date(2026, 3, 20)),
        ("h1", first, date(2026, 6, 14), date(2026, 6, 16), date(2026, 6, 20)),
        # Quarter III tells of itself alone.
        ("q3", date(2026, 6, 15), date(2026, 9, 14), date(2026, 9, 16), date(2026, 9, 20)),
        ("year", first, date(2026, 12, 14), date(2026, 12, 16), date(2026, 12, 20)),
    ]


def test_levels_change_with_the_days_and_not_with_the_year() -> None:
    calendar = report_calendar()
    half, third = calendar.asked("h1", 2025), calendar.asked("q3", 2025)
    assert half is not None
    assert third is not None
    assert [level.id for level in half.version.levels] == ["commune", "unit", "province"]
    assert [level.id for level in third.version.levels] == ["unit", "province"]
    assert half.due_on("commune") == date(2025, 6, 15)
    assert third.version.level_of("WARD") == third.version.level("unit")


def test_the_reform_year_begins_in_december() -> None:
    assert [reform_year(day) for day in (date(2025, 12, 14), date(2025, 12, 15))] == [2025, 2026]


def test_nine_months_and_months_are_asked_where_the_data_say_so(tmp_path: Path, settings: Settings) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    text = (Path(settings.OPENPAR_DATA_DIR) / "reports" / "calendar.yaml").read_text(encoding="utf-8")
    (folder / "calendar.yaml").write_text(
        text.replace("also_asked: []", "also_asked: [m9, months]"), encoding="utf-8"
    )
    settings.OPENPAR_DATA_DIR = tmp_path
    codes = [one.report.code for one in report_calendar().reports_of(2026)]
    assert len(codes) == 17
    nine, february = report_calendar().asked("m9", 2026), report_calendar().asked("m02", 2026)
    assert nine is not None
    assert february is not None
    assert (nine.period.from_on, nine.period.until_on) == (date(2025, 12, 15), date(2026, 9, 14))
    assert february.due_on("unit") == date(2026, 2, 16)


def test_a_due_day_of_a_kind_that_is_missing_is_told_with_everything_else(
    tmp_path: Path, settings: Settings
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    text = (Path(settings.OPENPAR_DATA_DIR) / "reports" / "calendar.yaml").read_text(encoding="utf-8")
    spoilt = text.replace("due: {unit: 16/03, province: 20/03}", "due: {unit: 16.03}")
    (folder / "calendar.yaml").write_text(spoilt.replace("outline: year", "outline: none"), encoding="utf-8")
    settings.OPENPAR_DATA_DIR = tmp_path
    with pytest.raises(InvalidSet) as refused:
        report_calendar()
    said = str(refused.value.problems)
    assert "16.03" in said
    assert "thiếu hạn của cấp" in said
    assert "Không có đề cương" in said


def test_the_appendix_has_the_55_lines_of_the_study() -> None:
    appendix = appendix_on(date(2026, 9, 14))
    assert appendix is not None
    with CODES.open(encoding="utf-8", newline="") as file:
        wanted = [(row["code"], row["field"], row["type"]) for row in csv.DictReader(file)]
    kinds = {Kind.STOCK: "int"}
    found = [(line.code, line.field, kinds.get(line.kind, line.kind.value)) for line in appendix.lines]
    assert found == wanted
    assert len(found) == 55
    assert {line.certainty for line in appendix.lines} == {"R"}


def test_lines_are_asked_of_whoever_has_the_figures() -> None:
    appendix = all_appendices()[0]
    lines = {
        who: {line.code for line in appendix.lines_of(who)} for who in ("department", "commune", "province")
    }
    assert "3.3.1" in lines["department"] - lines["commune"]
    assert "3.3.2" in lines["commune"] - lines["department"]
    assert {"1.2.1", "1.2.2"} <= lines["province"] - lines["department"]


def test_without_a_working_calendar_lateness_is_not_told() -> None:
    days = WorkingDays(None)
    assert days.late(date(2026, 9, 16), date(2026, 9, 16)) == 0
    assert days.late(date(2026, 9, 16), date(2026, 9, 17)) is None
