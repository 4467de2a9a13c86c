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
from openpar.reform.heirs import forerunners_on, left_on
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
    """What these organisations owed under the plans of a level and year, on a day; a few queries.

    Of the province what it gave them to lead; of their own plans all, whichever division leads it (as
    `count_on` counts them). What an agency that had ended by the day left is owed by whoever carried it on,
    and once.
    """
    acting = _acting_on(organisation_ids, on)
    own = level == PlanLevel.AGENCY
    rows = Assignment.objects.filter(
        Q(task__plan__organisation__in=acting) if own else Q(organisation__in=acting),
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
    """Of the duties that fell due in a period (both days included), those completed on time; a few queries.

    A duty of an agency that ended counts for whoever carried it on when it fell due.
    By the deadlines of today: an extension moves a duty into the period of its new deadline. A report that
    waits for its confirmation is not yet completed. What ended by a new version is left out.
    """
    since, left = _since(organisation_ids, until_on), left_on(organisation_ids, until_on)
    duties = Duty.objects.filter(
        Q(assignment__ended_on__isnull=True) | Q(state=DutyState.DONE),
        assignment__organisation__in=list(since),
        assignment__task__plan__level=level,
        due_on__range=(from_on, until_on),
    ).exclude(state=DutyState.DROPPED)
    wanted = ("assignment_id", "due_on", "completed_on", "assignment__organisation_id")
    rows = [
        (row, due, done)
        for row, due, done, agency in duties.order_by("id").values_list(*wanted)
        if any(first <= due and (one not in left or due < left[one]) for one, first in since[agency])
    ]
    good = [row for row, due, done in rows if done and bucket_of(due, done, until_on) is Bucket.ON_TIME]
    return TaskFigure(
        "duties_on_time", len(good), len(rows), until_on, tuple(good), tuple(row for row, _due, _done in rows)
    )


def _acting_on(organisation_ids: Collection[int], on: date) -> list[int]:
    """Those whose obligations these had on a day: their own unless they had ended, and inherited ones."""
    inherited = forerunners_on(organisation_ids, on)
    gone = {each.organisation_id for known in inherited.values() for each in known}
    return sorted({*organisation_ids} - left_on(organisation_ids, on).keys() | gone)


def _since(organisation_ids: Collection[int], on: date) -> dict[int, list[tuple[int, date]]]:
    """From an agency to those of these that answered for it, and since when: itself from the beginning."""
    found: dict[int, list[tuple[int, date]]] = {one: [(one, date.min)] for one in organisation_ids}
    for one, known in forerunners_on(organisation_ids, on).items():
        for each in known:
            found.setdefault(each.organisation_id, []).append((one, each.since))
    return found


def _figure(kind: str, counted: Collection[Counted], behind: Collection[Counted], on: date) -> TaskFigure:
    return TaskFigure(
        kind,
        len(counted),
        len(behind),
        on,
        tuple(one.assignment.pk for one in counted),
        tuple(one.assignment.pk for one in behind),
    )
