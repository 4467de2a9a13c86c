"""What waits on the first page: models of the own agency that owe an evaluation, initiatives to recognise."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.organisations.roles import Role
from openpar.reform.initiatives.duty import duty_on
from openpar.reform.initiatives.models import Initiative, Kind, State
from openpar.reform.initiatives.permissions import agencies_entered_by
from openpar.reform.initiatives.queries.evaluating import lacking_evaluation
from openpar.reform.initiatives.reminding import periods_around
from openpar.web.home.sections import Item, Section

_MOST = 6


def waiting(actor: Actor, at: datetime) -> tuple[Section, ...]:
    """One section; nothing for whoever enters no models."""
    own = agencies_entered_by(actor)
    if not own:
        return ()
    today = timezone.localdate(at)
    items = []
    for key in periods_around(today):
        lacking = lacking_evaluation(key, own)
        if not lacking:
            continue
        due_on = duty_on(today).due_on(key.days)
        link = f"{reverse('initiative-evaluations')}?kind={key.kind}&year={key.year}&number={key.number}"
        state = ("bad", _("quá hạn")) if today > due_on else ("waiting", _("chưa đánh giá"))
        label = _("Đánh giá %(n)d mô hình: %(period)s") % {"n": len(lacking), "period": key.days.words}
        items.append(Item(label, link, "; ".join(one.name for one in lacking[:3]), *state, due=due_on))
    items += _to_recognise(actor)
    return (Section(_("Mô hình, sáng kiến"), tuple(items[:_MOST]), more=reverse("initiatives")),)


def _to_recognise(actor: Actor) -> list[Item]:
    """Initiatives of agencies whose head this is, which somebody else proposed."""
    headed = actor.organisations(Role.AGENCY_HEAD)
    if not headed:
        return []
    rows = Initiative.objects.filter(
        organisation_id__in=headed, state=State.PROPOSED, kind=Kind.INITIATIVE
    ).exclude(proposed_by_id=actor.id)
    return [
        Item(one.name, reverse("initiative", args=[one.pk]), "", "draft", _("chờ công nhận"))
        for one in rows.order_by("id")[:_MOST]
    ]
