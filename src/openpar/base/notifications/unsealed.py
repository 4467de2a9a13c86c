"""The log that nobody seals: who keeps the installation hears of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import people_holding
from openpar.base.audit.queries import sealed_until
from openpar.base.notifications.due import DueThing


def due_things(today: date) -> Iterator[DueThing]:
    """The seal, once nothing was sealed since an earlier day."""
    until = sealed_until()
    if until is None or timezone.localdate(until) >= today:
        return
    yield DueThing(
        kind="log.unsealed",
        object="log",
        due_on=timezone.localdate(until),
        text=_("Nhật ký chưa được niêm phong"),
        link="/seals/",
        responsible=tuple(people_holding([Role.ADMINISTRATOR], None, today)),
    )
