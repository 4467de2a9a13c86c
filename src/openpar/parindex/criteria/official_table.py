"""Reading the table of criteria of a decision, from Excel or Word (parindex.md 2.3, 14).

Says line by line what was understood, so that a person can check it, and mends only what a spreadsheet is
known to break. Printed maxima stay as printed: whether they add up is for `openpar.engine.criteria` to
say and for a named person to accept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from openpar.common.errors import FileRefused
from openpar.common.formats import NumberNotUnderstood, format_maximum
from openpar.common.spreadsheets import cell_decimal
from openpar.common.text import fold, nfc
from openpar.common.wording import gettext as _
from openpar.parindex.criteria.official_codes import CodeReader, looks_like_code
from openpar.parindex.criteria.official_columns import Columns, find_columns, missing_columns
from openpar.parindex.criteria.official_grid import Grid, GridRow, read_grids
from openpar.parindex.criteria.official_heading import Heading, read_heading
from openpar.parindex.criteria.official_notes import read_note
from openpar.parindex.criteria.official_scorers import SELF_AND_APPRAISAL, scored_by_rule, scored_by_words
from openpar.parindex.criteria.scale_text import Confidence, guess_rule, is_scale_line

__all__ = [
    "OfficialTable",
    "TableLine",
    "read_official",
    "read_official_lines",
    "read_official_table",
]

_UNIT = re.compile(r"\s*(?:điểm|đ)\.?$", re.IGNORECASE)
_TOTAL = re.compile(r"(tong (cong|diem|so)|cong)\b.*")
_CODE_IN_TITLE = re.compile(
    r"((?:[IVX]+|[1-9]\d?)(?:\.\d{1,3})+|(?:[IVX]+|[1-9]\d?)(?=[.)]\s))[.)]?\s+(.+)", re.DOTALL
)


@dataclass(frozen=True)
class TableLine:
    """One line of the table as it was understood.

    `where` is the row in the file; `maximum` as printed, or what the lines below add up to if none is printed
    (`is_maximum_derived`); rule, confidence and `scored_by` belong to leaves, what others than leaves say
    of a scale is kept in `scale_text`. `not_applicable` is "yes" where the table names no case.
    """

    where: str
    code: str
    parent: str
    title: str
    maximum: Decimal | None
    is_maximum_derived: bool
    is_leaf: bool
    scale_text: str
    rule: Mapping[str, object] | None
    confidence: Confidence | None
    evidence: str
    scored_by: str
    not_applicable: str
    owner: str
    article: str
    note: str
    indicator: str
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class OfficialTable:
    """A table of criteria: its heading, its lines in order, the total if one is printed, remarks on the
    whole.
    """

    heading: Heading
    lines: tuple[TableLine, ...]
    total: Decimal | None
    notes: tuple[str, ...]

    def as_mapping(self) -> dict[str, object]:
        """The layout of the sample sets: fields → criteria → sub, deeper levels again as `sub`. Only what
        the table says; what it leaves open (year, level, total) is None.
        """
        children: dict[str, list[TableLine]] = {}
        for line in self.lines:
            children.setdefault(line.parent, []).append(line)
        return {
            "set": self.heading.name,
            "status": self.heading.status,
            "level": self.heading.level,
            "year": self.heading.year,
            "total": self.total,
            "fields": [_node(line, children, "criteria") for line in children.get("", [])],
        }


def read_official_table(path: Path, *, place: int = 1) -> dict[str, object]:
    """The table of a decision as a criteria mapping that `openpar.engine.criteria` reads; numbers are
    Decimals.

    `place` chooses among several tables in the file (two levels in one decision), counted from 1. Raises
    FileRefused.
    """
    return read_official(path, place=place).as_mapping()


def read_official_lines(path: Path, *, place: int = 1) -> tuple[TableLine, ...]:
    """What was understood, line by line, for a preview. Raises FileRefused."""
    return read_official(path, place=place).lines


def read_official(path: Path, *, place: int = 1) -> OfficialTable:
    """The table with all that was understood and all doubts about it. Raises FileRefused."""
    grids = [*read_grids(path)]
    segments = _segments(grids)
    if not segments:
        longest = max(grids, key=lambda grid: len(grid.rows), default=Grid(()))
        raise missing_columns(longest.rows)
    if not 1 <= place <= len(segments):
        what = _("không có bảng thứ %(place)s", place=place)
        raise FileRefused.because(_("Tệp"), what, _("Tệp có %(count)s bảng tiêu chí.", count=len(segments)))
    segment = segments[place - 1]
    columns = segment.parts[0][0]
    notes = [*_notes_on(columns, len(segments), place)]
    reading = _Reading(segment)
    if not reading.nodes:
        raise FileRefused.because(
            segment.parts[0][1][0].where if segment.parts[0][1] else _("Tệp"),
            _("không có dòng tiêu chí nào có mã (1, 1.1, 1.1.1 hoặc I, II)"),
            _("Ghi mã của từng tiêu chí trong cột “STT” (số đánh tự động của Word thì chuyển thành chữ)."),
            code="table-codes",
        )
    heading = read_heading(segment.before, path)
    total = reading.total if reading.total is not None else heading.total
    return OfficialTable(heading, reading.lines(), total, (*notes, *reading.notes))


def _notes_on(columns: Columns, tables: int, place: int) -> Iterator[str]:
    """What a person should know of the choice that was made among several tables, several columns."""
    if tables > 1:
        yield _("Tệp có %(count)s bảng tiêu chí; đây là bảng thứ %(place)s.", count=tables, place=place)
    count = len(columns.maxima)
    if count > 1:
        listed = ", ".join(f"“{name}”" for name in columns.maximum_names)
        yield _("Có %(count)s cột điểm tối đa (%(names)s): đã đọc cột đầu.", count=count, names=listed)


@dataclass
class _Segment:
    """One table of criteria: rows with their columns, in one or several pieces (Word splits tables over
    pages).
    """

    before: tuple[str, ...]
    parts: list[tuple[Columns, tuple[GridRow, ...]]]


def _segments(grids: Iterable[Grid]) -> list[_Segment]:
    """Tables with a header begin a new table of criteria if their codes begin anew; others continue the
    last one.
    """
    segments: list[_Segment] = []
    before: list[str] = []
    for grid in grids:
        columns = find_columns(grid.rows)
        before += grid.before
        if columns is None:
            if segments and any(
                looks_like_code(row.text(segments[-1].parts[0][0].code)) for row in grid.rows
            ):
                segments[-1].parts.append((segments[-1].parts[0][0], grid.rows))
            elif not segments:
                before += [cell for row in grid.rows for cell in row.cells if cell]
            continue
        rows = grid.rows[columns.first_row :]
        above = [cell for row in grid.rows[: columns.first_row] for cell in row.cells if cell]
        if segments and _first_code(columns, rows) not in {"1", "I"}:
            segments[-1].parts.append((columns, rows))
        else:
            segments.append(_Segment((*before, *above), [(columns, rows)]))
        before = []
    return segments


def _first_code(columns: Columns, rows: tuple[GridRow, ...]) -> str:
    codes = (_code_and_title(columns, row)[0] for row in rows)
    return next((code.strip(". ") for code in codes if looks_like_code(code)), "")


def _code_and_title(columns: Columns, row: GridRow) -> tuple[str, str]:
    """The code as it stands in the row, and the title; the code may stand before the title in its cell."""
    code = row.text(columns.code).strip()
    title = next((text for column in reversed(columns.titles) if (text := row.text(column))), "")
    if not code and (found := _CODE_IN_TITLE.fullmatch(title)):
        return found[1], found[2]
    return code, title


@dataclass
class _Node:
    """A line while it is being read."""

    where: str
    code: str
    parent: str
    title: str
    maximum: Decimal | None
    scale: list[str]
    evidence: list[str]
    scored_by: str
    owner: str
    article: str
    note: str
    indicator: str
    warnings: list[str] = field(default_factory=list)
    children: list[_Node] = field(default_factory=list)


class _Reading:
    """Goes through the rows once and keeps nodes, total and remarks."""

    def __init__(self, segment: _Segment) -> None:
        self.nodes: list[_Node] = []
        self.total: Decimal | None = None
        self.notes: list[str] = []
        rows = [(columns, row) for columns, part in segment.parts for row in part]
        self.codes = CodeReader(
            code for columns, row in rows if looks_like_code(code := _code_and_title(columns, row)[0])
        )
        for columns, row in rows:
            self._read_row(columns, row)
        by_code = {node.code: node for node in self.nodes}
        for node in self.nodes:
            if node.parent in by_code:
                by_code[node.parent].children.append(node)

    def _read_row(self, columns: Columns, row: GridRow) -> None:
        if not any(row.cells) or tuple(fold(cell or "") for cell in row.cells) == columns.header:
            return
        code, title = _code_and_title(columns, row)
        if looks_like_code(code):
            self._read_line(columns, row, code, title)
        elif _TOTAL.fullmatch(fold(code or title or next(cell for cell in row.cells if cell))):
            self.total = _maximum(columns, row, self.notes)
        elif self.nodes:
            self._continue_line(columns, row, code, title)

    def _read_line(self, columns: Columns, row: GridRow, raw_code: str, title_cell: str) -> None:
        code = self.codes.read(raw_code)
        warnings = list(code.warnings)
        title, scale = _title_and_scale(title_cell)
        if not title:
            warnings.append(_("Không có tên tiêu chí."))
        own_scale = row.text(columns.scale)
        evidence = _text_or_inherited(row, columns.evidence)
        survey = row.text(columns.survey).strip()
        scored_by = scored_by_words(_text_or_inherited(row, columns.scored_by))
        if not scored_by and survey and survey not in {"0", "-"}:
            scored_by = "survey"
        maximum = _maximum(columns, row, warnings)
        if maximum is None and re.fullmatch(r"\d+(?:[.,]\d+)?", survey):
            maximum = Decimal(survey.replace(",", "."))
        node = _Node(
            where=row.where,
            code=code.text,
            parent=code.parent,
            title=title,
            maximum=maximum,
            scale=[*scale, own_scale] if own_scale else scale,
            evidence=[evidence] if evidence else [],
            scored_by=scored_by,
            owner=_text_or_inherited(row, columns.owner),
            article=_text_or_inherited(row, columns.article),
            note=_text_or_inherited(row, columns.note),
            indicator=row.text(columns.indicator).strip(),
            warnings=warnings,
        )
        self.nodes.append(node)

    def _continue_line(self, columns: Columns, row: GridRow, code: str, title: str) -> None:
        """A row without a code says more about the line above: a level of its scale, more evidence."""
        node = self.nodes[-1]
        label = f"{code} {title}".strip().replace("\n", " ")
        points = _maximum(columns, row, node.warnings) if label else None
        if points is not None:
            node.scale.append(f"{label}: {format_maximum(points)}")
            if node.maximum is not None and points > node.maximum:
                warning = _(
                    "%(where)s: “%(label)s” có điểm nhưng không có mã, có thể thiếu mã.",
                    where=row.where,
                    label=label[:60],
                )
                node.warnings.append(warning)
        elif label:
            node.scale.append(label)
        if own_scale := row.text(columns.scale):
            node.scale.append(own_scale)
        if evidence := row.text(columns.evidence):
            node.evidence.append(evidence)
        node.owner = _and_below(node.owner, row.text(columns.owner))
        node.article = _and_below(node.article, row.text(columns.article))
        node.note = _and_below(node.note, row.text(columns.note))

    def lines(self) -> tuple[TableLine, ...]:
        """The lines in the order of the table, with rules guessed for those that have nothing below them."""
        return tuple(_line(node) for node in self.nodes)


def _line(node: _Node) -> TableLine:
    warnings = list(node.warnings)
    maximum, is_derived = node.maximum, False
    scale_text = "\n".join(node.scale)
    rule, confidence, scored_by = None, None, ""
    if node.children:
        if maximum is None:
            maximum, is_derived = _sum_of(node), True
            warnings.append(_derived_words(maximum))
    else:
        guess = guess_rule(scale_text, maximum)
        rule, confidence = guess.rule, guess.confidence
        scored_by = node.scored_by or scored_by_rule(guess.rule, node.title)
        warnings += [guess.note] if guess.note else []
        warnings += [_("Chưa có điểm tối đa.")] if maximum is None else []
    not_applicable, note = read_note(node.note)
    return TableLine(
        where=node.where,
        code=node.code,
        parent=node.parent,
        title=node.title,
        maximum=maximum,
        is_maximum_derived=is_derived and maximum is not None,
        is_leaf=not node.children,
        scale_text=scale_text,
        rule=rule,
        confidence=confidence,
        evidence="\n".join(node.evidence),
        scored_by=scored_by,
        not_applicable=not_applicable,
        owner=node.owner,
        article=node.article,
        note=note,
        indicator=node.indicator,
        warnings=tuple(warnings),
    )


def _sum_of(node: _Node) -> Decimal | None:
    """What the lines below add up to, by their printed maxima where there are any; None if a leaf has
    none.
    """
    if node.maximum is not None or not node.children:
        return node.maximum
    parts = [_sum_of(child) for child in node.children]
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if len(known) == len(parts) else None


def _derived_words(maximum: Decimal | None) -> str:
    if maximum is None:
        return _("Không in điểm tối đa, và chưa cộng được từ các dòng con.")
    return _("Không in điểm tối đa: cộng các dòng con được %(sum)s.", sum=format_maximum(maximum))


def _title_and_scale(cell: str) -> tuple[str, list[str]]:
    """The title and the scale lines in one cell: from the second line on, from where the words speak of
    points.
    """
    lines = [line.strip() for line in nfc(cell).split("\n") if line.strip()]
    start = next((place for place, line in enumerate(lines) if place and is_scale_line(line)), len(lines))
    return " ".join(lines[:start]), lines[start:]


def _maximum(columns: Columns, row: GridRow, warnings: list[str]) -> Decimal | None:
    """The number in the column of maxima; None, with a warning unless the cell is empty, if there is none."""
    column = columns.maxima[0]
    cell = row.cells[column] if column < len(row.cells) else None
    if cell is None:
        if column in row.formulas:
            warnings.append(_("Ô điểm tối đa là công thức chưa có kết quả: mở bằng Excel rồi lưu lại."))
        return None
    if column in row.formulas:
        warnings.append(_("Điểm tối đa là kết quả của công thức trong tệp."))
    # Not through the pattern if it is a number already: its text would no longer say so.
    stripped = _UNIT.sub("", cell) if _UNIT.search(cell) else cell
    try:
        # Points have few decimals and stay far below a thousand: "1,500" can only be one and a half.
        return cell_decimal(stripped, ambiguous="decimal")
    except NumberNotUnderstood:
        if re.search(r"\d", cell):
            warnings.append(_("Không hiểu điểm tối đa “%(text)s”.", text=cell[:40]))
        return None


def _text_or_inherited(row: GridRow, column: int | None) -> str:
    """A cell merged over several lines speaks for all of them."""
    if column is None:
        return ""
    return row.text(column) or row.inherited.get(column, "")


def _and_below(text: str, more: str) -> str:
    return f"{text}\n{more}" if text and more else text or more


def _node(line: TableLine, children: Mapping[str, list[TableLine]], key: str) -> dict[str, object]:
    found: dict[str, object] = {"code": line.code, "title": line.title, "max": line.maximum}
    if not line.is_leaf:
        return {**found, key: [_node(child, children, "sub") for child in children.get(line.code, [])]}
    found |= {"rule": line.rule, "evidence": line.evidence, "by": line.scored_by or SELF_AND_APPRAISAL}
    found |= {"na": line.not_applicable or None, "scale_text": line.scale_text}
    told = {"owner": line.owner, "article": line.article, "note": line.note, "indicator": line.indicator}
    return found | {key: text for key, text in told.items() if text}
