"""What waits on the first page: dossiers of the own agencies that are due, overdue or owed an apology."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.calendars.queries import CalendarMissing
from openpar.base.organisations.queries import tree_as_of
from openpar.delivery.dossiers.models import OpenDossier
from openpar.delivery.dossiers.queries.lists import with_those_below
from openpar.delivery.dossiers.queries.live import Today, Work, work_counts
from openpar.delivery.dossiers.queries.quality import open_hits
from openpar.web.dossiers.common import work_days
from openpar.web.dossiers.words import WORKS
from openpar.web.home.sections import Item, Section

# What has to be done today comes first.
_SHOWN = (
    (Work.LAST_DAY_TO_APOLOGISE, "warning"),
    (Work.OVERDUE, "bad"),
    (Work.DUE_TODAY, "active"),
    (Work.DUE_TOMORROW, "waiting"),
)


def waiting(actor: Actor, at: datetime) -> tuple[Section, ...]:
    """One section for who works in an agency, and for who controls procedures, of all agencies."""
    own = actor.organisations(Role.FOCAL_OFFICER, Role.AGENCY_HEAD)
    controls = actor.has(Role.PROCEDURE_CONTROLLER)
    if not (own or controls) or not OpenDossier.objects.exists():
        return ()
    today = timezone.localdate(at)
    organisations = None if controls else with_those_below(own, tree_as_of(today))
    try:
        days = work_days(today)
    except CalendarMissing:
        # The board of dossiers says so, with what to do.
        return ()
    items = [*_work(days, organisations), *_doubts(organisations)]
    return (Section(_("Hồ sơ một cửa"), tuple(items), more=reverse("dossiers-board")),)


def _work(days: Today, organisations: frozenset[int] | None) -> list[Item]:
    counts = work_counts(days, organisations=organisations)
    return [
        Item(
            label=ngettext("%d hồ sơ", "%d hồ sơ", counts[work]) % counts[work],
            link=reverse("dossiers-work", args=[work.value]),
            note=str(WORKS[work][1]),
            state=state,
            state_label=str(WORKS[work][0]),
        )
        for work, state in _SHOWN
        if counts[work]
    ]


def _doubts(organisations: frozenset[int] | None) -> list[Item]:
    """Data that cannot be true: the figures made of them cannot either."""
    found = open_hits(organisations=organisations).count()
    if not found:
        return []
    label = ngettext("%d lỗi dữ liệu chưa sửa", "%d lỗi dữ liệu chưa sửa", found) % found
    return [Item(label, reverse("dossiers-quality"), "", "warning", _("chưa sửa"))]
