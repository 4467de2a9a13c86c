"""Who may plan, inspect, answer, conclude and see. Default: nobody.

Nobody inspects the agency they belong to: not as a member of a team, not by concluding about it.
"""

from __future__ import annotations

from collections.abc import Collection

from openpar.base.organisations.roles import Actor, Role
from openpar.reform.inspections.models import Campaign, Scope, TeamMember

_OVERSEERS = (Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR)
_UNIT = (Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.AGENCY_HEAD)
_PLANS_OWN = (Role.FOCAL_OFFICER, Role.AGENCY_HEAD)
# Of the members of a team these lead it: begin, record minutes, report.
LEADS = (TeamMember.Part.HEAD, TeamMember.Part.DEPUTY)


def agencies_planned_for_by(actor: Actor, scope: str) -> frozenset[int]:
    """The organisations whose inspection plan of this scope `actor` draws up."""
    if scope == Scope.PROVINCE:
        return actor.organisations(Role.ROUND_MANAGER)
    return actor.organisations(*_PLANS_OWN)


def may_plan(actor: Actor, organisation_id: int, scope: str) -> bool:
    """Draws up the plan and prepares cases: Sở Nội vụ for the province, an agency for its subordinates."""
    return organisation_id in agencies_planned_for_by(actor, scope)


def may_plan_somewhere(actor: Actor) -> bool:
    """Has some organisation to plan inspections for."""
    return any(agencies_planned_for_by(actor, scope) for scope in Scope.values)


def may_decide(actor: Actor, campaign: Campaign) -> bool:
    """Issues the plan and the conclusion: Sở Nội vụ for the province, the head for the own subordinates."""
    role = Role.ROUND_MANAGER if campaign.scope == Scope.PROVINCE else Role.AGENCY_HEAD
    return actor.has(role, campaign.organisation_id)


def belongs_to(actor: Actor, organisation_ids: Collection[int]) -> bool:
    """Holds any role in one of these organisations: the conflict bar."""
    return not actor.organisations().isdisjoint(organisation_ids)


def answers_for(actor: Actor, organisation_id: int) -> bool:
    """Fills in the self-report of the unit."""
    return organisation_id in actor.organisations(*_UNIT)


def may_send_for(actor: Actor, organisation_id: int) -> bool:
    """Sends the self-report: the focal officer or the head; in a division, who works there."""
    return answers_for(actor, organisation_id)


def may_respond_for(actor: Actor, organisation_id: int, scope: str) -> bool:
    """Agrees or objects for the unit: its head; a division has none, so whoever works there."""
    if actor.has(Role.AGENCY_HEAD, organisation_id):
        return True
    return scope == Scope.OWN and actor.has(Role.DIVISION_OFFICER, organisation_id)


def oversees_inspections(actor: Actor) -> bool:
    """Those who put the reform of a province together, lead it or watch over it see all inspections."""
    return any(actor.has(role) for role in _OVERSEERS)


def works_in_agency(actor: Actor) -> bool:
    """Somebody whom an inspection may concern as a unit."""
    return bool(actor.organisations(*_UNIT))


def agencies_of(actor: Actor) -> frozenset[int]:
    """The agencies `actor` works in."""
    return actor.organisations(*_UNIT)
