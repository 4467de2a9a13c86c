"""Refusals of this package."""

from __future__ import annotations

from openpar.common.errors import Refused


class AccessRefused(Refused):
    """A proof does not hold, or a way in will not be changed so; nothing was changed."""


class Braked(AccessRefused):
    """Too many failures: no attempt is taken for a while, not even a right one."""
