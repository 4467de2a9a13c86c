"""Plans and their versions on a day."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from openpar.base.organisations.roles import Actor
from openpar.reform.plans.models import Plan, PlanLevel, PlanVersion, VersionState
from openpar.reform.plans.permissions import UNIT_ROLES, may_see_plan, sees_all_plans


def plans_seen_by(actor: Actor, year: int | None = None) -> QuerySet[Plan]:
    """Whoever oversees sees all; others the own agency's, and the province's once it was issued."""
    plans = Plan.objects.all() if year is None else Plan.objects.filter(year=year)
    if sees_all_plans(actor):
        return plans
    own = actor.organisations(*UNIT_ROLES)
    if not own:
        return plans.none()
    issued = PlanVersion.objects.exclude(state=VersionState.DRAFT).values("plan_id")
    return plans.filter(Q(organisation__in=own) | Q(level=PlanLevel.PROVINCE, pk__in=issued))


def plan_of(organisation_id: int, year: int) -> Plan | None:
    """The plan of an organisation for a reform year, a draft or issued; None if there is none."""
    return Plan.objects.filter(organisation=organisation_id, year=year).first()


def version_in_force(plan_id: int) -> PlanVersion | None:
    """The version that holds now."""
    return PlanVersion.objects.filter(plan=plan_id, state=VersionState.IN_FORCE).first()


def version_on(plan_id: int, day: date) -> PlanVersion | None:
    """The version that was in force on a day; None before the first."""
    versions = PlanVersion.objects.filter(plan=plan_id, from_on__lte=day)
    return versions.filter(Q(until_on__isnull=True) | Q(until_on__gt=day)).first()


def draft_of(plan_id: int) -> PlanVersion | None:
    """The version that is being written."""
    return PlanVersion.objects.filter(plan=plan_id, state=VersionState.DRAFT).first()


def plan_seen_by(actor: Actor, plan_id: int) -> Plan | None:
    """The plan, or None for whoever may not see it (a page answers 404)."""
    plan = Plan.objects.filter(pk=plan_id).first()
    if plan is None:
        return None
    issued = plan.versions.exclude(state=VersionState.DRAFT).exists()
    return plan if may_see_plan(actor, plan, is_issued=issued) else None
