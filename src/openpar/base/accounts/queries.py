"""Who a person is today, and the list of people; roles are loaded with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from openpar.base.accounts.models import Role, RoleHeld, User
from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.roles import Actor as Actor
from openpar.common.text import fold


def actor_of(user_id: int, *, at: datetime) -> Actor:
    """The active person with the roles of the legal day of `at`. Raises User.DoesNotExist."""
    day = timezone.localdate(at)
    rows = list(
        RoleHeld.objects.as_of(day)
        .filter(user_id=user_id, user__is_active=True)
        .values_list("role", "organisation_id", "user__full_name")
    )
    if not rows:
        user = User.objects.get(pk=user_id, is_active=True)
        return Actor(id=user.pk, full_name=user.full_name, held=frozenset())
    held = frozenset((Role(role), where) for role, where, _name in rows)
    return Actor(id=user_id, full_name=rows[0][2], held=held)


def people_holding(roles: Iterable[Role], organisation_ids: Iterable[int] | None, on: date) -> list[int]:
    """The active people who hold one of the roles on a day, in these organisations or (None) anywhere."""
    held = RoleHeld.objects.as_of(on).filter(role__in=list(roles), user__is_active=True)
    if organisation_ids is not None:
        held = held.filter(organisation__in=sorted(set(organisation_ids)))
    return sorted(set(held.values_list("user_id", flat=True)))


@dataclass(frozen=True)
class HeldRole:
    """A role of a person during [held_from, held_until), with the name of the organisation on a day."""

    id: int
    role: Role
    organisation_id: int
    organisation_name: str
    held_from: date
    held_until: date | None

    def is_held_on(self, day: date) -> bool:
        return self.held_from <= day and (self.held_until is None or day < self.held_until)


@dataclass(frozen=True)
class Person:
    """A person in the list of people, with all roles ever held, oldest first."""

    id: int
    username: str
    full_name: str
    position: str
    email: str
    is_active: bool
    roles: tuple[HeldRole, ...]


def people(day: date, *, search: str = "", organisation_id: int | None = None) -> tuple[Person, ...]:
    """Everybody with their roles, by given name; two queries.

    The search looks at names without regard to marks, at user names and at e-mail addresses; with an
    `organisation_id` only those who hold a role there on `day`.
    """
    users = User.objects.all()
    wanted = search.strip()
    if wanted:
        users = users.filter(
            Q(name_folded__contains=fold(wanted))
            | Q(username__contains=wanted.lower())
            | Q(email__icontains=wanted)
        )
    if organisation_id is not None:
        here = RoleHeld.objects.as_of(day).filter(organisation_id=organisation_id)
        users = users.filter(pk__in=here.values("user_id"))
    roles = _roles_by_person(day, users)
    return tuple(
        Person(
            id=user.pk,
            username=user.username,
            full_name=user.full_name,
            position=user.position,
            email=user.email,
            is_active=user.is_active,
            roles=tuple(roles.get(user.pk, ())),
        )
        for user in users.order_by("name_sort", "username")
    )


def _roles_by_person(day: date, users: QuerySet[User]) -> dict[int, list[HeldRole]]:
    # The name on the day, or the last one before for an organisation that has ended by then.
    names = OrganisationVersion.objects.filter(
        organisation_id=OuterRef("organisation_id"), valid_from__lte=day
    ).order_by("-valid_from")
    held = RoleHeld.objects.filter(user__in=users.order_by().values("pk")).order_by("held_from", "id")
    rows = held.values_list(
        "user_id",
        "id",
        "role",
        "organisation_id",
        Subquery(names.values("name")[:1]),
        "held_from",
        "held_until",
    )
    roles: defaultdict[int, list[HeldRole]] = defaultdict(list)
    for user_id, row_id, role, organisation_id, name, held_from, held_until in rows:
        roles[user_id].append(
            HeldRole(row_id, Role(role), organisation_id, name or "", held_from, held_until)
        )
    return dict(roles)
