"""A criteria mapping as an official table in Excel or Word; `official_table` reads it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.shared import Mm, Pt

from openpar.common.formats import format_maximum
from openpar.common.spreadsheets import Column, SheetSpec, write_workbook
from openpar.parindex.criteria.official_heading import LEVEL_LINE, SET_LINE, STATUS_LINE
from openpar.parindex.criteria.official_notes import write_note
from openpar.parindex.criteria.official_scorers import SCORER_WORDS
from openpar.parindex.criteria.scale_wording import decimal_in, describe_rule

_COLUMNS = (
    ("STT", 11),
    ("Lĩnh vực/Tiêu chí/Tiêu chí thành phần", 48),
    ("Điểm tối đa", 11),
    ("Cách tính điểm", 40),
    ("Tài liệu kiểm chứng", 32),
    ("Hình thức đánh giá", 18),
    ("Đơn vị chủ trì", 18),
    ("Căn cứ", 18),
    ("Ghi chú", 20),
)
# Only where a leaf names one: printed decisions have no such column.
_INDICATOR = ("Mã chỉ tiêu số liệu", 18)
_CHILDREN = ("fields", "criteria", "sub")
_USABLE_MM = 267  # A4 across, less its margins


@dataclass(frozen=True)
class _Row:
    code: str
    title: str
    maximum: Decimal | None
    scale: str = ""
    evidence: str = ""
    scored_by: str = ""
    owner: str = ""
    article: str = ""
    note: str = ""
    indicator: str = ""
    is_leaf: bool = False

    def texts(self, columns: int = len(_COLUMNS)) -> tuple[str, ...]:
        """The cells of the row, as many as there are columns."""
        shown = "" if self.maximum is None else format_maximum(self.maximum)
        beside = (self.evidence, self.scored_by, self.owner, self.article, self.note, self.indicator)
        return (self.code, self.title, shown, self.scale, *beside)[:columns]


def write_official_table(criteria: Mapping[str, object], path: Path) -> None:
    """Write a criteria mapping (the layout of the sample sets) as .xlsx or .docx, by the ending of the path.

    The scale of a leaf is its `scale_text` if it has one, else what its rule says in words. Raises
    ValueError for another ending.
    """
    rows = [*_rows(criteria)]
    total = criteria.get("total")
    rows.append(_Row("", "Tổng cộng", None if total is None else decimal_in(total)))
    if path.suffix == ".xlsx":
        _write_workbook(_heading(criteria), rows, path)
    elif path.suffix == ".docx":
        _write_document(_heading(criteria), rows, path)
    else:
        raise ValueError(f"neither .xlsx nor .docx: {path.name}")


def _heading(criteria: Mapping[str, object]) -> tuple[str, ...]:
    year = f" NĂM {criteria['year']}" if criteria.get("year") else ""
    named = ((SET_LINE, "set"), (STATUS_LINE, "status"), (LEVEL_LINE, "level"))
    return (
        f"BỘ TIÊU CHÍ XÁC ĐỊNH CHỈ SỐ CẢI CÁCH HÀNH CHÍNH{year}",
        *(f"{start} {criteria[key]}" for start, key in named if criteria.get(key)),
    )


def _rows(node: Mapping[str, object]) -> Iterator[_Row]:
    for key in _CHILDREN:
        children = node.get(key)
        for child in children if isinstance(children, Sequence) else ():
            yield _row(child)
            yield from _rows(child)


def _row(node: Mapping[str, object]) -> _Row:
    maximum = node.get("max")
    rule = node.get("rule")
    row = _Row(str(node["code"]), str(node["title"]), None if maximum is None else decimal_in(maximum))
    if not isinstance(rule, Mapping):
        return row
    return _Row(
        row.code,
        row.title,
        row.maximum,
        scale=str(node.get("scale_text") or describe_rule(rule, row.maximum)),
        evidence=str(node.get("evidence") or ""),
        scored_by=SCORER_WORDS.get(str(node.get("by") or ""), ""),
        owner=str(node.get("owner") or ""),
        article=str(node.get("article") or ""),
        note=write_note(str(node.get("na") or ""), str(node.get("note") or "")),
        indicator=str(node.get("indicator") or node.get("auto") or ""),
        is_leaf=True,
    )


def _columns_for(rows: Sequence[_Row]) -> tuple[tuple[str, int], ...]:
    return (*_COLUMNS, _INDICATOR) if any(row.indicator for row in rows) else _COLUMNS


def _write_workbook(heading: tuple[str, ...], rows: list[_Row], path: Path) -> None:
    named = _columns_for(rows)
    columns = tuple(
        Column(title, width, align="center" if place in (0, 2) else "")
        for place, (title, width) in enumerate(named)
    )
    # Codes are text: as a number, 1.10 would become 1.1.
    values = [(row.code, row.title, _plain(row.maximum), *row.texts(len(named))[3:]) for row in rows]
    bold = frozenset(place for place, row in enumerate(rows) if not row.is_leaf)
    spec = SheetSpec("Bộ tiêu chí", columns, values, heading=heading, bold_rows=bold, frozen_columns=2)
    write_workbook(path, [spec])


def _plain(maximum: Decimal | None) -> Decimal | None:
    """Without zeros at the end, as decisions print maxima; a whole number without exponent."""
    return None if maximum is None else Decimal(f"{maximum.normalize():f}")


def _write_document(heading: tuple[str, ...], rows: list[_Row], path: Path) -> None:
    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(15)
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(11)
    for place, line in enumerate(heading):
        document.add_paragraph().add_run(line).bold = place == 0
    columns = _columns_for(rows)
    table = document.add_table(rows=0, cols=len(columns), style="Table Grid")
    table.autofit = False
    scale = _USABLE_MM / sum(width for _, width in columns)
    for column, (_, width) in zip(table.columns, columns, strict=True):
        column.width = Mm(width * scale)
    _add_row(table, tuple(title for title, _ in columns), bold=True)
    for row in rows:
        _add_row(table, row.texts(len(columns)), bold=not row.is_leaf)
    header = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(header)
    document.save(str(path))


def _add_row(table: Any, texts: tuple[str, ...], *, bold: bool) -> None:
    for cell, text, column in zip(table.add_row().cells, texts, table.columns, strict=True):
        cell.width = column.width
        cell.paragraphs[0].add_run(text).bold = bold
