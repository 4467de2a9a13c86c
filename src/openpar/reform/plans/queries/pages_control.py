"""What waits for a decision, and how every agency stands: the control room, and every head's desk."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor, Role
from openpar.common.text import sort_key
from openpar.engine.tasks import Tally
from openpar.reform.plans.models import Assignment, Claim, DutyRequest, PlanLevel
from openpar.reform.plans.queries.pages_board import AgencyGroup, BoardFilter, by_agency, narrowed
from openpar.reform.plans.queries.pages_plans import agencies_without_plan

_PLAN = "duty__assignment__task__plan"
_AGENCY = "duty__assignment__organisation"


def claims_to_confirm(actor: Actor) -> QuerySet[Claim]:
    """Reports that wait and that this person may confirm (permissions.may_confirm), the oldest first."""
    waiting = Claim.objects.filter(state=Claim.State.REPORTED).exclude(by=actor.id)
    mine = Q(**{f"{_PLAN}__level": PlanLevel.AGENCY, f"{_PLAN}__organisation__in": _headed(actor)})
    if actor.has(Role.LEADER):
        mine |= Q(**{f"{_PLAN}__level": PlanLevel.PROVINCE})
    elif actor.has(Role.ROUND_MANAGER):
        of_others = ~Q(**{f"{_AGENCY}__in": actor.organisations()})
        mine |= Q(**{f"{_PLAN}__level": PlanLevel.PROVINCE}) & of_others
    return _with_task(waiting.filter(mine))


def requests_to_decide(actor: Actor) -> QuerySet[DutyRequest]:
    """Extensions and objective reasons that this person decides, the oldest first."""
    asked = DutyRequest.objects.filter(state=DutyRequest.State.ASKED).exclude(by=actor.id)
    mine = Q(**{f"{_PLAN}__level": PlanLevel.AGENCY, f"{_PLAN}__organisation__in": _headed(actor)})
    if actor.has(Role.LEADER):
        mine |= Q(**{f"{_PLAN}__level": PlanLevel.PROVINCE})
    return _with_task(asked.filter(mine))


def open_requests(year: int) -> QuerySet[DutyRequest]:
    """All that wait on the province's plan of a year, whoever decides."""
    asked = DutyRequest.objects.filter(state=DutyRequest.State.ASKED)
    return _with_task(asked.filter(**{f"{_PLAN}__level": PlanLevel.PROVINCE, f"{_PLAN}__year": year}))


def _headed(actor: Actor) -> list[int]:
    return sorted(actor.organisations(Role.AGENCY_HEAD))


def _with_task(found: QuerySet) -> QuerySet:  # type: ignore[type-arg]  # of claims or of requests, as it came
    related = ("duty__assignment__line", "duty__assignment__task__plan", "document")
    return found.select_related(*related).order_by("at", "id")


@dataclass(frozen=True)
class AgencyLine:
    """One agency of the control room; `requests`: asked and not decided."""

    row: AgencyGroup
    requests: int
    has_plan: bool


@dataclass(frozen=True)
class ControlRoom:
    """The province's plan of a year, agency by agency; `without`: who has no plan of its own, by name."""

    agencies: tuple[AgencyLine, ...]
    total: Tally
    excused_overdue: int
    near: int
    requests: int
    claims: int
    without: tuple[tuple[int, str], ...]


def control_room(year: int, today: date) -> ControlRoom:
    """Six queries, whatever the number of agencies."""
    owed = Assignment.objects.filter(task__plan__level=PlanLevel.PROVINCE, task__plan__year=year)
    groups = by_agency(narrowed(owed, BoardFilter(), today), today)
    asked: Counter[int] = Counter()
    waiting = DutyRequest.objects.filter(state=DutyRequest.State.ASKED)
    waiting = waiting.filter(**{f"{_PLAN}__level": PlanLevel.PROVINCE, f"{_PLAN}__year": year})
    for organisation, count in waiting.order_by().values_list(f"{_AGENCY}_id").annotate(Count("id")):
        asked[organisation] = count
    missing = agencies_without_plan(year)
    names = names_on(missing, today)
    claims = Claim.objects.filter(state=Claim.State.REPORTED)
    claims = claims.filter(**{f"{_PLAN}__level": PlanLevel.PROVINCE, f"{_PLAN}__year": year})
    lines = [
        AgencyLine(row, asked[row.organisation_id], row.organisation_id not in missing) for row in groups
    ]
    named = sorted(((one, names.get(one, str(one))) for one in missing), key=lambda pair: sort_key(pair[1]))
    return ControlRoom(
        agencies=tuple(lines),
        total=sum((row.group.tally for row in groups), Tally()),
        excused_overdue=sum(row.group.excused_overdue for row in groups),
        near=sum(row.group.near for row in groups),
        requests=sum(asked.values()),
        claims=claims.count(),
        without=tuple(named),
    )


def agencies_of_rows(found: list[Claim] | list[DutyRequest], today: date) -> dict[int, str]:
    """The names of the agencies that reported or asked; one query."""
    return names_on({one.duty.assignment.organisation_id for one in found}, today)
