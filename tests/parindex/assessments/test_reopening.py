"""A locked sheet is opened again only by two people, with a reason, until a moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from openpar.base.accounts.models import Role
from openpar.parindex.assessments.actions.reopenings import ask_reopening, grant_reopening, refuse_reopening
from openpar.parindex.assessments.actions.rounds import advance_round
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import lock_sheet, save_self_score, submit_sheet
from openpar.parindex.assessments.errors import Incomplete, NotAllowed, NotNow
from openpar.parindex.assessments.models import Reopening, RoundStage, SheetState
from tests import factories
from tests.parindex import rounds
from tests.parindex.rounds import APPRAISAL, SmallRound, ratio

pytestmark = pytest.mark.django_db
UNTIL = APPRAISAL + timedelta(days=2)


def asked(small: SmallRound) -> Reopening:
    return ask_reopening(
        assessment_id=small.sheet().pk, reason="Nhập nhầm mẫu số tiêu chí 1.1.2", by=small.focal, at=APPRAISAL
    )


def change(small: SmallRound, version: int, *, at: object = None) -> None:
    save_self_score(
        assessment_id=small.sheet().pk,
        code="1.1.2",
        entry=Entry(ratio(30, 50), note="Sửa theo báo cáo"),
        expected_version=version,
        by=small.focal,
        at=APPRAISAL if at is None else UNTIL,
    )


def test_two_people_open_a_sheet_and_it_closes_itself() -> None:
    small = rounds.round_in_appraisal()
    grant_reopening(reopening_id=asked(small).pk, open_until=UNTIL, by=small.manager, at=APPRAISAL)
    assert small.sheet().state == SheetState.DRAFTING
    change(small, 1)
    with pytest.raises(NotNow):
        change(small, 2, at=UNTIL)


def test_nobody_grants_what_they_asked_for() -> None:
    small = rounds.round_in_appraisal()
    both = factories.person_as(Role.FOCAL_OFFICER, small.home_affairs)
    factories.give(both, Role.ROUND_MANAGER, small.home_affairs)
    person = factories.actor(both)
    reopening = ask_reopening(
        assessment_id=small.sheet(small.home_affairs).pk, reason="Nhầm số", by=person, at=APPRAISAL
    )
    with pytest.raises(NotAllowed) as refused:
        grant_reopening(reopening_id=reopening.pk, open_until=UNTIL, by=person, at=APPRAISAL)
    assert refused.value.gaps[0].code == "same_person"
    assert small.sheet(small.home_affairs).state == SheetState.LOCKED


def test_a_unit_does_not_open_its_own_sheet() -> None:
    small = rounds.round_in_appraisal()
    with pytest.raises(NotAllowed):
        grant_reopening(reopening_id=asked(small).pk, open_until=UNTIL, by=small.head, at=APPRAISAL)


def test_a_reason_is_needed_to_ask_and_to_refuse() -> None:
    small = rounds.round_in_appraisal()
    with pytest.raises(Incomplete):
        ask_reopening(assessment_id=small.sheet().pk, reason=" ", by=small.focal, at=APPRAISAL)
    reopening = asked(small)
    with pytest.raises(Incomplete):
        refuse_reopening(reopening_id=reopening.pk, reason="", by=small.manager, at=APPRAISAL)
    refuse_reopening(reopening_id=reopening.pk, reason="Đã hết hạn", by=small.manager, at=APPRAISAL)
    with pytest.raises(NotNow):
        grant_reopening(reopening_id=reopening.pk, open_until=UNTIL, by=small.manager, at=APPRAISAL)


def test_a_reopened_sheet_that_nobody_locked_is_locked_when_the_appraisal_ends() -> None:
    small = rounds.round_in_appraisal()
    grant_reopening(reopening_id=asked(small).pk, open_until=UNTIL, by=small.manager, at=APPRAISAL)
    change(small, 1)
    rounds.appraise_the_rest(small)
    advance_round(round_id=small.round.pk, to=RoundStage.EXPLANATION, by=small.manager, at=rounds.EXPLANATION)
    sheet = small.sheet()
    assert (sheet.state, sheet.locked_automatically) == (SheetState.LOCKED, True)
    assert Reopening.objects.get().closed_at == rounds.EXPLANATION


def test_a_reopened_sheet_is_locked_again_by_its_head() -> None:
    small = rounds.round_in_appraisal()
    grant_reopening(reopening_id=asked(small).pk, open_until=UNTIL, by=small.manager, at=APPRAISAL)
    change(small, 1)
    submit_sheet(assessment_id=small.sheet().pk, by=small.focal, at=APPRAISAL)
    lock_sheet(assessment_id=small.sheet().pk, by=small.head, at=APPRAISAL)
    assert small.sheet().state == SheetState.LOCKED
    assert Reopening.objects.get().closed_at == APPRAISAL
