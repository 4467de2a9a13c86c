"""The time limits of plans as dated data (data/plans/rules.yaml)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from openpar.common.yaml_files import data_of


class NoSuchRule(Exception):
    """The data have no rule of this kind for the day."""


def silence_within(on: date) -> timedelta:
    """How near a deadline has to be for silence about a task to be told on a day. Raises NoSuchRule."""
    return timedelta(days=_rule("silence_within", on)["days"])


def _rule(kind: str, on: date) -> dict[str, Any]:
    rows: list[dict[str, Any]] = _read(Path(settings.OPENPAR_DATA_DIR) / "plans" / "rules.yaml")[kind]
    for row in rows:
        if row["from"] <= on and (row["until"] is None or on < row["until"]):
            return row
    raise NoSuchRule(f"{kind}, {on:%d/%m/%Y}")


@lru_cache(maxsize=4)
def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = data_of(path)
    return content
