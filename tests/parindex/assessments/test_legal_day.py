"""Actions count days as Việt Nam does: before 7:00 there, it is still the day before in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from openpar.parindex.assessments.actions.publication import Decision, conclude_council, publish_round
from openpar.parindex.assessments.models import RoundStage
from tests.parindex.rounds import SmallRound

pytestmark = pytest.mark.django_db


def test_a_decision_of_today_is_published_before_seven_in_the_morning(deciding: SmallRound) -> None:
    early = datetime(2027, 1, 20, 20, 30, tzinfo=UTC)
    today = date(2027, 1, 21)
    conclude_council(
        round_id=deciding.round.pk, met_on=today, conclusion="Nhất trí", by=deciding.chair, at=early
    )
    decision = Decision("99/QĐ-UBND", today, "Nguyễn Văn Chủ", "Chủ tịch")
    publish_round(round_id=deciding.round.pk, decision=decision, by=deciding.manager, at=early)
    deciding.round.refresh_from_db()
    assert deciding.round.stage == RoundStage.PUBLISHED
