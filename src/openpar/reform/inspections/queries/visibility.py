"""What somebody may see: every read of plans and cases begins here; a stranger finds nothing."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from openpar.base.organisations.roles import Actor
from openpar.reform.inspections.models import Campaign, InspectedUnit, Inspection, Scope
from openpar.reform.inspections.permissions import (
    agencies_of,
    agencies_planned_for_by,
    belongs_to,
    may_plan,
    oversees_inspections,
)


def visible_campaigns(actor: Actor) -> QuerySet[Campaign]:
    """Those who oversee see all plans, an agency its own."""
    campaigns = Campaign.objects.select_related("document")
    if oversees_inspections(actor):
        return campaigns
    own = Q(pk__in=[])
    for scope in Scope.values:
        own |= Q(scope=scope, organisation__in=agencies_planned_for_by(actor, scope))
    return campaigns.filter(own)


def visible_cases(actor: Actor) -> QuerySet[Inspection]:
    """Those who oversee see all cases, who plans them and who is in the team theirs.

    Units see theirs once they were told: with the notice, or unannounced with the beginning.
    """
    cases = Inspection.objects.select_related("campaign", "decision")
    told = Q(notified_at__isnull=False) | Q(begun_at__isnull=False)
    if oversees_inspections(actor):
        # Not what is still to surprise the agency they work in.
        own = Inspection.objects.filter(units__organisation__in=actor.organisations()).exclude(told)
        return cases.exclude(pk__in=own.values("pk"))
    seen = Q(members__user=actor.id) | Q(units__organisation__in=agencies_of(actor)) & told
    for scope in Scope.values:
        planners = agencies_planned_for_by(actor, scope)
        seen |= Q(campaign__scope=scope, campaign__organisation__in=planners)
    return cases.filter(pk__in=Inspection.objects.filter(seen).values("pk"))


def sees_from_inside(actor: Actor, case: Inspection) -> bool:
    """Sees what the team does before the units are told: the team, who plans, who oversees; no unit's own.

    Somebody of an inspected unit sees it as the unit does, whatever else they are.
    """
    units = set(case.units.values_list("organisation_id", flat=True))
    if belongs_to(actor, units):
        return False
    campaign = case.campaign
    return (
        oversees_inspections(actor)
        or may_plan(actor, campaign.organisation_id, campaign.scope)
        or case.members.filter(user=actor.id).exists()
    )


def visible_units(actor: Actor, case: Inspection) -> list[InspectedUnit]:
    """The units of a case that somebody sees: from inside all, otherwise the own ones.

    Once the conclusion is issued it says of all units what it says; what each unit answered to the checklist
    stays between that unit and the team.
    """
    units = list(case.units.select_related("minutes", "response").order_by("id"))
    if sees_from_inside(actor, case):
        return units
    own = agencies_of(actor)
    return [unit for unit in units if unit.organisation_id in own]
