"""Numbers, endings and wordings that the program writes itself."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from openpar.reports.documents.checks import gaps_of
from openpar.reports.documents.composing import Line, compose, in_two
from openpar.reports.documents.layouts import UnknownToTheDecree, document_type, layout_on
from openpar.reports.documents.model import (
    Agency,
    Appendix,
    Article,
    Block,
    Clause,
    DottedLines,
    Heading,
    Level,
    Paragraph,
    Point,
)
from openpar.reports.documents.numbering import numbered
from openpar.reports.documents.wording import day_words, number_words, roman, split_number
from tests.reports.documents.specimen import LETTER, REPORT, TASKS


def texts(*body: Block) -> list[str]:
    parts = compose(replace(LETTER, body=body, grounds=())).parts
    return [part.text for part in parts if isinstance(part, Line)]


def outlines(*body: Block) -> list[int]:
    parts = compose(replace(LETTER, body=body)).parts
    return [part.outline for part in parts if isinstance(part, Line) and part.outline]


@pytest.mark.parametrize(
    ("number", "written"),
    [(None, "Số:       /BC-SNV"), (2, "Số: 02/BC-SNV"), (10, "Số: 10/BC-SNV"), (1234, "Số: 1234/BC-SNV")],
)
def test_a_number_below_ten_takes_a_zero_and_an_unknown_one_leaves_room(
    number: int | None, written: str
) -> None:
    assert number_words(number, "BC-SNV") == written


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 1, 1), "ngày 01 tháng 01 năm 2026"),
        (date(2026, 2, 28), "ngày 28 tháng 02 năm 2026"),
        (date(2026, 3, 9), "ngày 09 tháng 3 năm 2026"),
        (date(2026, 12, 10), "ngày 10 tháng 12 năm 2026"),
    ],
)
def test_days_below_ten_and_the_first_two_months_take_a_zero(day: date, words: str) -> None:
    assert day_words(day) == words


@pytest.mark.parametrize(
    ("number", "figures"), [(1, "I"), (4, "IV"), (9, "IX"), (14, "XIV"), (38, "XXXVIII")][:5]
)
def test_roman_figures(number: int, figures: str) -> None:
    assert roman(number) == figures


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("99/QĐ-UBND", (99, "QĐ-UBND")),
        (" 03 / QĐ-UBND ", (3, "QĐ-UBND")),
        ("QĐ 99", None),
        ("", None),
        ("000/QĐ-UBND", None),
        ("1/QĐ-UBND", (1, "QĐ-UBND")),
        ("205/TB-SNV (mẫu)", None),
        ("205/tb-snv", None),
    ],
)
def test_a_written_number_is_taken_apart(written: str, parts: tuple[int, str] | None) -> None:
    assert split_number(written) == parts


@pytest.mark.parametrize(
    ("written", "day", "number", "symbol", "told"),
    [
        ("", date(2026, 4, 1), None, "BC-SNV", ()),
        ("  ", date(2026, 4, 1), None, "BC-SNV", ()),
        ("12/BC-UBND", date(2026, 4, 1), 12, "BC-UBND", ()),
        ("12/BC-UBND", None, None, "BC-SNV", ("Số đã ghi: 12/BC-UBND",)),
        ("12/BCX-UBND", date(2026, 4, 1), None, "BC-SNV", ("Số đã ghi: 12/BCX-UBND",)),
        ("12/KH-SNV", date(2026, 4, 1), None, "BC-SNV", ("Số đã ghi: 12/KH-SNV",)),
        ("0/BC-SNV", date(2026, 4, 1), None, "BC-SNV", ("Số đã ghi: 0/BC-SNV",)),
        ("205/BC-SNV (mẫu)", date(2026, 4, 1), None, "BC-SNV", ("Số đã ghi: 205/BC-SNV (mẫu)",)),
    ],
)
def test_a_recorded_number_that_cannot_be_this_documents_is_told_above_a_blank_one(
    written: str, day: date | None, number: int | None, symbol: str, told: tuple[str, ...]
) -> None:
    made = numbered(replace(REPORT, number=None, symbol="BC-SNV", day=day, marks=("Mẫu",)), written)
    assert (made.number, made.symbol, made.marks) == (number, symbol, ("Mẫu", *told))
    assert gaps_of(made) == ()


def test_points_go_by_the_vietnamese_alphabet() -> None:
    letters = "".join(text[0] for text in texts(*(Point("x") for _number in range(23))))
    assert letters == "abcdđeghiklmnopqrstuvxy"
    assert texts(*(Point("x") for _number in range(25)))[-2:] == ["aa) x", "ab) x./."]


def test_headings_articles_clauses_and_points_are_numbered_where_they_belong() -> None:
    assert texts(
        Heading("Một", Level.CHAPTER),
        Article("A"),
        Clause("k"),
        Point("đ"),
        Point("e"),
        Clause("l"),
        Point("g"),
        Heading("Hai", Level.CHAPTER),
        Article("B"),
        Clause("m"),
        Heading("Ba"),
        Heading("b", Level.ARABIC),
        Heading("c", Level.ARABIC),
        Heading("Bốn"),
        Heading("d", Level.ARABIC),
        Heading("e", Level.POINT),
        Paragraph("Hết."),
    ) == [
        "Chương I\nMỘT",
        "Điều 1. A",
        "1. k",
        "a) đ",
        "b) e",
        "2. l",
        "a) g",
        "Chương II\nHAI",
        "Điều 2. B",
        "1. m",
        "I. Ba",
        "1. b",
        "2. c",
        "II. Bốn",
        "1. d",
        "a) e",
        "Hết./.",
    ]


def test_no_depth_of_headings_is_skipped_whatever_levels_are_used() -> None:
    a, b, c = Level.PART, Level.ROMAN, Level.POINT
    levels = [c, a, c, b, c, a, b]
    assert outlines(*(Heading("x", level) for level in levels), Paragraph("y")) == [1, 1, 2, 2, 3, 1, 2]


@pytest.mark.parametrize("ended", ["Hết", "Hết.", "Hết;", "Hết./."])
def test_the_text_closes_once_whatever_it_ended_with(ended: str) -> None:
    assert texts(Paragraph(ended)) == ["Hết./."]


def test_dotted_lines_are_left_as_they_are_at_the_end() -> None:
    assert texts(Paragraph("a."), DottedLines(2))[-1] == "…" * 33


def test_grounds_and_recipients_end_with_semicolons_and_a_full_stop() -> None:
    made = compose(REPORT)
    grounds = [part.text for part in made.parts if isinstance(part, Line) and part.style == "ground"]
    assert grounds == ["Căn cứ Nghị quyết số 76/NQ-CP;", "Thực hiện Công văn số 581/BNV-CCHC."]
    assert [line.text for line in made.recipients] == [
        "Nơi nhận:",
        "- Như trên;",
        "- Lãnh đạo UBND tỉnh;",
        "- Lưu: VT, CCHC.",
    ]


def test_one_addressee_stands_in_the_line_and_several_below_one_another() -> None:
    assert [line.text for line in compose(LETTER).addressees] == ["Kính gửi: Bà Trần Thị B"]
    assert [line.text for line in compose(REPORT).addressees] == [
        "Kính gửi:",
        "- Bộ Nội vụ;",
        "- Ủy ban nhân dân tỉnh.",
    ]


def test_a_committee_without_one_above_stands_on_two_lines() -> None:
    assert in_two("Ủy ban nhân dân tỉnh Lâm Đồng") == ("Ủy ban nhân dân", "tỉnh Lâm Đồng")
    assert in_two("Sở Nội vụ") == ("Sở Nội vụ",)
    made = compose(replace(REPORT, agency=Agency("Ủy ban nhân dân tỉnh Lâm Đồng")))
    assert [(line.style, line.text) for line in made.agency] == [
        ("agency", "ỦY BAN NHÂN DÂN"),
        ("agency", "TỈNH LÂM ĐỒNG"),
    ]


def test_appendices_are_numbered_only_when_there_are_several_and_say_what_they_belong_to() -> None:
    def heads(*appendices: Appendix) -> list[str]:
        sheets = compose(replace(REPORT, appendices=appendices)).appendices
        return [part.text for sheet in sheets for part in sheet.parts[:3] if isinstance(part, Line)]

    one, other = Appendix("Nhiệm vụ", (TASKS,)), Appendix("Văn bản", (TASKS,), attached="Theo Kế hoạch")
    belongs = "(Kèm theo Báo cáo số 02/BC-VPUB ngày 06 tháng 02 năm 2026 của Văn phòng)"
    assert heads(one) == ["Phụ lục", "NHIỆM VỤ", belongs]
    assert heads(one, other) == [
        *("Phụ lục I", "NHIỆM VỤ", belongs),
        *("Phụ lục II", "VĂN BẢN", "(Theo Kế hoạch)"),
    ]


def test_there_is_no_layout_before_the_decree_and_no_unknown_type() -> None:
    assert layout_on(date(2020, 3, 5)).valid_from == date(2020, 3, 5)
    with pytest.raises(UnknownToTheDecree, match="04/03/2020"):
        layout_on(date(2020, 3, 4))
    with pytest.raises(UnknownToTheDecree, match="“XX”"):
        document_type("XX")


def test_a_new_edition_holds_from_its_day_and_the_old_one_until_then(
    tmp_path: Path, settings: Settings
) -> None:
    shutil.copytree(settings.OPENPAR_DATA_DIR / "documents", tmp_path / "documents")
    path = tmp_path / "documents" / "layouts.yaml"
    old = path.read_text(encoding="utf-8")
    first = old[old.index("  - from:") :]
    newer = first.replace("2020-03-05", "2027-01-01").replace("first_line: 12.7", "first_line: 10")
    path.write_text(old.replace("until: null", "until: 2027-01-01", 1) + newer, encoding="utf-8")
    settings.OPENPAR_DATA_DIR = tmp_path
    lines = {day: layout_on(day).body["first_line"] for day in (date(2026, 12, 31), date(2027, 1, 1), None)}
    assert [str(line) for line in lines.values()] == ["12.7", "10", "10"]


def test_writing_a_document_reaches_neither_a_database_nor_a_stored_file() -> None:
    folder = Path(__file__).resolve().parents[3] / "src" / "openpar" / "reports" / "documents"
    reaching = ("openpar.base", "openpar.parindex", "openpar.reform", "django.db", " open(", "write_bytes")
    for path in folder.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert [word for word in reaching if word in source] == [], path.name
