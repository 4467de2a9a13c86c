"""What one agency owes of a task: as it stands, and everything that happened to it, oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.utils import timezone

from openpar.base.documents.models import Document
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.reform.plans.actions.working import cooperating_on
from openpar.reform.plans.models import (
    Assignment,
    Claim,
    ConditionRecord,
    DueChange,
    Duty,
    DutyRequest,
    LineAgency,
    LineChange,
    TaskLine,
)
from openpar.reform.plans.permissions import may_see_assignment


class Happened(StrEnum):
    """Kinds of steps in the life of an obligation."""

    ASSIGNED = "ASSIGNED"
    WORDING = "WORDING"
    HANDED = "HANDED"
    PROGRESS = "PROGRESS"
    REPORTED = "REPORTED"
    DECIDED = "DECIDED"
    ASKED = "ASKED"
    ANSWERED = "ANSWERED"
    DEADLINE = "DEADLINE"
    CONDITION = "CONDITION"
    ENDED = "ENDED"


@dataclass(frozen=True)
class Step:
    """One step: the day, the moment and person where they are known, the row it comes from."""

    kind: Happened
    on: date
    at: datetime | None
    by: str
    text: str
    state: str = ""
    duty: Duty | None = None
    document: Document | None = None
    before_on: date | None = None
    after_on: date | None = None


@dataclass(frozen=True)
class TaskView:
    """One obligation. `names`: of the organisations in it today; `waiting`, `open_requests`: undecided."""

    assignment: Assignment
    line: TaskLine
    agencies: tuple[LineAgency, ...]
    cooperating: tuple[int, ...]
    duties: tuple[Duty, ...]
    waiting: tuple[Claim, ...]
    open_requests: tuple[DutyRequest, ...]
    condition: ConditionRecord | None
    served_by: tuple[Assignment, ...]
    steps: tuple[Step, ...]
    names: dict[int, str]


def task_view(actor: Actor, assignment_id: int, today: date) -> TaskView | None:
    """As it stands, or None for whoever may not see it; some twelve queries whatever happened."""
    related = ("task__plan", "task__condition__by", "line__version", "officer", "ended_by__version")
    assignment = Assignment.objects.select_related(*related).filter(pk=assignment_id).first()
    if assignment is None:
        return None
    cooperating = cooperating_on(assignment)
    if not may_see_assignment(actor, assignment, cooperating):
        return None
    duties = {duty.pk: duty for duty in assignment.duties.order_by("number")}
    claims = list(Claim.objects.filter(duty__in=duties).select_related("document", "by", "decided_by"))
    requests = list(
        DutyRequest.objects.filter(duty__in=duties).select_related("document", "by", "decided_by")
    )
    served = Assignment.objects.filter(line__parent_task=assignment.task_id, ended_on__isnull=True)
    served = served.filter(task__plan__organisation=assignment.organisation_id).select_related(
        "line", "task__plan"
    )
    condition = getattr(assignment.task, "condition", None)
    steps = [
        *_assigned(assignment),
        *_wordings(assignment),
        *_handed(assignment),
        *_progress(assignment, duties),
        *_claimed(claims, duties),
        *_asked(requests, duties),
        *_deadlines(duties),
        *_condition(condition),
    ]
    ids = {assignment.organisation_id, *cooperating}
    ids |= {one for one in (assignment.division_id, assignment.task.plan.organisation_id) if one}
    agencies = tuple(assignment.line.agencies.order_by("id"))
    ids |= {one.organisation_id for one in agencies if one.organisation_id}
    return TaskView(
        assignment=assignment,
        line=assignment.line,
        agencies=agencies,
        cooperating=tuple(sorted(cooperating)),
        duties=tuple(duties.values()),
        waiting=tuple(each for each in claims if each.state == Claim.State.REPORTED),
        open_requests=tuple(each for each in requests if each.state == DutyRequest.State.ASKED),
        condition=condition,
        served_by=tuple(served.order_by("id")),
        steps=tuple(sorted(steps, key=_order)),
        names=names_on(ids, today),
    )


def _order(step: Step) -> tuple[date, float, str]:
    return step.on, step.at.timestamp() if step.at else 0.0, step.kind


def _day(at: datetime) -> date:
    return timezone.localdate(at)


def _assigned(assignment: Assignment) -> Iterator[Step]:
    text = assignment.task.source_text
    yield Step(Happened.ASSIGNED, assignment.assigned_on, None, "", text, after_on=assignment.due_on)
    if assignment.ended_on is not None and assignment.ended_by is not None:
        yield Step(
            Happened.ENDED,
            assignment.ended_on,
            None,
            "",
            f"{assignment.ended_by.version.document_number}, {assignment.ended_by.clause}",
            state=assignment.end_kind,
            document=None,
        )


def _wordings(assignment: Assignment) -> Iterator[Step]:
    """What later versions did with the task, while this agency owed it."""
    lines = TaskLine.objects.filter(task=assignment.task_id, version__from_on__gt=assignment.assigned_on)
    for line in lines.exclude(change=LineChange.DROPPED).select_related("version"):
        on = line.version.from_on
        if on is not None and (assignment.ended_on is None or on < assignment.ended_on):
            text = f"{line.version.document_number}, {line.clause}".strip(", ")
            yield Step(Happened.WORDING, on, line.version.issued_at, "", text, state=line.change)


def _handed(assignment: Assignment) -> Iterator[Step]:
    rows = list(assignment.hand_downs.select_related("by", "officer"))
    names = names_on([row.division_id for row in rows if row.division_id], _day(rows[-1].at)) if rows else {}
    for row in rows:
        whom = [names.get(row.division_id or 0, ""), row.officer.full_name if row.officer else ""]
        text = ", ".join(part for part in (*whom, row.note) if part)
        yield Step(Happened.HANDED, _day(row.at), row.at, _name(row.by), text)


def _progress(assignment: Assignment, duties: dict[int, Duty]) -> Iterator[Step]:
    for row in assignment.progress.select_related("by", "document"):
        state = "ready" if row.is_ready else "started" if row.is_started else ""
        duty = duties.get(row.duty_id or 0)
        yield Step(
            Happened.PROGRESS, _day(row.at), row.at, _name(row.by), row.text, state, duty, row.document
        )


def _claimed(claims: list[Claim], duties: dict[int, Duty]) -> Iterator[Step]:
    for row in claims:
        duty = duties[row.duty_id]
        yield Step(
            Happened.REPORTED,
            _day(row.at),
            row.at,
            _name(row.by),
            row.text,
            "",
            duty,
            row.document,
            after_on=row.completed_on,
        )
        if row.decided_at is not None:
            who = _name(row.decided_by)
            yield Step(
                Happened.DECIDED, _day(row.decided_at), row.decided_at, who, row.decision, row.state, duty
            )


def _asked(requests: list[DutyRequest], duties: dict[int, Duty]) -> Iterator[Step]:
    for row in requests:
        duty = duties[row.duty_id]
        yield Step(
            Happened.ASKED,
            _day(row.at),
            row.at,
            _name(row.by),
            row.reason,
            row.kind,
            duty,
            row.document,
            row.old_due_on,
            row.new_due_on,
        )
        if row.decided_at is not None:
            who = _name(row.decided_by)
            yield Step(
                Happened.ANSWERED, _day(row.decided_at), row.decided_at, who, row.decision, row.state, duty
            )


def _deadlines(duties: dict[int, Duty]) -> Iterator[Step]:
    for row in DueChange.objects.filter(duty__in=duties):
        yield Step(
            Happened.DEADLINE,
            row.on,
            None,
            "",
            row.text,
            row.why,
            duties[row.duty_id],
            before_on=row.before_on,
            after_on=row.after_on,
        )


def _condition(record: ConditionRecord | None) -> Iterator[Step]:
    if record is not None:
        yield Step(
            Happened.CONDITION,
            record.happened_on,
            record.at,
            _name(record.by),
            "",
            document=record.document,
            after_on=record.due_on,
        )


def _name(person: object) -> str:
    return str(getattr(person, "full_name", "") or "")
