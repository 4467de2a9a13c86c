"""Which tests run on PostgreSQL once everything ran on SQLite (docs/decisions/0016)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

# What any test costs beside what it does.
_AT_LEAST = 0.02


@dataclass(frozen=True)
class Sent:
    """What one test sent: its statements as tests/statements.py tells them apart; how long it took."""

    test: str
    statements: frozenset[str]
    seconds: float
    always: bool


def read(folder: Path) -> list[Sent]:
    """What the processes of a run left in the folder."""
    lines = [
        line for path in folder.glob("*.jsonl") for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [Sent(**{**said, "statements": frozenset(said["statements"])}) for said in map(json.loads, lines)]


def chosen(sent: Iterable[Sent], once: Sequence[str]) -> list[str]:
    """Those that always run, and of the others as few and quick ones as send every statement again; none of
    the paths that run `once`. The same for the same input, by the order of the names.
    """
    left = sorted((one for one in sent if not one.test.startswith(tuple(once))), key=lambda one: one.test)
    found = [one for one in left if one.always]
    missing = frozenset().union(*(one.statements for one in left)) - frozenset().union(
        *(one.statements for one in found)
    )
    others = [one for one in left if not one.always]
    while missing:
        best = max(others, key=lambda one: len(one.statements & missing) / (one.seconds + _AT_LEAST))
        found.append(best)
        missing -= best.statements
    return sorted(one.test for one in found)
