"""What waits on the first page: tasks that are late or near, reports to confirm, requests to decide."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.base.accounts.queries import Actor
from openpar.reform.heirs import standing_in
from openpar.reform.plans.models import PlanVersion
from openpar.reform.plans.permissions import may_enter_plans
from openpar.reform.plans.queries.lists import assignments_owed_by
from openpar.reform.plans.queries.pages_board import (
    BoardFilter,
    Standing,
    list_rows,
    listed,
    narrowed,
    whole_tally,
)
from openpar.reform.plans.queries.pages_control import claims_to_confirm, requests_to_decide
from openpar.web.home.sections import Item, Section
from openpar.web.plans.common import assignment_pill, is_of_units

_MOST = 4


def waiting(actor: Actor, at: datetime) -> tuple[Section, ...]:
    """One section; nothing for people outside plans, and before the first plan was issued."""
    if not may_enter_plans(actor) or not PlanVersion.objects.filter(issued_at__isnull=False).exists():
        return ()
    actor = standing_in(actor, timezone.localdate(at))
    items = [*_decisions(actor), *_own(actor, at)]
    return (Section(_("Nhiệm vụ cải cách hành chính"), tuple(items), more=reverse("tasks")),)


def _decisions(actor: Actor) -> list[Item]:
    link = f"{reverse('tasks')}?view=decide"
    claims, requests = claims_to_confirm(actor).count(), requests_to_decide(actor).count()
    items = []
    if claims:
        said = ngettext("%d báo cáo hoàn thành", "%d báo cáo hoàn thành", claims) % claims
        items.append(Item(said, link, "", "waiting", _("chờ xác nhận")))
    if requests:
        said = (
            ngettext("%d đề nghị gia hạn, giải trình", "%d đề nghị gia hạn, giải trình", requests) % requests
        )
        items.append(Item(said, link, "", "waiting", _("chờ quyết định")))
    return items


def _own(actor: Actor, at: datetime) -> list[Item]:
    """The most urgent by name, the others by number."""
    if not is_of_units(actor):
        return []
    today = timezone.localdate(at)
    mine = assignments_owed_by(actor)
    pressing = narrowed(mine, BoardFilter(), today).filter(done_on__isnull=True, reported_on__isnull=True)
    urgent = narrowed(pressing, BoardFilter(standing=Standing.OVERDUE), today) | narrowed(
        pressing, BoardFilter(standing=Standing.NEAR), today
    )
    rows = list_rows(listed(urgent)[:_MOST], today)
    items = []
    for row in rows:
        state, label = assignment_pill(row.assignment, today)
        link = reverse("task", args=[row.assignment.pk])
        text = row.assignment.line.text
        shown = f"{text[:110]}…" if len(text) > 110 else text
        items.append(Item(shown, link, row.agency, state, label, due=row.assignment.due_on))
    whole = whole_tally(narrowed(mine, BoardFilter(), today), today)
    more = whole.tally.overdue + whole.near - len(items)
    if len(items) == _MOST and more > 0:
        said = ngettext("và %d nhiệm vụ khác", "và %d nhiệm vụ khác", more) % more
        items.append(Item(said, f"{reverse('tasks')}?view=open", _("quá hạn hoặc sắp đến hạn")))
    return items
