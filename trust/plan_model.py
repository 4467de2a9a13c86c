"""A small model of plans, written for itself: what each obligation is, and who may do what with it.

It knows nothing of the program but its words. Walks act through the real actions and ask after every move
whether the program and the model say the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

OPEN, REPORTED, DONE, DROPPED = "OPEN", "REPORTED", "DONE", "DROPPED"


@dataclass
class Asked:
    """A request that waits: the deadline it was made under, and the one wanted."""

    old: date | None
    new: date | None


@dataclass
class Owed:
    """One duty of the model."""

    due: date | None
    from_on: date | None = None
    state: str = OPEN
    completed: date | None = None
    extensions: int = 0
    excused: bool = False
    extension: Asked | None = None
    objective: Asked | None = None

    def is_late(self) -> bool:
        return self.completed is not None and self.due is not None and self.completed > self.due


@dataclass
class Line:
    """One obligation of the model: an agency by its name."""

    task: str
    agency: str
    since: date
    duties: list[Owed] = field(default_factory=list)
    started: date | None = None
    is_ended: bool = False

    def bucket(self, today: date) -> str:
        """Which of the four it is in on a day."""
        live = [duty for duty in self.duties if duty.state != DROPPED]
        if all(duty.state == DONE for duty in live):
            return "late" if any(duty.is_late() for duty in live) else "on_time"
        for duty in live:
            in_time = duty.state == REPORTED and not duty.is_late()
            if duty.state != DONE and not in_time and duty.due is not None and duty.due < today:
                return "overdue"
        return "in_time"

    def is_implemented(self) -> bool:
        return self.started is not None or any(duty.state == DONE for duty in self.duties)


@dataclass(frozen=True)
class Actor:
    """Who acts in the model: head or officer of an agency, or one of the offices of the province."""

    name: str
    office: str
    agency: str = ""


def may_report(actor: Actor, line: Line) -> bool:
    return actor.office == "head" and actor.agency == line.agency


def may_ask(actor: Actor, line: Line) -> bool:
    return actor.office in ("head", "officer") and actor.agency == line.agency


def may_confirm(actor: Actor, line: Line) -> bool:
    """Sở Nội vụ confirms what others did, the leaders what anybody did."""
    return actor.office == "leader" or (actor.office == "manager" and line.agency != actor.agency)


def may_decide(actor: Actor) -> bool:
    return actor.office == "leader"


def may_plan(actor: Actor) -> bool:
    return actor.office == "manager"


def report_is_sound(line: Line, duty: Owed, completed: date, today: date) -> bool:
    """An open duty, on a day that can be."""
    first = max(line.since, duty.from_on or line.since)
    return not line.is_ended and duty.state == OPEN and first <= completed <= today


def extension_is_sound(line: Line, duty: Owed, wanted: date, today: date) -> bool:
    if line.is_ended or duty.state != OPEN or duty.due is None or duty.extension is not None:
        return False
    return wanted > duty.due and wanted >= today


def objective_is_sound(line: Line, duty: Owed, today: date) -> bool:
    if line.is_ended or duty.excused or duty.objective is not None or duty.due is None:
        return False
    if duty.state == DONE:
        return duty.is_late()
    return duty.state in (OPEN, REPORTED) and today > duty.due


def counted(lines: list[Line], today: date) -> dict[str, int]:
    """The tally of the model."""
    live = [line for line in lines if not line.is_ended]
    counts = dict.fromkeys(("on_time", "late", "overdue", "in_time"), 0)
    for line in live:
        counts[line.bucket(today)] += 1
    counts["implemented"] = sum(line.is_implemented() for line in live)
    return counts
