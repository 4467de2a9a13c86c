"""Who may change the catalogue, and who may say what an agency did with it; all who have logged in read."""

from __future__ import annotations

from openpar.base.organisations.roles import Actor, Role

_UNIT = (Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.AGENCY_HEAD)


def may_manage_procedures(actor: Actor) -> bool:
    """Who controls procedures (Văn phòng UBND, one-stop office), and the round managers (Sở Nội vụ)."""
    return actor.has(Role.PROCEDURE_CONTROLLER) or actor.has(Role.ROUND_MANAGER)


def may_record_posting(actor: Actor, organisation_id: int) -> bool:
    """Those who manage, and whoever works in the agency that posts."""
    return may_manage_procedures(actor) or organisation_id in actor.organisations(*_UNIT)


def may_record_quality(actor: Actor, organisation_id: int) -> bool:
    """Those who manage, and whoever works in the agency whose quality system it is."""
    return may_record_posting(actor, organisation_id)


def may_work_on_review(actor: Actor, organisation_id: int) -> bool:
    """Those who manage, and whoever works in the agency that reviews the procedure."""
    return may_record_posting(actor, organisation_id)


def agencies_recorded_by(actor: Actor) -> frozenset[int] | None:
    """The agencies for which `actor` may record postings; None is all of them."""
    return None if may_manage_procedures(actor) else actor.organisations(*_UNIT)
