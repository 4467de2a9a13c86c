"""A staged batch becomes part of the store: one manifest row, sealed by the log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.facts.actions.datasets import not_allowed
from openpar.base.facts.datasets import locked
from openpar.base.facts.errors import FactsRefused, StaleFacts
from openpar.base.facts.models import Batch, PersonalPart, StoredPart
from openpar.base.facts.permissions import may_bring_facts
from openpar.base.facts.staging import StagedBatch
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_moment
from openpar.common.text import nfc

_AT_ONCE = 2000


@dataclass(frozen=True)
class Appended:
    """The manifest of the batch; `is_new` is false when the same rows of the same file lay there already."""

    batch: Batch
    is_new: bool


def append_batch(*, by: Actor, at: datetime, staged: StagedBatch) -> Appended:
    """Makes a staged batch part of the store; repeated, it changes nothing and leaves no trace.

    Raises FactsRefused for a stranger and for a batch that speaks of the future, StaleFacts when the
    dataset was declared anew or the staged file is gone.
    """
    with write_transaction():
        dataset = locked(staged.dataset.name)
        if not may_bring_facts(by):
            raise not_allowed(by)
        same = Batch.objects.filter(dataset_id=dataset.dataset_id, code=staged.code).first()
        if same is not None:
            return Appended(same, is_new=False)
        gaps = _gaps(staged, at)
        if gaps:
            raise FactsRefused(gaps)
        if (
            dataset.schema_id != staged.dataset.schema_id
            or staged.kept is None
            or not staged.kept.path.exists()
        ):
            raise StaleFacts.because(
                staged.source.file_name,
                _("lô đã chuẩn bị không còn dùng được"),
                _("Nạp lại tệp"),
                code="stale",
            )
        batch = _kept(staged, by=by, at=at)
        _keep_personal(batch, staged)
        record(
            by=by,
            at=at,
            verb="facts.batch_appended",
            object=f"facts_batch:{batch.pk}",
            about=f"dataset:{dataset.dataset_id}",
            label=f"{dataset.name}: {batch.source_name}",
            after=sealed_content(batch),
        )
        return Appended(batch, is_new=True)


def sealed_content(batch: Batch) -> dict[str, object]:
    """What the log says of a batch: verification compares the manifest with it."""
    return {
        "code": batch.code,
        "source": batch.source,
        "source_sha256": batch.source_sha256,
        "as_of": batch.as_of.astimezone(UTC).isoformat(),
        "rows": batch.rows,
        "refused": batch.refused,
        "content_sha256": batch.content_sha256,
        "personal_sha256": batch.personal_sha256,
        "sha256": batch.file_sha256,
    }


def _gaps(staged: StagedBatch, at: datetime) -> list[Gap]:
    if staged.as_of <= at:
        return []
    what = _("số liệu đến %s, là thời điểm chưa tới") % format_moment(staged.as_of)
    remedy = _("Ghi thời điểm hệ thống nguồn xuất số liệu")
    return [Gap(staged.source.file_name, what, remedy, code="as-of-in-future")]


def _kept(staged: StagedBatch, *, by: Actor, at: datetime) -> Batch:
    assert staged.kept is not None
    batch = Batch.objects.create(
        schema_id=staged.dataset.schema_id,
        dataset_id=staged.dataset.dataset_id,
        code=staged.code,
        source=nfc(staged.source.name)[:120],
        source_name=nfc(staged.source.file_name)[-250:],
        source_sha256=staged.source.sha256,
        as_of=staged.as_of,
        rows=staged.rows,
        refused=staged.refused,
        content_sha256=staged.content_sha256,
        personal_sha256=staged.personal_sha256,
        file_sha256=staged.kept.sha256,
        brought_by_id=by.id,
        brought_at=at,
    )
    StoredPart.objects.create(
        dataset_id=staged.dataset.dataset_id,
        schema_id=staged.dataset.schema_id,
        what=StoredPart.What.ROWS,
        year=staged.place.year,
        month=staged.place.month,
        sha256=staged.kept.sha256,
        size=staged.kept.size,
        rows=staged.rows,
        batches=[staged.code],
        added_at=at,
    )
    return batch


def _keep_personal(batch: Batch, staged: StagedBatch) -> None:
    parts = (
        PersonalPart(batch=batch, row=row, salt=one.salt, content=dict(one.content))
        for row, one in enumerate(staged.personal)
    )
    while at_once := list(islice(parts, _AT_ONCE)):
        PersonalPart.objects.bulk_create(at_once)
