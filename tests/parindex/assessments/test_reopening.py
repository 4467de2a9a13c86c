"""A locked sheet is opened again only by two people, with a reason, until a moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry as Trace
from openpar.base.notifications.models import Message
from openpar.parindex.assessments.actions.reopenings import ask_reopening, grant_reopening, refuse_reopening
from openpar.parindex.assessments.actions.rounds import advance_round
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import lock_sheet, save_self_score, submit_sheet
from openpar.parindex.assessments.errors import Incomplete, NotAllowed, NotNow
from openpar.parindex.assessments.models import Reopening, Round, RoundStage, SheetState
from tests import factories
from tests.parindex import rounds
from tests.parindex.assessments.test_corrections import refused_by
from tests.parindex.rounds import APPRAISAL, DURING_SELF, EXPLANATION, SmallRound, ratio

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


def test_two_people_open_a_sheet_and_it_closes_itself(appraising: SmallRound) -> None:
    grant_reopening(reopening_id=asked(appraising).pk, open_until=UNTIL, by=appraising.manager, at=APPRAISAL)
    assert appraising.sheet().state == SheetState.DRAFTING
    change(appraising, 1)
    with pytest.raises(NotNow):
        change(appraising, 2, at=UNTIL)


def test_nobody_grants_what_they_asked_for(appraising: SmallRound) -> None:
    both = factories.person_as(Role.FOCAL_OFFICER, appraising.home_affairs)
    factories.give(both, Role.ROUND_MANAGER, appraising.home_affairs)
    person = factories.actor(both)
    reopening = ask_reopening(
        assessment_id=appraising.sheet(appraising.home_affairs).pk, reason="Nhầm số", by=person, at=APPRAISAL
    )
    with pytest.raises(NotAllowed) as refused:
        grant_reopening(reopening_id=reopening.pk, open_until=UNTIL, by=person, at=APPRAISAL)
    assert refused.value.gaps[0].code == "same_person"
    assert appraising.sheet(appraising.home_affairs).state == SheetState.LOCKED


def test_a_unit_does_not_open_its_own_sheet(appraising: SmallRound) -> None:
    with pytest.raises(NotAllowed):
        grant_reopening(reopening_id=asked(appraising).pk, open_until=UNTIL, by=appraising.head, at=APPRAISAL)


def test_a_reason_is_needed_to_ask_and_to_refuse(appraising: SmallRound) -> None:
    with pytest.raises(Incomplete):
        ask_reopening(assessment_id=appraising.sheet().pk, reason=" ", by=appraising.focal, at=APPRAISAL)
    reopening = asked(appraising)
    with pytest.raises(Incomplete):
        refuse_reopening(reopening_id=reopening.pk, reason="", by=appraising.manager, at=APPRAISAL)
    refuse_reopening(reopening_id=reopening.pk, reason="Đã hết hạn", by=appraising.manager, at=APPRAISAL)
    with pytest.raises(NotNow):
        grant_reopening(reopening_id=reopening.pk, open_until=UNTIL, by=appraising.manager, at=APPRAISAL)


def test_a_reopened_sheet_that_nobody_locked_is_locked_when_the_appraisal_ends(
    appraising: SmallRound,
) -> None:
    grant_reopening(reopening_id=asked(appraising).pk, open_until=UNTIL, by=appraising.manager, at=APPRAISAL)
    change(appraising, 1)
    rounds.appraise_the_rest(appraising)
    advance_round(
        round_id=appraising.round.pk, to=RoundStage.EXPLANATION, by=appraising.manager, at=rounds.EXPLANATION
    )
    sheet = appraising.sheet()
    assert (sheet.state, sheet.locked_automatically) == (SheetState.LOCKED, True)
    assert Reopening.objects.get().closed_at == rounds.EXPLANATION


def test_a_reopened_sheet_is_locked_again_by_its_head(appraising: SmallRound) -> None:
    grant_reopening(reopening_id=asked(appraising).pk, open_until=UNTIL, by=appraising.manager, at=APPRAISAL)
    change(appraising, 1)
    submit_sheet(assessment_id=appraising.sheet().pk, by=appraising.focal, at=APPRAISAL)
    lock_sheet(assessment_id=appraising.sheet().pk, by=appraising.head, at=APPRAISAL)
    assert appraising.sheet().state == SheetState.LOCKED
    assert Reopening.objects.get().closed_at == APPRAISAL


def test_a_request_that_nobody_answered_lapses_when_the_appraisal_ends(opened: SmallRound) -> None:
    for unit in (opened.home_affairs, opened.health, opened.justice):
        rounds.score_unit(opened, unit)
        rounds.lock_unit(opened, unit)
    early = ask_reopening(assessment_id=opened.sheet().pk, reason="Nhầm số", by=opened.focal, at=DURING_SELF)
    advance_round(round_id=opened.round.pk, to=RoundStage.APPRAISAL, by=opened.manager, at=rounds.SELF_CLOSES)
    early.refresh_from_db()
    assert early.closed_at is None, "in the appraisal it may still be granted"
    rounds.appraise_the_rest(opened)
    open_one = Round.objects.filter(pk=opened.round.pk)
    assert refused_by(lambda: open_one.update(stage=RoundStage.EXPLANATION)) == "round_stage"
    advance_round(round_id=opened.round.pk, to=RoundStage.EXPLANATION, by=opened.manager, at=EXPLANATION)
    lapsed = Reopening.objects.get(pk=early.pk)
    assert (lapsed.closed_at, lapsed.has_lapsed, lapsed.granted_at) == (EXPLANATION, True, None)
    told = Trace.objects.get(verb="sheet.reopening_lapsed")
    assert (told.object, told.about) == (f"reopening:{early.pk}", f"assessment:{opened.sheet().pk}")
    told_to = Message.objects.filter(text__contains="hết hiệu lực").values_list("recipient_id", flat=True)
    assert list(told_to) == [opened.focal.person_id]
    with pytest.raises(NotNow):
        refuse_reopening(reopening_id=early.pk, reason="Muộn", by=opened.manager, at=EXPLANATION)


def test_what_was_answered_does_not_lapse(appraising: SmallRound) -> None:
    reopening = asked(appraising)
    refuse_reopening(reopening_id=reopening.pk, reason="Đã đủ", by=appraising.manager, at=APPRAISAL)
    rounds.appraise_the_rest(appraising)
    advance_round(
        round_id=appraising.round.pk, to=RoundStage.EXPLANATION, by=appraising.manager, at=EXPLANATION
    )
    reopening.refresh_from_db()
    assert not reopening.has_lapsed
    assert reopening.closed_at == APPRAISAL
