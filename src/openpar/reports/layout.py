"""Official documents as NĐ 30/2020/NĐ-CP lays them out (Appendix I); the facts stand in
data/decree30_layout.csv, each with how certain it is.

A4, margins 20/20/30/15 mm, Times New Roman; page numbers centred in the header, not on the first page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Literal

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Cm, Emu, Length, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

FONT = "Times New Roman"
BODY_SIZE = 13
TABLE_SIZE = 11
NATIONAL_NAME = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
NATIONAL_MOTTO = "Độc lập - Tự do - Hạnh phúc"
BLANK = "……"
_TOP, _BOTTOM, _LEFT, _RIGHT = Mm(20), Mm(20), Mm(30), Mm(15)
_INDENT = Cm(1.27)
Align = Literal["left", "center", "right"]
_ALIGNMENTS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}


def day_words(day: date | None) -> str:
    """“ngày 06 tháng 02 năm 2022”: days below 10 and the months 1 and 2 take a 0, months 3–9 do not.
    An unknown day is left to be filled in.
    """
    if day is None:
        return "ngày … tháng … năm ……"
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


@dataclass(frozen=True)
class Letterhead:
    """The top of the first page. `parent` is empty for a People's Committee of a province; an unknown
    `number` or `place` is left to be filled in.
    """

    parent: str
    agency: str
    number: str
    place: str
    day: date | None


@dataclass(frozen=True)
class Signature:
    """The lines of power and position (“TM. …”, “KT. …”), the name, and who receives the document."""

    lines: tuple[str, ...]
    name: str
    recipients: tuple[str, ...]


@dataclass(frozen=True)
class TableColumn:
    """A column of a table in a document; `width` in centimetres."""

    title: str
    width: float
    align: Align = "left"


class Paper:
    """A document being written, from the letterhead to the appendices."""

    def __init__(self, title: str) -> None:
        self.document: Document = docx.Document()
        properties = self.document.core_properties
        properties.title, properties.author, properties.comments = title, "OpenPAR", ""
        properties.language = "vi-VN"
        style = self.document.styles["Normal"]
        style.font.name, style.font.size = FONT, Pt(BODY_SIZE)
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
        style.paragraph_format.space_after = Pt(0)
        _set_page(self.document.sections[0], landscape=False)
        self.appendices = 0

    def as_bytes(self) -> bytes:
        """The .docx file."""
        output = BytesIO()
        self.document.save(output)
        return output.getvalue()

    # ---- the first page ----

    def mark(self, text: str) -> None:
        """A line above everything: a draft, or invented data."""
        self._line(text, bold=True, italic=True, size=12, align="right")

    def letterhead(self, head: Letterhead) -> None:
        """Agency at the left, national name and motto at the right; number, place and day below."""
        table = self._bare_table(2, (Cm(6.7), Cm(9.8)))
        agency, nation = table.rows[0].cells
        # Only the agency that issues is bold; the one above it stands over it.
        lines = [(line, False) for line in _in_two(head.parent.upper()) if line]
        agency_name = head.agency.upper()
        lines += [(line, True) for line in ((agency_name,) if head.parent else _in_two(agency_name))]
        for number, (line, is_bold) in enumerate(lines):
            place = agency.add_paragraph() if number else agency.paragraphs[0]
            _write(place, line, size=13, bold=is_bold, align="center")
        _rule(agency.add_paragraph(), Cm(6.7), Cm(2.4))
        _write(nation.paragraphs[0], NATIONAL_NAME, size=13, bold=True, align="center")
        _write(nation.add_paragraph(), NATIONAL_MOTTO, size=14, bold=True, align="center")
        _rule(nation.add_paragraph(), Cm(9.8), Cm(5.6))
        number_cell, day_cell = table.rows[1].cells
        _write(number_cell.paragraphs[0], f"Số: {head.number or '……/……'}", size=13, align="center")
        day = f"{head.place or BLANK}, {day_words(head.day)}"
        _write(day_cell.paragraphs[0], day, size=13, italic=True, align="center")

    def heading(self, kind: str, subject: Sequence[str]) -> None:
        """The kind of document in capitals, its subject, and a rule."""
        self._line("", size=8)
        self._line(kind, bold=True, size=14, align="center")
        for line in subject:
            self._line(line, bold=True, size=14, align="center")
        _rule(self.document.add_paragraph(), Mm(165), Cm(6))
        self._line("", size=6)

    def centred(self, text: str, *, bold: bool = True, italic: bool = False) -> None:
        self._line(text, bold=bold, italic=italic, size=14, align="center", after=6)

    # ---- the body ----

    def grounds(self, lines: Sequence[str]) -> None:
        """“Căn cứ …”: each ends with a semicolon, the last with a full stop."""
        for number, line in enumerate(lines):
            self.text(f"{line}{'.' if number == len(lines) - 1 else ';'}", italic=True)

    def article(self, number: int, text: str) -> None:
        """“Điều 1. …”"""
        paragraph = self._body_paragraph()
        _run(paragraph, f"Điều {number}. ", bold=True)
        _run(paragraph, text)

    def text(self, text: str, *, italic: bool = False, bold: bool = False) -> None:
        """A paragraph of the body: justified, the first line indented."""
        _run(self._body_paragraph(), text, italic=italic, bold=bold)

    def small(self, text: str) -> None:
        """A note under a table."""
        self._line(text, italic=True, size=TABLE_SIZE, before=2)

    def section_title(self, text: str) -> None:
        self._line(text, bold=True, size=BODY_SIZE, before=8, after=4, keep=True)

    def table(
        self,
        columns: Sequence[TableColumn],
        rows: Sequence[Sequence[str]],
        *,
        bold_rows: frozenset[int] = frozenset(),
    ) -> None:
        """A ruled table whose titles repeat on every page; rows are never split."""
        table = self.document.add_table(rows=len(rows) + 1, cols=len(columns), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        for place, column in zip(table.columns, columns, strict=True):
            place.width = Cm(column.width)
        for number, row in enumerate(table.rows):
            values = [column.title for column in columns] if number == 0 else rows[number - 1]
            row_properties = row._tr.get_or_add_trPr()
            row_properties.append(OxmlElement("w:cantSplit"))
            if number == 0:
                row_properties.append(OxmlElement("w:tblHeader"))
            is_bold = number == 0 or number - 1 in bold_rows
            for cell, value, column in zip(row.cells, values, columns, strict=True):
                cell.width = Cm(column.width)
                align: Align = "center" if number == 0 else column.align
                _write(cell.paragraphs[0], value, size=TABLE_SIZE, bold=is_bold, align=align)

    def blank_lines(self, count: int) -> None:
        """Dotted lines to be filled in by hand or in the word processor."""
        for _number in range(count):
            self._line("…" * 41, size=BODY_SIZE, after=4)

    def closing(self, signature: Signature) -> None:
        """Recipients at the left, the signature at the right."""
        self._line("", size=6)
        table = self._bare_table(1, (Cm(8), Cm(8.5)))
        receivers, signer = table.rows[0].cells
        _write(receivers.paragraphs[0], "Nơi nhận:", size=12, bold=True, italic=True)
        for number, receiver in enumerate(signature.recipients):
            ending = "." if number == len(signature.recipients) - 1 else ";"
            _write(receivers.add_paragraph(), f"- {receiver}{ending}", size=11)
        for number, line in enumerate(signature.lines):
            place = signer.add_paragraph() if number else signer.paragraphs[0]
            _write(place, line, size=13, bold=True, align="center")
        for _number in range(4):
            signer.add_paragraph()
        _write(signer.add_paragraph(), signature.name, size=13, bold=True, align="center")

    # ---- appendices ----

    def appendix(self, title: str, belongs_to: str, *, number: str, landscape: bool) -> None:
        """A new section with pages of its own, numbered from 1."""
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        _set_page(section, landscape=landscape)
        _restart_numbers(section)
        self.appendices += 1
        self._line(f"Phụ lục {number}".rstrip(), bold=True, size=14, align="center")
        self._line(title.upper(), bold=True, size=13, align="center")
        self._line(f"({belongs_to})", italic=True, size=13, align="center", after=6)

    # ---- parts ----

    def _line(
        self,
        text: str,
        *,
        bold: bool = False,
        italic: bool = False,
        size: int = BODY_SIZE,
        align: Align = "left",
        before: int = 0,
        after: int = 0,
        keep: bool = False,
    ) -> Paragraph:
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(before)
        paragraph.paragraph_format.space_after = Pt(after)
        paragraph.paragraph_format.keep_with_next = keep
        _write(paragraph, text, bold=bold, italic=italic, size=size, align=align)
        return paragraph

    def _body_paragraph(self) -> Paragraph:
        paragraph = self.document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        paragraph.paragraph_format.first_line_indent = _INDENT
        paragraph.paragraph_format.space_after = Pt(6)
        return paragraph

    def _bare_table(self, rows: int, widths: Sequence[Length]) -> Table:
        """A table without lines, to set things side by side."""
        table: Table = self.document.add_table(rows=rows, cols=len(widths))
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        for place, width in zip(table.columns, widths, strict=True):
            place.width = width
        for row in table.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = width
                _without_margins(cell)
        return table


def _write(
    paragraph: Paragraph,
    text: str,
    *,
    size: int = BODY_SIZE,
    bold: bool = False,
    italic: bool = False,
    align: Align = "left",
) -> None:
    paragraph.alignment = _ALIGNMENTS[align]
    run = _run(paragraph, text, bold=bold, italic=italic)
    run.font.size = Pt(size)


def _run(paragraph: Paragraph, text: str, *, bold: bool = False, italic: bool = False) -> Run:
    run = paragraph.add_run(text)
    run.bold, run.italic = bold, italic
    return run


def _in_two(name: str) -> tuple[str, ...]:
    """A People's Committee of a province stands on two lines: ỦY BAN NHÂN DÂN / TỈNH LÂM ĐỒNG."""
    first = "ỦY BAN NHÂN DÂN"
    rest = name.removeprefix(first).strip()
    return (first, rest) if name.startswith(first) and rest else (name,)


