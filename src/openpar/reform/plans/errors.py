"""What the actions of this package raise."""

from __future__ import annotations

from openpar.common.errors import FileRefused, Refused


class PlansRefused(Refused):
    """A plan, a task or a meeting will not be changed so; nothing was changed."""


class StalePlan(PlansRefused):
    """Somebody else changed the row since it was read."""


class PlanFileRefused(FileRefused):
    """Some rows of a table of tasks cannot be taken in; every one is named, and nothing was taken in."""
