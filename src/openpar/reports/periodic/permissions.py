"""Who may write, send, receive and see the reports of an organisation."""

from __future__ import annotations

from collections.abc import Collection

from openpar.base.organisations.roles import Actor, Role
from openpar.reports.periodic.calendar import PROVINCE

_UNIT = (Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.AGENCY_HEAD)
_OVERSEERS = (Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR)


def may_write_report(actor: Actor, organisation_id: int, level: str) -> bool:
    """Whoever works in the organisation; the report of the province is drafted by Sở Nội vụ."""
    if organisation_id in actor.organisations(*_UNIT):
        return True
    return level == PROVINCE and actor.has(Role.ROUND_MANAGER)


def may_submit_report(actor: Actor, organisation_id: int, level: str) -> bool:
    """The head of the organisation; for the province also its leaders."""
    if actor.has(Role.AGENCY_HEAD, organisation_id):
        return True
    return level == PROVINCE and actor.has(Role.LEADER)


def may_receive_reports(actor: Actor) -> bool:
    """Sở Nội vụ accepts, returns, and cuts off; for the province it records what the ministry answered."""
    return actor.has(Role.ROUND_MANAGER)


def may_answer_report(actor: Actor, authors: Collection[int]) -> bool:
    """Nobody accepts or returns what they wrote or sent themselves; `authors`: loading.authors_of."""
    return may_receive_reports(actor) and actor.id not in authors


def sees_all_reports(actor: Actor) -> bool:
    """Those who put the reports of a province together, lead it or watch over it."""
    return any(actor.has(role) for role in _OVERSEERS)


def may_see_report(actor: Actor, organisation_id: int) -> bool:
    """The organisation itself, and those who see all."""
    return sees_all_reports(actor) or organisation_id in actor.organisations(*_UNIT)


def organisations_reported_by(actor: Actor) -> frozenset[int]:
    """The organisations whose reports `actor` may write as one of them."""
    return actor.organisations(*_UNIT)
