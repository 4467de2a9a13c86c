"""What the database refuses in the log: a row, its leaf and what was signed stay as they are."""

from __future__ import annotations

from openpar.common.triggers import SQLITE, Guard, append_only, not_emptied

GUARDS = (
    *append_only("audit_entry"),
    # A leaf has no number of its own: its place is its key.
    Guard("audit_leaf_update", "audit_leaf", "UPDATE"),
    Guard("audit_leaf_delete", "audit_leaf", "DELETE"),
    Guard(
        "audit_leaf_replace",
        "audit_leaf",
        "INSERT",
        'EXISTS (SELECT 1 FROM "audit_leaf" AS old WHERE old.position = NEW.position'
        " OR old.entry_id = NEW.entry_id)",
        only=SQLITE,
    ),
    not_emptied("audit_leaf"),
    *append_only("audit_treenode", ("level", "place")),
    *append_only("audit_checkpoint", ("size",)),
    *append_only("audit_verifierkey", ("vkey",)),
)
