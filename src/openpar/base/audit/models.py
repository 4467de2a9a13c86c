"""The trace. A row carries its actor's name as it was, so that nothing said here changes later."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class Entry(models.Model):
    """One change: who, when, what before, what after, why."""

    at = models.DateTimeField()
    # Not a foreign key: the trace stands below everything and outlives what it tells of.
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200)
    verb = models.CharField(max_length=60)
    # The thing changed, as "score:12"; and the larger thing whose story it belongs to, as "assessment:3".
    object = models.CharField(max_length=80)
    about = models.CharField(max_length=80, blank=True)
    label = models.CharField(max_length=300)
    before: models.JSONField[Any, Any] = models.JSONField(null=True)
    after: models.JSONField[Any, Any] = models.JSONField(null=True)
    reason = models.TextField(blank=True)

    objects: ClassVar[models.Manager[Entry]]

    class Meta:
        indexes = [
            models.Index(fields=["object", "id"], name="entry_by_object"),
            models.Index(fields=["about", "id"], name="entry_by_about"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_name} {self.verb} {self.label}"
