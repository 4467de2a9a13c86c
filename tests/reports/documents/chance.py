"""Documents made by chance, and what their files do not say that they should."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from openpar.reports.documents import OfficialDocument
from openpar.reports.documents.composing import Composition, Line, Part
from openpar.reports.documents.model import (
    Agency,
    Appendix,
    Article,
    Block,
    Centred,
    Clause,
    Column,
    DottedLines,
    Heading,
    Level,
    Note,
    Paragraph,
    Point,
    Signature,
    Table,
)
from tests.reports.documents.reading import read_pdf, read_word
from tests.reports.documents.standards import standard_faults

_SIGNS = "<b> & “ngoặc” 100% #set *x* $y$ \\n hoạch—Ủy ‰ ₫ 1.234,5 – ½"
WORDS = [*["Nhiệm", "vụ", "Đắk", "Lắk", "quý", "kế", "hoạch", "ban"], *_SIGNS.split(" ")]


def chosen_text(chance: Random, most: int = 30) -> str:
    return " ".join(chance.choice(WORDS) for _number in range(chance.randint(1, most)))


def chosen_block(chance: Random) -> Block:
    text = chosen_text(chance)
    width = Decimal(chance.randint(5, 90))
    columns = tuple(Column(chosen_text(chance, 3), width, "right") for _place in range(chance.randint(1, 5)))
    rows = tuple(
        tuple(chosen_text(chance, 8) if chance.random() < 0.9 else "" for _column in columns)
        for _row in range(chance.randint(0, 12))
    )
    blocks: list[Block] = [
        Heading(text, chance.choice(list(Level))),
        Paragraph(text, lead=chosen_text(chance, 3), bold=chance.random() < 0.5),
        Paragraph(f"{text}\n{text}", italic=True),
        Article(text),
        Clause(text),
        Point(text),
        Centred(text),
        Table(columns, rows, frozenset({0})),
        Note(text),
        DottedLines(2),
    ]
    return chance.choice(blocks)


def chosen_document(chance: Random) -> OfficialDocument:
    """A complete document with anything in it that a document can have."""
    day = date(2026, 1, 1) + timedelta(days=chance.randint(0, 364))
    blocks = tuple(chosen_block(chance) for _number in range(chance.randint(1, 12)))
    appendices = tuple(
        Appendix(
            chosen_text(chance, 5),
            tuple(chosen_block(chance) for _block in range(3)),
            landscape=chance.random() < 0.5,
        )
        for _number in range(chance.randint(0, 3))
    )
    return OfficialDocument(
        type_code="BC",
        agency=Agency(chosen_text(chance, 4), chance.choice(["", "Ủy ban nhân dân tỉnh Cà Mau"])),
        symbol="BC-SNV",
        number=chance.choice([None, 7, 321]),
        day=day,
        abstract=chosen_text(chance, 20),
        body=(*blocks, Paragraph(chosen_text(chance))),
        signatures=tuple(
            Signature((chosen_text(chance, 3),), "Lê Văn C") for _n in range(chance.randint(1, 3))
        ),
        addressees=tuple(chosen_text(chance, 4) for _number in range(chance.randint(0, 3))),
        grounds=tuple(chosen_text(chance) for _number in range(chance.randint(0, 3))),
        recipients=tuple(chosen_text(chance, 4) for _number in range(chance.randint(0, 4))),
        appendices=appendices,
        urgency=chance.choice(["", "Hỏa tốc"]),
    )


def words_of(made: Composition) -> Counter[str]:
    """Every word of a composition, however often it stands there."""
    parts: list[Part] = [*made.marks, *made.agency, *made.nation, *made.number, *made.urgency, *made.place]
    parts += [*made.title, *made.addressees, *made.parts, *made.recipients]
    parts += [line for signed in made.signatures for line in (*signed.lines, signed.name)]
    parts += [part for sheet in made.appendices for part in sheet.parts]
    found: Counter[str] = Counter()
    for part in parts:
        if isinstance(part, Line):
            found.update(part.text.split())
        else:
            for cells in ([column.title for column in part.columns], *part.rows):
                for cell in cells:
                    found.update(cell.split())
    return found


def lost_in_word(made: Composition, content: bytes) -> list[str]:
    """Words of the composition that the word-processor file lacks or has more often."""
    wanted = words_of(made)
    found = Counter(text for line in read_word(content).lines for text in line.text.split())
    return sorted((wanted - found) + (found - wanted))


def lost_in_pdf(made: Composition, content: bytes) -> list[str]:
    """Signs of the composition that the pages lack, and what is against the standards. Titles of tables are
    repeated on every page, numbers of pages added, long words broken: more may stand there.
    """
    wanted = Counter(char for text in words_of(made).elements() for char in text)
    found = Counter(char for line in read_pdf(content).lines for char in line.text if char != " ")
    return [f"{count} of {char}" for char, count in (wanted - found).items()] + standard_faults(content)
