"""Who may look after the ways out of the program."""

from __future__ import annotations

from openpar.base.organisations.roles import Actor, Role


def may_manage_gateways(actor: Actor) -> bool:
    """Only who keeps the installation: a gateway gets the reminders of everybody."""
    return actor.has(Role.ADMINISTRATOR)


def may_choose_channels(actor: Actor, user_id: int) -> bool:
    """Everybody for oneself."""
    return actor.id == user_id
