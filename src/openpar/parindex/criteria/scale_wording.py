"""A rule as the words of a decision: what stands in the column "Cách tính" of an official table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from openpar.common.formats import format_maximum
from openpar.parindex.criteria.scale_bounds import describe_bounds, describe_last_day

CHOOSE_ONE = "Chọn một mức:"
ADD_UP = "Cộng điểm các yêu cầu đạt được:"
EXCUSED = "Loại trừ khỏi mẫu số:"
GENERIC_COUNT = "mục"
_BOUNDS = ("gt", "ge", "lt", "le", "eq")

Rule = Mapping[str, object]


def describe_rule(rule: Rule, maximum: Decimal | None = None) -> str:
    """The scale of a rule in Vietnamese, one line per level, so that `scale_text.guess_rule` finds the
    same rule again.

    Rules that no scale of a table can express (formulas, comparison within a block, bonus and penalty)
    are named in words; reading those words again gives no rule.
    """
    describe = _WORDINGS.get(str(rule.get("type", "")))
    return describe(rule) if describe else "Tính theo công thức kèm theo bộ tiêu chí."


def decimal_in(value: object) -> Decimal:
    """A number of a mapping, which may be a decimal, an integer or text; never a float."""
    if isinstance(value, float):
        raise TypeError("numbers of a rule are exact: a decimal, an integer or text, never a float")
    return Decimal(str(value))


def _points(value: object) -> str:
    return format_maximum(decimal_in(value))


def _pairs(value: object, figure: str = "points") -> list[tuple[str, Decimal]]:
    """Label and number, from a mapping or from rows `{label: …, points: …}`."""
    if isinstance(value, Mapping):
        return [(str(label), decimal_in(number)) for label, number in value.items()]
    rows = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    return [(str(row["label"]), decimal_in(row[figure])) for row in rows]


def _listed(heading: str, pairs: list[tuple[str, Decimal]]) -> str:
    return "\n".join([heading, *(f"{label}: {_points(number)}" for label, number in pairs)])


def _boolean(rule: Rule) -> str:
    return f"Đạt: {_points(rule['yes'])}\nKhông đạt: {_points(rule.get('no', 0))}"


def _choice(rule: Rule) -> str:
    return _listed(CHOOSE_ONE, _pairs(rule.get("options")))


def _checklist(rule: Rule) -> str:
    return _listed(ADD_UP, _pairs(rule.get("items")))


def _steps(rule: Rule) -> str:
    percent = rule["type"] != "step_on_count"
    lines = []
    if percent and rule.get("num"):
        lines.append(f"Tỷ lệ = {rule['num']} / {rule.get('den', '')}")
    elif rule.get("count"):
        lines.append(f"Số lượng: {rule['count']}")
    steps = rule.get("steps")
    for step in steps if isinstance(steps, Sequence) else ():
        limits = {name: decimal_in(step[name]) for name in _BOUNDS if step.get(name) is not None}
        lines.append(f"{describe_bounds(limits, percent=percent)}: {_points(step['points'])}")
    return "\n".join(lines)


def _ratio(rule: Rule) -> str:
    if rule.get("num"):
        lines = [f"Điểm = {rule['num']} / {rule.get('den', '')} x điểm tối đa"]
    else:
        lines = ["Tỷ lệ đạt được x điểm tối đa"]
    if rule.get("excused"):
        lines.append(f"{EXCUSED} {rule['excused']}")
    if rule.get("zero_below") is not None:
        bound = "le" if str(rule.get("open_floor", "")).lower() in {"true", "yes"} else "lt"
        lines.append(f"{describe_bounds({bound: decimal_in(rule['zero_below'])}, percent=True)}: 0")
    return "\n".join(lines)


def _count(rule: Rule) -> str:
    what = rule.get("count") or GENERIC_COUNT
    return f"Mỗi {what} được {_points(rule['per'])} điểm, tối đa {_points(rule['cap'])} điểm"


def _deduct(rule: Rule) -> str:
    per = rule["per_violation"]
    kinds = [("vi phạm", decimal_in(per))] if isinstance(per, str | int | Decimal) else _pairs(per)
    lines = [f"Mỗi {kind} trừ {_points(worth)} điểm" for kind, worth in kinds]
    return "\n".join([*lines, f"Thấp nhất: {_points(rule.get('floor', 0))} điểm"])


def _survey(rule: Rule) -> str:
    heading = "Theo kết quả điều tra xã hội học"
    lines = [heading if not rule.get("group") else f"{heading}, nhóm {rule['group']}"]
    weights = _pairs(rule.get("weights"), "weight")
    return "\n".join([*lines, *(f"{label}: {_points(weight * 100)}%" for label, weight in weights)])


def _external(rule: Rule) -> str:
    return "Chỉ số công bố (%) x điểm tối đa"


def _deadline(rule: Rule) -> str:
    options = rule.get("options")
    lines = []
    for option in options if isinstance(options, Sequence) else ():
        label = describe_last_day(str(option["until"])) if option.get("until") else "Còn lại"
        lines.append(f"{label}: {_points(option['points'])}")
    return "\n".join(lines)


def _grades(rule: Rule) -> str:
    return "\n".join(f"{grade}: {_points(share)}%" for grade, share in _pairs(rule.get("grades"), "percent"))


def _leadership(rule: Rule) -> str:
    return "Chủ tịch, các Phó Chủ tịch UBND tỉnh đánh giá, cho điểm"


def _cohort(rule: Rule) -> str:
    return "So với giá trị tốt nhất trong khối"


def _unstated(rule: Rule) -> str:
    return str(rule.get("text", ""))


_WORDINGS: dict[str, Callable[[Rule], str]] = {
    "boolean": _boolean,
    "choice": _choice,
    "additive_checklist": _checklist,
    "checklist": _checklist,
    "step_on_ratio": _steps,
    "step": _steps,
    "step_on_count": _steps,
    "ratio_times_max": _ratio,
    "ratio_with_zero_floor": _ratio,
    "ratio": _ratio,
    "count_times_points_capped": _count,
    "count": _count,
    "deduct_per_violation": _deduct,
    "deduct": _deduct,
    "survey_weighted_answers": _survey,
    "survey": _survey,
    "external_index": _external,
    "external_pct": _external,
    "deadline": _deadline,
    "quality_grade_percent": _grades,
    "quality_grade": _grades,
    "leadership_score": _leadership,
    "leadership": _leadership,
    "cohort_normalised": _cohort,
    "unstated": _unstated,
}
