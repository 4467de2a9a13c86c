"""What the database knows of facts: declarations, one row a batch, which file holds what, kept counters.

The rows themselves lie in files (files.py); these tables say which files count, so that a file becomes part
of the store, or stops being one, in one transaction.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from openpar.base.accounts.models import User


def _count() -> models.BigIntegerField[int, int]:
    """A count; the default stands in the database too, where cells are written by one statement."""
    return models.BigIntegerField(default=0, db_default=0)


class Dataset(models.Model):
    """One kind of facts. Its row is the lock: whoever changes its files holds it, whoever records one event
    shares it.
    """

    name = models.CharField(max_length=40, unique=True)
    # Changes whenever the files of the counted facts change: what was prepared for another one is stale.
    generation = models.PositiveIntegerField(default=0)
    # Of its newest declaration, so that an event need not look for it; "" until there is one.
    declared_sha256 = models.CharField(max_length=64, blank=True)

    objects: ClassVar[models.Manager[Dataset]]

    def __str__(self) -> str:
        return self.name


class SchemaVersion(models.Model):
    """A declaration as it was registered; rows of every version stay readable."""

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    declaration: models.JSONField[Any, Any] = models.JSONField()
    sha256 = models.CharField(max_length=64)
    # Of the part that says what the counters mean; "" when nothing is counted.
    counting_sha256 = models.CharField(max_length=64, blank=True)
    registered_at = models.DateTimeField()

    objects: ClassVar[models.Manager[SchemaVersion]]

    class Meta:
        ordering = ["dataset", "number"]
        constraints = [models.UniqueConstraint(fields=["dataset", "number"], name="a_schema_number_once")]

    def __str__(self) -> str:
        return f"{self.dataset} {self.number}"


class Batch(models.Model):
    """The manifest of one batch: who brought what, from where, and the digests of what it says."""

    schema = models.ForeignKey(SchemaVersion, models.PROTECT, related_name="+")
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="batches")
    # Known before the row exists: the batch's name inside the files.
    code = models.CharField(max_length=64)
    # Where it comes from (a system, an office), and the file or message as it arrived.
    source = models.CharField(max_length=120)
    source_name = models.CharField(max_length=250, blank=True)
    source_sha256 = models.CharField(max_length=64)
    # The moment of which the source speaks: the newest of these wins, whatever the order of arrival.
    as_of = models.DateTimeField()
    rows = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    # Of what the rows say, of the salted hashes of their personal parts, and of the file they came to lie in.
    content_sha256 = models.CharField(max_length=64)
    personal_sha256 = models.CharField(max_length=64, blank=True)
    file_sha256 = models.CharField(max_length=64)
    brought_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    brought_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Batch]]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "code"], name="a_batch_once")]

    def __str__(self) -> str:
        return f"{self.dataset} {self.code[:12]}: {self.source_name}"


class StoredPart(models.Model):
    """One file that counts, or counted until it was replaced by one that says the same."""

    class What(models.TextChoices):
        ROWS = "rows", _("dòng gốc")
        FACTS = "facts", _("dữ kiện đã chuẩn hóa")

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="parts")
    schema = models.ForeignKey(SchemaVersion, models.PROTECT, related_name="+")
    what = models.CharField(max_length=5, choices=What.choices)
    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    rows = models.BigIntegerField()
    # Codes of the batches whose rows lie here; empty for counted facts, which are made from all of them.
    batches: models.JSONField[Any, Any] = models.JSONField(default=list)
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[StoredPart]]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "what", "year", "month", "sha256"],
                condition=Q(retired_at__isnull=True),
                name="a_part_in_use_once",
            ),
            models.UniqueConstraint(
                fields=["dataset", "year", "month"],
                condition=Q(retired_at__isnull=True, what="facts"),
                name="one_file_of_facts_a_month",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset}/{self.what}/{self.year}-{self.month:02} {self.sha256[:12]}"


class PersonalPart(models.Model):
    """The personal columns of one row, apart from the facts: erased, only its hash in the file is left."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="+")
    row = models.PositiveIntegerField()
    # Chance, so that who knows the hash cannot find the content by trying; goes with the content.
    salt = models.CharField(max_length=32, blank=True)
    content: models.JSONField[Any, Any] = models.JSONField(null=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[PersonalPart]]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "row"], name="a_personal_part_once"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True, content__isnull=False)
                | Q(erased_at__isnull=False, content__isnull=True, salt=""),
                name="erased_with_its_salt",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.row}"


