"""What of plans somebody has to be reminded of: tasks, periods of recurring work, reports to be confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from django.db.models import Max
from django.utils import timezone

from openpar.base.accounts.queries import people_holding
from openpar.base.notifications.due import DueThing, Together, holders
from openpar.base.notifications.rules import settings_in_force
from openpar.base.organisations.roles import Role
from openpar.reform.heirs import heirs_on
from openpar.reform.plans.deadlines import reform_year_days
from openpar.reform.plans.limits import silence_within
from openpar.reform.plans.models import (
    Assignment,
    Duty,
    DutyState,
    Plan,
    PlanLevel,
    VersionState,
)


def due_things(today: date) -> Iterable[DueThing]:
    """Everything open on a day; some ten queries, however much there is."""
    ahead = settings_in_force().told_ahead(today)
    duties = list(
        Duty.objects.filter(
            assignment__ended_on__isnull=True,
            state__in=(DutyState.OPEN, DutyState.REPORTED),
            due_on__lte=today + ahead,
        )
        .select_related("assignment__line", "assignment__task__plan")
        .order_by("id")
    )
    people = _People(today, [duty.assignment for duty in duties])
    yield from _tasks(duties, people)
    yield from _to_confirm(duties, people)
    yield from _silent(today)
    yield from _to_issue(today, today + ahead)


class _People:
    """Who does it, who leads them, and who assigned it; of an agency that ended, whoever carries it on."""

    def __init__(self, today: date, assignments: Iterable[Assignment]) -> None:
        rows = list(assignments)
        owing = {row.organisation_id for row in rows} | {row.task.plan.organisation_id for row in rows}
        divisions = {row.division_id for row in rows if row.division_id}
        heirs = heirs_on(owing | divisions, today)
        self.heads = _of_heirs(heirs, Role.AGENCY_HEAD, today)
        self.focal = _of_heirs(heirs, Role.FOCAL_OFFICER, today)
        self.division = _of_heirs(heirs, Role.DIVISION_OFFICER, today)
        self.managers = _anywhere(Role.ROUND_MANAGER, today)

    def responsible(self, row: Assignment) -> tuple[int, ...]:
        """The person it was handed to, else the division's, else the focal officers."""
        if row.officer_id is not None:
            return (row.officer_id,)
        if row.division_id is not None and self.division.get(row.division_id):
            return self.division[row.division_id]
        return self.focal.get(row.organisation_id, ()) or self.division.get(row.organisation_id, ())

    def assigners(self, row: Assignment) -> tuple[int, ...]:
        """Sở Nội vụ of the province's plan, the head of an agency's own."""
        plan = row.task.plan
        if plan.level == PlanLevel.PROVINCE:
            return self.managers
        return self.heads.get(plan.organisation_id, ())


def _tasks(duties: Iterable[Duty], people: _People) -> Iterator[DueThing]:
    """What has to be done; a duty that was reported in time waits for others."""
    for duty in duties:
        row = duty.assignment
        waits = duty.claimed_on is not None and duty.due_on is not None and duty.claimed_on <= duty.due_on
        if duty.due_on is None or waits:
            continue
        is_period = duty.until_on is not None
        yield DueThing(
            kind="plan.task_period" if is_period else "plan.task",
            object=f"duty:{duty.pk}",
            due_on=duty.due_on,
            text=row.line.text,
            link=f"/tasks/{row.pk}/",
            responsible=people.responsible(row),
            heads=people.heads.get(row.organisation_id, ()),
            assigners=people.assigners(row),
            known_from=duty.from_on if is_period else row.assigned_on,
            together=_together(row),
        )


def _together(row: Assignment) -> Together:
    """A line that was given to a class of agencies is one line for who gave it."""
    return Together(row.line.text, f"/plans/{row.task.plan_id}/?view=list&task={row.task_id}")


def _to_confirm(duties: Iterable[Duty], people: _People) -> Iterator[DueThing]:
    for duty in duties:
        row = duty.assignment
        if duty.reported_on is not None:
            yield DueThing(
                kind="plan.completion_to_confirm",
                object=f"duty:{duty.pk}",
                due_on=duty.reported_on,
                text=row.line.text,
                link=f"/tasks/{row.pk}/",
                responsible=people.assigners(row),
                known_from=duty.reported_on,
                together=_together(row),
            )


def _silent(today: date) -> Iterator[DueThing]:
    """Obligations of which nobody has said anything since a day, while their deadline comes near."""
    near = silence_within(today)
    rows = list(
        Assignment.objects.filter(
            ended_on__isnull=True,
            done_on__isnull=True,
            reported_on__isnull=True,
            due_on__range=(today, today + near),
            line__each="",
        )
        .annotate(last_said_at=Max("progress__at"))
        .select_related("line", "task__plan")
        .order_by("id")
    )
    people = _People(today, rows)
    for row in rows:
        said_at: datetime | None = row.last_said_at
        since = timezone.localdate(said_at) if said_at else row.assigned_on
        yield DueThing(
            kind="task.no_progress",
            object=f"assignment:{row.pk}",
            due_on=since,
            text=row.line.text,
            link=f"/tasks/{row.pk}/",
            responsible=people.responsible(row),
            heads=people.heads.get(row.organisation_id, ()),
            known_from=max(since, (row.due_on or today) - near),
        )


def _to_issue(today: date, until: date) -> Iterator[DueThing]:
    """Drafts of a first version: the plan should be there when its reform year begins."""
    plans = Plan.objects.filter(versions__state=VersionState.DRAFT, versions__replaces__isnull=True)
    rows = [plan for plan in plans if reform_year_days(plan.year)[0] <= until]
    heads = holders({plan.organisation_id for plan in rows}, Role.AGENCY_HEAD, on=today)
    focal = holders({plan.organisation_id for plan in rows}, Role.FOCAL_OFFICER, on=today)
    managers = _anywhere(Role.ROUND_MANAGER, today)
    for plan in rows:
        is_province = plan.level == PlanLevel.PROVINCE
        yield DueThing(
            kind="plan.to_issue",
            object=f"plan:{plan.pk}",
            due_on=reform_year_days(plan.year)[0],
            text=plan.title,
            link=f"/plans/{plan.pk}/",
            responsible=managers if is_province else focal.get(plan.organisation_id, ()),
            heads=() if is_province else heads.get(plan.organisation_id, ()),
        )


def _of_heirs(heirs: Mapping[int, int], role: Role, on: date) -> dict[int, tuple[int, ...]]:
    """Who holds a role in the heir of each; one query."""
    people = holders(heirs.values(), role, on=on)
    return {one: people[heir] for one, heir in heirs.items() if heir in people}


def _anywhere(role: Role, on: date) -> tuple[int, ...]:
    return tuple(people_holding([role], None, on))
