"""Random criteria sets and answer sheets, as plain data: made so that ties, exact bounds, zero denominators,
removed leaves and missing answers come up all the time. Knows neither the engine nor the oracle's arithmetic.
"""

from random import Random
from typing import Any

from tests.engine.oracle import FORMULAS

MAXIMA = ("0.1", "0.3", "0.5", "0.9", "1", "1.5", "2", "2.1", "2.5", "3", "4", "7.25", "10")
BOUNDS = ("0.3", "0.5", "0.6", "0.7", "0.75", "0.8", "0.9", "0.95")
DENOMINATORS = (0, 0, 1, 2, 3, 3, 4, 5, 7, 9, 10, 20, 20, 21, 30, 40, 47, 50, 60, 97, 100)
MODES = ("half_up", "half_up", "half_even", "down", "up")
GRADES = {"xuất sắc": "100", "tốt": "75", "hoàn thành": "50", "không": "0"}
WEIGHTS = {"A": "1", "B": "0.6", "C": "0.2", "D": "0"}
OUTSIDE_TYPES = ("survey", "survey", "external_pct", "leadership")
OWN_TYPES = (
    *("boolean", "choice", "checklist", "count", "step", "step_on_count", "ratio", "ratio", "ratio", "floor"),
    *("formula", "deadline", "deduct", "quality_grade", "cohort", "not_applicable"),
)

# Three leaves of one point each that sum to exactly 1 in different ways: ties that only exact sums can see.
SAME_SUM = (
    ((1, 3), (1, 3), (1, 3)),
    ((3, 3), (0, 3), (0, 3)),
    ((2, 3), (1, 3), (0, 9)),
    ((1, 7), (5, 7), (1, 7)),
    ((1, 6), (1, 2), (1, 3)),
)

Mapping = dict[str, Any]


def random_case(random: Random) -> tuple[Mapping, dict[str, Mapping]]:
    """A criteria set and the sheets of one block."""
    given = random_set(random)
    leaves = [leaf for top in given["fields"] for leaf in leaves_below(top)]
    units: dict[str, Mapping] = {}
    for number in range(random.randint(2, 5)):
        if units and random.random() < 0.35:
            sheet = changed_copy(random, random.choice(list(units.values())), leaves)
        else:
            sheet = random_sheet(random, leaves)
        units[f"đơn vị {number}"] = sheet
    return given, units


def leaves_below(node: Mapping) -> list[Mapping]:
    """The leaves of one field."""
    if "rule" in node:
        return [node]
    return [leaf for child in node.get("criteria") or node["sub"] for leaf in leaves_below(child)]


def random_set(random: Random) -> Mapping:
    """A set that `check` would pass, but for its totals, which nobody declares."""
    fields = [random_field(random, str(number)) for number in range(1, random.randint(2, 4) + 1)]
    own = random_leaf(random, "9", outside=False)
    own["rule"] = {"type": "boolean", "yes": own["max"], "no": "0"}
    codes = [*(top["code"] for top in fields), "appraised", "outside"]
    extra = {"bonus_max": random.choice(("0", "1", "3")), "penalty_max": random.choice(("0", "2", "5"))}
    if random.random() < 0.6:
        extra["total_cap"] = random.choice(("5", "20", "100"))
    ties = random.choice(("competition", "competition", "dense", "ordinal"))
    return {
        "set": "ngẫu nhiên",
        "level": "department",
        "year": "2026",
        "na_policy": random.choice(("rescale_appraisal", "shrink_denominator", "full_marks")),
        "na_scope": random.choice(("whole", "whole", "field")),
        "rounding": {"display": random.choice("0122223"), "mode": random.choice(MODES)},
        "bonus_penalty": extra,
        "ties": ties,
        "tie_breakers": random.sample(codes, random.randint(1, 2)) if ties == "ordinal" else [],
        "rank_on": random.choice(("exact", "exact", "displayed")),
        "bands": random_bands(random),
        "fields": [*fields, own] if random.random() < 0.5 else [*fields, own, _same_sum_field()],
    }


