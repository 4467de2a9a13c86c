"""Who may enter and see the registers of an agency."""

from __future__ import annotations

from openpar.base.organisations.roles import Actor, Role

_UNIT = (Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.AGENCY_HEAD)
_OVERSEERS = (Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR)


def may_enter_monitors(actor: Actor, organisation_id: int) -> bool:
    """Whoever works in the agency that the entry is about."""
    return organisation_id in actor.organisations(*_UNIT)


def may_find_lapses(actor: Actor) -> bool:
    """Sở Nội vụ makes findings of what lapsed."""
    return actor.has(Role.ROUND_MANAGER)


def sees_all_monitors(actor: Actor) -> bool:
    """Those who steer the reform of a province, lead it or watch over it."""
    return any(actor.has(role) for role in _OVERSEERS)


def agencies_entered_by(actor: Actor) -> frozenset[int]:
    """The agencies whose entries `actor` makes."""
    return actor.organisations(*_UNIT)


def agencies_seen_by(actor: Actor) -> frozenset[int] | None:
    """The agencies whose registers `actor` sees; None is all of them."""
    return None if sees_all_monitors(actor) else agencies_entered_by(actor)


def may_see_monitors(actor: Actor) -> bool:
    """Has anything to see here at all."""
    return sees_all_monitors(actor) or bool(agencies_entered_by(actor))
