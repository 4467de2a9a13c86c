"""Random walks through the lives of reports: every move by the real action, and by the model beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from trust.report_model import DUE, PERIOD, Book, Period, Person, Revision, working_days_late
from trust.report_people import documents_of, people_of

LINE, PART = "1.4.1", "F3"
_MOVES = (
    *("open", "fill", "fill", "enter", "write", "cut", "submit", "submit", "submit", "give_back", "accept"),
    *("accept", "revise", "revise", "discard", "attach", "lock", "sleep"),
)
# What comes next, more often than not; "" before there is a report.
_NEXT = {
    "": ("open",),
    "DRAFT": ("fill", "enter", "write", "submit", "submit", "submit"),
    "SUBMITTED": ("accept", "accept", "give_back", "attach"),
    "ACCEPTED": ("revise", "lock", "attach"),
    "LOCKED": ("revise", "attach"),
}
_BEGUN, _YEAR, _CODE = date(2026, 9, 12), 2026, "q3"


@dataclass
class Seen:
    """What walks met: how many moves, how many were accepted, what was broken."""

    moves: int = 0
    accepted: int = 0
    revisions: int = 0
    cut_off: int = 0
    kinds: set[tuple[str, str, bool]] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)


class Walk:
    """Two agencies report on one quarter: Sở Y tế, and Sở Nội vụ, which receives and cuts off."""

    def __init__(
        self, place: Any, random: Random, seen: Seen, name: str, crowd: tuple[str, ...] = ()
    ) -> None:
        """`crowd`: the people who act more often than others."""
        self.place, self.random, self.seen, self.name = place, random, seen, name
        self.today = _BEGUN
        self.people = people_of(place)
        self.crowd = [one for name in crowd for one in self.people if one[0].name == name]
        self.names = {actor.id: person.name for person, actor in self.people}
        self.units = {"health": place.health.agency.pk, "home": place.home.agency.pk}
        self.documents = documents_of(place)
        self.period = Period({unit: Book(unit) for unit in self.units})

    def go(self, moves: int, favourites: tuple[str, ...] = ()) -> None:
        """So many moves, until something is broken."""
        for number in range(moves):
            # With people of Sở Nội vụ in the crowd it is mostly about their own report.
            unit = "home" if self.crowd and self.random.random() < 0.7 else self._any_unit()
            book = self.period.books[unit]
            before = book.revisions[-1].state if book.revisions else ""
            move = self._move(before, favourites)
            is_right, told = getattr(self, f"_{move}")(book)
            self.seen.moves += 1
            self.seen.accepted += is_right
            self.seen.kinds.add((before, move, is_right))
            wrong = told or self._differences()
            if wrong:
                self.seen.broken.append(f"{self.name}, move {number} ({unit}, {move}, {self.today}): {wrong}")
                return
        self.seen.revisions += sum(len(book.revisions) for book in self.period.books.values())
        self.seen.cut_off += self.period.cut_off is not None

    def _any_unit(self) -> str:
        return self.random.choice(sorted(self.units))

    def _move(self, state: str, favourites: tuple[str, ...]) -> str:
        if favourites and self.random.random() < 0.5:
            return self.random.choice(favourites)
        return self.random.choice(_NEXT[state] if self.random.random() < 0.6 else _MOVES)

    def _at(self) -> datetime:
        from openpar.common.formats import VIETNAM

        return datetime(self.today.year, self.today.month, self.today.day, 10, 0, tzinfo=VIETNAM)

    def _someone(self, near: Callable[[Person], bool]) -> tuple[Person, Any]:
        """Anybody; more often somebody it concerns."""
        if self.crowd and self.random.random() < 0.6:
            return self.random.choice(self.crowd)
        known = [one for one in self.people if near(one[0])]
        return self.random.choice(known if self.random.random() < 0.8 else self.people)

    def _is_stale(self) -> bool:
        return self.random.random() < 0.1

    def _report(self, book: Book) -> Any:
        from openpar.reports.periodic.models import PeriodicReport

        return PeriodicReport.objects.filter(organisation=self.units[book.unit], code=_CODE).first()

    def _newest(self, book: Book) -> Any:
        """The newest stored revision; None before there is a report."""
        from openpar.reports.periodic.models import ReportRevision

        rows = ReportRevision.objects.filter(report=self._report(book))
        return rows.select_related("report").order_by("-number").first() if book.revisions else None

    def _some_revision(self, book: Book) -> tuple[Revision, int] | None:
        """One of them, mostly the newest, and its id."""
        from openpar.reports.periodic.models import ReportRevision

        if not book.revisions:
            return None
        one = book.revisions[-1] if self.random.random() < 0.8 else self.random.choice(book.revisions)
        rows = ReportRevision.objects.filter(report=self._report(book), number=one.number)
        return one, rows.values_list("pk", flat=True).get()

    def _open(self, book: Book) -> tuple[bool, str]:
        from openpar.reports.periodic.actions.opening import open_report

        person, actor = self._someone(book.is_written_by)
        unit = self.units[book.unit]
        return self._try(
            book.open(person),
            lambda: open_report(by=actor, at=self._at(), organisation_id=unit, code=_CODE, year=_YEAR),
        )

    def _fill(self, book: Book) -> tuple[bool, str]:
        from tests.reports.periodic import made

        if not book.revisions:
            return False, ""
        person, actor = self._someone(book.is_written_by)
        report = self._report(book)
        return self._try(book.fill(person), lambda: made.filled(actor, report, at=self._at()))

    def _enter(self, book: Book) -> tuple[bool, str]:
        from openpar.engine.report_lines import Value
        from openpar.reports.periodic.actions.computing import Entry, save_values

        newest = self._newest(book)
        if newest is None:
            return False, ""
        person, actor = self._someone(book.is_written_by)
        figure = None if self.random.random() < 0.2 else self.random.randrange(1, 200)
        is_stale = self._is_stale()
        entry = Entry(Value(None if figure is None else Decimal(figure)), "" if figure is None else "Đã rà")
        return self._try(
            book.enter(person, figure, is_stale=is_stale),
            lambda: save_values(
                by=actor,
                at=self._at(),
                revision_id=newest.pk,
                expected_figures=newest.figures_version - is_stale,
                entries={LINE: entry},
            ),
        )

    def _write(self, book: Book) -> tuple[bool, str]:
        from openpar.reports.periodic.actions.writing import save_section

        newest = self._newest(book)
        if newest is None:
            return False, ""
        person, actor = self._someone(book.is_written_by)
        text, is_stale = self.random.choice(("", "Đã sắp xếp", "Đã sáp nhập hai phòng")), self._is_stale()
        section = newest.sections.get(key=PART)
        return self._try(
            book.write(person, text, is_stale=is_stale),
            lambda: save_section(
                by=actor,
                at=self._at(),
                revision_id=newest.pk,
                key=PART,
                expected_version=section.version - is_stale,
                text=text,
            ),
        )

    def _cut(self, book: Book) -> tuple[bool, str]:
        from openpar.reports.periodic.actions.opening import change_cut_off_day

        newest = self._newest(book)
        if newest is None:
            return False, ""
        person, actor = self._someone(book.is_written_by)
        until = PERIOD[1] + timedelta(days=self.random.choice((-5, -4, -1, 0, 1)))
        is_stale = self._is_stale()
        return self._try(
            book.cut(person, until, is_stale=is_stale),
            lambda: change_cut_off_day(
                by=actor,
                at=self._at(),
                revision_id=newest.pk,
                expected_version=newest.version - is_stale,
                until_on=until,
            ),
        )

    def _submit(self, book: Book) -> tuple[bool, str]:
        from openpar.reports.periodic.actions.submitting import submit_report

        newest = self._newest(book)
        if newest is None:
            return False, ""
        person, actor = self._someone(book.is_sent_by)
        is_stale = self._is_stale()
        return self._try(
            book.submit(person, self.today, is_stale=is_stale),
            lambda: submit_report(
                by=actor,
                at=self._at(),
                revision_id=newest.pk,
                expected_version=newest.version - is_stale,
            ),
        )

    def _give_back(self, book: Book) -> tuple[bool, str]:
        from openpar.reports.periodic.actions.submitting import return_report

        found = self._some_revision(book)
        if found is None:
            return False, ""
        person, actor = self._someone(lambda one: one.receives)
        reason = self.random.choice(("", "Thiếu số liệu", "Thiếu nguyên nhân"))
        return self._try(
            book.give_back(person, found[0], reason),
            lambda: return_report(by=actor, at=self._at(), revision_id=found[1], reason=reason),
        )

    def _accept(self, book: Book) -> tuple[bool, str]:
        from openpar.reports.periodic.actions.submitting import accept_report

        found = self._some_revision(book)
        if found is None:
            return False, ""
        person, actor = self._someone(lambda one: one.receives)
        return self._try(
            book.accept(person, found[0]),
            lambda: accept_report(by=actor, at=self._at(), revision_id=found[1]),
        )

    def _revise(self, book: Book) -> tuple[bool, str]:
        from openpar.reports.periodic.actions.submitting import revise_report

        if not book.revisions:
            return False, ""
        person, actor = self._someone(book.is_written_by)
        reason, report = self.random.choice(("", "Cộng sót", "Cộng sót một xã")), self._report(book).pk
        return self._try(
            book.revise(person, reason),
            lambda: revise_report(by=actor, at=self._at(), report_id=report, reason=reason),
        )

    def _discard(self, book: Book) -> tuple[bool, str]:
        from openpar.reports.periodic.actions.opening import discard_report_draft

        newest = self._newest(book)
        if newest is None:
            return False, ""
        person, actor = self._someone(book.is_written_by)
        is_stale = self._is_stale()
        return self._try(
            book.discard(person, is_stale=is_stale),
            lambda: discard_report_draft(
                by=actor,
                at=self._at(),
                revision_id=newest.pk,
                expected_version=newest.version - is_stale,
            ),
        )

    def _attach(self, book: Book) -> tuple[bool, str]:
        from openpar.reports.periodic.actions.submitting import attach_signed

        found = self._some_revision(book)
        if found is None:
            return False, ""
        person, actor = self._someone(book.is_written_by)
        owner, is_complete = self.random.choice(
            ((book.unit, True), (book.unit, True), (book.unit, False), ("justice", True))
        )
        document = self.documents[owner, is_complete]
        return self._try(
            book.attach(person, found[0], owner, is_complete=is_complete),
            lambda: attach_signed(by=actor, at=self._at(), revision_id=found[1], document_id=document),
        )

    def _lock(self, book: Book) -> tuple[bool, str]:
        from openpar.reports.periodic.actions.locking import lock_period

        person, actor = self._someone(lambda one: one.receives)
        return self._try(
            self.period.lock(person, self.today),
            lambda: lock_period(by=actor, at=self._at(), code=_CODE, year=_YEAR, level="unit"),
        )

    def _sleep(self, _book: Book) -> tuple[bool, str]:
        self.today += timedelta(days=self.random.choice((1, 1, 2, 4)))
        return True, ""

    def _try(self, expected: bool, action: Callable[[], object]) -> tuple[bool, str]:
        """Does the program accept what the model accepts?"""
        from django.db import DatabaseError, transaction

        from openpar.reports.periodic.errors import ReportRefused

        try:
            with transaction.atomic():
                action()
        except ReportRefused as refused:
            return False, f"refused, {refused}" if expected else ""
        except DatabaseError as error:
            return False, f"left to the database: {error}"
        return True, "" if expected else "accepted"

    def _differences(self) -> str:
        """What the tables, the lists and the sums say otherwise than the model; "" for nothing."""
        from openpar.reports.periodic.models import ReportRevision

        for book in self.period.books.values():
            rows = ReportRevision.objects.filter(report__organisation=self.units[book.unit])
            there = [self._stored(row) for row in rows.order_by("number")]
            meant = [_said(one) for one in book.revisions]
            if there != meant:
                return f"{book.unit} is {there}, not {meant}"
        # Each of the lists after every third move: they cost more than the moves.
        return self.random.choice((self._owed, self._sums, self._sight))()

    def _stored(self, row: Any) -> tuple[object, ...]:
        from django.utils import timezone

        figure = row.values.filter(line=LINE).values_list("first", flat=True).first()
        return (
            *(row.number, row.state, self.names.get(row.made_by_id, ""), row.reason, row.until_on),
            *(None if figure is None else int(figure), row.sections.get(key=PART).text),
            self.names.get(row.submitted_by_id, ""),
            *(timezone.localdate(row.submitted_at) if row.submitted_at else None, row.working_days_late),
            *(self.names.get(row.returned_by_id, ""), self.names.get(row.accepted_by_id, "")),
            *(row.signed_document_id is not None, row.lock_id is not None),
        )

    def _owed(self) -> str:
        """How the list of what is owed tells of both."""
        from django.utils import timezone

        from openpar.reports.periodic.calendar import report_calendar
        from openpar.reports.periodic.lateness import working_days
        from openpar.reports.periodic.queries.owed import late_so_far, owed_by

        asked = report_calendar().asked(_CODE, _YEAR)
        if asked is None:
            return "the calendar does not know the report"
        for one in owed_by(asked, "unit", list(self.units.values())):
            book = next(
                book for book in self.period.books.values() if self.units[book.unit] == one.organisation_id
            )
            first = next((each for each in book.revisions if each.submitted_on), None)
            newest, holds = book.revisions[-1] if book.revisions else None, book.in_force()
            there = (
                *(one.due_on, one.state, one.in_force.number if one.in_force else None),
                timezone.localdate(one.sent_at) if one.sent_at else None,
                late_so_far(one, self.today, working_days()),
            )
            meant = (
                *(DUE, newest.state if newest else None, holds.number if holds else None),
                first.submitted_on if first else None,
                0 if first else working_days_late(self.today),
            )
            if there != meant:
                return f"{book.unit} owes {there}, not {meant}"
        return ""

    def _sums(self) -> str:
        """What counts of the period now, and what counted when it was cut off."""
        from openpar.engine.report_lines import Value
        from openpar.reports.periodic.calendar import report_calendar
        from openpar.reports.periodic.queries.rollup import roll_up

        asked = report_calendar().asked(_CODE, _YEAR)
        if asked is None:
            return "the calendar does not know the report"
        now = {unit: book.in_force() for unit, book in self.period.books.items()}
        for as_locked, meant in ((False, now), (True, self.period.cut_off)):
            found = roll_up(asked, "unit", as_locked=as_locked)
            there = {
                one.organisation_id: (one.revision, one.values.get(LINE, Value()).first)
                for one in (found.reporters if found else ())
            }
            wanted = {
                self.units[unit]: (one.number, one.figure) for unit, one in (meant or {}).items() if one
            }
            if there != wanted:
                return f"counted {'at the cut-off' if as_locked else 'now'}: {there}, not {wanted}"
        return ""

    def _sight(self) -> str:
        """Who sees a report, and who may answer it."""
        from openpar.reports.periodic.permissions import may_see_report

        person, actor = self.random.choice(self.people)
        for book in self.period.books.values():
            if may_see_report(actor, self.units[book.unit]) != book.is_seen_by(person):
                return f"{person.name} sees the report of {book.unit} wrongly"
        return ""


def _said(one: Revision) -> tuple[object, ...]:
    return (
        *(one.number, one.state, one.made_by, one.reason, one.until, one.figure, one.text, one.submitted_by),
        *(one.submitted_on, one.late, one.returned_by, one.accepted_by, one.is_signed, one.is_cut_off),
    )