def _same_sum_field() -> Mapping:
    leaves = [
        {
            "code": f"8.{at}",
            "title": "",
            "max": "1",
            "rule": {"type": "ratio"},
            "by": "self+appraisal",
            "na": None,
        }
        for at in (1, 2, 3)
    ]
    return {"code": "8", "title": "8", "criteria": leaves}


def _same_sum_answers(random: Random, leaves: list[Mapping]) -> dict[str, Mapping]:
    if all(leaf["code"] != "8.1" for leaf in leaves):
        return {}
    ratios = random.choice(SAME_SUM)
    return {
        f"8.{at}": {"numerator": str(top), "denominator": str(bottom)}
        for at, (top, bottom) in enumerate(ratios, 1)
    }


def random_bands(random: Random) -> list[Mapping]:
    """Three bands over 0–100 and above, bounds often where scores fall."""
    low, high = sorted(
        random.sample(("20", "25", "50", "60", "66.66", "70", "75", "80", "90", "100"), 2), key=float
    )
    middle, bottom = random.choice((("ge", "lt"), ("gt", "le")))
    return [{"name": "cao", "ge": high}, {"name": "vừa", middle: low}, {"name": "thấp", bottom: low}]


def random_field(random: Random, code: str) -> Mapping:
    """A field: a leaf, leaves, or criteria with leaves."""
    shape = random.random()
    outside = random.random() < 0.25
    if shape < 0.15:
        return random_leaf(random, code, outside)
    children: list[Mapping] = []
    for number in range(1, random.randint(1, 3) + 1):
        inner = f"{code}.{number}"
        if shape < 0.4:
            children.append(random_leaf(random, inner, random.random() < 0.2))
        else:
            sub = [
                random_leaf(random, f"{inner}.{at}", outside and random.random() < 0.5)
                for at in range(1, random.randint(1, 3) + 1)
            ]
            children.append({"code": inner, "title": inner, "sub": sub})
    return {"code": code, "title": code, "criteria": children}


def random_leaf(random: Random, code: str, outside: bool) -> Mapping:
    """A leaf with a rule that fits its maximum."""
    most = random.choice(MAXIMA)
    kind = random.choice(OUTSIDE_TYPES if outside else OWN_TYPES)
    by = random.choice(("survey", "external", "leadership")) if outside else "self+appraisal"
    return {
        "code": code,
        "title": code,
        "max": most,
        "rule": RULES[kind](random, most),
        "by": by,
        "na": random.choice((None, "mẫu số = 0 -> không áp dụng")),
    }


def _half(most: str) -> str:
    whole, _, digits = most.partition(".")
    return f"{int(whole + digits) * 5 / 10 ** (len(digits) + 1):.4f}"


def _steps(random: Random, most: str, bounds: tuple[str, ...]) -> list[Mapping]:
    low, high = sorted(random.sample(bounds, 2), key=float)
    middle, bottom = random.choice((("ge", "lt"), ("gt", "le")))
    top: Mapping = {random.choice(("gt", "ge")): high, "points": most}
    return [top, {middle: low, "points": _half(most)}, {bottom: low, "points": "0"}]


def _survey(random: Random, most: str) -> Mapping:
    rule: Mapping = {"type": "survey", "weights": WEIGHTS}
    if random.random() < 0.4:
        rule["groups"] = {"dân": random.choice(("1", "0.3")), "đại biểu": random.choice(("1", "0.7"))}
        rule["combine"] = random.choice(("pooled", "mean_of_groups", "weighted"))
    return {**rule, "blank": "zero"} if random.random() < 0.3 else rule


def _leadership(random: Random, most: str) -> Mapping:
    if random.random() < 0.5:
        return {"type": "leadership", "combine": "mean"}
    return {"type": "leadership", "combine": "chair_weight", "chair_weight": "0.4"}


