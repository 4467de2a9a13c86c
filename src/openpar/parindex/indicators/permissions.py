"""Who may decide about definitions, bring values, and read them."""

from __future__ import annotations

from openpar.base.organisations.roles import Actor, Role

# Those who see the values of every agency.
OVERSEERS = (Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR, Role.COUNCIL_CHAIR)
_REPORTERS = (Role.FOCAL_OFFICER, Role.AGENCY_HEAD)
_UNIT_ROLES = (*_REPORTERS, Role.DIVISION_OFFICER)


def may_read_indicators(actor: Actor) -> bool:
    """Whoever holds a role reads the definitions by which figures are made."""
    return bool(actor.held)


def may_manage_indicators(actor: Actor) -> bool:
    """Issue and end definitions, compute and import the values of all agencies: Sở Nội vụ."""
    return actor.has(Role.ROUND_MANAGER)


def may_load_indicators(actor: Actor) -> bool:
    """Bring a file of definitions in; at the console too."""
    return may_manage_indicators(actor) or actor.has(Role.ADMINISTRATOR)


def may_report_for(actor: Actor, organisation_id: int) -> bool:
    """Report a value of an agency with a document: its focal officer and its head, and Sở Nội vụ."""
    return may_manage_indicators(actor) or any(actor.has(role, organisation_id) for role in _REPORTERS)


def may_compute_for(actor: Actor, organisation_id: int) -> bool:
    """Keep what is counted of an agency: nobody types a figure there, so all who score for it may."""
    return may_manage_indicators(actor) or any(actor.has(role, organisation_id) for role in _UNIT_ROLES)


def may_read_values_of(actor: Actor, organisation_id: int) -> bool:
    """Everybody of an agency reads its own values; those who oversee read all."""
    return sees_all_values(actor) or organisation_id in actor.organisations()


def sees_all_values(actor: Actor) -> bool:
    return any(actor.has(role) for role in OVERSEERS)
