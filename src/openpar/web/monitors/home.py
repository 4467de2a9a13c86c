"""What waits on the first page: what lapsed in the registers of the own agency."""

from __future__ import annotations

from datetime import datetime

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.reform.heirs import forerunners_on
from openpar.reform.monitors.permissions import agencies_entered_by
from openpar.reform.monitors.queries.boards import entries_of, judged
from openpar.reform.monitors.queries.inherited import held_by
from openpar.reform.monitors.registers import REGISTERS
from openpar.web.home.sections import Item, Section
from openpar.web.monitors.common import asked_of

_MOST = 6


def waiting(actor: Actor, at: datetime) -> tuple[Section, ...]:
    """One section: what is wrong in the registers of the own agencies; nothing for anybody else."""
    own = agencies_entered_by(actor)
    if not own:
        return ()
    today = timezone.localdate(at)
    before = forerunners_on(own, today)
    stores = own | {each.organisation_id for known in before.values() for each in known}
    items = []
    for register in REGISTERS.values():
        found = entries_of(register, asked_of(register, QueryDict(), today), stores)
        by_agency = held_by(register, found, before, today)
        entries = [each.entry for held in by_agency.values() for each in held]
        standings = judged(register, entries, today) if entries else {}
        for entry in entries:
            standing = standings[entry.pk]
            if not standing.has_lapsed:
                continue
            words = next(one.text for one in standing.alarms if one.is_lapse)
            link = reverse("monitor-entry", args=[register.key, entry.pk])
            items.append(Item(words, link, str(register.title), standing.pill, _("vướng mắc")))
    return (Section(_("Sổ theo dõi"), tuple(items[:_MOST]), more=reverse("monitors")),)