def _formula(random: Random, most: str) -> Mapping:
    name = random.choice(list(FORMULAS))
    variables, branches = FORMULAS[name]
    rule: Mapping = {"type": "formula", "variables": [{"name": v} for v in variables], "branches": branches}
    return {**rule, "cap": "true"} if random.random() < 0.7 else rule


def _deadline(random: Random, most: str) -> Mapping:
    options = [{"until": "01-31", "points": most}, {"until": "02-28", "points": _half(most)}, {"points": "0"}]
    rule: Mapping = {"type": "deadline", "year": "2026", "options": options}
    return {**rule, "accept_document_date": "true"} if random.random() < 0.5 else rule


RULES: dict[str, Any] = {
    "boolean": lambda random, most: {"type": "boolean", "yes": most, "no": random.choice(("0", "0.05"))},
    "choice": lambda random, most: {
        "type": "choice",
        "options": {"tốt": most, "khá": _half(most), "không": "0"},
    },
    "checklist": lambda random, most: {
        "type": "checklist",
        "items": {"một, hai": _half(most), "ba": _half(_half(most)), "bốn": _half(_half(most))},
    },
    "count": lambda random, most: {"type": "count", "per": random.choice(("0.1", "0.5")), "cap": most},
    "step": lambda random, most: {
        "type": "step",
        "steps": _steps(random, most, BOUNDS),
        "excused": "loại trừ",
    },
    "step_on_count": lambda random, most: {
        "type": "step_on_count",
        "steps": [{"ge": "4", "points": most}, {"eq": "3", "points": _half(most)}, {"points": "0"}],
    },
    "ratio": lambda random, most: {"type": "ratio", "excused": "loại trừ"},
    "floor": lambda random, most: {
        "type": "ratio",
        "excused": "loại trừ",
        "zero_below": random.choice(BOUNDS),
        **random.choice(({}, {"open_floor": "true"}, {"cap_ratio": "true"})),
    },
    "formula": _formula,
    "deadline": _deadline,
    "deduct": lambda random, most: {
        "type": "deduct",
        "per_violation": random.choice(("0.25", "1")),
        "floor": random.choice(("0", "0.1")),
    },
    "quality_grade": lambda random, most: {
        "type": "quality_grade",
        "grades": GRADES,
        "minor_violation": "50",
        "deduct_of": random.choice(("earned", "maximum")),
    },
    "cohort": lambda random, most: {
        "type": "cohort",
        "direction": random.choice(("higher_is_better", "lower_is_better")),
    },
    "not_applicable": lambda random, most: {"type": "not_applicable"},
    "survey": _survey,
    "external_pct": lambda random, most: {"type": "external_pct"},
    "leadership": _leadership,
}


def random_sheet(random: Random, leaves: list[Mapping]) -> Mapping:
    """Answers, claims and removals of one unit."""
    gaps = random.choice((0.0, 0.0, 0.1))
    outs = random.choice((0.0, 0.05, 0.3, 0.9))
    answers = {leaf["code"]: random_answer(random, leaf) for leaf in leaves if random.random() >= gaps}
    answers |= _same_sum_answers(random, leaves)
    removed = [leaf["code"] for leaf in leaves if random.random() < outs / 3]
    for code in answers:
        if random.random() < outs / 3:
            answers[code] = {"applicable": False}
    if random.random() < 0.08:
        removed += [leaf["code"] for leaf in leaves if leaf["by"] != "self+appraisal"]
    claims = ("0.5", "1", "2.25", "4")
    bonus = random.sample(claims, random.randint(0, 2))
    return {
        "answers": answers,
        "removed": removed,
        "bonus": bonus,
        "penalty": random.sample(claims, random.randint(0, 1)),
    }


