"""Keeping what came in from files, accepted or refused, so that both can be shown afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from openpar.base.audit.actions import record
from openpar.base.intake.models import Batch
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import nfc


def keep_batch(
    *,
    by: Actor,
    at: datetime,
    kind: str,
    file_name: str,
    sha256: str,
    accepted_rows: int = 0,
    refusals: Iterable[Gap] = (),
    about: str = "",
) -> Batch:
    """One file that came in: accepted when there are no refusals, else refused as a whole.

    An accepting import calls this inside its own transaction; a refused one after its transaction is gone, so
    that the refusal stays. Whether the person may bring such a file, the import asks before.
    """
    refused = [asdict(gap) for gap in refusals]
    with write_transaction():
        batch = Batch.objects.create(
            kind=kind,
            file_name=nfc(file_name)[-250:],
            sha256=sha256,
            brought_by_id=by.id,
            brought_at=at,
            outcome=Batch.Outcome.REFUSED if refused else Batch.Outcome.ACCEPTED,
            accepted_rows=0 if refused else accepted_rows,
            refusals=refused,
            about=about,
        )
        record(
            by=by,
            at=at,
            verb="refuse_file" if refused else "accept_file",
            object=f"batch:{batch.pk}",
            about=about,
            label=batch.file_name,
            after={"kind": kind, "sha256": sha256, "rows": batch.accepted_rows, "refusals": len(refused)},
        )
        return batch
