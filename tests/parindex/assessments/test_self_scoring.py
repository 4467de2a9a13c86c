"""The unit scores itself: who may, until which second, what is refused, and what nobody loses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.audit.models import Entry as Trace
from openpar.common.errors import Refused
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.evidence import attach_evidence, detach_evidence
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import (
    assign_leaves,
    lock_sheet,
    save_self_score,
    send_back,
    submit_sheet,
)
from openpar.parindex.assessments.errors import BadAnswer, Incomplete, NotAllowed, NotNow, StaleScore
from openpar.parindex.assessments.models import Assessment, EvidenceUse, Layer, Score, SheetState
from tests import factories
from tests.parindex import rounds
from tests.parindex.rounds import DURING_SELF, SELF_CLOSES, SELF_OPENS, SmallRound, ratio

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)


def save(
    small: SmallRound,
    *,
    by: Actor | None = None,
    code: str = "1.1.2",
    answer: Answer | None = None,
    note: str = "",
    given: str | None = None,
    version: int = 0,
    at: datetime = DURING_SELF,
) -> Score:
    score, _sheet = save_self_score(
        assessment_id=small.sheet().pk,
        code=code,
        entry=Entry(
            answer or ratio(40, 50), note=note, given_points=None if given is None else Decimal(given)
        ),
        expected_version=version,
        by=by or small.focal,
        at=at,
    )
    return score


def refusal(kind: type[Refused], do: Callable[[], object]) -> str:
    with pytest.raises(kind) as refused:
        do()
    return " ".join(gap.code for gap in refused.value.gaps)


def test_the_server_computes_the_points_from_the_figures(opened: SmallRound) -> None:
    score = save(opened)
    assert score.points == score.computed_points == Decimal("2.4")
    assert score.outcome == "EARNED"
    assert "40/50" in score.sentence


@pytest.mark.parametrize(
    ("moment", "accepted"),
    [
        (SELF_OPENS - SECOND, False),
        (SELF_OPENS, True),
        (SELF_CLOSES - timedelta(microseconds=1), True),
        (SELF_CLOSES, False),
        (SELF_CLOSES + SECOND, False),
    ],
)
def test_nothing_is_accepted_after_the_deadlines_second_and_nothing_is_refused_before_it(
    opened: SmallRound, moment: datetime, accepted: bool
) -> None:
    if accepted:
        assert save(opened, at=moment).version == 1
    else:
        refusal(NotNow, lambda: save(opened, at=moment))
        assert not Score.objects.exists()


@pytest.mark.parametrize("role", [Role.APPRAISER, Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_other_roles_of_the_unit_do_not_score_for_it(opened: SmallRound, role: Role) -> None:
    other = factories.actor_as(role, opened.health)
    assert refusal(NotAllowed, lambda: save(opened, by=other)) == "not_assigned"


def test_the_focal_officer_of_another_unit_does_not_score_for_this_one(opened: SmallRound) -> None:
    stranger = factories.actor_as(Role.FOCAL_OFFICER, opened.justice)
    assert refusal(NotAllowed, lambda: save(opened, by=stranger)) == "not_assigned"


def test_a_division_officer_scores_the_leaves_handed_to_them_and_no_others(opened: SmallRound) -> None:
    officer = factories.actor_as(Role.DIVISION_OFFICER, opened.health)
    assert refusal(NotAllowed, lambda: save(opened, by=officer)) == "not_assigned"
    assign_leaves(
        assessment_id=opened.sheet().pk,
        codes=["1.1.2"],
        officer_id=officer.person_id,
        by=opened.focal,
        at=DURING_SELF,
    )
    assert save(opened, by=officer).points == Decimal("2.4")
    assert refusal(NotAllowed, lambda: save(opened, by=officer, code="2.1.1")) == "not_assigned"


@pytest.mark.parametrize(
    ("answer", "code"),
    [(ratio(51, 50), "invalid"), (ratio(1, 0), "invalid"), (ratio(-1, 50), "invalid")],
)
def test_figures_that_contradict_themselves_are_refused_and_change_nothing(
    opened: SmallRound, answer: Answer, code: str
) -> None:
    assert refusal(BadAnswer, lambda: save(opened, answer=answer)) == code
    assert not Score.objects.exists()
    assert not Trace.objects.filter(verb="score.self_saved").exists()


def test_points_given_by_hand_need_a_reason_and_stay_beside_the_computed_ones(opened: SmallRound) -> None:
    assert refusal(BadAnswer, lambda: save(opened, given="3")) == "no_reason"
    assert refusal(BadAnswer, lambda: save(opened, given="3.01", note="vì")) == "out_of_range"
    score = save(opened, given="3", note="Có 10 nhiệm vụ được gia hạn")
    assert (score.points, score.computed_points) == (Decimal(3), Decimal("2.4"))


def test_what_comes_from_outside_is_not_self_scored(opened: SmallRound) -> None:
    assert refusal(NotNow, lambda: save(opened, code="2.2.1", answer=ratio(9, 10))) == "not_self_scored"


def test_a_stale_save_gets_both_versions_and_overwrites_nothing(opened: SmallRound) -> None:
    save(opened, answer=ratio(40, 50))
    with pytest.raises(StaleScore) as refused:
        save(opened, answer=ratio(45, 50), version=0)
    assert refused.value.stored.answer["numerator"] == "40"
    assert refused.value.typed.numerator == Decimal(45)
    assert Score.objects.get().points == Decimal("2.4")
    assert save(opened, answer=ratio(45, 50), version=1).points == Decimal("2.7")


def test_each_change_tells_who_when_what_before_what_after_and_why(opened: SmallRound) -> None:
    save(opened, answer=ratio(40, 50), note="Theo báo cáo quý III")
    save(opened, answer=ratio(45, 50), note="Theo báo cáo năm", version=1, at=DURING_SELF + SECOND)
    trace = Trace.objects.filter(verb="score.self_saved").latest("id")
    assert trace.actor_name == opened.focal.full_name
    assert trace.at == DURING_SELF + SECOND
    assert (trace.before["points"], trace.after["points"]) == ("2.4", "2.7")
    assert trace.reason == "Theo báo cáo năm"


def test_all_gaps_are_listed_at_once_in_the_order_of_the_table(opened: SmallRound) -> None:
    save(opened, code="1.1.1", answer=Answer(choice="yes"))
    with pytest.raises(Incomplete) as refused:
        submit_sheet(assessment_id=opened.sheet().pk, by=opened.focal, at=DURING_SELF)
    assert [str(gap) for gap in refused.value.gaps][:2] == [
        "1.1.1: chưa có tài liệu kiểm chứng và chưa có giải trình. "
        "Gắn tài liệu, hoặc giải trình cách tính điểm.",
        "1.1.2: chưa chấm, chưa có tài liệu kiểm chứng và chưa có giải trình.",
    ]
    assert [gap.where for gap in refused.value.gaps] == ["1.1.1", "1.1.2", "2.1.1", "2.1.2"]


def test_not_applicable_needs_a_reason_and_takes_the_leaf_out_of_the_total(opened: SmallRound) -> None:
    rounds.score_unit(opened, opened.health)
    save(opened, answer=Answer(applicable=False), version=1)
    with pytest.raises(Incomplete) as refused:
        submit_sheet(assessment_id=opened.sheet().pk, by=opened.focal, at=DURING_SELF)
    assert [(gap.where, gap.code) for gap in refused.value.gaps] == [("1.1.2", "no_reason")]
    save(opened, answer=Answer(applicable=False, reason="Không có nhiệm vụ được giao"), version=2)
    submit_sheet(assessment_id=opened.sheet().pk, by=opened.focal, at=DURING_SELF)
    # 1 + 2 + 1 of 4 left, rescaled to the 7 points of the appraised part.
    assert opened.sheet().self_total == Decimal(7)


def test_a_sheet_that_waits_for_the_head_takes_no_change_until_it_is_sent_back(opened: SmallRound) -> None:
    rounds.score_unit(opened, opened.health)
    submit_sheet(assessment_id=opened.sheet().pk, by=opened.focal, at=DURING_SELF)
    assert refusal(NotNow, lambda: save(opened, version=1)) == "awaiting_head"
    assert refusal(Incomplete, lambda: _send_back(opened, "")) == "no_reason"
    _send_back(opened, "Thiếu phụ lục kế hoạch")
    assert save(opened, version=1).version == 2


def _send_back(small: SmallRound, reason: str) -> None:
    send_back(assessment_id=small.sheet().pk, reason=reason, by=small.head, at=DURING_SELF)


def test_only_the_head_locks_and_only_what_was_submitted(opened: SmallRound) -> None:
    rounds.score_unit(opened, opened.health)
    sheet = opened.sheet().pk
    assert refusal(NotNow, lambda: lock_sheet(assessment_id=sheet, by=opened.head, at=DURING_SELF)) == (
        "not_submitted"
    )
    submit_sheet(assessment_id=sheet, by=opened.focal, at=DURING_SELF)
    assert refusal(NotAllowed, lambda: lock_sheet(assessment_id=sheet, by=opened.focal, at=DURING_SELF)) == (
        "not_head"
    )
    lock_sheet(assessment_id=sheet, by=opened.head, at=DURING_SELF)
    assert opened.sheet().state == SheetState.LOCKED
    assert refusal(NotNow, lambda: save(opened, version=1)) == "locked"


def test_whoever_handed_the_sheet_in_does_not_lock_it(opened: SmallRound) -> None:
    rounds.score_unit(opened, opened.health)
    person = factories.person_as(Role.FOCAL_OFFICER, opened.health, "Kiêm Nhiệm")
    factories.give(person, Role.AGENCY_HEAD, opened.health)
    alone, sheet = factories.actor(person), opened.sheet().pk
    submit_sheet(assessment_id=sheet, by=alone, at=DURING_SELF)
    assert refusal(NotAllowed, lambda: lock_sheet(assessment_id=sheet, by=alone, at=DURING_SELF)) == (
        "same_person"
    )
    rows = Assessment.objects.filter(pk=sheet)
    with pytest.raises(IntegrityError, match="locked_by_two_people"), transaction.atomic():
        rows.update(state=SheetState.LOCKED, locked_at=DURING_SELF, self_total=7, locked_by=person)
    lock_sheet(assessment_id=sheet, by=opened.head, at=DURING_SELF)


def _attach(small: SmallRound, document_id: int, by: Actor) -> None:
    attach_evidence(
        assessment_id=small.sheet().pk,
        code="1.1.2",
        layer=Layer.SELF,
        document_id=document_id,
        pointer="",
        by=by,
        at=DURING_SELF,
    )


def _loosen(small: SmallRound, document_id: int) -> None:
    detach_evidence(
        assessment_id=small.sheet().pk,
        code="1.1.1",
        layer=Layer.SELF,
        document_id=document_id,
        by=small.focal,
        at=DURING_SELF,
    )


def test_evidence_is_bound_and_loosened_by_the_unit_alone_and_not_after_the_lock(opened: SmallRound) -> None:
    rounds.score_unit(opened, opened.health)
    bound = EvidenceUse.objects.get(score__assessment=opened.sheet()).document_id
    stranger = factories.actor_as(Role.FOCAL_OFFICER, opened.justice)
    assert refusal(NotAllowed, lambda: _attach(opened, bound, stranger)) == "not_assigned"
    rounds.lock_unit(opened, opened.health)
    assert refusal(NotNow, lambda: _attach(opened, bound, opened.focal)) == "locked"
    assert refusal(NotNow, lambda: _loosen(opened, bound)) == "locked"
    assert EvidenceUse.objects.filter(score__assessment=opened.sheet()).count() == 1
