"""The obligations that a person may see; every list and every board begins here."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import F, Q, QuerySet

from openpar.base.organisations.roles import Actor
from openpar.reform.plans.models import Assignment, Cooperation, PlanLevel
from openpar.reform.plans.permissions import UNIT_ROLES, agencies_of, divisions_of, sees_all_plans


def assignments_seen_by(actor: Actor) -> QuerySet[Assignment]:
    """Those who oversee see all; an agency what it owes, what its divisions owe, and what it cooperates on;
    officers of a division what was handed to it; a person what was handed to them. Nobody else anything.

    What has ended is among them: lists filter by `ended_on`.
    """
    if sees_all_plans(actor):
        return Assignment.objects.all()
    seen = Q(pk__in=())
    own = agencies_of(actor)
    if own:
        cooperating = Cooperation.objects.filter(organisation__in=own, ended_on__isnull=True)
        seen |= Q(organisation__in=own) | Q(task__in=cooperating.values("task"))
        seen |= Q(task__plan__level=PlanLevel.AGENCY, task__plan__organisation__in=own)
    divisions = divisions_of(actor)
    if divisions:
        seen |= Q(division__in=divisions) | _owed_by_divisions(divisions)
    if actor.id is not None and actor.organisations(*UNIT_ROLES):
        seen |= Q(officer=actor.id)
    return Assignment.objects.filter(seen)


def assignments_owed_by(actor: Actor) -> QuerySet[Assignment]:
    """What the person has to do: as above, without what others owe and the own agency only cooperates on."""
    seen = Q(organisation__in=agencies_of(actor)) | Q(division__in=divisions_of(actor))
    seen |= _owed_by_divisions(divisions_of(actor))
    if actor.id is not None and actor.organisations(*UNIT_ROLES):
        seen |= Q(officer=actor.id)
    return Assignment.objects.filter(seen, ended_on__isnull=True)


def _owed_by_divisions(divisions: Collection[int]) -> Q:
    """What a division owes by itself under the plan of its agency; never what an agency owes as a whole."""
    own = Q(organisation__in=divisions, division__isnull=True, task__plan__level=PlanLevel.AGENCY)
    return own & ~Q(task__plan__organisation=F("organisation"))
