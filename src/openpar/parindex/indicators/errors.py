"""Refusals of this package: what, where, and what would be right; all gaps at once."""

from __future__ import annotations

from openpar.common.errors import FileRefused, Refused


class IndicatorRefused(Refused):
    """A definition or a value cannot be taken in so; nothing was changed."""


class NoFacts(IndicatorRefused):
    """The dataset of a definition is not kept here, or no longer counts what the definition names."""


class IndicatorFileRefused(FileRefused):
    """A file of definitions or values cannot be taken in; every fault is listed."""
