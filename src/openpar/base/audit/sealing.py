"""Sealing: rows become leaves of the tree, and the tree is signed.

It runs beside the work, every half minute (openpar.jobs), and never in anybody's save: a chain in which every
row names the one before makes all writers wait for each other (docs/decisions/0010).
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

from openpar.base.audit import merkle, tree
from openpar.base.audit.models import Checkpoint, Leaf, Sealing, TreeNode, VerifierKey
from openpar.base.audit.signing import sign_note, vkeys
from openpar.common.db import write_transaction

# Rows in one transaction: on SQLite everybody waits while it lasts.
BATCH = 2000
# PostgreSQL gives numbers before it commits: a row with a smaller number may appear later, at most as long
# as a transaction lasts.
_LONGEST_TRANSACTION = timedelta(hours=1)
_THE_ROW = 1

_UNSEALED = """
SELECT id, digest FROM audit_entry AS entry
WHERE id > %s AND NOT EXISTS (SELECT 1 FROM audit_leaf AS leaf WHERE leaf.entry_id = entry.id)
ORDER BY id LIMIT %s
"""


def seal(*, at: datetime, batch: int = BATCH) -> int:
    """Seals everything that is committed and not sealed yet; the number of rows sealed.

    Safe to run twice and at the same time: the second waits and finds nothing left. Raises KeyTrouble.
    """
    sealed = 0
    while True:
        with write_transaction():
            Sealing.objects.bulk_create([Sealing(pk=_THE_ROW, sealed_until=at)], ignore_conflicts=True)
            state = Sealing.objects.select_for_update().get(pk=_THE_ROW)
            rows = _unsealed(at, batch)
            if rows:
                _seal_rows(rows, at)
                sealed += len(rows)
            if len(rows) < batch:
                state.sealed_until = max(state.sealed_until, at)
                state.save(update_fields=["sealed_until"])
                return sealed


def open_log(*, at: datetime) -> None:
    """Starts the clock of an installation that never sealed: from here on somebody has to."""
    with write_transaction():
        Sealing.objects.bulk_create([Sealing(pk=_THE_ROW, sealed_until=at)], ignore_conflicts=True)


def _unsealed(at: datetime, most: int) -> list[tuple[int, str]]:
    """Entry numbers and digests, in the order of their numbers."""
    settled = (
        Checkpoint.objects.filter(at__lte=at - _LONGEST_TRANSACTION)
        .order_by("-size")
        .values_list("last_entry_id", flat=True)
        .first()
    )
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, [settled or 0, most])
        return list(cursor.fetchall())


def _seal_rows(rows: Sequence[tuple[int, str]], at: datetime) -> None:
    newest = Checkpoint.objects.order_by("-size").first()
    start = newest.size if newest else 0
    Leaf.objects.bulk_create(
        Leaf(position=position, entry_id=entry_id, digest=digest)
        for position, (entry_id, digest) in enumerate(rows, start)
    )
    size = start + len(rows)
    _keep_complete_nodes(start, size)
    root = tree.root(size)
    Checkpoint.objects.create(
        size=size,
        root=root.hex(),
        at=at,
        last_entry_id=max(rows[-1][0], newest.last_entry_id if newest else 0),
        note=sign_note(checkpoint_text(size, root, at)),
    )
    known = set(VerifierKey.objects.values_list("vkey", flat=True))
    VerifierKey.objects.bulk_create(
        VerifierKey(vkey=vkey, added_at=at) for vkey in vkeys() if vkey not in known
    )


def _keep_complete_nodes(start: int, size: int) -> None:
    """Stores the root of every group of 256 that became complete, level by level."""
    level = 0
    while size >= merkle.TILE_WIDTH:
        start, size = start // merkle.TILE_WIDTH, size // merkle.TILE_WIDTH
        groups = range(start, size)
        level += 1
        TreeNode.objects.bulk_create(
            TreeNode(
                level=level,
                place=group,
                digest=merkle.folded(
                    tree.stored(level - 1, group * merkle.TILE_WIDTH, merkle.TILE_WIDTH)
                ).hex(),
            )
            for group in groups
        )


def checkpoint_text(size: int, root: bytes, at: datetime) -> str:
    """The text that is signed (docs/trust/formats.md, 4)."""
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    encoded = base64.b64encode(root).decode()
    return f"{settings.OPENPAR_LOG_ORIGIN}\n{size}\n{encoded}\ntime {moment}\n"
