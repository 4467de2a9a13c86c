"""Refusals of this package."""

from __future__ import annotations

from openpar.common.errors import Refused


class NotificationRefused(Refused):
    """The channel is not changed so; nothing was changed."""
