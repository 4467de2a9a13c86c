"""Of which years people are told that nobody has decided the working calendar: a question, no change."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from openpar.common.yaml_files import data_of


def years_to_have(day: date) -> tuple[int, ...]:
    """The years whose calendar ought to be decided on a day: its own, and late in a year the next one too.

    From which day on the next year counts, data/working_calendars.yaml says; on a day without an entry it
    never does. Raises ValueError for an entry that cannot be read.
    """
    warned_from = _warned_from(settings.OPENPAR_DATA_DIR / "working_calendars.yaml")
    for since, until, (month, number) in warned_from:
        if since <= day and (until is None or day < until) and (day.month, day.day) >= (month, number):
            return day.year, day.year + 1
    return (day.year,)


@lru_cache(maxsize=4)
def _warned_from(path: Path) -> tuple[tuple[date, date | None, tuple[int, int]], ...]:
    entries = data_of(path)["next_year"]
    return tuple((entry["from"], entry["until"], _month_and_day(entry)) for entry in entries)


def _month_and_day(entry: dict[str, object]) -> tuple[int, int]:
    month, _, number = str(entry.get("warn_from", "")).partition("-")
    try:
        # A leap year, so that every day of any year is one.
        day = date(2024, int(month), int(number))
    except ValueError as error:
        raise ValueError(f"working_calendars.yaml: warn_from is “MM-DD”: {entry!r}") from error
    return day.month, day.day
