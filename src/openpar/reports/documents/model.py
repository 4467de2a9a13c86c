"""An official document as its parts (NĐ 30/2020/NĐ-CP), whatever file it becomes later.

Nothing here knows a format, a database or a clock. A document is a value: who produces one anew makes another
value and another file; what was signed and stored is never written over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Literal

Align = Literal["left", "center", "right", "justify"]


class Level(StrEnum):
    """What a heading opens: Phần I · Chương I · Mục 1 · Tiểu mục 1 · I. · 1. · a) — numbered here."""

    PART = "PART"
    CHAPTER = "CHAPTER"
    SECTION = "SECTION"
    SUBSECTION = "SUBSECTION"
    ROMAN = "ROMAN"
    ARABIC = "ARABIC"
    POINT = "POINT"


@dataclass(frozen=True)
class Agency:
    """Who issues: `name` in bold, `superior` over it; without one for a People's Committee of a province."""

    name: str
    superior: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading of its own line, in bold. Its number follows from the headings before it."""

    text: str
    level: Level = Level.ROMAN


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the body. `lead` stands before it in bold."""

    text: str
    lead: str = ""
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True)
class Article:
    """“Điều 1. …”: numbered through the document."""

    text: str


@dataclass(frozen=True)
class Clause:
    """“1. …”: a numbered paragraph below an article or a heading."""

    text: str


@dataclass(frozen=True)
class Point:
    """“a) …”, in the order a b c d đ e g; begins anew below every heading, article, clause or paragraph."""

    text: str


@dataclass(frozen=True)
class Centred:
    """A line in the middle, as the “QUYẾT ĐỊNH:” between grounds and articles."""

    text: str
    bold: bool = True
    italic: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table. `width` in millimetres; wider tables than the page are drawn in proportion."""

    title: str
    width: Decimal
    align: Align = "left"


@dataclass(frozen=True)
class Table:
    """A ruled table; its titles repeat on every page, rows are never split. `bold_rows` count from 0."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    bold_rows: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Note:
    """Small print below a table."""

    text: str


@dataclass(frozen=True)
class DottedLines:
    """Lines to be filled in by hand."""

    count: int


Block = Heading | Paragraph | Article | Clause | Point | Centred | Table | Note | DottedLines


@dataclass(frozen=True)
class Signature:
    """One who signs: up to three lines of power and position, and the name (may be filled in later).

    `side` is written above in minutes: whose representative signs.
    """

    lines: tuple[str, ...]
    name: str = ""
    side: str = ""


@dataclass(frozen=True)
class Appendix:
    """Pages of their own, numbered from 1. `attached` is the line below its name; the program writes it
    where it is empty.
    """

    name: str
    blocks: tuple[Block, ...]
    landscape: bool = False
    attached: str = ""


@dataclass(frozen=True)
class OfficialDocument:
    """An official document before it is signed.

    `type_code` as in data/documents/types.yaml. `number` is None until the registry gives one, `day` None
    until it is known. `symbol` is what stands behind the number: “BC-SNV”, of a letter “SNV-CCHC”.
    `abstract` without “V/v”. `authority` is who decides, above the grounds of a decision. `place` is the
    name of the territory. `recipients` without dashes, `grounds` without their semicolons, the text without
    “./.”: the program writes them. `urgency` is a word of the decree, or empty. A document with a
    `secret_level` is refused. `marks` stand above everything: a draft, or invented data.
    """

    type_code: str
    agency: Agency
    symbol: str
    abstract: str
    body: tuple[Block, ...]
    signatures: tuple[Signature, ...]
    authority: str = ""
    place: str = ""
    number: int | None = None
    day: date | None = None
    addressees: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    appendices: tuple[Appendix, ...] = ()
    urgency: str = ""
    secret_level: str = ""
    marks: tuple[str, ...] = ()
