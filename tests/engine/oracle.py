"""The PAR Index once more, naively, in exact fractions, straight from parindex.md 6, 7, 9, 10.

Shares nothing with the engine: it reads the same mappings (the layout of the sample sets, short rule names)
and the same stored answers, and never rounds but for show. Slow and plain on purpose.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction as F
from typing import Any

EARNED, NA, PENDING, INVALID, MISSING = "EARNED", "NOT_APPLICABLE", "PENDING", "INVALID", "MISSING"
Judged = tuple[str, F | None]
OUTSIDE = ("survey", "external", "leadership")

# Formulas are data of the sets; here each is written a second time by hand.
FORMULAS = {
    "plan": (
        ("planned", "done", "excused"),
        [
            {"if": "planned − excused = 0", "points": "not_applicable"},
            {"if": "done/(planned − excused) >= 0.95", "points": "max"},
            {"points": "max × done/(planned − excused)"},
        ],
    ),
    "least": (("x", "y"), [{"if": "x > 0 and not y = 0", "points": "min(max, x / y)"}, {"points": "0"}]),
    "third": (
        ("x", "y"),
        [{"points": "maximum * x / (x + y + 1) - x / 1000", "zero_division": "not_applicable"}],
    ),
    "over": (("x", "y"), [{"points": "x / y", "zero_division": "not_applicable"}]),
}


def formula_points(name: str, most: F, v: dict[str, F]) -> F | None:
    """Points; None for not applicable."""
    if name == "plan":
        left = v["planned"] - v["excused"]
        if left == 0:
            return None
        return most if v["done"] / left >= F(95, 100) else most * v["done"] / left
    if name == "least":
        return min(most, v["x"] / v["y"]) if v["x"] > 0 and v["y"] != 0 else F(0)
    if name == "third":
        return most * v["x"] / (v["x"] + v["y"] + 1) - v["x"] / 1000
    return None if v["y"] == 0 else v["x"] / v["y"]


def holds(bounds: dict[str, Any], value: F) -> bool:
    """Does the value keep every bound?"""
    tests: dict[str, Callable[[F], bool]] = {
        "gt": lambda b: value > b,
        "ge": lambda b: value >= b,
        "lt": lambda b: value < b,
        "le": lambda b: value <= b,
        "eq": lambda b: value == b,
    }
    return all(test(F(bounds[name])) for name, test in tests.items() if name in bounds)


def judge(rule: dict[str, Any], most: F, answer: dict[str, Any], allowed: bool) -> Judged:
    """State and points of one leaf by itself."""
    if answer.get("applicable") is False:
        return NA, None
    state, points = _BY_TYPE[rule["type"]](rule, most, answer, allowed)
    if points is not None and not 0 <= points <= most:
        return INVALID, None
    return state, points


def _boolean(rule: dict[str, Any], most: F, answer: dict[str, Any], allowed: bool) -> Judged:
    choice = answer.get("choice")
    if choice is None:
        return MISSING, None
    if choice == "not_applicable":
        return (NA if allowed else INVALID), None
    return EARNED, F(rule[choice])


def _choice(rule: dict[str, Any], most: F, answer: dict[str, Any], allowed: bool) -> Judged:
    choice = answer.get("choice")
    if choice is None:
        return MISSING, None
    return (EARNED, F(rule["options"][choice])) if choice in rule["options"] else (INVALID, None)


def _checklist(rule: dict[str, Any], most: F, answer: dict[str, Any], allowed: bool) -> Judged:
    if answer.get("items") is None:
        return MISSING, None
    return EARNED, sum((F(rule["items"][item]) for item in answer["items"]), F(0))


def _count(rule: dict[str, Any], most: F, answer: dict[str, Any], allowed: bool) -> Judged:
    if answer.get("numerator") is None:
        return MISSING, None
    count = F(answer["numerator"])
    if count < 0 or count.denominator != 1:
        return INVALID, None
    if rule["type"] == "count":
        return EARNED, min(F(rule["cap"]), count * F(rule["per"]))
    for step in rule["steps"]:
        if holds(step, count):
            return EARNED, F(step["points"])
    return INVALID, None


def _ratio(rule: dict[str, Any], most: F, answer: dict[str, Any], allowed: bool) -> Judged:
    if answer.get("numerator") is None or answer.get("denominator") is None:
        return MISSING, None
    top, whole, excused = (F(answer.get(name) or 0) for name in ("numerator", "denominator", "excused"))
    bottom = whole - excused
    if min(top, whole, excused, bottom) < 0 or (bottom == 0 and top > 0):
        return INVALID, None
    if excused and "excused" not in rule:
        return INVALID, None
    if top > bottom and not rule.get("cap_ratio"):
        return INVALID, None
    if bottom == 0:
        return NA, None
    ratio = min(F(1), top / bottom)
    if rule["type"] == "step":
        for step in rule["steps"]:
            if holds(step, ratio):
                return EARNED, F(step["points"])
        return INVALID, None
    if "zero_below" in rule:
        floor = F(rule["zero_below"])
        if ratio < floor or (ratio == floor and rule.get("open_floor")):
            return EARNED, F(0)
    return EARNED, ratio * most


def _formula(rule: dict[str, Any], most: F, answer: dict[str, Any], allowed: bool) -> Judged:
    given = answer.get("variables") or {}
    name = next(name for name, (_, branches) in FORMULAS.items() if branches == rule["branches"])
    if set(given) != set(FORMULAS[name][0]):
        return MISSING, None
    values = {key: F(value) for key, value in given.items()}
    if any(value < 0 for value in values.values()):
        return INVALID, None
    points = formula_points(name, most, values)
    if points is None:
        return NA, None
    return EARNED, max(F(0), min(most, points)) if rule.get("cap") else points


def _deadline(rule: dict[str, Any], most: F, answer: dict[str, Any], allowed: bool) -> Judged:
    *dated, last = rule["options"]
    if answer.get("choice") == "no":
        return EARNED, F(last["points"])
    if answer.get("moment") is None:
        return MISSING, None
    if answer.get("signed") is False and not rule.get("accept_document_date"):
        return EARNED, F(last["points"])
    for option in dated:
        if date.fromisoformat(answer["moment"]) <= date.fromisoformat(f"{rule['year']}-{option['until']}"):
            return EARNED, F(option["points"])
    return EARNED, F(last["points"])


def _deduct(rule: dict[str, Any], most: F, answer: dict[str, Any], allowed: bool) -> Judged:
    written = answer.get("numerator", answer.get("counts", {}).get("vi phạm"))
    if written is None:
        return MISSING, None
    count = F(written)
    return EARNED, max(F(rule["floor"]), most - count * F(rule["per_violation"]))


def _grade(rule: dict[str, Any], most: F, answer: dict[str, Any], allowed: bool) -> Judged:
    if answer.get("choice") is None:
        return MISSING, None
    earned = F(rule["grades"][answer["choice"]]) / 100 * most
    base = earned if rule["deduct_of"] == "earned" else most
    return EARNED, max(
        F(0), earned - F(answer.get("numerator") or 0) * F(rule["minor_violation"]) / 100 * base
    )


def _survey(rule: dict[str, Any], most: F, answer: dict[str, Any], allowed: bool) -> Judged:
    if answer.get("counts") is None:
        return PENDING, None
    weights = {**{k: F(v) for k, v in rule["weights"].items()}, "blank": F(0)}
    groups = rule.get("groups") or {"": "1"}
    per_group: dict[str, list[tuple[F, F]]] = {name: [] for name in groups}
    for key, count in answer["counts"].items():
        group, option = key.split("/") if "groups" in rule else ("", key)
        if option != "blank" or rule.get("blank") == "zero":
            per_group[group].append((weights[option], F(count)))
    forms = {name: sum((n for _, n in rows), F(0)) for name, rows in per_group.items()}
    marks = {name: sum((w * n for w, n in rows), F(0)) for name, rows in per_group.items()}
    if rule.get("combine", "pooled") == "pooled":
        everybody = sum(forms.values(), F(0))
        return (PENDING, None) if everybody == 0 else (EARNED, sum(marks.values(), F(0)) / everybody * most)
    if min(forms.values()) == 0:
        return PENDING, None
    share = {name: F(1) if rule["combine"] == "mean_of_groups" else F(w) for name, w in groups.items()}
    mean = sum((share[name] * marks[name] / forms[name] for name in groups), F(0)) / sum(share.values(), F(0))
    return EARNED, mean * most


def _external(rule: dict[str, Any], most: F, answer: dict[str, Any], allowed: bool) -> Judged:
    if answer.get("numerator") is None:
        return PENDING, None
    return EARNED, F(answer["numerator"]) / F(answer.get("denominator") or 100) * most


def _leaders(rule: dict[str, Any], most: F, answer: dict[str, Any], allowed: bool) -> Judged:
    given = {name: F(value) for name, value in (answer.get("variables") or {}).items()}
    if not given:
        return PENDING, None
    if rule["combine"] == "mean":
        return EARNED, sum(given.values(), F(0)) / len(given)
    others = [value for name, value in given.items() if name != "chair"]
    if "chair" not in given or not others:
        return PENDING, None
    weight = F(rule["chair_weight"])
    return EARNED, weight * given["chair"] + (1 - weight) * sum(others, F(0)) / len(others)


def _never(rule: dict[str, Any], most: F, answer: dict[str, Any], allowed: bool) -> Judged:
    return NA, None


_BY_TYPE = {
    "boolean": _boolean,
    "choice": _choice,
    "checklist": _checklist,
    "count": _count,
    "step_on_count": _count,
    "step": _ratio,
    "ratio": _ratio,
    "formula": _formula,
    "deadline": _deadline,
    "deduct": _deduct,
    "quality_grade": _grade,
    "survey": _survey,
    "external_pct": _external,
    "leadership": _leaders,
    "not_applicable": _never,
}


def cohort(rule: dict[str, Any], most: F, answers: dict[str, dict[str, Any]]) -> dict[str, Judged]:
    """All units of the block against the best value."""
    judged: dict[str, Judged] = dict.fromkeys(answers, (NA, None))
    there = {unit: a.get("numerator") for unit, a in answers.items() if a.get("applicable") is not False}
    values = {unit: F(value) for unit, value in there.items() if value is not None}
    if len(values) < len(there):
        return {
            unit: ((PENDING if unit in values else MISSING) if unit in there else NA, None)
            for unit in answers
        }
    lower = rule.get("direction") == "lower_is_better"
    best = (min if lower else max)(values.values(), default=F(0))
    if best != 0:
        judged |= {
            u: (EARNED, (best / value if lower else value / best) * most) for u, value in values.items()
        }
    return judged


@dataclass
class Leaf:
    """A leaf of the mapping with its field and all codes above and including it."""

    codes: tuple[str, ...]
    most: F
    raw: dict[str, Any]

    @property
    def outside(self) -> bool:
        return self.raw["by"] in OUTSIDE


def leaves_of(nodes: list[dict[str, Any]], above: tuple[str, ...] = ()) -> list[Leaf]:
    """The leaves in the order of the table."""
    found: list[Leaf] = []
    for node in nodes:
        codes = (*above, node["code"])
        if "rule" in node:
            found.append(Leaf(codes, F(node["max"]), node))
        else:
            found += leaves_of(node.get("criteria") or node["sub"], codes)
    return found


@dataclass
class Total:
    """What one unit gets: exact fractions, None where there is nothing."""

    judged: dict[str, Judged]
    total: F | None
    index: F | None
    provisional: bool
    nodes: dict[str, tuple[F | None, F | None]]


def block_totals(given: dict[str, Any], sheets: dict[str, dict[str, Any]]) -> dict[str, Total]:
    """Totals of all units of one block."""
    leaves = leaves_of(given["fields"])
    judged: dict[str, dict[str, Judged]] = {unit: {} for unit in sheets}
    for leaf in leaves:
        code, rule = leaf.raw["code"], leaf.raw["rule"]
        answers = {
            unit: {"applicable": False} if code in sheet["removed"] else sheet["answers"].get(code, {})
            for unit, sheet in sheets.items()
        }
        if rule["type"] == "cohort":
            found = cohort(rule, leaf.most, answers)
        else:
            allowed = leaf.raw.get("na") is not None
            found = {unit: judge(rule, leaf.most, answer, allowed) for unit, answer in answers.items()}
        for unit, (state, points) in found.items():
            waited = leaf.outside and state == MISSING
            judged[unit][code] = (PENDING if waited else state, points)
    return {unit: unit_total(given, leaves, judged[unit], sheet) for unit, sheet in sheets.items()}


def unit_total(
    given: dict[str, Any], leaves: list[Leaf], judged: dict[str, Judged], sheet: dict[str, Any]
) -> Total:
    """Sections 7 and 9 for one unit."""
    policy, by_field = given["na_policy"], given["na_scope"] == "field"

    def sums(chosen: list[Leaf]) -> tuple[F, F, F]:
        """Achieved, maximum, removed."""
        return (
            sum((judged[leaf.raw["code"]][1] or F(0) for leaf in chosen), F(0)),
            sum((leaf.most for leaf in chosen), F(0)),
            sum((leaf.most for leaf in chosen if judged[leaf.raw["code"]][0] == NA), F(0)),
        )

    def rescaled(chosen: list[Leaf]) -> F:
        achieved, most, removed = sums(chosen)
        return achieved / (most - removed) * most if most != removed else F(0)

    def part(chosen: list[Leaf]) -> tuple[F, F]:
        """Achieved and maximum of the appraised or the outside part under the policy."""
        achieved, most, removed = sums(chosen)
        if policy == "shrink_denominator":
            return achieved, most - removed
        if policy == "full_marks":
            return achieved + removed, most
        if not by_field:
            return rescaled(chosen), most
        fields = {leaf.codes[0]: [x for x in chosen if x.codes[0] == leaf.codes[0]] for leaf in chosen}
        alive = [own for own in fields.values() if sums(own)[1] != sums(own)[2]]
        weight = sum((sums(own)[1] for own in alive), F(0))
        return sum((rescaled(own) for own in alive), F(0)) * most / weight, most

    inside, outside = [x for x in leaves if not x.outside], [x for x in leaves if x.outside]
    parts = [chosen for chosen in (inside, outside) if chosen and sums(chosen)[1] != sums(chosen)[2]]
    total = index = None
    if parts and parts[0] is inside:
        base = sum((part(chosen)[0] for chosen in parts), F(0))
        maximum = sum((part(chosen)[1] for chosen in parts), F(0))
        extra = given["bonus_penalty"]
        bonus = min(sum(map(F, sheet["bonus"]), F(0)), F(extra["bonus_max"]))
        penalty = min(sum(map(F, sheet["penalty"]), F(0)), F(extra["penalty_max"]))
        total = base + bonus - penalty
        if "total_cap" in extra:
            total = min(F(extra["total_cap"]), total)
        total = max(F(0), total)
        index = total / maximum * 100

    def node(chosen: list[Leaf], scaled: bool) -> tuple[F | None, F | None]:
        """Achieved and component index of a field, criterion or part."""
        achieved, most, removed = sums(chosen)
        if most == removed:
            return None, None
        if scaled:
            halves = [[x for x in chosen if x.outside is side] for side in (False, True)]
            alive = [half for half in halves if half and sums(half)[1] != sums(half)[2]]
            achieved = sum((rescaled(half) for half in alive), F(0))
            return achieved, achieved / sum((sums(half)[1] for half in alive), F(0)) * 100
        if policy == "full_marks":
            return achieved + removed, (achieved + removed) / most * 100
        return achieved, achieved / (most - removed) * 100

    codes = {code: at for leaf in leaves for at, code in enumerate(leaf.codes)}
    scaling = policy == "rescale_appraisal" and by_field
    nodes = {
        code: node([x for x in leaves if code in x.codes], scaling and at == 0) for code, at in codes.items()
    }
    nodes |= {"appraised": node(inside, False), "outside": node(outside, False)}
    unsettled = any(state in (MISSING, PENDING, INVALID) for state, _ in judged.values())
    return Total(judged, total, index, unsettled, nodes)


def shown(value: F | None, digits: int, mode: str) -> str:
    """The fraction printed with so many decimals."""
    if value is None:
        return ""
    scaled = value * 10**digits
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest - scaled.denominator
    up = {
        "half_up": twice >= 0,
        "half_even": twice > 0 or (twice == 0 and whole % 2 == 1),
        "down": False,
        "up": rest > 0,
    }[mode]
    text = str(whole + up).rjust(digits + 1, "0")
    return f"{text[:-digits]}.{text[-digits:]}" if digits else text


def ranks(given: dict[str, Any], totals: dict[str, Total]) -> dict[str, int]:
    """Section 10.3, by counting who stands ahead."""
    digits, mode = int(given["rounding"]["display"]), given["rounding"]["mode"]

    def key(unit: str) -> tuple[F, ...]:
        values = [totals[unit].index]
        if given["ties"] == "ordinal":
            values += [totals[unit].nodes[code][1] for code in given["tie_breakers"]]
        if given["rank_on"] == "displayed":
            values = [None if v is None else F(shown(v, digits, mode)) for v in values]
        return tuple(F(-1) if value is None else value for value in values)

    keys = {unit: key(unit) for unit, total in totals.items() if total.index is not None}
    if given["ties"] == "dense":
        return {
            unit: 1 + len({other for other in keys.values() if other > own}) for unit, own in keys.items()
        }
    return {unit: 1 + sum(other > own for other in keys.values()) for unit, own in keys.items()}


def grade(given: dict[str, Any], index: F | None) -> str | None:
    """The first band that holds the exact index."""
    if index is None:
        return None
    return next((band["name"] for band in given["bands"] if holds(band, index)), None)
