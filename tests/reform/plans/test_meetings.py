"""Meetings are written down, what they conclude stands, and what they order becomes a task. Targets too."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from openpar.base.accounts.models import Role
from openpar.base.organisations.roles import Actor
from openpar.engine.tasks import Side, Trend
from openpar.reform.plans.actions import meetings
from openpar.reform.plans.actions.drafting import remove_line
from openpar.reform.plans.actions.meetings import (
    NewMeeting,
    Participant,
    add_outcome,
    change_meeting,
    conclude_meeting,
    order_task,
    record_meeting,
    remove_outcome,
)
from openpar.reform.plans.actions.replacing import discard_version, draft_version, settle_rest
from openpar.reform.plans.actions.targets import (
    NewReading,
    NewTarget,
    add_target,
    change_target,
    record_reading,
    remove_target,
)
from openpar.reform.plans.errors import PlansRefused, StalePlan
from openpar.reform.plans.lines import Deadline, NewLine, led_by
from openpar.reform.plans.models import Assignment, Meeting, MeetingOutcome, Plan, PlanLevel, Target
from openpar.reform.plans.queries.meetings import meeting_view, meetings_seen_by
from openpar.reform.plans.queries.targets import targets_of
from tests import factories
from tests.reform.plans.year import AT, Province, draft, in_force, issued, line, moment, province, put

pytestmark = pytest.mark.django_db
HELD = date(2026, 4, 6)
KIND = MeetingOutcome.Kind


def meeting_of(who: Province, **other: object) -> NewMeeting:
    asked = NewMeeting(
        organisation_id=who.home.pk,
        kind=Meeting.Kind.REFORM,
        title="Giao ban cải cách hành chính quý I",
        held_on=HELD,
        chair="Giám đốc Sở",
        participants=(Participant(who.health.pk, "Phó Giám đốc"), Participant(who.finance.pk)),
    )
    return replace(asked, **other)  # type: ignore[arg-type]  # any field of a meeting


def held(who: Province) -> Meeting:
    return record_meeting(by=who.home.officer, at=moment(HELD), meeting=meeting_of(who))


def concluded(who: Province, meeting: Meeting, *kinds: str) -> Meeting:
    for kind in kinds:
        meeting.refresh_from_db()
        add_outcome(
            by=who.home.officer,
            at=moment(HELD),
            meeting_id=meeting.pk,
            expected_version=meeting.version,
            kind=kind,
            text=f"Ý kiến {kind}",
            organisation_id=who.health.pk,
        )
    meeting.refresh_from_db()
    return conclude_meeting(
        by=who.home.officer, at=moment(HELD), meeting_id=meeting.pk, expected_version=meeting.version
    )


def test_a_meeting_keeps_praise_and_reprimand_of_whom_they_are(reform_year: Province) -> None:
    who = reform_year
    meeting = concluded(who, held(who), KIND.PRAISE, KIND.REPRIMAND, KIND.ORDER)
    view = meeting_view(who.health.head, meeting.pk)
    assert view is not None
    assert [one.kind for one in view.outcomes] == [KIND.PRAISE, KIND.REPRIMAND, KIND.ORDER]
    assert view.names[who.health.pk] == "Sở Y tế"
    with pytest.raises(PlansRefused) as refused:
        remove_outcome(
            by=who.home.officer,
            at=moment(HELD),
            outcome_id=view.outcomes[0].pk,
            expected_version=meeting.version,
        )
    assert factories.codes_of(refused.value) == ["concluded"]


def test_an_order_becomes_a_task_with_the_meeting_as_its_source_once(reform_year: Province) -> None:
    who = reform_year
    meeting = concluded(who, held(who), KIND.ORDER)
    outcome = meeting.outcomes.get()
    wanted = NewLine("F2", "Báo cáo hồ sơ trễ", Deadline.by(date(2026, 5, 15)), led_by(who.health.pk))
    by = who.manager
    task = order_task(by=by, at=moment(HELD), outcome_id=outcome.pk, plan_id=who.issued().pk, line=wanted)
    assert (task.source_kind, task.source_id) == ("meeting", outcome.pk)
    assert "Giao ban cải cách hành chính quý I ngày 06/04/2026" in task.source_text
    assert Assignment.objects.get(task=task).organisation == who.health.organisation
    with pytest.raises(PlansRefused) as refused:
        order_task(by=by, at=moment(HELD), outcome_id=outcome.pk, plan_id=who.issued().pk, line=wanted)
    assert factories.codes_of(refused.value) == ["not-an-order"]


def ordered(who: Province, plan: Plan, meeting: Meeting) -> MeetingOutcome:
    """The only outcome of a meeting, an order, as a task of a plan."""
    outcome = meeting.outcomes.get()
    line_wanted = NewLine("F2", "Báo cáo hồ sơ trễ", Deadline.by(date(2026, 5, 15)), led_by(who.health.pk))
    order_task(by=who.manager, at=moment(HELD), outcome_id=outcome.pk, plan_id=plan.pk, line=line_wanted)
    return outcome


def test_what_was_ordered_into_a_draft_is_neither_taken_away_nor_dropped_with_it() -> None:
    who = province()
    version = draft(who)
    outcome = ordered(who, version.plan, concluded(who, held(who), KIND.ORDER))
    version.refresh_from_db()
    given: dict[str, Any] = {"by": who.manager, "at": moment(HELD), "expected_version": version.version}
    for act in (
        partial(remove_line, **given, line_id=version.lines.get().pk),
        partial(discard_version, **given, version_id=version.pk),
    ):
        with pytest.raises(PlansRefused) as refused:
            act()
        assert factories.codes_of(refused.value) == ["ordered"]
    outcome.refresh_from_db()
    assert outcome.task_id == version.lines.get().task_id


def test_an_order_that_becomes_a_task_while_it_is_taken_out_stays(
    reform_year: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, meeting = reform_year, held(reform_year)
    outcome = add_outcome(
        by=who.home.officer,
        at=moment(HELD),
        meeting_id=meeting.pk,
        expected_version=meeting.version,
        kind=KIND.ORDER,
        text="Báo cáo",
    )
    take = meetings._take

    def slow(meeting_id: int, expected_version: int, by: Actor) -> Meeting:
        """Somebody orders the task while the turn of the meeting is waited for."""
        ordered(who, who.issued(), meeting)
        return take(meeting_id, expected_version, by)

    monkeypatch.setattr(meetings, "_take", slow)
    with pytest.raises(PlansRefused) as refused:
        remove_outcome(
            by=who.home.officer, at=moment(HELD), outcome_id=outcome.pk, expected_version=meeting.version + 1
        )
    assert factories.codes_of(refused.value) == ["has-task"]


def test_a_meeting_is_seen_by_who_keeps_it_and_once_concluded_by_who_took_part(reform_year: Province) -> None:
    who = reform_year
    meeting = held(who)
    assert meeting_view(who.home.head, meeting.pk) is not None
    for stranger in (who.health.head, who.leader, who.communes[0].head):
        assert meeting_view(stranger, meeting.pk) is None
        assert not meetings_seen_by(stranger).exists()
    concluded(who, meeting, KIND.CONCLUSION)
    assert meeting_view(who.health.head, meeting.pk) is not None
    assert [vars(one)["outcome_count"] for one in meetings_seen_by(who.leader)] == [1]
    assert meeting_view(who.communes[0].head, meeting.pk) is None
    assert meeting_view(factories.actor_as(Role.ADMINISTRATOR, who.home.organisation), meeting.pk) is None


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"title": " "}, "text-missing"),
        ({"held_on": date(2026, 4, 7)}, "in-future"),
        ({"kind": "NONE"}, "no-kind"),
        ({"participants": (Participant(999_999),)}, "no-agency"),
    ],
)
def test_what_is_wrong_with_a_meeting_is_said(
    reform_year: Province, other: dict[str, object], code: str
) -> None:
    with pytest.raises(PlansRefused) as refused:
        record_meeting(by=reform_year.home.officer, at=moment(HELD), meeting=meeting_of(reform_year, **other))
    assert factories.codes_of(refused.value) == [code]


def test_two_who_write_the_same_meeting_do_not_overwrite_each_other(reform_year: Province) -> None:
    who = reform_year
    meeting = held(who)
    changed = meeting_of(who, title="Giao ban tháng 4")
    change_meeting(
        by=who.home.head, at=moment(HELD), meeting_id=meeting.pk, expected_version=1, meeting=changed
    )
    with pytest.raises(StalePlan):
        change_meeting(
            by=who.home.officer, at=moment(HELD), meeting_id=meeting.pk, expected_version=1, meeting=changed
        )
    with pytest.raises(PlansRefused) as refused:
        conclude_meeting(by=who.home.head, at=moment(HELD), meeting_id=meeting.pk, expected_version=2)
    assert factories.codes_of(refused.value) == ["no-outcome"]
    with pytest.raises(PlansRefused) as refused:
        record_meeting(by=who.health.officer, at=moment(HELD), meeting=changed)
    assert factories.codes_of(refused.value) == ["not-allowed"]


def target(**other: object) -> NewTarget:
    asked = NewTarget(
        field="F2",
        text="Thanh toán trực tuyến",
        level=PlanLevel.PROVINCE,
        year=2026,
        operator=">=",
        value=Decimal(55),
    )
    return replace(asked, **other)  # type: ignore[arg-type]  # any field of a target


def test_a_target_shows_how_far_it_is_and_where_it_moves() -> None:
    who = province()
    version = draft(who)
    put(version, who.manager, line(leads=led_by(who.health.pk)))
    version.refresh_from_db()
    row = add_target(
        by=who.manager,
        at=AT,
        version_id=version.pk,
        expected_version=version.version,
        target=target(agency_class="departments"),
    )
    issued(version, who.manager, who.home.organisation)
    for day, above in ((date(2026, 3, 14), 40), (date(2026, 6, 14), 52)):
        reading = NewReading(day, numerator=Decimal(above), denominator=Decimal(100))
        record_reading(by=who.manager, at=moment(day), target_id=row.pk, reading=reading)
    own = NewReading(date(2026, 6, 14), Decimal(60), organisation_id=who.health.pk)
    record_reading(by=who.health.officer, at=moment(date(2026, 6, 15)), target_id=row.pk, reading=own)
    [view] = targets_of(version.pk, date(2026, 6, 30))
    assert (view.distance.side, view.distance.gap, view.distance.trend) == (
        Side.MISSED,
        Decimal(3),
        Trend.CLOSER,
    )
    assert [(one.name, one.distance.side) for one in view.by_agency] == [("Sở Y tế", Side.MET)]
    [earlier] = targets_of(version.pk, date(2026, 3, 31))
    assert earlier.distance.gap == Decimal(15)
    with pytest.raises(PlansRefused) as refused:
        record_reading(by=who.finance.officer, at=moment(date(2026, 6, 15)), target_id=row.pk, reading=own)
    assert factories.codes_of(refused.value) == ["not-allowed"]


def test_what_was_reached_stays_when_the_plan_is_replaced() -> None:
    who = province()
    version = draft(who)
    put(version, who.manager, line(leads=led_by(who.health.pk)))
    version.refresh_from_db()
    add_target(
        by=who.manager, at=AT, version_id=version.pk, expected_version=version.version, target=target()
    )
    plan = issued(version, who.manager, who.home.organisation).plan
    root = Target.objects.get()
    record_reading(
        by=who.manager,
        at=moment(date(2026, 3, 1)),
        target_id=root.pk,
        reading=NewReading(date(2026, 2, 28), Decimal(50)),
    )
    later = draft_version(by=who.manager, at=moment(date(2026, 7, 1)), plan_id=plan.pk)
    copy = later.targets.get()
    change_target(
        by=who.manager,
        at=moment(date(2026, 7, 1)),
        target_id=copy.pk,
        expected_version=later.version,
        target=target(value=Decimal(45)),
    )
    later.refresh_from_db()
    settle_rest(
        by=who.manager,
        at=moment(date(2026, 7, 1)),
        version_id=later.pk,
        expected_version=later.version,
        clause="Điều 1",
    )
    issued(later, who.manager, who.home.organisation, number="9/QĐ-UBND", on=date(2026, 7, 2))
    assert in_force(plan).pk == later.pk
    [view] = targets_of(later.pk, date(2026, 8, 1))
    assert (copy.root_id, view.distance.side) == (root.pk, Side.MET)
    with pytest.raises(PlansRefused) as refused:
        record_reading(
            by=who.manager,
            at=moment(date(2026, 8, 1)),
            target_id=root.pk,
            reading=NewReading(date(2026, 7, 31), Decimal(50)),
        )
    assert factories.codes_of(refused.value) == ["not-in-force"]


@pytest.mark.parametrize(
    ("other", "codes"),
    [
        ({"operator": "~"}, ["operator"]),
        ({"value": Decimal("NaN")}, ["number"]),
        ({"agency_class": "none"}, ["no-class"]),
        ({"field": "F9", "text": ""}, ["text-missing", "no-field"]),
    ],
)
def test_what_is_wrong_with_a_target_is_said(other: dict[str, object], codes: list[str]) -> None:
    who = province()
    version = draft(who)
    with pytest.raises(PlansRefused) as refused:
        add_target(by=who.manager, at=AT, version_id=version.pk, expected_version=1, target=target(**other))
    assert factories.codes_of(refused.value) == codes
    row = add_target(by=who.manager, at=AT, version_id=version.pk, expected_version=1, target=target())
    with pytest.raises(StalePlan):
        remove_target(by=who.manager, at=AT, target_id=row.pk, expected_version=1)
    remove_target(by=who.manager, at=AT, target_id=row.pk, expected_version=2)
