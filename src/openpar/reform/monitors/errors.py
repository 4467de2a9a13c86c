"""What the actions of this package raise."""

from __future__ import annotations

from openpar.common.errors import Refused


class MonitorRefused(Refused):
    """An entry of a register will not be kept so; nothing was changed."""


class StaleEntry(MonitorRefused):
    """Somebody else changed the entry since it was read."""
