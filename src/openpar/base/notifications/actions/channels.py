"""What a person wants of the channels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.models import User
from openpar.base.accounts.traces import record_about
from openpar.base.notifications.errors import NotificationRefused
from openpar.base.notifications.models import Channel, ChannelChoice, Message, Pace
from openpar.base.notifications.permissions import may_choose_channels
from openpar.base.notifications.queries import paces_of
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap


def choose_channels(*, by: Actor, at: datetime, user_id: int, paces: Mapping[Channel, Pace]) -> None:
    """From now on messages leave as chosen; what waits for a letter of the day that is not wanted any more
    stays in the program. Messages about the way in are mailed all the same. Raises NotificationRefused.
    """
    with write_transaction():
        user = User.objects.select_for_update().get(pk=user_id)
        if not may_choose_channels(by, user_id):
            raise NotificationRefused.because("", _("mỗi người tự chọn cho mình"), code="not-allowed")
        if paces.get(Channel.GATEWAY) is Pace.DIGEST:
            gap = Gap(str(Channel.GATEWAY.label), _("không gộp theo ngày"), _("Chọn gửi ngay hoặc không gửi"))
            raise NotificationRefused(gap)
        before = paces_of(user_id)
        changed = {channel: pace for channel, pace in paces.items() if before[channel] is not pace}
        if not changed:
            return
        for channel, pace in changed.items():
            ChannelChoice.objects.update_or_create(user=user, channel=channel, defaults={"pace": pace})
        if changed.get(Channel.MAIL) is Pace.NEVER:
            Message.objects.filter(recipient=user, is_digest_due=True).update(is_digest_due=False)
        record_about(
            user,
            "channels.chosen",
            by=by,
            at=at,
            before={f"pace_{channel.lower()}": before[channel].value for channel in changed},
            after={f"pace_{channel.lower()}": pace.value for channel, pace in changed.items()},
        )
