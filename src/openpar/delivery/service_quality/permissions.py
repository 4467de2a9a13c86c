"""Who may see, enter and bring in the figures of the service-quality index."""

from __future__ import annotations

from openpar.base.organisations.roles import Actor, Role

_UNIT = (Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.AGENCY_HEAD)
_MANAGERS = (Role.PROCEDURE_CONTROLLER, Role.ROUND_MANAGER)
_READERS = (Role.LEADER, Role.AUDITOR)


def may_manage_index(actor: Actor) -> bool:
    """Who controls procedures (Văn phòng UBND), and the round managers (Sở Nội vụ): figures of everybody,
    counting, the points of the portal.
    """
    return any(actor.has(role) for role in _MANAGERS)


def may_enter_inputs(actor: Actor, organisation_id: int) -> bool:
    """Those who manage, and whoever works in the agency whose figures they are."""
    return may_manage_index(actor) or organisation_id in actor.organisations(*_UNIT)


def may_bring_in_inputs(actor: Actor) -> bool:
    """Has figures to bring in at all; row by row the action asks `may_enter_inputs`."""
    return may_manage_index(actor) or bool(actor.organisations(*_UNIT))


def sees_all_agencies(actor: Actor) -> bool:
    """Those who manage, lead the province or watch over it."""
    return any(actor.has(role) for role in (*_MANAGERS, *_READERS))


def may_see_index(actor: Actor, organisation_id: int) -> bool:
    """The agency itself, and those who see all."""
    return sees_all_agencies(actor) or organisation_id in actor.organisations(*_UNIT)


def agencies_seen_by(actor: Actor) -> frozenset[int] | None:
    """The agencies whose figures `actor` may see; None is all of them."""
    return None if sees_all_agencies(actor) else actor.organisations(*_UNIT)


def agencies_entered_by(actor: Actor) -> frozenset[int] | None:
    """The agencies whose figures `actor` may enter; None is all of them."""
    return None if may_manage_index(actor) else actor.organisations(*_UNIT)
