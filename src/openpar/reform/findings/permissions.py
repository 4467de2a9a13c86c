"""Who may enter, remedy, close and see findings. Everything not said here is denied.

Whoever asks about a finding that stands comes as `heirs.standing_in` makes them: with their roles also in the
organisations that theirs carry on. So the successor of a finder judges, the successor of a unit remedies.
"""

from __future__ import annotations

from openpar.base.organisations.roles import Actor, Role
from openpar.reform.findings.models import Conference, Finding, FoundBy
from openpar.reform.heirs import have_become_one

_UNIT = (Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.AGENCY_HEAD)
_COORDINATES = (Role.FOCAL_OFFICER, Role.AGENCY_HEAD)
_OVERSEERS = (
    *(Role.ROUND_MANAGER, Role.PROCEDURE_CONTROLLER, Role.LEADER, Role.AUDITOR),
    Role.COUNCIL_CHAIR,
)
# Who closes for the organisation that found it: those whose desk it is, and its head.
JUDGES_DESK = (Role.ROUND_MANAGER, Role.PROCEDURE_CONTROLLER)
_JUDGES = (*JUDGES_DESK, Role.AGENCY_HEAD)
# What a unit finds in itself is judged by its head; what another finds, by that other.
FROM_INSIDE = (FoundBy.SELF, FoundBy.CONFERENCE)


def sees_all_findings(actor: Actor) -> bool:
    """Those who steer the reform of a province, lead it or watch over it."""
    return any(actor.has(role) for role in _OVERSEERS)


def sees_outside_findings(actor: Actor) -> bool:
    """Appraisers see what others found in a unit, not what it names itself."""
    return actor.has(Role.APPRAISER)


def units_seen_by(actor: Actor) -> frozenset[int]:
    """The organisations (agencies or divisions) whose findings `actor` sees as one of them."""
    return actor.organisations(*_UNIT)


def may_enter_from_inside(actor: Actor, organisation_id: int) -> bool:
    """Whoever works in the unit names what the unit finds in itself."""
    return organisation_id in actor.organisations(*_UNIT)


def may_enter_from_outside(
    actor: Actor, *, organisation_id: int, finder_id: int, parent_id: int | None
) -> bool:
    """Sở Nội vụ about any unit but its own people's; who controls procedures likewise; the head of an agency
    about what lies directly below it.
    """
    if organisation_id in actor.organisations():
        return False
    if actor.has(Role.ROUND_MANAGER, finder_id) or actor.has(Role.PROCEDURE_CONTROLLER, finder_id):
        return True
    return parent_id == finder_id and finder_id in actor.organisations(*_COORDINATES)


def may_enter_any(actor: Actor) -> bool:
    """Has somewhere to enter a finding at all."""
    return bool(actor.organisations(Role.ROUND_MANAGER, Role.PROCEDURE_CONTROLLER, *_UNIT))


def may_remedy(actor: Actor, finding: Finding) -> bool:
    """The focal officer and the head of the unit; a division officer what was handed to the own division."""
    if finding.organisation_id in actor.organisations(*_COORDINATES):
        return True
    return finding.division_id is not None and finding.division_id in actor.organisations(*_UNIT)


def may_judge(actor: Actor, finding: Finding) -> bool:
    """The side that found it: closes, sends back, decides on more time, classifies.

    Nobody judges for a unit they belong to, except its head what the unit found in itself. Where finder and
    unit are the same (Sở Nội vụ appraises Sở Nội vụ), or have become one, the leaders of the province judge.
    """
    if finding.found_by in FROM_INSIDE:
        return actor.has(Role.AGENCY_HEAD, finding.organisation_id)
    if finding.organisation_id in actor.organisations():
        return False
    if finding.finder_id == finding.organisation_id:
        return actor.has(Role.LEADER)
    if actor.has(Role.LEADER) and have_become_one(finding.finder_id, finding.organisation_id):
        return True
    return finding.finder_id in actor.organisations(*_JUDGES)


def may_hold_conference(actor: Actor, conference: Conference) -> bool:
    """The focal officer and the head of the agency record their conference."""
    return conference.organisation_id in actor.organisations(*_COORDINATES)


def may_report_missing(actor: Actor) -> bool:
    """Sở Nội vụ makes findings of conferences that were not held."""
    return actor.has(Role.ROUND_MANAGER)
