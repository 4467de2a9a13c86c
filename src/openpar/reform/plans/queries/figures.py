"""Figures of tasks for indicators and reports: numerator, denominator, and the list behind each.

Two readings, never one for the other: of what an organisation owes altogether on a day, and of what fell due
in a period.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from openpar.engine.tasks import COMPLETED, ON_TIME_OF_DUE, Bucket, Tally, bucket_of, tally
from openpar.reform.plans.models import Assignment, Duty, DutyState, PlanLevel
from openpar.reform.plans.queries.counting import Counted, standings_on


@dataclass(frozen=True)
class TaskFigure:
    """`behind`: the obligations (their ids) of the denominator, and those of the numerator among them."""

    kind: str
    numerator: int
    denominator: int
    as_of: date
    counted: tuple[int, ...]
    behind: tuple[int, ...]


@dataclass(frozen=True)
class OwedTasks:
    """All that an organisation owed on a day, counted, with the list."""

    as_of: date
    tally: Tally
    behind: tuple[Counted, ...]


def tasks_owed(
    organisation_ids: Collection[int], year: int, on: date, *, level: str = PlanLevel.PROVINCE
) -> OwedTasks:
    """What these organisations owed under the plans of a level and year, on a day; five queries."""
    rows = Assignment.objects.filter(
        organisation__in=list(organisation_ids),
        task__plan__year=year,
        task__plan__level=level,
        assigned_on__lte=on,
    )
    behind = tuple(one for one in standings_on(rows, on) if one.standing is not None)
    return OwedTasks(on, tally(one.standing for one in behind), behind)


def tasks_completed(
    organisation_ids: Collection[int], year: int, on: date, *, level: str = PlanLevel.PROVINCE
) -> TaskFigure:
    """Completed and confirmed, of what was assigned: “đã hoàn thành x/50”."""
    owed = tasks_owed(organisation_ids, year, on, level=level)
    done = [one for one in owed.behind if one.standing is not None and one.standing.is_done]
    return _figure(COMPLETED.name, done, owed.behind, on)


def tasks_on_time(
    organisation_ids: Collection[int], year: int, on: date, *, level: str = PlanLevel.PROVINCE
) -> TaskFigure:
    """Completed on time, of what was completed or is overdue."""
    owed = tasks_owed(organisation_ids, year, on, level=level)
    over = [one for one in owed.behind if one.standing and one.standing.bucket is not Bucket.IN_TIME]
    good = [one for one in over if one.standing and one.standing.bucket is Bucket.ON_TIME]
    return _figure(ON_TIME_OF_DUE.name, good, over, on)


def duties_on_time(
    organisation_ids: Collection[int], from_on: date, until_on: date, *, level: str = PlanLevel.PROVINCE
) -> TaskFigure:
    """Of the duties that fell due in a period (both days included), those completed on time; one query.

    By the deadlines of today: an extension moves a duty into the period of its new deadline. A report that
    waits for its confirmation is not yet completed. What ended by a new version is left out.
    """
    duties = Duty.objects.filter(
        Q(assignment__ended_on__isnull=True) | Q(state=DutyState.DONE),
        assignment__organisation__in=list(organisation_ids),
        assignment__task__plan__level=level,
        due_on__range=(from_on, until_on),
    ).exclude(state=DutyState.DROPPED)
    rows = list(duties.order_by("id").values_list("assignment_id", "due_on", "completed_on"))
    good = [row for row, due, done in rows if done and bucket_of(due, done, until_on) is Bucket.ON_TIME]
    return TaskFigure(
        "duties_on_time", len(good), len(rows), until_on, tuple(good), tuple(row for row, _due, _done in rows)
    )


def _figure(kind: str, counted: Collection[Counted], behind: Collection[Counted], on: date) -> TaskFigure:
    return TaskFigure(
        kind,
        len(counted),
        len(behind),
        on,
        tuple(one.assignment.pk for one in counted),
        tuple(one.assignment.pk for one in behind),
    )
