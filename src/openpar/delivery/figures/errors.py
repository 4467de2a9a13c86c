"""What the actions of this package raise."""

from __future__ import annotations

from openpar.common.errors import FileRefused, Refused


class FiguresRefused(Refused):
    """A sheet of figures will not be changed, signed or returned so; nothing was changed."""


class StaleFigures(FiguresRefused):
    """Somebody else changed the sheet since it was read."""


class FigureFileRefused(FileRefused):
    """Some cells of a file cannot be taken in; every one is named, and nothing of the file was taken in."""
