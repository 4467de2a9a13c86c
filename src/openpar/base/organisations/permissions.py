"""Who may change the register of organisations, and what is said to whoever may not do something."""

from __future__ import annotations

from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor, Role
from openpar.common.errors import Gap


def may_manage_organisations(actor: Actor) -> bool:
    """Administrators, and the round managers of the Department of Home Affairs."""
    return actor.has(Role.ADMINISTRATOR) or actor.has(Role.ROUND_MANAGER)


def not_allowed(by: Actor, remedy: str) -> Gap:
    """Why nothing is done for this person; `remedy` says whose work it is."""
    what = _("%(name)s không có quyền làm việc này") % {"name": by.full_name}
    return Gap("", what, remedy, code="not-allowed")
