"""Files of organisations brought in through a page: the batch is kept, whether accepted or refused.

The rules of the rows are those of `organisations.imports`, which the command line uses too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from openpar.base.intake.actions import keep_batch
from openpar.base.organisations.imports import Loaded, load_rows, read_organisations
from openpar.base.organisations.register import refuse_strangers
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import FileRefused

BATCH_KIND = "organisations"


@dataclass(frozen=True)
class OrganisationFile:
    name: str
    content: bytes


def bring_in_organisations(
    *,
    by: Actor,
    at: datetime,
    organisations: OrganisationFile | None = None,
    successions: OrganisationFile | None = None,
    blocks: OrganisationFile | None = None,
) -> Loaded:
    """Loads whichever files come along as one batch, whole or not at all; once more changes nothing.

    The checksum of a batch of several files is that of their contents one after the other. Raises
    OrganisationRefused for a stranger, FileRefused with every refused row (kept in a refused batch).
    """
    refuse_strangers(by)
    given = [file for file in (organisations, successions, blocks) if file is not None]
    names = ", ".join(file.name for file in given)
    digest = hashlib.sha256(b"".join(file.content for file in given)).hexdigest()
    try:
        # Before the transaction: on SQLite nobody else writes while it lasts.
        read = read_organisations(
            organisations=organisations.content if organisations else None,
            successions=successions.content if successions else None,
            blocks=blocks.content if blocks else None,
        )
        with write_transaction():
            loaded = load_rows(read, by=by, at=at, file_name=names)
            rows = loaded.touched + loaded.unchanged
            keep_batch(by=by, at=at, kind=BATCH_KIND, file_name=names, sha256=digest, accepted_rows=rows)
            return loaded
    except FileRefused as refused:
        keep_batch(by=by, at=at, kind=BATCH_KIND, file_name=names, sha256=digest, refusals=refused.gaps)
        raise
