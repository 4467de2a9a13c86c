"""What the database says of the store: manifests, files that count, what small numbers stand for."""

from __future__ import annotations

from pathlib import Path

from django.db.models import QuerySet

from openpar.base.facts import files
from openpar.base.facts.datasets import Registered
from openpar.base.facts.files import Place
from openpar.base.facts.models import Batch, DimensionValue, ReceivedCounters, SchemaVersion, StoredPart


def batches(dataset: str) -> QuerySet[Batch]:
    """The manifests of a dataset, the latest to arrive first."""
    return Batch.objects.filter(dataset__name=dataset).select_related("brought_by").order_by("-id")


def values_in(dimension: str) -> dict[int, str]:
    """What the small numbers of a dimension stand for."""
    return dict(DimensionValue.objects.filter(dimension=dimension).values_list("number", "value"))


def live_parts(dataset: Registered, what: StoredPart.What) -> list[StoredPart]:
    """The files that count, in the order of their months."""
    parts = StoredPart.objects.filter(dataset_id=dataset.dataset_id, what=what, retired_at__isnull=True)
    return list(parts.order_by("year", "month", "id"))


def place_of(part: StoredPart, dataset: str) -> Place:
    """The folder of a part."""
    return Place(dataset, part.what, part.year, part.month)


def path_of_part(part: StoredPart, dataset: str) -> Path:
    """Where the file of a part lies."""
    return files.path_of(place_of(part, dataset), part.sha256)


def path_of_received(received: ReceivedCounters) -> Path:
    """Where the counters of a province lie; needs its dataset."""
    place = Place(received.dataset.name, "counters", received.as_of.year, received.as_of.month)
    return files.path_of(place, received.sha256)


def received_counters(dataset: str) -> list[ReceivedCounters]:
    """The counters files that count, one a province, in the order of their codes."""
    rows = ReceivedCounters.objects.filter(dataset__name=dataset, replaced_at__isnull=True)
    return list(rows.select_related("dataset").order_by("province"))


def datasets(*, counted: bool = False) -> list[str]:
    """The names of the datasets, in their order; only those in which something is counted."""
    versions = SchemaVersion.objects.order_by("dataset__name", "number")
    newest = dict(versions.values_list("dataset__name", "counting_sha256"))
    return [name for name, counting in newest.items() if counting or not counted]
