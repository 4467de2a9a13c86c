"""What may happen to periodic reports, said a second time, apart from the program."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

DRAFT, SUBMITTED, RETURNED = "DRAFT", "SUBMITTED", "RETURNED"
ACCEPTED, LOCKED, REPLACED = "ACCEPTED", "LOCKED", "REPLACED"
PERIOD = (date(2026, 6, 15), date(2026, 9, 14))
DUE = date(2026, 9, 16)


@dataclass(frozen=True)
class Person:
    """Somebody of one agency: officer, head, manager, chief (head and manager), leader, auditor."""

    name: str
    office: str
    agency: str

    @property
    def receives(self) -> bool:
        return self.office in ("manager", "chief")


@dataclass
class Revision:
    """What an agency said when; `wrote` tells by part who wrote what stands there."""

    number: int
    made_by: str
    reason: str = ""
    state: str = DRAFT
    until: date = PERIOD[1]
    figure: int | None = None
    text: str = ""
    wrote: dict[str, str] = field(default_factory=dict)
    submitted_by: str = ""
    submitted_on: date | None = None
    late: int | None = None
    returned_by: str = ""
    accepted_by: str = ""
    is_signed: bool = False
    is_cut_off: bool = False

    @property
    def authors(self) -> set[str]:
        return {self.made_by, self.submitted_by, *self.wrote.values()}

    @property
    def is_whole(self) -> bool:
        return "rest" in self.wrote and self.figure is not None and bool(self.text)

    def next(self, made_by: str, reason: str) -> Revision:
        """The draft that goes on from this one."""
        return Revision(
            self.number + 1,
            made_by,
            reason,
            until=self.until,
            figure=self.figure,
            text=self.text,
            wrote=dict(self.wrote),
        )


@dataclass
class Book:
    """The report of one agency; empty before it is begun."""

    unit: str
    revisions: list[Revision] = field(default_factory=list)

    def is_written_by(self, who: Person) -> bool:
        return who.agency == self.unit and who.office in ("officer", "head", "chief")

    def is_sent_by(self, who: Person) -> bool:
        return who.agency == self.unit and who.office in ("head", "chief")

    def is_seen_by(self, who: Person) -> bool:
        return self.is_written_by(who) or who.office in ("manager", "chief", "leader", "auditor")

    def draft(self) -> Revision | None:
        """What is being written."""
        newest = self.revisions[-1] if self.revisions else None
        return newest if newest is not None and newest.state == DRAFT else None

    def in_force(self) -> Revision | None:
        found = [one for one in self.revisions if one.state in (ACCEPTED, LOCKED)]
        return found[-1] if found else None

    def open(self, who: Person) -> bool:
        if not self.is_written_by(who):
            return False
        if not self.revisions:
            self.revisions.append(Revision(1, who.name))
        return True

    def fill(self, who: Person) -> bool:
        draft = self.draft()
        if draft is None or not self.is_written_by(who):
            return False
        draft.wrote.setdefault("rest", who.name)
        if draft.figure is None:
            draft.figure, draft.wrote["figure"] = 0, who.name
        if not draft.text:
            draft.text, draft.wrote["text"] = "Nội dung đã thực hiện trong kỳ.", who.name
        return True

    def enter(self, who: Person, figure: int | None, *, is_stale: bool) -> bool:
        draft = self.draft()
        if draft is None or not self.is_written_by(who) or is_stale:
            return False
        if figure != draft.figure:
            draft.figure, draft.wrote["figure"] = figure, who.name
        return True

    def write(self, who: Person, text: str, *, is_stale: bool) -> bool:
        draft = self.draft()
        if draft is None or not self.is_written_by(who) or is_stale:
            return False
        if text != draft.text:
            draft.text, draft.wrote["text"] = text, who.name
        return True

    def cut(self, who: Person, until: date, *, is_stale: bool) -> bool:
        draft = self.draft()
        if draft is None or not self.is_written_by(who) or is_stale:
            return False
        if not PERIOD[0] <= until <= PERIOD[1]:
            return False
        draft.until = until
        return True

    def submit(self, who: Person, today: date, *, is_stale: bool) -> bool:
        draft = self.draft()
        if draft is None or not self.is_sent_by(who) or is_stale:
            return False
        if not draft.is_whole or today < draft.until:
            return False
        draft.state, draft.submitted_by, draft.submitted_on = SUBMITTED, who.name, today
        draft.late = working_days_late(today)
        return True

    def give_back(self, who: Person, one: Revision, reason: str) -> bool:
        if not who.receives or who.name in one.authors or one.state != SUBMITTED or not reason:
            return False
        one.state, one.returned_by = RETURNED, who.name
        self.revisions.append(one.next(one.made_by, reason))
        return True

    def accept(self, who: Person, one: Revision) -> bool:
        if not who.receives or who.name in one.authors or one.state != SUBMITTED:
            return False
        for before in self.revisions:
            before.state = REPLACED if before.state == ACCEPTED else before.state
        one.state, one.accepted_by = ACCEPTED, who.name
        return True

    def revise(self, who: Person, reason: str) -> bool:
        newest = self.revisions[-1] if self.revisions else None
        if newest is None or newest.state not in (ACCEPTED, LOCKED):
            return False
        if not self.is_written_by(who) or not reason:
            return False
        self.revisions.append(newest.next(who.name, reason))
        return True

    def discard(self, who: Person, *, is_stale: bool) -> bool:
        draft = self.draft()
        if draft is None or not self.is_written_by(who) or is_stale:
            return False
        # After a returned one nothing else could be begun; a first one is dropped while it is empty.
        if self.revisions[-2].state == RETURNED if len(self.revisions) > 1 else draft.wrote:
            return False
        self.revisions.pop()
        return True

    def attach(self, who: Person, one: Revision, owner: str, *, is_complete: bool) -> bool:
        if not self.is_written_by(who) or one.state in (DRAFT, RETURNED) or one.is_signed:
            return False
        if owner != self.unit or not is_complete:
            return False
        one.is_signed = True
        return True


@dataclass
class Period:
    """The reports of one period, and its cut-off: what counted then, by agency."""

    books: dict[str, Book]
    cut_off: dict[str, Revision] | None = None

    def lock(self, who: Person, today: date) -> bool:
        waiting = any(one.state == SUBMITTED for book in self.books.values() for one in book.revisions)
        if not who.receives or self.cut_off is not None or today < DUE or waiting:
            return False
        self.cut_off = {}
        for unit, book in self.books.items():
            for one in book.revisions:
                if one.state == ACCEPTED:
                    one.state, one.is_cut_off = LOCKED, True
                    self.cut_off[unit] = replace(one)
        return True


def working_days_late(day: date) -> int:
    """From the due day on, Mondays to Fridays; autumn has no holiday after Quốc khánh."""
    days = (DUE + timedelta(days=number) for number in range(1, (day - DUE).days + 1))
    return sum(one.weekday() < 5 for one in days)
