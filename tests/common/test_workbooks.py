from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from openpar.common.errors import FileRefused
from openpar.common.spreadsheets import CellValue, Column, SheetSpec, read_sheet, write_workbook
from openpar.common.workbooks import sheet_title

PAYLOADS = [
    start + body
    for start in (
        "=",
        "+",
        "-",
        "@",
        "\t=",
        "\r=",
        "\n=",
        " =",
        "'=",
        "{=",
        "＝",
        "=-",
        "%0A=",
        "\x00=",
        "https://",
        "mailto:",
    )
    for body in (
        "1+1",
        "cmd|' /C calc'!A0",
        'HYPERLINK("http://x","y")',
        "WEBSERVICE(A1)",
        "SUM(A1:A9)",
        "2,5",
        "",
    )
]


def written(*sheets: SheetSpec) -> bytes:
    buffer = io.BytesIO()
    write_workbook(buffer, sheets)
    return buffer.getvalue()


def opened(content: bytes) -> Worksheet:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def spec(rows: list[list[CellValue]], *columns: Column, **options: object) -> SheetSpec:
    titles = columns or tuple(Column(f"Cột {place}") for place in range(len(rows[0])))
    return SheetSpec("Bảng", titles, rows, **options)  # type: ignore[arg-type]  # options of the tests below


def test_no_text_ever_becomes_a_formula_or_a_link() -> None:
    rows: list[list[CellValue]] = [[payload, payload] for payload in PAYLOADS]
    content = written(
        spec(rows, Column(PAYLOADS[0]), Column(PAYLOADS[1]), heading=(PAYLOADS[2],), footing=(PAYLOADS[3],))
    )
    cells = [cell for line in opened(content).iter_rows() for cell in line]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert [cell.coordinate for cell in cells if cell.hyperlink] == []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert read_sheet(content).formula_cells == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=5))
def test_text_comes_back_as_it_went(texts: list[str]) -> None:
    content = written(spec([[text] for text in texts]))
    sheet = read_sheet(content)
    assert sheet.formula_cells == []
    for number, text in enumerate(texts, start=1):
        value = sheet.value(number, 0) or ""
        visible = [char for char in text if char.isalnum() and char.isascii()]
        assert [char for char in value if char.isalnum() and char.isascii()] == visible


def test_numbers_are_numbers_with_their_own_decimals() -> None:
    sheet = opened(written(spec([[Decimal("0.10"), Decimal("1234.5"), 10, Decimal("57.52")]])))
    assert [cell.value for cell in sheet[2]] == [0.1, 1234.5, 10, 57.52]
    assert [cell.number_format for cell in sheet[2]] == ["#,##0.00", "#,##0.0", "#,##0", "#,##0.00"]
    assert {cell.data_type for cell in sheet[2]} == {"n"}


def test_a_number_that_a_spreadsheet_would_shorten_is_written_as_text() -> None:
    exact = Decimal("12345678901234567.25")
    sheet = opened(written(spec([[exact, Decimal("1E+20")]])))
    assert sheet["A2"].value == str(exact)
    assert sheet["A2"].data_type == "s"
    assert sheet["B2"].data_type == "s"


def test_what_is_no_number_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="finite"):
        written(spec([[Decimal("NaN")]]))
    with pytest.raises(ValueError, match="1 values, 2 columns"):
        written(SheetSpec("Bảng", (Column("a"), Column("b")), [["x"]]))


def test_days_are_days_and_moments_are_shown_in_viet_nam() -> None:
    sheet = opened(
        written(spec([[date(2026, 11, 21), datetime(2026, 11, 20, 18, 30, tzinfo=UTC), True, None]]))
    )
    assert sheet["A2"].value == datetime(2026, 11, 21)  # noqa: DTZ001  # a spreadsheet knows no time zone
    assert sheet["A2"].number_format == "dd/mm/yyyy"
    assert sheet["B2"].value == datetime(2026, 11, 21, 1, 30)  # noqa: DTZ001  # the same
    assert sheet["C2"].value is True
    assert sheet["D2"].value is None


