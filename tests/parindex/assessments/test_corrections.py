"""Points that turn out wrong after the appraisals: one person proposes, another confirms, results follow."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.audit.models import Entry as Trace
from openpar.base.notifications.models import Message
from openpar.common.triggers import guard_that_fired
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.corrections import (
    confirm_correction,
    propose_correction,
    refuse_correction,
    withdraw_correction,
)
from openpar.parindex.assessments.actions.publication import Decision, conclude_council, publish_round
from openpar.parindex.assessments.actions.rounds import advance_round
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.errors import BadAnswer, Incomplete, NotAllowed, NotNow, StaleScore
from openpar.parindex.assessments.models import Correction, Layer, Result, RoundStage, Score
from openpar.parindex.assessments.queries.corrections import corrections_of_round
from openpar.parindex.assessments.results import results_of_round
from tests import factories
from tests.parindex import rounds
from tests.parindex.assessments.test_cohort import cohort_set
from tests.parindex.rounds import DECISION, SmallRound, ratio

pytestmark = pytest.mark.django_db
DAY = DECISION.date()
GOOD = Decision("99/QĐ-UBND", DAY, "Nguyễn Văn Chủ", "Chủ tịch")
REASON = "Đếm sót 15 nhiệm vụ ở phụ lục 2"


def propose(
    small: SmallRound,
    *,
    by: Actor | None = None,
    entry: Entry | None = None,
    code: str = "1.1.2",
    version: int = 0,
    unit: object = None,
) -> Correction:
    """45 of 50 tasks, 2,7 points, where the appraiser counted 30, 1,8 points."""
    return propose_correction(
        assessment_id=small.sheet(unit or small.health).pk,  # type: ignore[arg-type]  # shorter calls
        code=code,
        entry=entry or Entry(ratio(45, 50), note=REASON),
        document_id=None,
        expected_version=version,
        by=by or small.appraiser,
        at=DECISION,
    )


def confirm(small: SmallRound, correction: Correction, *, by: Actor | None = None) -> Score:
    return confirm_correction(correction_id=correction.pk, by=by or small.manager, at=DECISION)


def conclude(small: SmallRound) -> None:
    conclude_council(round_id=small.round.pk, met_on=DAY, conclusion="Nhất trí", by=small.chair, at=DECISION)


def publish(small: SmallRound, *, by: Actor | None = None) -> None:
    publish_round(round_id=small.round.pk, decision=GOOD, by=by or small.manager, at=DECISION)


def refused_by(write: Callable[[], object]) -> str:
    """What the database says: the name of the guard, else its own words."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write()
    return guard_that_fired(refusal.value) or str(refusal.value)


def both(small: SmallRound) -> Actor:
    """An appraiser of the field who manages the round as well."""
    person = factories.person_as(Role.ROUND_MANAGER, small.home_affairs, "Kiêm Nhiệm")
    factories.give(person, Role.APPRAISER, small.home_affairs)
    return factories.actor(person)


# ---- two people --------------------------------------------------------------------------------------


def test_what_one_proposes_counts_once_another_confirms_it(deciding: SmallRound) -> None:
    assert deciding.sheet().decided_total == Decimal("8.2")  # 1 + 1,8 + 2 + 1 + 2,4
    correction = propose(deciding)
    assert deciding.sheet().decided_total == Decimal("8.2")
    score = confirm(deciding, correction)
    assert (score.layer, score.points, score.note, score.version) == ("CORRECTED", Decimal("2.7"), REASON, 1)
    assert score.entered_by_id == deciding.appraiser.person_id
    assert deciding.sheet().decided_total == Decimal("9.1")
    correction.refresh_from_db()
    assert (correction.state, correction.decided_by_id) == ("CONFIRMED", deciding.manager.person_id)


def test_results_ranks_and_the_line_of_the_leaf_follow(deciding: SmallRound) -> None:
    before = {unit.name: unit.rank for block in results_of_round(deciding.round.pk) for unit in block.units}
    confirm(deciding, propose(deciding))
    [block] = results_of_round(deciding.round.pk)
    after = {unit.name: unit.rank for unit in block.units}
    assert (before["Sở Y tế"], after["Sở Y tế"]) == (3, 1)
    unit = next(unit for unit in block.units if unit.name == "Sở Y tế")
    line = next(line for line in unit.lines if line.code == "1.1.2")
    assert (line.decided_layer, line.decided_points) == ("CORRECTED", Decimal("2.7"))
    assert line.notes["CORRECTED"] == REASON
    assert line.points["APPRAISED"] == Decimal("1.8")


