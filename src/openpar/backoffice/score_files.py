"""Answer files of the command line: a table, one row per unit and leaf, read into sheets for the engine.

Every fault is kept with its row (the heading is row 1) and column; nothing is guessed. An empty cell means:
not given. Decimal point or decimal comma, never both.
"""

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from openpar.common.errors import FileRefused
from openpar.common.sheets import SheetCaps
from openpar.common.spreadsheets import read_sheet
from openpar.engine import rules
from openpar.engine.answers import Answer
from openpar.engine.criteria import CriteriaSet, Leaf
from openpar.engine.errors import BadNumber, UnknownCode
from openpar.engine.numbers import ZERO, decimal_of
from openpar.engine.rules.lists import NOT_APPLICABLE_CHOICE
from openpar.engine.scoring import Sheet
from openpar.parindex.assessments.answer_texts import (
    AnswerCells,
    AnswerNotUnderstood,
    answer_from_cells,
    columns_used,
)

COLUMNS = ("unit", "block", "code", "answer", "numerator", "denominator", "points", "applicable")
BONUS, PENALTY = "bonus", "penalty"
NO_ITEMS = "none"
UNSIGNED = "unsigned"

_CAPS = SheetCaps(rows=1_000_000, columns=50, cells=8_000_000)
_NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)?", re.ASCII)
_YES = ("yes", "có")
_NO = ("no", "không")
_NOT_APPLICABLE = ("na", "n/a", "không áp dụng", NOT_APPLICABLE_CHOICE)


@dataclass(frozen=True)
class Fault:
    """One thing wrong in the file."""

    row: int
    column: str
    what: str

    def __str__(self) -> str:
        return f"dòng {self.row}, cột {self.column}: {self.what}"


