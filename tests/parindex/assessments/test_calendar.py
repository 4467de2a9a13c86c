"""What moving a round on does to its calendar: in time, early, late, over a phase that is not held."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from openpar.base.audit.models import Entry as Trace
from openpar.base.notifications.models import Message
from openpar.common.formats import VIETNAM
from openpar.parindex.assessments.actions.appraisals import save_appraisal
from openpar.parindex.assessments.actions.explanations import save_explanation
from openpar.parindex.assessments.actions.rounds import advance_round, set_phases
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.calendar import PhaseDates, Shift, phase_gaps, phases_of, shifts_of
from openpar.parindex.assessments.errors import Incomplete, NotNow
from openpar.parindex.assessments.models import Round, RoundStage
from openpar.parindex.assessments.queries.completeness import next_stages
from tests.parindex import rounds

DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
SELF, APPRAISAL, EXPLANATION = RoundStage.SELF_SCORING, RoundStage.APPRAISAL, RoundStage.EXPLANATION
REAPPRAISAL, DECISION = RoundStage.REAPPRAISAL, RoundStage.DECISION


def day(number: int) -> datetime:
    """A day of November 2026; the phases of CALENDAR last ten days, with a day between the first two."""
    return datetime(2026, 11, 1, tzinfo=VIETNAM) + (number - 1) * DAY


CALENDAR = (
    PhaseDates(SELF, day(1), day(10)),
    PhaseDates(APPRAISAL, day(11), day(20)),
    PhaseDates(EXPLANATION, day(20), day(30)),
    PhaseDates(REAPPRAISAL, day(30), day(40)),
    PhaseDates(DECISION, day(40), day(60)),
)


@pytest.mark.parametrize(
    ("leaving", "to", "at", "changed"),
    [
        # Early: the one ends, the other begins, and its end stays.
        (SELF, APPRAISAL, day(5), {SELF: (day(1), day(5)), APPRAISAL: (day(5), day(20))}),
        # Between the two: only the next one moves.
        (SELF, APPRAISAL, day(10), {APPRAISAL: (day(10), day(20))}),
        # At the hour, and late: nothing moves.
        (SELF, APPRAISAL, day(11), {}),
        (SELF, APPRAISAL, day(15), {}),
        # So late that the next one is over: its end is the manager's to move.
        (SELF, APPRAISAL, day(25), {}),
        # A phase that is not held leaves the calendar.
        (
            APPRAISAL,
            DECISION,
            day(15),
            {
                APPRAISAL: (day(11), day(15)),
                EXPLANATION: None,
                REAPPRAISAL: None,
                DECISION: (day(15), day(60)),
            },
        ),
        # Left in the instant it began, or before: it still ends after its beginning, and in order.
        (
            APPRAISAL,
            EXPLANATION,
            day(11),
            {APPRAISAL: (day(11) - INSTANT, day(11)), EXPLANATION: (day(11), day(30))},
        ),
        (
            APPRAISAL,
            EXPLANATION,
            day(1),
            {
                SELF: (day(1) - INSTANT, day(1)),
                APPRAISAL: (day(1) - INSTANT, day(1)),
                EXPLANATION: (day(1), day(30)),
            },
        ),
    ],
)
def test_which_dates_change(
    leaving: RoundStage,
    to: RoundStage,
    at: datetime,
    changed: dict[RoundStage, tuple[datetime, datetime] | None],
) -> None:
    old = {dates.stage: dates for dates in CALENDAR}
    wanted = {
        Shift(old[stage], None if dates is None else PhaseDates(stage, *dates))
        for stage, dates in changed.items()
    }
    shifts = shifts_of(CALENDAR, leaving=leaving, to=to, at=at)
    assert set(shifts) == wanted
    # Whatever moved, the calendar can be saved as it stands.
    after = {shift.stage: shift.after for shift in shifts}
    assert phase_gaps([new for dates in CALENDAR if (new := after.get(dates.stage, dates))]) == []


def test_a_round_without_a_calendar_moves_nothing() -> None:
    assert shifts_of((), leaving=SELF, to=APPRAISAL, at=day(5)) == ()


# ---- through the action -------------------------------------------------------------------------------


def closed_early(at: datetime = rounds.DURING_SELF, reason: str = "Theo Công văn 12") -> rounds.SmallRound:
    small = rounds.opened_round()
    rounds.score_unit(small, small.health)
    advance_round(round_id=small.round.pk, to=APPRAISAL, reason=reason, by=small.manager, at=at)
    small.round.refresh_from_db()
    return small


def dates_of(small: rounds.SmallRound) -> dict[RoundStage, tuple[datetime, datetime]]:
    return {dates.stage: (dates.opens_at, dates.closes_at) for dates in phases_of(small.round)}


@pytest.mark.django_db
def test_closing_early_opens_the_next_phase_at_once() -> None:
    at = rounds.DURING_SELF
    small = closed_early(at)
    assert dates_of(small)[SELF] == (rounds.SELF_OPENS, at)
    assert dates_of(small)[APPRAISAL] == (at, rounds.EXPLANATION)
    assert (small.round.window_opens_at, small.round.window_closes_at) == (at, rounds.EXPLANATION)
    # An appraiser works in the same minute, without anybody editing the calendar.
    save_appraisal(
        assessment_id=small.sheet().pk,
        code="1.1.2",
        entry=Entry(rounds.ratio(30, 50), note="Chỉ có sản phẩm của 30 nhiệm vụ"),
        expected_version=0,
        by=small.appraiser,
        at=at,
    )


@pytest.mark.django_db
def test_the_trace_tells_the_dates_before_and_after_and_why() -> None:
    at = rounds.DURING_SELF
    closed_early(at)
    trace = Trace.objects.filter(verb="round.moved").latest("pk")
    opens, closes = rounds.SELF_OPENS, rounds.SELF_CLOSES
    assert trace.reason == "Theo Công văn 12"
    assert {**trace.before, **_moments(trace.before)} == {
        "stage": "SELF_SCORING",
        "SELF_SCORING": [opens, closes],
        "APPRAISAL": [closes, rounds.EXPLANATION],
    }
    assert {**trace.after, **_moments(trace.after)} == {
        "stage": "APPRAISAL",
        "SELF_SCORING": [opens, at],
        "APPRAISAL": [at, rounds.EXPLANATION],
    }


def _moments(told: dict[str, object]) -> dict[str, list[datetime]]:
    """The dates of a trace, compared as moments: databases hand them back in their own time zones."""
    return {
        key: [datetime.fromisoformat(text) for text in dates]
        for key, dates in told.items()
        if isinstance(dates, list)
    }


@pytest.mark.django_db
def test_dates_that_move_without_a_reason_have_one_on_record(opened: rounds.SmallRound) -> None:
    for unit in (opened.home_affairs, opened.health, opened.justice):
        rounds.score_unit(opened, unit)
        rounds.lock_unit(opened, unit)
    advance_round(round_id=opened.round.pk, to=APPRAISAL, by=opened.manager, at=rounds.DURING_SELF)
    assert (
        Trace.objects.filter(verb="round.moved").latest("pk").reason == "Mọi đơn vị đã chốt phiếu trước hạn."
    )


@pytest.mark.django_db
def test_moving_on_late_leaves_the_calendar_alone(opened: rounds.SmallRound) -> None:
    before = dates_of(opened)
    late = rounds.SELF_CLOSES + 3 * DAY
    advance_round(round_id=opened.round.pk, to=APPRAISAL, by=opened.manager, at=late)
    opened.round.refresh_from_db()
    assert dates_of(opened) == before
    assert opened.round.window_closes_at == rounds.EXPLANATION
    trace = Trace.objects.filter(verb="round.moved").latest("pk")
    assert (trace.before, trace.after, trace.reason) == (
        {"stage": "SELF_SCORING"},
        {"stage": "APPRAISAL"},
        "",
    )


@pytest.mark.django_db
def test_the_people_of_the_units_read_until_when_the_new_phase_runs() -> None:
    small = closed_early()
    told = Message.objects.filter(recipient_id=small.focal.id).latest("pk").text
    assert told == "Kỳ “Chỉ số CCHC năm 2026” chuyển sang giai đoạn “Thẩm định”. Hạn: 08:00 20/12/2026."


@pytest.mark.django_db
def test_after_closing_early_the_calendar_can_still_be_changed() -> None:
    small = closed_early()
    phases = [
        PhaseDates(dates.stage, dates.opens_at, dates.closes_at + DAY) for dates in phases_of(small.round)
    ]
    set_phases(
        round_id=small.round.pk, phases=phases, reason="Bão số 9", by=small.manager, at=rounds.DURING_SELF
    )
    assert Round.objects.get(pk=small.round.pk).window_closes_at == rounds.EXPLANATION + DAY


@pytest.mark.django_db
def test_a_round_may_step_over_the_explanation_and_its_calendar_forgets_it(
    appraising: rounds.SmallRound,
) -> None:
    rounds.appraise_the_rest(appraising)
    at = rounds.APPRAISAL + DAY
    advance_round(round_id=appraising.round.pk, to=DECISION, by=appraising.manager, at=at)
    assert set(dates_of(appraising)) == {SELF, APPRAISAL, DECISION}
    assert dates_of(appraising)[DECISION][0] == at
    with pytest.raises(NotNow):
        advance_round(round_id=appraising.round.pk, to=EXPLANATION, by=appraising.manager, at=at)


@pytest.mark.django_db
def test_two_moves_in_one_instant_keep_every_phase_in_order(appraising: rounds.SmallRound) -> None:
    rounds.appraise_the_rest(appraising)
    at = rounds.APPRAISAL
    for stage in (EXPLANATION, REAPPRAISAL, DECISION):
        advance_round(round_id=appraising.round.pk, to=stage, reason="Gấp", by=appraising.manager, at=at)
    assert all(opens < closes for opens, closes in dates_of(appraising).values())
    assert phase_gaps(phases_of(appraising.round)) == []


def in_explanation(*, second_appraisal: bool) -> rounds.SmallRound:
    """Health was reduced and explains; the calendar has a second appraisal or not."""
    small = rounds.round_in_appraisal()
    rounds.reduce_health(small)
    rounds.appraise_the_rest(small)
    advance_round(round_id=small.round.pk, to=EXPLANATION, by=small.manager, at=rounds.EXPLANATION)
    if not second_appraisal:
        phases = [dates for dates in phases_of(small.round) if dates.stage != REAPPRAISAL]
        set_phases(
            round_id=small.round.pk,
            phases=phases,
            reason="Không thẩm định lần 2",
            by=small.manager,
            at=rounds.EXPLANATION,
        )
    small.round.refresh_from_db()
    return small


def explain(small: rounds.SmallRound) -> None:
    save_explanation(
        assessment_id=small.sheet().pk,
        code="1.1.2",
        entry=Entry(rounds.ratio(40, 50), note="Đủ 40 sản phẩm"),
        expected_version=0,
        by=small.focal,
        at=rounds.EXPLANATION,
    )


@pytest.mark.django_db
def test_a_round_without_second_appraisal_goes_from_the_explanations_to_the_decision() -> None:
    small = in_explanation(second_appraisal=False)
    assert next_stages(small.round) == (DECISION,)
    advance_round(round_id=small.round.pk, to=DECISION, by=small.manager, at=rounds.REAPPRAISAL)
    small.round.refresh_from_db()
    assert small.round.stage == DECISION
    assert set(dates_of(small)) == {SELF, APPRAISAL, EXPLANATION, DECISION}


@pytest.mark.django_db
def test_what_was_explained_and_nobody_will_answer_needs_a_reason() -> None:
    small = in_explanation(second_appraisal=False)
    explain(small)
    with pytest.raises(Incomplete) as refused:
        advance_round(round_id=small.round.pk, to=DECISION, by=small.manager, at=rounds.REAPPRAISAL)
    assert [gap.code for gap in refused.value.gaps] == ["unanswered"]
    reason = "Hội đồng xem giải trình"
    advance_round(
        round_id=small.round.pk, to=DECISION, reason=reason, by=small.manager, at=rounds.REAPPRAISAL
    )
    assert Trace.objects.filter(verb="round.moved").latest("pk").reason == reason


@pytest.mark.django_db
def test_a_second_appraisal_of_the_calendar_is_not_stepped_over() -> None:
    small = in_explanation(second_appraisal=True)
    explain(small)
    assert next_stages(small.round) == (REAPPRAISAL,)
    with pytest.raises(NotNow):
        advance_round(
            round_id=small.round.pk, to=DECISION, reason="Gấp", by=small.manager, at=rounds.REAPPRAISAL
        )
