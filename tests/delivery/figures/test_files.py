"""Files in the form's own layout: every fault at once, and what we write reads back as the same figures."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest

from openpar.base.intake.models import Batch
from openpar.common.errors import FileRefused
from openpar.delivery.figures.models import FigureLine, Filling
from openpar.reports.figure_forms import sheet_workbook
from tests import factories
from tests.delivery.figures.sheets import (
    FORM_06,
    II_06A,
    II_07B,
    NAMES,
    brought_in,
    cells,
    counts,
    explained,
    line,
    numbered,
    office,
    opened,
    quarter,
    saved,
    told,
    total,
    view_of,
    workbook,
)

pytestmark = pytest.mark.django_db


def rows_of(content: bytes) -> list[tuple[object, ...]]:
    sheet = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
    return [tuple(row) for row in sheet.iter_rows(values_only=True)]


def test_a_file_in_the_layout_of_the_form_fills_the_sheet_and_names_itself_as_the_origin() -> None:
    who = office()
    sheet = opened(who)
    content = workbook(
        [["Biểu số II.06a/VPCP/KSTT"], numbered(), cells("Hộ tịch", counts()), cells("Đất đai", counts())]
    )
    assert brought_in(who, sheet, content) == 22
    figures = view_of(sheet).figures
    assert [(row.label, row.counts) for row in figures.lines] == [
        ("Hộ tịch", counts()),
        ("Đất đai", counts()),
    ]
    origins = {view_of(sheet).origins[one].file_name for row in figures.lines for one in row.origins.values()}
    assert origins == {"so-lieu.xlsx"}
    assert Batch.objects.get().accepted_rows == 2


def test_the_same_file_twice_changes_nothing() -> None:
    who = office()
    sheet = opened(who)
    content = workbook([numbered(), cells("Hộ tịch", counts())])
    brought_in(who, sheet, content)
    before = list(FigureLine.objects.values())
    assert brought_in(who, sheet, content) == 0
    assert list(FigureLine.objects.values()) == before
    assert Filling.objects.count() == 1


def test_what_a_file_does_not_change_keeps_its_origin() -> None:
    who = office()
    sheet = opened(who)
    saved(who, sheet, line())
    brought_in(who, sheet, workbook([numbered(), cells("Hộ tịch", {**counts(), "late": 6})]))
    view = view_of(sheet)
    origins = {key: view.origins[one].origin for key, one in view.figures.lines[0].origins.items()}
    assert origins["late"] == Filling.Origin.FILE
    assert {origins[key] for key in NAMES if key != "late"} == {Filling.Origin.TYPED}


def test_every_fault_of_a_file_is_told_at_once_with_its_cell() -> None:
    who = office()
    sheet = opened(who)
    content = workbook(
        [
            ["Biểu số 06/VPCP/KSTT", "Kỳ báo cáo: Quý II/2026 (15/03/2026–14/06/2026)"],
            numbered(),
            cells("Hộ tịch", {**counts(), "received": "mười", "late": -1}),
            cells("", counts()),
            cells("Đất đai", {**counts(), "early": 1.5}),
            cells("ĐẤT ĐAI", counts()),
            cells("Cấp huyện", {}),
        ]
    )
    with pytest.raises(FileRefused) as refused:
        brought_in(who, sheet, content)
    told_at = {gap.where: gap.code for gap in refused.value.gaps}
    assert told_at == {
        "Tiêu đề": "other-period",
        "ô C3": "number-not-understood",
        "ô J3": "not-a-count",
        "ô B4": "label-missing",
        "ô H5": "not-a-count",
        "ô B7": "level-unfit",
        "ĐẤT ĐAI": "line-twice",
    }
    assert "other-form" in factories.codes_of(refused.value)
    assert "(3) Số hồ sơ nhận giải quyết, Tổng số" in str(refused.value)
    assert view_of(sheet).figures.lines == ()
    assert len(Batch.objects.get().refusals) == 8


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([["Hộ tịch", 1, 2]], "header-missing"),
        ([numbered(12), ["1", "Hộ tịch"]], "columns-unfit"),
        ([numbered(14), cells("Hộ tịch", counts())], "columns-unfit"),
        ([numbered()], "empty"),
        ([numbered(), cells("Hộ tịch", counts()), [], cells("Đất đai", counts())], "below-table"),
    ],
)
def test_a_file_that_is_not_this_form_is_refused(rows: list[list[object]], code: str) -> None:
    who = office()
    sheet = opened(who)
    with pytest.raises(FileRefused) as refused:
        brought_in(who, sheet, workbook(rows))
    assert factories.codes_of(refused.value) == [code]


def test_a_csv_file_with_keys_for_columns_is_read_too() -> None:
    who = office()
    sheet = opened(who, form=FORM_06)
    head = ",".join(["block", "field", *NAMES])
    figures = ",".join(str(counts()[name]) for name in NAMES)
    text = f"{head}\nCấp tỉnh,Hộ tịch,{figures}\ncommune,Hộ tịch,{figures}\n"
    assert brought_in(who, sheet, text.encode(), "so-lieu.csv") == 22
    assert [(row.block, row.label) for row in view_of(sheet).figures.lines] == [
        ("province", "Hộ tịch"),
        ("commune", "Hộ tịch"),
    ]


def test_thousands_as_people_write_them_are_whole_numbers() -> None:
    who = office()
    sheet = opened(who)
    brought_in(who, sheet, workbook([numbered(), cells("Hộ tịch", {"received": "1.234", "online": "1 234"})]))
    assert view_of(sheet).figures.lines[0].counts == {"received": 1234, "online": 1234}


def test_a_total_in_a_file_that_is_not_the_sum_is_a_gap() -> None:
    who = office()
    sheet = opened(who)
    wrong = {**counts(), "received": 105}
    brought_in(who, sheet, workbook([numbered(), cells("Hộ tịch", counts()), cells("Tổng số", wrong, None)]))
    assert told(sheet) == {("Tổng số", "E6 received"): 5}


@pytest.mark.parametrize("form", [II_06A, FORM_06, II_07B])
def test_a_workbook_reads_back_as_the_same_figures(form: str) -> None:
    who = office()
    sheet = opened(who, form=form)
    if form == II_07B:
        lines = [line("Sở Y tế", given={"procedures": 100, "procedures_province": 80, "workflows": 0})]
    else:
        blank = counts()
        del blank["late"]
        blocks = ("province", "commune")
        lines = [
            line(label, block, given=given)
            for block in blocks
            for label, given in (("Hộ tịch", counts()), ("Đất đai", blank))
        ]
        lines.append(total({"received": 999}))
        lines.append(total({"received": 150}, "province"))
    saved(who, sheet, *lines)
    explained(who, sheet, "Chưa rà soát xong")
    content = sheet_workbook(view_of(sheet))
    copy_of = office("Sở Xây dựng")
    copy = opened(copy_of, form=form)
    brought_in(copy_of, copy, content)
    shape = [
        [
            (row.block, row.label, row.counts)
            for row in (*view_of(one).figures.lines, *view_of(one).figures.stated)
        ]
        for one in (sheet, copy)
    ]
    assert sorted(map(str, shape[0])) == sorted(map(str, shape[1]))
    assert brought_in(who, sheet, content) == 0


def test_the_workbook_is_the_form_with_merged_heads_on_a_landscape_page() -> None:
    who = office()
    sheet = opened(who)
    saved(who, sheet, line(given={**counts(), "received": 1104}))
    explained(who, sheet, "Bốn hồ sơ chờ bổ sung")
    content = sheet_workbook(view_of(sheet))
    page = openpyxl.load_workbook(BytesIO(content)).worksheets[0]
    assert (page.page_setup.orientation, page.page_setup.paperSize) == ("landscape", 9)
    setup = page.sheet_properties.pageSetUpPr
    assert setup is not None
    assert setup.fitToPage
    rows = rows_of(content)
    head = next(number for number, row in enumerate(rows, start=1) if row[0] == "STT")
    merged = {str(each) for each in page.merged_cells.ranges}
    assert {
        f"A{head}:A{head + 2}",
        f"C{head}:F{head}",
        f"D{head + 1}:E{head + 1}",
        f"G{head}:J{head}",
    } <= merged
    assert page[f"D{head + 2}"].value == "Trực tuyến"
    assert [cell.value for cell in page[head + 3]] == numbered()
    assert page[f"C{head + 4}"].number_format == "#,##0"
    text = "\n".join(str(row[0]) for row in rows if row[0])
    assert "Biểu số II.06a/VPCP/KSTT" in text
    assert "Quý III/2026 (15/06/2026–14/09/2026)" in text
    assert "Cách đặt: Trả lại, rút, dừng tính trong đúng hạn" in text
    assert "Hộ tịch, E1: 1104 tiếp nhận ≠ 10 kỳ trước chuyển sang + 90 nhận trong kỳ = 100; lệch 1004" in text
    assert "Giải trình: Bốn hồ sơ chờ bổ sung (Trần Thị Lan, 09:00 ngày 05/10/2026)" in text
    assert "Nhập tay: Trần Thị Lan" in text
    assert "BẢN ĐANG LẬP" in text


def test_figures_in_columns_of_their_own_are_printed_after_the_thirteenth() -> None:
    who = office()
    sheet = opened(who, quarter(), placement="own_columns")
    saved(who, sheet, line(given={**counts(), "returned": 3, "received": 103}))
    rows = rows_of(sheet_workbook(view_of(sheet)))
    row = next(row for row in rows if row[1] == "Hộ tịch")
    assert row[13:] == (None, None, 3, None, None)
    assert told(sheet) == {("Hộ tịch", "E1"): 3}
