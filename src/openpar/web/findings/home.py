"""What waits on the first page: findings to plan, to remedy and to close, and a conference that is owed."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.organisations.roles import Role
from openpar.reform.findings.lateness import OWED
from openpar.reform.findings.models import Conference, Finding, FindingState
from openpar.reform.findings.permissions import FROM_INSIDE
from openpar.reform.heirs import standing_in
from openpar.web.findings.common import late_pill, state_pill
from openpar.web.home.sections import Item, Section

_MOST = 6


def waiting(actor: Actor, at: datetime) -> tuple[Section, ...]:
    """One section; a few queries."""
    actor = standing_in(actor, timezone.localdate(at))
    items = [*_conferences(actor, at), *_to_close(actor), *_to_remedy(actor, at)]
    return (Section(_("Tồn tại, hạn chế"), tuple(items[:_MOST]), more=reverse("findings")),)


def _to_remedy(actor: Actor, at: datetime) -> list[Item]:
    """Those with the nearest deadline of the own agency, or handed to the own division."""
    own = sorted(actor.organisations(Role.FOCAL_OFFICER, Role.AGENCY_HEAD))
    divisions = sorted(actor.organisations(Role.DIVISION_OFFICER))
    if not own and not divisions:
        return []
    rows = Finding.objects.filter(
        Q(organisation_id__in=own) | Q(division_id__in=divisions), state__in=[str(state) for state in OWED]
    )
    day = timezone.localdate(at)
    items = []
    for row in rows.order_by("deadline", "id")[:_MOST]:
        late = late_pill(row, day)
        state, word = late if late and late[0] == "bad" else state_pill(row)
        link = reverse("finding", args=[row.pk])
        items.append(Item(shortened(row.text), link, "", state, word, row.deadline))
    return items


def _to_close(actor: Actor) -> list[Item]:
    """Reports that wait for this person: of what they found, and from inside those of the own agency."""
    finds = sorted(actor.organisations(Role.ROUND_MANAGER, Role.PROCEDURE_CONTROLLER))
    heads = sorted(actor.organisations(Role.AGENCY_HEAD))
    if not finds and not heads:
        return []
    rows = Finding.objects.filter(
        (Q(finder_id__in=finds) & ~Q(found_by__in=FROM_INSIDE) & ~Q(organisation_id__in=finds))
        | (Q(organisation_id__in=heads, found_by__in=FROM_INSIDE) & ~Q(reported_by_id=actor.id)),
        state=FindingState.REPORTED,
    )
    found = rows.select_related("unit").order_by("reported_on", "id")[:_MOST]
    return [
        Item(
            shortened(row.text),
            reverse("finding", args=[row.pk]),
            row.unit.name,
            "waiting",
            _("chờ xác nhận"),
        )
        for row in found
    ]


def _conferences(actor: Actor, at: datetime) -> list[Item]:
    own = sorted(actor.organisations(Role.FOCAL_OFFICER, Role.AGENCY_HEAD))
    if not own:
        return []
    day = timezone.localdate(at)
    owed = Conference.objects.filter(organisation_id__in=own, held_on__isnull=True).order_by("due_on")
    return [
        Item(
            _("Hội nghị rút kinh nghiệm: %s") % one.round_title,
            reverse("findings-conference", args=[one.pk]),
            "",
            "bad" if one.due_on < day else "open",
            _("chưa tổ chức"),
            one.due_on,
        )
        for one in owed[:2]
    ]


def shortened(text: str) -> str:
    """The first words of a finding, for a line."""
    return text if len(text) <= 120 else f"{text[:117].rstrip()}…"
