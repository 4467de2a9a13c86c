"""The grid in which figures are typed: its fields, and what was typed as rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from openpar.common.errors import Gap, Refused
from openpar.common.text import nfc
from openpar.delivery.figures.files import whole_number
from openpar.delivery.figures.forms import block_label, blocks_of, total_label
from openpar.delivery.figures.queries.sheets import SheetView
from openpar.delivery.figures.rows import MOST_LINES, Figures, Line, key_of, sums
from openpar.delivery.figures.rules import Judged
from openpar.engine.forms import FormColumn

BLANK_ROWS = 3
_ROW = re.compile(r"label-(\d{1,3})")


@dataclass(frozen=True)
class GridCell:
    """One field: what stands in it, how it is called aloud, where the figure comes from, what is wrong."""

    name: str
    value: str
    spoken: str
    origin: str = ""
    computed: int | None = None
    is_wrong: bool = False


@dataclass(frozen=True)
class GridRow:
    """One row of the grid; `number` 0 for sums."""

    number: int
    block: str
    label: str
    cells: tuple[GridCell, ...]
    judged: tuple[Judged, ...] = ()


@dataclass
class Typed:
    """What came with a form: the rows, the texts of its cells, and every cell that is no number."""

    lines: list[Line] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)

    @property
    def wrong(self) -> frozenset[str]:
        return frozenset(gap.link.removeprefix("#") for gap in self.gaps)


def typed_in(given: Mapping[str, str], columns: Sequence[FormColumn], blocks: Iterable[str]) -> Typed:
    """The rows that were typed; a row without a name and figures is none."""
    typed = Typed(texts={name: nfc(str(value)).strip() for name, value in given.items()})
    numbers = sorted(int(found[1]) for name in given if (found := _ROW.fullmatch(name)))
    for number in numbers[: MOST_LINES + BLANK_ROWS]:
        label = typed.texts.get(f"label-{number}", "")
        counts = _counts(typed, f"c-{number}", label or _("Dòng %d") % number, columns)
        has_text = any(typed.texts.get(f"c-{number}-{column.number}") for column in columns)
        if label or has_text:
            typed.lines.append(Line(typed.texts.get(f"block-{number}", ""), label, counts))
    for block in ("", *blocks):
        counts = _counts(typed, f"t-{block}", _total_words(block), columns)
        if counts:
            typed.lines.append(Line(block, "", counts, is_total=True))
    return typed


def _counts(typed: Typed, prefix: str, where: str, columns: Sequence[FormColumn]) -> dict[str, int]:
    counts = {}
    for column in columns:
        name = f"{prefix}-{column.number}"
        text = typed.texts.get(name, "")
        if not text:
            continue
        try:
            counts[column.key] = whole_number(text)
        except Refused as refused:
            place = _("%(row)s, cột %(column)d") % {"row": where, "column": column.number}
            typed.gaps += [Gap(place, gap.what, gap.remedy, gap.code, f"#{name}") for gap in refused.gaps]
    return counts


def _total_words(block: str) -> str:
    return f"{total_label()}, {block_label(block)}" if block else total_label()


def grid_rows(view: SheetView, typed: Typed | None = None) -> tuple[tuple[GridRow, ...], tuple[GridRow, ...]]:
    """The rows to be filled, some blank ones after them, and the rows of sums."""
    figures = view.figures
    lines = [line for line in typed.lines if not line.is_total] if typed else list(figures.lines)
    judged: dict[str, list[Judged]] = {}
    for each in view.judged:
        judged.setdefault(each.found.place, []).append(each)
    by_key = {line.key: line for line in figures.lines}
    rows = []
    numbers = _typed_numbers(typed) if typed else range(1, len(lines) + 1)
    for number, line in zip(numbers, lines, strict=False):
        stored = by_key.get(line.key)
        cells = _cells(view, f"c-{number}", line.label, line.counts, stored, typed)
        rows.append(GridRow(number, line.block, line.label, cells, tuple(judged.get(line.key, ()))))
    last = max((row.number for row in rows), default=0)
    blank_block = lines[-1].block if lines else ""
    for number in range(last + 1, last + 1 + BLANK_ROWS):
        cells = _cells(view, f"c-{number}", _("Dòng %d") % number, {}, None, typed)
        rows.append(GridRow(number, blank_block, "", cells))
    return tuple(rows), _total_rows(view, figures, judged, typed)


def _typed_numbers(typed: Typed) -> list[int]:
    """The numbers of the rows that were typed in, in their order."""
    numbers = sorted(int(found[1]) for name in typed.texts if (found := _ROW.fullmatch(name)))
    return [
        number
        for number in numbers
        if typed.texts.get(f"label-{number}")
        or any(text for name, text in typed.texts.items() if name.startswith(f"c-{number}-"))
    ]


def _total_rows(
    view: SheetView, figures: Figures, judged: Mapping[str, Sequence[Judged]], typed: Typed | None
) -> tuple[GridRow, ...]:
    used = [block for block in blocks_of(view.base, view.revision.until_on) if block in figures.blocks()]
    rows = []
    for block in (*used, ""):
        lines = figures.lines_of(block) if block else figures.lines
        stated = next((line for line in figures.stated if line.block == block), None)
        counts = stated.counts if stated else {}
        label, key = _total_words(block), key_of(block, "", is_total=True)
        cells = _cells(view, f"t-{block}", label, counts, stated, typed, sums(lines, figures.keys))
        rows.append(GridRow(0, block, label, cells, tuple(judged.get(key, ()))))
    return tuple(rows)


def _cells(
    view: SheetView,
    prefix: str,
    label: str,
    counts: Mapping[str, int],
    stored: Line | None,
    typed: Typed | None,
    computed: Mapping[str, int | None] | None = None,
) -> tuple[GridCell, ...]:
    wrong = typed.wrong if typed else frozenset()
    found = []
    for column in view.figures.columns:
        name = f"{prefix}-{column.number}"
        value = counts.get(column.key)
        text = typed.texts.get(name, "") if typed else "" if value is None else str(value)
        filling = stored.origins.get(column.key) if stored else None
        origin = view.origins.get(filling) if filling else None
        found.append(
            GridCell(
                name=name,
                value=text,
                spoken=_("%(row)s, cột %(column)d: %(title)s")
                % {"row": label, "column": column.number, "title": ", ".join(column.path)},
                origin=str(origin.origin.label) if origin else "",
                computed=computed.get(column.key) if computed else None,
                is_wrong=name in wrong,
            )
        )
    return tuple(found)


@dataclass(frozen=True)
class Difference:
    """A cell that somebody else saved meanwhile, beside what was typed here."""

    where: str
    typed: str
    stored: str


def differences(view: SheetView, typed: Typed) -> tuple[Difference, ...]:
    """Where what was typed is not what is stored now."""
    mine = {line.key: line for line in typed.lines}
    theirs = {line.key: line for line in (*view.figures.lines, *view.figures.stated)}
    found = []
    for key in dict.fromkeys((*mine, *theirs)):
        own, other = mine.get(key), theirs.get(key)
        line = own or other
        assert line is not None
        for column in view.figures.columns:
            typed_count = own.counts.get(column.key) if own else None
            stored_count = other.counts.get(column.key) if other else None
            if typed_count != stored_count and not (line.is_total and typed_count is None):
                where = _("%(row)s, cột %(column)d") % {"row": line.words, "column": column.number}
                found.append(Difference(where, _shown(typed_count), _shown(stored_count)))
    return tuple(found)


def _shown(value: int | None) -> str:
    return "—" if value is None else str(value)
