"""What an open or confirmed correction means for the council, and who publishes what it accepted."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry as Trace
from openpar.base.notifications.models import Message
from openpar.parindex.assessments.actions.adjustments import decide_adjustment, record_penalty
from openpar.parindex.assessments.actions.corrections import refuse_correction, withdraw_correction
from openpar.parindex.assessments.actions.outside import clear_outside_value
from openpar.parindex.assessments.actions.publication import conclude_council
from openpar.parindex.assessments.errors import Incomplete, NotAllowed
from openpar.parindex.assessments.models import Round
from tests import factories
from tests.parindex import rounds
from tests.parindex.assessments.lock_race import without_the_second_line
from tests.parindex.assessments.test_corrections import DAY, conclude, confirm, propose, publish, refused_by
from tests.parindex.rounds import DECISION

pytestmark = pytest.mark.django_db


def test_neither_council_nor_publication_passes_an_open_correction(deciding: rounds.SmallRound) -> None:
    correction = propose(deciding)
    with pytest.raises(Incomplete) as refused:
        conclude(deciding)
    assert [gap.code for gap in refused.value.gaps] == ["open_corrections"]
    refuse_correction(correction_id=correction.pk, reason="Đúng rồi", by=deciding.chair, at=DECISION)
    conclude(deciding)
    propose(deciding)
    with pytest.raises(Incomplete) as refused:
        publish(deciding)
    assert [gap.code for gap in refused.value.gaps] == ["open_corrections"]


def test_the_database_publishes_nothing_while_a_correction_is_open(deciding: rounds.SmallRound) -> None:
    conclude(deciding)
    propose(deciding)
    late = {
        "stage": "PUBLISHED",
        "published_at": DECISION,
        "decision_number": "1",
        "published_by_id": deciding.manager.person_id,
    }
    assert refused_by(lambda: Round.objects.filter(pk=deciding.round.pk).update(**late)) == "round_stage"


def test_a_council_that_accepted_other_totals_concludes_anew(deciding: rounds.SmallRound) -> None:
    conclude(deciding)
    confirm(deciding, propose(deciding))
    deciding.round.refresh_from_db()
    assert (deciding.round.council_met_on, deciding.round.council_chair) == (None, None)
    fallen = Trace.objects.get(verb="council.set_aside")
    assert (fallen.actor_id, fallen.about) == (deciding.manager.person_id, f"round:{deciding.round.pk}")
    assert "1.1.2" in fallen.reason
    assert "phải lập lại" in Message.objects.filter(recipient_id=deciding.chair.person_id).latest("pk").text
    with pytest.raises(Incomplete) as refused:
        publish(deciding)
    assert [gap.code for gap in refused.value.gaps] == ["no_council"]
    conclude(deciding)
    publish(deciding)


def test_a_refused_or_withdrawn_correction_leaves_the_conclusion(deciding: rounds.SmallRound) -> None:
    conclude(deciding)
    refuse_correction(correction_id=propose(deciding).pk, reason="Đúng rồi", by=deciding.chair, at=DECISION)
    withdraw_correction(correction_id=propose(deciding).pk, by=deciding.appraiser, at=DECISION)
    deciding.round.refresh_from_db()
    assert deciding.round.council_met_on == DAY


def test_an_outside_value_that_is_changed_or_cleared_lets_the_conclusion_fall(
    deciding: rounds.SmallRound,
) -> None:
    conclude(deciding)
    rounds.bring_in_survey(deciding, {deciding.health: 80})
    deciding.round.refresh_from_db()
    assert deciding.round.council_met_on == DAY, "the same value again changes nothing"
    rounds.bring_in_survey(deciding, {deciding.health: 81})
    deciding.round.refresh_from_db()
    assert deciding.round.council_met_on is None
    assert "Sở Y tế 2.2.1" in Trace.objects.get(verb="council.set_aside").reason
    conclude(deciding)
    clear_outside_value(
        assessment_id=deciding.sheet().pk,
        code="2.2.1",
        reason="Nhầm đơn vị",
        by=deciding.manager,
        at=DECISION,
    )
    deciding.round.refresh_from_db()
    assert deciding.round.council_met_on is None


def test_a_penalty_accepted_after_the_council_lets_the_conclusion_fall(deciding: rounds.SmallRound) -> None:
    conclude(deciding)
    penalty = record_penalty(
        assessment_id=deciding.sheet().pk,
        ground="Kết luận thanh tra",
        points=Decimal("0.5"),
        document_id=None,
        by=deciding.outside_appraiser,
        at=DECISION,
    )
    decide_adjustment(
        adjustment_id=penalty.pk, accept=False, reason="Không", by=deciding.manager, at=DECISION
    )
    deciding.round.refresh_from_db()
    assert deciding.round.council_met_on == DAY
    decide_adjustment(adjustment_id=penalty.pk, accept=True, reason="Có", by=deciding.manager, at=DECISION)
    deciding.round.refresh_from_db()
    assert deciding.round.council_met_on is None


def test_whoever_concluded_the_council_does_not_publish(deciding: rounds.SmallRound) -> None:
    person = factories.person_as(Role.COUNCIL_CHAIR, deciding.home_affairs, "Kiêm Nhiệm")
    factories.give(person, Role.ROUND_MANAGER, deciding.home_affairs)
    alone = factories.actor(person)
    conclude_council(round_id=deciding.round.pk, met_on=DAY, conclusion="Nhất trí", by=alone, at=DECISION)
    with pytest.raises(NotAllowed) as refused:
        publish(deciding, by=alone)
    assert refused.value.gaps[0].code == "same_person"
    publish(deciding)
    deciding.round.refresh_from_db()
    assert deciding.round.published_by_id == deciding.manager.person_id
    with without_the_second_line():
        rows = Round.objects.filter(pk=deciding.round.pk)
        for publisher in (person.pk, None):
            said = refused_by(partial(rows.update, published_by=publisher))
            assert "published_by_two_people" in said
