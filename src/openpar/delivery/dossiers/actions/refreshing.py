"""What a new day changes: dossiers whose due day has passed are overdue, though no list said so."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.facts.actions.facts import put_facts
from openpar.base.organisations.roles import Actor, Role
from openpar.common.db import write_transaction
from openpar.common.formats import VIETNAM
from openpar.delivery.dossiers.actions.indexing import write_open
from openpar.delivery.dossiers.actions.storing import staged_facts
from openpar.delivery.dossiers.errors import DossiersRefused
from openpar.delivery.dossiers.models import OpenDossier
from openpar.delivery.dossiers.resolving import Register
from openpar.delivery.dossiers.stored import reckoned_of_store


def judge_open_dossiers(*, by: Actor, at: datetime, since: date) -> int:
    """Judges anew the open dossiers that were due from `since` on and before today; how many there were.

    To be done every night, `since` the day of the last time; once more changes no figure. Raises
    DossiersRefused for a stranger, StaleFacts when dossiers came in meanwhile: do it again.
    """
    if not by.has(Role.ADMINISTRATOR):
        what = _("%s không có quyền tính lại hạn hồ sơ") % by.full_name
        raise DossiersRefused.because("", what, code="not-allowed")
    today = at.astimezone(VIETNAM).date()
    due = OpenDossier.objects.filter(due_on__gte=since, due_on__lt=today).order_by("dossier")
    codes = list(due.values_list("dossier", flat=True))
    if not codes:
        return 0
    register = Register.load()
    reckoned, _before, context = reckoned_of_store(codes, register, today)
    staged = staged_facts(reckoned, context)
    with write_transaction():
        put_facts(by=by, at=at, staged=staged)
        write_open(reckoned, register.ids)
        record(
            by=by,
            at=at,
            verb="dossiers.judged",
            object="dossiers",
            about="dossiers",
            label=f"{today:%d/%m/%Y}",
            after={"rows": len(codes)},
        )
        return len(codes)
