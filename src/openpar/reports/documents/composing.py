"""From a document to its lines, each with its style: what every file of it says, the same in all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from openpar.reports.documents.layouts import DocumentType, Layout, document_type, layout_on
from openpar.reports.documents.model import (
    Appendix,
    Article,
    Block,
    Centred,
    Clause,
    DottedLines,
    Heading,
    Level,
    Note,
    OfficialDocument,
    Paragraph,
    Point,
    Signature,
    Table,
)
from openpar.reports.documents.wording import (
    NATIONAL_MOTTO,
    NATIONAL_NAME,
    closed,
    day_words,
    listed,
    number_words,
    roman,
    visible,
)

_ORDER = tuple(Level)
_COMMITTEE = "ỦY BAN NHÂN DÂN"
_CLOSED = frozenset({"paragraph", "article", "clause", "point"})
_DOTS = "…" * 33  # what fits between the margins


@dataclass(frozen=True)
class Run:
    """A stretch of text in one weight and slant."""

    text: str
    bold: bool
    italic: bool


@dataclass(frozen=True)
class Line:
    """A paragraph of one style (a name in `Layout.styles`). `outline` is its depth as a heading, or 0."""

    style: str
    runs: tuple[Run, ...]
    outline: int = 0

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


Part = Line | Table


@dataclass(frozen=True)
class Sheet:
    """Pages that are numbered from 1."""

    landscape: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Signed:
    """The place of one signature: lines above the room for it, the name below."""

    lines: tuple[Line, ...]
    name: Line


@dataclass(frozen=True)
class Composition:
    """A document as lines. `name` is its title in the properties of a file."""

    layout: Layout
    name: str
    day: date | None
    marks: tuple[Line, ...]
    agency: tuple[Line, ...]
    nation: tuple[Line, ...]
    number: tuple[Line, ...]
    urgency: tuple[Line, ...]
    place: tuple[Line, ...]
    title: tuple[Line, ...]
    addressees: tuple[Line, ...]
    parts: tuple[Part, ...]
    signatures: tuple[Signed, ...]
    recipients: tuple[Line, ...]
    appendices: tuple[Sheet, ...]

    @property
    def moment(self) -> datetime:
        """What its files carry as their date: the day of the document or, without one, a day long past; never
        the clock's.
        """
        return datetime.combine(self.day or date(2000, 1, 1), time())

    def room(self, *, landscape: bool) -> int:
        """Millimetres between the margins; turned, the margins turn with the page."""
        page = self.layout.page
        return page.height - page.top - page.bottom if landscape else self.layout.text_width


def compose(document: OfficialDocument, layout: Layout | None = None) -> Composition:
    """Every line of a document that has no gaps (checks.py), in the layout of its day or in another."""
    layout = layout or layout_on(document.day)
    kind = document_type(document.type_code)
    lines = _Lines(layout)
    return Composition(
        layout=layout,
        name=_name(document, kind),
        day=document.day,
        marks=lines.all("mark", document.marks),
        agency=_agency(document, lines),
        nation=(lines.line("national_name", NATIONAL_NAME), lines.line("motto", NATIONAL_MOTTO)),
        number=_number(document, kind, lines),
        urgency=lines.all("urgency", [document.urgency] if document.urgency else []),
        place=(lines.line("place_and_day", f"{document.place or '……'}, {day_words(document.day)}"),),
        title=() if kind.is_letter else _title(document, kind, lines),
        addressees=_addressees(document.addressees, lines),
        parts=tuple(_main(document, lines)),
        signatures=tuple(_signed(signature, lines) for signature in document.signatures),
        recipients=_recipients(document.recipients, lines),
        appendices=tuple(
            _appendix(document, kind, place, appendix, lines)
            for place, appendix in enumerate(document.appendices, start=1)
        ),
    )


class _Lines:
    """Makes lines in the styles of a layout."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout

    def line(self, style: str, text: str, *, lead: str = "", outline: int = 0) -> Line:
        """`lead` stands in bold before the text."""
        look = self.layout.styles[style]
        runs = [Run(visible(lead), True, look.italic)] if lead else []
        shown = text.upper() if look.capitals else text
        return Line(style, (*runs, Run(visible(shown), look.bold, look.italic)), outline)

    def all(self, style: str, texts: Iterable[str]) -> tuple[Line, ...]:
        return tuple(self.line(style, text) for text in texts)


def in_two(name: str) -> tuple[str, ...]:
    """A People's Committee that has none above it stands on two lines: ỦY BAN NHÂN DÂN / TỈNH LÂM ĐỒNG."""
    first, rest = name[: len(_COMMITTEE)], name[len(_COMMITTEE) :].strip()
    return (first, rest) if first.upper() == _COMMITTEE and rest else (name,)


def attached_words(document: OfficialDocument) -> str:
    """“Kèm theo Quyết định số …/QĐ-UBND ngày … của …”"""
    kind = document_type(document.type_code)
    number = "……" if document.number is None else f"{document.number:02}"
    return (
        f"Kèm theo {kind.name} số {number}/{document.symbol} {day_words(document.day)} "
        f"của {document.agency.name}"
    )


def _name(document: OfficialDocument, kind: DocumentType) -> str:
    return visible(f"{kind.name}: {document.abstract}".replace("\n", " "))


def _agency(document: OfficialDocument, lines: _Lines) -> tuple[Line, ...]:
    above, name = document.agency.superior.strip(), document.agency.name.strip()
    if above:
        return (*lines.all("superior", in_two(above)), lines.line("agency", name))
    return lines.all("agency", in_two(name))


