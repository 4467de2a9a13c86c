"""People as the pages list them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from openpar.base.accounts.models import Role, RoleHeld, User
from openpar.base.organisations.queries import names_on
from openpar.common.text import fold


@dataclass(frozen=True)
class HeldRole:
    """A role with the organisation's name of the day; the period is half-open."""

    id: int
    label: str
    organisation_id: int
    place: str
    held_from: date
    held_until: date | None
    is_held: bool


def people_matching(*, search: str = "", role: str = "", day: date) -> QuerySet[User]:
    """People by name (marks aside) or beginning of the username, and by a role held on `day`."""
    found = User.objects.order_by("name_sort", "username")
    if search.strip():
        found = found.filter(
            Q(name_folded__contains=fold(search)) | Q(username__startswith=search.strip().lower())
        )
    if role:
        found = found.filter(pk__in=RoleHeld.objects.as_of(day).filter(role=role).values("user_id"))
    return found


def roles_of(user_ids: Iterable[int], day: date) -> dict[int, list[HeldRole]]:
    """Every role of each person, held on `day` first, then the latest."""
    rows = list(RoleHeld.objects.filter(user_id__in=list(user_ids)).order_by("-held_from", "-pk"))
    names = names_on({row.organisation_id for row in rows}, day)
    roles: defaultdict[int, list[HeldRole]] = defaultdict(list)
    for row in rows:
        roles[row.user_id].append(
            HeldRole(
                id=row.pk,
                label=str(Role(row.role).label),
                organisation_id=row.organisation_id,
                place=names.get(row.organisation_id, ""),
                held_from=row.held_from,
                held_until=row.held_until,
                is_held=row.held_from <= day and (row.held_until is None or day < row.held_until),
            )
        )
    for held in roles.values():
        held.sort(key=lambda role: not role.is_held)
    return dict(roles)
