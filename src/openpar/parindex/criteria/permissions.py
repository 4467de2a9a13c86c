"""Who may work on criteria sets."""

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor


def may_edit_criteria(actor: Actor) -> bool:
    """The round manager (Sở Nội vụ) prepares the sets of the province."""
    return actor.has(Role.ROUND_MANAGER)


def may_read_criteria(actor: Actor) -> bool:
    """Whoever holds a role reads the rules by which they score or are scored."""
    return bool(actor.held)