def _number(document: OfficialDocument, kind: DocumentType, lines: _Lines) -> tuple[Line, ...]:
    number = lines.line("number", number_words(document.number, document.symbol))
    if not kind.is_letter:
        return (number,)
    return (number, lines.line("letter_abstract", f"V/v {document.abstract}"))


def _title(document: OfficialDocument, kind: DocumentType, lines: _Lines) -> tuple[Line, ...]:
    return (lines.line("title", kind.title), *lines.all("abstract", document.abstract.split("\n")))


def _addressees(names: Sequence[str], lines: _Lines) -> tuple[Line, ...]:
    if len(names) <= 1:
        return lines.all("addressee", [f"Kính gửi: {name}" for name in names])
    return (lines.line("addressee", "Kính gửi:"), *lines.all("addressee_row", listed(names, dash="- ")))


def _recipients(names: Sequence[str], lines: _Lines) -> tuple[Line, ...]:
    if not names:
        return ()
    title = lines.line("recipients_title", "Nơi nhận:")
    return (title, *lines.all("recipient", listed(names, dash="- ")))


def _signed(signature: Signature, lines: _Lines) -> Signed:
    texts = ([signature.side] if signature.side else []) + list(signature.lines)
    return Signed(lines.all("signature", texts), lines.line("signer", signature.name))


def _main(document: OfficialDocument, lines: _Lines) -> Iterator[Part]:
    if document.authority:
        yield lines.line("authority", document.authority)
    yield from lines.all("ground", listed(document.grounds))
    parts = list(numbered(document.body, lines))
    last = parts[-1]
    if isinstance(last, Line) and last.style in _CLOSED:
        *before, end = last.runs
        parts[-1] = replace(last, runs=(*before, replace(end, text=closed(end.text))))
    yield from parts


def _appendix(
    document: OfficialDocument, kind: DocumentType, place: int, appendix: Appendix, lines: _Lines
) -> Sheet:
    number = f"Phụ lục {roman(place)}" if len(document.appendices) > 1 else "Phụ lục"
    note = appendix.attached or attached_words(document)
    head = (
        lines.line("appendix_number", number, outline=1),
        lines.line("appendix_name", appendix.name),
        lines.line("appendix_note", f"({note})"),
    )
    return Sheet(appendix.landscape, (*head, *numbered(appendix.blocks, lines, depth=1)))


def numbered(blocks: Sequence[Block], lines: _Lines, *, depth: int = 0) -> Iterator[Part]:
    """The blocks in their order with their numbers; headings are `depth` deeper than they would be alone."""
    counter = _Counter(lines.layout)
    for block in blocks:
        match block:
            case Heading(text, level):
                number = counter.heading(level)
                yield _heading(lines, number, text, level, depth + len(counter.open))
            case Article(text):
                yield lines.line("article", text, lead=f"Điều {counter.article()}. ")
            case Clause(text):
                yield lines.line("clause", f"{counter.clause()}. {text}")
            case Point(text):
                yield lines.line("point", f"{counter.point()}) {text}")
            case _:
                counter.points = 0
                yield from _plain(block, lines)


def _plain(block: Paragraph | Centred | Table | Note | DottedLines, lines: _Lines) -> Iterator[Part]:
    match block:
        case Paragraph(text, lead, bold, italic):
            line = lines.line("paragraph", text, lead=lead)
            *before, end = line.runs
            end = replace(end, bold=bold or end.bold, italic=italic or end.italic)
            yield replace(line, runs=(*before, end))
        case Centred(text, bold, italic):
            line = lines.line("centred_italic" if italic else "centred", text)
            yield replace(line, runs=tuple(replace(run, bold=bold) for run in line.runs))
        case Table():
            titles = tuple(replace(column, title=visible(column.title)) for column in block.columns)
            rows = tuple(tuple(visible(cell) for cell in row) for row in block.rows)
            yield replace(block, columns=titles, rows=rows)
        case Note(text):
            yield lines.line("note", text)
        case DottedLines(count):
            yield from lines.all("dotted", [_DOTS] * count)


def _heading(lines: _Lines, number: str, text: str, level: Level, depth: int) -> Line:
    if level in (Level.PART, Level.CHAPTER):
        return lines.line("part", f"{number}\n{text.upper()}", outline=depth)
    if level in (Level.SECTION, Level.SUBSECTION):
        return lines.line("section", f"{number}\n{text.upper()}", outline=depth)
    return lines.line("heading", f"{number} {text}", outline=depth)


class _Counter:
    """Numbers of headings, articles, clauses and points; a heading begins those below it anew."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.open: list[Level] = []
        self.counts: dict[Level, int] = {}
        self.articles = self.clauses = self.points = 0

    def heading(self, level: Level) -> str:
        rank = _ORDER.index(level)
        self.open = [above for above in self.open if _ORDER.index(above) < rank] + [level]
        self.counts = {known: count for known, count in self.counts.items() if _ORDER.index(known) <= rank}
        self.counts[level] = number = self.counts.get(level, 0) + 1
        self.clauses = self.points = 0
        return {
            Level.PART: f"Phần {roman(number)}",
            Level.CHAPTER: f"Chương {roman(number)}",
            Level.SECTION: f"Mục {number}",
            Level.SUBSECTION: f"Tiểu mục {number}",
            Level.ROMAN: f"{roman(number)}.",
            Level.ARABIC: f"{number}.",
            Level.POINT: f"{self.layout.point_letter(number)})",
        }[level]

    def article(self) -> int:
        self.articles += 1
        self.clauses = self.points = 0
        return self.articles

    def clause(self) -> int:
        self.clauses += 1
        self.points = 0
        return self.clauses

    def point(self) -> str:
        self.points += 1
        return self.layout.point_letter(self.points)
