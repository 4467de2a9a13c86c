"""Totals: the policies of section 7, bonus and penalty of section 9, what is missing, what is removed."""

from decimal import Decimal
from random import Random

import pytest

from openpar.engine.answers import Answer
from openpar.engine.criteria import CriteriaSet, set_from_mapping
from openpar.engine.errors import UnknownCode
from openpar.engine.numbers import round_for_show
from openpar.engine.scoring import Sheet, UnitScore, score_block, score_unit, standing
from tests.engine.random_sets import random_case
from tests.engine.sets import NO, OUT, YES, field, leaf, made, ratio
from tests.engine.test_oracle import sheet_of

D = Decimal


def example(policy: str, scope: str = "whole", **settings: object) -> CriteriaSet:
    """Section 7: MA 70, R 6 (leaf 2.1), M 100."""
    return made(
        field("1", leaf("1.1", "64")),
        field("2", leaf("2.1", "6", "boolean")),
        field("3", leaf("3.1", "30", "external_pct")),
        na_policy=policy,
        na_scope=scope,
        **settings,
    )


ANSWERS = {"1.1": ratio(55, 64), "2.1": OUT, "3.1": Answer(numerator=D(20), denominator=D(30))}


@pytest.mark.parametrize(
    ("policy", "index", "maximum"),
    [("rescale_appraisal", "80.16", 100), ("shrink_denominator", "79.79", 94), ("full_marks", "81.00", 100)],
)
def test_the_three_policies_of_the_worked_example(policy: str, index: str, maximum: int) -> None:
    score = score_unit(example(policy), ANSWERS)
    assert score.index is not None
    assert str(round_for_show(score.index, 2)) == index
    assert score.maximum == maximum
    assert not score.provisional
    assert not score.gaps
    assert [line.code for line in score.removed] == ["2.1"]


def test_without_removed_leaves_the_policies_agree() -> None:
    answers = {**ANSWERS, "2.1": NO}
    indices = {
        score_unit(example(policy), answers).index
        for policy in ("rescale_appraisal", "shrink_denominator", "full_marks")
    }
    assert indices == {D(75)}


@pytest.mark.parametrize("policy", ["rescale_appraisal", "shrink_denominator", "full_marks"])
def test_a_unit_whose_whole_appraised_part_is_removed_has_no_index(policy: str) -> None:
    score = score_unit(example(policy), {**ANSWERS, "1.1": OUT})
    assert (score.index, score.total, score.achieved) == (None, None, None)
    assert score.node("1").index is None
    assert score.node("1").achieved is None
    assert score.explanation == ("Toàn bộ phần thẩm định không áp dụng: đơn vị không có chỉ số.",)


@pytest.mark.parametrize("policy", ["rescale_appraisal", "shrink_denominator"])
def test_without_a_survey_the_appraised_part_stands_alone(policy: str) -> None:
    answers = {"1.1": ratio(56, 64), "2.1": NO, "3.1": OUT}
    score = score_unit(example(policy), answers)
    assert (score.achieved, score.maximum, score.index) == (D(56), D(70), D(80))


def test_everything_removed_divides_by_nothing() -> None:
    score = score_unit(example("shrink_denominator"), dict.fromkeys(("1.1", "2.1", "3.1"), OUT))
    assert score.index is None
    assert score.outside_part.index is None


def by_field(scope: str) -> UnitScore:
    """Field 1 loses 5 of 10 points, field 2 keeps 10, field 3 is gone altogether."""
    criteria_set = made(
        field("1", leaf("1.1", "5"), leaf("1.2", "5")),
        field("2", leaf("2.1", "10")),
        field("3", leaf("3.1", "10")),
        na_scope=scope,
    )
    return score_unit(criteria_set, {"1.1": ratio(4, 5), "1.2": OUT, "2.1": ratio(5, 10), "3.1": OUT})


def test_scaled_as_a_whole_every_point_that_is_left_weighs_the_same() -> None:
    score = by_field("whole")
    assert score.achieved == 18  # 9/15 × 30
    assert (score.node("1").achieved, score.node("1").maximum, score.node("1").index) == (D(4), D(5), D(80))


def test_scaled_by_field_each_field_keeps_its_weight() -> None:
    score = by_field("field")
    assert score.achieved == D("19.5")  # (8 + 5)/20 × 30
    assert (score.node("1").achieved, score.node("1").maximum, score.node("1").index) == (D(8), D(10), D(80))
    assert score.node("3").achieved is None


def test_full_marks_count_in_the_field_too() -> None:
    score = score_unit(
        made(field("1", leaf("1.1", "5"), leaf("1.2", "5")), na_policy="full_marks"),
        {"1.1": ratio(4, 5), "1.2": OUT},
    )
    assert (score.node("1").achieved, score.node("1").index) == (D(9), D(90))


