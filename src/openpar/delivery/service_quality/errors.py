"""What the actions of this package raise."""

from __future__ import annotations

from openpar.common.errors import FileRefused, Refused


class InputsRefused(Refused):
    """Figures of the index will not be taken in so; nothing was changed."""


class StaleInputs(InputsRefused):
    """Somebody else said something of the same indicators since they were read."""


class InputFileRefused(FileRefused):
    """Some rows of a file cannot be taken in; every one is named, and nothing of the file was taken in."""
