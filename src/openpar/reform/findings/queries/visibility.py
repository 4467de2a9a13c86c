"""What a person may see of findings and conferences: every list and page starts here.

The person comes as `heirs.standing_in` makes them, so that an heir sees what an organisation that ended left.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from openpar.base.organisations.roles import Actor, Role
from openpar.reform.findings.models import Conference, Finding
from openpar.reform.findings.permissions import (
    FROM_INSIDE,
    sees_all_findings,
    sees_outside_findings,
    units_seen_by,
)


def visible_findings(actor: Actor) -> QuerySet[Finding]:
    """Those who oversee see all; a unit its own, a division what was handed to it, a finder what it found;
    appraisers what was found from outside. Nobody else sees anything.
    """
    if sees_all_findings(actor):
        return Finding.objects.all()
    units = sorted(units_seen_by(actor))
    wanted = Q(organisation_id__in=units) | Q(division_id__in=units)
    # A finder that is an agency: its people, whatever their role there, but never accounts alone.
    wanted |= Q(finder_id__in=sorted(actor.organisations(Role.AGENCY_HEAD, Role.FOCAL_OFFICER)))
    if sees_outside_findings(actor):
        wanted |= ~Q(found_by__in=FROM_INSIDE)
    return Finding.objects.filter(wanted)


def visible_conferences(actor: Actor) -> QuerySet[Conference]:
    """Those who oversee see all; an agency its own."""
    if sees_all_findings(actor):
        return Conference.objects.all()
    return Conference.objects.filter(organisation_id__in=sorted(units_seen_by(actor)))
