"""Files of data/ whose rows hold for the days in [from, until); an `until` of null: still."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from openpar.common.yaml_files import data_of


class NoSuchRule(LookupError):
    """The data have no rule of this kind for the day."""


def rows_of(file: str, kind: str) -> list[dict[str, Any]]:
    """All rows of a kind in a file of data/, read once. Raises KeyError for a kind that it does not have."""
    rows: list[dict[str, Any]] = _read(Path(settings.OPENPAR_DATA_DIR) / file)[kind]
    return rows


def holds(row: Mapping[str, Any], day: date) -> bool:
    """Is the row in force on a day?"""
    return bool(row["from"] <= day and (row["until"] is None or day < row["until"]))


def rule_on(file: str, kind: str, day: date) -> dict[str, Any]:
    """The row of a kind that is in force on a day. Raises NoSuchRule, KeyError."""
    for row in rows_of(file, kind):
        if holds(row, day):
            return row
    raise NoSuchRule(f"data/{file}: {kind}, {day:%d/%m/%Y}")


@lru_cache(maxsize=16)
def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = data_of(path)
    return content
