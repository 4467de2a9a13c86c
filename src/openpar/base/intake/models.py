"""What came in from files: a batch a file, whole or refused, with every refusal by address."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User


class Batch(models.Model):
    class Outcome(models.TextChoices):
        ACCEPTED = "ACCEPTED", _("Đã nhận")
        REFUSED = "REFUSED", _("Từ chối")

    kind = models.CharField(max_length=40)
    file_name = models.CharField(max_length=250)
    sha256 = models.CharField(max_length=64, db_index=True)
    brought_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    brought_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    accepted_rows = models.PositiveIntegerField(default=0)
    refusals: models.JSONField[Any, Any] = models.JSONField(default=list)
    about = models.CharField(max_length=80, blank=True)

    objects: ClassVar[models.Manager[Batch]]

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name} {self.outcome}"
