"""What a person has been told."""

from __future__ import annotations

from django.db.models import QuerySet

from openpar.base.notifications.models import Message


def unread_count(user_id: int) -> int:
    return Message.objects.filter(recipient_id=user_id, read_at__isnull=True).count()


def messages_of(user_id: int) -> QuerySet[Message]:
    """All messages of one person, newest first."""
    return Message.objects.filter(recipient_id=user_id).order_by("-id")
