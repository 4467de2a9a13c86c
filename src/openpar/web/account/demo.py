"""People of the demo province, to log in with one click. Only where settings.OPENPAR_DEMO says so."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from openpar.base.accounts.models import Role, RoleHeld, User
from openpar.base.organisations.models import OrganisationVersion

PREFIX = "demo."


@dataclass(frozen=True)
class DemoPerson:
    id: int
    full_name: str
    roles: str
    place: str


def demo_person(user_id: str) -> User | None:
    """Whose account a visitor may use to look around; None for everybody real, and outside a demo."""
    if not settings.OPENPAR_DEMO or not user_id.isdecimal():
        return None
    return User.objects.filter(pk=int(user_id), is_active=True, username__startswith=PREFIX).first()


def demo_people(day: date) -> tuple[DemoPerson, ...]:
    """Everybody whom `demo_person` lets in, with the roles held on `day`."""
    if not settings.OPENPAR_DEMO:
        return ()
    held = defaultdict(list)
    for role in RoleHeld.objects.as_of(day).filter(user__username__startswith=PREFIX).order_by("pk"):
        held[role.user_id].append(role)
    names = dict(
        OrganisationVersion.objects.as_of(day)
        .filter(organisation_id__in=[role.organisation_id for roles in held.values() for role in roles])
        .values_list("organisation_id", "name")
    )
    return tuple(
        DemoPerson(
            id=user.pk,
            full_name=user.full_name,
            roles=", ".join(str(Role(role.role).label) for role in held[user.pk]) or user.position,
            place=", ".join(dict.fromkeys(names.get(role.organisation_id, "") for role in held[user.pk])),
        )
        for user in User.objects.filter(username__startswith=PREFIX, is_active=True).order_by("pk")
    )
