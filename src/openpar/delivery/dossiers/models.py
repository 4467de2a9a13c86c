"""What the database keeps beside the facts: imports, mappings, what is wrong with the data, what is open."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User
from openpar.base.calendars.models import Edition
from openpar.base.facts.models import Batch
from openpar.base.organisations.models import Organisation


class SavedMapping(models.Model):
    """Which column of a source is which field; kept by name of the source, and shared as a file."""

    source = models.CharField(_("Nguồn"), max_length=120, unique=True)
    mapping: models.JSONField[Any, Any] = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    saved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField()

    objects: ClassVar[models.Manager[SavedMapping]]

    class Meta:
        ordering = ["source"]

    def __str__(self) -> str:
        return self.source


class DossierImport(models.Model):
    """One list that came in: the batch it became, how it was read, which rows were refused and why."""

    batch = models.OneToOneField(Batch, models.PROTECT, related_name="+")
    mapping: models.JSONField[Any, Any] = models.JSONField()
    accepted = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    # The first of them; `refused` counts all.
    refusals: models.JSONField[Any, Any] = models.JSONField(default=list)
    # How many dossiers each rule of data quality found in it.
    hits: models.JSONField[Any, Any] = models.JSONField(default=dict)

    objects: ClassVar[models.Manager[DossierImport]]

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.batch_id}: {self.accepted} + {self.refused}"


class QualityHit(models.Model):
    """A rule of data quality (dossiers.md 6.4) that a dossier breaks, until a later list tells it right."""

    rule = models.CharField(max_length=3)
    dossier = models.CharField(max_length=100)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    # What stood there, in few words: dates before and after.
    said = models.CharField(max_length=200, blank=True)
    found_in = models.ForeignKey(Batch, models.PROTECT, related_name="+")
    gone_in = models.ForeignKey(Batch, models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[models.Manager[QualityHit]]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "rule"], condition=Q(gone_in__isnull=True), name="an_open_hit_once"
            )
        ]
        indexes = [models.Index(fields=["organisation", "rule"], name="hits_by_agency")]

    def __str__(self) -> str:
        return f"{self.rule} {self.dossier}"


class OpenDossier(models.Model):
    """A dossier that is not ended: what the live board and the list of apologies are read from."""

    dossier = models.CharField(max_length=100, unique=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    procedure = models.CharField(max_length=200, blank=True)
    sector = models.CharField(max_length=200)
    channel = models.PositiveSmallIntegerField()
    status = models.PositiveSmallIntegerField()
    # Waits for papers, payment or anything else: the clock stands.
    is_waiting = models.BooleanField(default=False)
    received_on = models.DateField()
    # By which the legal clock measures, and what the receipt said first; null: no limit is known.
    due_on = models.DateField(null=True)
    original_due_on = models.DateField(null=True)
    # By which QĐ 766 measures.
    index_due_on = models.DateField(null=True)
    # The number of the calendar's edition by which all this was reckoned.
    edition = models.PositiveIntegerField()
    # The last day for an apology with a new date, the day of the one that was issued, and its new date.
    apologise_by = models.DateField(null=True)
    apologised_on = models.DateField(null=True)
    new_due_on = models.DateField(null=True)

    objects: ClassVar[models.Manager[OpenDossier]]

    class Meta:
        indexes = [
            models.Index(fields=["due_on"], name="open_by_due_day"),
            models.Index(fields=["index_due_on"], name="open_by_index_due_day"),
            models.Index(fields=["edition"], name="open_by_edition"),
            models.Index(fields=["organisation", "due_on"], name="open_by_agency"),
        ]

    def __str__(self) -> str:
        return self.dossier


class MovedDueDay(models.Model):
    """The due day of an open dossier as it was before an edition of the calendar moved it; never altered."""

    dossier = models.CharField(max_length=100)
    due_before = models.DateField()
    due_after = models.DateField()
    # The edition that moved it, and the number of the one by which it was reckoned before.
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+")
    edition_before = models.PositiveIntegerField()
    at = models.DateTimeField()

    objects: ClassVar[models.Manager[MovedDueDay]]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "edition"], name="an_edition_moves_a_due_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.dossier} {self.due_before} → {self.due_after}"
