"""An official document for the word processor (.docx), to be edited, numbered and signed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

import docx
from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from openpar.reports.documents.composing import Composition, Line, Part, Sheet, Signed
from openpar.reports.documents.layouts import Layout
from openpar.reports.documents.model import Table
from openpar.reports.documents.widths import bold_width, widest
from openpar.reports.documents.word_parts import (
    ALIGNMENTS,
    bare_table,
    draw_box,
    draw_rule,
    millimetres,
    restart_numbers,
    saved,
    set_empty,
    set_outline,
    set_page,
)
from openpar.reports.documents.word_tables import ruled_table

_SMALL = 6  # points of an empty line that keeps parts apart


def write_docx(composition: Composition) -> bytes:
    """The file; the same bytes for the same document."""
    return saved(_Writer(composition).written(), composition.moment)


class _Writer:
    """Writes a composition into a document of python-docx, from top to bottom."""

    def __init__(self, composition: Composition) -> None:
        self.composition = composition
        self.layout: Layout = composition.layout
        self.document: Document = docx.Document()
        properties = self.document.core_properties
        properties.title, properties.comments, properties.language = composition.name, "", "vi-VN"
        properties.author = " ".join(line.text for line in composition.agency if line.style == "agency")
        style = self.document.styles["Normal"]
        style.font.name = self.layout.named_font
        style.font.size = Pt(self.layout.styles["paragraph"].size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(script), self.layout.named_font)
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), "vi-VN")
        style.element.get_or_add_rPr().append(language)
        style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing = 1
        self._page(self.document.sections[0], landscape=False)

    def written(self) -> Document:
        composition = self.composition
        self._lines(composition.marks)
        self._head()
        self._title()
        self._addressees(composition.addressees)
        self._parts(composition.parts, Decimal(self.layout.text_width), keeps_last=True)
        self._foot(composition.signatures)
        for sheet in composition.appendices:
            self._appendix(sheet)
        return self.document

    # ---- lines ----

    def _put(self, paragraph: Paragraph, line: Line, *, keep: bool = False) -> Paragraph:
        look = self.layout.styles[line.style]
        paragraph.alignment = ALIGNMENTS[look.align]
        shape = paragraph.paragraph_format
        shape.space_before, shape.space_after = Pt(look.before), Pt(look.after)
        if look.indented:
            shape.first_line_indent = millimetres(self.layout.body["first_line"])
        if keep or line.outline:
            shape.keep_with_next = True
        for run in line.runs:
            written = paragraph.add_run(run.text)
            written.bold, written.italic, written.font.size = run.bold, run.italic, Pt(look.size)
        if line.outline:
            set_outline(paragraph, line.outline)
        return paragraph

    def _lines(self, lines: Iterable[Line]) -> None:
        for line in lines:
            self._put(self.document.add_paragraph(), line)

    def _gap(self, points: int = _SMALL) -> None:
        set_empty(self.document.add_paragraph(), points)

    def _rule(self, paragraph: Paragraph, line: Line, kind: str, room: Decimal) -> None:
        size = self.layout.styles[line.style].size
        width = widest(line.text, size, room) * self.layout.rules[kind]
        draw_rule(paragraph, room, width, self.layout.rules["thickness"])

    # ---- the first page ----

    def _head(self) -> None:
        composition, columns = self.composition, self.layout.columns
        widths = (columns["agency"], columns["nation"])
        table = bare_table(self.document, 2, [millimetres(width) for width in widths])
        agency, nation = table.rows[0].cells
        self._fill(agency, composition.agency)
        self._rule(agency.add_paragraph(), composition.agency[-1], "agency", widths[0])
        self._fill(nation, composition.nation)
        self._rule(nation.add_paragraph(), composition.nation[-1], "motto", widths[1])
        number, place = table.rows[1].cells
        self._fill(number, composition.number)
        for line in composition.urgency:
            self._urgency(number, line, widths[0])
        self._fill(place, composition.place)
        self._gap()

    def _fill(self, cell: _Cell, lines: Iterable[Line]) -> None:
        """A cell has an empty paragraph to begin with."""
        for number, line in enumerate(lines):
            self._put(cell.add_paragraph() if number else cell.paragraphs[0], line)

    def _urgency(self, cell: _Cell, line: Line, room: Decimal) -> None:
        set_empty(cell.add_paragraph(), _SMALL)
        paragraph = self._put(cell.add_paragraph(), line)
        side = (room - bold_width(line.text, self.layout.styles[line.style].size)) / 2 - 3
        paragraph.paragraph_format.left_indent = millimetres(side)
        paragraph.paragraph_format.right_indent = millimetres(side)
        draw_box(paragraph, self.layout.rules["thickness"])

    def _title(self) -> None:
        title = self.composition.title
        if not title:
            return
        self._gap()
        self._lines(title)
        room = Decimal(self.layout.text_width)
        self._rule(self.document.add_paragraph(), title[-1], "abstract", room)
        self._gap()

    def _addressees(self, lines: Sequence[Line]) -> None:
        for line in lines:
            paragraph = self._put(self.document.add_paragraph(), line)
            if line.style == "addressee_row":
                paragraph.paragraph_format.left_indent = millimetres(self.layout.body["addressee_indent"])
        if lines:
            self._gap()

    # ---- body and foot ----

    def _parts(self, parts: Sequence[Part], room: Decimal, *, keeps_last: bool = False) -> None:
        for place, part in enumerate(parts, start=1):
            if isinstance(part, Line):
                self._put(self.document.add_paragraph(), part, keep=keeps_last and place == len(parts))
            else:
                self._table(part, room)

    def _table(self, part: Table, room: Decimal) -> None:
        # A new paragraph stands before the properties of the section; the table goes before it.
        after = self.document.add_paragraph()
        set_empty(after, _SMALL)
        after._p.addprevious(ruled_table(part, room, self.layout.styles["table"].size))

    def _foot(self, signatures: Sequence[Signed]) -> None:
        self._gap()
        columns, recipients = self.layout.columns, self.composition.recipients
        if len(signatures) == 1:
            widths = (columns["recipients"], columns["signature"])
            table = bare_table(self.document, 1, [millimetres(width) for width in widths])
            left, right = table.rows[0].cells
            self._fill(left, recipients)
            self._signed(right, signatures[0])
            return
        width = Decimal(self.layout.text_width) / len(signatures)
        table = bare_table(self.document, 1, [millimetres(width)] * len(signatures))
        for cell, signature in zip(table.rows[0].cells, signatures, strict=True):
            self._signed(cell, signature)
        self._gap()
        self._lines(recipients)

    def _signed(self, cell: _Cell, signature: Signed) -> None:
        self._fill(cell, signature.lines)
        name = self._put(cell.add_paragraph(), signature.name)
        name.paragraph_format.space_before = millimetres(self.layout.body["signature_room"])

    # ---- appendices ----

    def _appendix(self, sheet: Sheet) -> None:
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        self._page(section, landscape=sheet.landscape)
        restart_numbers(section)
        self._parts(sheet.parts, Decimal(self.composition.room(landscape=sheet.landscape)))

    def _page(self, section: Section, *, landscape: bool) -> None:
        size = self.layout.styles["page_number"].size
        set_page(section, self.layout.page, landscape=landscape, number_size=size)
