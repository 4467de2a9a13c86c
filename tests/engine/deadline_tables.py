"""The worked tables of tests/engine/deadlines: due dates that can be checked by hand on a calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from openpar.base.calendars.files import shipped_calendar
from openpar.engine.workdays import (
    VIETNAM,
    Limit,
    NamedDay,
    OfficeHours,
    Pause,
    PauseKind,
    Shift,
    Unit,
    WorkCalendar,
)
from openpar.parindex.criteria.yaml_files import read_mapping

FOLDER = Path(__file__).parent / "deadlines"
SHIPPED = Path(__file__).parents[2] / "data" / "vn_holidays.yaml"
_KEYS = {"received", "limit", "unit", "pauses", "supplements", "due", "refused", "why", "says"}


@dataclass(frozen=True)
class DeadlineCase:
    """One row: what came in, and the due moment or the code of the refusal."""

    name: str
    calendar: WorkCalendar
    received: date
    limit: Limit
    pauses: tuple[Pause, ...]
    due: datetime | None
    refused: str
    why: str
    says: str


@dataclass(frozen=True)
class DeadlineTable:
    """Rows that share a calendar, and what is said above them."""

    about: str
    cases: tuple[DeadlineCase, ...]


def tables(name: str, folder: Path = FOLDER) -> Iterator[DeadlineTable]:
    """The tables of one file."""
    given = read_mapping(folder / f"{name}.yaml")
    for table in given["tables"]:
        calendar = _calendar(table)
        cases = tuple(_case(name, row, given.get("unit", ""), calendar) for row in table["rows"])
        yield DeadlineTable(table.get("about", ""), cases)


@cache
def cases(folder: Path = FOLDER) -> list[DeadlineCase]:
    """Every row of every table."""
    names = sorted(path.stem for path in folder.glob("*.yaml"))
    return [case for name in names for table in tables(name, folder) for case in table.cases]


def moment(text: str) -> date:
    """2026-02-13 or 2026-02-13T15:30, on the clocks of Viet Nam."""
    if "T" not in text:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def _case(name: str, row: dict[str, Any], unit: str, calendar: WorkCalendar) -> DeadlineCase:
    if row.keys() - _KEYS:
        raise ValueError(f"{name}, “{row['why']}”: nobody reads {sorted(row.keys() - _KEYS)}")
    pauses = [
        Pause(moment(begins), moment(ends), kind)
        for key, kind in (("pauses", PauseKind.STOPS), ("supplements", PauseKind.STARTS_ANEW))
        for begins, ends in row.get(key, ())
    ]
    due = moment(row["due"]) if "due" in row else None
    return DeadlineCase(
        name=f"{name}: {row['why']}",
        calendar=calendar,
        received=moment(row["received"]),
        limit=Limit(int(row["limit"]), Unit(row.get("unit", unit))),
        pauses=tuple(pauses),
        due=due if isinstance(due, datetime) else None,
        refused=row.get("refused", ""),
        why=row["why"],
        says=row.get("says", ""),
    )


def _calendar(table: dict[str, Any]) -> WorkCalendar:
    """The shipped calendar with what a table changes of it."""
    shipped = shipped_calendar(SHIPPED.parent)
    years = [each.days for each in shipped.years]
    hours: OfficeHours = shipped.hours[0].hours
    for text in table.get("days_off", ()):
        day = NamedDay(date.fromisoformat(text), "Ngày nghỉ mới")
        years = [
            replace(year, days_off=(*year.days_off, day)) if year.year == day.day.year else year
            for year in years
        ]
    if "shifts" in table:
        hours = replace(hours, shifts=_shifts(table["shifts"]))
    if "saturday_reception" in table:
        hours = replace(hours, saturday_reception=_shifts(table["saturday_reception"]))
    if "same_day_until" in table:
        hours = replace(hours, same_day_until=None)
    return WorkCalendar(shipped.name, years, [hours])


def _shifts(texts: list[str]) -> tuple[Shift, ...]:
    edges = [text.split("-") for text in texts]
    return tuple(Shift(time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in edges)
