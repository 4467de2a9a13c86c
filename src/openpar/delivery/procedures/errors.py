"""What the actions of this package raise."""

from __future__ import annotations

from openpar.common.errors import FileRefused, Refused


class ProceduresRefused(Refused):
    """The catalogue, a decision, a posting or a review will not be changed so; nothing was changed."""


class StaleProcedures(ProceduresRefused):
    """Somebody else changed it since it was read."""


class ProcedureFileRefused(FileRefused):
    """Some cells cannot be taken in; every one is named, and nothing of the file was taken in."""
