"""The sheet of an agency as a workbook: where things stand in it, and how a leaf becomes cells.

Writing and reading share this, so that what was written is found again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from openpar.engine import rules
from openpar.engine.answers import Answer
from openpar.engine.numbers import plain
from openpar.engine.rules.lists import NOT_APPLICABLE_CHOICE
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.answer_texts import AnswerCells, cells_of_answer
from openpar.parindex.criteria.queries import LoadedSet

SHEET_NAME = "Phiếu tự chấm"
GUIDE_NAME = "Hướng dẫn"
MARK_START = "OpenPAR phiếu tự chấm"
MARK_ROW = 3  # counted from 0: cell A4
HEADER_ROW = 4
FIRST_ROW = 5

# The columns in order; the reader compares every title, so a moved column is noticed.
TITLES = (
    "Mã",
    "Lĩnh vực, tiêu chí, tiêu chí thành phần",
    "Điểm tối đa",
    "Cách tính điểm",
    "Cách điền",
    "Câu trả lời",
    "Tử số / số lượng",
    "Mẫu số",
    "Không áp dụng (ghi lý do)",
    "Điểm đơn vị cho",
    "Giải trình",
    "Điểm lúc tải về",
    "Phiên bản (không sửa)",
)
CODE, TITLE, MAXIMUM, SCALE, HOW, ANSWER, NUMERATOR, DENOMINATOR, REASON, GIVEN, NOTE, POINTS, SEAL = range(
    len(TITLES)
)
COLUMN_OF_CELL = {"answer": ANSWER, "numerator": NUMERATOR, "denominator": DENOMINATOR, "points": GIVEN}
ENTRY_COLUMNS = (ANSWER, NUMERATOR, DENOMINATOR, REASON, GIVEN, NOTE)


@dataclass(frozen=True)
class SheetHead:
    """Which sheet this is: of which unit, round and state of the criteria set."""

    assessment_id: int
    set_id: int
    set_version: int
    unit: str
    round: str
    set_title: str
    is_sample: bool


@dataclass(frozen=True)
class StoredScore:
    """What the system holds of a leaf when the sheet is written or compared; version 0: nothing yet."""

    entry: Entry
    version: int = 0
    points: Decimal | None = None
    saved_by: str = ""


NOTHING_STORED = StoredScore(Entry(Answer()))


def mark_of(head: SheetHead, criteria: LoadedSet) -> str:
    """The line that says which sheet this is; read back and compared, never trusted for rights."""
    return (
        f"{MARK_START} | phiếu {head.assessment_id} | bộ tiêu chí {head.set_id} | "
        f"bản {head.set_version} | {_digest_of_set(criteria)}"
    )


def _digest_of_set(criteria: LoadedSet) -> str:
    told = [(code, plain(leaf.maximum)) for code, leaf in criteria.leaves.items()]
    return _digest(told)


def cells_of(rule: rules.Rule, entry: Entry) -> tuple[str, ...]:
    """An entry as the texts of its six columns (ENTRY_COLUMNS): equal entries, equal texts."""
    cells: AnswerCells = cells_of_answer(rule, entry.answer)
    is_out = not entry.answer.applicable or entry.answer.choice == NOT_APPLICABLE_CHOICE
    reason = entry.answer.reason.strip() if is_out else ""
    return (
        cells.answer or "",
        cells.numerator or "",
        cells.denominator or "",
        reason,
        "" if entry.given_points is None else plain(entry.given_points),
        "\n".join(line.rstrip() for line in entry.note.replace("\r\n", "\n").strip().split("\n")),
    )


def seal_of(rule: rules.Rule, stored: StoredScore) -> str:
    """Version and digest of what was stored when the sheet was written: tells rows that nobody touched."""
    return f"{stored.version}:{_digest(cells_of(rule, stored.entry))}"


def digest_of_entry(rule: rules.Rule, entry: Entry) -> str:
    """The digest part of a seal."""
    return _digest(cells_of(rule, entry))


def _digest(told: object) -> str:
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:12]


def how_to_fill(rule: rules.Rule) -> str:
    """One line that tells a person what to write for a leaf with this rule."""
    if isinstance(rule, rules.Boolean):
        return "Câu trả lời: chọn Có hoặc Không."
    if isinstance(rule, rules.Choice):
        return "Câu trả lời: chọn một phương án trong danh sách."
    if isinstance(rule, rules.AdditiveChecklist):
        listed = "; ".join(f"{place}. {label}" for place, (label, _worth) in enumerate(rule.items, start=1))
        return (
            "Câu trả lời: số thứ tự các yêu cầu đạt được, cách nhau bằng dấu |, ví dụ 1|3; "
            f"không đạt mục nào: 0. {listed}."
        )
    if isinstance(rule, rules.StepOnRatio | rules.RatioTimesMax | rules.RatioWithZeroFloor):
        figures = rule.figures
        text = f"Tử số: {figures.numerator_label}. Mẫu số: {figures.denominator_label}."
        if figures.excused_label:
            text += f" Có số loại trừ ({figures.excused_label}) thì ghi ở câu trả lời: loại trừ=2."
        return text
    if isinstance(rule, rules.CountTimesPointsCapped | rules.StepOnCount | rules.CohortNormalised):
        return f"Tử số / số lượng: {rule.label}."
    if isinstance(rule, rules.FormulaWithConditions):
        asked = "; ".join(
            f"{variable.name} là {variable.label}" if variable.question else variable.name
            for variable in rule.variables
        )
        example = "|".join(f"{variable.name}=…" for variable in rule.variables)
        return f"Câu trả lời: {example} ({asked})."
    return _how_to_fill_rarer(rule)


def _how_to_fill_rarer(rule: rules.Rule) -> str:
    if isinstance(rule, rules.Deadline):
        return (
            "Câu trả lời: ngày văn bản như 31/01/2026, thêm |không ký số nếu không ký số; "
            "không có văn bản: Không."
        )
    if isinstance(rule, rules.DeductPerViolation):
        if len(rule.kinds) == 1:
            return f"Tử số / số lượng: số {rule.kinds[0][0]}; không có thì ghi 0."
        example = "|".join(f"{kind}=0" for kind, _worth in rule.kinds)
        return f"Câu trả lời: số vi phạm từng loại, như {example}."
    if isinstance(rule, rules.QualityGradePercent):
        minor = " Tử số / số lượng: số vi phạm nhẹ." if rule.minor_violation else ""
        return f"Câu trả lời: chọn một mức trong danh sách.{minor}"
    return ""


def stored_entries(rows: Mapping[str, StoredScore], code: str) -> StoredScore:
    """What is stored of a leaf, or nothing."""
    return rows.get(code, NOTHING_STORED)
