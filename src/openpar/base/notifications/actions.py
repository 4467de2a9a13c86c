"""Telling people, in the transaction of what is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from openpar.base.notifications.mail_server import mail_is_set_up
from openpar.base.notifications.models import Message
from openpar.common.db import write_transaction


def tell(
    *, recipients: Iterable[int], text: str, link: str = "", at: datetime, by_mail: bool = False
) -> None:
    """One row per recipient; nobody is told the same thing twice in one call.

    `by_mail`: also to the person's address, where mail is set up (mail.py); for what concerns the way in.
    """
    Message.objects.bulk_create(
        Message(
            recipient_id=recipient,
            text=text[:500],
            link=link,
            sent_at=at,
            is_mail_due=by_mail and mail_is_set_up(),
        )
        for recipient in sorted(set(recipients))
    )


def mark_read_below(*, recipients: Iterable[int], link: str, at: datetime) -> int:
    """Marks what these people have unread and that leads somewhere below `link`: something newer replaces it.

    Runs in the transaction of what replaces it. Returns how many messages that were.
    """
    below = Message.objects.filter(recipient_id__in=sorted(set(recipients)), link__startswith=link)
    return below.filter(read_at__isnull=True).update(read_at=at)


def mark_all_read(*, user_id: int, at: datetime) -> int:
    with write_transaction():
        return Message.objects.filter(recipient_id=user_id, read_at__isnull=True).update(read_at=at)


def mark_mailed(*, message_id: int) -> None:
    """The letter has gone out, or never will."""
    with write_transaction():
        Message.objects.filter(pk=message_id).update(is_mail_due=False)
