"""What a part of the reform year is that many people edit: read, saved, refused when stale, shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# Reads the version to be named by a save, then the number that stands there.
Read = Callable[[], tuple[int, int]]


@dataclass(frozen=True)
class Page:
    """Where the part is edited over HTTP, by whom and when; `form(version, number, words)` is sent."""

    address: str
    by: Any
    at: datetime
    form: Callable[[int, int, str], dict[str, str]]


@dataclass(frozen=True)
class Part:
    """One thing that many people edit; `save(version, number, words)`.

    `guard`: where the version is compared ("module:function"), and in which words. `step`: how many versions
    one accepted save adds. `page`: the form, where what was typed stands beside what is stored.
    """

    name: str
    read: Read
    save: Callable[[int, int, str], object]
    stale: type[Exception]
    guard: tuple[str, str]
    step: int = 1
    page: Page | None = None


@dataclass(frozen=True)
class Added:
    """Something that is added and never replaced: `add(words)`, and all the words that stand there."""

    name: str
    add: Callable[[str], object]
    kept: Callable[[], list[str]]


def number_of(text: str) -> int:
    """The number with which the words begin."""
    return int(text.partition(" ")[0])
