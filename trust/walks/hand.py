"""Who plays: chance with everything it may choose from at one step of the walk.

A hand that plays well aims at what would be accepted; one that does not takes anybody and anything. Both meet
refusals: the law decides what may succeed, not the hand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.entries import OutsideValue
from tests.parindex.rounds import SELF_CODES, ratio
from trust.walks.world import Snapshot, World

UNKNOWN = 10**9
CODES = (*SELF_CODES, "2.2.1")
Arguments = dict[str, Any]


@dataclass(frozen=True)
class Attempt:
    """One step: who does what, and to which sheet or round."""

    action: Callable[..., Any]
    person: str
    arguments: Arguments
    sheet: int | None = None

    @property
    def name(self) -> str:
        return str(self.action.__name__)

    def __str__(self) -> str:
        told = ", ".join(
            f"{key}={_told(value)}" for key, value in self.arguments.items() if key not in ("by", "at")
        )
        return f"{self.name}({told}) by {self.person}"


def _told(value: object) -> object:
    """An argument in a few words."""
    if isinstance(value, Entry):
        return f"{value.answer.as_json()}/{value.note}/{value.given_points}/{value.explanation_wanted}"
    if isinstance(value, OutsideValue):
        return f"{value.assessment_id}/{value.code}/{value.answer.as_json()}"
    if isinstance(value, list):
        return [_told(each) for each in value]
    if isinstance(value, dict):
        return {key: f"{_told(entry)} on {version}" for key, (entry, version) in value.items()}
    return value


@dataclass
class Hand:
    """Chance, with everything it may choose from at one step.

    Person, thing and value fit or not each by itself, so that most wrong moves are wrong in one way.
    `crowd`: who acts more often than others.
    """

    world: World
    now: Snapshot
    round_id: int
    at: datetime
    random: Random
    fits_person: bool = True
    fits_thing: bool = True
    well: bool = True
    crowd: Sequence[str] = ()

    def person(self, *fitting: str) -> str:
        """One of those who may, or anybody."""
        if self.crowd and self.random.random() < 0.6:
            return self.random.choice(self.crowd)
        if self.fits_person and fitting:
            return self.random.choice(fitting)
        return self.random.choice(list(self.world.people))

    def one(self, rows: Sequence[Any], *, otherwise: Sequence[Any] = ()) -> int:
        """The id of one of these rows, of one of the others, or of none at all."""
        chosen = rows if self.fits_thing and rows else otherwise or rows
        if not chosen or self.random.random() < 0.01:
            return UNKNOWN
        return int(self.random.choice(chosen).id)

    @property
    def round(self) -> Any:
        return self.now["Round"][self.round_id]

    @property
    def sheets(self) -> list[Any]:
        return self.now.sheets_of(self.round_id)

    def sheet(self, *states: str) -> int:
        """A sheet of the round, in one of these states when the hand plays well."""
        return self.one(
            [row for row in self.sheets if row.state in states] if states else self.sheets,
            otherwise=self.sheets,
        )

    def place(self, sheet: int) -> int:
        """Which of the units; 0 where there is no such sheet."""
        row = self.now["Assessment"].get(sheet)
        return self.world.units.index(row.organisation_id) if row else 0

    def of_unit(self, sheet: int, *, head: bool = True, focal: bool = True) -> tuple[str, ...]:
        place = self.place(sheet)
        both = ("manager and head",) if place == 0 else ("appraiser and focal",) if place == 2 else ()
        told = (f"focal {place}",) * focal + (f"head {place}",) * head
        return told + tuple(name for name in both if (head if place == 0 else focal))

    def appraisers(self, sheet: int) -> tuple[str, ...]:
        place = self.place(sheet)
        return ("appraiser outside", *(("appraiser",) if place else ()), *(() if place == 2 else (BOTH,)))

    def code(self, codes: Sequence[str] = SELF_CODES) -> str:
        if self.well:
            return self.random.choice(codes)
        return self.random.choice((*CODES, "9.9"))

    def version(self, sheet: int, code: str, layer: str) -> int:
        """The version that is stored; a stale one when the hand plays badly."""
        stored = self.score(sheet, code, layer)
        version = stored.version if stored else 0
        is_fresh = self.well and self.random.random() < 0.9
        return version if is_fresh else max(0, version + self.random.choice((-1, 0, 1)))

    def score(self, sheet: int, code: str, layer: str) -> Any:
        rows = self.now.of("Score", assessment_id=sheet, layer=layer)
        return next((row for row in rows if self.world.leaves[row.criterion_id] == code), None)

    def scored(self, sheet: int, layer: str) -> tuple[str, ...]:
        rows = self.now.of("Score", assessment_id=sheet, layer=layer)
        return tuple(self.world.leaves[row.criterion_id] for row in rows)

    def text(self, said: str = "Theo báo cáo") -> str:
        return said if self.well or self.random.random() < 0.3 else self.random.choice(("", "  "))

    def entry(self, code: str, *, note: str | None = None, wanted: bool = False) -> Entry:
        """Figures for a leaf; sometimes a point by hand, sometimes nonsense."""
        random = self.random
        if not self.well and random.random() < 0.4:
            answer = random.choice((Answer(), ratio(5, 0), ratio(60, 50), Answer(choice="perhaps")))
        elif code == "1.1.1":
            answer = Answer(choice=random.choice(("yes", "no")))
        elif code == "2.1.2":
            answer = Answer(numerator=Decimal(random.randrange(4)))
        elif random.random() < 0.06:
            answer = Answer(applicable=False, reason="Không phát sinh")
        else:
            answer = ratio(random.randrange(20, 51), 50)
        said = self.text() if note is None else note
        given = Decimal(random.choice(("0", "0.5", "1", "9"))) if random.random() < 0.1 else None
        return Entry(answer, note=said, given_points=given, explanation_wanted=wanted)

    def attempt(
        self, action: Callable[..., Any], person: str, /, sheet: int | None = None, **arguments: Any
    ) -> Attempt:
        return Attempt(action, person, {**arguments, "by": self.world.people[person], "at": self.at}, sheet)


BOTH = "appraiser and focal"
MANAGERS = ("manager", "manager", "manager and head", "manager and chair")
Move = Callable[[Hand], Attempt]
