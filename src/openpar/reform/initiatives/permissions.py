"""Who may enter, recognise, evaluate and see models and initiatives."""

from __future__ import annotations

from openpar.base.organisations.roles import Actor, Role

_UNIT = (Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.AGENCY_HEAD)
_OVERSEERS = (Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR)


def may_enter_initiatives(actor: Actor, organisation_id: int) -> bool:
    """Whoever works in the agency whose model or initiative it is."""
    return organisation_id in actor.organisations(*_UNIT)


def may_recognise_at_base(actor: Actor, organisation_id: int) -> bool:
    """The head of the agency records what its own council decided."""
    return actor.has(Role.AGENCY_HEAD, organisation_id)


def may_recognise_above(actor: Actor) -> bool:
    """Sở Nội vụ records what a council of the province or above decided."""
    return actor.has(Role.ROUND_MANAGER)


def may_set_targets(actor: Actor) -> bool:
    """Sở Nội vụ enters how many initiatives each agency owes, by the document that says so."""
    return actor.has(Role.ROUND_MANAGER)


def may_find_lapses(actor: Actor) -> bool:
    """Sở Nội vụ makes findings of evaluations that are missing."""
    return actor.has(Role.ROUND_MANAGER)


def sees_all_initiatives(actor: Actor) -> bool:
    """Those who steer the reform of a province, lead it or watch over it."""
    return any(actor.has(role) for role in _OVERSEERS)


def may_see_initiatives(actor: Actor) -> bool:
    """Has anything to see here at all."""
    return sees_all_initiatives(actor) or bool(agencies_entered_by(actor))


def agencies_entered_by(actor: Actor) -> frozenset[int]:
    """The agencies whose models and initiatives `actor` enters."""
    return actor.organisations(*_UNIT)


def agencies_seen_by(actor: Actor) -> frozenset[int] | None:
    """The agencies whose models and initiatives `actor` sees; None is all of them."""
    return None if sees_all_initiatives(actor) else agencies_entered_by(actor)