def changed_copy(random: Random, sheet: Mapping, leaves: list[Mapping]) -> Mapping:
    """The same sheet, or one with the same ratios in other figures: a tie on purpose."""
    answers = dict(sheet["answers"])
    for code, answer in answers.items():
        if "denominator" in answer and random.random() < 0.7:
            factor = random.choice((2, 3, 7))
            scaled = {
                name: str(int(answer[name]) * factor)
                for name in ("numerator", "denominator", "excused")
                if name in answer
            }
            answers[code] = {**answer, **scaled}
    answers |= _same_sum_answers(random, leaves)
    if random.random() < 0.3:
        leaf = random.choice(leaves)
        answers[leaf["code"]] = random_answer(random, leaf)
    return {**sheet, "answers": answers}


def random_answer(random: Random, leaf: Mapping) -> Mapping:
    """An answer that fits the rule, seldom one that contradicts itself."""
    rule = leaf["rule"]
    kind = rule["type"]
    if kind in ("step", "ratio"):
        return _ratio_answer(random, rule)
    if kind == "survey":
        groups = [f"{name}/" for name in rule["groups"]] if "groups" in rule else [""]
        least = random.choice((0, 1))
        return {
            "counts": {
                f"{group}{option}": str(random.choice((0, least, 1, 3, 6, 10)))
                for group in groups
                for option in (*WEIGHTS, "blank")
            }
        }
    if kind == "leadership":
        points = [_half(leaf["max"]), leaf["max"], _half(_half(leaf["max"]))]
        return {
            "variables": {
                name: random.choice(points) for name in random.sample(("chair", "vice1", "vice2"), 3)
            }
        }
    if kind == "formula":
        names = [variable["name"] for variable in rule["variables"]]
        return {"variables": {name: str(random.choice((0, 0, 1, 2, 3, 19, 20))) for name in names}}
    simple: Mapping = _SIMPLE[kind](random)
    return simple


def _ratio_answer(random: Random, rule: Mapping) -> Mapping:
    bottom = random.choice(DENOMINATORS)
    bounds = [step.get("ge") or step.get("gt") or "0.5" for step in rule.get("steps", [])]
    bounds += [rule.get("zero_below", "0.5")]
    # Exactly on a bound when the denominator allows it.
    exact = [int(float(bound) * 100) * bottom // 100 for bound in bounds]
    top = random.choice((*exact, bottom, random.randint(0, bottom)))
    if random.random() < 0.02:
        top = bottom + 1
    answer = {"numerator": str(top), "denominator": str(bottom)}
    if random.random() < 0.15:
        excused = random.randint(0, 2)
        answer = {"numerator": str(top), "denominator": str(bottom + excused), "excused": str(excused)}
    return answer


_SIMPLE: dict[str, Any] = {
    "boolean": lambda random: {"choice": random.choice(("yes", "yes", "no", "not_applicable"))},
    "choice": lambda random: {"choice": random.choice(("tốt", "khá", "không"))},
    "checklist": lambda random: {"items": random.sample(("một, hai", "ba", "bốn"), random.randint(0, 3))},
    "count": lambda random: {"numerator": random.choice(("0", "1", "3", "7", "200"))},
    "step_on_count": lambda random: {"numerator": random.choice(("0", "2", "3", "4", "5"))},
    "deadline": lambda random: random.choice(
        (
            {"moment": "2026-01-31", "signed": True},
            {"moment": "2026-02-01", "signed": True},
            {"moment": "2026-01-15", "signed": False},
            {"moment": "2026-03-01", "signed": True},
            {"choice": "no"},
        )
    ),
    "deduct": lambda random: random.choice(
        ({"numerator": "0"}, {"numerator": "1"}, {"counts": {"vi phạm": "3"}}, {"counts": {"vi phạm": "0"}})
    ),
    "quality_grade": lambda random: {
        "choice": random.choice(list(GRADES)),
        "numerator": random.choice(("0", "0", "1", "3")),
    },
    "cohort": lambda random: {"numerator": random.choice(("0", "30", "45", "60", "7"))},
    "external_pct": lambda random: {"numerator": random.choice(("0", "57.52", "80", "83.333", "100"))},
    "not_applicable": lambda random: {},
}
