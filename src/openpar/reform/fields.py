"""The fields (lĩnh vực) of reform, with the name each bore on a day (data/reform_fields.yaml).

Everything stores the code (F0 … F7) and asks for the name of its own day: what is F6 today was called
“Hiện đại hóa hành chính” until July 2021.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from openpar.common.text import fold
from openpar.common.yaml_files import data_of


@dataclass(frozen=True)
class FieldName:
    """A name during [from_on, until_on); null: still."""

    name: str
    short: str
    from_on: date
    until_on: date | None

    def holds_on(self, day: date) -> bool:
        """Did it bear this name on the day?"""
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


@dataclass(frozen=True)
class ReformField:
    """One field; `is_in_plan`: a chapter of plans (F7 stands in the index only)."""

    code: str
    is_in_plan: bool
    names: tuple[FieldName, ...]
    words: tuple[str, ...]

    def named(self, on: date) -> FieldName:
        """The name on a day; before the first one, the first."""
        return next((each for each in self.names if each.holds_on(on)), self.names[0])


def reform_fields(*, only_in_plan: bool = False) -> tuple[ReformField, ...]:
    """All fields in their order, or the chapters of a plan."""
    found = _read(Path(settings.OPENPAR_DATA_DIR) / "reform_fields.yaml")
    return tuple(field for field in found if field.is_in_plan or not only_in_plan)


def field_codes(*, only_in_plan: bool = False) -> tuple[str, ...]:
    """F0 … F7."""
    return tuple(field.code for field in reform_fields(only_in_plan=only_in_plan))


def field_name(code: str, on: date) -> str:
    """The full name of a field on a day; the code itself for one that the data do not know."""
    found = _by_code().get(code)
    return found.named(on).name if found else code


def field_short_name(code: str, on: date) -> str:
    """The short name, for columns and charts."""
    found = _by_code().get(code)
    return found.named(on).short if found else code


def field_from_words(text: str) -> str | None:
    """The code of the field that a heading of a document means, by its names of all days; None if none."""
    wanted = fold(text)
    for field in reform_fields():
        if wanted in {fold(field.code), *(fold(each.name) for each in field.names)}:
            return field.code
    best: tuple[int, str] | None = None
    for field in reform_fields():
        for word in (*field.words, *(each.name for each in field.names)):
            folded = fold(word)
            if folded in wanted and (best is None or len(folded) > best[0]):
                best = (len(folded), field.code)
    return best[1] if best else None


def _by_code() -> dict[str, ReformField]:
    return {field.code: field for field in reform_fields()}


@lru_cache(maxsize=4)
def _read(path: Path) -> tuple[ReformField, ...]:
    content: dict[str, Any] = data_of(path)
    return tuple(
        ReformField(
            row["code"],
            row["in_plan"],
            tuple(
                FieldName(each["name"], each["short"], each["from"], each["until"]) for each in row["names"]
            ),
            tuple(row["words"]),
        )
        for row in content["fields"]
    )
