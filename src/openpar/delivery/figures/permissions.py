"""Who may enter, sign, return and see the figures of an agency."""

from __future__ import annotations

from openpar.base.organisations.roles import Actor, Role

_UNIT = (Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.AGENCY_HEAD)
_OVERSEERS = (Role.PROCEDURE_CONTROLLER, Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR)


def may_enter_figures(actor: Actor, organisation_id: int) -> bool:
    """Whoever works in the agency whose figures they are."""
    return organisation_id in actor.organisations(*_UNIT)


def may_sign_figures(actor: Actor, organisation_id: int) -> bool:
    """The head of the agency."""
    return actor.has(Role.AGENCY_HEAD, organisation_id)


def may_return_figures(actor: Actor) -> bool:
    """Who controls procedures (Văn phòng UBND, one-stop office), and the round managers (Sở Nội vụ)."""
    return actor.has(Role.PROCEDURE_CONTROLLER) or actor.has(Role.ROUND_MANAGER)


def sees_all_figures(actor: Actor) -> bool:
    """Those who put the figures of a province together, lead it or watch over it."""
    return any(actor.has(role) for role in _OVERSEERS)


def may_see_figures(actor: Actor, organisation_id: int) -> bool:
    """The agency itself, and those who see all."""
    return sees_all_figures(actor) or may_enter_figures(actor, organisation_id)


def agencies_entered_by(actor: Actor) -> frozenset[int]:
    """The agencies whose figures `actor` may enter."""
    return actor.organisations(*_UNIT)
