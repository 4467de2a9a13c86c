"""What the actions of this package raise."""

from __future__ import annotations

from openpar.common.errors import Refused


class InspectionRefused(Refused):
    """The step of an inspection will not be made so; nothing was changed."""


class StaleInspection(InspectionRefused):
    """Somebody else changed it since it was read."""
