"""Bonus and penalty: entered by one, decided by another, both of this round and of another agency."""

from __future__ import annotations

from decimal import Decimal

import pytest

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.parindex.assessments.actions.adjustments import decide_adjustment, record_penalty
from openpar.parindex.assessments.errors import NotAllowed
from openpar.parindex.assessments.models import Adjustment
from tests import factories
from tests.parindex.assessments.test_corrections import refused_by
from tests.parindex.rounds import APPRAISAL, SmallRound

pytestmark = pytest.mark.django_db


def penalise(small: SmallRound, by: Actor) -> Adjustment:
    return record_penalty(
        assessment_id=small.sheet().pk,
        ground="Kết luận thanh tra",
        points=Decimal("0.5"),
        document_id=None,
        by=by,
        at=APPRAISAL,
    )


def decide(penalty: Adjustment, by: Actor) -> str:
    """The code of the refusal, or the state that came of it."""
    try:
        decide_adjustment(adjustment_id=penalty.pk, accept=True, reason="", by=by, at=APPRAISAL)
    except NotAllowed as refused:
        return refused.gaps[0].code
    penalty.refresh_from_db()
    return penalty.state


def test_the_manager_of_another_agency_neither_records_nor_decides(appraising: SmallRound) -> None:
    office = factories.organisation("Văn phòng khác", assessed=False)
    stranger = factories.actor_as(Role.ROUND_MANAGER, office, "Quản lý nơi khác")
    with pytest.raises(NotAllowed):
        penalise(appraising, stranger)
    assert decide(penalise(appraising, appraising.outside_appraiser), stranger) == "not_decider"


def test_whoever_recorded_a_penalty_does_not_decide_it_but_the_chair_does(appraising: SmallRound) -> None:
    penalty = penalise(appraising, appraising.manager)
    assert decide(penalty, appraising.manager) == "same_person"
    alone = {"state": "ACCEPTED", "decided_by_id": appraising.manager.person_id}
    rows = Adjustment.objects.filter(pk=penalty.pk)
    assert "adjusted_by_two_people" in refused_by(lambda: rows.update(**alone))
    assert decide(penalty, appraising.chair) == Adjustment.State.ACCEPTED


def test_another_manager_of_the_round_is_a_second_person(appraising: SmallRound) -> None:
    second = factories.actor_as(Role.ROUND_MANAGER, appraising.home_affairs, "Quản lý thứ hai")
    assert decide(penalise(appraising, appraising.manager), second) == Adjustment.State.ACCEPTED


def test_nobody_decides_for_the_agency_they_belong_to(appraising: SmallRound) -> None:
    penalty = penalise(appraising, appraising.outside_appraiser)
    chair = factories.actor_as(Role.COUNCIL_CHAIR, appraising.health, "Chủ tịch từ Sở Y tế")
    assert decide(penalty, chair) == "own_unit"