@dataclass
class AnswerFile:
    """What the file says: the block and the sheet of every unit in order of first appearance, and where."""

    blocks: dict[str, str] = field(default_factory=dict)
    sheets: dict[str, Sheet] = field(default_factory=dict)
    rows: dict[tuple[str, str], int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


class Row:
    """The cells of one row, with the columns that were asked for."""

    def __init__(self, number: int, cells: dict[str, str], faults: list[Fault]) -> None:
        self.row = number
        self.cells = cells
        self.faults = faults
        self.asked: set[str] = {"unit", "block", "code", "applicable"}

    def fault(self, column: str, what: str) -> None:
        """Notes something wrong in a cell."""
        self.faults.append(Fault(self.row, column, what))

    def text(self, column: str) -> str | None:
        """The cell, None if empty."""
        self.asked.add(column)
        return self.cells.get(column) or None

    def number(self, column: str) -> Decimal | None:
        """The number in the cell, None if empty or (noted) malformed."""
        found = self.text(column)
        return None if found is None else self.decimal(column, found)

    def decimal(self, column: str, text: str) -> Decimal | None:
        """The number a text stands for, None (noted) if malformed."""
        try:
            if not _NUMBER.fullmatch(text):
                raise BadNumber(
                    f"“{text}” không phải là số; viết như 57.52 hoặc 57,52, không tách hàng nghìn."
                )
            return decimal_of(text.replace(",", "."))
        except BadNumber as bad:
            self.fault(column, str(bad))
            return None

    def table(self, column: str) -> dict[str, Decimal] | None:
        """Figures by name, written `A=4|B=3`; None if the cell is empty."""
        found = self.text(column)
        if found is None:
            return None
        table: dict[str, Decimal] = {}
        for piece in found.split("|"):
            name, sign, figure = (part.strip() for part in piece.rpartition("="))
            if not sign or not name:
                self.fault(column, f"“{piece.strip()}” không có dạng tên=số.")
            elif name in table:
                self.fault(column, f"“{name}” ghi hai lần.")
            else:
                value = self.decimal(column, figure)
                table[name] = ZERO if value is None else value
        return table

    def unused(self) -> list[str]:
        """Filled cells that nobody asked for."""
        return [column for column in COLUMNS if column not in self.asked and self.cells.get(column)]


def read_answers(path: Path, criteria_set: CriteriaSet) -> AnswerFile:
    """The answers in a .csv or .xlsx file. Raises FileRefused if it is no such table at all."""
    found = AnswerFile()
    for row in _rows(path, found.faults):
        unit, code = row.text("unit"), row.text("code")
        if unit is None:
            row.fault("unit", "thiếu tên đơn vị.")
        if code is None:
            row.fault("code", "thiếu mã tiêu chí.")
        if unit is not None and code is not None:
            _take_row(found, row, unit, code, criteria_set)
    return found


def _rows(path: Path, faults: list[Fault]) -> list[Row]:
    table = read_sheet(path, caps=_CAPS).rows
    heading = [(name or "").lower() for name in table[0]] if table else []
    absent = [name for name in COLUMNS if name not in heading]
    strange = [name for name in heading if name and name not in COLUMNS]
    twice = [name for name in COLUMNS if heading.count(name) > 1]
    for names, what in ((absent, "thiếu cột"), (strange, "cột lạ"), (twice, "cột ghi hai lần")):
        if names:
            remedy = f"Dòng đầu phải có đúng các cột: {','.join(COLUMNS)}."
            raise FileRefused.because("dòng 1", f"{what}: {', '.join(names)}", remedy, code="columns")
    rows = []
    for number, cells in enumerate(table[1:], start=2):
        row = Row(number, {name: cell for name, cell in zip(heading, cells, strict=True) if cell}, faults)
        if "" in row.cells:
            row.fault("(không tên)", f"“{row.cells['']}” nằm ngoài các cột; kiểm tra dấu phẩy và ngoặc kép.")
        if row.cells:
            rows.append(row)
    return rows


def _take_row(found: AnswerFile, row: Row, unit: str, code: str, criteria_set: CriteriaSet) -> None:
    block = row.text("block") or ""
    if found.blocks.setdefault(unit, block) != block:
        row.fault("block", f"“{unit}” đã thuộc khối “{found.blocks[unit]}”, nay lại ghi khối “{block}”.")
    sheet = found.sheets.setdefault(unit, Sheet())
    first = found.rows.setdefault((unit, code), row.row)
    if first != row.row:
        row.fault("code", f"“{unit}” đã có dòng cho mã {code} ở dòng {first}.")
        return
    if code in (BONUS, PENALTY):
        claims = _extra_points(row)
        found.sheets[unit] = replace(sheet, bonus=claims) if code == BONUS else replace(sheet, penalty=claims)
    else:
        try:
            leaf = criteria_set.leaf(code)
        except UnknownCode:
            row.fault("code", f"bộ tiêu chí không có tiêu chí thành phần “{code}”.")
            return
        before = len(row.faults)
        answer = _answer(row, leaf)
        if len(row.faults) == before:
            found.sheets[unit] = replace(sheet, answers={**sheet.answers, code: answer})
    found.warnings += [
        f"dòng {row.row}: cột {column} có số liệu nhưng loại quy tắc của {code} không dùng."
        for column in row.unused()
    ]


def _extra_points(row: Row) -> tuple[Decimal, ...]:
    points = row.number("points")
    if points is None and not row.text("points"):
        row.fault("points", "thiếu số điểm.")
    if points is not None and points < ZERO:
        row.fault("points", "điểm thưởng, điểm phạt ghi số không âm.")
    return () if points is None else (points,)


def _answer(row: Row, leaf: Leaf) -> Answer:
    applicable = (row.text("applicable") or "yes").lower()
    if applicable in _NO:
        row.asked.update(COLUMNS)
        return Answer(applicable=False, reason="theo tệp câu trả lời")
    if applicable not in _YES:
        row.fault("applicable", f"“{applicable}” không phải yes hay no.")
    used = columns_used(leaf.rule)
    row.asked |= used
    # A filled cell that the rule does not use is worth a warning here, not a refusal.
    cells = AnswerCells(**{column: row.cells.get(column) or None for column in used})
    try:
        return answer_from_cells(leaf.rule, cells, ambiguous="decimal")
    except AnswerNotUnderstood as refused:
        for gap in refused.gaps:
            row.fault(gap.where, f"{gap.what.rstrip('.')}. {gap.remedy}".strip())
        return Answer()


# Where a contradiction that only the rule can see is to be looked for.
_IN_NUMERATOR = (
    rules.CountTimesPointsCapped,
    rules.StepOnCount,
    rules.DeductPerViolation,
    rules.CohortNormalised,
)
_IN_RATIO = (rules.StepOnRatio, rules.RatioTimesMax, rules.RatioWithZeroFloor, rules.ExternalIndex)


def column_of(leaf: Leaf) -> str:
    """The column, or columns, in which the figures of a leaf stand."""
    if isinstance(leaf.rule, _IN_RATIO):
        return "numerator/denominator"
    if isinstance(leaf.rule, _IN_NUMERATOR):
        return "numerator"
    return "points" if isinstance(leaf.rule, rules.LeadershipScore) else "answer"
