"""What the store refuses, and what it finds broken."""

from __future__ import annotations

from openpar.common.errors import Refused


class FactsRefused(Refused):
    """The rows, the facts or the file cannot be taken so; nothing was changed."""


class StaleFacts(FactsRefused):
    """What was prepared no longer fits what the store holds by now: prepare it anew and try again."""


class UnknownDataset(LookupError):
    """No dataset of this name is registered, or nothing is counted in it."""
