from __future__ import annotations

import io
import unicodedata
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from openpar.common.errors import FileRefused
from openpar.common.formats import NumberAmbiguous
from openpar.common.sheets import (
    SheetCaps,
    StoredNumber,
    cell_address,
    column_letters,
    parse_address,
    parse_range,
)
from openpar.common.spreadsheets import Sheet, cell_decimal, read_sheet, sheet_names
from openpar.common.xlsx_reader import is_date_format
from tests.common.crafted import number_cell, row, text_cell, workbook

DATE_STYLES = (
    '<numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="22"/><xf numFmtId="2"/></cellXfs>'
)


def saved(book: openpyxl.Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def refused(source: bytes | Path, **options: object) -> tuple[str, str]:
    with pytest.raises(FileRefused) as error:
        read_sheet(source, **options)  # type: ignore[arg-type]  # options of the tests below
    gap = error.value.gaps[0]
    assert gap.remedy
    return gap.code, gap.where


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("0.30000000000000004", "0.3"),
        ("0.1", "0.1"),
        ("1.1000000000000001", "1.1"),
        ("57.52", "57.52"),
        ("10", "10"),
        ("1E-3", "0.001"),
        ("1.5E+3", "1500"),
        ("-0", "0"),
        ("100.00", "100"),
        ("123456789012345", "123456789012345"),
    ],
)
def test_numbers_are_their_shortest_exact_text(stored: str, text: str) -> None:
    value = read_sheet(workbook(row(1, number_cell("A1", stored)))).value(0, 0)
    assert value == text
    assert isinstance(value, StoredNumber)


def test_a_stored_number_is_never_ambiguous_and_typed_text_may_be() -> None:
    sheet = read_sheet(workbook(row(1, number_cell("A1", "1.125"), text_cell("B1", "1.125"))))
    stored, typed = sheet.rows[0]
    assert stored is not None
    assert typed is not None
    assert cell_decimal(stored) == Decimal("1.125")
    with pytest.raises(NumberAmbiguous):
        cell_decimal(typed)


@pytest.mark.parametrize(
    ("stored", "style", "text"),
    [
        ("46347", 1, "2026-11-21"),
        ("46347.729166666664", 2, "2026-11-21T17:30:00"),
        ("0.5", 2, "12:00:00"),
        ("1", 1, "1900-01-01"),
        ("59", 1, "1900-02-28"),
        ("60", 1, "60"),
        ("61", 1, "1900-03-01"),
        ("2958465", 1, "9999-12-31"),
        ("2958466", 1, "2958466"),
        ("-1", 1, "-1"),
        ("46347", 3, "46347"),
        ("46347", 0, "46347"),
    ],
)
def test_days_are_iso_text(stored: str, style: int, text: str) -> None:
    content = workbook(row(1, number_cell("A1", stored, style)), styles=DATE_STYLES)
    assert read_sheet(content).value(0, 0) == text


def test_days_of_workbooks_that_count_from_1904() -> None:
    content = workbook(
        row(1, number_cell("A1", "0.25", 1), number_cell("B1", "1", 1)), styles=DATE_STYLES, date1904=True
    )
    assert read_sheet(content).rows == [["06:00:00", "1904-01-02"]]


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ("dd/mm/yyyy", True),
        ("[$-42A]d mmmm yyyy", True),
        ("hh:mm", True),
        ("[h]:mm", False),
        ("General", False),
        ("0.00", False),
        ('#,##0 "đồng"', False),
        ("0.00E+00", False),
        (r"0\d", False),
        ("[Red]0", False),
    ],
)
def test_which_number_formats_show_days(code: str, is_date: bool) -> None:
    assert is_date_format(code) is is_date


