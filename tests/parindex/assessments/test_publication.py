"""Bonus, penalty, council, decision: what must be in before a result is recognised, what is frozen then."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from openpar.parindex.assessments.actions.adjustments import claim_bonus, decide_adjustment, record_penalty
from openpar.parindex.assessments.actions.outside import OutsideValue, record_outside_values
from openpar.parindex.assessments.actions.publication import Decision, conclude_council, publish_round
from openpar.parindex.assessments.actions.rounds import advance_round
from openpar.parindex.assessments.errors import BadAnswer, Incomplete, NotAllowed, NotNow
from openpar.parindex.assessments.models import Result, RoundStage, Score
from tests.parindex import rounds
from tests.parindex.rounds import DECISION, DURING_SELF, SmallRound, ratio

pytestmark = pytest.mark.django_db
DAY = DECISION.date()
GOOD = Decision("99/QĐ-UBND", DAY, "Nguyễn Văn Chủ", "Chủ tịch")


def conclude(small: SmallRound) -> None:
    conclude_council(round_id=small.round.pk, met_on=DAY, conclusion="Nhất trí", by=small.chair, at=DECISION)


def test_a_total_without_its_survey_is_provisional_and_cannot_be_published(deciding: SmallRound) -> None:
    Score.objects.filter(layer="OUTSIDE", assessment=deciding.sheet(deciding.justice)).delete()
    with pytest.raises(Incomplete) as refused:
        conclude(deciding)
    assert [(gap.where, gap.code) for gap in refused.value.gaps] == [("Sở Tư pháp", "provisional")]
    assert "2.2.1" in refused.value.gaps[0].what


def test_publication_needs_council_number_signer_and_a_day_in_order(deciding: SmallRound) -> None:
    bad = Decision("", DAY + timedelta(days=1), "", "")
    with pytest.raises(Incomplete) as refused:
        publish_round(round_id=deciding.round.pk, decision=bad, by=deciding.manager, at=DECISION)
    assert {gap.code for gap in refused.value.gaps} == {"no_number", "no_signer", "future", "no_council"}
    assert not Result.objects.exists()


def test_only_the_chair_concludes_and_only_the_manager_publishes(deciding: SmallRound) -> None:
    with pytest.raises(NotAllowed):
        conclude_council(
            round_id=deciding.round.pk, met_on=DAY, conclusion="Nhất trí", by=deciding.manager, at=DECISION
        )
    conclude(deciding)
    with pytest.raises(NotAllowed):
        publish_round(round_id=deciding.round.pk, decision=GOOD, by=deciding.chair, at=DECISION)


def test_a_published_round_takes_no_second_publication(published: SmallRound) -> None:
    with pytest.raises(NotNow):
        publish_round(round_id=published.round.pk, decision=GOOD, by=published.manager, at=DECISION)


def test_bonus_is_capped_and_penalty_subtracted_once_decided(opened: SmallRound) -> None:
    bonus = claim_bonus(
        assessment_id=opened.sheet().pk,
        ground="Sáng kiến cấp tỉnh",
        points=Decimal("1.5"),
        document_id=None,
        explanation="Quyết định công nhận",
        by=opened.focal,
        at=DURING_SELF,
    )
    for unit in (opened.home_affairs, opened.health, opened.justice):
        rounds.score_unit(opened, unit)
        rounds.lock_unit(opened, unit)
    _to_decision(opened)
    penalty = record_penalty(
        assessment_id=opened.sheet().pk,
        ground="Kết luận kiểm tra 12/KL",
        points=Decimal("0.25"),
        document_id=None,
        by=opened.outside_appraiser,
        at=DECISION,
    )
    with pytest.raises(Incomplete):
        conclude(opened)
    for adjustment in (bonus, penalty):
        decide_adjustment(
            adjustment_id=adjustment.pk, accept=True, reason="Đủ căn cứ", by=opened.manager, at=DECISION
        )
    # 6,4 + 2,4 + 1 (of 1,5 claimed, at most 1) − 0,25
    assert opened.sheet().decided_total == Decimal("9.55")


def _to_decision(small: SmallRound) -> SmallRound:
    steps = (
        (RoundStage.APPRAISAL, rounds.SELF_CLOSES),
        (RoundStage.EXPLANATION, rounds.EXPLANATION),
        (RoundStage.REAPPRAISAL, rounds.REAPPRAISAL),
        (RoundStage.DECISION, DECISION),
    )
    for stage, at in steps:
        advance_round(round_id=small.round.pk, to=stage, by=small.manager, at=at)
        if stage == RoundStage.APPRAISAL:
            rounds.appraise_the_rest(small)
    rounds.bring_in_survey(small, {small.home_affairs: 90, small.health: 80, small.justice: 80})
    return small


def test_outside_values_come_in_all_or_none(appraising: SmallRound) -> None:
    values = [
        OutsideValue(appraising.sheet(appraising.health).pk, "2.2.1", ratio(80, 100), where="ô C2"),
        OutsideValue(appraising.sheet(appraising.justice).pk, "2.2.1", ratio(130, 100), where="ô C3"),
        OutsideValue(appraising.sheet(appraising.justice).pk, "1.1.1", ratio(1, 1), where="ô D3"),
    ]
    with pytest.raises(BadAnswer) as refused:
        record_outside_values(
            round_id=appraising.round.pk,
            values=values,
            source="SIPAS",
            by=appraising.manager,
            at=rounds.APPRAISAL,
        )
    assert {gap.where for gap in refused.value.gaps} == {"ô C3", "ô D3"}
    assert not Score.objects.filter(layer="OUTSIDE").exists()