def _rule(paragraph: Paragraph, available: Length, width: Length) -> None:
    """A thin line of `width`, centred in `available`: a paragraph with nothing but its upper border."""
    side = Emu((available - width) // 2)
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = side
    _write(paragraph, "", size=2)
    borders = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _without_margins(cell: _Cell) -> None:
    margins = OxmlElement("w:tcMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), "0")
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    cell._tc.get_or_add_tcPr().append(margins)


def _set_page(section: Section, *, landscape: bool) -> None:
    """A4; turned, the margins turn with the page. The number of the page stands in the header."""
    width, height = Mm(210), Mm(297)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (height, width) if landscape else (width, height)
    section.top_margin, section.bottom_margin = (_LEFT, _RIGHT) if landscape else (_TOP, _BOTTOM)
    section.left_margin, section.right_margin = (_TOP, _BOTTOM) if landscape else (_LEFT, _RIGHT)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    header = section.header
    if header.is_linked_to_previous:
        header.is_linked_to_previous = False
        section.first_page_header.is_linked_to_previous = False
        paragraph = header.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = _run(paragraph, "")
        run.font.size = Pt(13)
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            run._r.append(_field_part(kind, text))


def _field_part(kind: str, text: str) -> OxmlElement:  # type: ignore[valid-type]  # a factory, typed as one
    if kind:
        part = OxmlElement("w:fldChar")
        part.set(qn("w:fldCharType"), kind)
    else:
        part = OxmlElement("w:instrText")
        part.text = text
    return part


def _restart_numbers(section: Section) -> None:
    properties = section._sectPr
    for inherited in properties.findall(qn("w:pgNumType")):
        properties.remove(inherited)
    numbering = OxmlElement("w:pgNumType")
    numbering.set(qn("w:start"), "1")
    properties.insert_element_before(numbering, "w:cols", "w:titlePg", "w:docGrid")
