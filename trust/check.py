"""The form of every check, so that all of them run, print and are replayed the same way."""

from __future__ import annotations

import importlib
import pkgutil
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from trust import checks

SQLITE, POSTGRESQL = "sqlite", "postgresql"
BOTH = (SQLITE, POSTGRESQL)


@dataclass(frozen=True)
class Scale:
    """How much of a check to do, and from which seed; the same seed plays the same run again."""

    seed: int
    short: bool = False

    def of(self, full: int, *, short: int) -> int:
        """The number of times: `full` in `./run trust`, `short` in `./run test`."""
        return short if self.short else full

    def random(self, *parts: object) -> random.Random:
        """Chance that depends on the seed and the named part only, never on what ran before."""
        return random.Random(f"{self.seed}:{':'.join(map(str, parts))}")


@dataclass(frozen=True)
class Found:
    """What a check saw.

    `figures` are counts of what was done (and times, which are reported and never asserted in tests);
    `violations` say what happened that may not, each with what replays it; `planted` names every planted
    defect and whether it was caught: a check that misses one proves nothing.
    """

    figures: Mapping[str, int | float | str]
    violations: tuple[str, ...] = ()
    planted: Mapping[str, bool] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        return not self.violations and bool(self.planted) and all(self.planted.values())


@dataclass(frozen=True)
class Check:
    """One property, with the way to try it.

    With databases named it runs once on each, in a process of its own with DATABASE_URL set and the tables
    made; with none it runs once and no database exists.
    """

    name: str
    property: str
    run: Callable[[Scale], Found]
    databases: tuple[str, ...] = ()
    # Left out of `./run test`, with the reason; nothing is left out of `./run trust`.
    only_in_full: str = ""
    # Where the databases differ in what the check asks, its short form runs on each of them too.
    short_on_each: bool = False

    def databases_for(self, *, short: bool) -> tuple[str, ...]:
        """Where to run: the short form on the first database only, unless it is about their difference."""
        return self.databases[:1] if short and not self.short_on_each else self.databases


def all_checks() -> tuple[Check, ...]:
    """Every check of `trust/checks`, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(checks.__path__))
    return tuple(check_named(name) for name in names)


def check_named(name: str) -> Check:
    """The check of the file with this name. Raises ModuleNotFoundError."""
    check: Check = importlib.import_module(f"trust.checks.{name}").CHECK
    return check
