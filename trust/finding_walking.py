"""Random walks through the lives of findings: every move by the real action, and by the model beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from trust.finding_model import Case, Person

_MOVES = (
    *("plan", "plan", "report", "report", "report", "close", "close", "close", "send_back", "send_back"),
    *("ask", "ask", "decide", "decide", "decide", "sleep", "sleep"),
)
_NEXT = {
    "OPEN": ("plan",),
    "REMEDIATING": ("report", "report", "ask"),
    "REPORTED": ("close", "send_back"),
    "SENT_BACK": ("report", "report", "ask"),
    "CLOSED": ("sleep",),
}
_BEGUN = date(2026, 3, 10)


@dataclass
class Seen:
    """What walks met: how many moves, how many were accepted, what was broken."""

    moves: int = 0
    accepted: int = 0
    closed: int = 0
    kinds: set[tuple[str, str, bool]] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)


class Walk:
    """Three findings: one from outside, one from inside, one of Sở Nội vụ about itself."""

    def __init__(self, place: Any, random: Random, seen: Seen, name: str) -> None:
        self.place, self.random, self.seen, self.name = place, random, seen, name
        self.today = _BEGUN
        self.people = _people(place)
        self.documents = _documents(place)
        self.cases: dict[int, Case] = dict(self._begun())

    def go(self, moves: int) -> None:
        """So many moves, until something is broken."""
        for number in range(moves):
            pk = self.random.choice(sorted(self.cases))
            move = self._move(self.cases[pk])
            before = self.cases[pk].state
            is_right, told = getattr(self, f"_{move}")(pk, self.cases[pk])
            self.seen.moves += 1
            self.seen.accepted += is_right
            self.seen.kinds.add((before, move, is_right))
            wrong = told or self._differences()
            if wrong:
                self.seen.broken.append(f"{self.name}, move {number} ({move}, {self.today}): {wrong}")
                return
        self.seen.closed += sum(case.state == "CLOSED" for case in self.cases.values())

    def _move(self, case: Case) -> str:
        """What comes next, more often than not."""
        if case.asked is not None and self.random.random() < 0.5:
            return "decide"
        return self.random.choice(_NEXT[case.state] if self.random.random() < 0.6 else _MOVES)

    def _begun(self) -> Iterator[tuple[int, Case]]:
        from openpar.reform.findings.actions.adding import add_findings
        from openpar.reform.findings.models import FoundBy
        from tests.reform.findings.found import from_inside, new_line

        deadline = _BEGUN + timedelta(days=40)
        place = self.place
        lines = [
            new_line(place, deadline=deadline),
            from_inside(place, deadline=None),
            new_line(
                place,
                organisation_id=place.home_affairs.pk,
                found_by=FoundBy.APPRAISAL,
                deadline=deadline,
            ),
        ]
        cases = [
            Case("health", "home", False, deadline),
            Case("health", "health", True, None),
            Case("home", "home", False, deadline),
        ]
        made = add_findings(lines=lines, by=place.manager, at=self._at())
        yield from zip([row.pk for row in made], cases, strict=True)

    def _at(self) -> datetime:
        from openpar.common.formats import VIETNAM

        return datetime(self.today.year, self.today.month, self.today.day, 10, 0, tzinfo=VIETNAM)

    def _someone(self, case: Case) -> tuple[Person, Any]:
        """Anybody; more often somebody it concerns."""
        near = [one for one in self.people if case.is_mended_by(one[0]) or case.is_judged_by(one[0])]
        return self.random.choice(near if self.random.random() < 0.8 else self.people)

    def _day(self, case: Case) -> date:
        """Around the deadline, or around today."""
        around = case.deadline if case.deadline and self.random.random() < 0.7 else self.today
        return around + timedelta(days=self.random.randrange(-3, 20))

    def _plan(self, pk: int, case: Case) -> tuple[bool, str]:
        from openpar.reform.findings.actions.remedying import RemedyPlan, plan_remedy
        from openpar.reform.findings.models import Cause

        person, actor = self._someone(case)
        wanted = None if self.random.random() < 0.5 else self._day(case)
        plan = RemedyPlan("Làm", wanted, Cause.SUBJECTIVE)
        is_right = case.plan(person, wanted, self.today)
        return self._try(is_right, lambda: plan_remedy(finding_id=pk, plan=plan, by=actor, at=self._at()))

    def _report(self, pk: int, case: Case) -> tuple[bool, str]:
        from openpar.reform.findings.actions.remedying import report_remedy

        person, actor = self._someone(case)
        owner = case.unit if self.random.random() < 0.8 else self.random.choice(sorted(self.documents))
        is_right = case.report(person, owner, self.today)
        return self._try(
            is_right,
            lambda: report_remedy(
                finding_id=pk, text="Xong", document_ids=[self.documents[owner]], by=actor, at=self._at()
            ),
        )

    def _close(self, pk: int, case: Case) -> tuple[bool, str]:
        from openpar.reform.findings.actions.closing import close_finding

        person, actor = self._someone(case)
        return self._try(case.close(person), lambda: close_finding(finding_id=pk, by=actor, at=self._at()))

    def _send_back(self, pk: int, case: Case) -> tuple[bool, str]:
        from openpar.reform.findings.actions.closing import send_back

        person, actor = self._someone(case)
        reason = self.random.choice(("", "Thiếu", "Thiếu"))
        until = None if self.random.random() < 0.5 else self._day(case)
        is_right = case.send_back(person, reason, until, self.today)
        return self._try(
            is_right,
            lambda: send_back(finding_id=pk, reason=reason, deadline=until, by=actor, at=self._at()),
        )

    def _ask(self, pk: int, case: Case) -> tuple[bool, str]:
        from openpar.reform.findings.actions.extending import ask_extension

        person, actor = self._someone(case)
        until = self._day(case)
        is_right = case.ask(person, until, self.today)
        return self._try(
            is_right,
            lambda: ask_extension(finding_id=pk, wanted_until=until, reason="Chờ", by=actor, at=self._at()),
        )

    def _decide(self, pk: int, case: Case) -> tuple[bool, str]:
        from openpar.reform.findings.actions.extending import decide_extension
        from openpar.reform.findings.models import Extension

        asked = Extension.objects.filter(finding_id=pk).order_by("-id").first()
        if asked is None:
            return False, ""
        person, actor = self._someone(case)
        is_granted = self.random.random() < 0.6
        is_right = case.decide(person, is_granted)
        return self._try(
            is_right,
            lambda: decide_extension(
                extension_id=asked.pk, is_granted=is_granted, reason="Đã xét", by=actor, at=self._at()
            ),
        )

    def _sleep(self, _pk: int, _case: Case) -> tuple[bool, str]:
        self.today += timedelta(days=self.random.choice((1, 1, 5, 20)))
        return True, ""

    def _try(self, expected: bool, action: Callable[[], object]) -> tuple[bool, str]:
        """Does the program accept what the model accepts?"""
        from django.db import DatabaseError, transaction

        from openpar.reform.findings.errors import FindingRefused

        try:
            with transaction.atomic():
                action()
        except FindingRefused as refused:
            return False, f"refused, {refused}" if expected else ""
        except DatabaseError as error:
            return False, f"left to the database: {error}"
        return True, "" if expected else "accepted"

    def _differences(self) -> str:
        """What the tables, the lists and the counts say otherwise than the model; "" for nothing."""
        from openpar.reform.findings.models import Finding

        names = {actor.id: person.name for person, actor in self.people}
        for row in Finding.objects.filter(pk__in=list(self.cases)):
            case = self.cases[row.pk]
            there = (
                *(row.state, row.deadline, names.get(row.reported_by_id, ""), row.reported_on),
                names.get(row.closed_by_id, ""),
                list(row.steps.values_list("kind", flat=True)),
                list(row.extensions.values_list("old_deadline", flat=True)),
            )
            meant = (
                *(case.state, case.deadline, case.reported_by, case.reported_on, case.closed_by),
                *(case.steps, case.old_deadlines),
            )
            if there != meant:
                return f"finding {row.pk} is {there}, not {meant}"
        return self._lists() or self._counts()

    def _lists(self) -> str:
        """What somebody sees, and what of everything is overdue."""
        from openpar.reform.findings.queries.board import OVERDUE_WORD, Asked, findings_asked

        person, actor = self.random.choice(self.people)
        seen = set(findings_asked(actor, Asked(), self.today).filter(pk__in=list(self.cases)))
        if {row.pk for row in seen} != {pk for pk, case in self.cases.items() if case.is_seen_by(person)}:
            return f"{person.name} sees {sorted(row.pk for row in seen)}"
        manager = self.people[0][1]
        late = findings_asked(manager, Asked(state=OVERDUE_WORD), self.today)
        overdue = set(late.filter(pk__in=list(self.cases)).values_list("pk", flat=True))
        if overdue != {pk for pk, case in self.cases.items() if case.is_overdue(self.today)}:
            return f"overdue are {sorted(overdue)}"
        return ""

    def _counts(self) -> str:
        """Remedied in time of due, up to today."""
        from openpar.reform.findings.queries.counting import remedied_on_time

        units = {"health": self.place.health.pk, "home": self.place.home_affairs.pk}
        found = remedied_on_time(list(units.values()), _BEGUN, self.today)
        for name, unit in units.items():
            due = [
                case
                for case in self.cases.values()
                if case.unit == name and case.deadline and _BEGUN <= case.deadline <= self.today
            ]
            meant = (sum(case.was_in_time() for case in due), len(due))
            if (found[unit].numerator, found[unit].denominator) != meant:
                return f"{name}: {found[unit].numerator} of {found[unit].denominator}, not {meant}"
        return ""


def _people(place: Any) -> list[tuple[Person, Any]]:
    from openpar.base.accounts.models import Role
    from tests import factories

    home_focal = factories.actor_as(Role.FOCAL_OFFICER, place.home_affairs, "Đầu mối SNV")
    home_head = factories.actor_as(Role.AGENCY_HEAD, place.home_affairs, "Giám đốc SNV")
    second = factories.actor_as(Role.AGENCY_HEAD, place.health, "Phó Giám đốc")
    return [
        (Person("manager", "manager", "home"), place.manager),
        (Person("second manager", "manager", "home"), place.second_manager),
        (Person("home focal", "focal", "home"), home_focal),
        (Person("home head", "head", "home"), home_head),
        (Person("focal", "focal", "health"), place.focal),
        (Person("head", "head", "health"), place.head),
        (Person("second head", "head", "health"), second),
        (Person("stranger", "head", "justice"), place.stranger),
        (Person("leader", "leader", "committee"), place.leader),
    ]


def _documents(place: Any) -> dict[str, int]:
    from tests.reform.findings.found import proof_of

    agencies = {"health": place.health, "home": place.home_affairs, "justice": place.justice}
    return {name: proof_of(agency) for name, agency in agencies.items()}
