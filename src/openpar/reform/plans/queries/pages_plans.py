"""The list of plans of a year, who has none yet, and what one version says: read models of pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor
from openpar.common.text import fold, sort_key
from openpar.engine.tasks import Tally
from openpar.reform.plans.classes import class_names
from openpar.reform.plans.models import (
    Assignment,
    LineAgency,
    Plan,
    PlanLevel,
    PlanVersion,
    Task,
    TaskLine,
    VersionState,
)
from openpar.reform.plans.queries.pages_board import tallies_of_plans
from openpar.reform.plans.queries.plans import plans_seen_by


@dataclass(frozen=True)
class PlanListRow:
    """One plan of a list: its version in force and its draft, and how its obligations stand."""

    plan: Plan
    agency: str
    in_force: PlanVersion | None
    draft: PlanVersion | None
    tally: Tally = field(default=Tally())


def plans_of_year(actor: Actor, year: int, today: date, search: str = "") -> list[PlanListRow]:
    """The province's first, then by name; three queries. The tallies come with `with_tallies`."""
    plans = list(plans_seen_by(actor, year))
    names = names_on({plan.organisation_id for plan in plans}, today)
    versions: defaultdict[int, dict[str, PlanVersion]] = defaultdict(dict)
    wanted = PlanVersion.objects.filter(plan__in=plans, state__in=(VersionState.DRAFT, VersionState.IN_FORCE))
    for version in wanted.order_by("number"):
        versions[version.plan_id][version.state] = version
    rows = [
        PlanListRow(
            plan,
            names.get(plan.organisation_id, ""),
            versions[plan.pk].get(VersionState.IN_FORCE),
            versions[plan.pk].get(VersionState.DRAFT),
        )
        for plan in plans
    ]
    words = fold(search).split()
    kept = [row for row in rows if all(word in fold(f"{row.agency} {row.plan.title}") for word in words)]
    return sorted(kept, key=lambda row: (row.plan.level != PlanLevel.PROVINCE, sort_key(row.agency)))


def with_tallies(rows: Iterable[PlanListRow], actor: Actor, today: date) -> list[PlanListRow]:
    """The rows of one page with their counts; one query. Whoever does not oversee counts what is theirs."""
    kept = list(rows)
    tallies = tallies_of_plans([row.plan.pk for row in kept], actor, today)
    return [replace(row, tally=tallies.get(row.plan.pk, Tally())) for row in kept]


def agencies_without_plan(year: int) -> frozenset[int]:
    """Who leads a task of the province's plan of a year, and has no plan of its own in force; two queries."""
    owing = Assignment.objects.filter(
        task__plan__year=year, task__plan__level=PlanLevel.PROVINCE, ended_on__isnull=True
    )
    planned = PlanVersion.objects.filter(plan__year=year, state=VersionState.IN_FORCE)
    have = set(planned.values_list("plan__organisation_id", flat=True))
    return frozenset(set(owing.values_list("organisation_id", flat=True).distinct()) - have)


@dataclass(frozen=True)
class ShownLine:
    """One line of a version with its agencies as the document words them."""

    line: TaskLine
    leads: tuple[str, ...]
    cooperating: tuple[str, ...]
    parent_text: str


def lines_of(version: PlanVersion, today: date, *, line_id: int | None = None) -> list[ShownLine]:
    """The lines of a version (or one of them), field by field; four queries whatever their number."""
    lines = TaskLine.objects.filter(version=version).select_related("task")
    if line_id is not None:
        lines = lines.filter(pk=line_id)
    kept = list(lines.order_by("field", "position", "id"))
    said = list(LineAgency.objects.filter(line__in=kept).order_by("id"))
    names = names_on({one.organisation_id for one in said if one.organisation_id}, today)
    classes = class_names()
    words: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for one in said:
        word = names.get(one.organisation_id or 0) or classes.get(one.agency_class, one.agency_class)
        words[one.line_id, one.part].append(word)
    parents = parent_texts(line.parent_task_id for line in kept if line.parent_task_id)
    return [
        ShownLine(
            line,
            tuple(words[line.pk, LineAgency.Part.LEAD]),
            tuple(words[line.pk, LineAgency.Part.COOPERATING]),
            parents.get(line.parent_task_id or 0, ""),
        )
        for line in kept
    ]


def parent_texts(task_ids: Iterable[int]) -> dict[int, str]:
    """What tasks of an upper plan say in their newest version; one query, none without ids."""
    wanted: Collection[int] = set(task_ids)
    if not wanted:
        return {}
    lines = TaskLine.objects.filter(task_id__in=wanted).order_by("version__number")
    return dict(lines.values_list("task_id", "text"))


def tasks_to_take_over(plan: Plan) -> list[TaskLine]:
    """What the upper plan in force has its agency do, not yet served by a line of this plan; two queries."""
    if plan.parent_id is None:
        return []
    served = TaskLine.objects.filter(version__plan=plan, parent_task__isnull=False).values("parent_task_id")
    owed = Assignment.objects.filter(
        organisation_id=plan.organisation_id, task__plan_id=plan.parent_id, ended_on__isnull=True
    )
    wanted = Task.objects.filter(pk__in=owed.values("task_id")).exclude(pk__in=served)
    lines = TaskLine.objects.filter(task__in=wanted, version__state=VersionState.IN_FORCE)
    return list(lines.order_by("field", "position", "id"))


def tasks_above(plan: Plan) -> list[tuple[int, str]]:
    """The tasks of the upper plan in force, by id with their words; one query, none without such a plan."""
    if plan.parent_id is None:
        return []
    lines = TaskLine.objects.filter(version__plan=plan.parent_id, version__state=VersionState.IN_FORCE)
    return list(lines.order_by("field", "position", "id").values_list("task_id", "text"))
