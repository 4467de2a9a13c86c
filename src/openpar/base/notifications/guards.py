"""What the database refuses here: the ledger of reminders only grows."""

from __future__ import annotations

from openpar.common.triggers import append_only

GUARDS = append_only("notifications_reminder", ("object", "kind", "due_on", "recipient_id", "step"))
