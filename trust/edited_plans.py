"""What people edit of plans, tasks and management meetings (edited.py)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from trust.edited import Added, Family, Once, Page, Part, number_of


def plan_family() -> Family:
    from openpar.base.accounts.models import Role
    from openpar.reform.plans.models import Target
    from tests import factories
    from tests.reform.plans.pages import plan_things

    agency = factories.organisation("Sở Giáo dục")
    things = plan_things(agency)
    officer = factories.actor_as(Role.FOCAL_OFFICER, agency, "Người làm kế hoạch")
    target = Target.objects.select_related("version").get(pk=things.target)
    parts = (
        _handed(things, officer),
        _claimed(things, officer),
        _target(target, officer),
        _line(target.version, agency, officer),
        _secret_lines(target.version, officer),
    )
    return Family(parts, (_progress(things, officer), _readings(target, officer)))


def meeting_family() -> Family:
    from openpar.base.accounts.models import Role
    from tests import factories
    from tests.reform.plans.pages import plan_things

    agency = factories.organisation("Sở Công Thương")
    things = plan_things(agency)
    officer = factories.actor_as(Role.FOCAL_OFFICER, agency, "Thư ký")
    return Family(
        (_meeting(things, officer), _outcome(things, officer)), once=(_ordered(things, agency, officer),)
    )


def _handed(things: Any, officer: Any) -> Part:
    from openpar.reform.plans.actions.handing import hand_down
    from openpar.reform.plans.errors import StalePlan
    from openpar.reform.plans.models import Assignment, HandDown

    def read() -> tuple[int, int]:
        version = Assignment.objects.values_list("version", flat=True).get(pk=things.assignment)
        newest = HandDown.objects.filter(assignment=things.assignment).order_by("-id").first()
        return version, number_of(newest.note) if newest else 0

    def save(version: int, number: int, words: str) -> object:
        return hand_down(
            by=officer,
            at=_working_day(),
            assignment_id=things.assignment,
            expected_version=version,
            officer_id=officer.id,
            note=f"{number} {words}",
        )

    where = "openpar.reform.plans.actions.handing:hand_down"
    return Part(
        "a task handed down",
        read,
        save,
        StalePlan,
        (where, "assignment.version != expected_version"),
        page=Page(
            f"/tasks/{things.assignment}/hand/",
            officer,
            _working_day(),
            lambda version, number, words: {
                "officer": str(officer.id),
                "note": f"{number} {words}",
                "version": str(version),
            },
        ),
    )


def _claimed(things: Any, officer: Any) -> Part:
    """Each report that the task is done is taken back at once; so the next one may come."""
    from openpar.reform.plans.actions.claiming import report_done, withdraw_report
    from openpar.reform.plans.errors import StalePlan
    from openpar.reform.plans.models import Assignment, Claim, Duty

    duty = Assignment.objects.get(pk=things.waiting).duties.get().pk

    def read() -> tuple[int, int]:
        version = Duty.objects.values_list("version", flat=True).get(pk=duty)
        newest = Claim.objects.filter(duty=duty).order_by("-id").first()
        return version, number_of(newest.text) if newest else 0

    def save(version: int, number: int, words: str) -> object:
        claim = report_done(
            by=officer,
            at=_working_day(),
            duty_id=duty,
            expected_version=version,
            completed_on=_working_day().date(),
            document_id=things.document,
            text=f"{number} {words}",
        )
        return withdraw_report(by=officer, at=_working_day(), claim_id=claim.pk)

    where = "openpar.reform.plans.actions.claiming:report_done"
    return Part(
        "a task reported done", read, save, StalePlan, (where, "duty.version != expected_version"), step=2
    )


def _target(target: Any, officer: Any) -> Part:
    from openpar.reform.plans.actions.targets import NewTarget, change_target
    from openpar.reform.plans.errors import StalePlan
    from openpar.reform.plans.models import PlanVersion, Target

    wording = NewTarget(target.field, target.text, target.level, target.year, target.operator, Decimal(0))

    def save(version: int, number: int, _words: str) -> object:
        return change_target(
            by=officer,
            at=_working_day(),
            target_id=target.pk,
            expected_version=version,
            target=replace(wording, value=Decimal(number)),
        )

    def read() -> tuple[int, int]:
        version = PlanVersion.objects.values_list("version", flat=True).get(pk=target.version_id)
        return version, int(Target.objects.get(pk=target.pk).value or 0)

    save(read()[0], 0, "")
    where = "openpar.reform.plans.actions.shared:take_draft"
    return Part(
        "a target of a plan",
        read,
        save,
        StalePlan,
        (where, "version.version != expected_version"),
        page=Page(
            f"/plans/{target.version.plan_id}/draft/targets/{target.pk}/",
            officer,
            _working_day(),
            lambda version, number, _words: {
                "field": target.field,
                "text": target.text,
                "operator": target.operator,
                "value": str(number),
                "unit": target.unit,
                "version": str(version),
            },
        ),
    )


def _line(draft: Any, agency: Any, officer: Any) -> Part:
    from openpar.reform.plans.actions.drafting import change_line
    from openpar.reform.plans.errors import StalePlan
    from openpar.reform.plans.lines import led_by
    from openpar.reform.plans.models import PlanVersion, TaskLine
    from tests.reform.plans.year import line, put

    def wording(text: str) -> Any:
        return line(text, leads=led_by(agency.pk))

    [task] = put(draft, officer, wording("0 lúc đầu"), at=_working_day())
    row = TaskLine.objects.get(version=draft, task=task).pk

    def read() -> tuple[int, int]:
        version = PlanVersion.objects.values_list("version", flat=True).get(pk=draft.pk)
        return version, number_of(TaskLine.objects.get(pk=row).text)

    def save(version: int, number: int, words: str) -> object:
        return change_line(
            by=officer,
            at=_working_day(),
            line_id=row,
            expected_version=version,
            line=wording(f"{number} {words}"),
        )

    where = "openpar.reform.plans.actions.shared:take_draft"
    return Part(
        "a task in the draft of a plan",
        read,
        save,
        StalePlan,
        (where, "version.version != expected_version"),
        page=Page(
            f"/plans/{draft.plan_id}/draft/lines/{row}/",
            officer,
            _working_day(),
            lambda version, number, words: {
                "field": "F0",
                "text": f"{number} {words}",
                "product": "Kế hoạch",
                "leads": agency.versions.get().name,
                "deadline": "31/03/2026",
                "version": str(version),
            },
        ),
    )


def _secret_lines(draft: Any, officer: Any) -> Part:
    """The head of a plan: its title stays once issued, the number of secret tasks does not."""
    from openpar.reform.plans.actions.planning import change_plan
    from openpar.reform.plans.errors import StalePlan
    from openpar.reform.plans.models import PlanVersion

    plan = draft.plan

    def read() -> tuple[int, int]:
        found = PlanVersion.objects.values_list("version", "secret_lines").get(pk=draft.pk)
        return found[0], found[1]

    def save(version: int, number: int, _words: str) -> object:
        return change_plan(
            by=officer,
            at=_working_day(),
            version_id=draft.pk,
            expected_version=version,
            title=plan.title,
            parent_id=plan.parent_id,
            secret_lines=number,
        )

    where = "openpar.reform.plans.actions.shared:take_draft"
    return Part(
        "the head of a plan",
        read,
        save,
        StalePlan,
        (where, "version.version != expected_version"),
        page=Page(
            f"/plans/{plan.pk}/draft/",
            officer,
            _working_day(),
            lambda version, number, _words: {
                "title": plan.title,
                "parent": "",
                "secret_lines": str(number),
                "version": str(version),
            },
        ),
    )


def _meeting(things: Any, officer: Any) -> Part:
    from openpar.reform.plans.actions.meetings import NewMeeting, change_meeting
    from openpar.reform.plans.errors import StalePlan
    from openpar.reform.plans.models import Meeting

    there = Meeting.objects.get(pk=things.meeting)
    held_on = there.held_on

    def save(version: int, number: int, words: str) -> object:
        meeting = NewMeeting(
            there.organisation_id, there.kind, there.title, held_on, there.chair, summary=f"{number} {words}"
        )
        return change_meeting(
            by=officer, at=_working_day(), meeting_id=there.pk, expected_version=version, meeting=meeting
        )

    def read() -> tuple[int, int]:
        version, summary = Meeting.objects.values_list("version", "summary").get(pk=there.pk)
        return version, number_of(summary or "0")

    return Part(
        "the particulars of a management meeting",
        read,
        save,
        StalePlan,
        ("openpar.reform.plans.actions.meetings:_take", "meeting.version != expected_version"),
        page=Page(
            f"/meetings/{there.pk}/edit/",
            officer,
            _working_day(),
            lambda version, number, words: {
                "organisation": str(there.organisation_id),
                "kind": there.kind,
                "subject": there.title,
                "held_on": f"{held_on:%d/%m/%Y}",
                "chair": there.chair,
                "summary": f"{number} {words}",
                "version": str(version),
            },
        ),
    )


def _outcome(things: Any, officer: Any) -> Part:
    """The conclusions of a meeting are numbered; each is added to those that were read."""
    from openpar.reform.plans.actions.meetings import add_outcome
    from openpar.reform.plans.errors import StalePlan
    from openpar.reform.plans.models import Meeting, MeetingOutcome

    def save(version: int, number: int, words: str) -> object:
        return add_outcome(
            by=officer,
            at=_working_day(),
            meeting_id=things.meeting,
            expected_version=version,
            kind=MeetingOutcome.Kind.CONCLUSION,
            text=f"{number} {words}",
        )

    def read() -> tuple[int, int]:
        version = Meeting.objects.values_list("version", flat=True).get(pk=things.meeting)
        rows = MeetingOutcome.objects.filter(meeting=things.meeting, kind=MeetingOutcome.Kind.CONCLUSION)
        newest = rows.order_by("-position").first()
        return version, number_of(newest.text) if newest else 0

    where = "openpar.reform.plans.actions.meetings:_take"
    return Part(
        "the conclusions of a management meeting",
        read,
        save,
        StalePlan,
        (where, "meeting.version != expected_version"),
        most=150,
        page=Page(
            f"/meetings/{things.meeting}/outcomes/new/",
            officer,
            _working_day(),
            lambda version, number, words: {
                "kind": MeetingOutcome.Kind.CONCLUSION.value,
                "text": f"{number} {words}",
                "version": str(version),
            },
        ),
    )


def _ordered(things: Any, agency: Any, officer: Any) -> Once:
    """An order of a meeting becomes one task, whoever presses the button first."""
    from openpar.reform.plans.actions.meetings import order_task
    from openpar.reform.plans.lines import led_by
    from openpar.reform.plans.models import MeetingOutcome
    from tests.reform.plans.year import line

    def fresh() -> tuple[Any, Any]:
        position = MeetingOutcome.objects.order_by("-position").values_list("position", flat=True)[0] + 1
        outcome = MeetingOutcome.objects.create(
            meeting_id=things.meeting,
            position=position,
            kind=MeetingOutcome.Kind.ORDER,
            organisation_id=agency.pk,
            text="Giao việc",
        )

        def do(words: str) -> object:
            return order_task(
                by=officer,
                at=_working_day(),
                outcome_id=outcome.pk,
                plan_id=things.plan,
                line=line(words, leads=led_by(agency.pk)),
            )

        def kept() -> str:
            task = MeetingOutcome.objects.select_related("task").get(pk=outcome.pk).task
            return "" if task is None else str(task.lines.get(version__state="IN_FORCE").text)

        return do, kept

    where = "openpar.reform.plans.actions.meetings:order_task"
    guard = "outcome.kind != MeetingOutcome.Kind.ORDER or outcome.task_id is not None"
    return Once("an order of a meeting becomes a task", fresh, ((where, guard),))


def _progress(things: Any, officer: Any) -> Added:
    from openpar.reform.plans.actions.working import note_progress
    from openpar.reform.plans.models import Progress

    def add(words: str) -> object:
        return note_progress(
            by=officer, at=_working_day(), assignment_id=things.assignment, text=words, is_started=True
        )

    rows = Progress.objects.filter(assignment=things.assignment)
    return Added("notes of progress", add, lambda: list(rows.values_list("text", flat=True)))


def _readings(target: Any, officer: Any) -> Added:
    from openpar.reform.plans.actions.targets import NewReading, record_reading
    from openpar.reform.plans.models import TargetReading

    def add(words: str) -> object:
        reading = NewReading(date(2026, 3, 1), Decimal(90), note=words)
        return record_reading(by=officer, at=_working_day(), target_id=target.root_id, reading=reading)

    rows = TargetReading.objects.filter(target=target.root_id)
    return Added("readings of a target", add, lambda: list(rows.values_list("note", flat=True)))


def _working_day() -> datetime:
    from tests.reform.plans.year import moment

    return moment(date(2026, 3, 2))
