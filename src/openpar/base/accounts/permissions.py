"""Who may manage people and their roles."""

from __future__ import annotations

from openpar.base.organisations.roles import Actor, Role


def may_manage_people(actor: Actor) -> bool:
    return actor.has(Role.ADMINISTRATOR)


def may_set_password(actor: Actor, user_id: int) -> bool:
    """One's own, or anybody's as an administrator."""
    return actor.id == user_id or may_manage_people(actor)
