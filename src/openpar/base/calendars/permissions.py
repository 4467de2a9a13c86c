"""Who may decide about calendars; everybody who has logged in may read them."""

from __future__ import annotations

from openpar.base.organisations.roles import Actor, Role


def may_manage_calendars(actor: Actor) -> bool:
    """Administrators, and the round managers of the Department of Home Affairs."""
    return actor.has(Role.ADMINISTRATOR) or actor.has(Role.ROUND_MANAGER)