@pytest.mark.parametrize(
    ("numerator", "bonus", "penalty", "cap", "total"),
    [
        ("91.25", ["3.5"], ["0.5"], None, "93.75"),
        ("98.80", ["2", "1"], ["0.5"], None, "101.30"),
        ("98.80", ["3"], ["0.5"], "100", "100"),
        ("2", [], ["4", "4"], "100", "0"),
        ("50", [], ["4", "4"], "100", "45"),
    ],
)
def test_bonus_and_penalty_stand_outside_and_the_cap_comes_last(
    numerator: str, bonus: list[str], penalty: list[str], cap: str | None, total: str
) -> None:
    extra = {"bonus_max": "3", "penalty_max": "5", "total_cap": cap}
    criteria_set = made(field("1", leaf("1.1", "100")), bonus_penalty=extra)
    score = score_unit(
        criteria_set,
        {"1.1": ratio(numerator, 100)},
        bonus=[D(points) for points in bonus],
        penalty=[D(points) for points in penalty],
    )
    assert score.total == D(total)
    assert score.index == D(total)
    assert score.node("1").achieved == D(numerator)


def test_missing_and_pending_count_nothing_and_are_named() -> None:
    score = score_unit(example("rescale_appraisal"), {"2.1": YES})
    assert score.total == 6
    assert score.provisional
    assert score.waiting == ("1.1", "3.1")
    assert [line.outcome.state for line in score.lines] == ["MISSING", "EARNED", "PENDING"]


def test_a_leaf_from_outside_that_nobody_answered_is_waited_for() -> None:
    criteria_set = made(field("1", leaf("1.1", "1"), leaf("1.2", "1", "boolean", by="leadership")))
    assert score_unit(criteria_set, {}).line("1.2").outcome.state == "PENDING"


def test_what_a_person_has_to_settle_is_listed() -> None:
    criteria_set = made(field("1", leaf("1.1", "1", na=None), leaf("1.2", "1"), leaf("1.3", "1")))
    score = score_unit(criteria_set, {"1.1": ratio(0, 0), "1.2": ratio(0, 0), "1.3": ratio(2, 1)})
    assert [gap.code for gap in score.gaps] == ["1.1", "1.3"]
    assert score.line("1.1").is_removed
    assert score.provisional


def test_a_leaf_the_manager_removed_stays_removed_whatever_was_answered() -> None:
    score = score_unit(
        example("rescale_appraisal"), {**ANSWERS, "2.1": YES}, removed={"2.1": "theo quyết định"}
    )
    assert score.line("2.1").outcome.sentence == "Không áp dụng: theo quyết định."


def test_codes_that_the_set_does_not_have_are_refused() -> None:
    with pytest.raises(UnknownCode, match=r"9\.9"):
        score_unit(example("full_marks"), {"9.9": YES})
    with pytest.raises(UnknownCode):
        score_unit(example("full_marks"), {}, removed={"9.9": ""})
    with pytest.raises(UnknownCode):
        score_unit(example("full_marks"), {}).line("9.9")
    with pytest.raises(UnknownCode):
        score_unit(example("full_marks"), {}).node("9.9")


def test_every_sheet_explains_its_total() -> None:
    assert score_unit(example("rescale_appraisal"), ANSWERS).explanation == (
        "Phần tự đánh giá và thẩm định: 55 trên 64 điểm, đã loại 6 điểm không áp dụng, "
        "quy đổi về 70: ≈ 60,1563 điểm.",
        "Phần đánh giá từ bên ngoài: 20 trên 30 điểm.",
        "Tổng điểm ≈ 80,1563 trên 100; chỉ số ≈ 80,1563 %.",
    )


def test_a_block_is_scored_together_where_units_depend_on_each_other() -> None:
    criteria_set = made(field("1", leaf("1.1", "2", rule={"type": "cohort"})))
    sheets = {
        "a": Sheet({"1.1": Answer(numerator=D(30))}),
        "b": Sheet({"1.1": Answer(numerator=D(60))}),
        "c": Sheet(removed={"1.1": "đơn vị mới"}),
    }
    scores = score_block(criteria_set, sheets)
    assert {unit: score.total for unit, score in scores.items()} == {"a": 1, "b": 2, "c": None}
    assert score_unit(criteria_set, sheets["a"].answers).waiting == ("1.1",)


def test_a_set_of_criteria_that_are_leaves_themselves_is_scored() -> None:
    criteria_set = made(leaf("I", "35", "external_pct"), field("II", leaf("1", "65")))
    score = score_unit(criteria_set, {"I": Answer(numerator=D(80)), "1": ratio(1, 2)})
    assert (score.node("I").achieved, score.node("II").achieved, score.total) == (D(28), D("32.5"), D("60.5"))


def test_the_standing_after_a_save_equals_the_full_score_in_every_figure() -> None:
    compared = 0
    for seed in range(300):
        given, sheets = random_case(Random(seed))
        criteria_set = set_from_mapping(given)
        scores = score_block(criteria_set, {unit: sheet_of(sheet) for unit, sheet in sheets.items()})
        for unit, score in scores.items():
            sheet = sheet_of(sheets[unit])
            outcomes = {line.code: line.outcome for line in score.lines}
            found = standing(criteria_set, outcomes, bonus=sheet.bonus, penalty=sheet.penalty)
            assert (found.total, found.index, found.provisional) == (
                score.total,
                score.index,
                score.provisional,
            )
            assert found.fields == tuple(score.node(top.code) for top in criteria_set.fields)
            compared += 1
    assert compared > 300
