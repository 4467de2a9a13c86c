"""How a plan stood on any day: which version held, what was owed, what was done; counted by the engine.

The boards of today are counted by the database on the sums of the rows. This reads the rows' history instead,
so that a published figure of an earlier day can be told again, and both can be compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from django.db.models import Q, QuerySet
from django.utils import timezone

from openpar.engine.tasks import DutyFacts, Obligation, Report, Standing, Tally, standing_of, tally
from openpar.reform.plans.models import (
    Assignment,
    Claim,
    DueChange,
    Duty,
    DutyState,
    PlanVersion,
    TaskLine,
)
from openpar.reform.plans.queries.plans import version_on

_UNDONE = (Claim.State.RETURNED, Claim.State.WITHDRAWN)


@dataclass(frozen=True)
class Counted:
    """One obligation on a day, in the words of that day; `standing` None: it was in no count."""

    assignment: Assignment
    field: str
    text: str
    standing: Standing | None


@dataclass(frozen=True)
class LeftOut:
    """Who does not owe a task any more, by which document and clause."""

    assignment: Assignment
    document_number: str
    clause: str


@dataclass(frozen=True)
class TaskCount:
    """Lines of the plan, however many agencies lead each: begun, or completed, by every one of them."""

    assigned: int
    implemented: int
    completed: int


@dataclass(frozen=True)
class PlanCount:
    """A plan on a day. `periods`: recurring work, counted once a period that was over or reported by then."""

    on: date
    version: PlanVersion | None
    tally: Tally
    by_field: dict[str, Tally]
    by_agency: dict[int, Tally]
    tasks: TaskCount
    periods: Tally
    secret_lines: int
    left_out: tuple[LeftOut, ...]
    behind: tuple[Counted, ...]


def count_on(plan_id: int, on: date, *, among: QuerySet[Assignment] | None = None) -> PlanCount:
    """Everything of a plan on a day; seven queries whatever its size. Before its first version: nothing.

    `among`: only these obligations, as those that a person may see; None: all of them.
    """
    version = version_on(plan_id, on)
    kept = (Assignment.objects.all() if among is None else among).filter(task__plan=plan_id)
    counted, facts = _counted(kept.filter(assigned_on__lte=on), version, on)
    left = kept.filter(ended_on__lte=on).select_related("ended_by__version", "line")
    by_field: defaultdict[str, list[Standing | None]] = defaultdict(list)
    by_agency: defaultdict[int, list[Standing | None]] = defaultdict(list)
    by_task: defaultdict[int, list[Standing]] = defaultdict(list)
    for one in counted:
        if one.standing is not None:
            by_field[one.field].append(one.standing)
            by_agency[one.assignment.organisation_id].append(one.standing)
            by_task[one.assignment.task_id].append(one.standing)
    return PlanCount(
        on=on,
        version=version,
        tally=tally(one.standing for one in counted),
        by_field={key: tally(some) for key, some in sorted(by_field.items())},
        by_agency={key: tally(some) for key, some in by_agency.items()},
        tasks=TaskCount(
            len(by_task),
            sum(all(each.is_started for each in some) for some in by_task.values()),
            sum(all(each.is_done for each in some) for some in by_task.values()),
        ),
        periods=_periods(facts, on),
        secret_lines=version.secret_lines if version else 0,
        left_out=tuple(
            LeftOut(one, one.ended_by.version.document_number, one.ended_by.clause)
            for one in left.order_by("id")
            if one.ended_by is not None
        ),
        behind=tuple(counted),
    )


def standings_on(assignments: QuerySet[Assignment], on: date) -> list[Counted]:
    """How each of some obligations stood on a day; four queries. Field and text are those of today."""
    return _counted(assignments, None, on)[0]


def _counted(
    assignments: QuerySet[Assignment], version: PlanVersion | None, on: date
) -> tuple[list[Counted], list[tuple[Duty, Obligation]]]:
    rows = list(assignments.select_related("line", "task__plan").order_by("id"))
    worded = _worded(version, on)
    owed = _facts(rows)
    counted: list[Counted] = []
    single: list[tuple[Duty, Obligation]] = []
    for row in rows:
        own = owed.get(row.pk, [])
        obligation = Obligation(
            row.assigned_on, tuple(each for _duty, each in own), row.ended_on, row.started_on
        )
        field, text = worded.get(row.task_id, (row.line.field, row.line.text))
        counted.append(Counted(row, field, text, standing_of(obligation, on)))
        single += [
            (duty, Obligation(row.assigned_on, (each,), row.ended_on, row.started_on)) for duty, each in own
        ]
    return counted, single


def _worded(version: PlanVersion | None, on: date) -> dict[int, tuple[str, str]]:
    """Field and text of each task as the version of the day words them."""
    if version is None:
        return {}
    lines = TaskLine.objects.filter(Q(added_on__isnull=True) | Q(added_on__lte=on), version=version)
    return {task: (field, text) for task, field, text in lines.values_list("task_id", "field", "text")}


def _facts(rows: Iterable[Assignment]) -> dict[int, list[tuple[Duty, DutyFacts]]]:
    """The history of every duty, by obligation; three queries."""
    began = {row.pk: row.assigned_on for row in rows}
    duties = list(Duty.objects.filter(assignment__in=began).order_by("assignment", "number"))
    ids = [duty.pk for duty in duties]
    moved: defaultdict[int, list[DueChange]] = defaultdict(list)
    # In the order in which they were made: a document may hold from a day before an extension was given.
    for change in DueChange.objects.filter(duty__in=ids).order_by("id"):
        moved[change.duty_id].append(change)
    reports: defaultdict[int, list[Report]] = defaultdict(list)
    for claim in Claim.objects.filter(duty__in=ids).order_by("id"):
        reports[claim.duty_id].append(_report(claim))
    found: defaultdict[int, list[tuple[Duty, DutyFacts]]] = defaultdict(list)
    for duty in duties:
        changes = moved[duty.pk]
        first = changes[0].before_on if changes else duty.due_on
        since = accumulate((each.on for each in changes), max)
        later = ((on, each.after_on) for on, each in zip(since, changes, strict=True))
        deadlines = ((began[duty.assignment_id], first), *later)
        facts = DutyFacts(deadlines, tuple(reports[duty.pk]), duty.dropped_on, duty.excused_on)
        found[duty.assignment_id].append((duty, facts))
    return found


def _report(claim: Claim) -> Report:
    decided_on = timezone.localdate(claim.decided_at) if claim.decided_at else None
    return Report(
        timezone.localdate(claim.at),
        claim.completed_on,
        decided_on if claim.state == Claim.State.CONFIRMED else None,
        decided_on if claim.state in _UNDONE else None,
    )


def _periods(facts: Iterable[tuple[Duty, Obligation]], on: date) -> Tally:
    """Recurring duties whose period is over by the day, or that were reported before."""
    return tally(
        standing_of(obligation, on)
        for duty, obligation in facts
        if duty.until_on is not None
        and duty.state != DutyState.DROPPED
        and (duty.until_on <= on or any(each.reported_on <= on for each in obligation.duties[0].reports))
    )
