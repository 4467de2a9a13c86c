"""Generated files compared with the table of the decree, cell by cell; and alterations that must be found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest

from openpar.reports.documents.composing import compose
from openpar.reports.documents.layouts import Layout, Style, layout_on
from openpar.reports.documents.pdf import write_pdf
from openpar.reports.documents.word import write_docx
from tests.reports.documents import cells
from tests.reports.documents.reading import read_pdf, read_word
from tests.reports.documents.specimen import LETTER, REPORT


def faults_of_pdf(layout: Layout) -> list[str]:
    report, letter = (read_pdf(write_pdf(compose(document, layout))) for document in (REPORT, LETTER))
    return cells.pdf_faults(report, letter)


def faults_of_word(layout: Layout) -> list[str]:
    report, letter = (read_word(write_docx(compose(document, layout))) for document in (REPORT, LETTER))
    return cells.word_faults(report, letter)


def test_every_row_of_the_table_is_asked_for_or_left_to_others_with_a_reason() -> None:
    asked = {(demand.cell, demand.element) for demand in cells.DEMANDS}
    assert asked | cells.OF_THE_PAGE | set(cells.LEFT_TO_OTHERS) == set(cells.table())
    assert not asked & set(cells.LEFT_TO_OTHERS)


def test_every_style_that_names_a_row_names_one_of_the_table() -> None:
    named = {(style.cell, style.element) for style in layout_on(None).styles.values() if style.cell}
    assert named <= set(cells.table())
    assert {(demand.cell, demand.element) for demand in cells.DEMANDS} <= named


def test_a_pdf_has_every_cell_where_the_decree_puts_it() -> None:
    assert faults_of_pdf(layout_on(REPORT.day)) == []


def test_a_word_file_has_every_cell_where_the_decree_puts_it() -> None:
    assert faults_of_word(layout_on(REPORT.day)) == []


SIDES, EDGES = ("top", "bottom", "left", "right"), ("trên", "dưới", "trái", "phải")


def with_styles(changes: Mapping[str, Mapping[str, object]]) -> Layout:
    layout = layout_on(REPORT.day)
    for name, values in changes.items():
        changed: Style = replace(layout.styles[name], **values)  # type: ignore[arg-type]  # names of its fields
        layout = replace(layout, styles={**layout.styles, name: changed})
    return layout


def rows_of(styles: Iterable[str], said: str) -> list[str]:
    """What must be said of the rows that these styles come from."""
    known = layout_on(REPORT.day).styles
    return [f"{known[name].cell} {known[name].element}: {said}" for name in styles]


LARGER = (
    "superior",
    "number",
    "urgency",
    "recipient",
    "recipients_title",
    "letter_abstract",
    "place_and_day",
)
LIGHT = ("motto", "agency", "abstract", "signature", "signer", "appendix_number", "part", "section")
BOLD = ("paragraph", "clause", "point", "superior", "addressee", "number", "ground")
UPRIGHT = ("place_and_day", "ground", "recipients_title", "appendix_note")
SMALL_LETTERS = ("superior", "agency", "signature", "urgency", "appendix_name")


@cache
def planted() -> dict[str, tuple[Layout, list[str]]]:
    """Alterations of the layout, each with the beginnings of all that must be said of it."""
    layout = layout_on(REPORT.day)
    sizes = {name: {"size": layout.styles[name].size + 3} for name in LARGER}
    aligned: dict[str, dict[str, object]] = {
        "paragraph": {"align": "left", "after": 0},
        "point": {"after": 0},
        "title": {"align": "left"},
    }
    rules = {"motto": Decimal("0.8"), "agency": Decimal("0.7"), "abstract": Decimal("0.2")}
    return {
        "larger": (with_styles(sizes), rows_of(LARGER, "size")),
        "smaller": (
            with_styles({"page_number": {"size": 9}, "paragraph": {"size": 11}, "signer": {"size": 12}}),
            ["page Số trang: another", "6 Nội dung: size", "7b Họ tên: size"],
        ),
        "light": (with_styles({name: {"bold": False} for name in LIGHT}), rows_of(LIGHT, "bold")),
        "bold": (with_styles({name: {"bold": True} for name in BOLD}), rows_of(BOLD, "bold")),
        "upright": (with_styles({name: {"italic": False} for name in UPRIGHT}), rows_of(UPRIGHT, "italic")),
        "small letters": (
            with_styles({name: {"capitals": False} for name in SMALL_LETTERS}),
            rows_of(SMALL_LETTERS, "not in capitals"),
        ),
        "aligned": (with_styles(aligned), ["6 Nội dung", "5a Tên loại"]),
        "rules": (replace(layout, rules={**layout.rules, **rules}), ["1 Tiêu", "2 Cơ quan ban", "5a Trích"]),
        "indented": (replace(layout, body={**layout.body, "first_line": Decimal(5)}), ["6 Nội dung: first"]),
    }


@pytest.mark.parametrize("name", planted())
def test_an_altered_layout_is_found_in_the_pdf(name: str) -> None:
    layout, wanted = planted()[name]
    faults = faults_of_pdf(layout)
    assert [said for said in wanted if not any(fault.startswith(said) for fault in faults)] == []


@pytest.mark.parametrize("name", planted())
def test_an_altered_layout_is_found_in_the_word_file(name: str) -> None:
    layout, wanted = planted()[name]
    faults = faults_of_word(layout)
    assert [said for said in wanted if not any(fault.startswith(said) for fault in faults)] == []


@pytest.mark.parametrize(("side", "edge"), list(zip(SIDES, EDGES, strict=True)))
def test_a_margin_too_small_is_found_in_both(side: str, edge: str) -> None:
    layout = layout_on(REPORT.day)
    altered = replace(layout, page=replace(layout.page, **{side: getattr(layout.page, side) - 8}))
    for faults in (faults_of_pdf(altered), faults_of_word(altered)):
        assert any(fault.startswith(f"page Lề: {edge}") for fault in faults), faults


def test_another_sheet_is_found_in_both() -> None:
    layout = layout_on(REPORT.day)
    altered = replace(layout, page=replace(layout.page, height=280))
    assert "page 1: 210x280, not A4" in faults_of_pdf(altered)
    assert "page Khổ giấy: not A4" in faults_of_word(altered)


def test_cells_in_another_order_are_found_in_both() -> None:
    report, letter = compose(REPORT), compose(LETTER)
    turned = replace(report, nation=report.nation[::-1], agency=report.agency[::-1], place=report.number)
    pdf = cells.pdf_faults(read_pdf(write_pdf(turned)), read_pdf(write_pdf(letter)))
    word = cells.word_faults(read_word(write_docx(turned)), read_word(write_docx(letter)))
    for faults in (pdf, word):
        assert {"Tiêu ngữ: not under Quốc hiệu", "Cơ quan ban hành: not under Cơ quan chủ quản"} <= set(
            faults
        )
        assert "4 Địa danh, thời gian: missing" in faults
