"""Writes docs/rules from the worked tables of the tests: `python -m scripts.rules write | check`.

Every outcome and every sentence on the pages comes from the engine. Where the engine does not say what a
table says, no page is made.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpar.common.formats import format_date
from openpar.engine import rules
from openpar.engine.answers import Answer, BadAnswer
from openpar.engine.outcomes import Earned, Outcome
from openpar.engine.rules.base import capital
from openpar.engine.wording import number, points
from openpar.parindex.criteria.yaml_files import read_mapping
from scripts import deadline_pages, dossier_pages
from scripts.rule_texts import DOSSIERS, FAMILIES, INDEX, STATES, Family, Kind
from scripts.totals_tables import PARTS, Disagreement, agree
from scripts.written_pages import ROOT, settle, table
from tests.engine.deadline_tables import FOLDER as DEADLINE_TABLES
from tests.engine.tables import FOLDER as TYPES
from tests.engine.tables import answer_of

FOLDER = ROOT / "docs" / "rules"
TOTALS = ROOT / "tests" / "house" / "tables"
_HEADING = ("câu trả lời", "kết quả", "câu giải thích của hệ thống", "vì sao")
# What a row of a table may say; anything else is a slip of the pen, such as an unquoted comma.
_KEYS = {"answer", "points", "state", "allows", "sentence", "why"}
_CHOICES = {
    "boolean": {"yes": "Có", "no": "Không", "not_applicable": "Không áp dụng"},
    "not_applicable": {"yes": "Có"},
    "deadline": {"no": "không có văn bản"},
    "external_index": {"no": "không khảo sát"},
}
_NAMES = {"blank": "phiếu trắng", "chair": "Chủ tịch", "vice1": "Phó Chủ tịch 1", "vice2": "Phó Chủ tịch 2"}
_COUNTED = {
    "quality_grade_percent": "vi phạm nhẹ",
    "external_index": "chỉ số",
    "deduct_per_violation": "số vi phạm",
    "cohort_normalised": "giá trị",
}


def pages(
    types: Path = TYPES,
    totals: Path = TOTALS,
    facts: Path = dossier_pages.FACTS,
    deadlines: Path = DEADLINE_TABLES,
) -> dict[str, str]:
    """Every page by its file name. Raises Disagreement where a table and the engine differ."""
    listed = [f"- [{family.title}]({family.file})" for family in FAMILIES]
    index = (
        "\n".join([INDEX, *listed, "", DOSSIERS, "", deadline_pages.LISTED, *dossier_pages.listed()]) + "\n"
    )
    written = {family.file: page(family, types, totals) for family in FAMILIES}
    written[deadline_pages.FILE] = deadline_pages.page(deadlines)
    return {"README.md": index, **written, **dossier_pages.pages(facts)}


def page(family: Family, types: Path, totals: Path) -> str:
    """One page."""
    lines = [f"# {family.title}", "", family.text, ""]
    for part in PARTS.get(family.file, ()):
        lines += part(totals)
    for kind in family.kinds:
        lines += section(kind, read_mapping(types / f"{kind.table}.yaml"))
    return "\n".join(lines).rstrip() + "\n"


def section(kind: Kind, worked: dict[str, Any]) -> list[str]:
    """One rule type: its scales and its examples."""
    lines = [f"## {kind.title}", "", f"{kind.text} Trong tệp bộ tiêu chí: `{worked['type']}`.", ""]
    for given in worked.get("tables", ()):
        rule, maximum = rules.rule_from_mapping(given["rule"]), Decimal(given["maximum"])
        rows = [_example(rule, maximum, row, kind.table) for row in given["rows"]]
        lines += [*_scale(rule, maximum), *table(_HEADING, rows), ""]
    for block in worked.get("blocks", ()):
        lines += _block(block, kind.table)
    return lines


def _scale(rule: rules.Rule, maximum: Decimal) -> list[str]:
    open_points = "theo số liệu" if isinstance(rule, rules.FormulaWithConditions) else "—"
    rows = [
        (line.label, open_points if line.points is None else number(line.points))
        for line in rule.describe(maximum)
    ]
    lines = [f"Điểm tối đa {number(maximum)}."]
    if isinstance(rule, rules.FormulaWithConditions):
        asked = [f"{each.name} là {each.label}" for each in rule.variables if each.label != each.name]
        lines[0] += f" Trong đó {', '.join(asked)}." if asked else ""
    return [*lines, "", *table(("thang điểm", "điểm"), rows), ""]


def _example(rule: rules.Rule, maximum: Decimal, row: dict[str, Any], where: str) -> tuple[str, ...]:
    if row.keys() - _KEYS:
        raise Disagreement(f"{where}, “{row['why']}”: nobody reads {sorted(row.keys() - _KEYS)}")
    expected = row.get("state", "EARNED")
    try:
        answer = answer_of(row["answer"])
    except BadAnswer as bad:
        agree(where, row["why"], expected, "BAD_NUMBER")
        return _raw(row["answer"]), STATES["BAD_NUMBER"], str(bad), row["why"]
    outcome = rule.evaluate(answer, maximum, allows_not_applicable=row.get("allows") != "false")
    agree(where, row["why"], expected, outcome.state)
    if "points" in row and isinstance(outcome, Earned):
        agree(where, row["why"], Decimal(row["points"]), outcome.points)
    agree(where, row["why"], row.get("sentence", outcome.sentence), outcome.sentence)
    return told(rule, answer), _result(outcome), outcome.sentence, row["why"]


def _block(block: dict[str, Any], where: str) -> list[str]:
    rule, maximum = rules.rule_from_mapping(block["rule"]), Decimal(block["maximum"])
    if not isinstance(rule, rules.CohortNormalised):
        raise Disagreement(f"{where}: only a cohort is measured by blocks")
    answers = {unit: answer_of(answer) for unit, answer in block["answers"].items()}
    outcomes = rule.evaluate_cohort(answers, maximum)
    for unit, outcome in outcomes.items():
        if isinstance(outcome, Earned):
            agree(where, f"{block['why']}, {unit}", Decimal(block["points"][unit]), outcome.points)
        else:
            agree(where, f"{block['why']}, {unit}", block["states"][unit], outcome.state)
    rows = [
        (f"đơn vị {unit.upper()}: {told(rule, answers[unit])}", _result(outcome), outcome.sentence)
        for unit, outcome in outcomes.items()
    ]
    lines = [f"{capital(rule.describe(maximum)[0].label)}: {block['why']}.", ""]
    return [*lines, *table(_HEADING[:3], rows), ""]


def _result(outcome: Outcome) -> str:
    return points(outcome.points) if isinstance(outcome, Earned) else STATES[outcome.state]


def told(rule: rules.Rule, answer: Answer) -> str:
    """What was entered, as an official would say it."""
    if not answer.applicable:
        return f"không áp dụng: {answer.reason}" if answer.reason else "không áp dụng"
    pieces = [*_chosen(rule, answer), *_figures(rule, answer)]
    pieces += [_listed(named) for named in (answer.counts, answer.variables) if named is not None]
    if answer.moment is not None:
        signed = {True: "ký số", False: "không ký số", None: "chưa rõ có ký số không"}[answer.signed]
        pieces.append(f"{format_date(answer.moment)}, {signed}")
    if answer.points is not None:
        pieces.append(points(answer.points))
    return "; ".join(pieces) or "(để trống)"


def _listed(named: Mapping[str, Decimal]) -> str:
    pieces = (f"{_NAMES.get(name, name)}: {number(value)}" for name, value in named.items())
    return "; ".join(pieces) or "không khoản nào"


def _chosen(rule: rules.Rule, answer: Answer) -> list[str]:
    found = []
    if answer.choice is not None:
        found.append(_CHOICES.get(rule.type, {}).get(answer.choice, f"“{answer.choice}”"))
    if answer.items is not None:
        found.append(", ".join(f"“{item}”" for item in answer.items) or "xác nhận không mục nào")
    return found


def _figures(rule: rules.Rule, answer: Answer) -> list[str]:
    ratio = getattr(rule, "figures", None)
    top = getattr(ratio, "numerator_label", getattr(rule, "label", "") or _COUNTED.get(rule.type, "số lượng"))
    named = (
        (top, answer.numerator),
        (getattr(ratio, "denominator_label", "mẫu số"), answer.denominator),
        (getattr(ratio, "excused_label", "") or "loại trừ", answer.excused),
    )
    return [f"{label} {number(value)}" for label, value in named if value is not None]


def _raw(answer: dict[str, Any]) -> str:
    return "; ".join(str(value) for value in answer.values())


def main(order: str) -> int:
    """Writes or checks; a table that the engine contradicts is told."""
    try:
        return settle(order, FOLDER, pages())
    except Disagreement as fault:
        sys.stderr.write(f"{fault}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
