"""A line of a plan as somebody writes it: the plain values that actions take."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from openpar.engine.periods import PeriodKind
from openpar.reform.plans.models import DeadlineKind, LineChange


@dataclass(frozen=True)
class Agencies:
    """One agency, or a class of agencies by its code (classes.py); exactly one of the two."""

    organisation_id: int | None = None
    agency_class: str = ""


@dataclass(frozen=True)
class Deadline:
    """By when, as the plan says it.

    DATE: `on`. QUARTER: `quarter` 1–4, its last day. RECURRING: `each` period. CONTINUOUS: “thường xuyên”,
    judged once each period of data/plans/deadlines.yaml unless `each` says otherwise. AFTER_EVENT: `event`
    and `days_after` it (calendar days; None: the number of the data). `words`: as the document has it.
    """

    kind: DeadlineKind
    on: date | None = None
    quarter: int | None = None
    each: PeriodKind | None = None
    event: str = ""
    days_after: int | None = None
    words: str = ""

    @classmethod
    def by(cls, on: date, words: str = "") -> Deadline:
        """By a day."""
        return cls(DeadlineKind.DATE, on=on, words=words)


@dataclass(frozen=True)
class Source:
    """What a task came from: kind (“finding”, “meeting”, “petition”), its id there, its words."""

    kind: str = ""
    id: int | None = None
    text: str = ""


@dataclass(frozen=True)
class NewLine:
    """A task as a plan words it. `field`: F0 … F6. `budget` in VND, None: the plan names none.

    `is_secret`: refused, always; a plan keeps only how many lines stay outside.
    """

    field: str
    text: str
    deadline: Deadline
    leads: tuple[Agencies, ...]
    product: str = ""
    cooperating: tuple[Agencies, ...] = ()
    number: str = ""
    budget: Decimal | None = None
    budget_source: str = ""
    parent_task_id: int | None = None
    note: str = ""
    source: Source = dataclasses.field(default_factory=Source)
    is_secret: bool = False


@dataclass(frozen=True)
class Settlement:
    """What a new version does with a task: the change, the clause, and the new wording of a changed one.

    CARRIED and DROPPED take no new wording; CHANGED and REASSIGNED do (REASSIGNED: other leads).
    """

    change: LineChange
    clause: str
    line: NewLine | None = None


def led_by(*organisation_ids: int) -> tuple[Agencies, ...]:
    """Single agencies."""
    return tuple(Agencies(organisation_id=each) for each in organisation_ids)


def led_by_class(code: str) -> tuple[Agencies, ...]:
    """A class of agencies."""
    return (Agencies(agency_class=code),)
