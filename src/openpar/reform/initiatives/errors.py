"""What the actions of this package raise."""

from __future__ import annotations

from openpar.common.errors import Refused


class InitiativeRefused(Refused):
    """A model or initiative will not be entered, changed or moved on so; nothing was changed."""


class StaleInitiative(InitiativeRefused):
    """Somebody else changed it since it was read."""
