"""Tasks of plans as a register: those of the own plan, and those the province assigned."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.utils.translation import gettext_lazy as _

from openpar.engine.periods import Period
from openpar.engine.tasks import Bucket
from openpar.parindex.indicators.registers import RegisterLine
from openpar.reform.plans.models import Assignment, PlanLevel
from openpar.reform.plans.queries.counting import Counted
from openpar.reform.plans.queries.figures import tasks_owed


class Tasks:
    """Obligations of an agency under the plans of a year, as they stood at the end of the period.

    `own_*`: of its own plan; `assigned_*`: of the plan of the province. `…_over`: completed or overdue, which
    is what can be on time or not.
    """

    name = "tasks"
    label = _("nhiệm vụ trong kế hoạch")
    counts = (
        *("own", "own_begun", "own_completed", "own_over", "own_on_time"),
        *("assigned", "assigned_begun", "assigned_completed", "assigned_over", "assigned_on_time"),
    )

    def lines(
        self, organisation_ids: Collection[int], during: Period, today: date
    ) -> Mapping[int, list[RegisterLine]]:
        on = min(during.until_on, today)
        found: dict[int, list[RegisterLine]] = {}
        for prefix, level in (("own", PlanLevel.AGENCY), ("assigned", PlanLevel.PROVINCE)):
            behind = tasks_owed(organisation_ids, during.year, on, level=level).behind
            words = _words(one.assignment for one in behind)
            for one in behind:
                line = RegisterLine(
                    key=f"task:{one.assignment.pk}",
                    label=words[one.assignment.pk],
                    link=f"/tasks/{one.assignment.pk}/",
                    counts=_counts(prefix, one),
                )
                found.setdefault(one.assignment.organisation_id, []).append(line)
        return found


def _counts(prefix: str, one: Counted) -> dict[str, int]:
    standing = one.standing
    if standing is None:
        return {}
    counts = {prefix: 1}
    if standing.is_started or standing.is_done:
        counts[f"{prefix}_begun"] = 1
    if standing.is_done:
        counts[f"{prefix}_completed"] = 1
    if standing.bucket is not Bucket.IN_TIME:
        counts[f"{prefix}_over"] = 1
    if standing.bucket is Bucket.ON_TIME:
        counts[f"{prefix}_on_time"] = 1
    return counts


def _words(assignments: Iterable[Assignment]) -> dict[int, str]:
    """The wording of each obligation in the newest version of its plan; one query."""
    wanted = [one.pk for one in assignments]
    rows = Assignment.objects.filter(pk__in=wanted).order_by("task__lines__version__number")
    return {pk: text or "" for pk, text in rows.values_list("pk", "task__lines__text")}


tasks = Tasks()
