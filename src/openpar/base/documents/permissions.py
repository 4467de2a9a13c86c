"""Who may bring documents into the system."""

from __future__ import annotations

from collections.abc import Collection

from openpar.base.organisations.roles import Actor, Role

_MAY_ADD = (
    Role.FOCAL_OFFICER,
    Role.DIVISION_OFFICER,
    Role.AGENCY_HEAD,
    Role.APPRAISER,
    Role.ROUND_MANAGER,
)


def may_add_document(actor: Actor, owner_id: int) -> bool:
    """Those who work on an assessment or appraise, each for the organisation they hold that role in."""
    return owner_id in actor.organisations(*_MAY_ADD)


# Who keeps accounts keeps out of what the accounts hold.
_MAY_SEE = tuple(role for role in Role if role is not Role.ADMINISTRATOR)


def may_see_all_documents(actor: Actor) -> bool:
    """Those who check, and those who run the rounds."""
    return actor.has(Role.AUDITOR) or actor.has(Role.ROUND_MANAGER)


def may_see_documents(actor: Actor) -> bool:
    """Has a store to look into at all."""
    return may_see_all_documents(actor) or bool(actor.organisations(*_MAY_SEE))


def owners_seen_by(actor: Actor) -> Collection[int] | None:
    """The organisations whose store `actor` may look into; None is all of them."""
    return None if may_see_all_documents(actor) else actor.organisations(*_MAY_SEE)


def may_recheck_signatures(actor: Actor, owner_id: int) -> bool:
    """Whoever may look into the store of the owner, and the operator on the server."""
    owners = owners_seen_by(actor)
    return actor.id is None or owners is None or owner_id in owners


def owners_added_to_by(actor: Actor) -> frozenset[int]:
    """The organisations that `actor` may add documents to."""
    return actor.organisations(*_MAY_ADD)
