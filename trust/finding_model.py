"""What may happen to a finding, said a second time, apart from the program."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

OPEN, REMEDIATING, REPORTED, SENT_BACK, CLOSED = "OPEN", "REMEDIATING", "REPORTED", "SENT_BACK", "CLOSED"
_OWED = (OPEN, REMEDIATING, SENT_BACK)


@dataclass(frozen=True)
class Person:
    """Somebody with one office in one agency."""

    name: str
    office: str
    agency: str


@dataclass(frozen=True)
class Asked:
    """A request for more time that waits."""

    by: str
    until: date


@dataclass
class Case:
    """One finding: whose it is, who found it, from inside or from outside, and how it stands."""

    unit: str
    finder: str
    is_inside: bool
    deadline: date | None
    state: str = OPEN
    reported_by: str = ""
    reported_on: date | None = None
    closed_by: str = ""
    asked: Asked | None = None
    steps: list[str] = field(default_factory=list)
    # Every deadline that a request replaced.
    old_deadlines: list[date] = field(default_factory=list)

    def is_mended_by(self, who: Person) -> bool:
        return who.agency == self.unit and who.office in ("focal", "head")

    def is_judged_by(self, who: Person) -> bool:
        if self.is_inside:
            return who.agency == self.unit and who.office == "head"
        if who.agency == self.unit:
            return False
        if self.finder == self.unit:
            return who.office == "leader"
        return who.agency == self.finder and who.office in ("manager", "head")

    def is_seen_by(self, who: Person) -> bool:
        if who.office in ("manager", "leader"):
            return True
        return who.agency == self.unit or (who.agency == self.finder and who.office in ("focal", "head"))

    def plan(self, who: Person, wanted: date | None, today: date) -> bool:
        if not self.is_mended_by(who) or self.state not in (OPEN, REMEDIATING):
            return False
        if wanted is None and self.deadline is None:
            return False
        if wanted is not None and wanted != self.deadline:
            if wanted < today or (self.deadline is not None and wanted > self.deadline):
                return False
            self.deadline = wanted
        self.state = REMEDIATING
        self.steps.append("PLANNED")
        return True

    def report(self, who: Person, owner: str, today: date) -> bool:
        if not self.is_mended_by(who) or self.state not in (REMEDIATING, SENT_BACK) or owner != self.unit:
            return False
        self.state, self.reported_by, self.reported_on = REPORTED, who.name, today
        self.steps.append("REPORTED")
        return True

    def close(self, who: Person) -> bool:
        if not self.is_judged_by(who) or self.state != REPORTED or self.asked is not None:
            return False
        if self.reported_by == who.name:
            return False
        self.state, self.closed_by = CLOSED, who.name
        self.steps.append("CLOSED")
        return True

    def send_back(self, who: Person, reason: str, until: date | None, today: date) -> bool:
        if not self.is_judged_by(who) or self.state != REPORTED or not reason:
            return False
        if until is not None and until < today:
            return False
        self.state, self.deadline = SENT_BACK, until or self.deadline
        self.steps.append("SENT_BACK")
        return True

    def ask(self, who: Person, until: date, today: date) -> bool:
        if not self.is_mended_by(who) or self.state not in (REMEDIATING, SENT_BACK) or self.asked is not None:
            return False
        if self.deadline is None or until <= self.deadline or until < today:
            return False
        self.asked = Asked(who.name, until)
        self.old_deadlines.append(self.deadline)
        return True

    def decide(self, who: Person, is_granted: bool) -> bool:
        if not self.is_judged_by(who) or self.asked is None or self.asked.by == who.name:
            return False
        if is_granted:
            # What was sent back meanwhile may have a later day: more time is never less.
            if self.deadline is not None and self.asked.until <= self.deadline:
                return False
            self.deadline = self.asked.until
        self.asked = None
        return True

    def is_overdue(self, today: date) -> bool:
        return self.state in _OWED and self.deadline is not None and today > self.deadline

    def was_in_time(self) -> bool:
        """Accepted, on a report made by the deadline in force."""
        if self.state != CLOSED or self.reported_on is None:
            return False
        return self.deadline is None or self.reported_on <= self.deadline
