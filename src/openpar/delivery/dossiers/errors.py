"""What the actions of this package raise."""

from __future__ import annotations

from openpar.common.errors import FileRefused, Refused


class DossiersRefused(Refused):
    """The dossiers, or a mapping of columns, will not be taken so; nothing was changed."""


class StaleMapping(DossiersRefused):
    """Somebody else has kept another mapping of the source since it was read."""


class DossierFileRefused(FileRefused):
    """The file as a whole cannot be taken in: no header is found, or what is needed has no column."""
