"""The outbox: what people are told, written in the transaction of what it tells."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from openpar.base.accounts.models import User

# Below this address every sealed checkpoint is a file to be saved.
CHECKPOINTS = "/seals/checkpoints/"


class Message(models.Model):
    """One message to one person."""

    recipient = models.ForeignKey(User, models.PROTECT, related_name="messages")
    text = models.CharField(max_length=500)
    link = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    # Still to be mailed as well (mail.py); a message that stays in the program is never due.
    is_mail_due = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[Message]]

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["recipient", "read_at"], name="message_unread"),
            models.Index(fields=["id"], condition=Q(is_mail_due=True), name="message_mail_due"),
        ]

    def __str__(self) -> str:
        return self.text
