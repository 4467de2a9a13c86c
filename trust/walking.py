"""The random walk through the real actions, with the law asked after every move.

A lap leads one round through its stations and takes everything back; at each station a number of walks begin,
each in a savepoint of its own. A few walks are committed move by move. The same seed walks the same way.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.core.exceptions import ObjectDoesNotExist

from openpar.common.db import taken_back
from openpar.common.errors import Refused
from openpar.common.triggers import guard_that_fired
from openpar.parindex.assessments.results import results_of_round
from trust.walks import law, tables
from trust.walks.hand import Attempt, Hand
from trust.walks.moves import BUSY, MOVES
from trust.walks.world import STATIONS, Snapshot, Way, World, moment, snapshot, traces_after

_TOLD = 10
_FITS = 0.88
_MICROSECOND = timedelta(microseconds=1)
_NONE = "no such thing"
Key = tuple[str, str, str, str]


@dataclass
class Seen:
    """What all walks saw together."""

    moves: int = 0
    done: int = 0
    pairs: Counter[Key] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    planted_moves: int = 0

    def covered(self) -> tuple[int, int]:
        """How many pairs of (phase, state of the sheet, action, outcome) were seen, and how many can be."""
        possible = possible_pairs()
        return len(possible & self.pairs.keys()), len(possible)


def possible_pairs() -> set[Key]:
    """Everything can be refused wherever its thing can be; done is what the law lets be done."""
    found = set()
    for stage, states in tables.STATES_IN.items():
        for name, rule in tables.RULES.items():
            begins = tables.THINGS_SINCE.get(name)
            has_thing = begins is None or stage in begins
            for state in sorted(states) if tables.HAS_SHEET[name] else ["-"]:
                if has_thing:
                    found.add((stage, state, name, "refused"))
                if stage in rule.stages and (state == "-" or state in tables.done_states(name, stage)):
                    found.add((stage, state, name, "done"))
            if begins is not None:
                found.add((stage, _NONE, name, "refused"))
    return found


@dataclass
class Walk:
    """One walk: the round it goes through, its clock, and its last moves."""

    world: World
    round_id: int
    at: datetime
    random: Random
    seen: Seen
    name: str
    favourites: Sequence[str] = ()
    crowd: Sequence[str] = ()
    log: deque[str] = field(default_factory=lambda: deque(maxlen=_TOLD))
    # Who did what when, and what came of it: the same in every run, unlike the numbers of the rows.
    course: list[tuple[str, str, datetime, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.now = snapshot()

    def go(self, moves: int) -> bool:
        """Takes so many moves; False when something was broken, which is told in `seen`."""
        return all(self.step() for _ in range(moves))

    def step(self) -> bool:
        self._tick()
        random = self.random
        hand = Hand(
            self.world,
            self.now,
            self.round_id,
            self.at,
            random,
            fits_person=random.random() < _FITS,
            fits_thing=random.random() < _FITS,
            well=random.random() < _FITS,
            crowd=self.crowd,
        )
        attempt = MOVES[self._chosen()](hand)
        self.seen.moves += 1
        outcome, fault = self._outcome(attempt)
        self.course.append((attempt.name, attempt.person, self.at, outcome))
        self.log.append(f"{self.at:%Y-%m-%d %H:%M:%S.%f} {attempt} → {outcome}")
        if fault:
            return self._broken([fault])
        before, self.now = self.now, snapshot()
        broken = self._asked(attempt, before, outcome)
        stage, state = self._place(before, attempt)
        self.seen.pairs[stage, state, attempt.name, "done" if outcome == "done" else "refused"] += 1
        self.seen.done += outcome == "done"
        return not broken or self._broken(broken)

    def _chosen(self) -> str:
        if self.favourites and self.random.random() < 0.7:
            return self.random.choice(self.favourites)
        if self.random.random() < 0.75:
            busy = BUSY[self.now["Round"][self.round_id].stage]
            return self.random.choices(list(busy), list(busy.values()))[0]
        return self.random.choice(list(MOVES))

    def _outcome(self, attempt: Attempt) -> tuple[str, str]:
        try:
            attempt.action(**attempt.arguments)
        except (Refused, ObjectDoesNotExist) as refused:
            name = type(refused).__name__
            self.seen.refusals[name] += 1
            return name, ""
        except Exception as error:
            guard = guard_that_fired(error)
            said = f"stopped by the database ({guard})" if guard else f"{type(error).__name__}: {error}"
            return "error", said
        return "done", ""

    def _asked(self, attempt: Attempt, before: Snapshot, outcome: str) -> list[str]:
        """What the law says of the move."""
        arguments = attempt.arguments
        case = tables.Case(
            world=self.world,
            before=before,
            after=self.now,
            move=attempt.name,
            actor=arguments["by"],
            at=arguments["at"],
            round_id=None if attempt.name == "create_round" else self.round_id,
            sheet_id=attempt.sheet,
            arguments=arguments,
        )
        if outcome != "done":
            return list(law.broken_by_refusal(case))
        broken = list(law.broken_by_success(case, traces_after(before.traces[1])))
        if attempt.name == "publish_round":
            broken += _unlike_computed(self.round_id, self.now)
        return broken

    def _place(self, before: Snapshot, attempt: Attempt) -> tuple[str, str]:
        sheet = before["Assessment"].get(attempt.sheet or 0)
        state = "-" if not tables.HAS_SHEET[attempt.name] else sheet.state if sheet else _NONE
        return before["Round"][self.round_id].stage, state

    def _broken(self, what: list[str]) -> bool:
        last = "".join(f"\n           {line}" for line in self.log)
        self.seen.broken.append(f"{self.name}, move {len(self.course)}: {'; '.join(what)}{last}")
        return False

    def _tick(self) -> None:
        """The clock goes on: minutes, hours, days, and to the very edges of phases and reopenings."""
        random = self.random
        chance = random.random()
        edges = sorted(edge for edge in self._edges() if edge > self.at)
        if edges and (chance < 0.06 or (edges[0] - self.at <= _MICROSECOND and chance < 0.4)):
            before_it = edges[0] - _MICROSECOND
            self.at = before_it if before_it > self.at and random.random() < 0.6 else edges[0]
        elif chance < 0.9:
            self.at += timedelta(seconds=random.randrange(120))
        elif chance < 0.98:
            self.at += timedelta(minutes=random.randrange(600))
        else:
            self.at += timedelta(days=random.randrange(1, 4))

    def _edges(self) -> list[datetime]:
        stored = [row.closes_at for row in self.now.of("Phase", round_id=self.round_id)]
        stored += [row.opens_at for row in self.now.of("Phase", round_id=self.round_id)]
        stored += [row.open_until for row in self.now["Reopening"].values()]
        return [found for value in stored if (found := moment(value)) is not None]


def _unlike_computed(round_id: int, now: Snapshot) -> list[str]:
    """What was published, beside what the program computes of the same scores."""
    broken = []
    for block in results_of_round(round_id):
        for unit in block.units:
            [row] = now.of("Result", assessment_id=unit.assessment_id)
            stored: list[Any] = [
                None if value is None else Decimal(value) for value in (row.total, row.index)
            ]
            if [*stored, row.rank, row.grade] != [unit.total, unit.index, unit.rank, unit.grade]:
                broken.append(
                    f"published {stored} {row.rank} for {unit.name}, computed {unit.total} {unit.rank}"
                )
    return broken


Visit = Callable[[str, Way], None]


def lap(world: World, visit: Visit, *, until: str = "") -> None:
    """One round through its stations; `visit` is called at each. Everything is taken back."""
    with taken_back():
        way = Way(world)
        for station, go in STATIONS.items():
            go(way)
            visit(station, way)
            if station == until:
                return


def walk_from(
    world: World,
    way: Way,
    random: Random,
    seen: Seen,
    name: str,
    *,
    moves: int,
    at: datetime | None = None,
    favourites: Sequence[str] = (),
    crowd: Sequence[str] = (),
) -> Walk:
    """One walk from where a round stands, taken back afterwards."""
    with taken_back():
        walk = Walk(world, way.round, at or way.at, random, seen, name, favourites, crowd)
        walk.go(moves)
    return walk
