"""PDF/A-2a and PDF/UA-1 of an official document, and its pages as pictures, by Typst.

The file says the same and is the same, byte by byte, whenever it is made anew with the same fonts: its dates
are those of the document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from openpar.common.errors import Gap, Refused
from openpar.common.limited import Limits, run_within
from openpar.common.wording import gettext as _
from openpar.reports.documents.composing import Composition, Line, Part, Signed
from openpar.reports.documents.fonts import FontsMissing, folders
from openpar.reports.documents.model import Table

# Enough for the longest document that checks.py lets pass.
_SECONDS, _MEBIBYTES = 20, 2048
_BREAK = "\u200b"  # a space of no width
_WORD = re.compile(r"\S+")
_LONGEST_WORD = 40
_PADDING, _WIDEST_LETTER = 3, Decimal("3.4")  # millimetres in a cell of a table


class NotPrintable(Refused):
    """The text has something that no page can show, such as a sign that the font lacks."""


def write_pdf(composition: Composition) -> bytes:
    """The file. Raises FontsMissing and NotPrintable."""
    (content,) = _typeset(composition, "pdf")
    return content


def draw_pages(composition: Composition) -> list[bytes]:
    """The pages as SVG, in their order. Raises FontsMissing and NotPrintable."""
    return _typeset(composition, "svg")


def _typeset(composition: Composition, form: str) -> list[bytes]:
    # Named in here: whoever only writes for word processors never loads Typst.
    from openpar.reports.documents.typesetting import typeset

    limits = Limits(seconds=_SECONDS, mebibytes=_MEBIBYTES, called=composition.name)
    try:
        return run_within(
            limits,
            typeset,
            json.dumps(_plain(composition), ensure_ascii=False),
            form,
            composition.moment,
            list(folders()),
            list(composition.layout.embedded_fonts),
        )
    except Refused as refused:
        raise _named(refused) from refused


def _named(refused: Refused) -> Refused:
    """What the child refused, under its own name again."""
    (gap, *_more) = refused.gaps
    if gap.code == "fonts-missing":
        return FontsMissing(gap)
    if gap.code == "not-printable":
        return NotPrintable(gap)
    what = _("văn bản quá lớn để dựng trang")
    remedy = _("Chuyển bảng dài sang tệp .xlsx kèm theo")
    return NotPrintable(Gap(gap.where, what, remedy, code="too-costly"))


def _plain(composition: Composition) -> dict[str, Any]:
    """The composition and its layout as JSON knows values."""
    layout, day = composition.layout, composition.moment
    upright, turned = (composition.room(landscape=landscape) for landscape in (False, True))
    agency = " ".join(line.text for line in composition.agency if line.style == "agency")
    return {
        "name": composition.name,
        "author": agency,
        "day": [day.year, day.month, day.day],
        "layout": {
            "page": asdict(layout.page),
            "room": {"upright": upright, "turned": turned},
            "columns": _numbers(layout.columns),
            "body": _numbers(layout.body),
            "rules": _numbers(layout.rules),
            "styles": {name: asdict(style) for name, style in layout.styles.items()},
        },
        **{name: _lines(getattr(composition, name)) for name in _LINES},
        "parts": [_part(part, upright) for part in composition.parts],
        "signatures": [_signed(signature) for signature in composition.signatures],
        "appendices": [
            {
                "landscape": sheet.landscape,
                "parts": [_part(part, turned if sheet.landscape else upright) for part in sheet.parts],
            }
            for sheet in composition.appendices
        ],
    }


_LINES = ("marks", "agency", "nation", "number", "urgency", "place", "title", "addressees", "recipients")


def _numbers(values: Mapping[str, Decimal]) -> dict[str, float]:
    # Lengths on paper, for a program that knows no decimals.
    return {name: float(value) for name, value in values.items()}


def _lines(lines: tuple[Line, ...]) -> list[dict[str, Any]]:
    return [_line(line) for line in lines]


def _signed(signature: Signed) -> dict[str, Any]:
    return {"lines": _lines(signature.lines), "name": _line(signature.name)}


def _part(part: Part, room: int) -> dict[str, Any]:
    return _line(part) if isinstance(part, Line) else _table(part, room)


def _line(line: Line) -> dict[str, Any]:
    runs = [{**asdict(run), "text": breakable(run.text, _LONGEST_WORD)} for run in line.runs]
    return {"kind": "line", "style": line.style, "outline": line.outline, "runs": runs}


def _table(part: Table, room: int) -> dict[str, Any]:
    """Columns that are wider than the page together shrink in proportion."""
    share = room / max(sum((column.width for column in part.columns), Decimal(0)), Decimal(room))
    fitting = [max(1, int((column.width * share - _PADDING) / _WIDEST_LETTER)) for column in part.columns]
    return {
        "kind": "table",
        "columns": [
            {
                "title": breakable(column.title, most),
                "width": float(column.width * share),
                "align": column.align,
                "letters": most,
            }
            for column, most in zip(part.columns, fitting, strict=True)
        ],
        "rows": [
            [breakable(cell, most) for cell, most in zip(row, fitting, strict=True)] for row in part.rows
        ],
        "bold_rows": sorted(part.bold_rows),
    }


def breakable(text: str, most: int) -> str:
    """The text with places to break inside words of more than `most` letters: a word processor breaks them
    anywhere, Typst would let them run over the edge. The places are not seen.
    """
    if len(text) <= most:
        return text
    return _WORD.sub(
        lambda word: _BREAK.join(word[0][at : at + most] for at in range(0, len(word[0]), most)), text
    )