def test_the_proposer_does_not_confirm_or_refuse(deciding: SmallRound) -> None:
    person = both(deciding)
    correction = propose(deciding, by=person)
    for decide in (
        lambda: confirm(deciding, correction, by=person),
        lambda: refuse_correction(correction_id=correction.pk, reason="Không", by=person, at=DECISION),
    ):
        with pytest.raises(NotAllowed) as refused:
            decide()
        assert refused.value.gaps[0].code == "same_person"
    assert not Score.objects.filter(layer=Layer.CORRECTED).exists()


def test_the_database_refuses_one_person_too(deciding: SmallRound) -> None:
    correction = propose(deciding)
    alone = {"state": "CONFIRMED", "decided_by_id": correction.proposed_by_id, "decided_at": DECISION}
    rows = Correction.objects.filter(pk=correction.pk)
    assert "corrected_by_two_people" in refused_by(lambda: rows.update(**alone))
    assert "corrected_by_two_people" in refused_by(lambda: rows.update(**{**alone, "decided_by_id": None}))


def test_who_appraises_another_field_or_belongs_to_the_unit_proposes_nothing(deciding: SmallRound) -> None:
    stranger = factories.actor_as(Role.APPRAISER, deciding.justice, "Không Được Giao")
    with pytest.raises(NotAllowed) as refused:
        propose(deciding, by=stranger)
    assert refused.value.gaps[0].code == "not_assigned"
    for person in (deciding.manager, deciding.appraiser):
        with pytest.raises(NotAllowed) as refused:
            propose(deciding, by=person, unit=deciding.home_affairs)
        assert refused.value.gaps[0].code == "own_unit"
    with pytest.raises(NotAllowed):
        propose(deciding, by=deciding.focal)


def test_nobody_decides_for_the_own_unit(deciding: SmallRound) -> None:
    correction = propose(deciding, by=deciding.outside_appraiser, unit=deciding.home_affairs)
    for person in (deciding.manager, deciding.chair):
        with pytest.raises(NotAllowed) as refused:
            confirm(deciding, correction, by=person)
        assert refused.value.gaps[0].code == "own_unit"
    office = factories.organisation("Ủy ban nhân dân tỉnh", assessed=False)
    confirm(deciding, correction, by=factories.actor_as(Role.COUNCIL_CHAIR, office, "Phó Chủ Tịch"))
    assert deciding.sheet(deciding.home_affairs).decided_total == Decimal("9.4")  # 1 + 2,7 + 2 + 1 + 2,7


def test_an_appraiser_or_a_leader_does_not_decide(deciding: SmallRound) -> None:
    correction = propose(deciding)
    for person in (
        deciding.outside_appraiser,
        factories.actor_as(Role.LEADER, factories.organisation("UBND tỉnh", assessed=False)),
        factories.actor_as(Role.ROUND_MANAGER, factories.organisation("Sở Nội vụ tỉnh khác", assessed=False)),
    ):
        with pytest.raises(NotAllowed) as refused:
            confirm(deciding, correction, by=person)
        assert refused.value.gaps[0].code == "not_decider"


# ---- refused, withdrawn, again -----------------------------------------------------------------------


def test_a_refusal_needs_a_reason_and_changes_no_point(deciding: SmallRound) -> None:
    correction = propose(deciding)
    with pytest.raises(Incomplete):
        refuse_correction(correction_id=correction.pk, reason=" ", by=deciding.chair, at=DECISION)
    refuse_correction(correction_id=correction.pk, reason="Phụ lục 2 đã đếm", by=deciding.chair, at=DECISION)
    assert deciding.sheet().decided_total == Decimal("8.2")
    with pytest.raises(NotNow) as refused:
        confirm(deciding, correction)
    assert refused.value.gaps[0].code == "settled"
    told = Message.objects.filter(recipient_id=deciding.appraiser.person_id).latest("pk")
    assert "Phụ lục 2 đã đếm" in told.text


def test_only_its_proposer_withdraws_an_open_correction(deciding: SmallRound) -> None:
    correction = propose(deciding)
    with pytest.raises(NotAllowed):
        withdraw_correction(correction_id=correction.pk, by=deciding.manager, at=DECISION)
    withdraw_correction(correction_id=correction.pk, by=deciding.appraiser, at=DECISION)
    with pytest.raises(NotNow):
        confirm(deciding, correction)
    assert propose(deciding).state == "PROPOSED"


