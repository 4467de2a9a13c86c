"""Every rule type against the worked tables taken from parindex.md 6."""

from decimal import Decimal
from typing import Any

import pytest

from openpar.engine.answers import BadAnswer
from openpar.engine.outcomes import Earned
from openpar.engine.rules import RULE_TYPES, CohortNormalised, rule_from_mapping
from openpar.parindex.criteria.yaml_files import read_mapping
from tests.engine.tables import FOLDER, Case, answer_of, cases

COHORT = read_mapping(FOLDER / "16_cohort_normalised.yaml")["blocks"]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_rule_gives_what_the_table_says(case: Case) -> None:
    if case.state == "BAD_NUMBER":
        with pytest.raises(BadAnswer):
            answer_of(case.answer)
        return
    rule = rule_from_mapping(case.rule)
    maximum = Decimal(case.maximum)
    outcome = rule.evaluate(answer_of(case.answer), maximum, allows_not_applicable=case.allows)
    assert outcome.state == case.state, outcome
    assert outcome.sentence.endswith(".")
    if case.points is not None:
        assert isinstance(outcome, Earned)
        assert outcome.points == Decimal(case.points)
    if case.sentence is not None:
        assert outcome.sentence == case.sentence


@pytest.mark.parametrize("block", COHORT, ids=[block["why"] for block in COHORT])
def test_a_cohort_is_measured_against_its_best(block: dict[str, Any]) -> None:
    rule = rule_from_mapping(block["rule"])
    assert isinstance(rule, CohortNormalised)
    answers = {unit: answer_of(answer) for unit, answer in block["answers"].items()}
    outcomes = rule.evaluate_cohort(answers, Decimal(block["maximum"]))
    points = {unit: each.points for unit, each in outcomes.items() if isinstance(each, Earned)}
    assert points == {unit: Decimal(text) for unit, text in block.get("points", {}).items()}
    states = {unit: each.state for unit, each in outcomes.items() if not isinstance(each, Earned)}
    assert states == block.get("states", {})


def test_every_rule_type_has_a_table() -> None:
    tabled = {read_mapping(path)["type"] for path in FOLDER.glob("*.yaml")}
    assert tabled == {rule.type for rule in RULE_TYPES}


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_rule_written_out_reads_back_the_same(case: Case) -> None:
    rule = rule_from_mapping(case.rule)
    assert rule_from_mapping(rule.as_mapping()) == rule


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_row_reached_is_worth_the_points(case: Case) -> None:
    if case.state == "BAD_NUMBER":
        return
    rule, maximum = rule_from_mapping(case.rule), Decimal(case.maximum)
    answer = answer_of(case.answer)
    rows, position = rule.describe(maximum), rule.reached(answer)
    outcome = rule.evaluate(answer, maximum)
    assert rows
    if (
        position is not None
        and isinstance(outcome, Earned)
        and rule.type.startswith(("step", "choice", "boolean"))
    ):
        assert rows[position].points == outcome.points
