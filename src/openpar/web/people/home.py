"""What waits for who keeps the accounts: requests about personal data, which the law gives two days."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.privacy.permissions import may_see_data_requests
from openpar.base.privacy.queries import data_requests
from openpar.web.home.sections import Item, Section

_SHOWN = 5


def waiting(actor: Actor, _at: datetime) -> tuple[Section, ...]:
    """The requests that others have made and nobody has answered, those due first."""
    if not may_see_data_requests(actor):
        return ()
    asked = data_requests().filter(answered_at__isnull=True).exclude(subject_id=actor.id)
    register = reverse("data-requests")
    items = tuple(
        Item(
            label=f"{one.who}: {one.get_kind_display()}",
            link=register,
            state="waiting",
            state_label=_("Chờ trả lời"),
            due=one.due_on,
        )
        for one in asked[:_SHOWN]
    )
    return (Section(_("Yêu cầu về dữ liệu cá nhân"), items, more=register),)
