"""A report stands beside the one before it in its year and the same of the year before: on paper too."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

import docx
import openpyxl
import pytest
from django.utils.translation import override

from openpar.common.formats import VIETNAM
from openpar.engine.report_lines import BLANK, Kind, Value
from openpar.reports.documents import docx_bytes, gaps_of, pdf_bytes
from openpar.reports.documents.model import Note, Table
from openpar.reports.periodic.appendix import all_appendices
from openpar.reports.periodic.calendar import report_calendar
from openpar.reports.periodic.comparing import difference_words, reasons_not_compared
from openpar.reports.periodic.documents import appendix_workbook, official_document, rollup_workbook
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
    never = "Không so sánh với báo cáo quý %s: chưa có bản nào được gửi."
    assert reasons_not_compared(view) == (never % "I năm 2026", never % "III năm 2025")
    document = official_document(view)
    assert "So sánh số liệu với kỳ trước" not in {one.name for one in document.appendices}
    notes = [one.text for one in document.appendices[0].blocks if isinstance(one, Note)]
    assert notes[1:] == list(reasons_not_compared(view))


def test_the_first_of_the_year_says_that_nothing_stands_before_it(reporting: Province) -> None:
    with override("vi"):
        view = made.view_of(made.sent(reporting.health, code="q1", at=MARCH))
        first, second = reasons_not_compared(view)
    assert first == (
        "Không so sánh trong năm: năm 2026 chưa có báo cáo nào trước đó tính kỳ như báo cáo này."
    )
    assert second == "Không so sánh với báo cáo quý I năm 2025: chưa có bản nào được gửi."
    # The calendar of the data begins with 2021.
    oldest = report_calendar().asked("q3", 2021)
    assert oldest is not None
    reasons = reasons_not_compared(replace(view, asked=oldest, never_sent=()))
    assert reasons == ("Không so sánh với năm trước: lịch báo cáo không có kỳ này năm 2020.",)


def test_the_document_has_the_comparison_with_its_reasons_as_last_appendix(reporting: Province) -> None:
    compared(reporting)
    made.typed(reporting.health, made.begun(reporting.health, "year", at=made.LATE), {"1.4.1": number(9)})
    document = official_document(made.view_of(PeriodicReport.objects.get(code="q3", year=2026)))
    appendix = document.appendices[-1]
    assert (appendix.name, appendix.landscape) == ("So sánh số liệu với kỳ trước", True)
    table = appendix.blocks[0]
    assert isinstance(table, Table)
    assert [column.title for column in table.columns] == [
        *("Mã số", "Chỉ tiêu", "Kỳ này", "Báo cáo quý I năm 2026", "Tăng, giảm"),
        *("Báo cáo quý III năm 2025", "Tăng, giảm"),
    ]
    rows = {row[0]: row[2:] for row in table.rows}
    assert rows["1.4.1"] == ("120", "100", "+20", "80", "+40")
    assert rows["7.4"] == ("40/50 (80 %)", "30/50 (60 %)", "+20 điểm %", "10/40 (25 %)", "+55 điểm %")
    assert gaps_of(document) == ()
    written = docx.Document(BytesIO(docx_bytes(document)))
    assert "+55 điểm %" in {cell.text for row in written.tables[-1].rows for cell in row.cells}
    assert pdf_bytes(document).startswith(b"%PDF-")
    # Of the year before nothing was sent: the report that was stands there, the other with its reason.
    year = official_document(made.view_of(PeriodicReport.objects.get(code="year", year=2026)))
    notes = [one.text for one in year.appendices[-1].blocks if isinstance(one, Note)]
    assert notes == ["Không so sánh với báo cáo năm 2025: chưa có bản nào được gửi."]


@pytest.mark.parametrize(
    ("value", "before", "said"),
    [
        (number(3), number(5), "\N{MINUS SIGN}2"),
        (number(3), BLANK, "không tính: kỳ đó chưa có số liệu"),
        (BLANK, number(3), "không tính: kỳ này chưa có số liệu"),
        (pair(1, 2), pair(0, 0), "không tính: kỳ đó không có tỷ lệ"),
        (pair(0, 0), pair(1, 2), "không tính: số liệu kỳ này chưa đủ"),
    ],
)
def test_a_line_tells_its_difference_or_why_there_is_none(value: Value, before: Value, said: str) -> None:
    code = "1.4.1" if value.second is None and before.second is None else "7.4"
    line = next(one for one in all_appendices()[0].lines if one.code == code)
    assert difference_words(line, value, before) == said


def test_codes_stand_side_by_side_without_a_difference() -> None:
    line = next(one for one in all_appendices()[0].lines if one.kind is Kind.CODE)
    assert difference_words(line, number(1), number(2)) == "không tính: là mã, không phải số"
