"""Where points were lost: self against appraised (the case of Phú Yên, 77.2 → 57.52)."""

from decimal import Decimal

import pytest

from openpar.engine.compare import compare, lost_points, lost_points_by_node
from openpar.engine.errors import EngineError
from openpar.engine.scoring import score_unit
from tests.engine.sets import OUT, field, leaf, made, ratio

D = Decimal
SET = made(field("1", leaf("1.1", "40"), leaf("1.2", "20")), field("2", leaf("2.1", "30"), leaf("2.2", "10")))
OWN = {"1.1": ratio("35.2", 40), "1.2": ratio(12, 20), "2.1": ratio(30, 30), "2.2": OUT}
APPRAISED = {"1.1": ratio("30.02", 40), "1.2": ratio("12.5", 20), "2.1": ratio(15, 30), "2.2": OUT}


def test_the_difference_is_explained_leaf_by_leaf() -> None:
    set_of_100 = made(field("1", leaf("1.1", "60")), field("2", leaf("2.1", "40")))
    own = score_unit(set_of_100, {"1.1": ratio("47.2", 60), "2.1": ratio(30, 40)})
    appraised = score_unit(set_of_100, {"1.1": ratio("37.52", 60), "2.1": ratio(20, 40)})
    found = compare(own, appraised)
    assert (own.total, appraised.total, found.total_change) == (D("77.2"), D("57.52"), D("-19.68"))
    assert [(line.code, line.change) for line in found.lines] == [("2.1", D(-10)), ("1.1", D("-9.68"))]


def test_the_greatest_fall_comes_first_and_removed_leaves_last() -> None:
    found = compare(score_unit(SET, OWN), score_unit(SET, APPRAISED))
    assert [line.code for line in found.lines] == ["2.1", "1.1", "1.2", "2.2"]
    assert found.lines[-1].change is None
    assert found.nodes[0].code == "2"


def test_lost_points_leave_out_what_was_removed() -> None:
    score = score_unit(SET, APPRAISED)
    assert [(loss.code, loss.lost) for loss in lost_points(score)] == [
        ("2.1", D(15)),
        ("1.1", D("9.98")),
        ("1.2", D("7.5")),
    ]
    assert [loss.code for loss in lost_points_by_node(score)][:2] == ["1", "2"]


def test_a_leaf_without_answer_has_lost_all() -> None:
    assert lost_points(score_unit(SET, {}))[0].lost == 40


def test_sheets_of_different_sets_are_not_compared() -> None:
    with pytest.raises(EngineError):
        compare(score_unit(SET, {}), score_unit(made(field("1", leaf("1.1", "40"))), {}))
