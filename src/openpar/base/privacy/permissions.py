"""Who may enter and answer requests about personal data."""

from __future__ import annotations

from openpar.base.accounts.permissions import may_manage_people
from openpar.base.organisations.roles import Actor


def may_see_data_requests(actor: Actor) -> bool:
    """The register of everybody's requests; one's own everybody sees."""
    return may_manage_people(actor)


def may_enter_data_request(actor: Actor, subject_id: int | None) -> bool:
    """For oneself, or as an administrator for somebody whose request came on paper; None: an applicant."""
    return _is_own(actor, subject_id) or may_manage_people(actor)


def may_answer_data_request(actor: Actor, subject_id: int | None) -> bool:
    """An administrator, but not of one's own request."""
    return may_manage_people(actor) and not _is_own(actor, subject_id)


def _is_own(actor: Actor, subject_id: int | None) -> bool:
    # Who runs the program at its console has no account either.
    return subject_id is not None and actor.id == subject_id
