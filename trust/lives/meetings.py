"""A management meeting (họp giao ban): written down, concluded, what it orders becomes tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import people_holding
from openpar.base.notifications.models import Message
from openpar.reform.plans.actions.drafting import add_line
from openpar.reform.plans.actions.issuing import issue_plan
from openpar.reform.plans.actions.meetings import (
    NewMeeting,
    Participant,
    add_outcome,
    change_meeting,
    conclude_meeting,
    order_task,
    record_meeting,
    remove_outcome,
)
from openpar.reform.plans.actions.planning import create_plan
from openpar.reform.plans.lines import Deadline, NewLine, led_by
from openpar.reform.plans.models import Meeting, MeetingOutcome, PlanLevel
from openpar.reform.plans.queries.meetings import meeting_view, meetings_seen_by
from openpar.reform.plans.stages import MEETING
from trust.lives.place import PAPERS_ON, Person, Place
from trust.lives.walking import NOTHING, Life, often, steps_of

_KINDS = ("ORDER", "ORDER", "CONCLUSION", "PRAISE", "REPRIMAND", "SHOUT")


@dataclass
class Said:
    """One conclusion of the model; `about` an agency or nobody."""

    kind: str
    text: str
    about: str
    is_task: bool = False


@dataclass
class Book:
    """The meeting of the model: Sở Nội vụ keeps it, others take part."""

    state: str = NOTHING
    title: str = ""
    held_on: date | None = None
    invited: tuple[str, ...] = ()
    said: list[Said] = field(default_factory=list)

    def keeps(self, who: Person) -> bool:
        return who.agency == "home"

    def record(self, who: Person, title: str, held_on: date, invited: tuple[str, ...], today: date) -> bool:
        is_sound = title.strip() != "" and held_on <= today and len(set(invited)) == len(invited)
        return self.keeps(who) and is_sound

    def is_open(self, who: Person, *, is_stale: bool) -> bool:
        return self.keeps(who) and self.state == "DRAFT" and not is_stale

    def add(self, who: Person, said: Said, *, is_stale: bool) -> bool:
        is_sound = said.text.strip() != "" and said.kind != "SHOUT"
        return self.is_open(who, is_stale=is_stale) and is_sound

    def order(self, who: Person, said: Said) -> bool:
        """Once, and into a plan that the person writes; also after the meeting was concluded."""
        return who.office == "manager" and said.kind == "ORDER" and not said.is_task

    def conclude(self, who: Person, *, is_stale: bool) -> bool:
        return self.is_open(who, is_stale=is_stale) and self.said != []

    def is_seen_by(self, who: Person) -> bool:
        if self.keeps(who):
            return True
        if self.state != "CONCLUDED":
            return False
        return who.oversees or any(who.works_in(agency) for agency in self.invited)

    def concerned(self) -> set[str]:
        return {*self.invited, *(one.about for one in self.said if one.about)}


class MeetingLife(Life):
    name = "meeting"
    moves = often(record=0, change=2, add=4, remove=2, order=4, conclude=1, sleep=1)
    steps = steps_of(MEETING)

    def __init__(self, place: Place, random: Random, crowd: tuple[str, ...] = ()) -> None:
        super().__init__(place, random, crowd)
        self.book, self.pk, self.rows = Book(), 0, list[int]()
        self.plan = self._plan(is_issued=random.random() < 0.5)

    def states(self) -> dict[object, str]:
        return {"meeting": self.book.state}

    def record(self) -> None:
        who, by = self.someone(self.book.keeps)
        new = self._new()
        expected = self.book.record(who, new.title, new.held_on, self._invited(new), self.today)
        if self.tried(who, expected, lambda: record_meeting(by=by, at=self.at, meeting=new)):
            self.pk = Meeting.objects.latest("id").pk
            self.book.state = "DRAFT"
            self._follow(new)

    def change(self) -> None:
        who, by = self.someone(self.book.keeps)
        new, is_stale = self._new(), not self.fits()
        expected = self.book.is_open(who, is_stale=is_stale) and self.book.record(
            who, new.title, new.held_on, self._invited(new), self.today
        )
        if self.tried(
            who,
            expected,
            lambda: change_meeting(
                by=by, at=self.at, meeting_id=self.pk, expected_version=self._version(is_stale), meeting=new
            ),
        ):
            self._follow(new)

    def add(self) -> None:
        who, by = self.someone(self.book.keeps)
        said, is_stale = Said(self.random.choice(_KINDS), self.words(), self._agency()), not self.fits()
        if self.tried(
            who,
            self.book.add(who, said, is_stale=is_stale),
            lambda: add_outcome(
                by=by,
                at=self.at,
                meeting_id=self.pk,
                expected_version=self._version(is_stale),
                kind=said.kind,
                text=said.text,
                organisation_id=self.place.id_of(said.about) if said.about else None,
            ),
        ):
            self.book.said.append(said)
            self.rows.append(MeetingOutcome.objects.latest("id").pk)

    def remove(self) -> None:
        if not self.rows:
            return
        who, by = self.someone(self.book.keeps)
        number, is_stale = self.random.randrange(len(self.rows)), not self.fits()
        said = self.book.said[number]
        if self.tried(
            who,
            self.book.is_open(who, is_stale=is_stale) and not said.is_task,
            lambda: remove_outcome(
                by=by, at=self.at, outcome_id=self.rows[number], expected_version=self._version(is_stale)
            ),
        ):
            del self.book.said[number], self.rows[number]

    def order(self) -> None:
        if not self.rows:
            return
        who, by = self.someone(lambda one: one.office == "manager")
        number = self.random.randrange(len(self.rows))
        said = self.book.said[number]
        line = NewLine("F2", "Làm", Deadline.by(date(2026, 12, 1)), led_by(self.place.id_of("health")))
        if self.tried(
            who,
            self.book.order(who, said),
            lambda: order_task(by=by, at=self.at, outcome_id=self.rows[number], plan_id=self.plan, line=line),
        ):
            said.is_task = True

    def conclude(self) -> None:
        who, by = self.someone(self.book.keeps)
        is_stale = not self.fits()
        if self.tried(
            who,
            self.book.conclude(who, is_stale=is_stale),
            lambda: conclude_meeting(
                by=by, at=self.at, meeting_id=self.pk, expected_version=self._version(is_stale)
            ),
        ):
            self.book.state = "CONCLUDED"

    def differences(self) -> str:
        if not self.pk:
            return "" if not Meeting.objects.exists() else "a meeting that nobody recorded"
        row, book = Meeting.objects.get(pk=self.pk), self.book
        outcomes = row.outcomes.select_related("task").order_by("position", "id")
        names = {agency.pk: name for name, agency in self.place.agencies.items()}
        there = (
            *(row.state, row.title, row.held_on),
            tuple(names[each.organisation_id] for each in row.participants.order_by("id")),
            [
                Said(one.kind, one.text, names.get(one.organisation_id or 0, ""), one.task_id is not None)
                for one in outcomes
            ],
        )
        meant = (book.state, book.title, book.held_on, book.invited, book.said)
        if there != meant:
            return f"the meeting is {there}, not {meant}"
        for one in outcomes:
            if one.task and (one.task.source_kind, one.task.source_id) != ("meeting", one.pk):
                return f"the task of {one.text} names another source"
        return self._sight() or self._told()

    def _sight(self) -> str:
        who, by = self.random.choice(self.place.people)
        seen = meeting_view(by, self.pk) is not None, meetings_seen_by(by).filter(pk=self.pk).exists()
        return "" if seen == (self.book.is_seen_by(who),) * 2 else f"{who.name} sees the meeting wrongly"

    def _told(self) -> str:
        """Whoever it concerns is told once it is concluded, and nobody before."""
        told = sorted(
            Message.objects.filter(link=f"/meetings/{self.pk}/").values_list("recipient_id", flat=True)
        )
        ids = (
            [self.place.id_of(one) for one in self.book.concerned()] if self.book.state == "CONCLUDED" else []
        )
        meant = people_holding([Role.FOCAL_OFFICER, Role.AGENCY_HEAD], ids, self.today) if ids else []
        return "" if told == sorted(set(meant)) else f"told were {told}, not {sorted(set(meant))}"

    def _new(self) -> NewMeeting:
        invited = self.random.sample(("health", "justice", "home"), self.random.randrange(3))
        invited += invited[:1] if not self.fits() else []
        return NewMeeting(
            organisation_id=self.place.id_of("home"),
            kind=Meeting.Kind.REFORM,
            title=self.words(),
            held_on=self.day(self.today, PAPERS_ON),
            chair="Giám đốc",
            participants=tuple(Participant(self.place.id_of(one)) for one in invited),
        )

    def _invited(self, new: NewMeeting) -> tuple[str, ...]:
        names = {agency.pk: name for name, agency in self.place.agencies.items()}
        return tuple(names[each.organisation_id] for each in new.participants)

    def _follow(self, new: NewMeeting) -> None:
        self.book.title, self.book.held_on = new.title, new.held_on
        self.book.invited = self._invited(new)

    def _agency(self) -> str:
        return self.random.choice(("", "health", "justice"))

    def _version(self, is_stale: bool) -> int:
        return Meeting.objects.values_list("version", flat=True).get(pk=self.pk) - is_stale

    def _plan(self, *, is_issued: bool) -> int:
        """The plan of the province, drawn up or in force."""
        by, place = self.place.named("manager"), self.place
        plan = create_plan(
            by=by,
            at=self.at,
            organisation_id=place.id_of("committee"),
            year=2026,
            level=PlanLevel.PROVINCE,
            title="Kế hoạch",
        )
        if is_issued:
            version = plan.versions.get()
            line = NewLine("F0", "Việc", Deadline.by(date(2026, 12, 1)), led_by(place.id_of("justice")))
            add_line(by=by, at=self.at, version_id=version.pk, expected_version=1, line=line)
            paper = place.documents["home", True]
            issue_plan(by=by, at=self.at, version_id=version.pk, expected_version=2, document_id=paper)
        return plan.pk
