"""Thresholds of the registers by date, and what they feed (data/monitors/*.yaml); read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from openpar.common.yaml_files import data_of


@dataclass(frozen=True)
class Identity:
    """`above` is at most `below` less `less`; all are columns."""

    above: str
    below: str
    less: str = ""


@dataclass(frozen=True)
class Sum:
    """The parts make up the whole; all are columns."""

    parts: tuple[str, ...]
    whole: str


@dataclass(frozen=True)
class Law:
    """What is said of one register on a day. `findings` by the kind of lapse; "" where there is no code."""

    findings: Mapping[str, str]
    source: str
    certainty: str
    # Quality system: outdated standards since when, months between audits, changes that ask for a decision.
    outdated: Mapping[str, date]
    maintained_within_months: int
    reannounced_after: frozenset[str]
    # Plans: due on (month, day) of their year.
    due: tuple[int, int] | None
    at_most: tuple[Identity, ...]
    sums: tuple[Sum, ...]
    parallel_from_percent: int
    # Quarters: told within so many calendar days of their end; 0 for registers without quarters.
    told_within_days: int

    def due_on(self, year: int) -> date | None:
        """The day on which the plan of a year is due."""
        return date(year, *self.due) if self.due else None


@dataclass(frozen=True)
class Counted:
    """One side of a figure: entries in some states, all entries, or columns less columns."""

    states: frozenset[str] = frozenset()
    entries: bool = False
    fields: tuple[str, ...] = ()
    less: tuple[str, ...] = ()


@dataclass(frozen=True)
class FigureDefinition:
    """What one figure counts above and below the line; `report` is its line in the reform report.

    A count is a number alone, of which there is no ratio: nothing is below.
    """

    code: str
    register: str
    title: str
    report: str
    numerator: Counted
    denominator: Counted
    certainty: str
    is_count: bool = False


def law_on(register: str, day: date) -> Law:
    """What holds on a day; before the first day of the data, what they say first. Raises KeyError for a
    register that they do not have, LookupError for a day that they leave out.
    """
    versions = _laws(_folder() / "rules.yaml")[register]
    wanted = max(day, versions[0][0])
    for since, until, law in versions:
        if since <= wanted and (until is None or wanted < until):
            return law
    raise LookupError(f"data/monitors/rules.yaml says nothing of {register} for {day}")


def figure_definitions(register: str = "") -> tuple[FigureDefinition, ...]:
    """All figures, or those of one register, in the order of the file."""
    found = _figures(_folder() / "figures.yaml")
    return tuple(one for one in found if register in ("", one.register))


def _folder() -> Path:
    return Path(settings.OPENPAR_DATA_DIR) / "monitors"


@lru_cache(maxsize=4)
def _laws(path: Path) -> dict[str, tuple[tuple[date, date | None, Law], ...]]:
    content: dict[str, list[dict[str, Any]]] = data_of(path)
    return {
        register: tuple((one["from"], one["until"], _law(one)) for one in versions)
        for register, versions in content.items()
    }


def _law(given: dict[str, Any]) -> Law:
    due = given.get("due")
    return Law(
        findings=given["findings"],
        source=given["source"],
        certainty=given["certainty"],
        outdated={one["standard"]: one["since"] for one in given.get("outdated", ())},
        maintained_within_months=given.get("maintained_within_months", 0),
        reannounced_after=frozenset(given.get("reannounced_after", ())),
        due=(due["month"], due["day"]) if due else None,
        at_most=tuple(Identity(**one) for one in given.get("at_most", ())),
        sums=tuple(Sum(tuple(one["parts"]), one["whole"]) for one in given.get("sums", ())),
        parallel_from_percent=given.get("parallel_from_percent", 0),
        told_within_days=given.get("told_within_days", 0),
    )


@lru_cache(maxsize=4)
def _figures(path: Path) -> tuple[FigureDefinition, ...]:
    rows = data_of(path)["figures"]
    return tuple(
        FigureDefinition(
            code=one["code"],
            register=one["register"],
            title=one["title"],
            report=one["report"],
            numerator=_counted(one["numerator"]),
            denominator=_counted(one["denominator"] or {}),
            certainty=one["certainty"],
            is_count=one["denominator"] is None,
        )
        for one in rows
    )


def _counted(given: dict[str, Any]) -> Counted:
    return Counted(
        states=frozenset(given.get("states", ())),
        entries=given.get("entries", False),
        fields=tuple(given.get("fields", ())),
        less=tuple(given.get("less", ())),
    )
