"""The model of a reform plan: its versions, their lines, and who owes what by them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from trust.lives.place import PAPERS_ON, Person

# A task of the version before that is worded anew.
_ANEW = ("CHANGED", "REASSIGNED")


@dataclass(frozen=True)
class Line:
    """One task as a version words it: who leads, what becomes of it by which clause, ordered by a meeting?"""

    task: int
    words: str
    leads: tuple[str, ...]
    change: str = "NEW"
    clause: str = ""
    is_ordered: bool = False


@dataclass
class Version:
    """A version of the model, its lines by the task."""

    number: int
    state: str = "DRAFT"
    lines: dict[int, Line] = field(default_factory=dict)
    from_on: date | None = None


@dataclass
class Year:
    """The plan of the model: of the province, made by Sở Nội vụ, or of Sở Y tế; the newest version last."""

    is_of_province: bool
    versions: list[Version] = field(default_factory=list)

    @property
    def agency(self) -> str:
        return "committee" if self.is_of_province else "health"

    @property
    def draft(self) -> Version | None:
        return next((one for one in self.versions if one.state == "DRAFT"), None)

    @property
    def in_force(self) -> Version | None:
        return next((one for one in self.versions if one.state == "IN_FORCE"), None)

    def is_made_by(self, who: Person) -> bool:
        return who.office == "manager" if self.is_of_province else who.works_in("health")

    def is_issued_by(self, who: Person) -> bool:
        return who.office == "manager" if self.is_of_province else who.heads("health")

    def is_open_to(self, who: Person, *, is_stale: bool) -> bool:
        return self.is_made_by(who) and self.draft is not None and not is_stale

    def reword(self, who: Person, line: Line, told: Line, *, is_stale: bool) -> bool:
        """What is new, or settled as changed (it keeps its leads) or as reassigned (it does not)."""
        if not self.is_open_to(who, is_stale=is_stale) or told.words.strip() == "":
            return False
        return line.change == "NEW" or (line.change in _ANEW and self._has_its_leads(told))

    def remove(self, who: Person, line: Line, *, is_stale: bool) -> bool:
        """A task that is new in the draft, unless a meeting ordered it."""
        return self.is_open_to(who, is_stale=is_stale) and line.change == "NEW" and not line.is_ordered

    def settle(self, who: Person, line: Line, told: Line, *, is_worded: bool, is_stale: bool) -> bool:
        """What a clause says becomes of a task of the version before."""
        if not self.is_open_to(who, is_stale=is_stale) or line.change == "NEW" or told.change == "NEW":
            return False
        if told.clause.strip() == "" or is_worded != (told.change in _ANEW):
            return False
        return not is_worded or self._has_its_leads(told)

    def settled(self, line: Line, told: Line) -> Line:
        """The line once it is settled so; what is not changed after all says what it said before."""
        if told.change in _ANEW:
            return replace(told, is_ordered=line.is_ordered)
        source = self._before(line) if line.change in _ANEW else line
        return replace(source, change=told.change, clause=told.clause)

    def supplement(self, who: Person) -> bool:
        """Into a first draft, else into the version in force: there always is one of the two."""
        return self.is_made_by(who) and self.versions != []

    def add(self, line: Line, source: str) -> None:
        """A supplement as the versions have it: a draft beside the one in force carries it over."""
        if self.in_force is None:
            self.versions[-1].lines[line.task] = line
            return
        self.in_force.lines[line.task] = line
        if self.draft is not None:
            self.draft.lines[line.task] = replace(line, change="CARRIED", clause=source)

    def draw_up(self) -> None:
        """The next version: nothing in it is settled yet."""
        before = self.versions[-1]
        copied = {
            task: replace(line, change="UNSETTLED", clause="")
            for task, line in before.lines.items()
            if line.change != "DROPPED"
        }
        self.versions.append(Version(before.number + 1, lines=copied))

    def issue(self, who: Person, on: date, today: date, *, is_proved: bool, is_stale: bool) -> bool:
        """With a document, from a day that has come, after the version before, every task settled."""
        draft, before = self.draft, self.in_force
        if draft is None or not self.is_issued_by(who) or is_stale or not is_proved:
            return False
        if not PAPERS_ON <= on <= today or (before and before.from_on and on <= before.from_on):
            return False
        return draft.lines != {} and all(one.change != "UNSETTLED" for one in draft.lines.values())

    def come_into_force(self, on: date) -> None:
        for one in self.versions[:-1]:
            one.state = "REPLACED"
        self.versions[-1].state, self.versions[-1].from_on = "IN_FORCE", on

    def discard(self, who: Person, *, is_stale: bool) -> bool:
        """Not while a meeting has ordered one of its new tasks."""
        if self.draft is None or not self.is_open_to(who, is_stale=is_stale):
            return False
        return not any(one.is_ordered and one.change == "NEW" for one in self.draft.lines.values())

    def owed(self) -> set[tuple[int, str]]:
        """Who owes which task now."""
        lines = self.in_force.lines.values() if self.in_force else ()
        return {(one.task, lead) for one in lines if one.change != "DROPPED" for lead in one.leads}

    def _before(self, line: Line) -> Line:
        assert self.in_force is not None
        return self.in_force.lines[line.task]

    def _has_its_leads(self, told: Line) -> bool:
        is_same = set(told.leads) == set(self._before(told).leads)
        return is_same == (told.change == "CHANGED")
