"""Tasks to begin a draft with: the catalogue of data/plans/typical_tasks.yaml, for the year of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from openpar.common.dated_data import rows_of
from openpar.engine.periods import PeriodKind
from openpar.reform.plans.lines import Agencies, Deadline, NewLine
from openpar.reform.plans.models import DeadlineKind


@dataclass(frozen=True)
class TypicalTask:
    """One of the catalogue, with its deadline in a year; where it was seen, and how certain that is."""

    number: int
    field: str
    text: str
    product: str
    deadline: Deadline
    certainty: str
    source: str

    def led_by(self, leads: Agencies) -> NewLine:
        """As a line of a plan."""
        return NewLine(
            field=self.field, text=self.text, deadline=self.deadline, leads=(leads,), product=self.product
        )


def typical_tasks(year: int) -> tuple[TypicalTask, ...]:
    """The whole catalogue, in its order, for the plan of a year."""
    return tuple(
        TypicalTask(
            number=row["number"],
            field=row["field"],
            text=row["text"],
            product=row["product"],
            deadline=_deadline(row["deadline"], year),
            certainty=row["certainty"],
            source=row["source"],
        )
        for row in rows_of("plans/typical_tasks.yaml", "tasks")
    )


def _deadline(said: Mapping[str, Any], year: int) -> Deadline:
    kind = DeadlineKind(said["kind"])
    if kind is DeadlineKind.DATE:
        of_year = year if "in_year" in said else year - 1
        month, day = (said.get("in_year") or said["before_year"]).split("-")
        return Deadline.by(date(of_year, int(month), int(day)))
    return Deadline(
        kind,
        quarter=said.get("quarter"),
        each=PeriodKind(said["each"]) if "each" in said else None,
        event=said.get("event", ""),
        days_after=said.get("days_after"),
    )