def test_equal_content_gives_equal_bytes(tmp_path: Path) -> None:
    first = written(spec([["Sở Nội vụ", Decimal("57.52"), date(2026, 11, 21)]]))
    write_workbook(tmp_path / "a.xlsx", [spec([["Sở Nội vụ", Decimal("57.52"), date(2026, 11, 21)]])])
    assert (tmp_path / "a.xlsx").read_bytes() == first


def test_only_the_cells_for_answers_are_open() -> None:
    columns = (Column("Tiêu chí"), Column("Điểm tự chấm", editable=True))
    rows: list[list[CellValue]] = [["1", None], ["1.1", None]]
    sheet = opened(written(SheetSpec("Phiếu", columns, rows, protect=True, locked_rows=frozenset({0}))))
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert [sheet[address].protection.locked for address in ("A1", "B1", "A3", "B2", "B3")] == [
        True,
        True,
        True,
        True,
        False,
    ]


def test_the_page_is_ready_for_print() -> None:
    sheet = opened(written(spec([["x", "y"]], heading=("BỘ TIÊU CHÍ", "Năm 2026"), frozen_columns=1)))
    assert sheet["A1"].value == "BỘ TIÊU CHÍ"
    assert sheet["A3"].value == "Cột 0"
    assert sheet.freeze_panes == "B4"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.print_title_rows == "$3:$3"


def test_rows_are_high_enough_for_wrapped_text() -> None:
    texts: list[list[CellValue]] = [["x" * 25], ["một\nhai"], ["x"], ["x\n" * 100]]
    sheet = opened(written(spec(texts, Column("Tên", width=10))))
    assert [sheet.row_dimensions[number].height for number in (2, 3, 4, 5)] == [45, 30, None, 408]


def test_lists_to_choose_from_short_and_long() -> None:
    short = Column("Đạt", choices=("Có", "Không"))
    long = Column("Đơn vị", choices=tuple(f"Phường số {number}, thành phố" for number in range(40)))
    book = openpyxl.load_workbook(io.BytesIO(written(SheetSpec("Bảng", (short, long), [[None, None]]))))
    rules = {str(rule.sqref): rule.formula1 for rule in book.worksheets[0].data_validations.dataValidation}
    assert rules == {"A2": '"Có,Không"', "B2": "'Danh mục chọn'!$A$1:$A$40"}
    assert book.worksheets[1].sheet_state == "hidden"
    assert book.worksheets[1]["A40"].value == "Phường số 39, thành phố"


def test_a_text_longer_than_a_cell_is_refused_and_not_cut() -> None:
    with pytest.raises(FileRefused, match="ô A2"):
        written(spec([["x" * 32_768]]))


def test_names_of_sheets_are_made_acceptable_and_different() -> None:
    taken: set[str] = set()
    long = "Phụ lục 1: Bộ tiêu chí/các sở, ban, ngành"
    assert sheet_title(long, taken) == "Phụ lục 1- Bộ tiêu chí-các sở,"
    assert sheet_title(long.upper(), taken) == "PHỤ LỤC 1- BỘ TIÊU CHÍ-CÁC (2)"
    assert sheet_title("''", taken) == "Trang"
    names = [sheet.name for sheet in (spec([["x"]]), spec([["y"]]))]
    book = openpyxl.load_workbook(
        io.BytesIO(written(*(SheetSpec(name, (Column("a"),), [["x"]]) for name in names)))
    )
    assert book.sheetnames == ["Bảng", "Bảng (2)"]


def test_a_sheet_without_rows_still_has_its_header() -> None:
    assert read_sheet(written(SheetSpec("Bảng", (Column("Mã", choices=("a",)),), []))).rows == [["Mã"]]
