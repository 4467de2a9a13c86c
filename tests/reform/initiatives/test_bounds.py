"""Days at the ends of periods, what is done once, and what a stopped model or an old sight allows no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest

from openpar.base.accounts.models import Role
from openpar.base.documents.actions import add_document
from openpar.base.notifications.models import Message
from openpar.common.errors import Refused
from openpar.common.formats import VIETNAM
from openpar.engine.periods import Calendar, PeriodKind, period
from openpar.reform.initiatives.actions.evaluating import evaluate
from openpar.reform.initiatives.actions.lapses import find_missing_evaluations, find_too_few_initiatives
from openpar.reform.initiatives.actions.moving import Recognised, recognise, start, stop
from openpar.reform.initiatives.actions.proposing import change
from openpar.reform.initiatives.actions.spreading import TakenOver, award, enter_contest, replicate
from openpar.reform.initiatives.actions.targets import set_target
from openpar.reform.initiatives.duty import PeriodKey, duty_on
from openpar.reform.initiatives.figures import initiative_figures
from openpar.reform.initiatives.models import Initiative, Kind, Level, State
from openpar.reform.initiatives.queries.evaluating import owed_in
from openpar.reform.initiatives.queries.targets import target_lines
from tests import factories
from tests.reform.initiatives import stories
from tests.reform.initiatives.stories import AT, HALF, Story, proposal, said
from tests.worlds import world

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)
YEAR_ENDS = datetime(2026, 12, 14, 9, 0, tzinfo=VIETNAM)
CONTEST = "Hội thi Tìm kiếm sáng kiến CCHC"


@world
def initiative_days() -> Story:
    return stories.story()


def refusal(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as refused:
        act()
    return factories.codes_of(refused.value)


def stopped(story: Story, made: Initiative, on: date) -> Initiative:
    made.refresh_from_db()
    return stop(
        initiative_id=made.pk,
        stopped_on=on,
        reason="Hết thí điểm",
        expected_version=made.version,
        by=story.officer,
        at=AT,
    )


# Running


def test_a_model_may_run_for_a_single_day_and_never_less(initiative_days: Story) -> None:
    story, since = initiative_days, date(2026, 2, 2)
    made = story.running(since=since)
    assert refusal(partial(stopped, story, made, since - ONE_DAY)) == ["stops-before"]
    assert stopped(story, made, since).stopped_on == since


def test_what_was_stopped_is_neither_changed_nor_recognised_nor_started_again(initiative_days: Story) -> None:
    story = initiative_days
    made = stopped(story, story.running(), date(2026, 5, 1))
    by, seen = story.officer, made.version
    acts: dict[str, Callable[..., object]] = {
        "change": partial(change, proposal=proposal("Tên khác"), expected_version=seen, by=by),
        "contest": partial(enter_contest, contest=CONTEST, entered_on=AT.date(), by=by),
        "recognise": partial(
            recognise,
            decided=Recognised(Level.BASE, "Hội đồng", date(2026, 3, 2), story.document),
            by=story.head,
        ),
    }
    for name, act in acts.items():
        assert refusal(partial(act, initiative_id=made.pk, at=AT)) == ["stopped"], name
    again = partial(start, started_on=AT.date(), document_id=story.document, expected_version=seen, by=by)
    assert refusal(partial(again, initiative_id=made.pk, at=AT)) == ["wrong-state"]
    taken = TakenOver(story.home.pk, date(2026, 5, 1), story.document)
    assert refusal(partial(replicate, initiative_id=made.pk, taken=taken, by=by, at=AT)) == ["wrong-state"]


def test_an_old_sight_starts_and_stops_nothing(initiative_days: Story) -> None:
    story = initiative_days
    made = story.proposed()
    go = partial(
        start,
        initiative_id=made.pk,
        started_on=AT.date(),
        document_id=story.document,
        by=story.officer,
        at=AT,
    )
    assert refusal(partial(go, expected_version=made.version + 1)) == ["stale"]
    go(expected_version=made.version)
    end = partial(stop, initiative_id=made.pk, stopped_on=AT.date(), reason="Hết", by=story.officer, at=AT)
    assert refusal(partial(end, expected_version=made.version)) == ["stale"]


def test_a_model_stays_a_model(initiative_days: Story) -> None:
    story = initiative_days
    made = story.proposed(kind=Kind.MODEL)
    other = proposal(kind=Kind.INITIATIVE)
    act = partial(change, initiative_id=made.pk, proposal=other, by=story.officer, at=AT)
    assert refusal(partial(act, expected_version=made.version)) == ["kind-fixed"]


def test_a_recognition_is_told_to_the_officers_once_and_not_to_who_recorded_it(
    initiative_days: Story,
) -> None:
    story = initiative_days
    made = story.proposed()
    head_and_officer = factories.person_as(Role.AGENCY_HEAD, story.agency)
    factories.give(head_and_officer, Role.FOCAL_OFFICER, story.agency)
    decided = Recognised(Level.BASE, "Hội đồng", date(2026, 3, 2), story.document)
    recognise(initiative_id=made.pk, decided=decided, by=factories.actor(head_and_officer), at=AT)
    told = Message.objects.filter(link=f"/initiatives/{made.pk}/").values_list("recipient_id", flat=True)
    assert list(told) == [story.officer.id]


# Others take it over


def test_who_takes_over_is_entered_by_the_agency_or_by_so_noi_vu(initiative_days: Story) -> None:
    story = initiative_days
    made = story.running()
    taken = TakenOver(story.home.pk, date(2026, 5, 4), story.document)
    stranger = factories.actor_as(Role.AGENCY_HEAD, story.home)
    act = partial(replicate, initiative_id=made.pk, at=AT)
    assert refusal(partial(act, taken=taken, by=stranger)) == ["not-allowed"]
    own = TakenOver(story.home.pk, date(2026, 5, 4), story.decision)
    assert act(taken=own, by=story.manager).organisation_id == story.home.pk


def test_nobody_takes_over_before_the_day_on_which_it_began(initiative_days: Story) -> None:
    story = initiative_days
    made = story.running()
    assert made.started_on is not None
    act = partial(replicate, initiative_id=made.pk, by=story.officer, at=AT)
    early = TakenOver(story.home.pk, made.started_on - ONE_DAY, story.document)
    assert refusal(partial(act, taken=early)) == ["replicated-before"]
    same_day = TakenOver(story.home.pk, made.started_on, story.document)
    assert act(taken=same_day).replicated_on == made.started_on


def test_a_contest_of_a_year_is_entered_once_and_its_prize_stays(initiative_days: Story) -> None:
    story, on = initiative_days, date(2026, 3, 2)
    made = story.recognised(on=on)
    enter = partial(enter_contest, initiative_id=made.pk, contest=CONTEST, by=story.officer, at=AT)
    # Recognised on the very day of the contest is recognised before it.
    entry = enter(entered_on=on)
    assert refusal(partial(enter, entered_on=on + ONE_DAY)) == ["contest-twice"]
    give = partial(award, entry_id=entry.pk, decision_id=story.document, by=story.officer, at=AT)
    negative = partial(give, expected_version=1, points=Decimal(-1), award="Giải Ba")
    assert refusal(negative) == ["negative"]
    give(expected_version=1, points=Decimal(83), award="Giải Nhất")
    again = partial(give, expected_version=2, points=Decimal(90), award="Giải Nhì")
    assert refusal(again) == ["awarded-before"]


# Evaluations


def test_an_evaluation_is_given_from_the_first_day_of_its_period(initiative_days: Story) -> None:
    story = initiative_days
    one = story.running()
    asked = PeriodKey(PeriodKind.QUARTER, 2026, 3)
    first = datetime(2026, 6, 15, 9, 0, tzinfo=VIETNAM)
    give = partial(evaluate, asked=asked, said=[said(one)], by=story.officer)
    assert refusal(partial(give, at=first - ONE_DAY)) == ["period-to-come"]
    assert len(give(at=first)) == 1


def test_a_model_owes_an_evaluation_for_a_single_day_and_an_initiative_owes_none(
    initiative_days: Story,
) -> None:
    story, days = initiative_days, HALF.days
    begun = story.running("Bắt đầu ngày cuối kỳ", since=days.until_on)
    ended = stopped(story, story.running("Dừng ngày đầu kỳ", since=date(2025, 1, 6)), days.from_on)
    stopped(story, story.running("Dừng trước kỳ", since=date(2025, 1, 6)), days.from_on - ONE_DAY)
    recognised = story.recognised("Sáng kiến đang áp dụng")
    start(
        initiative_id=recognised.pk,
        started_on=date(2026, 3, 9),
        document_id=None,
        expected_version=recognised.version,
        by=story.officer,
        at=AT,
    )
    assert {one.initiative.pk for one in owed_in(HALF)} == {begun.pk, ended.pk}


def test_a_missing_evaluation_is_a_finding_from_the_day_after_it_was_due(initiative_days: Story) -> None:
    story = initiative_days
    story.running()
    due = duty_on(HALF.days.until_on).due_on(HALF.days)
    at = datetime(due.year, due.month, due.day, 9, 0, tzinfo=VIETNAM)
    find = partial(find_missing_evaluations, asked=HALF)
    assert refusal(partial(find, by=story.manager, at=at)) == ["not-over"]
    assert refusal(partial(find, by=story.head, at=at + ONE_DAY)) == ["not-allowed"]
    assert len(find(by=story.manager, at=at + ONE_DAY)) == 1
    assert find(by=story.manager, at=at + 2 * ONE_DAY) == []


# Targets


def target(story: Story, planned: int, seen: int = 0) -> int:
    return set_target(
        organisation_id=story.agency.pk,
        year=2026,
        planned=planned,
        document_id=story.decision,
        expected_revision=seen,
        by=story.manager,
        at=AT,
    ).revision


def test_recognitions_at_the_base_count_from_the_first_to_the_last_day_of_the_year(
    initiative_days: Story,
) -> None:
    story = initiative_days
    days = period(Calendar.REFORM, PeriodKind.YEAR, 2026)
    for name, on in (("Trước", days.from_on - ONE_DAY), ("Đầu", days.from_on), ("Giữa", date(2026, 3, 2))):
        story.recognised(name, on=on)
    middle = Initiative.objects.get(name="Giữa")
    above = Recognised(Level.PROVINCE, "Hội đồng tỉnh", date(2026, 4, 1), story.decision)
    recognise(initiative_id=middle.pk, decided=above, by=story.manager, at=AT)
    assert target(story, 3) == 1
    assert target(story, 4, seen=1) == 2
    [line] = target_lines(2026, AT.date(), [story.agency.pk])
    # A second recognition of the same above the base counts no second time; the newest target holds.
    assert (len(line.recognised), line.target and line.target.planned, line.missing) == (2, 4, 2)


@pytest.mark.parametrize("planned", [-1, 1000])
def test_a_target_is_a_number_that_can_be(initiative_days: Story, planned: int) -> None:
    assert refusal(partial(target, initiative_days, planned)) == ["out-of-bounds"]


def test_too_few_initiatives_are_a_finding_after_the_year_and_once(initiative_days: Story) -> None:
    story = initiative_days
    story.recognised("Một")
    target(story, 2)
    find = partial(find_too_few_initiatives, year=2026, by=story.manager)
    assert refusal(partial(find, at=YEAR_ENDS)) == ["not-over"]
    (finding,) = find(at=YEAR_ENDS + ONE_DAY)
    assert (finding.organisation_id, finding.metric) == (story.agency.pk, "1/2")
    assert find(at=YEAR_ENDS + 2 * ONE_DAY) == []


def test_figures_keep_what_was_recognised_later_and_what_nobody_assigned_apart(
    initiative_days: Story,
) -> None:
    story = initiative_days
    one = story.running("Một")
    story.running("Hai")
    story.evaluated(one)
    story.recognised("Sớm", on=date(2026, 3, 2))
    story.recognised("Muộn", on=date(2026, 6, 15))
    evaluated, recognised = initiative_figures(story.agency.pk, HALF.days, AT.date())
    assert (evaluated.numerator, evaluated.denominator) == (1, 2)
    assert (recognised.numerator, recognised.denominator) == (1, None)
    target(story, 3)
    _evaluated, assigned = initiative_figures(story.agency.pk, HALF.days, AT.date())
    assert (assigned.numerator, assigned.denominator) == (1, 3)


def test_papers_of_another_agency_prove_nothing(initiative_days: Story) -> None:
    story = initiative_days
    foreign = add_document(
        by=story.manager, at=AT, owner_id=story.home.pk, title="Của Sở khác", number="9/QĐ"
    )
    made = story.proposed()
    go = partial(
        start, initiative_id=made.pk, started_on=AT.date(), expected_version=1, by=story.officer, at=AT
    )
    assert refusal(partial(go, document_id=foreign.pk)) == ["document-elsewhere"]
    assert go(document_id=story.document).state == State.RUNNING
