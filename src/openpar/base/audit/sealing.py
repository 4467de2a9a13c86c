"""Sealing: rows become leaves of the tree, and the tree is signed.

It runs beside the work, every half minute (openpar.jobs), and never in anybody's save: a chain in which every
row names the one before makes all writers wait for each other (docs/decisions/0010).
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

from openpar.base.audit import merkle, tree
from openpar.base.audit.models import Checkpoint, Sealing, TreeNode, VerifierKey
from openpar.base.audit.signing import sign_note, vkeys
from openpar.common.db import write_transaction

# Rows in one transaction: on SQLite everybody waits while it lasts.
BATCH = 2000
# PostgreSQL gives numbers before it commits: a row with a smaller number may appear after a bigger one, as
# late as a transaction lasts. Numbers that are skipped are remembered for so long.
_LONGEST_TRANSACTION = timedelta(hours=1)
# More skipped stretches than this are remembered as one.
_MOST_STRETCHES = 200
_THE_ROW = 1

_NEW = "SELECT id, digest FROM audit_entry WHERE id > %s ORDER BY id LIMIT %s"
_LATE = """
SELECT id, digest FROM audit_entry AS entry WHERE id BETWEEN %s AND %s
AND NOT EXISTS (SELECT 1 FROM audit_leaf AS leaf WHERE leaf.entry_id = entry.id) ORDER BY id LIMIT %s
"""

# Written out: there are as many leaves as there are saves.
_INSERT_LEAF = "INSERT INTO audit_leaf (position, entry_id, digest) VALUES (%s, %s, %s)"


def seal(*, at: datetime, batch: int = BATCH) -> int:
    """Seals everything that is committed and not sealed yet; the number of rows sealed.

    Safe to run twice and at the same time: the second waits and finds nothing left. Raises KeyTrouble.
    """
    sealed = 0
    while True:
        with write_transaction():
            Sealing.objects.bulk_create([Sealing(pk=_THE_ROW, sealed_until=at)], ignore_conflicts=True)
            state = Sealing.objects.select_for_update().get(pk=_THE_ROW)
            newest = Checkpoint.objects.order_by("-size").first()
            late = _late(state, batch)
            new = _new(newest, batch - len(late))
            if late or new:
                _seal_rows([*late, *new], newest, at)
                sealed += len(late) + len(new)
            _remember_missing(state, newest, new, at)
            if len(late) + len(new) < batch:
                state.sealed_until = max(state.sealed_until, at)
                state.save()
                return sealed
            state.save()


def open_log(*, at: datetime) -> None:
    """Starts the clock of an installation that never sealed: from here on somebody has to."""
    with write_transaction():
        Sealing.objects.bulk_create([Sealing(pk=_THE_ROW, sealed_until=at)], ignore_conflicts=True)


Rows = list[tuple[int, str]]


def _new(newest: Checkpoint | None, most: int) -> Rows:
    """Number and digest of the rows after the last sealed one, in the order of their numbers."""
    with connection.cursor() as cursor:
        cursor.execute(_NEW, [newest.last_entry_id if newest else 0, most])
        return list(cursor.fetchall())


def _late(state: Sealing, most: int) -> Rows:
    """The same of rows that were not there yet when a bigger number was sealed."""
    found: Rows = []
    with connection.cursor() as cursor:
        for first, last, _since in state.missing:
            cursor.execute(_LATE, [first, last, most - len(found)])
            found.extend(cursor.fetchall())
    return found


def _remember_missing(state: Sealing, newest: Checkpoint | None, new: Rows, at: datetime) -> None:
    """The stretches of numbers that are skipped by now, without those that are too old to come still."""
    kept = [
        stretch for stretch in state.missing if at - datetime.fromisoformat(stretch[2]) < _LONGEST_TRANSACTION
    ]
    before = newest.last_entry_id if newest else 0
    for entry_id, _digest in new:
        if entry_id > before + 1:
            kept.append([before + 1, entry_id - 1, at.isoformat()])
        before = entry_id
    if len(kept) > _MOST_STRETCHES:
        kept = [[kept[0][0], max(stretch[1] for stretch in kept), at.isoformat()]]
    state.missing = kept


def _seal_rows(rows: Rows, newest: Checkpoint | None, at: datetime) -> None:
    start = newest.size if newest else 0
    with connection.cursor() as cursor:
        cursor.executemany(
            _INSERT_LEAF, [(start + place, entry_id, digest) for place, (entry_id, digest) in enumerate(rows)]
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
