"""What an open or confirmed correction means for the council, and who publishes what it accepted."""

from __future__ import annotations

from decimal import Decimal

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


def test_neither_council_nor_publication_passes_an_open_correction() -> None:
    small = rounds.round_in_decision()
    correction = propose(small)
    with pytest.raises(Incomplete) as refused:
        conclude(small)
    assert [gap.code for gap in refused.value.gaps] == ["open_corrections"]
    refuse_correction(correction_id=correction.pk, reason="Đúng rồi", by=small.chair, at=DECISION)
    conclude(small)
    propose(small)
    with pytest.raises(Incomplete) as refused:
        publish(small)
    assert [gap.code for gap in refused.value.gaps] == ["open_corrections"]


def test_the_database_publishes_nothing_while_a_correction_is_open() -> None:
    small = rounds.round_in_decision()
    conclude(small)
    propose(small)
    late = {
        "stage": "PUBLISHED",
        "published_at": DECISION,
        "decision_number": "1",
        "published_by_id": small.manager.person_id,
    }
    assert refused_by(lambda: Round.objects.filter(pk=small.round.pk).update(**late)) == "round_stage"


def test_a_council_that_accepted_other_totals_concludes_anew() -> None:
    small = rounds.round_in_decision()
    conclude(small)
    confirm(small, propose(small))
    small.round.refresh_from_db()
    assert (small.round.council_met_on, small.round.council_chair) == (None, None)
    fallen = Trace.objects.get(verb="council.set_aside")
    assert (fallen.actor_id, fallen.about) == (small.manager.person_id, f"round:{small.round.pk}")
    assert "1.1.2" in fallen.reason
    assert "phải lập lại" in Message.objects.filter(recipient_id=small.chair.person_id).latest("pk").text
    with pytest.raises(Incomplete) as refused:
        publish(small)
    assert [gap.code for gap in refused.value.gaps] == ["no_council"]
    conclude(small)
    publish(small)


def test_a_refused_or_withdrawn_correction_leaves_the_conclusion() -> None:
    small = rounds.round_in_decision()
    conclude(small)
    refuse_correction(correction_id=propose(small).pk, reason="Đúng rồi", by=small.chair, at=DECISION)
    withdraw_correction(correction_id=propose(small).pk, by=small.appraiser, at=DECISION)
    small.round.refresh_from_db()
    assert small.round.council_met_on == DAY


def test_an_outside_value_that_is_changed_or_cleared_lets_the_conclusion_fall() -> None:
    small = rounds.round_in_decision()
    conclude(small)
    rounds.bring_in_survey(small, {small.health: 80})
    small.round.refresh_from_db()
    assert small.round.council_met_on == DAY, "the same value again changes nothing"
    rounds.bring_in_survey(small, {small.health: 81})
    small.round.refresh_from_db()
    assert small.round.council_met_on is None
    assert "Sở Y tế 2.2.1" in Trace.objects.get(verb="council.set_aside").reason
    conclude(small)
    clear_outside_value(
        assessment_id=small.sheet().pk, code="2.2.1", reason="Nhầm đơn vị", by=small.manager, at=DECISION
    )
    small.round.refresh_from_db()
    assert small.round.council_met_on is None


def test_a_penalty_accepted_after_the_council_lets_the_conclusion_fall() -> None:
    small = rounds.round_in_decision()
    conclude(small)
    penalty = record_penalty(
        assessment_id=small.sheet().pk,
        ground="Kết luận thanh tra",
        points=Decimal("0.5"),
        document_id=None,
        by=small.outside_appraiser,
        at=DECISION,
    )
    decide_adjustment(adjustment_id=penalty.pk, accept=False, reason="Không", by=small.manager, at=DECISION)
    small.round.refresh_from_db()
    assert small.round.council_met_on == DAY
    decide_adjustment(adjustment_id=penalty.pk, accept=True, reason="Có", by=small.manager, at=DECISION)
    small.round.refresh_from_db()
    assert small.round.council_met_on is None


def test_whoever_concluded_the_council_does_not_publish() -> None:
    small = rounds.round_in_decision()
    person = factories.person_as(Role.COUNCIL_CHAIR, small.home_affairs, "Kiêm Nhiệm")
    factories.give(person, Role.ROUND_MANAGER, small.home_affairs)
    alone = factories.actor(person)
    conclude_council(round_id=small.round.pk, met_on=DAY, conclusion="Nhất trí", by=alone, at=DECISION)
    with pytest.raises(NotAllowed) as refused:
        publish(small, by=alone)
    assert refused.value.gaps[0].code == "same_person"
    publish(small)
    small.round.refresh_from_db()
    assert small.round.published_by_id == small.manager.person_id
    with without_the_second_line():
        rows = Round.objects.filter(pk=small.round.pk)
        for publisher in (person.pk, None):
            said = refused_by(lambda publisher=publisher: rows.update(published_by=publisher))  # type: ignore[misc]
            assert "published_by_two_people" in said
