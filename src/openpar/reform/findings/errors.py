"""What the actions of this package raise."""

from __future__ import annotations

from openpar.common.errors import Refused


class FindingRefused(Refused):
    """A finding, extension or conference will not be changed so; nothing was changed."""


class StaleFinding(FindingRefused):
    """Somebody else changed it since it was read."""
