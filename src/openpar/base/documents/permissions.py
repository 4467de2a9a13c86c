"""Who may bring documents into the system."""

from __future__ import annotations

from openpar.base.organisations.roles import Actor, Role

_MAY_ADD = (
    Role.FOCAL_OFFICER,
    Role.DIVISION_OFFICER,
    Role.AGENCY_HEAD,
    Role.APPRAISER,
    Role.ROUND_MANAGER,
)


def may_add_document(actor: Actor, owner_id: int) -> bool:
    """Those who work on an assessment or appraise, each for the organisation they hold that role in."""
    return owner_id in actor.organisations(*_MAY_ADD)
