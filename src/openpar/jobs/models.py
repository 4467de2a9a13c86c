"""When each job ran last and who runs it now; of this machine and moment, hence in no backup."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class JobState(models.Model):
    """One job. `lease_by` runs it until `lease_until` unless it says that it is still alive."""

    name = models.CharField(max_length=60, unique=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    # What the last run said, and why it failed; empty when it did not.
    told = models.TextField(blank=True)
    error = models.TextField(blank=True)
    lease_by = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[JobState]]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
