"""An import is whole or nothing, and the same file again changes nothing."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trust.check import SQLITE, Check, Found, Scale

if TYPE_CHECKING:
    from tests.imports import Import


# Beside the first, in the short form.
_WAYS = 6


@dataclass
class _Seen:
    accepted: int = 0
    refused: int = 0
    replays: int = 0
    violations: list[str] = field(default_factory=list)


def run(scale: Scale) -> Found:
    import logging

    from tests import imports

    logging.disable(logging.CRITICAL)
    small = imports.world()
    names = list(imports.ways())
    # The short form goes through the first, in which the defects are planted, and a few others.
    chosen = [names[0], *scale.random("ways").sample(names[1:], _WAYS)] if scale.short else names
    first = imports.imports_in_self_scoring(small, chosen)
    seen = _Seen()
    _replay_all(scale, first, seen)
    _mutate_all(scale, first, scale.of(8_000, short=18), seen)
    with imports.in_appraisal(small) as later:
        _replay_all(scale, later, seen)
        _mutate_all(scale, later, scale.of(2_000, short=4), seen)
    return Found(
        figures={
            "ways in": len(first) + 1,
            "mutated files": scale.of(10_000, short=22),
            "refused whole": seen.refused,
            "taken in whole": seen.accepted,
            "replays": seen.replays,
        },
        violations=tuple(seen.violations[:50]),
        planted=_planted(first[0]),
    )


def _replay_all(scale: Scale, ways: tuple[Import, ...], seen: _Seen) -> None:
    """Every file that is taken in, again and again: the database stays as the first time left it."""
    from openpar.common.db import taken_back
    from openpar.common.errors import Refused
    from tests import imports

    for way in ways:
        for name, content in way.seeds:
            with taken_back():
                way.run(content, name)
                after = imports.state()
                for _time in range(scale.of(99, short=2) if way.is_repeatable else 0):
                    try:
                        way.run(content, name)
                    except Refused as refused:
                        seen.violations.append(f"{way.name} again: refused, {refused}"[:300])
                    seen.replays += 1
                    if imports.state() != after:
                        seen.violations.append(f"{way.name} again: something changed")


def _mutate_all(scale: Scale, ways: tuple[Import, ...], count: int, seen: _Seen) -> None:
    from tests import hostile, imports

    before = imports.state()
    for number in range(count):
        way = ways[number % len(ways)]
        chance = scale.random("import", len(ways), number)
        name, content = chance.choice(way.seeds)
        inside = content.startswith(b"PK") and chance.random() < 0.7
        changed = (hostile.mutated_inside if inside else hostile.mutated)(chance, content)
        _try(way, name, changed, f"mutated {number} ({name}) through {way.name}", before, seen)


def _try(way: Import, name: str, content: bytes, what: str, before: str, seen: _Seen) -> None:
    """One file: refused with nothing changed, or taken in with every row of it."""
    from openpar.common.db import taken_back
    from openpar.common.errors import Refused
    from tests import imports

    with taken_back():
        try:
            made = way.run(content, name)
        except Refused:
            seen.refused += 1
            if imports.state() != before:
                seen.violations.append(f"{what}: refused, and yet something changed")
            return
        seen.accepted += 1
        told, wanted = way.rows_told(made), _rows_in(content, name, way.first_value)
        if told is not None and wanted is not None and told - way.rows_beside != wanted:
            seen.violations.append(f"{what}: {told - way.rows_beside} of {wanted} rows were taken in")
        if not way.is_repeatable:
            return
        after = imports.state()
        seen.replays += 1
        try:
            way.run(content, name)
        except Refused as refused:
            seen.violations.append(f"{what}: taken in, then refused: {refused}"[:300])
        if imports.state() != after:
            seen.violations.append(f"{what}: the same file again changed something")


def _rows_in(content: bytes, name: str, first_value: int) -> int | None:
    """How many rows a file has, counted without our reader; None for other kinds than plain CSV."""
    if not name.endswith(".csv"):
        return None
    text = content.decode("utf-8-sig")
    header = text.partition("\n")[0]
    delimiter = max(";\t,", key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return sum(any(cell.strip() for cell in row[first_value:]) for row in rows) - 1


def _planted(way: Import) -> dict[str, bool]:
    """Two careless importers: one keeps the rows before a bad one, one leaves bad rows out."""
    from openpar.common.errors import Refused
    from tests import imports
    from tests.imports import Import

    def rows_of(content: bytes) -> tuple[bytes, list[bytes]]:
        header, *rows = content.splitlines(keepends=True)
        return header, rows

    def row_by_row(content: bytes, name: str) -> object:
        header, rows = rows_of(content)
        for row in rows:
            way.run(header + row, name)
        return None

    def without_bad_rows(content: bytes, name: str) -> object:
        header, rows = rows_of(content)
        good: list[bytes] = []
        for row in rows:
            try:
                way.run(header + b"".join([*good, row]), name)
            except Refused:
                continue
            good.append(row)
        return way.run(header + b"".join(good), name)

    name, content = way.seeds[0]
    bad = b"".join(content.splitlines(keepends=True)[:6]) + b"hong,x,,,,,,,,,,,,\n"
    found = {}
    for what, importer in (
        ("an importer that commits row by row", row_by_row),
        ("an importer that leaves bad rows out", without_bad_rows),
    ):
        seen = _Seen()
        _try(Import(way.name, importer, way.seeds), name, bad, what, imports.state(), seen)
        found[what] = bool(seen.violations)
    return found


CHECK = Check(
    "import_whole",
    "an import is whole or nothing, and the same file again changes nothing",
    run,
    (SQLITE,),
)
