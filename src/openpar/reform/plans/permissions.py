"""Who may plan, work, confirm, decide and see. One predicate per question, for the action and the button.

The assigning side of the province's plan is Sở Nội vụ (round managers), which confirms, and the leaders of
the province, who decide on extensions and objective reasons; of an agency's plan its head. Nobody decides
about the agency they work for on the province's level, nor about what they asked for themselves.
"""

from __future__ import annotations

from openpar.base.organisations.roles import Actor, Role
from openpar.reform.plans.models import Assignment, Meeting, Plan, PlanLevel, Target

UNIT_ROLES = (Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.AGENCY_HEAD)
_OVERSEERS = (Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR)
_COORDINATORS = (Role.FOCAL_OFFICER, Role.AGENCY_HEAD)


def sees_all_plans(actor: Actor) -> bool:
    """Sở Nội vụ, the leaders of the province, auditors."""
    return any(actor.has(role) for role in _OVERSEERS)


def may_enter_plans(actor: Actor) -> bool:
    """Has anything to look for in plans and tasks at all."""
    return sees_all_plans(actor) or bool(actor.organisations(*UNIT_ROLES))


def agencies_of(actor: Actor) -> frozenset[int]:
    """The agencies whose obligations `actor` sees as a whole: those where they coordinate or lead."""
    return actor.organisations(*_COORDINATORS)


def divisions_of(actor: Actor) -> frozenset[int]:
    """Where `actor` works on what was handed down: divisions, and agencies without any in the register."""
    return actor.organisations(Role.DIVISION_OFFICER)


def may_draft_plan(actor: Actor, level: str, organisation_id: int) -> bool:
    """The province's plan: round managers. An agency's: its focal officer and its head."""
    if level == PlanLevel.PROVINCE:
        return actor.has(Role.ROUND_MANAGER)
    return organisation_id in actor.organisations(*_COORDINATORS)


def may_edit_plan(actor: Actor, plan: Plan) -> bool:
    """As for drafting."""
    return may_draft_plan(actor, plan.level, plan.organisation_id)


def may_issue_plan(actor: Actor, plan: Plan) -> bool:
    """Brings a signed document into force: round managers, and in an agency its head."""
    if plan.level == PlanLevel.PROVINCE:
        return actor.has(Role.ROUND_MANAGER)
    return actor.has(Role.AGENCY_HEAD, plan.organisation_id)


def may_see_plan(actor: Actor, plan: Plan, *, is_issued: bool) -> bool:
    """Who sees all; the own agency; the province's plan, once issued, everybody who works in an agency."""
    if sees_all_plans(actor) or plan.organisation_id in actor.organisations(*UNIT_ROLES):
        return True
    return is_issued and plan.level == PlanLevel.PROVINCE and bool(actor.organisations(*UNIT_ROLES))


def may_coordinate(actor: Actor, assignment: Assignment) -> bool:
    """Hand down, ask, report: the focal officer and the head of the agency that owes it."""
    return assignment.organisation_id in actor.organisations(*_COORDINATORS) or _leads_parent(
        actor, assignment
    )


def is_handed_to(actor: Actor, assignment: Assignment) -> bool:
    """The person it was handed to, and officers of the division it was handed to."""
    if actor.id is not None and assignment.officer_id == actor.id:
        return bool(actor.organisations(*UNIT_ROLES))
    return assignment.division_id is not None and assignment.division_id in divisions_of(actor)


def owes_itself(actor: Actor, assignment: Assignment) -> bool:
    """A division that owes it under its agency's plan: its officers."""
    plan = assignment.task.plan
    is_below = plan.level == PlanLevel.AGENCY and plan.organisation_id != assignment.organisation_id
    return is_below and assignment.division_id is None and assignment.organisation_id in divisions_of(actor)


def may_note_progress(
    actor: Actor, assignment: Assignment, cooperating: frozenset[int] = frozenset()
) -> bool:
    """Who coordinates, who it was handed to, and agencies that cooperate (`cooperating`: their ids)."""
    return (
        may_coordinate(actor, assignment)
        or is_handed_to(actor, assignment)
        or owes_itself(actor, assignment)
        or bool(cooperating & actor.organisations(*_COORDINATORS))
    )


def may_report_done(actor: Actor, assignment: Assignment) -> bool:
    """On the province's plan the head of the agency; on an agency's own plan whoever works on it."""
    plan = assignment.task.plan
    if plan.level == PlanLevel.PROVINCE:
        return actor.has(Role.AGENCY_HEAD, assignment.organisation_id)
    return (
        may_coordinate(actor, assignment) or is_handed_to(actor, assignment) or owes_itself(actor, assignment)
    )


def may_ask(actor: Actor, assignment: Assignment) -> bool:
    """For a later deadline, or that a reason counts as objective: as for reporting, or the focal officer."""
    return may_report_done(actor, assignment) or may_coordinate(actor, assignment)


def may_confirm(actor: Actor, assignment: Assignment) -> bool:
    """The assigning side: round managers for agencies they do not work for, the leaders of the province;
    on an agency's own plan its head.
    """
    plan = assignment.task.plan
    if plan.level == PlanLevel.AGENCY:
        return actor.has(Role.AGENCY_HEAD, plan.organisation_id)
    if actor.has(Role.LEADER):
        return True
    return actor.has(Role.ROUND_MANAGER) and assignment.organisation_id not in actor.organisations()


def may_decide_request(actor: Actor, assignment: Assignment) -> bool:
    """Extensions and objective reasons: the leaders of the province; on an agency's own plan its head."""
    plan = assignment.task.plan
    if plan.level == PlanLevel.AGENCY:
        return actor.has(Role.AGENCY_HEAD, plan.organisation_id)
    return actor.has(Role.LEADER)


def may_see_assignment(
    actor: Actor, assignment: Assignment, cooperating: frozenset[int] = frozenset()
) -> bool:
    """Who sees all; the agency that owes it, whom it was handed to; who cooperates; who assigned it."""
    return (
        sees_all_plans(actor)
        or may_note_progress(actor, assignment, cooperating)
        or may_edit_plan(actor, assignment.task.plan)
    )


def may_keep_meetings(actor: Actor, organisation_id: int) -> bool:
    """Writes down the meetings of an organisation: its focal officer and head; round managers theirs."""
    return organisation_id in actor.organisations(*_COORDINATORS, Role.ROUND_MANAGER)


def may_see_meeting(actor: Actor, meeting: Meeting, participants: frozenset[int]) -> bool:
    """Who keeps it; once it is concluded the participants, and those who see all."""
    if may_keep_meetings(actor, meeting.organisation_id):
        return True
    is_concluded = meeting.state == Meeting.State.CONCLUDED
    return is_concluded and (sees_all_plans(actor) or bool(participants & actor.organisations(*UNIT_ROLES)))


def may_read_target(actor: Actor, plan: Plan, target: Target, organisation_id: int | None) -> bool:
    """Who makes the plan; of its own value, an agency that the target may bind."""
    if may_edit_plan(actor, plan):
        return True
    if organisation_id is None or organisation_id not in actor.organisations(*_COORDINATORS):
        return False
    return bool(target.agency_class) or target.organisation_id == organisation_id


def _leads_parent(actor: Actor, assignment: Assignment) -> bool:
    """On an agency's own plan its focal officer and head coordinate what its divisions owe."""
    plan = assignment.task.plan
    return plan.level == PlanLevel.AGENCY and plan.organisation_id in actor.organisations(*_COORDINATORS)
