"""Cells of workbooks and values of JSON as the texts that lists of dossiers are read from."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta


def text_of(value: object) -> str:
    """One cell as text: moments as ISO, whole numbers without a fraction, true and false as 1 and 0."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value)
