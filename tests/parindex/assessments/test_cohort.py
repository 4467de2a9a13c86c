"""A leaf measured against the best of the block: value ÷ best × maximum, computed over all units."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest

from openpar.base.accounts.models import Role
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.appraisals import save_appraisal
from openpar.parindex.assessments.actions.rounds import advance_round
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import save_self_score
from openpar.parindex.assessments.models import RoundStage
from openpar.parindex.assessments.results import results_of_round
from tests import factories
from tests.parindex import rounds

pytestmark = pytest.mark.django_db


def cohort_set() -> dict[str, Any]:
    """The small set with its last self-scored leaf of one point measured against the best."""
    mapping: dict[str, Any] = copy.deepcopy(dict(rounds.SMALL_SET))
    mapping["fields"][1]["criteria"][0]["sub"][1]["rule"] = {
        "type": "cohort_normalised",
        "value": "số mô hình",
    }
    return mapping


def test_when_one_figure_is_corrected_the_points_of_all_units_move() -> None:
    small = rounds.opened_round(cohort_set())
    values = {small.home_affairs: 60, small.health: 45, small.justice: 30}
    for unit, value in values.items():
        save_self_score(
            assessment_id=small.sheet(unit).pk,
            code="2.1.2",
            entry=Entry(Answer(numerator=Decimal(value))),
            expected_version=0,
            by=factories.actor_as(Role.FOCAL_OFFICER, unit),
            at=rounds.DURING_SELF,
        )
    advance_round(round_id=small.round.pk, to=RoundStage.APPRAISAL, by=small.manager, at=rounds.SELF_CLOSES)
    for unit, value in {**values, small.home_affairs: 90}.items():
        save_appraisal(
            assessment_id=small.sheet(unit).pk,
            code="2.1.2",
            entry=Entry(Answer(numerator=Decimal(value)), note="Đối chiếu danh sách mô hình"),
            expected_version=0,
            by=small.outside_appraiser,
            at=rounds.APPRAISAL,
        )
    [block] = results_of_round(small.round.pk)
    points = {
        unit.name: next(
            (line.points["SELF"], line.decided_points) for line in unit.lines if line.code == "2.1.2"
        )
        for unit in block.units
    }
    half, third = Decimal("0.5"), Decimal("0.333333333333333333333333")
    assert points == {
        "Sở Nội vụ": (Decimal(1), Decimal(1)),
        "Sở Y tế": (Decimal("0.75"), half),
        "Sở Tư pháp": (half, third),
    }
