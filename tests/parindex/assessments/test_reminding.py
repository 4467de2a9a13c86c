"""What of a round people are reminded of: sheets, evidence, low results."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpar.base.notifications.due import DueThing
from openpar.base.notifications.rules import settings_in_force
from openpar.engine.answers import Answer
from openpar.parindex.assessments import reminding
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import save_self_score
from openpar.parindex.assessments.models import Result
from openpar.parindex.assessments.reminding import due_things
from tests.parindex import rounds
from tests.parindex.rounds import SmallRound

pytestmark = pytest.mark.django_db
TODAY = rounds.DURING_SELF.date()


def of_health(small: SmallRound, today: date = TODAY) -> dict[str, DueThing]:
    name = f"assessment:{small.sheet().pk}"
    return {thing.kind: thing for thing in due_things(today) if thing.object == name}


def test_a_sheet_that_is_not_locked_is_due_on_the_last_day_of_self_scoring(opened: SmallRound) -> None:
    found = of_health(opened)
    assert set(found) == {"sheet.submission"}
    thing = found["sheet.submission"]
    assert (thing.due_on, thing.text) == (date(2026, 11, 30), "Phiếu tự chấm điểm chưa trình, Sở Y tế")
    assert (thing.responsible, thing.heads) == ((opened.focal.id,), (opened.head.id,))
    assert thing.link == f"/assessments/{opened.sheet().pk}/"


def test_a_leaf_without_evidence_is_counted(opened: SmallRound) -> None:
    save_self_score(
        assessment_id=opened.sheet().pk,
        code="1.1.1",
        entry=Entry(Answer(choice="yes")),
        expected_version=0,
        by=opened.focal,
        at=rounds.DURING_SELF,
    )
    assert of_health(opened)["sheet.evidence"].text == "1 tiêu chí chưa có tài liệu kiểm chứng, Sở Y tế"


def test_a_low_published_result_is_told_while_it_is_news(
    published: SmallRound, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = rounds.DECISION.date()
    held = settings_in_force()
    index = Result.objects.get(assessment=published.sheet()).index
    assert index is not None
    for threshold, low in ((index, False), (index + Decimal("0.01"), True)):
        changed = replace(held, low_score_below=threshold)
        monkeypatch.setattr(reminding, "settings_in_force", lambda changed=changed: changed)
        assert ("sheet.low_score" in of_health(published, day)) is low
    assert of_health(published, day + timedelta(31)) == {}


def test_the_questions_do_not_grow_with_the_units(opened: SmallRound) -> None:
    with CaptureQueriesContext(connection) as seen:
        assert len(list(due_things(TODAY))) >= 3
    assert len(seen) <= 6
