"""Who a person is today: the roles held, loaded in one query."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from openpar.base.accounts.models import Role, RoleHeld, User
from openpar.base.organisations.roles import Actor as Actor


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
