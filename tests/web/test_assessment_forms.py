"""What is typed for each rule type, what it means to the engine, and that the form understands itself."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from openpar.engine.answers import Answer
from openpar.engine.criteria import Leaf
from openpar.engine.rules import RULE_TYPES, rule_from_mapping
from openpar.parindex.criteria.models import ScoredBy
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.web.assessments.facts import facts_of
from openpar.web.assessments.forms import FormRefused, read_entry, texts_of
from openpar.web.assessments.questions import questions_of
from tests.web.assessment_sets import RULES


def leaf_with(rule: Mapping[str, Any], *, may_be_not_applicable: bool = True) -> LoadedLeaf:
    engine_leaf = Leaf("1.1.1", "Nội dung", Decimal(1), rule_from_mapping(rule))
    return LoadedLeaf(
        id=1,
        code="1.1.1",
        title="Nội dung",
        field_code="1",
        parent_code="1.1",
        maximum=Decimal(1),
        evidence_wanted="",
        scale_text="",
        scored_by=ScoredBy.SELF,
        may_be_not_applicable=may_be_not_applicable,
        not_applicable_note="",
        engine=engine_leaf,
    )


def texts(**typed: str | list[str]) -> dict[str, list[str]]:
    return {name: value if isinstance(value, list) else [value] for name, value in typed.items()}


COHORT = {"type": "cohort", "value": "số dịch vụ"}
# rule, what is typed, the answer as it is stored, the points (None: none yet).
READINGS = [
    ("boolean", texts(choice="yes"), {"choice": "yes"}, "1"),
    ("boolean", texts(choice="no"), {"choice": "no"}, "0"),
    ("boolean", texts(), {}, None),
    ("boolean", texts(choice="maybe"), {}, None),
    ("choice", texts(choice="1"), {"choice": "trong tháng 2"}, "0.5"),
    ("choice", texts(choice="7"), {}, None),
    ("checklist", texts(item=["0", "2"]), {"items": ["đủ lĩnh vực", "rõ đơn vị chịu trách nhiệm"]}, "0.7"),
    ("checklist", texts(none_confirmed="1"), {"items": []}, "0"),
    ("checklist", texts(), {}, None),
    ("count", texts(numerator="7"), {"numerator": "7"}, "0.7"),
    ("step", texts(numerator="45", denominator="50"), {"numerator": "45", "denominator": "50"}, "0.5"),
    ("step", texts(numerator="45"), {"numerator": "45"}, None),
    ("step_on_count", texts(numerator="4"), {"numerator": "4"}, "1"),
    (
        "ratio",
        texts(numerator="40", denominator="52", excused="2"),
        {"numerator": "40", "denominator": "52", "excused": "2"},
        "0.8",
    ),
    ("floor", texts(numerator="39", denominator="50"), {"numerator": "39", "denominator": "50"}, "0"),
    (
        "formula",
        texts(variable_0="50", variable_1="30"),
        {"variables": {"planned": "50", "done": "30"}},
        "0.6",
    ),
    ("formula", texts(variable_0="50"), {"variables": {"planned": "50"}}, None),
    ("deadline", texts(moment="31/01/2026", signed="yes"), {"moment": "2026-01-31", "signed": True}, "1"),
    ("deadline", texts(moment="31/01/2026", signed="no"), {"moment": "2026-01-31", "signed": False}, "0"),
    ("deadline", texts(moment="2026-02-01", signed="yes"), {"moment": "2026-02-01", "signed": True}, "0.5"),
    ("deadline", texts(no_document="1"), {"choice": "no"}, "0"),
    ("deadline", texts(moment="31/01/2026"), {"moment": "2026-01-31"}, None),
    ("deduct", texts(count_0="1", count_1="0"), {"counts": {"vi phạm nặng": "1", "vi phạm nhẹ": "0"}}, "0.5"),
    ("deduct", texts(), {}, None),
    ("grade", texts(choice="1", numerator="1"), {"choice": "hoàn thành tốt", "numerator": "1"}, "0.375"),
    ("grade", texts(choice="0"), {"choice": "hoàn thành xuất sắc"}, "1"),
]


@pytest.mark.parametrize(("kind", "typed", "stored", "points"), READINGS)
def test_what_is_typed_becomes_the_answer_of_its_rule(
    kind: str, typed: dict[str, list[str]], stored: dict[str, Any], points: str | None
) -> None:
    leaf = leaf_with(RULES[kind])
    entry = read_entry(leaf, typed)
    assert entry.answer.as_json() == stored
    earned = getattr(leaf.evaluate(entry.answer), "points", None)
    assert earned == (None if points is None else Decimal(points))


@pytest.mark.parametrize(("kind", "typed", "stored", "points"), READINGS)
def test_the_form_understands_what_it_shows(
    kind: str, typed: dict[str, list[str]], stored: dict[str, Any], points: str | None
) -> None:
    leaf = leaf_with(RULES[kind])
    answer = Answer.from_json(stored)
    assert read_entry(leaf, texts_of(leaf, answer)).answer == answer


def test_every_rule_type_that_a_unit_answers_has_its_questions() -> None:
    answered = {type(rule_from_mapping(rule)) for rule in (*RULES.values(), COHORT)}
    asked = {type_ for type_ in answered if not questions_of(_rule_of(type_), Decimal(1)).is_empty}
    unanswered = {"survey_weighted_answers", "external_index", "leadership_score"}
    unanswered |= {"bonus_capped", "penalty_capped", "not_applicable"}
    assert asked == {type_ for type_ in RULE_TYPES if type_.type not in unanswered}


def _rule_of(type_: type) -> Any:
    return next(
        rule for mapping in (*RULES.values(), COHORT) if type(rule := rule_from_mapping(mapping)) is type_
    )


@pytest.mark.parametrize("value", ["4215", "0.125", "12.345", "1234567.5", "57.52"])
def test_a_number_that_is_shown_is_read_back_without_a_question(value: str) -> None:
    leaf = leaf_with(RULES["ratio"])
    answer = Answer(numerator=Decimal(value), denominator=Decimal(value))
    assert read_entry(leaf, texts_of(leaf, answer)).answer == answer


@pytest.mark.parametrize(
    ("kind", "typed", "faulty"),
    [
        (
            "ratio",
            texts(numerator="1.500", denominator="x", excused="--"),
            ["numerator", "denominator", "excused"],
        ),
        ("checklist", texts(item=["0"], none_confirmed="1"), ["none_confirmed"]),
        ("deadline", texts(moment="31/02/2026", signed="yes"), ["moment"]),
        ("deadline", texts(moment="31/01/2026", no_document="1"), ["moment"]),
        ("deduct", texts(count_0="1"), ["count_1"]),
        ("boolean", texts(not_applicable="1"), ["reason"]),
        ("boolean", texts(choice="yes", given_points="0,5"), ["note"]),
        ("boolean", texts(choice="yes", given_points="1,2", note="vì"), ["given_points"]),
        ("boolean", texts(choice="yes", given_points="-1", note="vì"), ["given_points"]),
    ],
)
def test_every_faulty_field_is_named(kind: str, typed: dict[str, list[str]], faulty: list[str]) -> None:
    with pytest.raises(FormRefused) as refusal:
        read_entry(leaf_with(RULES[kind]), typed)
    assert list(refusal.value.errors) == faulty
    assert [gap.link for gap in refusal.value.gaps] == [f"#id_{name}" for name in faulty]


def test_not_applicable_clears_the_figures_and_needs_the_consent_of_the_set() -> None:
    typed = texts(numerator="1", denominator="2", not_applicable="1", reason="Không phát sinh hồ sơ")
    entry = read_entry(leaf_with(RULES["ratio"]), typed)
    assert entry.answer.as_json() == {"applicable": False, "reason": "Không phát sinh hồ sơ"}
    with pytest.raises(FormRefused) as refusal:
        read_entry(leaf_with(RULES["ratio"], may_be_not_applicable=False), typed)
    assert list(refusal.value.errors) == ["not_applicable"]


def test_an_answer_is_told_under_the_names_that_the_rule_gives() -> None:
    leaf = leaf_with(RULES["ratio"])
    answer = Answer(numerator=Decimal(40), denominator=Decimal(52), excused=Decimal(2))
    assert facts_of(leaf, answer) == (
        ("Nhiệm vụ hoàn thành", "40"),
        ("Nhiệm vụ được giao", "52"),
        ("Nhiệm vụ được loại trừ", "2"),
    )
