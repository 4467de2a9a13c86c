"""A round from preparation to publication, through the actions: who may, when, and what comes out."""

from __future__ import annotations

from decimal import Decimal

import pytest

from openpar.base.audit.models import Entry as Trace
from openpar.parindex.assessments.models import Result, RoundStage, SheetState
from tests.parindex import rounds

pytestmark = pytest.mark.django_db


def test_a_round_ends_in_totals_ranks_and_classes_that_can_be_recounted_by_hand(
    published: rounds.SmallRound,
) -> None:
    found = {
        result.assessment.unit.name: result
        for result in Result.objects.select_related("assessment__unit").all()
    }
    # Sở Nội vụ: 1 + 2,4 + 2 + 1 + 90 % of 3 = 9,1. Sở Tư pháp: 6,4 + 2,4 = 8,8. Sở Y tế loses 0,6.
    assert {name: result.total for name, result in found.items()} == {
        "Sở Nội vụ": Decimal("9.1"),
        "Sở Tư pháp": Decimal("8.8"),
        "Sở Y tế": Decimal("8.2"),
    }
    assert {name: (result.rank, result.rank_of, result.grade) for name, result in found.items()} == {
        "Sở Nội vụ": (1, 3, "Xuất sắc"),
        "Sở Tư pháp": (2, 3, "Tốt"),
        "Sở Y tế": (3, 3, "Tốt"),
    }
    assert found["Sở Y tế"].self_total == Decimal("8.8")
    assert published.round.stage == RoundStage.PUBLISHED


@pytest.mark.usefixtures("published")
def test_the_result_says_leaf_by_leaf_why_points_were_lost() -> None:
    result = Result.objects.get(assessment__unit__name="Sở Y tế")
    line = next(line for line in result.lines if line["code"] == "1.1.2")
    assert Decimal(line["points"]["SELF"]) == Decimal("2.4")
    assert Decimal(line["decided"]) == Decimal("1.8")
    assert line["notes"]["APPRAISED"] == "Chỉ có sản phẩm của 30 nhiệm vụ"
    assert "30" in line["sentences"]["APPRAISED"]
    assert "50" in line["sentences"]["APPRAISED"]


def test_a_locked_sheet_keeps_the_total_of_its_stored_scores(opened: rounds.SmallRound) -> None:
    rounds.score_unit(opened, opened.health)
    rounds.lock_unit(opened, opened.health)
    sheet = opened.sheet()
    stored = sum((score.points or 0 for score in sheet.scores.filter(layer="SELF")), Decimal(0))
    assert sheet.state == SheetState.LOCKED
    assert sheet.self_total == stored == Decimal("6.4")


@pytest.mark.usefixtures("published")
def test_every_step_leaves_its_trace() -> None:
    verbs = set(Trace.objects.values_list("verb", flat=True))
    assert {
        "round.created",
        "round.phases_set",
        "round.block_added",
        "round.units_enrolled",
        "round.appraiser_assigned",
        "round.moved",
        "score.self_saved",
        "evidence.attached",
        "sheet.submitted",
        "sheet.locked",
        "score.appraised",
        "score.outside_recorded",
        "council.concluded",
        "round.published",
    } <= verbs
