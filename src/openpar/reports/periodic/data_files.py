"""Reading data/reports: every scalar is text, except null; faults come out all at once."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from openpar.engine.errors import InvalidSet, SetProblem


def folder() -> Path:
    """Where the calendar and the appendices are."""
    return Path(settings.OPENPAR_DATA_DIR) / "reports"


def refuse_if(problems: list[SetProblem]) -> None:
    """Raises InvalidSet with every problem."""
    if problems:
        raise InvalidSet(tuple(problems))
