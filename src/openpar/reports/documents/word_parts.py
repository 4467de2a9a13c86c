"""What a word-processor file is made of: sections, bare tables, rules, fields."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Length, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from openpar.reports.documents.layouts import Page

ALIGNMENTS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
_BEFORE_BORDERS = ("w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr")
_BEFORE_OUTLINE = ("w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange")
# The oldest moment that an archive can name.
_STAMP = (1980, 1, 1, 0, 0, 0)


def millimetres(value: Decimal | int) -> Length:
    """To the nearest of the units of the format (36,000 in a millimetre)."""
    return Length(int(Decimal(value) * Mm(1)))


def saved(document: Document, moment: datetime) -> bytes:
    """The file, the same bytes whenever the same document is saved."""
    properties = document.core_properties
    properties.created = properties.modified = moment
    properties.last_modified_by, properties.revision = "", 1
    written, kept = BytesIO(), BytesIO()
    document.save(written)
    with ZipFile(written) as source, ZipFile(kept, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = ZipInfo(name, _STAMP)
            part.compress_type = ZIP_DEFLATED
            target.writestr(part, source.read(name))
    return kept.getvalue()


def set_page(section: Section, page: Page, *, landscape: bool, number_size: int) -> None:
    """Sheet and margins; turned, the margins turn with it. The number stands in the header from page 2."""
    width, height = Mm(page.width), Mm(page.height)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (height, width) if landscape else (width, height)
    upright = (page.top, page.bottom, page.left, page.right)
    turned = (page.left, page.right, page.top, page.bottom)
    edges = [Mm(edge) for edge in (turned if landscape else upright)]
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = edges
    section.header_distance = Mm(page.header)
    section.different_first_page_header_footer = True
    header = section.header
    if header.is_linked_to_previous:
        header.is_linked_to_previous = False
        section.first_page_header.is_linked_to_previous = False
        paragraph = header.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run("")
        run.font.size = Pt(number_size)
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            run._r.append(_field_part(kind, text))


def _field_part(kind: str, text: str) -> Any:
    part = OxmlElement("w:fldChar" if kind else "w:instrText")
    if kind:
        part.set(qn("w:fldCharType"), kind)
    else:
        part.text = text
    return part


def restart_numbers(section: Section) -> None:
    """Pages of this section count from 1."""
    properties = section._sectPr
    for inherited in properties.findall(qn("w:pgNumType")):
        properties.remove(inherited)
    numbering = OxmlElement("w:pgNumType")
    numbering.set(qn("w:start"), "1")
    properties.insert_element_before(numbering, "w:cols", "w:titlePg", "w:docGrid")


def bare_table(document: Document, rows: int, widths: Sequence[Length]) -> Table:
    """A table without lines and inner margins, to set things side by side; rows are not split over pages."""
    table: Table = document.add_table(rows=rows, cols=len(widths))
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for place, width in zip(table.columns, widths, strict=True):
        place.width = width
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width
            _without_margins(cell)
    return table


def _without_margins(cell: _Cell) -> None:
    margins = OxmlElement("w:tcMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), "0")
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    cell._tc.get_or_add_tcPr().append(margins)


def draw_rule(paragraph: Paragraph, room: Decimal, width: Decimal, thickness: Decimal) -> None:
    """A line of `width` in the middle of `room` (mm), `thickness` in points: an empty paragraph's border."""
    side = millimetres((room - width) / 2)
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = side
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0)
    set_empty(paragraph, 2)
    borders = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    eighths = str(int(thickness * 8))
    for name, value in (("val", "single"), ("sz", eighths), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    paragraph._p.get_or_add_pPr().insert_element_before(borders, *_BEFORE_BORDERS)


def set_empty(paragraph: Paragraph, points: int) -> None:
    """The height of a paragraph with nothing in it is that of its own mark."""
    mark = paragraph._p.get_or_add_pPr()
    looks = OxmlElement("w:rPr")
    size = OxmlElement("w:sz")
    size.set(qn("w:val"), str(points * 2))
    looks.append(size)
    mark.insert_element_before(looks, "w:sectPr", "w:pPrChange")


def draw_box(paragraph: Paragraph, thickness: Decimal) -> None:
    """A frame around a line."""
    borders = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        edge = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", str(int(thickness * 8))), ("space", "2")):
            edge.set(qn(f"w:{name}"), value)
        borders.append(edge)
    paragraph._p.get_or_add_pPr().insert_element_before(borders, *_BEFORE_BORDERS)


def set_outline(paragraph: Paragraph, depth: int) -> None:
    """Makes a line a heading of the navigation pane, 1 the highest."""
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), str(min(depth, 9) - 1))
    paragraph._p.get_or_add_pPr().insert_element_before(level, *_BEFORE_OUTLINE)
