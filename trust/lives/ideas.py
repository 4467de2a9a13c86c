"""The model of a model or initiative: what may be done with it, and by whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from trust.lives.place import Person
from trust.lives.walking import NOTHING

# The first half of the reform year 2026.
_FROM, UNTIL = date(2025, 12, 15), date(2026, 6, 14)
_RUNS = ("RUNNING", "REPLICATED")


@dataclass
class Idea:
    """The model or initiative of the model; Sở Y tế has it."""

    kind: str
    state: str = NOTHING
    title: str = ""
    proposed_by: str = ""
    started_on: date | None = None
    stopped_on: date | None = None
    levels: list[str] = field(default_factory=list)
    taken_by: list[str] = field(default_factory=list)
    evaluations: list[str] = field(default_factory=list)
    figures: int = 0
    # Day of the contest and prize, once there is one.
    contests: list[str | None] = field(default_factory=list)
    recognised_on: date | None = None

    def is_of(self, who: Person) -> bool:
        return who.works_in("health")

    def change(self, who: Person, kind: str, title: str, *, is_stale: bool) -> bool:
        is_sound = kind == self.kind and title.strip() != ""
        return self.is_of(who) and self.state != "STOPPED" and not is_stale and is_sound

    def recognise(self, who: Person, level: str, on: date | None, owner: str, today: date) -> bool:
        if not (who.heads("health") if level == "BASE" else who.office == "manager"):
            return False
        if who.name == self.proposed_by or self.state == "STOPPED" or level in self.levels:
            return False
        if level != "BASE" and "BASE" not in self.levels:
            return False
        return on is not None and on <= today and owner == who.agency

    def start(self, who: Person, on: date | None, owner: str, today: date, *, is_stale: bool) -> bool:
        """A model may run unrecognised, by a document."""
        if not self.is_of(who) or is_stale or on is None or on > today or owner not in ("", who.agency):
            return False
        is_bold = self.state == "PROPOSED" and self.kind == "MODEL" and owner != ""
        return self.state == "RECOGNISED" or is_bold

    def stop(self, who: Person, on: date | None, reason: str, today: date, *, is_stale: bool) -> bool:
        if not self.is_of(who) or self.state == "STOPPED" or is_stale or on is None or on > today:
            return False
        return reason.strip() != "" and (self.started_on is None or on >= self.started_on)

    def replicate(self, who: Person, agency: str, on: date | None, owner: str, today: date) -> bool:
        if not (self.is_of(who) or who.office == "manager") or self.state not in _RUNS:
            return False
        is_other = agency not in ("", "health", *self.taken_by)
        if on is None or on > today or (self.started_on is not None and on < self.started_on):
            return False
        return is_other and owner == who.agency

    def ran(self) -> bool:
        """On at least one day of the half year."""
        if self.started_on is None or self.started_on > UNTIL:
            return False
        return self.stopped_on is None or self.stopped_on >= _FROM

    def evaluate(self, who: Person, text: str, seen: int) -> bool:
        return self.is_of(who) and self.ran() and text.strip() != "" and seen == len(self.evaluations)

    def contest(self, who: Person, on: date, today: date) -> bool:
        """Only what the base recognised by then, and one contest a year once."""
        is_recognised = self.recognised_on is not None and self.recognised_on <= on
        return self.is_of(who) and self.state != "STOPPED" and is_recognised and on <= today
