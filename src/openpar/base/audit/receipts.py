"""Receipts: proof for one row of the log, kept by the person it concerns (docs/trust/formats.md, 6)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime

from openpar.base.audit import tree
from openpar.base.audit.canonical import canonical
from openpar.base.audit.models import Checkpoint, Entry, Leaf, VerifierKey

FORMAT = "openpar-receipt/1"


@dataclass(frozen=True)
class Receipt:
    """A row, its place, and the way from it to a signed root."""

    entry: Entry
    index: int
    proof: tuple[str, ...]
    size: int
    root: str
    sealed_at: datetime
    checkpoint: str
    keys: tuple[str, ...]

    @property
    def file_name(self) -> str:
        return f"bien-nhan-{self.index}.json"

    def as_json(self) -> str:
        """The receipt file."""
        return canonical(
            {
                "format": FORMAT,
                "entry": self.entry.content,
                "index": self.index,
                "proof": list(self.proof),
                "checkpoint": self.checkpoint,
                "keys": list(self.keys),
            }
        )

    def as_proof_text(self) -> str:
        """The proof alone, for the QR code: it says nothing of what the row says."""
        return "\n".join(["c2sp.org/tlog-proof@v1", f"index {self.index}", *self.proof, "", self.checkpoint])


def receipt_for(entry_id: int) -> Receipt | None:
    """The receipt of one row; None while it waits for its seal (a minute). Raises Entry.DoesNotExist."""
    entry = Entry.objects.get(pk=entry_id)
    leaf = Leaf.objects.filter(entry_id=entry_id).first()
    if leaf is None:
        return None
    # The first checkpoint that covers it: a receipt printed twice is the same receipt.
    checkpoint = Checkpoint.objects.filter(size__gt=leaf.position).order_by("size").first()
    if checkpoint is None:
        raise tree.BrokenTree(f"no checkpoint covers the sealed row {leaf.position}")
    proof = tree.inclusion_proof(leaf.position, checkpoint.size)
    return Receipt(
        entry=entry,
        index=leaf.position,
        proof=tuple(base64.b64encode(part).decode() for part in proof),
        size=checkpoint.size,
        root=checkpoint.root,
        sealed_at=checkpoint.at,
        checkpoint=checkpoint.note,
        keys=tuple(VerifierKey.objects.values_list("vkey", flat=True)),
    )
