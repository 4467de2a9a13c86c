"""What must hold for any figures: limits, growth, and that order never matters."""

from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpar.engine.answers import Answer
from openpar.engine.criteria import set_from_mapping
from openpar.engine.grading import grade
from openpar.engine.numbers import ZERO
from openpar.engine.outcomes import Earned
from openpar.engine.ranking import rank
from openpar.engine.rules import rule_from_mapping
from openpar.engine.scoring import Sheet, score_block, score_unit
from tests.engine.random_sets import random_case
from tests.engine.sets import OUT, YES, field, leaf, made, ratio
from tests.engine.test_oracle import sheet_of

D = Decimal
SEEDS = st.integers(min_value=0, max_value=10**9)
COUNTS = st.integers(min_value=0, max_value=10**6)
MONOTONE: list[dict[str, Any]] = [
    {"type": "ratio"},
    {"type": "ratio", "zero_below": "0.8"},
    {"type": "step", "steps": [{"gt": "0.9", "points": "2"}, {"ge": "0.7", "points": "1"}, {"points": "0"}]},
]


@given(SEEDS)
def test_points_stay_between_zero_and_the_maximum(seed: int) -> None:
    given_set, sheets = random_case(Random(seed))
    for score in score_block(
        set_from_mapping(given_set), {unit: sheet_of(sheet) for unit, sheet in sheets.items()}
    ).values():
        for line in score.lines:
            assert line.outcome.sentence
            if isinstance(line.outcome, Earned):
                assert ZERO <= line.outcome.points <= line.maximum
        assert score.total is None or score.total >= ZERO


@pytest.mark.parametrize("rule", MONOTONE, ids=["ratio", "floor", "step"])
@given(bottom=st.integers(min_value=1, max_value=10**6), tops=st.tuples(COUNTS, COUNTS))
def test_more_achieved_never_earns_less(rule: dict[str, Any], bottom: int, tops: tuple[int, int]) -> None:
    low, high = sorted(min(top, bottom) for top in tops)
    read = rule_from_mapping(rule)
    less, more = (read.evaluate(ratio(top, bottom), D(2)) for top in (low, high))
    assert isinstance(less, Earned)
    assert isinstance(more, Earned)
    assert less.points <= more.points


@given(SEEDS)
@settings(max_examples=50)
def test_the_order_of_answers_and_units_does_not_matter(seed: int) -> None:
    given_set, plain_sheets = random_case(Random(seed))
    criteria_set = set_from_mapping(given_set)
    sheets = {unit: sheet_of(sheet) for unit, sheet in plain_sheets.items()}
    turned = {
        unit: Sheet(
            dict(reversed(list(sheet.answers.items()))), sheet.bonus[::-1], sheet.penalty, sheet.removed
        )
        for unit, sheet in reversed(sheets.items())
    }
    assert score_block(criteria_set, turned) == score_block(criteria_set, sheets)


@given(st.lists(st.decimals(min_value=0, max_value=100, places=3), min_size=1, max_size=12))
def test_a_rank_counts_who_stands_ahead(values: list[Decimal]) -> None:
    units = dict(enumerate(values))
    competition = rank(units)
    dense = rank(units, ties="dense")
    for unit, value in units.items():
        assert competition[unit].rank == 1 + sum(other > value for other in values)
        assert dense[unit].rank == 1 + len({other for other in values if other > value})
        assert dense[unit].rank <= competition[unit].rank <= len(values)


@given(st.integers(min_value=1, max_value=50), st.integers(min_value=1, max_value=50))
def test_a_removed_leaf_leaves_the_index_of_a_unit_that_does_equally_well(top: int, more: int) -> None:
    """Rescaling and shrinking are fair: with the same ratio everywhere, removing a leaf changes nothing."""
    fields = (field("1", leaf("1.1", "7"), leaf("1.2", "3")), field("2", leaf("2.1", "5")))
    same = ratio(top, top + more)
    for policy in ("rescale_appraisal", "shrink_denominator"):
        criteria_set = made(*fields, na_policy=policy)
        full = score_unit(criteria_set, dict.fromkeys(("1.1", "1.2", "2.1"), same))
        removed = score_unit(criteria_set, {"1.1": same, "1.2": OUT, "2.1": same})
        assert full.index == removed.index


@given(st.decimals(min_value=0, max_value=100, places=6))
def test_every_index_has_exactly_one_class_when_bands_cover(index: Decimal) -> None:
    criteria_set = made(
        leaf("1", "1", "boolean"),
        bands=[{"name": "A", "ge": "90"}, {"name": "B", "ge": "50"}, {"name": "C", "lt": "50"}],
    )
    assert grade(index, criteria_set.settings.bands) in ("A", "B", "C")
    assert score_unit(criteria_set, {"1": YES}).index == 100


@given(st.lists(st.sampled_from(("0.1", "0.3", "0.5")), max_size=3, unique=True))
def test_ticked_items_add_up_exactly_in_any_order(items: list[str]) -> None:
    rule = rule_from_mapping({"type": "checklist", "items": {"0.1": "0.1", "0.3": "0.3", "0.5": "0.5"}})
    outcome = rule.evaluate(Answer(items=tuple(items)), D("0.9"))
    assert isinstance(outcome, Earned)
    assert outcome.points == sum(map(Decimal, items), D(0))
