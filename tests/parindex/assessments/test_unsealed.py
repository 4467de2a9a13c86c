"""Without a seal for fifteen minutes no score is taken in; it resumes by itself."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone
from pytest_django.fixtures import Settings

from openpar.base.audit.models import Sealing
from openpar.base.audit.sealing import open_log, seal
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import save_self_score
from openpar.parindex.assessments.errors import NotSealed
from openpar.parindex.assessments.models import Score
from tests.parindex import rounds
from tests.parindex.rounds import SmallRound

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _keys_of_this_test(settings: Settings, tmp_path: Path) -> None:
    settings.OPENPAR_KEYS_DIR = tmp_path / "keys"


def save(small: SmallRound, version: int) -> int:
    score, _sheet = save_self_score(
        assessment_id=small.sheet().pk,
        code="1.1.1",
        entry=Entry(Answer(choice="yes"), note="Theo báo cáo"),
        expected_version=version,
        by=small.focal,
        at=rounds.DURING_SELF,
    )
    return score.version


def test_a_sealer_that_fell_asleep_stops_the_scores_until_it_wakes(opened: SmallRound) -> None:
    begun = timezone.now()
    open_log(at=begun)
    version = save(opened, 0)
    with time_machine.travel(begun + timedelta(minutes=15, seconds=-5)):
        version = save(opened, version)
    with time_machine.travel(begun + timedelta(minutes=15, seconds=5)):
        with pytest.raises(NotSealed) as refused:
            save(opened, version)
        assert [gap.code for gap in refused.value.gaps] == ["not_sealed"]
        assert Score.objects.get(criterion__code="1.1.1").version == version
        seal(at=timezone.now())
        save(opened, version)


def test_opening_the_log_again_does_not_turn_its_clock_back() -> None:
    """Restarting the server is no way around the wall."""
    begun = timezone.now()
    open_log(at=begun)
    open_log(at=begun + timedelta(minutes=20))
    assert Sealing.objects.get().sealed_until == begun
