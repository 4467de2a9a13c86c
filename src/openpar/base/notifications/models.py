"""The outbox: what people are told, written in the transaction of what it tells."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from openpar.base.accounts.models import User


class Message(models.Model):
    """One message to one person."""

    recipient = models.ForeignKey(User, models.PROTECT, related_name="messages")
    text = models.CharField(max_length=500)
    link = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Message]]

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["recipient", "read_at"], name="message_unread")]

    def __str__(self) -> str:
        return self.text
