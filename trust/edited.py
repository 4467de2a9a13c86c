"""What a part of the reform year is that many people edit: read, saved, refused when stale, shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# Reads what a save has to name (a version, or a mark of what is stored), then the number that stands there.
Read = Callable[[], tuple[Any, int]]
# Where something is compared ("module:function"), and in which words.
Guard = tuple[str, str]


@dataclass(frozen=True)
class Page:
    """Where the part is edited over HTTP, by whom and when; `form(version, number, words)` is sent.

    `shows`: the number as the page writes it.
    """

    address: str
    by: Any
    at: datetime
    form: Callable[[Any, int, str], dict[str, Any]]
    shows: Callable[[int], str] = str


@dataclass(frozen=True)
class Part:
    """One thing that many people edit; `save(version, number, words)`.

    `guard`: what compares. `step`: how many versions an accepted save adds, None where none is counted.
    `page`: the form, where what was typed stands beside what is stored. `most`: so many saves fit.
    """

    name: str
    read: Read
    save: Callable[[Any, int, str], object]
    stale: type[Exception]
    guard: Guard
    step: int | None = 1
    page: Page | None = None
    most: int = 10**6


@dataclass(frozen=True)
class Added:
    """Something that is added and never replaced: `add(words)`, and all the words that stand there."""

    name: str
    add: Callable[[str], object]
    kept: Callable[[], list[str]]


@dataclass(frozen=True)
class Once:
    """Something that is done once: `fresh()` makes a new one, how it is done with these words, and the words
    that stand there. `guards`: everything that lets nobody do it again.
    """

    name: str
    fresh: Callable[[], tuple[Callable[[str], object], Callable[[], str]]]
    guards: tuple[Guard, ...]


@dataclass(frozen=True)
class Family:
    """Parts that stand on the same ground."""

    parts: tuple[Part, ...]
    added: tuple[Added, ...] = ()
    once: tuple[Once, ...] = ()


def number_of(text: str) -> int:
    """The number with which the words begin."""
    return int(text.partition(" ")[0])
