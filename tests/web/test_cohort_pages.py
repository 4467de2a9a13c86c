"""A leaf measured against the best of the block: the pages say what is waited for, and when it comes."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from openpar.base.accounts.models import User
from openpar.base.accounts.queries import Actor
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.rounds import advance_round
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import save_self_score
from openpar.parindex.assessments.cohort import awaited
from openpar.parindex.assessments.models import Assessment, RoundStage
from openpar.parindex.assessments.sheets import sheet_of, with_window
from tests.parindex import rounds
from tests.parindex.assessments.test_cohort import cohort_set
from tests.worlds import world

pytestmark = pytest.mark.django_db

WHAT = "chờ số liệu của mọi đơn vị trong khối"
WHEN = "Điểm được tính ở giai đoạn “Chờ công nhận”"


def text_of(who: Actor, address: str) -> str:
    client = Client()
    client.force_login(User.objects.get(pk=who.person_id))
    page = client.get(address).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@world
def with_cohort() -> rounds.SmallRound:
    """Sở Y tế has entered 45 in the leaf of the cohort."""
    small = rounds.opened_round(cohort_set())
    save_self_score(
        assessment_id=small.sheet().pk,
        code="2.1.2",
        entry=Entry(Answer(numerator=Decimal(45)), note="Theo báo cáo"),
        expected_version=0,
        by=small.focal,
        at=rounds.DURING_SELF,
    )
    return small


def test_the_sheet_says_what_the_points_wait_for_and_when_they_come(with_cohort: rounds.SmallRound) -> None:
    base = f"/assessments/{with_cohort.sheet().pk}/"
    with time_machine.travel(rounds.DURING_SELF, tick=False):
        page = text_of(with_cohort.focal, f"{base}2.1.2/")
        other = text_of(with_cohort.focal, f"{base}1.1.1/")
    assert WHAT in page
    assert WHEN in page
    assert "Đã nhập, chờ tính theo khối" in page
    # Not said of leaves whose points are there at once.
    assert WHAT not in other


def test_the_locked_sheet_and_the_appraiser_read_the_same(with_cohort: rounds.SmallRound) -> None:
    advance_round(
        round_id=with_cohort.round.pk, to=RoundStage.APPRAISAL, by=with_cohort.manager, at=rounds.SELF_CLOSES
    )
    with time_machine.travel(rounds.APPRAISAL, tick=False):
        locked = text_of(with_cohort.focal, f"/assessments/{with_cohort.sheet().pk}/2.1.2/")
        desk = text_of(with_cohort.outside_appraiser, f"/appraisals/{with_cohort.round.pk}/so/2.1.2/")
        other = text_of(with_cohort.outside_appraiser, f"/appraisals/{with_cohort.round.pk}/so/1.1.1/")
    for page in (locked, desk):
        assert WHAT in page
        assert WHEN in page
    assert WHAT not in other


def test_a_published_round_sends_to_the_result_instead_of_waiting(with_cohort: rounds.SmallRound) -> None:
    leaf = sheet_of(with_window(Assessment.objects.all()).get(pk=with_cohort.sheet().pk)).leaf("2.1.2")
    assert "Kết quả" in awaited(leaf, RoundStage.PUBLISHED)
    assert "chờ" not in awaited(leaf, RoundStage.PUBLISHED)
