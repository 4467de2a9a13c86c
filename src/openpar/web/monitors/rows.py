"""One line of a board as the page and the workbook show it, and which lines an address asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from openpar.common.formats import format_date, format_decimal
from openpar.common.text import fold
from openpar.reform.monitors.models import Entry
from openpar.reform.monitors.queries.boards import BoardLine
from openpar.reform.monitors.queries.figures import Ratio, ratios_of
from openpar.reform.monitors.registers import Register

# Words of the filter beside the states: something is wrong; nobody has said anything.
LAPSED, SILENT = "LAPSED", "SILENT"


@dataclass(frozen=True)
class Row:
    """One line of a board, its values prepared."""

    line: BoardLine
    subject: str
    pill: tuple[str, str]
    ratios: tuple[str, ...]
    origin: str = ""


def chosen_lines(lines: Sequence[BoardLine], state: str, search: str) -> list[BoardLine]:
    """Those in the state asked for, of agencies with these words in the name."""
    wanted = fold(search.strip())
    return [
        line
        for line in lines
        if wanted in fold(line.name)
        and (
            not state
            or (state == LAPSED and line.has_lapsed)
            or (state == SILENT and line.entry is None)
            or (line.standing is not None and line.standing.state == state)
        )
    ]


def row_of(register: Register, line: BoardLine) -> Row:
    if line.entry is None or line.standing is None:
        return Row(line, "", ("empty", _("Chưa nhập")), ())
    return Row(
        line=line,
        subject=_subject(register, line.entry),
        pill=(line.standing.pill, line.standing.label),
        ratios=tuple(text for one in ratios_of(register, line.entry) if (text := _ratio(one))),
        origin=line.origin.words if line.origin else "",
    )


def _subject(register: Register, entry: Entry) -> str:
    """Which entry of the agency it is, and by which day it was counted where that is asked."""
    words = str(entry) if register.words_of_subject else ""
    if not register.counted_by:
        return words
    day = format_date(getattr(entry, register.counted_by))
    return _("%(subject)s, số liệu đến %(day)s") % {"subject": words, "day": day}


def _ratio(one: Ratio) -> str:
    if one.numerator is None and one.denominator is None:
        return ""
    given = {
        "title": one.title,
        "above": "—" if one.numerator is None else format_decimal(one.numerator),
        "below": "—" if one.denominator is None else format_decimal(one.denominator),
    }
    if one.outside:
        given["outside"] = format_decimal(one.outside)
        return _("%(title)s: %(above)s/%(below)s (mật: %(outside)s)") % given
    return _("%(title)s: %(above)s/%(below)s") % given
