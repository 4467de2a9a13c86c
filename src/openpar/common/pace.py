"""How often one person or one address may ask for what costs much: the limits, and counting against them.

Counted in memory, by each process for itself: a brake on scripts that run wild, not a wall.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpar.common.yaml_files import data_of

_KEYS = {"name", "of", "methods", "pages", "except", "most", "seconds"}


@dataclass(frozen=True)
class Limit:
    """At most `most` requests of one person or address in each window of `seconds`.

    Without `pages` all of them are meant but those in `but`.
    """

    name: str
    is_of_person: bool
    methods: frozenset[str]
    pages: frozenset[str]
    but: frozenset[str]
    most: int
    seconds: int

    def counts(self, page: str, method: str, *, is_person: bool) -> bool:
        is_page = page in self.pages if self.pages else page not in self.but
        return self.is_of_person == is_person and method in self.methods and is_page


def read_limits(path: Path) -> tuple[Limit, ...]:
    """The limits of a file. Raises ValueError naming the entry that is none."""
    entries: list[dict[str, Any]] = data_of(path)["limits"]
    return tuple(_limit(entry) for entry in entries)


def _limit(entry: dict[str, Any]) -> Limit:
    most, seconds = entry.get("most"), entry.get("seconds")
    is_whole = isinstance(most, int) and isinstance(seconds, int) and most > 0 and seconds > 0
    if set(entry) - _KEYS or entry.get("of") not in ("person", "address") or not is_whole:
        raise ValueError(f"request_limits.yaml: an entry is no limit: {entry!r}")
    return Limit(
        name=str(entry["name"]),
        is_of_person=entry["of"] == "person",
        methods=frozenset(entry["methods"]),
        pages=frozenset(entry.get("pages", ())),
        but=frozenset(entry.get("except", ())),
        most=int(entry["most"]),
        seconds=int(entry["seconds"]),
    )


class Pace:
    """Counts what one process has answered. Old windows are dropped as soon as a new one begins."""

    def __init__(self, limits: tuple[Limit, ...], clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[int, dict[str, int]]] = {}

    def wait(self, page: str, method: str, who: str, *, is_person: bool) -> int:
        """Counts one request; how many seconds to wait, 0 when it may pass."""
        longest = 0
        for limit in self.limits:
            if limit.counts(page, method, is_person=is_person):
                longest = max(longest, self._wait(limit, who))
        return longest

    def _wait(self, limit: Limit, who: str) -> int:
        window, into = divmod(self._clock(), limit.seconds)
        with self._lock:
            since, counted = self._windows.get(limit.name, (-1, {}))
            if since != window:
                counted = {}
                self._windows[limit.name] = (int(window), counted)
            counted[who] = counted.get(who, 0) + 1
            return 0 if counted[who] <= limit.most else max(1, round(limit.seconds - into))
