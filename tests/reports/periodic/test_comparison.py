"""A report stands beside the one before it in its year and the same of the year before: on paper too."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

import openpyxl
import pytest

from openpar.common.formats import VIETNAM
from openpar.reports.periodic.calendar import report_calendar
from openpar.reports.periodic.documents import appendix_workbook, rollup_workbook
from openpar.reports.periodic.files import AppendixFile, read_appendix
from openpar.reports.periodic.models import PeriodicReport
from openpar.reports.periodic.queries.loading import lines_of
from openpar.reports.periodic.queries.rollup import roll_up, rolls_compared
from tests.reports.periodic import made
from tests.reports.periodic.made import Province, number, pair

pytestmark = pytest.mark.django_db
LAST_YEAR = datetime(2025, 9, 16, 9, 0, tzinfo=VIETNAM)
MARCH = datetime(2026, 3, 16, 9, 0, tzinfo=VIETNAM)
JUNE = datetime(2026, 6, 16, 9, 0, tzinfo=VIETNAM)


def before(code: str) -> str | None:
    asked = report_calendar().asked(code, 2026)
    assert asked is not None
    found = report_calendar().before(asked)
    return found.report.code if found else None


def test_like_stands_beside_like() -> None:
    """What counts from the beginning of the year beside such; a quarter beside a quarter, not half a year."""
    assert {code: before(code) for code in ("q1", "h1", "q3", "year")} == {
        "q1": None,
        "h1": "q1",
        "q3": "q1",
        "year": "h1",
    }


def compared(who: Province) -> None:
    """Quarter III of last year, quarter I and half of this one, and quarter III."""
    for code, year, at, forms, signed in (
        ("q3", 2025, LAST_YEAR, 80, pair(10, 40)),
        ("q1", 2026, MARCH, 100, pair(30, 50)),
        ("h1", 2026, JUNE, 300, pair(60, 90)),
        ("q3", 2026, made.ON_TIME, 120, pair(40, 50)),
    ):
        report = made.sent(who.health, {"1.4.1": number(forms), "7.4": signed}, code, year=year, at=at)
        made.accepted(who.manager, report, at=at)


def cells(content: bytes, sheet: str) -> tuple[list[Any], dict[str, list[Any]]]:
    """The titles of the columns, and the rows by code."""
    rows = [
        [cell.value for cell in row] for row in openpyxl.load_workbook(BytesIO(content))[sheet].iter_rows()
    ]
    (titles,) = [row for row in rows if row[0] == "Mã số"]
    return titles, {str(row[0]): row for row in rows if row[0]}


def test_the_appendix_and_the_sums_of_the_province_are_compared(reporting: Province) -> None:
    compared(reporting)
    report = PeriodicReport.objects.get(code="q3", year=2026)
    view = made.view_of(report)
    names = [one.name for one in view.compared]
    assert names == ["Báo cáo quý I năm 2026", "Báo cáo quý III năm 2025"]
    lines = {one.line.code: one.before for one in view.lines}
    assert lines["1.4.1"] == (number(100), number(80))
    content = appendix_workbook(view)
    titles, rows = cells(content, "Phụ lục 1")
    assert titles[8:] == [
        *("Báo cáo quý I năm 2026", "Tăng, giảm so với báo cáo quý I năm 2026"),
        *("Báo cáo quý III năm 2025", "Tăng, giảm so với báo cáo quý III năm 2025"),
    ]
    assert rows["1.4.1"][8:] == ["100", "+20", "80", "+40"]
    # Of a ratio in percentage points: 80 % after 60 % and 25 %.
    assert rows["7.4"][8:] == ["30/50 (60 %)", "+20 điểm %", "10/40 (25 %)", "+55 điểm %"]
    # What stands beside is not read back.
    again = read_appendix(AppendixFile("phu-luc.xlsx", content), lines_of(made.newest(report)))
    assert (again["1.4.1"], again["7.4"]) == (number(120), pair(40, 50))
    rolled = roll_up(view.asked, "unit")
    assert rolled is not None
    _titles, rows = cells(rollup_workbook(rolled, rolls_compared(view.asked, "unit")), "Toàn tỉnh")
    assert rows["1.4.1"][6:] == ["100", "+20", "80", "+40"]


def test_what_was_never_sent_is_not_compared_with(reporting: Province) -> None:
    made.begun(reporting.health, "q1", at=MARCH)
    report = made.sent(reporting.health)
    view = made.view_of(report)
    assert (view.compared, {one.before for one in view.lines}) == ((), {()})
    assert rolls_compared(view.asked, "unit") == ()
