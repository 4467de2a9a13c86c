from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from openpar.common.errors import FileRefused
from openpar.engine.criteria import check, set_from_mapping
from openpar.parindex.criteria.official_table import (
    TableLine,
    read_official,
    read_official_lines,
    read_official_table,
)
from openpar.parindex.criteria.official_writing import write_official_table
from tests.common.crafted import row, text_cell, workbook
from tests.parindex.criteria.tables import DATA, HEADER, Row, add_table, load_set, save_docx, save_xlsx

D = Decimal
Save = Callable[..., Path]


@pytest.fixture(params=["xlsx", "docx"])
def save(request: pytest.FixtureRequest, tmp_path: Path) -> Save:
    """Saves rows as a table of either kind."""
    kind = str(request.param)
    saver = save_xlsx if kind == "xlsx" else save_docx

    def save_rows(*rows: Row, **options: Any) -> Path:
        return saver(tmp_path / f"bang.{kind}", *rows, **options)

    return save_rows


def line(path: Path, code: str) -> TableLine:
    return next(each for each in read_official_lines(path) if each.code == code)


def nodes(mapping: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for key in ("fields", "criteria", "sub"):
        for child in mapping.get(key, ()):
            yield child
            yield from nodes(child)


@pytest.mark.parametrize("ending", [".xlsx", ".docx"])
@pytest.mark.parametrize("name", ["SYNTHETIC_so_2026", "SYNTHETIC_xa_2026"])
def test_a_set_written_as_an_official_table_reads_back_the_same(
    name: str, ending: str, tmp_path: Path
) -> None:
    criteria = load_set(DATA / "criteria" / f"{name}.yaml")
    path = tmp_path / f"bang{ending}"
    write_official_table(criteria, path)
    read = read_official_table(path)
    for key in ("set", "status", "level", "year", "total"):
        assert read[key] == criteria[key]
    keys = ("code", "title", "max", "rule", "evidence", "by", "na")
    expected = [{key: node.get(key) for key in keys} for node in nodes(criteria)]
    assert [{key: node.get(key) for key in keys} for node in nodes(read)] == [
        {**node, "code": str(node["code"])} for node in expected
    ]
    assert [each.warnings for each in read_official_lines(path) if each.warnings] == []
    assert check(set_from_mapping(read)) == ()


CA_MAU = (
    (
        "STT",
        "Tiêu chí/Tiêu chí thành phần",
        "Điểm chuẩn",
        "Điểm điều tra xã hội học",
        "Điểm tự đánh giá",
        "Ghi chú",
    ),
    ("1", "Công tác chỉ đạo, điều hành CCHC", "4", None, None, None),
    ("1.1", "Kế hoạch CCHC năm", "4", None, None, None),
    (
        "1.1.1",
        "Ban hành kế hoạch CCHC năm\nKịp thời: 1\nKhông kịp thời: 0,5\nKhông ban hành: 0",
        "1",
        None,
        None,
        None,
    ),
    ("1.1.2", "Mức độ thực hiện\nkế hoạch CCHC", "2", None, None, None),
    (None, "Trên 90%: 2", None, None, None, None),
    (None, "Từ 70% - 90%", "1", None, None, None),
    (None, "Dưới 70%", "0", None, None, None),
    ("1.1.3", "Đánh giá của người dân", "1,0", "1", None, None),
    (None, "Tổng cộng", "100", None, None, None),
)


def test_scale_lines_in_the_title_and_below_it(save: Save) -> None:
    path = save(*CA_MAU)
    assert line(path, "1.1.1").title == "Ban hành kế hoạch CCHC năm"
    assert line(path, "1.1.1").rule == {
        "type": "choice",
        "options": {"Kịp thời": D(1), "Không kịp thời": D("0.5"), "Không ban hành": D(0)},
    }
    plan = line(path, "1.1.2")
    assert plan.title == "Mức độ thực hiện kế hoạch CCHC"
    assert plan.scale_text == "Trên 90%: 2\nTừ 70% - 90%: 1\nDưới 70%: 0"
    assert plan.confidence == "sure"
    assert plan.rule == {
        "type": "step",
        "steps": [
            {"gt": D("0.9"), "points": D(2)},
            {"ge": D("0.7"), "le": D("0.9"), "points": D(1)},
            {"lt": D("0.7"), "points": D(0)},
        ],
    }


def test_a_mark_in_the_survey_column_says_who_scores(save: Save) -> None:
    path = save(*CA_MAU)
    assert [each.scored_by for each in read_official_lines(path) if each.is_leaf] == [
        "self+appraisal",
        "self+appraisal",
        "survey",
    ]


def test_printed_maxima_and_total_stay_as_printed(save: Save) -> None:
    rows: list[Row] = [HEADER]
    for number, points in enumerate(("10", "89,55"), start=1):
        rows.append((str(number), f"Lĩnh vực {number}", points, None, None, None))
        rows.append((f"{number}.1", "Tiêu chí", points, "Đạt: 1; không đạt: 0", None, None))
    path = save(*rows, (None, "TỔNG ĐIỂM", "100", None, None, None))
    table = read_official(path)
    assert table.total == D(100)
    assert sum((each.maximum or D(0) for each in table.lines if each.parent == ""), D(0)) == D("99.55")
    said = [problem for problem in check(set_from_mapping(table.as_mapping())) if problem.kind == "SUM"]
    assert any("99,55" in problem.what and "100" in problem.what for problem in said)


def test_parts_with_roman_numbers_stand_above_fields(save: Save) -> None:
    path = save(
        ("Mã số", "Nội dung", "Điểm tối đa", "Cách tính", "Tài liệu kiểm chứng"),
        ("(1)", "(2)", "(3)", "(4)", "(5)"),
        ("I", "Điểm đo lường sự hài lòng", "35", "theo kết quả điều tra xã hội học", None),
        ("II", "Điểm đánh giá theo Bộ chỉ số", "65", None, None),
        ("1", "Công tác chỉ đạo, điều hành", "65", None, None),
        ("1.1", "Kế hoạch CCHC", "65", None, None),
        (
            "1.1.1",
            "Thời gian ban hành",
            "0,2",
            "trong tháng 1: 0,2; từ tháng 2 hoặc không ban hành: 0",
            "Chữ ký số",
        ),
        ("1.1.2", "Kết quả thực hiện", "64,8", "a/b x điểm tối đa", None),
    )
    mapping = read_official_table(path)
    found = [*nodes(mapping)]
    assert (found[0]["by"], found[0]["rule"]) == ("survey", {"type": "external_pct"})
    assert [(node["code"], node["max"]) for node in found] == [
        ("I", D(35)),
        ("II", D(65)),
        ("1", D(65)),
        ("1.1", D(65)),
        ("1.1.1", D("0.2")),
        ("1.1.2", D("64.8")),
    ]
    assert check(set_from_mapping({**mapping, "year": "2022", "total": "100"})) == ()


def test_parts_by_letter_and_numbers_that_begin_anew(save: Save) -> None:
    path = save(
        ("STT", "LĨNH VỰC/TIÊU CHÍ", "ĐIỂM TỐI ĐA", "HƯỚNG DẪN CHẤM ĐIỂM", "ĐƠN VỊ CHỦ TRÌ THẨM ĐỊNH"),
        ("A", "PHẦN TỰ ĐÁNH GIÁ", "70", None, None),
        ("I", "CÔNG TÁC CHỈ ĐẠO ĐIỀU HÀNH", "30", None, None),
        ("1", "Kế hoạch CCHC", "30", "Có: 30; Không có: 0", "Sở Nội vụ"),
        ("II", "CẢI CÁCH THỂ CHẾ", "40", None, None),
        ("1", "Xử lý văn bản", "40", "a/b x điểm tối đa", "Sở Tư pháp"),
        ("B", "PHẦN ĐIỀU TRA XÃ HỘI HỌC", "30", None, None),
        (None, "TỔNG CỘNG (A+B)", "100", None, None),
    )
    table = read_official(path)
    assert [each.code for each in table.lines] == ["A", "I", "I.1", "II", "II.1", "B"]
    assert [each.owner for each in table.lines if each.owner] == ["Sở Nội vụ", "Sở Tư pháp"]
    assert [each.scored_by for each in table.lines if each.is_leaf] == [
        "self+appraisal",
        "self+appraisal",
        "survey",
    ]
    problems = check(set_from_mapping({**table.as_mapping(), "year": "2025"}))
    assert {(problem.kind, problem.where) for problem in problems} == {("RULE", "B")}


def test_columns_may_stand_in_any_order_and_under_a_heading(save: Save) -> None:
    path = save(
        ("ỦY BAN NHÂN DÂN TỈNH", None, None, None),
        (
            "BỘ TIÊU CHÍ CCHC CÁC SỞ, BAN, NGÀNH NĂM 2025 "
            "(kèm theo Quyết định số 2712/QĐ-UBND ngày 31 tháng 10 năm 2025)",
        ),
        ("Tài liệu kiểm chứng", "Thang điểm", "Tiêu chí", "TT"),
        ("Quyết định", "2", "Kiện toàn chức năng", "1"),
    )
    table = read_official(path)
    only = table.lines[0]
    assert (only.code, only.title, only.maximum, only.evidence) == (
        "1",
        "Kiện toàn chức năng",
        D(2),
        "Quyết định",
    )
    assert (table.heading.name, table.heading.year, table.heading.level) == (
        "2712/QĐ-UBND",
        2025,
        "department",
    )


def test_codes_that_stand_before_the_title_in_its_cell(save: Save) -> None:
    path = save(
        ("Nội dung", "Điểm tối đa", "Cách tính"),
        ("1. Chỉ đạo, điều hành", "2", None),
        ("1.1. Kế hoạch", "2", "Đạt: 2; không đạt: 0"),
    )
    assert [(each.code, each.title, each.parent) for each in read_official_lines(path)] == [
        ("1", "Chỉ đạo, điều hành", ""),
        ("1.1", "Kế hoạch", "1"),
    ]


def test_codes_damaged_by_the_spreadsheet_are_mended_and_said(tmp_path: Path) -> None:
    codes = (1.1, "01-Feb", 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 1.10, 1.11)
    rows = [(code, "Tiêu chí", 1, "đạt 1; không đạt 0") for code in codes]
    lines = read_official_lines(save_xlsx(tmp_path / "bang.xlsx", HEADER, (1, "Lĩnh vực", 11), *rows))
    assert [each.code for each in lines] == ["1", *(f"1.{number}" for number in range(1, 12))]
    assert [each.code for each in lines if each.warnings] == ["1.2", "1.10"]
    assert "01-Feb" in lines[2].warnings[0]


def test_maxima_left_empty_on_parents_are_added_up_and_said(save: Save) -> None:
    path = save(
        HEADER,
        ("1", "Lĩnh vực", None, None, None, None),
        ("1.1", "Tiêu chí", None, None, None, None),
        ("1.1.1", "Lá", "1,5", "đạt 1,5; không đạt 0", None, None),
        ("1.1.2", "Lá", "0.5", "đạt 0,5; không đạt 0", None, None),
    )
    assert (line(path, "1").maximum, line(path, "1").is_maximum_derived) == (D(2), True)
    assert "cộng các dòng con được 2" in line(path, "1.1").warnings[0]
    assert not line(path, "1.1.1").is_maximum_derived


def test_a_leaf_without_a_maximum_is_not_worth_nothing(save: Save) -> None:
    path = save(
        HEADER,
        ("1", "Lĩnh vực", None, None, None, None),
        ("1.1", "Lá", None, "đạt 1; không đạt 0", None, None),
    )
    assert line(path, "1.1").maximum is None
    assert "Chưa có điểm tối đa." in line(path, "1.1").warnings
    assert line(path, "1").maximum is None


def test_evidence_merged_over_several_lines_belongs_to_each(save: Save) -> None:
    path = save(
        HEADER,
        ("1", "Lĩnh vực", "2", None, None, None),
        ("1.1", "Lá", "1", "đạt 1; không đạt 0", "Kế hoạch", "không áp dụng nếu không có đơn vị trực thuộc"),
        ("1.2", "Lá", "1", "đạt 1; không đạt 0", None, None),
        ("1.3", "Lá", "1", "đạt 1; không đạt 0", None, None),
        merge=["E3:E4"],
    )
    assert [line(path, code).evidence for code in ("1.1", "1.2", "1.3")] == ["Kế hoạch", "Kế hoạch", ""]
    assert line(path, "1.1").not_applicable == "không áp dụng nếu không có đơn vị trực thuộc"
    assert line(path, "1.2").not_applicable == ""


def test_a_code_and_title_merged_over_the_lines_of_the_scale(save: Save) -> None:
    path = save(
        HEADER,
        ("1", "Lĩnh vực", "2", "Trên 90%: 2", None, None),
        (None, None, None, "Từ 70% đến 90%: 1", None, None),
        (None, None, None, "Dưới 70%: 0", None, None),
        merge=["A2:A4", "B2:B4", "C2:C4"],
    )
    assert line(path, "1").scale_text == "Trên 90%: 2\nTừ 70% đến 90%: 1\nDưới 70%: 0"
    assert line(path, "1").confidence == "sure"


def test_a_header_of_two_rows(save: Save) -> None:
    path = save(
        ("STT", "Tiêu chí", "Điểm tối đa", "Điểm đánh giá", None, "Tài liệu kiểm chứng"),
        (None, None, None, "Tự đánh giá", "Thẩm định", None),
        ("1", "Lĩnh vực", "1", None, None, "Kế hoạch"),
        merge=["A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:F2"],
    )
    lines = read_official_lines(path)
    assert [(each.code, each.maximum, each.evidence) for each in lines] == [("1", D(1), "Kế hoạch")]


def test_a_maximum_named_only_in_the_second_row_of_the_header(save: Save) -> None:
    path = save(
        ("STT", "Tiêu chí", "Điểm", None, "Ghi chú"),
        (None, None, "Tối đa", "Tự chấm", None),
        ("1", "Lĩnh vực", "2", "1", None),
        merge=["A1:A2", "B1:B2", "C1:D1", "E1:E2"],
    )
    assert [(each.code, each.maximum) for each in read_official_lines(path)] == [("1", D(2))]


def test_several_columns_of_maxima_are_said(save: Save) -> None:
    path = save(
        ("STT", "Tiêu chí", "Điểm tối đa cấp sở", "Điểm tối đa cấp xã", "Cách tính"),
        ("1", "Lĩnh vực", "2", "3", "Đạt: 2; không đạt: 0"),
    )
    table = read_official(path)
    assert table.lines[0].maximum == D(2)
    assert "Có 2 cột điểm tối đa" in table.notes[0]


def test_formulas_in_the_column_of_maxima_are_said(tmp_path: Path) -> None:
    content = workbook(
        row(1, *(text_cell(f"{column}1", text) for column, text in zip("ABC", HEADER, strict=False)))
        + row(2, text_cell("A2", "1"), text_cell("B2", "Lĩnh vực"), '<c r="C2"><f>SUM(C3:C4)</f><v>2</v></c>')
        + row(3, text_cell("A3", "1.1"), text_cell("B3", "Lá"), '<c r="C3"><f>1+1</f></c>')
    )
    path = tmp_path / "bang.xlsx"
    path.write_bytes(content)
    assert line(path, "1").maximum == D(2)
    assert "kết quả của công thức" in line(path, "1").warnings[0]
    assert line(path, "1.1").maximum is None
    assert "chưa có kết quả" in line(path, "1.1").warnings[0]


def test_decomposed_letters_are_understood(save: Save) -> None:
    def apart(cell: object) -> object:
        return unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell

    path = save(*([apart(cell) for cell in cells] for cells in CA_MAU))
    assert line(path, "1.1.1").title == "Ban hành kế hoạch CCHC năm"
    assert line(path, "1.1.2").confidence == "sure"


def test_what_cannot_be_guessed_waits_for_a_person(save: Save) -> None:
    path = save(HEADER, ("1", "Lĩnh vực", "2", "Theo hướng dẫn riêng", None, None))
    only = line(path, "1")
    assert (only.confidence, only.rule) == ("none", {"type": "unstated", "text": "Theo hướng dẫn riêng"})
    assert "cần người chọn quy tắc" in only.warnings[0]


def test_a_line_with_points_but_no_code_is_said(save: Save) -> None:
    path = save(
        HEADER,
        ("1", "Lĩnh vực", "1", None, None, None),
        (None, "Tiêu chí quên đánh số", "5", None, None, None),
    )
    assert "có thể thiếu mã" in line(path, "1").warnings[0]


def test_a_word_table_that_goes_on_after_a_page_and_a_second_table(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("BỘ TIÊU CHÍ")
    add_table(
        document, HEADER, ("1", "Lĩnh vực", "2", None, None, None), ("1.1", "Lá", "1", "đạt 1; không đạt 0")
    )
    document.add_paragraph("")
    add_table(document, HEADER, ("1.2", "Lá", "1", "đạt 1; không đạt 0", None, None))
    add_table(document, HEADER, ("1", "Bảng khác", "7", "đạt 7; không đạt 0", None, None))
    path = tmp_path / "bang.docx"
    document.save(str(path))
    first, second = read_official(path), read_official(path, place=2)
    assert [each.code for each in first.lines] == ["1", "1.1", "1.2"]
    assert [each.title for each in second.lines] == ["Bảng khác"]
    assert "Tệp có 2 bảng tiêu chí" in first.notes[0]
    with pytest.raises(FileRefused, match="bảng thứ 3"):
        read_official(path, place=3)


def test_the_table_may_stand_on_another_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = "Tờ trình"
    sheet = book.create_sheet("Phụ lục")
    sheet.append(HEADER)
    sheet.append(("1", "Lĩnh vực", 2, "Đạt: 2; không đạt: 0"))
    book.save(tmp_path / "bang.xlsx")
    assert [each.where for each in read_official_lines(tmp_path / "bang.xlsx")] == ["dòng 2"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("Họ và tên", "Ngày sinh"), ("A", "B")], "không thấy cột “Lĩnh vực/Tiêu chí"),
        ([("STT", "Tiêu chí", "Ghi chú"), ("1", "x", "y")], "không thấy cột “Điểm tối đa”"),
        ([HEADER, (None, "Tiêu chí không có mã", "1", None, None, None)], "không có dòng tiêu chí nào có mã"),
        ([HEADER], "không có dòng tiêu chí nào có mã"),
    ],
)
def test_a_table_of_another_kind_is_refused_with_what_is_missing(
    save: Save, rows: list[Row], said: str
) -> None:
    with pytest.raises(FileRefused, match=said) as refused:
        read_official_table(save(*rows))
    assert refused.value.gaps[0].remedy


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        workbook(dimension="A1:XFD1048576"),
        workbook(extra={"xl/vbaProject.bin": b"x"}),
        workbook()[:300],
        "Tiêu chí;Điểm tối đa\n".encode("cp1258", errors="ignore"),
    ],
)
def test_hostile_and_foreign_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bang.xlsx"
    path.write_bytes(content)
    with pytest.raises(FileRefused):
        read_official_table(path)


def test_another_ending_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="neither"):
        write_official_table({"fields": []}, tmp_path / "bang.pdf")
