"""A plan is drafted, issued by a document, and becomes what each agency owes."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, timedelta
from decimal import Decimal

import pytest

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry
from openpar.base.notifications.models import Message
from openpar.base.organisations.models import Kind
from openpar.reform.plans.actions.adding import add_task
from openpar.reform.plans.actions.drafting import add_line, change_line, remove_line, take_over
from openpar.reform.plans.actions.issuing import issue_plan
from openpar.reform.plans.actions.planning import change_plan, create_plan
from openpar.reform.plans.actions.replacing import discard_version
from openpar.reform.plans.errors import PlansRefused, StalePlan
from openpar.reform.plans.lines import Agencies, Deadline, NewLine, Source, led_by, led_by_class
from openpar.reform.plans.models import (
    Assignment,
    Cooperation,
    DeadlineKind,
    Duty,
    Plan,
    PlanLevel,
    PlanVersion,
    Task,
    TaskLine,
)
from openpar.reform.plans.queries.plans import plan_of, plan_seen_by, plans_seen_by, version_on
from tests import factories
from tests.reform.plans.year import (
    AT,
    ISSUED,
    Province,
    document,
    draft,
    duty_of,
    in_force,
    issued,
    line,
    moment,
    owed,
    own_draft,
    province,
    put,
)

pytestmark = pytest.mark.django_db
LATER = moment(date(2026, 4, 1))


def test_a_line_becomes_one_obligation_for_each_lead_agency(reform_year: Province) -> None:
    counts = {name: Assignment.objects.filter(task=task).count() for name, task in reform_year.tasks.items()}
    assert counts == {"dated": 1, "quarter": 2, "communes": 2, "monthly": 1, "waiting": 2}
    communes = Assignment.objects.filter(task=reform_year.tasks["communes"])
    assert set(communes.values_list("organisation_id", flat=True)) == {
        agency.pk for agency in reform_year.communes
    }


def test_each_kind_of_deadline_becomes_what_is_judged(reform_year: Province) -> None:
    who = reform_year
    assert owed(who, "dated", who.home).due_on == date(2026, 3, 31)
    assert owed(who, "quarter", who.health).due_on == date(2026, 6, 30)
    monthly = owed(who, "monthly", who.finance)
    assert monthly.due_on == date(2026, 1, 14)
    assert [duty.due_on for duty in monthly.duties.all()][-1] == date(2026, 12, 14)
    assert monthly.duties.count() == 12
    waiting = owed(who, "waiting", who.health)
    assert waiting.due_on is None
    assert duty_of(waiting).due_on is None


def test_who_cooperates_sees_the_task_and_owes_nothing(reform_year: Province) -> None:
    who = reform_year
    cooperation = Cooperation.objects.get(task=who.tasks["dated"])
    assert cooperation.organisation == who.health.organisation
    assert not Assignment.objects.filter(
        task=who.tasks["dated"], organisation=who.health.organisation
    ).exists()


def test_each_agency_hears_once_how_much_it_was_given(reform_year: Province) -> None:
    heard = Message.objects.filter(link=f"/plans/{reform_year.issued().pk}/")
    texts = {
        agency.organisation.pk: list(heard.filter(recipient=agency.head.id).values_list("text", flat=True))
        for agency in reform_year.agencies()
    }
    assert [len(each) for each in texts.values()] == [1] * 5
    assert "3 nhiệm vụ" in texts[reform_year.finance.pk][0]


def test_the_class_is_resolved_on_the_day_and_kept(reform_year: Province) -> None:
    late = factories.organisation("Xã Mới", kind=Kind.COMMUNE, on=date(2026, 2, 1))
    assert not Assignment.objects.filter(organisation=late).exists()
    assert Assignment.objects.filter(task=reform_year.tasks["communes"]).count() == 2


def test_recurring_work_assigned_in_mid_year_is_owed_from_then(reform_year: Province) -> None:
    who = reform_year
    deadline = Deadline(DeadlineKind.CONTINUOUS, words="Thường xuyên")
    given = NewLine("F2", "Đối thoại", deadline, led_by(who.health.pk), source=Source("meeting", 1, "Họp"))
    task = add_task(plan_id=who.issued().pk, line=given, by=who.manager, at=LATER)
    duties = Duty.objects.filter(assignment__task=task).order_by("number")
    assert [duty.until_on for duty in duties] == [date(2026, 6, 14), date(2026, 9, 14), date(2026, 12, 14)]


def test_a_supplement_names_what_it_came_from(reform_year: Province) -> None:
    who = reform_year
    bare = line("Khắc phục tồn tại", leads=led_by(who.health.pk))
    with pytest.raises(PlansRefused) as refused:
        add_task(plan_id=who.issued().pk, line=bare, by=who.manager, at=LATER)
    assert factories.codes_of(refused.value) == ["no-source"]
    source = Source("finding", 12, "Chưa công khai 3 thủ tục")
    told = NewLine("F2", bare.text, Deadline.by(date(2026, 5, 1)), bare.leads, source=source)
    task = add_task(plan_id=who.issued().pk, line=told, by=who.manager, at=LATER)
    assert (task.source_kind, task.source_id, task.source_text) == ("finding", 12, source.text)
    assert task.lines.get().added_on == date(2026, 4, 1)
    assert Assignment.objects.get(task=task).assigned_on == date(2026, 4, 1)


def test_everything_wrong_with_a_line_is_said_at_once() -> None:
    who = province()
    version = draft(who)
    bad = NewLine("F9", "  ", Deadline(DeadlineKind.DATE), (), budget=Decimal(-1))
    with pytest.raises(PlansRefused) as refused:
        put(version, who.manager, bad)
    assert factories.codes_of(refused.value) == ["text-missing", "no-day", "no-field", "no-lead", "negative"]
    assert not TaskLine.objects.exists()
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("deadline", "code"),
    [
        (Deadline.by(date(2031, 1, 1)), "day-outside"),
        (Deadline(DeadlineKind.QUARTER, quarter=5), "no-quarter"),
        (Deadline(DeadlineKind.RECURRING), "no-period"),
        (Deadline(DeadlineKind.AFTER_EVENT, event=" "), "no-event"),
        (Deadline(DeadlineKind.AFTER_EVENT, event="x", days_after=5000), "days-outside"),
    ],
)
def test_a_deadline_needs_what_its_kind_needs(reform_year: Province, deadline: Deadline, code: str) -> None:
    who = reform_year
    given = NewLine("F0", "A", deadline, led_by(who.health.pk), source=Source("meeting", 1, "Họp"))
    with pytest.raises(PlansRefused) as refused:
        add_task(plan_id=who.issued().pk, line=given, by=who.manager, at=LATER)
    assert factories.codes_of(refused.value) == [code]


def test_secret_work_stays_outside_and_is_only_counted() -> None:
    who = province()
    version = draft(who)
    with pytest.raises(PlansRefused) as refused:
        put(
            version,
            who.manager,
            NewLine("F0", "A", Deadline.by(ISSUED), led_by(who.health.pk), is_secret=True),
        )
    assert factories.codes_of(refused.value) == ["secret"]
    change_plan(
        by=who.manager,
        at=AT,
        version_id=version.pk,
        expected_version=1,
        title=version.plan.title,
        parent_id=None,
        secret_lines=2,
    )
    assert PlanVersion.objects.get().secret_lines == 2


def test_a_draft_is_issued_only_by_a_document_with_number_and_day() -> None:
    who = province()
    version = draft(who)
    put(version, who.manager, line(leads=led_by(who.health.pk)))
    version.refresh_from_db()
    future = document(who.manager, who.home.organisation, "1/KH", date(2026, 1, 10))
    with pytest.raises(PlansRefused) as refused:
        issue_plan(
            by=who.manager,
            at=AT,
            version_id=version.pk,
            expected_version=version.version,
            document_id=future.pk,
        )
    assert factories.codes_of(refused.value) == ["not-yet"]
    other = document(who.health.officer, who.health.organisation)
    with pytest.raises(PlansRefused) as refused:
        issue_plan(
            by=who.manager,
            at=AT,
            version_id=version.pk,
            expected_version=version.version,
            document_id=other.pk,
        )
    assert factories.codes_of(refused.value) == ["no-document"]
    assert not Assignment.objects.exists()


def test_an_empty_plan_and_one_that_nobody_leads_are_not_issued() -> None:
    who = province()
    version = draft(who)
    with pytest.raises(PlansRefused) as refused:
        issued(version, who.manager, who.home.organisation)
    assert factories.codes_of(refused.value) == ["no-lines"]
    put(version, who.manager, line(leads=led_by_class("vertical_agencies")))
    with pytest.raises(PlansRefused) as refused:
        issued(version, who.manager, who.home.organisation)
    assert factories.codes_of(refused.value) == ["nobody"]


def test_two_who_edit_a_draft_do_not_overwrite_each_other() -> None:
    who = province()
    version = draft(who)
    put(version, who.manager, line("Một", leads=led_by(who.health.pk)))
    with pytest.raises(StalePlan):
        add_line(
            by=who.manager,
            at=AT,
            version_id=version.pk,
            expected_version=1,
            line=line("Hai", leads=led_by(who.health.pk)),
        )
    [row] = TaskLine.objects.all()
    change_line(
        by=who.manager,
        at=AT,
        line_id=row.pk,
        expected_version=2,
        line=line("Ba", leads=led_by(who.finance.pk)),
    )
    with pytest.raises(StalePlan):
        remove_line(by=who.manager, at=AT, line_id=row.pk, expected_version=2)
    remove_line(by=who.manager, at=AT, line_id=row.pk, expected_version=3)
    assert not Task.objects.exists()
    verbs = list(Entry.objects.filter(verb__startswith="plan.").order_by("id").values_list("verb", flat=True))
    assert verbs == ["plan.created", "plan.line_added", "plan.line_changed", "plan.line_removed"]


def test_an_agency_makes_its_own_plan_and_takes_tasks_over_from_above(reform_year: Province) -> None:
    who = reform_year
    version = own_draft(who)
    above = [who.tasks[name].pk for name in ("quarter", "waiting")]
    lines = take_over(by=who.health.officer, at=AT, version_id=version.pk, expected_version=1, task_ids=above)
    assert [row.parent_task_id for row in lines] == above
    put(version, who.health.officer, line("Việc riêng", leads=led_by(who.division.pk)))
    issued(version, who.health.head, who.health.organisation, number="02/KH-SYT", on=date(2026, 1, 6))
    own = Assignment.objects.filter(task__plan=version.plan)
    assert set(own.values_list("organisation_id", flat=True)) == {who.health.pk, who.division.pk}
    assert plan_of(who.health.pk, 2026) == version.plan


@pytest.mark.parametrize(
    ("role", "level", "may"),
    [
        (Role.ROUND_MANAGER, PlanLevel.PROVINCE, True),
        (Role.FOCAL_OFFICER, PlanLevel.PROVINCE, False),
        (Role.LEADER, PlanLevel.PROVINCE, False),
        (Role.ADMINISTRATOR, PlanLevel.PROVINCE, False),
        (Role.FOCAL_OFFICER, PlanLevel.AGENCY, True),
        (Role.DIVISION_OFFICER, PlanLevel.AGENCY, False),
        (Role.ROUND_MANAGER, PlanLevel.AGENCY, False),
    ],
)
def test_who_may_begin_a_plan(reform_year: Province, role: Role, level: PlanLevel, may: bool) -> None:
    where = reform_year.finance.organisation
    actor = factories.actor_as(role, where)
    expected = nullcontext() if may else pytest.raises(PlansRefused, match="không có quyền")
    with expected:
        create_plan(by=actor, at=AT, organisation_id=where.pk, year=2027, level=level, title="KH")


def test_a_focal_officer_drafts_and_only_the_head_issues(reform_year: Province) -> None:
    who = reform_year
    plan = create_plan(
        by=who.finance.officer,
        at=AT,
        organisation_id=who.finance.pk,
        year=2026,
        level=PlanLevel.AGENCY,
        title="KH Sở Tài chính",
    )
    version = plan.versions.get()
    put(version, who.finance.officer, line(leads=led_by(who.finance.pk)))
    with pytest.raises(PlansRefused) as refused:
        issued(version, who.finance.officer, who.finance.organisation, number="3/KH-STC")
    assert factories.codes_of(refused.value) == ["not-allowed"]
    assert plan_seen_by(who.health.head, plan.pk) is None
    assert plan_seen_by(who.auditor, plan.pk) == plan


def test_plans_are_seen_by_those_they_concern(reform_year: Province) -> None:
    who = reform_year
    next_year = create_plan(
        by=who.manager,
        at=AT,
        organisation_id=who.committee.pk,
        year=2027,
        level=PlanLevel.PROVINCE,
        title="KH 2027",
    )
    assert next_year in plans_seen_by(who.manager)
    assert list(plans_seen_by(who.health.head)) == [who.issued()]
    assert not plans_seen_by(factories.actor_as(Role.ADMINISTRATOR, who.committee)).exists()
    assert version_on(who.issued().pk, ISSUED) == in_force(who.issued())
    assert version_on(who.issued().pk, ISSUED - timedelta(days=1)) is None


def test_a_draft_that_was_never_issued_goes_with_its_plan() -> None:
    who = province()
    version = draft(who)
    put(version, who.manager, line(leads=(Agencies(who.health.pk),)))
    discard_version(by=who.manager, at=AT, version_id=version.pk, expected_version=2)
    assert not Plan.objects.exists()
    assert not Task.objects.exists()
