"""Plans of the demo: drawn up, issued, worked on, replaced in mid-year; by the actions people use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from openpar.base.accounts.queries import Actor
from openpar.demo.calendar import moment
from openpar.demo.offices import Office, document
from openpar.demo.reform_targets import targets
from openpar.demo.reform_tasks import (
    COMMUNE_TASK,
    PROVINCE_TASKS,
    agency_tasks,
    class_line,
    own_line,
)
from openpar.demo.rounds import Places
from openpar.reform.plans.actions.claiming import confirm_done, report_done
from openpar.reform.plans.actions.drafting import add_line
from openpar.reform.plans.actions.issuing import issue_plan
from openpar.reform.plans.actions.planning import create_plan
from openpar.reform.plans.actions.replacing import draft_version, settle_line, settle_rest
from openpar.reform.plans.actions.targets import NewTarget, add_target
from openpar.reform.plans.actions.working import note_progress
from openpar.reform.plans.lines import Deadline, NewLine, Settlement
from openpar.reform.plans.models import Assignment, Duty, LineChange, Plan, PlanLevel, PlanVersion, Task

COMMITTEE = "68-ubnd-tinh"


def drawn_up(
    *,
    by: Actor,
    organisation_id: int,
    year: int,
    level: PlanLevel,
    lines: Iterable[NewLine],
    on: date,
    targets: Iterable[NewTarget] = (),
) -> PlanVersion:
    """A draft with these lines and targets."""
    at = moment(on)
    name = "của tỉnh" if level is PlanLevel.PROVINCE else "của cơ quan"
    plan = create_plan(
        by=by,
        at=at,
        organisation_id=organisation_id,
        year=year,
        level=level,
        title=f"Kế hoạch cải cách hành chính {name} năm {year} (mẫu)",
    )
    version = plan.versions.get()
    for line in lines:
        version.refresh_from_db()
        add_line(by=by, at=at, version_id=version.pk, expected_version=version.version, line=line)
    for target in targets:
        version.refresh_from_db()
        add_target(by=by, at=at, version_id=version.pk, expected_version=version.version, target=target)
    return version


def issued(version: PlanVersion, *, by: Actor, owner_id: int, number: str, on: date) -> Plan:
    """The draft comes into force."""
    version.refresh_from_db()
    title = f"Ban hành kế hoạch cải cách hành chính năm {version.plan.year}"
    issue_plan(
        by=by,
        at=moment(on + timedelta(days=1)),
        version_id=version.pk,
        expected_version=version.version,
        document_id=document(by, owner_id, number, title, on),
    )
    return version.plan


def province_plan(places: Places, *, year: int, home_id: int, on: date, with_communes: bool) -> Plan:
    """The plan of the province: every line fans out to a class of agencies; three targets."""
    wanted = [*PROVINCE_TASKS, *([COMMUNE_TASK] if with_communes else [])]
    lines = [
        class_line(*task, Deadline.by(date(year, month, 28)))
        for task, month in zip(wanted, (1, 9, 11, 10, 11, 8), strict=False)
    ]
    committee = places.people.organisation(COMMITTEE)
    version = drawn_up(
        by=places.manager,
        organisation_id=committee,
        year=year,
        level=PlanLevel.PROVINCE,
        lines=lines,
        on=on - timedelta(days=10),
        targets=targets(year),
    )
    return issued(version, by=places.manager, owner_id=home_id, number=f"{year % 100}1/KH-UBND", on=on)


def replaced(plan: Plan, places: Places, *, home_id: int, on: date) -> None:
    """In mid-year the plan is replaced: the communes come in, one task is dropped."""
    at = moment(on - timedelta(days=3))
    version = draft_version(by=places.manager, at=at, plan_id=plan.pk)
    dropped = version.lines.get(text=PROVINCE_TASKS[3][1])
    settle_line(
        by=places.manager,
        at=at,
        line_id=dropped.pk,
        expected_version=version.version,
        settlement=Settlement(LineChange.DROPPED, "khoản 2 Điều 1"),
    )
    version.refresh_from_db()
    settle_rest(
        by=places.manager,
        at=at,
        version_id=version.pk,
        expected_version=version.version,
        clause="khoản 1 Điều 1",
    )
    version.refresh_from_db()
    line = class_line(*COMMUNE_TASK, Deadline.by(date(plan.year, 11, 28)))
    add_line(by=places.manager, at=at, version_id=version.pk, expected_version=version.version, line=line)
    issued(version, by=places.manager, owner_id=home_id, number=f"{plan.year % 100}9/QĐ-UBND", on=on)


def agency_plan(office: Office, *, year: int, on: date, deadlines: list[date]) -> Plan:
    """The plan of an agency: as many of the fifty tasks as there are deadlines."""
    lines = [
        own_line(*task, Deadline.by(due), office.id)
        for task, due in zip(agency_tasks(), deadlines, strict=False)
    ]
    version = drawn_up(
        by=office.officer,
        organisation_id=office.id,
        year=year,
        level=PlanLevel.AGENCY,
        lines=lines,
        on=on - timedelta(days=5),
    )
    return issued(version, by=office.head, owner_id=office.id, number=f"0{year % 10}/KH", on=on)


def owed_by(plan: Plan, organisation_id: int) -> list[Assignment]:
    """What an agency owes under a plan, in the order of its lines."""
    rows = Assignment.objects.filter(task__plan=plan, organisation=organisation_id, ended_on__isnull=True)
    return list(rows.select_related("task").order_by("task_id"))


def of_task(task: Task, organisation_id: int) -> Assignment:
    return Assignment.objects.get(task=task, organisation=organisation_id)


def done(assignment: Assignment, office: Office, *, confirmed_by: Actor | None, on: date, words: str) -> int:
    """Reported with a document, and confirmed by the other side (None: it waits); the document."""
    duty = Duty.objects.filter(assignment=assignment).order_by("id")[0]
    # What the province assigned the head reports; an own task the officer, and the head confirms.
    is_own = assignment.task.plan.level == PlanLevel.AGENCY
    by = office.officer if is_own else office.head
    proof = document(by, office.id, f"{assignment.pk}/BC", words, on)
    claim = report_done(
        by=by,
        at=moment(on),
        duty_id=duty.pk,
        expected_version=duty.version,
        completed_on=on,
        document_id=proof,
        text=words,
    )
    if confirmed_by is not None:
        confirm_done(by=confirmed_by, at=moment(on + timedelta(days=1)), claim_id=claim.pk)
    return proof


def begun(assignment: Assignment, office: Office, *, on: date) -> None:
    """Implemented, not completed."""
    note_progress(
        by=office.officer,
        at=moment(on),
        assignment_id=assignment.pk,
        text="Đã triển khai đến các phòng, đơn vị trực thuộc",
        is_started=True,
    )
