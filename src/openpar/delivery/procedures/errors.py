"""What the actions of this package raise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from openpar.common.errors import FileRefused, Gap, Refused


class ProceduresRefused(Refused):
    """The catalogue, a decision, a posting or a review will not be changed so; nothing was changed."""


class StaleProcedures(ProceduresRefused):
    """Somebody else changed it since it was read; `there`: what is recorded now, by the names of the form."""

    def __init__(self, gaps: Gap | Iterable[Gap], there: Mapping[str, object] | None = None) -> None:
        super().__init__(gaps)
        self.there = dict(there or {})


class ProcedureFileRefused(FileRefused):
    """Some cells cannot be taken in; every one is named, and nothing of the file was taken in."""
