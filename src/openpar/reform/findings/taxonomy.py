"""The shortcomings that come up again and again, with code, field and dated wording (data/findings)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from openpar.common.dated_data import holds, rows_of
from openpar.common.text import fold
from openpar.reform.findings.models import Severity


@dataclass(frozen=True)
class Entry:
    """One code of the taxonomy as it is worded on a day.

    `field_then`: what the source called the field, where it used another name. `certainty`: V, S or R.
    """

    code: str
    field: str
    name: str
    severity: Severity
    metric: str
    remedy: str
    field_then: str
    seen_at: str
    certainty: str
    source: str
    leaf_words: tuple[tuple[str, ...], ...]

    def fits(self, folded_title: str) -> bool:
        """Does a line of a criteria set, folded, name all words of one of the groups?"""
        return any(all(word in folded_title for word in group) for group in self.leaf_words)


@lru_cache(maxsize=64)
def entries(on: date) -> tuple[Entry, ...]:
    """Every code worded on `on`, in the order of the codes."""
    rows = rows_of("findings/taxonomy.yaml", "entries")
    found = (_entry(row, on) for row in rows)
    return tuple(sorted((each for each in found if each is not None), key=lambda each: each.code))


def entry(code: str, on: date) -> Entry | None:
    """The entry of a code as worded on a day; None if there is none then."""
    return next((each for each in entries(on) if each.code == code), None)


def proposed_code(field: str, leaf_title: str, on: date) -> str:
    """The code that a line of a criteria set points to, "" if none or more than one does.

    Entries with longer groups of words are asked first: “kiểm tra CCHC” before “kiểm tra”.
    """
    folded = fold(leaf_title)
    fitting = [each for each in entries(on) if each.field == field and each.fits(folded)]
    longest = max((_words_met(each, folded) for each in fitting), default=0)
    best = [each.code for each in fitting if _words_met(each, folded) == longest]
    return best[0] if len(best) == 1 else ""


def name_of(code: str, on: date, names: Iterable[Entry] | None = None) -> str:
    """The wording of a code on a day; the code itself where there is none."""
    found = next((each for each in (names or entries(on)) if each.code == code), None)
    return found.name if found else code


def _words_met(one: Entry, folded: str) -> int:
    return max(len("".join(group)) for group in one.leaf_words if all(word in folded for word in group))


def _entry(row: dict[str, Any], on: date) -> Entry | None:
    name = next((each["text"] for each in row["names"] if holds(each, on)), None)
    if name is None:
        return None
    return Entry(
        code=row["code"],
        field=row["field"],
        name=name,
        severity=Severity(row["severity"]),
        metric=row["metric"],
        remedy=row["remedy"],
        field_then=row.get("field_then", ""),
        seen_at=row["seen_at"],
        certainty=row["certainty"],
        source=row["source"],
        leaf_words=tuple(tuple(group) for group in row["leaf_words"]),
    )
