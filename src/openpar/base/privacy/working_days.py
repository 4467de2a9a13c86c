"""Counting working days. Pure: the calendar is given; `calendar()` reads the one of data/."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from openpar.common.yaml_files import data_of

_SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """Weekdays on which nobody works, and Saturdays on which everybody does."""

    days_off: frozenset[date]
    worked_saturdays: frozenset[date]

    def is_working(self, day: date) -> bool:
        if day.weekday() >= _SATURDAY:
            return day in self.worked_saturdays
        return day not in self.days_off


def last_day(received_on: date, working_days: int, calendar: Calendar) -> date:
    """The last day of a period of working days; the day of reception is not counted (Civil Code 147.2)."""
    day = received_on
    for _counted in range(working_days):
        day += timedelta(days=1)
        while not calendar.is_working(day):
            day += timedelta(days=1)
    return day


def days_to_answer(received_on: date) -> int | None:
    """Working days the law gives for an answer (data/personal_data.yaml); None before it was in force."""
    for since, until, days in _answers(settings.OPENPAR_DATA_DIR / "personal_data.yaml"):
        if since <= received_on and (until is None or received_on < until):
            return days
    return None


def calendar() -> Calendar:
    """The calendar of data/vn_holidays.yaml; a year that it does not have has only weekends."""
    return _calendar(settings.OPENPAR_DATA_DIR / "vn_holidays.yaml")


@lru_cache(maxsize=4)
def _calendar(path: Path) -> Calendar:
    years = data_of(path)["years"].values()
    return Calendar(
        days_off=frozenset(day for year in years for day in year["off_weekdays"]),
        worked_saturdays=frozenset(day for year in years for day in year["worked_saturdays"]),
    )


@lru_cache(maxsize=4)
def _answers(path: Path) -> tuple[tuple[date, date | None, int], ...]:
    entries = data_of(path)["answers"]
    return tuple((entry["from"], entry["until"], int(entry["working_days"])) for entry in entries)
