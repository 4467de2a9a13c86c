"""What a draft takes in and what it leaves alone; whose meetings and plans an order belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest

from openpar.base.audit.models import Entry
from openpar.reform.plans.actions.adding import add_task
from openpar.reform.plans.actions.claiming import report_done
from openpar.reform.plans.actions.drafting import add_line, change_line, line_of, remove_line, take_over
from openpar.reform.plans.actions.handing import hand_down
from openpar.reform.plans.actions.issuing import issue_plan
from openpar.reform.plans.actions.meetings import (
    NewMeeting,
    add_outcome,
    conclude_meeting,
    order_task,
    record_meeting,
    remove_outcome,
)
from openpar.reform.plans.actions.planning import change_plan, create_plan
from openpar.reform.plans.actions.replacing import draft_version, settle_line, settle_rest
from openpar.reform.plans.actions.targets import NewReading, NewTarget, add_target, record_reading
from openpar.reform.plans.actions.working import note_progress
from openpar.reform.plans.errors import PlansRefused, StalePlan
from openpar.reform.plans.lines import Deadline, NewLine, Settlement, Source, led_by
from openpar.reform.plans.models import (
    LineChange,
    Meeting,
    MeetingOutcome,
    Plan,
    PlanLevel,
    PlanVersion,
    TaskLine,
)
from tests import factories
from tests.reform.plans.year import (
    AT,
    Province,
    document,
    draft,
    duty_of,
    issued,
    line,
    moment,
    owed,
    province,
    put,
)

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 20)
DRAFTED = moment(date(2026, 7, 30))


def refusal(act: Callable[[], object]) -> list[str]:
    with pytest.raises(PlansRefused) as refused:
        act()
    return factories.codes_of(refused.value)


def own_plan(who: Province, *, year: int = 2026, parent: Plan | None = None) -> Plan:
    """The plan of Sở Y tế, a draft."""
    return create_plan(
        by=who.health.officer,
        at=AT,
        organisation_id=who.health.pk,
        year=year,
        level=PlanLevel.AGENCY,
        title="Kế hoạch của Sở Y tế",
        parent_id=parent.pk if parent else None,
    )


# The plan


def test_an_agency_has_one_plan_a_year(reform_year: Province) -> None:
    plan = own_plan(reform_year)
    assert refusal(partial(own_plan, reform_year)) == ["plan-there"]
    assert own_plan(reform_year, year=2027).pk != plan.pk


def test_the_upper_plan_is_one_of_the_same_year_and_in_force(reform_year: Province) -> None:
    who = reform_year
    next_year = draft(who, year=2027).plan
    assert refusal(partial(own_plan, who, year=2027, parent=next_year)) == ["parent-draft"]
    assert refusal(partial(own_plan, who, year=2027, parent=who.issued())) == ["parent-year"]
    assert own_plan(who, parent=who.issued()).parent_id == who.issued().pk


def changed(version: PlanVersion, who: Province, title: str, parent: Plan | None) -> PlanVersion:
    version.refresh_from_db()
    return change_plan(
        by=who.health.officer if version.plan.level == PlanLevel.AGENCY else who.manager,
        at=AT,
        version_id=version.pk,
        expected_version=version.version,
        title=title,
        parent_id=parent.pk if parent else None,
        secret_lines=0,
    )


def test_the_upper_plan_stays_while_tasks_hang_on_it(reform_year: Province) -> None:
    who = reform_year
    version = own_plan(who, parent=who.issued()).versions.get()
    ids = [who.tasks["quarter"].pk]
    take_over(by=who.health.officer, at=AT, version_id=version.pk, expected_version=1, task_ids=ids)
    assert refusal(partial(changed, version, who, version.plan.title, None)) == ["parent-used"]


def test_what_a_document_issued_keeps_its_title(reform_year: Province) -> None:
    who = reform_year
    version = draft_version(by=who.manager, at=DRAFTED, plan_id=who.issued().pk)
    assert refusal(partial(changed, version, who, "Tên khác", None)) == ["issued"]
    second = partial(draft_version, by=who.manager, at=DRAFTED, plan_id=who.issued().pk)
    assert refusal(second) == ["draft-there"]


def test_a_draft_that_somebody_changed_meanwhile_is_not_issued() -> None:
    who = province()
    version = draft(who)
    put(version, who.manager, line(leads=led_by(who.health.pk)))
    paper = document(who.manager, who.home.organisation)
    with pytest.raises(StalePlan):
        issue_plan(by=who.manager, at=AT, version_id=version.pk, expected_version=1, document_id=paper.pk)


# Lines


def test_a_task_hangs_on_one_of_the_plan_above_and_on_no_other(reform_year: Province) -> None:
    who = reform_year
    above = who.tasks["quarter"]
    free, bound = own_plan(who), own_plan(who, year=2027)
    for plan in (free, bound):
        version = plan.versions.get()
        hanging = line(leads=led_by(who.health.pk), parent=above)
        given = replace(hanging, deadline=Deadline.by(date(plan.year, 3, 31)))
        act = partial(add_line, by=who.health.officer, at=AT, version_id=version.pk, expected_version=1)
        assert refusal(partial(act, line=given)) == ["no-parent-task"]


def test_nobody_leads_and_cooperates_at_once(reform_year: Province) -> None:
    who = reform_year
    version = own_plan(who).versions.get()
    both = line(leads=led_by(who.health.pk), cooperating=led_by(who.health.pk))
    act = partial(add_line, by=who.health.officer, at=AT, version_id=version.pk, expected_version=1)
    assert refusal(partial(act, line=both)) == ["leads-and-cooperates"]


def test_of_the_plan_above_nothing_is_taken_over_twice_and_nothing_that_was_dropped(
    reform_year: Province,
) -> None:
    who = reform_year
    newer = draft_version(by=who.manager, at=DRAFTED, plan_id=who.issued().pk)
    dropped = newer.lines.get(task=who.tasks["waiting"])
    settlement = Settlement(LineChange.DROPPED, "Điều 5")
    settle_line(
        by=who.manager, at=DRAFTED, line_id=dropped.pk, expected_version=newer.version, settlement=settlement
    )
    carried(newer, who)
    issued(newer, who.manager, who.home.organisation, number="2649/QĐ-UBND", on=date(2026, 8, 2))
    version = own_plan(who, parent=who.issued()).versions.get()
    take = partial(take_over, by=who.health.officer, at=AT, version_id=version.pk)
    ids = [who.tasks[name].pk for name in ("quarter", "waiting")]
    taken = take(expected_version=1, task_ids=ids)
    assert [row.parent_task_id for row in taken] == [who.tasks["quarter"].pk]
    assert refusal(partial(take, expected_version=2, task_ids=ids)) == ["nothing-chosen"]


def carried(version: PlanVersion, who: Province) -> None:
    version.refresh_from_db()
    settle_rest(
        by=who.manager, at=DRAFTED, version_id=version.pk, expected_version=version.version, clause="Điều 1"
    )


def settled(version: PlanVersion, who: Province, row: TaskLine, settlement: Settlement) -> TaskLine:
    version.refresh_from_db()
    return settle_line(
        by=who.manager,
        at=DRAFTED,
        line_id=row.pk,
        expected_version=version.version,
        settlement=settlement,
    )


def test_a_line_of_the_version_before_is_settled_and_not_written_over(reform_year: Province) -> None:
    who = reform_year
    version = draft_version(by=who.manager, at=DRAFTED, plan_id=who.issued().pk)
    row = version.lines.get(task=who.tasks["dated"])
    change = partial(
        change_line, by=who.manager, at=DRAFTED, line_id=row.pk, expected_version=version.version
    )
    assert refusal(partial(change, line=line(leads=led_by(who.home.pk)))) == ["not-changed"]
    remove = partial(
        remove_line, by=who.manager, at=DRAFTED, line_id=row.pk, expected_version=version.version
    )
    assert refusal(remove) == ["not-new"]
    [task] = put(version, who.manager, line("Mới", leads=led_by(who.home.pk)), at=DRAFTED)
    new = version.lines.get(task=task)
    assert refusal(partial(settled, version, who, new, Settlement(LineChange.CARRIED, "Điều 1"))) == [
        "is-new"
    ]


def test_what_is_settled_stays_when_the_rest_is_carried_over(reform_year: Province) -> None:
    who = reform_year
    version = draft_version(by=who.manager, at=DRAFTED, plan_id=who.issued().pk)
    row = version.lines.get(task=who.tasks["dated"])
    settled(version, who, row, Settlement(LineChange.DROPPED, "Điều 5"))
    carried(version, who)
    row.refresh_from_db()
    assert (row.change, row.clause) == (LineChange.DROPPED, "Điều 5")


def test_a_line_that_is_carried_over_after_all_has_its_old_wording_again(reform_year: Province) -> None:
    who = reform_year
    version = draft_version(by=who.manager, at=DRAFTED, plan_id=who.issued().pk)
    row = version.lines.get(task=who.tasks["dated"])
    old = line_of(row)
    new = replace(old, text="Nội dung khác", deadline=Deadline.by(date(2026, 12, 1)))
    settled(version, who, row, Settlement(LineChange.CHANGED, "Điều 4", new))
    settled(version, who, row, Settlement(LineChange.CARRIED, "Điều 1"))
    assert line_of(TaskLine.objects.get(pk=row.pk)) == old


def test_on_what_an_agency_owes_no_more_nobody_works_any_more(reform_year: Province) -> None:
    who = reform_year
    version = draft_version(by=who.manager, at=DRAFTED, plan_id=who.issued().pk)
    row, duty = owed(who, "dated", who.home), duty_of(owed(who, "dated", who.home))
    line_before = version.lines.get(task=who.tasks["dated"])
    settled(version, who, line_before, Settlement(LineChange.DROPPED, "Điều 5"))
    carried(version, who)
    issued(version, who.manager, who.home.organisation, number="2649/QĐ-UBND", on=date(2026, 8, 2))
    row.refresh_from_db()
    after = moment(date(2026, 8, 3))
    paper = document(who.home.officer, who.home.organisation, "15/KH", date(2026, 8, 3))
    report = partial(report_done, by=who.home.head, at=after, duty_id=duty.pk, expected_version=duty.version)
    for act in (
        partial(note_progress, by=who.home.officer, at=after, assignment_id=row.pk, text="Làm tiếp"),
        partial(hand_down, by=who.home.head, at=after, assignment_id=row.pk, expected_version=row.version),
        partial(report, completed_on=date(2026, 8, 3), document_id=paper.pk),
    ):
        assert refusal(act) == ["ended"]


# Tasks by an order


def test_nobody_adds_a_task_to_the_plan_of_others(reform_year: Province) -> None:
    who = reform_year
    source = Source("finding", 3, "Kết luận kiểm tra")
    given = NewLine("F2", "Khắc phục", Deadline.by(date(2026, 9, 1)), led_by(who.health.pk), source=source)
    for stranger in (who.health.head, who.leader, who.auditor):
        act = partial(add_task, plan_id=who.issued().pk, line=given, by=stranger, at=DRAFTED)
        assert refusal(act) == ["not-allowed"]


def meeting_with(who: Province, kind: str) -> MeetingOutcome:
    """A meeting of Sở Y tế with one conclusion, not concluded yet."""
    asked = NewMeeting(who.health.pk, Meeting.Kind.REFORM, "Giao ban", MARCH, "Giám đốc Sở")
    meeting = record_meeting(by=who.health.officer, at=moment(MARCH), meeting=asked)
    return add_outcome(
        by=who.health.officer,
        at=moment(MARCH),
        meeting_id=meeting.pk,
        expected_version=meeting.version,
        kind=kind,
        text="Ý kiến",
    )


def test_an_order_becomes_a_task_by_who_keeps_the_meeting_and_writes_the_plan(reform_year: Province) -> None:
    who = reform_year
    plan = own_plan(who)
    wanted = NewLine("F2", "Báo cáo hồ sơ trễ", Deadline.by(date(2026, 5, 15)), led_by(who.health.pk))
    outcome = meeting_with(who, MeetingOutcome.Kind.ORDER)
    order = partial(order_task, at=moment(MARCH), outcome_id=outcome.pk, line=wanted)
    assert refusal(partial(order, by=who.manager, plan_id=who.issued().pk)) == ["not-allowed"]
    assert refusal(partial(order, by=who.health.officer, plan_id=who.issued().pk)) == ["not-allowed"]
    praise = meeting_with(who, MeetingOutcome.Kind.PRAISE)
    of_praise = partial(order_task, at=moment(MARCH), outcome_id=praise.pk, line=wanted)
    assert refusal(partial(of_praise, by=who.health.officer, plan_id=plan.pk)) == ["not-an-order"]
    order(by=who.health.officer, plan_id=plan.pk)
    outcome.meeting.refresh_from_db()
    drop = partial(remove_outcome, by=who.health.officer, at=moment(MARCH), outcome_id=outcome.pk)
    assert refusal(partial(drop, expected_version=outcome.meeting.version)) == ["has-task"]


def test_a_meeting_is_concluded_once_and_with_something(reform_year: Province) -> None:
    who = reform_year
    asked = NewMeeting(who.health.pk, Meeting.Kind.REFORM, "Giao ban", MARCH, "Giám đốc Sở")
    bare = record_meeting(by=who.health.officer, at=moment(MARCH), meeting=asked)
    conclude = partial(conclude_meeting, by=who.health.officer, at=moment(MARCH))
    assert refusal(partial(conclude, meeting_id=bare.pk, expected_version=1)) == ["no-outcome"]
    meeting = meeting_with(who, MeetingOutcome.Kind.CONCLUSION).meeting
    with pytest.raises(StalePlan):
        conclude(meeting_id=meeting.pk, expected_version=meeting.version + 1)
    meeting.refresh_from_db()
    done = conclude(meeting_id=meeting.pk, expected_version=meeting.version)
    assert refusal(partial(conclude, meeting_id=done.pk, expected_version=done.version)) == ["concluded"]
    assert Entry.objects.filter(verb="meeting.concluded").count() == 1


# Targets


def test_a_reading_is_of_a_day_that_has_come_and_a_whole_ratio() -> None:
    who = province()
    version = draft(who)
    put(version, who.manager, line(leads=led_by(who.health.pk)))
    version.refresh_from_db()
    target = NewTarget("F2", "Trực tuyến", PlanLevel.PROVINCE, 2026, ">=", Decimal(55))
    row = add_target(
        by=who.manager, at=AT, version_id=version.pk, expected_version=version.version, target=target
    )
    read = partial(record_reading, by=who.manager, at=moment(MARCH), target_id=row.pk)
    value = Decimal(60)
    assert refusal(partial(read, reading=NewReading(MARCH, value))) == ["not-in-force"]
    issued(version, who.manager, who.home.organisation)
    tomorrow = NewReading(MARCH + timedelta(days=1), value)
    assert refusal(partial(read, reading=tomorrow)) == ["in-future"]
    assert refusal(partial(read, reading=NewReading(MARCH, value, numerator=value))) == ["half-a-ratio"]
    assert read(reading=NewReading(MARCH, value)).value == value
