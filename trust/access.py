"""The matrix of who may do what: its rows, the people and things it speaks of, and one request of a cell."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MATRIX = Path(__file__).with_name("matrix.csv")
RELATIONS = ("own", "other", "parent", "child")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")

UNIT = ("FOCAL_OFFICER", "DIVISION_OFFICER", "AGENCY_HEAD")
OVERSEES = ("COUNCIL_CHAIR", "ROUND_MANAGER", "LEADER", "AUDITOR")
# An appraiser whom nobody has assigned a field.
IDLE = "IDLE_APPRAISER"
# Controls procedures; of sheets and rounds sees nothing.
CONTROLS = "PROCEDURE_CONTROLLER"
ROLES = (*UNIT, "APPRAISER", *OVERSEES, CONTROLS, "ADMINISTRATOR")
PEOPLE = (*ROLES, IDLE, "nobody")
EVERYONE = (*PEOPLE, "anonymous")
GROUPS: Mapping[str, tuple[str, ...]] = {
    "unit": UNIT,
    "coordinates": ("FOCAL_OFFICER", "AGENCY_HEAD"),
    "oversees": OVERSEES,
    "office": (*ROLES, IDLE),
    "store": (*UNIT, *OVERSEES, "APPRAISER", IDLE, CONTROLS),
    "controls": (CONTROLS, "ROUND_MANAGER"),
    "adds": (*UNIT, "APPRAISER", IDLE, "ROUND_MANAGER"),
    "people": PEOPLE,
    "everyone": EVERYONE,
}
# What an answer may be to fit what was expected.
_FITS: Mapping[str, frozenset[str]] = {
    "ok": frozenset({"ok"}),
    "may": frozenset({"ok", "refused"}),
    "no": frozenset({"404", "403", "refused"}),
    # Whatever it says, it does nothing.
    "idle": frozenset({"ok", "404", "403", "refused"}),
    "404": frozenset({"404"}),
    "login": frozenset({"login"}),
    "405": frozenset({"405"}),
    # Says how the installation does, also that it does not do well.
    "open": frozenset({"ok", "unwell"}),
    "any": frozenset({"ok", "refused", "404", "403"}),
}
_MAY_WRITE = frozenset({"ok", "may", "any"})


@dataclass(frozen=True)
class Cell:
    """One question of the matrix."""

    url: str
    method: str
    on: str
    person: str
    relation: str

    def __str__(self) -> str:
        return f"{self.method} {self.url} ({self.on}) by {self.person} on {self.relation}"


@dataclass(frozen=True)
class Row:
    """One line of the matrix."""

    urls: frozenset[str]
    methods: frozenset[str]
    on: str
    who: frozenset[tuple[str, str]]
    answer: str

    def decides(self, cell: Cell) -> bool:
        return (
            (cell.url in self.urls or "*" in self.urls)
            and (cell.method in self.methods or "*" in self.methods)
            and self.on in (cell.on, "*")
            and (cell.person, cell.relation) in self.who
        )


@dataclass(frozen=True)
class Matrix:
    """The rows in their order."""

    rows: tuple[Row, ...]

    def states_of(self, url: str) -> tuple[str, ...]:
        """In which states of a round the address is asked for; none when no row names it."""
        return tuple(dict.fromkeys(row.on for row in self.rows if url in row.urls))

    def methods_of(self, url: str, on: str) -> frozenset[str]:
        """The methods that somebody may use; the others are 405 for everybody."""
        named = [row.methods for row in self.rows if url in row.urls and row.on == on]
        found = frozenset().union(*named) if named else frozenset[str]()
        return found | {"HEAD"} if "GET" in found else found

    def answer(self, cell: Cell) -> str | None:
        """What is expected; None when no row decides."""
        if cell.method not in self.methods_of(cell.url, cell.on):
            # A round is asked for in one state; another state has the methods of its rows.
            return "405" if self.states_of(cell.url) else None
        asked = cell
        if cell.method == "HEAD" and not any(
            "HEAD" in row.methods for row in self.rows if cell.url in row.urls
        ):
            asked = Cell(cell.url, "GET", cell.on, cell.person, cell.relation)
        return next((row.answer for row in self.rows if row.decides(asked)), None)


def read_matrix(path: Path = MATRIX) -> Matrix:
    """The rows of the file. Raises ValueError for a group, relation or answer that is not known."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = [line for line in csv.reader(file, delimiter=";") if line and not line[0].startswith("#")]
    return Matrix(tuple(_row(line) for line in lines[1:]))


def _row(line: list[str]) -> Row:
    urls, methods, on, who, answer = line
    if answer not in _FITS:
        raise ValueError(f"unknown answer {answer!r} in {line}")
    return Row(
        urls=frozenset(urls.split()),
        methods=frozenset(methods.split()),
        on=on,
        who=frozenset(pair for part in who.split() for pair in _pairs(part)),
        answer=answer,
    )


def _pairs(part: str) -> Iterator[tuple[str, str]]:
    name, _, where = part.partition("@")
    people = GROUPS.get(name, (name,))
    relations = RELATIONS if where == "*" else (where,)
    for person in people:
        for relation in relations:
            if person not in EVERYONE or relation not in RELATIONS:
                raise ValueError(f"unknown person or relation: {part}")
            yield person, relation


def cells(
    urls: Iterable[str], matrix: Matrix, relations: Iterable[str], with_things: Mapping[str, bool]
) -> Iterator[Cell]:
    """Every question; whose things is asked where an address names things and a method is about them."""
    wanted = tuple(relations)
    for url in sorted(urls):
        for on in matrix.states_of(url):
            for method in METHODS:
                for person in EVERYONE:
                    is_about_things = with_things[url] and method in ("GET", "POST")
                    for relation in wanted if is_about_things else wanted[:1]:
                        yield Cell(url, method, on, person, relation)


@dataclass(frozen=True)
class Answer:
    """What came back, and whether something was written."""

    status: int
    location: str = ""
    wrote: bool = False
    body: bytes = field(default=b"", repr=False)

    @property
    def kind(self) -> str:
        if self.status == 302 and self.location.startswith("/login/?next="):
            return "login"
        if self.status < 400:
            return "ok"
        if self.status == 503:
            return "unwell"
        if self.status >= 500:
            return "broken"
        return str(self.status) if self.status in (403, 404, 405) else "refused"


def misfit(cell: Cell, expected: str | None, answer: Answer) -> str | None:
    """Why an answer is a violation; None when it is as expected."""
    if expected is None:
        return f"undecided: {cell}"
    if answer.kind not in _FITS[expected]:
        wrote = ", and something was written" if answer.wrote else ""
        got = f"{answer.kind} ({answer.status} {answer.location})"
        return f"{cell}: expected {expected}, got {got}{wrote}"
    if answer.wrote and (expected not in _MAY_WRITE or cell.method in ("GET", "HEAD", "OPTIONS")):
        return f"{cell}: expected {expected}, and something was written"
    return None


def walked_urls() -> dict[str, Any]:
    """Every named address of the URL configuration; an address without a name has a number for one."""
    from django.urls import URLPattern, URLResolver, get_resolver

    found: dict[str, Any] = {}

    def walk(patterns: Iterable[Any], before: str) -> None:
        for pattern in patterns:
            here = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, here)
            elif isinstance(pattern, URLPattern):
                converters = _converters(here)
                found[str(pattern.name or f"without a name: {here}")] = (here, converters)

    walk(get_resolver().url_patterns, "")
    return found


def _converters(route: str) -> tuple[str, ...]:
    import re

    return tuple(found.rpartition(":")[2] for found in re.findall(r"<([^>]+)>", route))