def test_a_workbook_of_another_program_is_read_whole() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Điểm"
    sheet.append(["Đơn vị", "Điểm", "Ngày", "Đạt"])
    sheet.append([" Sở  Tư pháp ", 57.52, date(2026, 11, 21), True])
    sheet.append([unicodedata.normalize("NFD", "Huế"), 10, None, False])
    sheet["F9"] = "xa"
    sheet.merge_cells("A2:A3")
    read = read_sheet(saved(book))
    assert read.name == "Điểm"
    assert len(read.rows) == 9
    assert read.rows[0] == ["Đơn vị", "Điểm", "Ngày", "Đạt", None, None]
    assert read.rows[1] == ["Sở  Tư pháp", "57.52", "2026-11-21", "yes", None, None]
    assert read.rows[8] == [None, None, None, None, None, "xa"]
    assert read.merged == ["A2:A3"]
    assert read.value(8, 5) == "xa"
    assert read.value(99, 99) is None


def test_composed_and_decomposed_letters_become_equal() -> None:
    content = workbook(row(1, text_cell("A1", unicodedata.normalize("NFD", "Huế")), text_cell("B1", "Huế")))
    first, second = read_sheet(content).rows[0]
    assert first == second == "Huế"


def test_formulas_are_named_by_address() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["B2"], sheet["C3"] = 1, "=A1+1", "'=A1"
    sheet["D4"] = ArrayFormula("D4:D5", "=A1:A2")
    assert read_sheet(saved(book)).formula_cells == ["B2", "D4", "D5"]


def test_a_formula_has_the_value_that_was_last_computed() -> None:
    sheet = read_sheet(
        workbook(row(1, '<c r="A1"><f>1+1</f><v>2</v></c>', '<c r="B1" t="str"><f>"a"</f><v>a</v></c>'))
    )
    assert sheet.rows == [["2", "a"]]
    assert sheet.formula_cells == ["A1", "B1"]


def test_errors_are_named_and_have_no_value() -> None:
    sheet = read_sheet(workbook(row(1, '<c r="A1" t="e"><v>#REF!</v></c>', text_cell("B1", "x"))))
    assert sheet.rows == [[None, "x"]]
    assert sheet.error_cells == ["A1"]


def test_shared_texts_keep_their_runs_and_lose_their_phonetic_hints() -> None:
    strings = (
        "<si><r><t>Sở </t></r><r><t>Nội vụ</t></r><rPh><t>no</t></rPh></si><si><t>a_x000D_\nb_x005F_</t></si>"
    )
    content = workbook(row(1, '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'), strings=strings)
    assert read_sheet(content).rows == [["Sở Nội vụ", "a\nb_"]]


def test_cells_without_addresses_follow_one_another() -> None:
    content = workbook("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>")
    assert read_sheet(content).rows == [["1", "2"], ["3", None]]


def test_a_prefix_of_the_namespace_changes_nothing() -> None:
    sheet = (
        b'<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        b'<x:row r="1"><x:c r="A1"><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    )
    assert read_sheet(workbook(sheet=sheet)).rows == [["5"]]


def test_sheets_are_chosen_by_name_place_or_first_visible() -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Hai")["A1"] = "hai"
    book.create_sheet("Ba")["A1"] = "ba"
    book.worksheets[0].sheet_state = "hidden"
    content = saved(book)
    assert sheet_names(content) == ("Hai", "Ba")
    assert read_sheet(content).name == "Hai"
    assert read_sheet(content, sheet=2).rows == [["ba"]]
    assert read_sheet(content, sheet="Ba").rows == [["ba"]]
    with pytest.raises(FileRefused, match="“Hai”, “Ba”"):
        read_sheet(content, sheet="Bốn")


