"""What came in from files."""

from __future__ import annotations

from django.db.models import QuerySet

from openpar.base.intake.models import Batch
from openpar.common.errors import Gap


def batches(*, kind: str = "", about: str = "") -> QuerySet[Batch]:
    """Newest first, of one kind and about one thing when these are given; one query."""
    found = Batch.objects.select_related("brought_by")
    if kind:
        found = found.filter(kind=kind)
    if about:
        found = found.filter(about=about)
    return found.order_by("-id")


def refusals_of(batch: Batch) -> tuple[Gap, ...]:
    """The refusals as they were when the file was refused."""
    return tuple(Gap(**refusal) for refusal in batch.refusals)


def accepted_before(*, kind: str, sha256: str, about: str = "") -> Batch | None:
    """The batch that brought exactly these bytes for the same purpose; a replayed file changes nothing."""
    same = Batch.objects.filter(kind=kind, sha256=sha256, about=about, outcome=Batch.Outcome.ACCEPTED)
    return same.order_by("id").first()