class DimensionValue(models.Model):
    """The small number that stands in facts for a text: an agency, a field, a procedure, a calendar."""

    dimension = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    value = models.CharField(max_length=200)

    objects: ClassVar[models.Manager[DimensionValue]]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dimension", "number"], name="a_number_once"),
            models.UniqueConstraint(fields=["dimension", "value"], name="a_value_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dimension} {self.number}: {self.value}"


class RecentFact(models.Model):
    """A fact as the latest event left it, until it is settled into the files.

    `settled` is the fact as the files have it (null: they have none), `newest` as it is now (null: gone);
    both are its numbers with commas, in the order of the declared columns.
    """

    # Found by the constraint below; one index less to write with every event. So are the cells.
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    settled = models.TextField(null=True)
    newest = models.TextField(null=True)
    revision = models.PositiveIntegerField(default=1)

    objects: ClassVar[models.Manager[RecentFact]]

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "key"], name="a_recent_fact_once")]

    def __str__(self) -> str:
        return f"{self.dataset_id}: {self.key}"


class KeptCounter(models.Model):
    """One cell of the counters, changed in the transaction of every event.

    Sector and channel 0 are the total of an agency's month, so that a board reads few rows. The counts
    stand in the order of the declaration (at most declarations.MOST_COUNTS).
    """

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="+", db_index=False)
    # The place of the basis in the declaration.
    basis = models.PositiveSmallIntegerField()
    sector = models.PositiveIntegerField()
    channel = models.PositiveIntegerField()
    month = models.PositiveIntegerField()
    agency = models.PositiveIntegerField()
    count_1 = _count()
    count_2 = _count()
    count_3 = _count()
    count_4 = _count()
    count_5 = _count()
    count_6 = _count()
    count_7 = _count()
    count_8 = _count()
    count_9 = _count()
    count_10 = _count()
    count_11 = _count()
    count_12 = _count()
    count_13 = _count()
    count_14 = _count()
    count_15 = _count()
    count_16 = _count()
    count_17 = _count()
    count_18 = _count()
    count_19 = _count()
    count_20 = _count()
    count_21 = _count()
    count_22 = _count()
    count_23 = _count()
    count_24 = _count()

    objects: ClassVar[models.Manager[KeptCounter]]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "basis", "sector", "channel", "month", "agency"], name="a_cell_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id}/{self.basis}: {self.agency} {self.month} {self.sector} {self.channel}"


class Province(models.Model):
    """A province whose counters files a ministry takes in, with the key that signs them."""

    code = models.CharField(max_length=20)
    vkey = models.CharField(max_length=300)
    trusted_from = models.DateTimeField()
    trusted_until = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Province]]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "vkey"], name="a_key_of_a_province_once"),
            models.CheckConstraint(
                condition=Q(trusted_until__isnull=True) | Q(trusted_until__gt=F("trusted_from")),
                name="trust_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.vkey[:40]}"


class ReceivedCounters(models.Model):
    """A counters file of a province as it came; the newest one counts."""

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="+")
    province = models.CharField(max_length=20)
    as_of = models.DateTimeField()
    counting_sha256 = models.CharField(max_length=64)
    # The signed manifest, and the Parquet file that it speaks of.
    note = models.TextField()
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    cells = models.PositiveIntegerField()
    agencies: models.JSONField[Any, Any] = models.JSONField(default=list)
    received_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField()
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[ReceivedCounters]]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "province"],
                condition=Q(replaced_at__isnull=True),
                name="one_counters_file_a_province",
            )
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.province} {self.as_of:%Y-%m-%d}"
