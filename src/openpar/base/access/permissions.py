"""Who may look after the ways in of other people."""

from __future__ import annotations

from openpar.base.accounts.permissions import may_manage_people
from openpar.base.organisations.roles import Actor


def may_clear_factors(actor: Actor, user_id: int) -> bool:
    """Of anybody but oneself: a stolen session of an administrator must not shed its own second factor."""
    return may_manage_people(actor) and actor.id != user_id


def may_end_sessions(actor: Actor) -> bool:
    """All sessions of somebody at once; one's own are ended by oneself (`end_other_sessions`)."""
    return may_manage_people(actor)


def may_make_api_keys(actor: Actor, user_id: int) -> bool:
    """For the account of anybody but oneself: a key outlives the session that made it."""
    return may_manage_people(actor) and actor.id != user_id


def may_end_api_keys(actor: Actor) -> bool:
    return may_manage_people(actor)


def may_lift_brakes(actor: Actor) -> bool:
    return may_manage_people(actor)
