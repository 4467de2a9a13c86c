"""Telling people, in the transaction of what is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from openpar.base.notifications.models import Message
from openpar.common.db import write_transaction


def tell(*, recipients: Iterable[int], text: str, link: str = "", at: datetime) -> None:
    """One row per recipient; nobody is told the same thing twice in one call."""
    Message.objects.bulk_create(
        Message(recipient_id=recipient, text=text[:500], link=link, sent_at=at)
        for recipient in sorted(set(recipients))
    )


def mark_all_read(*, user_id: int, at: datetime) -> int:
    with write_transaction():
        return Message.objects.filter(recipient_id=user_id, read_at__isnull=True).update(read_at=at)