@pytest.mark.parametrize(
    ("content", "code", "where"),
    [
        (workbook(dimension="A1:XFD1048576"), "sheet-too-big", "ô XFD1048576"),
        (workbook(row(1, text_cell("XFD1", "x"))), "sheet-too-big", "ô XFD1"),
        (workbook(row(1_048_576, text_cell("A1048576", "x"))), "sheet-too-big", "ô A1048576"),
        (workbook(after='<mergeCells><mergeCell ref="A1:XFD9"/></mergeCells>'), "sheet-too-big", "ô XFD9"),
        (
            workbook(row(1, '<c r="A1"><f t="array" ref="A1:A1048576">1</f></c>')),
            "sheet-too-big",
            "ô A1048576",
        ),
        (workbook(row(1, text_cell("B1", "x"), text_cell("A1", "y"))), "sheet-order", "ô A1"),
        (workbook(row(1, text_cell("A1", "x"), text_cell("A1", "y"))), "sheet-order", "ô A1"),
        (workbook(row(2) + row(1)), "sheet-order", "ô A1"),
        (workbook(row(1, text_cell("A2", "x"))), "sheet-order", "ô A2"),
        (workbook(row(1, '<c r="A1" t="s"><v>7</v></c>')), "sheet-value", "ô A1"),
        (workbook(row(1, number_cell("A1", "abc"))), "sheet-value", "ô A1"),
        (workbook(row(1, number_cell("A1", "1E999"))), "sheet-value", "ô A1"),
        (workbook(row(1, text_cell("A1", "x" * 32_768))), "sheet-too-big", "ô A1"),
        (workbook(row(1, '<c r="A0"/>')), "archive-xml", "xl/worksheets/sheet1.xml"),
    ],
)
def test_what_cannot_be_read_faithfully_is_refused_with_its_place(
    content: bytes, code: str, where: str
) -> None:
    assert refused(content) == (code, where)


def test_caps_are_parameters_and_inclusive() -> None:
    content = workbook(row(1, text_cell("A1", "x"), text_cell("B1", "y")) + row(2, text_cell("A2", "z")))
    assert len(read_sheet(content, caps=SheetCaps(rows=2, columns=2, cells=3)).rows) == 2
    for caps in (SheetCaps(rows=1), SheetCaps(columns=1), SheetCaps(cells=2)):
        assert refused(content, caps=caps)[0] == "sheet-too-big"


def test_a_sheet_that_claims_a_million_columns_is_small() -> None:
    assert len(workbook(dimension="A1:XFD1048576")) < 5_000


@pytest.mark.parametrize("name", ["anh.xlsx", "anh.csv", "anh.png"])
def test_an_image_under_another_name_is_called_an_image(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
    with pytest.raises(FileRefused, match="ảnh PNG"):
        read_sheet(path)


def test_the_content_decides_what_a_file_is(tmp_path: Path) -> None:
    path = tmp_path / "bang.csv"
    path.write_bytes(workbook(row(1, text_cell("A1", "x"))))
    assert read_sheet(path).rows == [["x"]]
    assert read_sheet(b"a;b\n1;2\n").rows == [["a", "b"], ["1", "2"]]
    web_page = tmp_path / "bang.xls"
    web_page.write_bytes(b"<html><table></table></html>")
    assert refused(web_page)[0] == "file-kind"


def test_an_empty_sheet_has_no_rows() -> None:
    assert read_sheet(workbook()) == Sheet("Trang 1", [])


@pytest.mark.parametrize(
    ("row_", "column", "address"),
    [(0, 0, "A1"), (2, 1, "B3"), (0, 25, "Z1"), (9, 26, "AA10"), (1_048_575, 16_383, "XFD1048576")],
)
def test_addresses_both_ways(row_: int, column: int, address: str) -> None:
    assert cell_address(row_, column) == Sheet.cell_address(row_, column) == address
    assert parse_address(address) == (row_, column)
    assert address.startswith(column_letters(column))


def test_ranges_may_be_written_from_any_corner() -> None:
    assert parse_range("$B$3:A1") == (0, 0, 2, 1)
    assert parse_range("C2") == (1, 2, 1, 2)
    for wrong in ("", "1A", "A0", "ABCD1", "A1048577000"):
        with pytest.raises(ValueError, match="not a cell address"):
            parse_address(wrong)
