"""What the actions of this package raise."""

from __future__ import annotations

from openpar.common.errors import FileRefused, Refused


class ReportRefused(Refused):
    """A report will not be changed, sent, accepted or locked so; nothing was changed."""


class StaleReport(ReportRefused):
    """Somebody else changed the report since it was read."""


class ReportFileRefused(FileRefused):
    """Some cells of a file cannot be taken in; every one is named, and nothing of the file was taken in."""
