"""What a person has been told."""

from __future__ import annotations

from django.db.models import QuerySet

from openpar.base.notifications.models import CHECKPOINTS, Message


def unread_count(user_id: int) -> int:
    return Message.objects.filter(recipient_id=user_id, read_at__isnull=True).count()


def messages_of(user_id: int) -> QuerySet[Message]:
    """All messages of one person, newest first."""
    return Message.objects.filter(recipient_id=user_id).order_by("-id")


def latest_messages_of(user_id: int) -> QuerySet[Message]:
    """What belongs on the first page, newest first: all but checkpoints that were read or replaced."""
    return messages_of(user_id).exclude(link__startswith=CHECKPOINTS, read_at__isnull=False)
