"""Who may: one predicate per question, used by the action and by the button.

These ask only about the person; whether the state and the hour allow it is asked in rules.py.
"""

from __future__ import annotations

from collections.abc import Collection

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.parindex.assessments.models import Assessment, Round, RoundStage

# Those who see every sheet of every round.
OVERSEERS = (Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR, Role.COUNCIL_CHAIR)
UNIT_ROLES = (Role.FOCAL_OFFICER, Role.AGENCY_HEAD, Role.DIVISION_OFFICER)


def may_manage_rounds(actor: Actor) -> bool:
    """Sở Nội vụ runs the rounds of its province."""
    return actor.has(Role.ROUND_MANAGER)


def may_manage(actor: Actor, round: Round) -> bool:
    return actor.has(Role.ROUND_MANAGER, round.manager_id)


def oversees(actor: Actor) -> bool:
    return any(actor.has(role) for role in OVERSEERS)


def may_see_leadership(actor: Actor, stage: str) -> bool:
    """Points that the leaders give, and sums that contain them, in a round that stands at `stage`.

    They are hidden from the unit and from appraisers until publication (parindex.md 6, rule 15, and 8). Those
    who oversee are neither: the leaders gave the points, the manager enters them, the council accepts totals
    that contain them (parindex.md 4.2, phase 5) and must be able to recount what it accepts, auditors
    retrace all of it. So whoever sees such a sum sees its parts, on every page alike.
    """
    return stage == RoundStage.PUBLISHED or oversees(actor)


def belongs_to_unit(actor: Actor, assessment: Assessment) -> bool:
    return assessment.organisation_id in actor.organisations()


def works_for_unit(actor: Actor, assessment: Assessment) -> bool:
    return assessment.organisation_id in actor.organisations(*UNIT_ROLES)


def may_score_for_unit(actor: Actor, assessment: Assessment, *, leaf_officer_id: int | None) -> bool:
    """The focal officer and the head score every leaf; a division officer those handed to them."""
    unit = assessment.organisation_id
    if actor.has(Role.FOCAL_OFFICER, unit) or actor.has(Role.AGENCY_HEAD, unit):
        return True
    return actor.has(Role.DIVISION_OFFICER, unit) and leaf_officer_id == actor.id


def may_coordinate_for_unit(actor: Actor, assessment: Assessment) -> bool:
    """Hand leaves to divisions, submit to the head, upload a whole sheet, explain, claim a bonus."""
    unit = assessment.organisation_id
    return actor.has(Role.FOCAL_OFFICER, unit) or actor.has(Role.AGENCY_HEAD, unit)


def may_lock(actor: Actor, assessment: Assessment) -> bool:
    """The head of the unit approves its self-score (thủ trưởng duyệt và chốt)."""
    return actor.has(Role.AGENCY_HEAD, assessment.organisation_id)


def may_appraise(
    actor: Actor, assessment: Assessment, *, field_code: str, assigned_fields: Collection[str]
) -> bool:
    """An appraiser of this field and block, who does not belong to the unit (conflict of interest)."""
    return (
        actor.has(Role.APPRAISER) and field_code in assigned_fields and not belongs_to_unit(actor, assessment)
    )


def may_record_penalty(actor: Actor, assessment: Assessment, round: Round) -> bool:
    """Appraisers and the round's manager enter a penalty, for units other than their own."""
    is_checking = actor.has(Role.APPRAISER) or may_manage(actor, round)
    return is_checking and not belongs_to_unit(actor, assessment)


def may_decide_adjustments(actor: Actor, assessment: Assessment, round: Round) -> bool:
    """Bonus and penalty are settled by those who decide corrections (decision 0011)."""
    return may_decide_correction(actor, assessment, round)


def may_chair_council(actor: Actor) -> bool:
    return actor.has(Role.COUNCIL_CHAIR)


def may_ask_reopening(actor: Actor, assessment: Assessment) -> bool:
    return may_coordinate_for_unit(actor, assessment)


def may_grant_reopening(actor: Actor, round: Round) -> bool:
    return may_manage(actor, round)


def may_propose_correction(
    actor: Actor, assessment: Assessment, round: Round, *, field_code: str, assigned_fields: Collection[str]
) -> bool:
    """Whoever appraises the field, and the round manager; nobody for the own unit."""
    if belongs_to_unit(actor, assessment):
        return False
    return may_manage(actor, round) or (actor.has(Role.APPRAISER) and field_code in assigned_fields)


def may_decide_correction(actor: Actor, assessment: Assessment, round: Round) -> bool:
    """The council's chair and the round's manager, for units other than their own."""
    decides = may_chair_council(actor) or may_manage(actor, round)
    return decides and not belongs_to_unit(actor, assessment)
