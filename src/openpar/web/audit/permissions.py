"""Who may read the trace, and which part of it."""

from __future__ import annotations

from openpar.base.organisations.roles import Actor, Role
from openpar.web.trace.groups import ACCOUNTS, GROUPS, ORGANISATIONS, VerbGroup


def may_read_trace(actor: Actor) -> bool:
    return may_read_whole_trace(actor) or actor.has(Role.ADMINISTRATOR)


def may_read_whole_trace(actor: Actor) -> bool:
    """Those who may see every score may read of every score."""
    return actor.has(Role.AUDITOR) or actor.has(Role.ROUND_MANAGER)


def groups_read_by(actor: Actor) -> tuple[VerbGroup, ...]:
    """Who keeps accounts and the register reads of these alone: no scores, no documents."""
    if may_read_whole_trace(actor):
        return GROUPS
    return (ACCOUNTS, ORGANISATIONS) if actor.has(Role.ADMINISTRATOR) else ()
