"""The nine indicators of TT 01/2018: points, values, scores, missing indicators, unusable schemes."""

from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from openpar.engine.errors import InvalidSet
from openpar.engine.evaluation import (
    BadPoints,
    evaluate,
    points_of_feedback,
    points_of_organisation,
)
from openpar.engine.evaluation_data import RULES, scheme_from_mapping
from openpar.parindex.criteria.yaml_files import mapping_of, read_mapping
from tests.engine.evaluation_cases import FACTS, FILE, ballots_of, decimal_of, points_of, scheme

SCHEME = scheme()
WORKED = read_mapping(FACTS / "evaluation.yaml")
BALLOTS = some.lists(some.integers(0, 2), min_size=1, max_size=40)


@pytest.mark.parametrize("row", WORKED["points"], ids=lambda row: f"{row['rule']}: {row['why']}")
def test_facts_become_the_points_of_the_table(row: dict[str, Any]) -> None:
    expected = None if row["points"] is None else int(row["points"])
    assert points_of(SCHEME, row["rule"], row["given"]) == expected


@pytest.mark.parametrize("row", WORKED["scores"], ids=lambda row: str(row["why"]))
def test_ballots_become_the_values_and_scores_of_the_table(row: dict[str, Any]) -> None:
    found = evaluate(SCHEME, ballots_of(row["ballots"]))
    values = {each.indicator.id: each.value for each in found.values}
    assert {name: values[name] for name in row["values"]} == {
        name: decimal_of(text) for name, text in row["values"].items()
    }
    for score in found.scores:
        points, maximum, label = row[score.score.id]
        assert [score.points, score.maximum, score.label] == [decimal_of(points), Decimal(maximum), label]


def test_every_rule_of_the_scheme_has_worked_examples() -> None:
    assert (
        {each.rule for each in SCHEME.indicators} == set(RULES) == {row["rule"] for row in WORKED["points"]}
    )
    assert [each.id for each in SCHEME.indicators] == [str(number) for number in range(1, 10)]
    assert {score.id: score.maximum for score in SCHEME.scores} == {"official": 10, "agency": 18}


@given(some.dictionaries(some.sampled_from(["1", "2", "3", "4", "6", "7"]), BALLOTS))
@settings(max_examples=200, deadline=None)
def test_values_are_the_exact_mean_rounded_once_and_what_is_missing_leaves(
    ballots: dict[str, list[int]],
) -> None:
    found = evaluate(SCHEME, ballots)
    for value in found.values:
        points = ballots.get(value.indicator.id)
        if points is None:
            assert value.value is None
        else:
            assert value.value is not None
            mean = Fraction(sum(points), len(points))
            assert Fraction(value.value) == Fraction(floor(mean * 10 + Fraction(1, 2)), 10)
    for score in found.scores:
        there = [name for name in score.score.indicators if name in ballots]
        assert score.maximum == 2 * len(there)
        assert set(score.missing) == set(score.score.indicators) - set(there)
        assert (score.points is None) == (score.label is None) == (not there)
        assert score.points is None or 0 <= score.points <= score.maximum


def test_bands_hold_for_the_same_share_of_what_is_left() -> None:
    # 15 of 18 is “Xuất sắc”; of 12 that is 10, of 6 it is 5.
    def label(*points: int) -> str | None:
        return evaluate(SCHEME, {str(at): [each] for at, each in enumerate(points, 1)}).scores[1].label

    assert label(2, 2, 1) == "Xuất sắc"
    assert label(2, 1, 1) == "Tốt"
    assert label(1, 1, 1) == "Khá"
    assert label(1, 1, 0) == "Trung bình"
    assert label(1, 0, 0) == "Yếu"


@pytest.mark.parametrize("ballots", [{"10": [1]}, {"1": [3]}, {"1": [-1]}, {"5": [1, 2]}, {"1": [2, 2, 5]}])
def test_points_that_no_ballot_has_are_refused(ballots: dict[str, list[int]]) -> None:
    with pytest.raises(BadPoints):
        evaluate(SCHEME, ballots)


def test_counts_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(BadPoints, match="11 trên 10"):
        points_of_feedback(SCHEME.shares, received=10, answered_on_time=11)
    with pytest.raises(BadPoints, match="thôn"):
        points_of_organisation(
            SCHEME.shares, "thôn", procedures=1, handled_there=1, to_receive=1, received_there=1
        )


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("max: 18", "max: 20", "20"),
        ("indicators: ['1', '2', '3', '4', '7']", "indicators: ['1', '2', '3', '4', '77']", "77"),
        ("rule: order,", "rule: orders,", "orders"),
        ("received: 1}", "received: 2}", "received"),
        ("ge: 12, lt: 15", "ge: 13, lt: 15", "Không bước nào"),
        ("digits: 1", "digits: 1.5", "digits"),
        ("valid_from: 2018-11-23", "valid_from: 23/11/2018", "valid_from"),
        ("feedback: {full: 1, part: 0.90}", "feedback: nothing", "feedback"),
        ("part: 0.90}", "part: 0.90, least: 1}", "least"),
    ],
)
def test_a_scheme_that_contradicts_itself_is_refused(before: str, after: str, told: str) -> None:
    text = FILE.read_text("utf-8")
    assert before in text
    with pytest.raises(InvalidSet, match=told):
        scheme_from_mapping(mapping_of(text.replace(before, after, 1).encode()))
