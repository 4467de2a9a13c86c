"""Who may change what the store holds. Whose figures somebody may bring, the package that owns them asks."""

from __future__ import annotations

from openpar.base.organisations.roles import Actor, Role


def may_keep_facts(actor: Actor) -> bool:
    """Declare datasets, compact files, recount: whoever runs the installation."""
    return actor.has(Role.ADMINISTRATOR)


def may_bring_facts(actor: Actor) -> bool:
    """Bring batches: administrators, the Department of Home Affairs, who controls procedures, and the focal
    officers of agencies.
    """
    roles = (Role.ROUND_MANAGER, Role.PROCEDURE_CONTROLLER, Role.FOCAL_OFFICER)
    return may_keep_facts(actor) or any(actor.has(role) for role in roles)


def may_erase_personal_data(actor: Actor) -> bool:
    """Who answers requests about personal data (base.privacy), and nobody else."""
    return actor.has(Role.ADMINISTRATOR)


def may_join_provinces(actor: Actor) -> bool:
    """Trust a province's key, take its counters in."""
    return actor.has(Role.ADMINISTRATOR)
