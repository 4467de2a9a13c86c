"""The exchange of files for one that says the same, and the sweeping of what nothing speaks of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from openpar.base.audit.actions import record
from openpar.base.facts import files
from openpar.base.facts.actions.datasets import not_allowed
from openpar.base.facts.actions.facts import settle_facts
from openpar.base.facts.compaction import StagedCompaction, stage_compaction
from openpar.base.facts.datasets import locked, registered
from openpar.base.facts.errors import StaleFacts
from openpar.base.facts.models import ReceivedCounters, StoredPart
from openpar.base.facts.permissions import may_keep_facts
from openpar.base.facts.queries import path_of_part, path_of_received
from openpar.base.facts.staged_facts import stage_settling
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction


@dataclass(frozen=True)
class Compacted:
    """What was done: files that became fewer, facts settled into files, files swept away."""

    before: int
    after: int
    settled: int
    swept: int


def compact(*, by: Actor, at: datetime, dataset: str) -> Compacted:
    """Merges the files of each month, settles recent facts, sweeps what nothing speaks of; no answer changes.

    Raises UnknownDataset, FactsRefused for a stranger, WouldChange, StaleFacts when others work on the
    same files at this moment: later is early enough.
    """
    merged = stage_compaction(dataset)
    for staged in merged:
        exchange_files(by=by, at=at, staged=staged)
    settled = 0
    if registered(dataset).declaration.counting is not None:
        settling = stage_settling(dataset)
        if settling.facts:
            settle_facts(by=by, at=at, staged=settling)
            settled = settling.facts
    swept = files.sweep(spoken_of(at), at=at)
    return Compacted(sum(len(staged.parts) for staged in merged), len(merged), settled, len(swept))


def exchange_files(*, by: Actor, at: datetime, staged: StagedCompaction) -> None:
    """One staged file counts instead of those whose rows it holds; they stay readable for a day.

    Raises FactsRefused for a stranger, StaleFacts when one of them does not count any more.
    """
    with write_transaction():
        to = locked(staged.dataset)
        if not may_keep_facts(by):
            raise not_allowed(by)
        parts = list(StoredPart.objects.filter(pk__in=staged.parts, retired_at__isnull=True))
        if len(parts) != len(staged.parts) or not staged.kept.path.exists():
            what = _("các tệp đã được gộp ở nơi khác")
            raise StaleFacts.because(staged.dataset, what, _("Thực hiện lại sau"), code="stale-files")
        StoredPart.objects.filter(pk__in=staged.parts).update(retired_at=at)
        StoredPart.objects.create(
            dataset_id=to.dataset_id,
            schema_id=parts[0].schema_id,
            what=StoredPart.What.ROWS,
            year=parts[0].year,
            month=parts[0].month,
            sha256=staged.kept.sha256,
            size=staged.kept.size,
            rows=staged.rows,
            batches=list(staged.batches),
            added_at=at,
        )
        record(
            by=by,
            at=at,
            verb="facts.compacted",
            object=f"dataset:{to.dataset_id}",
            label=staged.dataset,
            before={"sha256": [part.sha256 for part in parts]},
            after={"sha256": [staged.kept.sha256], "rows": staged.rows},
        )


def spoken_of(at: datetime) -> frozenset[Path]:
    """The files that count, and those that stopped counting so lately that somebody may still read them."""
    parts = StoredPart.objects.select_related("dataset")
    received = ReceivedCounters.objects.select_related("dataset")
    recent = at - files.GRACE
    return frozenset(
        [
            *(path_of_part(part, part.dataset.name) for part in parts.filter(retired_at__isnull=True)),
            *(path_of_part(part, part.dataset.name) for part in parts.filter(retired_at__gte=recent)),
            *(path_of_received(one) for one in received.filter(replaced_at__isnull=True)),
            *(path_of_received(one) for one in received.filter(replaced_at__gte=recent)),
        ]
    )
