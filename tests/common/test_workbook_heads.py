"""Headings above one another: what is merged over what."""

from __future__ import annotations

from io import BytesIO

import openpyxl

from openpar.common.workbook_heads import HeadCell, head_cells, head_depth
from openpar.common.workbooks import Column, SheetSpec, write_workbook

PATHS = [("STT",), ("Nhận", "Tổng"), ("Nhận", "Trong kỳ", "Mạng"), ("Nhận", "Trong kỳ", "Quầy"), ("Nhận",)]


def test_neighbours_share_the_headings_above_them_and_the_last_one_reaches_the_bottom() -> None:
    assert head_depth(PATHS) == 3
    assert head_cells(PATHS) == (
        HeadCell(0, 0, 2, 0, "STT"),
        HeadCell(0, 1, 0, 3, "Nhận"),
        HeadCell(0, 4, 2, 4, "Nhận"),
        HeadCell(1, 1, 2, 1, "Tổng"),
        HeadCell(1, 2, 1, 3, "Trong kỳ"),
        HeadCell(2, 2, 2, 2, "Mạng"),
        HeadCell(2, 3, 2, 3, "Quầy"),
    )


def test_the_same_word_under_different_headings_is_not_shared() -> None:
    cells = head_cells([("Nhận", "Tổng", "A"), ("Xong", "Tổng", "B")])
    assert [cell.text for cell in cells if cell.is_merged] == []


def test_no_columns_have_no_headings() -> None:
    assert (head_depth([]), head_cells([])) == (0, ())


def test_a_workbook_merges_the_headings_and_numbers_the_columns() -> None:
    output = BytesIO()
    columns = tuple(Column(path[-1], over=path[:-1]) for path in PATHS)
    numbers = tuple(f"({number})" for number in range(1, 6))
    rows = [[1, 2, 3, 4, 5]]
    write_workbook(output, [SheetSpec("Biểu", columns, rows, heading=("BIỂU",), numbers=numbers)])
    sheet = openpyxl.load_workbook(output).worksheets[0]
    assert {str(one) for one in sheet.merged_cells.ranges} == {
        "A1:E1",
        "A2:A4",
        "B2:D2",
        "E2:E4",
        "B3:B4",
        "C3:D3",
    }
    assert [cell.value for cell in sheet[5]] == list(numbers)
    assert [cell.value for cell in sheet[6]] == [1, 2, 3, 4, 5]
    assert sheet.freeze_panes == "A6"
    assert sheet.print_title_rows == "$2:$5"