def test_one_leaf_has_one_open_correction(deciding: SmallRound) -> None:
    propose(deciding)
    with pytest.raises(NotNow) as refused:
        propose(deciding, by=deciding.outside_appraiser)
    assert refused.value.gaps[0].code == "proposed_already"


def test_who_looked_at_older_points_gets_both_versions(deciding: SmallRound) -> None:
    confirm(deciding, propose(deciding))
    late = Entry(ratio(48, 50), note="Theo biên bản")
    with pytest.raises(StaleScore) as refused:
        propose(deciding, by=deciding.outside_appraiser, entry=late)
    assert (refused.value.stored.points, refused.value.typed_note) == (Decimal("2.7"), "Theo biên bản")
    score = confirm(deciding, propose(deciding, by=deciding.outside_appraiser, entry=late, version=1))
    assert (score.points, score.version) == (Decimal("2.88"), 2)
    assert Correction.objects.filter(state="CONFIRMED").count() == 2


@pytest.mark.parametrize(
    ("entry", "error", "code"),
    [
        (Entry(ratio(45, 50)), Incomplete, "no_reason"),
        (Entry(ratio(30, 50), note="Như cũ"), Incomplete, "no_change"),
        (Entry(ratio(60, 50), note="Nhầm"), BadAnswer, "invalid"),
        (Entry(ratio(30, 50), note="Nhầm", given_points=Decimal(4)), BadAnswer, "out_of_range"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_correction_says_what_and_why(
    deciding: SmallRound, entry: Entry, error: type[Exception], code: str
) -> None:
    with pytest.raises(error) as refused:
        propose(deciding, entry=entry)
    assert code in {gap.code for gap in refused.value.gaps}  # type: ignore[attr-defined]  # a Refused


def test_points_may_be_given_and_a_leaf_taken_out(deciding: SmallRound) -> None:
    given = Entry(ratio(30, 50), note="Tính cả việc làm chung", given_points=Decimal("2.5"))
    assert confirm(deciding, propose(deciding, entry=given)).points == Decimal("2.5")
    assert deciding.sheet().decided_total == Decimal("8.9")


# ---- when --------------------------------------------------------------------------------------------


def test_before_the_decision_points_are_changed_by_appraisal_not_by_correction(
    appraising: SmallRound,
) -> None:
    rounds.appraise_the_rest(appraising)
    with pytest.raises(NotNow) as refused:
        propose(appraising)
    assert refused.value.gaps[0].code == "other_stage"


def test_what_comes_from_outside_is_entered_again_not_corrected(deciding: SmallRound) -> None:
    with pytest.raises(NotNow) as refused:
        propose(deciding, code="2.2.1", entry=Entry(ratio(70, 100), note="Nhầm"))
    assert refused.value.gaps[0].code == "outside"


def test_after_publication_nothing_is_corrected(deciding: SmallRound) -> None:
    correction = propose(deciding)
    confirm(deciding, correction)
    conclude(deciding)
    publish(deciding)
    with pytest.raises(NotNow):
        propose(deciding, entry=Entry(ratio(48, 50), note="Muộn"), version=1)
    assert Result.objects.get(assessment=deciding.sheet()).total == Decimal("9.1")
    line = next(
        line for line in Result.objects.get(assessment=deciding.sheet()).lines if line["code"] == "1.1.2"
    )
    assert (line["decided_layer"], line["decided"]) == ("CORRECTED", "2.7")


def test_a_corrected_figure_of_a_leaf_measured_against_the_block_moves_the_others() -> None:
    small = rounds.opened_round(cohort_set())
    for unit, figure in ((small.home_affairs, 60), (small.health, 45), (small.justice, 30)):
        answers = {**rounds.FULL_ANSWERS, "2.1.2": Answer(numerator=Decimal(figure))}
        rounds.score_unit(small, unit, answers)
        rounds.lock_unit(small, unit)
    for stage, at in (
        (RoundStage.APPRAISAL, rounds.SELF_CLOSES),
        (RoundStage.EXPLANATION, rounds.EXPLANATION),
        (RoundStage.REAPPRAISAL, rounds.REAPPRAISAL),
        (RoundStage.DECISION, DECISION),
    ):
        advance_round(round_id=small.round.pk, to=stage, by=small.manager, at=at)
        if stage == RoundStage.APPRAISAL:
            rounds.appraise_the_rest(small)
    rounds.bring_in_survey(small, {small.home_affairs: 80, small.health: 80, small.justice: 80})

    def points() -> dict[str, Decimal | None]:
        [block] = results_of_round(small.round.pk)
        lines = {unit.name: {line.code: line for line in unit.lines} for unit in block.units}
        return {name: found["2.1.2"].decided_points for name, found in lines.items()}

    half = Decimal("0.5")
    assert points() == {"Sở Nội vụ": 1, "Sở Y tế": Decimal("0.75"), "Sở Tư pháp": half}
    entry = Entry(Answer(numerator=Decimal(90)), note="Thiếu 60 mô hình cấp xã")
    correction = propose(small, unit=small.justice, code="2.1.2", entry=entry)
    health = propose(small, unit=small.health, entry=Entry(ratio(45, 50), note=REASON))
    [of_justice, of_health] = corrections_of_round(small.round)
    # What the page shows is what the results become, each correction by itself.
    assert (of_justice.total_before, of_justice.total_after) == (Decimal("8.3"), Decimal("8.8"))
    assert (of_health.total_before, of_health.total_after) == (Decimal("8.55"), Decimal("8.85"))
    confirm(small, correction)
    refuse_correction(correction_id=health.pk, reason="Đủ rồi", by=small.manager, at=DECISION)
    assert points() == {"Sở Nội vụ": Decimal("0.666666666666666666666667"), "Sở Y tế": half, "Sở Tư pháp": 1}
    conclude(small)
    publish(small)  # counted again by the program that shares no code with this one


# ---- who hears of it ---------------------------------------------------------------------------------


def test_both_stand_in_the_trace_and_the_unit_is_told(deciding: SmallRound) -> None:
    correction = propose(deciding)
    assert Message.objects.filter(recipient_id=deciding.chair.person_id, text__contains="1.1.2").exists()
    assert not Message.objects.filter(recipient_id=deciding.focal.person_id, text__contains="1.1.2").exists()
    confirm(deciding, correction)
    told = Trace.objects.filter(object=f"correction:{correction.pk}").order_by("pk")
    assert [(one.verb, one.actor_id) for one in told] == [
        ("correction.proposed", deciding.appraiser.person_id),
        ("correction.confirmed", deciding.manager.person_id),
    ]
    confirmed = told[1]
    assert confirmed.before is not None
    assert confirmed.after is not None
    assert (confirmed.before["points"], confirmed.after["points"]) == ("1.8", "2.7")
    for person in (deciding.focal, deciding.head):
        text = Message.objects.filter(recipient_id=person.person_id).latest("pk").text
        assert "từ 1,8 thành 2,7" in text
        assert REASON in text


# ---- the second line ---------------------------------------------------------------------------------


def test_corrected_points_are_those_of_a_confirmed_correction_and_nothing_else(deciding: SmallRound) -> None:
    score = confirm(deciding, propose(deciding))
    rows = Score.objects.filter(pk=score.pk)
    assert refused_by(lambda: rows.update(points="3")) == "corrected_update"
    assert refused_by(lambda: rows.update(points="3", version=2)) == "corrected_update"
    assert refused_by(lambda: rows.delete()) == "corrected_delete"
    score.pk, score.criterion_id = (
        None,
        Score.objects.get(
            assessment=deciding.sheet(), criterion__code="1.1.1", layer="APPRAISED"
        ).criterion_id,
    )
    assert refused_by(lambda: score.save(force_insert=True)) == "corrected_insert"


def test_a_proposal_is_never_rewritten_and_a_decision_never_taken_back(deciding: SmallRound) -> None:
    correction = propose(deciding)
    rows = Correction.objects.filter(pk=correction.pk)
    assert refused_by(lambda: rows.update(reason="Khác")) == "correction_update"
    assert refused_by(lambda: rows.update(answer={})) == "correction_update"
    confirm(deciding, correction)
    again = {"state": "PROPOSED", "decided_by": None, "decided_at": None}
    assert refused_by(lambda: rows.update(**again)) == "correction_update"
    assert refused_by(lambda: rows.delete()) == "correction_delete"
    ready = Correction(
        assessment=deciding.sheet(),
        criterion_id=correction.criterion_id,
        answer=correction.answer,
        reason="Tự tay",
        replaces_version=1,
        state="CONFIRMED",
        proposed_by_id=deciding.appraiser.person_id,
        proposed_at=DECISION,
        decided_by_id=deciding.manager.person_id,
        decided_at=DECISION,
    )
    assert refused_by(lambda: ready.save(force_insert=True)) == "correction_insert"
