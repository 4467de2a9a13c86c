"""What the walks through life cycles share: who acts, what a move came to, and what was seen on the way.

A life knows its model. Every move asks the model first whether it is accepted, then tries the real action:
the two must say the same, and afterwards the tables must be as the model has them. A step that the table of
docs/states does not have is a violation as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import ClassVar, TypeVar

from django.db import transaction
from django.db.models import TextChoices

from openpar.base.audit.models import Entry
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from trust.lives.place import BEGUN, Person, Place, moment

# Where every life begins: nothing is there yet.
NOTHING = "—"
_TOLD = 10
_FITS = 0.85


_State = TypeVar("_State", bound=TextChoices)


def steps_of(table: Mapping[_State, Mapping[_State, str]]) -> frozenset[tuple[str, str]]:
    """What may follow what by a table of stages, with the beginning."""
    first = next(iter(table))
    pairs = {(str(state), str(to)) for state, following in table.items() for to in following}
    return frozenset(pairs | {(NOTHING, str(first))})


def often(**times: int) -> Mapping[str, int]:
    """How often each move is tried beside the others."""
    return times


@dataclass
class Seen:
    """What the walks of one life cycle met."""

    moves: int = 0
    accepted: int = 0
    # State before, move, outcome.
    kinds: set[tuple[str, str, bool]] = field(default_factory=set)
    steps: set[tuple[str, str]] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)

    def told(self, life: type[Life]) -> str:
        """The coverage in words."""
        states, all_states = len(_of(self.steps)), len(_of(life.steps))
        return (
            f"{self.moves} moves, {self.accepted} accepted, states {states}/{all_states}, "
            f"steps {len(self.steps)}/{len(life.steps)}, kinds of state, move and outcome {len(self.kinds)}"
        )

    def never_seen(self, life: type[Life]) -> list[str]:
        """States, steps and outcomes of moves that no walk came to: without them the walks prove little."""
        outcomes = {(move, is_done) for _state, move, is_done in self.kinds}
        wanted = {
            (move, is_done) for move in life.moves for is_done in (True, False) if move not in life.free
        }
        return [
            *(f"never in {state}" for state in sorted(_of(life.steps) - _of(self.steps))),
            *(f"never from {before} to {after}" for before, after in sorted(life.steps - self.steps)),
            *(
                f"{move} never {'accepted' if is_done else 'refused'}"
                for move, is_done in sorted(wanted - outcomes)
            ),
        ]


def _of(steps: Iterable[tuple[str, str]]) -> set[str]:
    """The states that these steps begin or end in."""
    return {state for step in steps for state in step}


class Life:
    """One subject of a life cycle, or several beside each other.

    Below stand its moves, as methods called like the names in `moves`.
    """

    name: ClassVar[str]
    # The first begins the life; 0: it can be begun once only.
    moves: ClassVar[Mapping[str, int]]
    # What may follow what; a state may stay as it is.
    steps: ClassVar[frozenset[tuple[str, str]]]
    # Moves that are no action of the program: nobody refuses them.
    free: ClassVar[frozenset[str]] = frozenset({"sleep"})

    def __init__(self, place: Place, random: Random, crowd: tuple[str, ...] = ()) -> None:
        self.place, self.random, self.crowd = place, random, crowd
        self.today = BEGUN
        # Move, person and outcome, one after the other: the same in every run of a seed.
        self.course: list[str] = []
        self.wrong = ""
        self._move, self._is_tried, self._is_done = "", False, False

    def states(self) -> dict[object, str]:
        """Where each subject of the model stands, by what tells them apart; the one looked at is the last."""
        raise NotImplementedError

    def differences(self) -> str:
        """What the tables say otherwise than the model; "" for nothing."""
        raise NotImplementedError

    @property
    def at(self) -> datetime:
        return moment(self.today)

    def go(self, moves: int, seen: Seen, name: str, favourites: tuple[str, ...] = ()) -> None:
        """So many moves, until something is broken; two of three are `favourites` when any are named."""
        for number in range(moves):
            before = self.states()
            stands = next(reversed(before.values()), NOTHING)
            move = self._move = self._chosen(favourites) if stands != NOTHING else next(iter(self.moves))
            self._is_tried = self._is_done = move in self.free
            getattr(self, move)()
            after = self.states()
            if self._is_tried:
                seen.moves += 1
                seen.accepted += self._is_done
                seen.kinds.add((stands, move, self._is_done))
            stepped = {(before.get(one, NOTHING), after.get(one, NOTHING)) for one in before | after}
            stepped = {(first, then) for first, then in stepped if first != then}
            seen.steps |= stepped
            for first, then in stepped - self.steps:
                self.wrong = self.wrong or f"{first} is followed by {then}"
            wrong = self.wrong or self.differences()
            if wrong:
                told = "; ".join(self.course[-_TOLD:])
                seen.broken.append(f"{name}, move {number} ({move}, {self.today}): {wrong}. Before: {told}")
                return

    def _chosen(self, favourites: tuple[str, ...]) -> str:
        if favourites and self.random.random() < 0.67:
            return self.random.choice(favourites)
        return self.random.choices(tuple(self.moves), tuple(self.moves.values()))[0]

    def sleep(self) -> None:
        """Days pass."""
        self.today += timedelta(days=self.random.choice((1, 1, 3, 12)))

    def someone(self, is_near: Callable[[Person], bool]) -> tuple[Person, Actor]:
        """Anybody; more often somebody it concerns. A crowd is nearer still."""
        near = [one for one in self.place.people if is_near(one[0])]
        if self.crowd and self.random.random() < 0.6:
            near = [one for one in self.place.people if one[0].name in self.crowd]
        return self.random.choice(near if near and self.random.random() < _FITS else self.place.people)

    def fits(self) -> bool:
        """More often than not: for what a person types right or wrong."""
        return self.random.random() < _FITS

    def words(self) -> str:
        return f"Lời {self.random.randrange(1000)}" if self.fits() else self.random.choice(("", "  "))

    def day(self, *around: date) -> date:
        """A day near one of these."""
        return self.random.choice(around) + timedelta(days=self.random.choice((-1, 0, 0, 1)))

    def tried(
        self, who: Person, expected: bool, action: Callable[[], object], *, traced: bool = True
    ) -> bool:
        """Tries the action; notes when it comes to another end than expected, or leaves no trace.

        `traced` False: it says what is there already, so nothing changes. True when it was done as expected.
        """
        entries = Entry.objects.count()
        self._is_tried = True
        try:
            with transaction.atomic():
                action()
            outcome = "done"
        except Refused as refused:
            outcome = f"refused ({refused})"
        except Exception as error:
            outcome = f"broke: {type(error).__name__}: {error}"
        self._is_done = outcome == "done"
        self.course.append(f"{self._move} by {who.name}{'' if self._is_done else ' ✗'} on {self.today}")
        if self._is_done != expected or outcome.startswith("broke"):
            self.wrong = f"{who.name}: {outcome}, expected to be {'done' if expected else 'refused'}"
        elif expected and (Entry.objects.count() > entries) != traced:
            self.wrong = f"{who.name}: {'no trace' if traced else 'a trace of nothing'}"
        return expected and self._is_done
