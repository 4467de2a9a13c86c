"""On which days somebody is told of a thing: the steps of data/reminders.yaml, over plain values.

A step is so many calendar days from the day of the thing. What is due is everything whose day has come and
that nobody was told: a run that was missed catches up with the latest step alone, the earlier ones are passed
over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings

from openpar.base.notifications.due import DueThing
from openpar.base.notifications.models import Channel, Pace
from openpar.common.yaml_files import data_of


class Side(StrEnum):
    """Who is told, as a DueThing names them."""

    RESPONSIBLE = "responsible"
    HEADS = "heads"
    ASSIGNERS = "assigners"


class Counts(StrEnum):
    """Is the day of a thing the last one that is in time, or the one since when something is so?"""

    DEADLINE = "deadline"
    SINCE = "since"


@dataclass(frozen=True)
class Step:
    """`days` from the day of the thing, and again every `every` days, never later than `last`."""

    days: int
    tells: frozenset[Side]
    every: int = 0
    last: int = 0

    def offsets_until(self, day: int) -> range:
        """Every distance at which this step comes, up to and with `day`."""
        if not self.every:
            return range(self.days, min(self.days, day) + 1)
        return range(self.days, min(self.last, day) + 1, self.every)


@dataclass(frozen=True)
class Rule:
    """How a kind of things is reminded of, during [since, until)."""

    kind: str
    name: str
    counts: Counts
    steps: tuple[Step, ...]
    since: date
    until: date | None


@dataclass(frozen=True)
class Owed:
    """A message that one person has to get: the step, and the earlier ones that nobody will send any more."""

    thing: DueThing
    recipient: int
    offset: int
    passed_over: tuple[int, ...]


@dataclass(frozen=True)
class Settings:
    """Everything of data/reminders.yaml."""

    rules: tuple[Rule, ...]
    digest_at: time
    paces: Mapping[Channel, Pace]
    retries: tuple[timedelta, ...]
    gateway_seconds: int
    # A published index below so many per cent is low.
    low_score_below: Decimal

    def rules_on(self, day: date) -> Mapping[str, Rule]:
        """The rule of each kind that is in force on that day."""
        in_force = (rule for rule in self.rules if rule.since <= day)
        return {rule.kind: rule for rule in in_force if rule.until is None or day < rule.until}

    def told_ahead(self, day: date) -> timedelta:
        """How long before its day the earliest of all reminders in force comes; nought where none does."""
        steps = [step.days for rule in self.rules_on(day).values() for step in rule.steps]
        return timedelta(days=-min([0, *steps]))


class UnknownKind(ValueError):
    """A thing of a kind without a rule in data/reminders.yaml: a defect of the package that has it."""


def owed(thing: DueThing, rule: Rule, *, today: date, told: Mapping[int, int]) -> list[Owed]:
    """Who has to be told of `thing` today: at most one message a person, the latest step that concerns them.

    told: the latest step that each person was told of this thing with this day. An earlier step than that
    is never sent, whatever day the run believes it is. Steps before `known_from` are nobody's.
    """
    today_offset = (today - thing.due_on).days
    earliest = None if thing.known_from is None else (thing.known_from - thing.due_on).days
    found = []
    for recipient, sides in sorted(_sides_of(thing).items()):
        steps = _offsets(rule.steps, sides, until=today_offset)
        after = told.get(recipient)
        fresh = [
            offset
            for offset in steps
            if (after is None or offset > after) and (earliest is None or offset >= earliest)
        ]
        if fresh:
            found.append(Owed(thing, recipient, fresh[-1], tuple(fresh[:-1])))
    return found


def _sides_of(thing: DueThing) -> Mapping[int, set[Side]]:
    told = {
        Side.RESPONSIBLE: thing.responsible,
        Side.HEADS: thing.heads,
        Side.ASSIGNERS: thing.assigners,
    }
    sides: dict[int, set[Side]] = {}
    for side, people in told.items():
        for person in people:
            sides.setdefault(person, set()).add(side)
    return sides


def _offsets(steps: Sequence[Step], sides: set[Side], *, until: int) -> list[int]:
    return sorted({offset for step in steps if step.tells & sides for offset in step.offsets_until(until)})


def settings_in_force() -> Settings:
    """What data/reminders.yaml says. Raises ValueError naming everything in it that cannot be."""
    return _read(settings.OPENPAR_DATA_DIR / "reminders.yaml")


@lru_cache(maxsize=4)
def _read(path: Path) -> Settings:
    raw = data_of(path)
    try:
        return read_settings(raw)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name}: {error!r}") from error


def read_settings(raw: Mapping[str, Any]) -> Settings:
    """The settings out of the file's mappings. Raises KeyError, TypeError, ValueError."""
    schedules = {name: _schedule(entry) for name, entry in raw["schedules"].items()}
    rules = tuple(_rule(entry, schedules) for entry in raw["rules"])
    _refuse_overlaps(rules)
    if raw["channels"]["gateway"]["pace"] == Pace.DIGEST:
        raise ValueError("channels: a gateway sends at once or never")
    return Settings(
        rules=rules,
        digest_at=time.fromisoformat(raw["digest"]["at"]),
        paces={channel: Pace(raw["channels"][channel.value.lower()]["pace"]) for channel in Channel},
        retries=tuple(timedelta(minutes=one) for one in raw["gateways"]["retry_after_minutes"]),
        gateway_seconds=int(raw["gateways"]["seconds"]),
        low_score_below=Decimal(raw["low_score"]["below_percent"]),
    )


def _schedule(entry: Mapping[str, Any]) -> tuple[Counts, tuple[Step, ...]]:
    return Counts(entry["counts"]), tuple(_step(one) for one in entry["steps"])


def _step(entry: Mapping[str, Any]) -> Step:
    tells = frozenset(Side(side) for side in entry["tells"])
    step = Step(int(entry["days"]), tells, int(entry.get("every", 0)), int(entry.get("last", 0)))
    if not tells or step.every < 0 or (step.every and step.last < step.days):
        raise ValueError(f"a step needs somebody to tell, and “last” with “every”: {dict(entry)}")
    return step


def _rule(entry: Mapping[str, Any], schedules: Mapping[str, tuple[Counts, tuple[Step, ...]]]) -> Rule:
    counts, steps = schedules[entry["schedule"]]
    since, until = entry["from"], entry["until"]
    if not isinstance(since, date) or not isinstance(until, date | None):
        raise ValueError(f"{entry['kind']}: “from” and “until” are days")
    return Rule(entry["kind"], entry["name"], counts, steps, since, until)


def _refuse_overlaps(rules: Sequence[Rule]) -> None:
    """A kind has one rule on every day."""
    ordered = sorted(rules, key=lambda rule: (rule.kind, rule.since))
    for earlier, later in pairwise(ordered):
        if earlier.kind == later.kind and (earlier.until is None or later.since < earlier.until):
            raise ValueError(f"{later.kind}: two rules for {later.since}")
