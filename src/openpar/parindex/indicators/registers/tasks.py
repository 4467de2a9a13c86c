"""Tasks of plans as a register: those of the own plan, and those the province assigned."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from openpar.engine.periods import Period
from openpar.engine.tasks import Bucket, Standing
from openpar.parindex.indicators.registers import RegisterLine
from openpar.reform.heirs import heirs_on
from openpar.reform.plans.models import Assignment, PlanLevel
from openpar.reform.plans.queries.counting import Counted
from openpar.reform.plans.queries.figures import tasks_owed

# Of a task that several lead, the first that one of them stands in is where the task stands: as a plan is
# counted, it is done when everybody has done it.
_WORST_FIRST = (Bucket.OVERDUE, Bucket.IN_TIME, Bucket.LATE, Bucket.ON_TIME)
_RUN_OVER = (Bucket.OVERDUE, Bucket.LATE)


class Tasks:
    """Obligations of an agency under the plans of a year, as they stood at the end of the period.

    `own…`: the tasks of its own plan, whichever division leads them; `assigned…`: what the plan of the
    province gave it. `…_over`: completed or overdue, which is what can be on time or not. `…_unexcused`: all
    but what is late or overdue for a reason that was approved as objective. What an agency that ended left
    counts for whoever carries it on.
    """

    name = "tasks"
    label = _("nhiệm vụ trong kế hoạch")
    counts = tuple(
        f"{prefix}{of}"
        for prefix in ("own", "assigned")
        for of in ("", "_begun", "_completed", "_over", "_on_time", "_unexcused")
    )

    def lines(
        self, organisation_ids: Collection[int], during: Period, today: date
    ) -> Mapping[int, list[RegisterLine]]:
        on = min(during.until_on, today)
        found: dict[int, list[RegisterLine]] = {}
        for prefix, level in (("own", PlanLevel.AGENCY), ("assigned", PlanLevel.PROVINCE)):
            behind = tasks_owed(organisation_ids, during.year, on, level=level).behind
            words = _words(one.assignment for one in behind)
            acting = heirs_on({_owner(one, level) for one in behind}, on)
            for parts in _together(behind, level):
                first = parts[0]
                line = RegisterLine(
                    key=f"task:{first.assignment.pk}",
                    label=words[first.assignment.pk],
                    link=f"/tasks/{first.assignment.pk}/",
                    counts=_counts(prefix, [one.standing for one in parts if one.standing is not None]),
                )
                found.setdefault(acting[_owner(first, level)], []).append(line)
        return found


def _owner(one: Counted, level: PlanLevel) -> int:
    """Whose line it is: of an own plan the agency that made it, else who leads."""
    own = level == PlanLevel.AGENCY
    return one.assignment.task.plan.organisation_id if own else one.assignment.organisation_id


def _together(behind: Iterable[Counted], level: PlanLevel) -> list[list[Counted]]:
    """The obligations of each task of an own plan; of the province each for itself."""
    found: dict[int, list[Counted]] = {}
    for one in behind:
        place = one.assignment.task_id if level == PlanLevel.AGENCY else one.assignment.pk
        found.setdefault(place, []).append(one)
    return list(found.values())


def _counts(prefix: str, standings: Sequence[Standing]) -> dict[str, int]:
    buckets = {one.bucket for one in standings}
    bucket = next(one for one in _WORST_FIRST if one in buckets)
    run_over = [one for one in standings if one.bucket in _RUN_OVER]
    held = {
        "": True,
        "_begun": all(one.is_started or one.is_done for one in standings),
        "_completed": all(one.is_done for one in standings),
        "_over": bucket is not Bucket.IN_TIME,
        "_on_time": bucket is Bucket.ON_TIME,
        "_unexcused": not run_over or not all(one.is_excused for one in run_over),
    }
    return {f"{prefix}{of}": 1 for of, is_so in held.items() if is_so}


def _words(assignments: Iterable[Assignment]) -> dict[int, str]:
    """The wording of each obligation in the newest version of its plan; one query."""
    wanted = [one.pk for one in assignments]
    rows = Assignment.objects.filter(pk__in=wanted).order_by("task__lines__version__number")
    return {pk: text or "" for pk, text in rows.values_list("pk", "task__lines__text")}


tasks = Tasks()
