"""The review conference after an index was published: owed, held, or found missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from openpar.base.organisations.models import OrganisationVersion
from openpar.reform.findings.actions.conferences import (
    Held,
    OwedConference,
    PublishedRound,
    add_order,
    hold_conference,
    name_shortcoming,
    owe_conferences,
    report_missing_conferences,
)
from openpar.reform.findings.models import Conference, ConferenceOrder, Finding, FoundBy
from trust.lives.place import BEGUN, Person, Place
from trust.lives.walking import Life, often

_PUBLISHED = BEGUN - timedelta(days=2)
_DUE = _PUBLISHED + timedelta(days=30)


@dataclass
class Meant:
    """One conference of the model: whose it is, when it was held, what it said, was it found missing?"""

    agency: str
    held_on: date | None = None
    is_missing: bool = False
    orders: list[str] = field(default_factory=list)
    shortcomings: list[str] = field(default_factory=list)

    @property
    def state(self) -> str:
        if self.held_on is not None:
            return "HELD"
        return "MISSING" if self.is_missing else "OWED"

    def is_recorded_by(self, who: Person) -> bool:
        return who.works_in(self.agency)

    def hold(self, who: Person, on: date, words: str, minutes: str, today: date, *, is_stale: bool) -> bool:
        """Once, after the publication, with minutes of the agency."""
        if not self.is_recorded_by(who) or is_stale or self.held_on is not None:
            return False
        return _PUBLISHED <= on <= today and words.strip() != "" and minutes == self.agency

    def order(self, who: Person, words: str, deadline: date) -> bool:
        if not self.is_recorded_by(who) or self.held_on is None:
            return False
        return words.strip() != "" and deadline >= self.held_on

    def name_shortcoming(self, who: Person, words: str) -> bool:
        return self.is_recorded_by(who) and self.held_on is not None and words.strip() != ""

    def is_found_missing(self, today: date) -> bool:
        """Once, after the last day; Sở Nội vụ does not find it about itself."""
        return self.state == "OWED" and today > _DUE and self.agency != "home"


class ConferenceLife(Life):
    name = "conference"
    moves = often(hold=2, order=4, name_shortcoming=3, report_missing=3, sleep=4)
    steps = frozenset({("OWED", "HELD"), ("OWED", "MISSING"), ("MISSING", "HELD")})

    def __init__(self, place: Place, random: Random, crowd: tuple[str, ...] = ()) -> None:
        super().__init__(place, random, crowd)
        self.meant = [Meant("health"), Meant("home")]
        owed = [
            OwedConference(place.id_of(one.agency), self._unit(place.id_of(one.agency))) for one in self.meant
        ]
        published = PublishedRound(1, "Chỉ số năm 2025", 2025, _PUBLISHED, place.id_of("home"))
        owe_conferences(round=published, owed=owed)
        self.rows = list(Conference.objects.order_by("id").values_list("pk", flat=True))

    def states(self) -> dict[object, str]:
        return {one.agency: one.state for one in reversed(self.meant)}

    def hold(self) -> None:
        number, one = self._one()
        who, by = self.someone(one.is_recorded_by)
        on, words, is_stale = self.day(self.today, _PUBLISHED), self.words(), not self.fits()
        minutes = one.agency if self.fits() else self.random.choice(("justice", ""))
        held = Held(on, "Toàn thể", words, self.place.documents.get((minutes, False)))
        version = Conference.objects.values_list("version", flat=True).get(pk=self.rows[number])
        if self.tried(
            who,
            one.hold(who, on, words, minutes, self.today, is_stale=is_stale),
            lambda: hold_conference(
                conference_id=self.rows[number],
                held=held,
                expected_version=version - is_stale,
                by=by,
                at=self.at,
            ),
        ):
            one.held_on = on

    def order(self) -> None:
        number, one = self._one()
        who, by = self.someone(one.is_recorded_by)
        words, deadline = self.words(), self.day(self.today, _PUBLISHED, _DUE)
        if self.tried(
            who,
            one.order(who, words, deadline),
            lambda: add_order(
                conference_id=self.rows[number],
                field="F0",
                text=words,
                deadline=deadline,
                by=by,
                at=self.at,
            ),
        ):
            one.orders.append(words)

    def name_shortcoming(self) -> None:
        number, one = self._one()
        who, by = self.someone(one.is_recorded_by)
        words = self.words()
        if self.tried(
            who,
            one.name_shortcoming(who, words),
            lambda: name_shortcoming(
                conference_id=self.rows[number], field="F2", text=words, by=by, at=self.at
            ),
        ):
            one.shortcomings.append(words)

    def report_missing(self) -> None:
        who, by = self.someone(lambda one: one.office == "manager")
        missing = [one for one in self.meant if one.is_found_missing(self.today)]
        if self.tried(
            who,
            who.office == "manager",
            lambda: report_missing_conferences(by=by, at=self.at),
            traced=missing != [],
        ):
            for one in missing:
                one.is_missing = True

    def sleep(self) -> None:
        """Now and then to the days on which it is decided."""
        if self.today < _DUE and self.random.random() < 0.15:
            self.today = _DUE
        else:
            super().sleep()

    def differences(self) -> str:
        rows = {row.pk: row for row in Conference.objects.all()}
        for pk, one in zip(self.rows, self.meant, strict=True):
            row = rows[pk]
            of_it = Finding.objects.filter(source_id=pk, organisation=row.organisation).order_by("id")
            orders = ConferenceOrder.objects.filter(conference=pk).order_by("id")
            there = (
                *(row.held_on, row.due_on, list(orders.values_list("text", flat=True))),
                list(of_it.filter(found_by=FoundBy.CONFERENCE).values_list("text", flat=True)),
                of_it.filter(found_by=FoundBy.DATA_CHECK, code="F0-02").count(),
            )
            meant = (one.held_on, _DUE, one.orders, one.shortcomings, int(one.is_missing))
            if there != meant:
                return f"the conference of {one.agency} is {there}, not {meant}"
        return ""

    def _one(self) -> tuple[int, Meant]:
        number = int(self.random.random() < 0.25)
        return number, self.meant[number]

    @staticmethod
    def _unit(organisation_id: int) -> int:
        return OrganisationVersion.objects.values_list("pk", flat=True).get(organisation=organisation_id)
