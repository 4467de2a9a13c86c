"""Reads the generated files back: every line with where it stands and how it looks."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

import docx
import pypdfium2
import pypdfium2.raw as pdfium
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Length
from docx.table import Table
from docx.text.paragraph import Paragraph

MM = 25.4 / 72
_STYLES = {
    "Regular": (False, False),
    "Bold": (True, False),
    "Italic": (False, True),
    "BoldItalic": (True, True),
}


@dataclass(frozen=True)
class Seen:
    """A line of a page. Millimetres from the left and upper edges; `size` in points; `align` only where the
    file says it.
    """

    text: str
    page: int
    left: float
    right: float
    top: float
    size: float
    bold: bool
    italic: bool
    font: str
    align: str = ""

    @property
    def centre(self) -> float:
        return (self.left + self.right) / 2


@dataclass(frozen=True)
class Rule:
    """A straight stroke."""

    page: int
    left: float
    right: float
    top: float
    height: float

    @property
    def width(self) -> float:
        return self.right - self.left


@dataclass(frozen=True)
class PdfPages:
    sizes: tuple[tuple[float, float], ...]
    lines: tuple[Seen, ...]
    rules: tuple[Rule, ...]

    def line(self, text: str) -> Seen:
        """The only line that reads so."""
        (found,) = (line for line in self.lines if line.text == text)
        return found

    def starting(self, text: str) -> Seen:
        return next(line for line in self.lines if line.text.startswith(text))


def read_pdf(content: bytes) -> PdfPages:
    sizes, lines, rules = [], [], []
    pdf = pypdfium2.PdfDocument(content)
    for number, page in enumerate(pdf, start=1):
        width, height = page.get_size()
        sizes.append((width * MM, height * MM))
        textpage = page.get_textpage()
        lines += list(_lines(textpage, number, height))
        for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH]):
            left, bottom, right, top = item.get_bounds()
            rules.append(Rule(number, left * MM, right * MM, (height - top) * MM, (top - bottom) * MM))
        textpage.close()
        page.close()
    pdf.close()
    return PdfPages(tuple(sizes), tuple(lines), tuple(rules))


@dataclass
class _Char:
    char: str
    x: float
    y: float
    right: float
    size: float
    font: str


def _lines(textpage: pypdfium2.PdfTextPage, page: int, height: float) -> Iterator[Seen]:
    """A new line begins where the base line changes or where there is a gap wider than spaces are."""
    line: list[_Char] = []
    for char in _chars(textpage):
        if line and (abs(char.y - line[-1].y) > 1 or not -2 < char.x - line[-1].right < 30):
            yield from _seen(line, page, height)
            line = []
        line.append(char)
    yield from _seen(line, page, height)


def _seen(chars: Sequence[_Char], page: int, height: float) -> Iterator[Seen]:
    """A change of face inside a line is told by the first face, as for “Điều 1.”"""
    while chars and chars[-1].char == " ":
        chars = chars[:-1]
    if not chars:
        return
    family, _hyphen, face = chars[0].font.rpartition("-")
    bold, italic = _STYLES[face]
    text = "".join(char.char for char in chars)
    first, last = chars[0], chars[-1]
    yield Seen(
        text, page, first.x * MM, last.right * MM, (height - first.y) * MM, first.size, bold, italic, family
    )


def _chars(textpage: pypdfium2.PdfTextPage) -> Iterator[_Char]:
    name, flags = ctypes.create_string_buffer(256), ctypes.c_int()
    x, y = ctypes.c_double(), ctypes.c_double()
    for index in range(textpage.count_chars()):
        if pdfium.FPDFText_IsGenerated(textpage, index):
            continue
        pdfium.FPDFText_GetFontInfo(textpage, index, name, 256, ctypes.byref(flags))
        pdfium.FPDFText_GetCharOrigin(textpage, index, x, y)
        yield _Char(
            char=chr(pdfium.FPDFText_GetUnicode(textpage, index)),
            x=x.value,
            y=y.value,
            right=textpage.get_charbox(index, loose=True)[2],
            size=pdfium.FPDFText_GetFontSize(textpage, index),
            font=name.value.decode().partition("+")[2],
        )


# ---- word processor ----

_ALIGNS = {
    WD_ALIGN_PARAGRAPH.LEFT: "left",
    WD_ALIGN_PARAGRAPH.CENTER: "center",
    WD_ALIGN_PARAGRAPH.RIGHT: "right",
    WD_ALIGN_PARAGRAPH.JUSTIFY: "justify",
}


@dataclass(frozen=True)
class WordFile:
    """Of `lines`, `left` and `right` are the edges of the column they stand in; `top` counts lines."""

    document: Document
    lines: tuple[Seen, ...]
    rules: tuple[Rule, ...]

    def line(self, text: str) -> Seen:
        (found,) = (line for line in self.lines if line.text == text)
        return found

    def starting(self, text: str) -> Seen:
        return next(line for line in self.lines if line.text.startswith(text))


def read_word(content: bytes) -> WordFile:
    document = docx.Document(BytesIO(content))
    lines: list[Seen] = []
    rules: list[Rule] = []
    section, page = 0, 1
    normal = str(document.styles["Normal"].font.name)
    for element in document.element.body:
        left, right = _margins(document, section)
        if element.tag == qn("w:p"):
            _take(Paragraph(element, document._body), page, left, right, lines, rules, normal)
            if element.find(f".//{qn('w:sectPr')}") is not None:
                section, page = section + 1, page + 1
        elif element.tag == qn("w:tbl"):
            for row in Table(element, document._body).rows:
                edge = left
                for cell in row.cells:
                    width = millimetres(cell.width)
                    for paragraph in cell.paragraphs:
                        _take(paragraph, page, edge, edge + width, lines, rules, normal)
                    edge += width
    return WordFile(document, tuple(lines), tuple(rules))


def _margins(document: Document, number: int) -> tuple[float, float]:
    section = document.sections[number]
    right = millimetres(section.page_width) - millimetres(section.right_margin)
    return millimetres(section.left_margin), right


def millimetres(length: Length | None) -> float:
    """A length that the file must say."""
    assert length is not None
    return float(length.mm)


def _take(
    paragraph: Paragraph,
    page: int,
    left: float,
    right: float,
    lines: list[Seen],
    rules: list[Rule],
    normal: str,
) -> None:
    shape = paragraph.paragraph_format
    top = paragraph._p.find(f".//{qn('w:pBdr')}/{qn('w:top')}")
    if top is not None and not paragraph.text:
        inner = (shape.left_indent or 0) / 36000, (shape.right_indent or 0) / 36000
        thickness = int(top.get(qn("w:sz"))) / 8 * MM
        rules.append(Rule(page, left + inner[0], right - inner[1], len(lines), thickness))
    if not paragraph.text.strip():
        return
    run = paragraph.runs[0]
    size, align = run.font.size, paragraph.alignment
    assert size is not None
    assert align is not None
    lines.append(
        Seen(
            text=paragraph.text,
            page=page,
            left=left,
            right=right,
            top=len(lines),
            size=size.pt,
            bold=bool(run.bold),
            italic=bool(run.italic),
            font=run.font.name or normal,
            align=_ALIGNS[align],
        )
    )
