"""Who may bring dossiers in, and see the work-lists made of them."""

from __future__ import annotations

from openpar.base.organisations.roles import Actor, Role

_OFFICERS = (Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.AGENCY_HEAD)
_EVERYWHERE = (Role.ADMINISTRATOR, Role.ROUND_MANAGER, Role.PROCEDURE_CONTROLLER)


def may_import_dossiers(actor: Actor) -> bool:
    """Bring lists of dossiers in: whoever runs the installation, the round managers (Sở Nội vụ), who controls
    procedures, and the focal officers of agencies.
    """
    return may_keep_mappings(actor) or actor.has(Role.FOCAL_OFFICER)


def may_keep_mappings(actor: Actor) -> bool:
    """Say for everybody what the columns of a source mean."""
    return any(actor.has(role) for role in _EVERYWHERE)


def agencies_brought_by(actor: Actor) -> frozenset[int] | None:
    """The agencies whose dossiers `actor` may bring in; None is all of them."""
    return None if may_keep_mappings(actor) else actor.organisations(Role.FOCAL_OFFICER)


def may_see_people(actor: Actor, organisation_id: int) -> bool:
    """Read who handed a dossier in: the officers of the very agency that handles it, who write the apology;
    nobody above it, nobody who oversees or administers.
    """
    return any(actor.has(role, organisation_id) for role in _OFFICERS)
