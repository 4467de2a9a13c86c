"""The lines that an inspection checks and the rules of coverage, as they stand in the data, by date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings

from openpar.base.organisations.models import Kind
from openpar.common.yaml_files import data_of
from openpar.reform.inspections.models import Scope


@dataclass(frozen=True)
class ChecklistItem:
    """One line: what is asked, by which law, how it is checked, which evidence is expected.

    `finding` is the code of the taxonomy that a failing has, `criterion` words that find the line of a
    criteria set it costs points at; both may be empty. `certainty`: V verified, S seen, R recalled.
    """

    code: str
    field: str
    question: str
    legal_base: str
    how_to_check: str
    evidence: str
    finding: str
    criterion: str
    certainty: str


@dataclass(frozen=True)
class Checklist:
    """One version, valid for cases opened during [valid_from, valid_until)."""

    version: str
    valid_from: date
    valid_until: date | None
    title: str
    source: str
    certainty: str
    items: tuple[ChecklistItem, ...]

    def item(self, code: str) -> ChecklistItem:
        """Raises LookupError."""
        for item in self.items:
            if item.code == code:
                return item
        raise LookupError(f"no line {code} in the checklist {self.version}")

    def by_field(self) -> tuple[tuple[str, tuple[ChecklistItem, ...]], ...]:
        """The lines of every field, in their order."""
        return tuple((field, tuple(items)) for field, items in groupby(self.items, lambda item: item.field))


@dataclass(frozen=True)
class CoverageRule:
    """How much of a stratum is to be inspected within a year that begins during [valid_from, valid_until).

    `percent` None: no share is asked for.
    """

    stratum: str
    name: str
    scope: Scope
    kinds: tuple[Kind, ...]
    percent: Decimal | None
    valid_from: date
    valid_until: date | None
    source: str
    certainty: str


def _folder() -> Path:
    return Path(settings.OPENPAR_DATA_DIR) / "inspections"


def all_checklists() -> tuple[Checklist, ...]:
    """Every version, the newest last."""
    return _checklists(_folder())


@lru_cache(maxsize=4)
def _checklists(folder: Path) -> tuple[Checklist, ...]:
    found = [_checklist(_read(path)) for path in sorted(folder.glob("checklist_*.yaml"))]
    return tuple(sorted(found, key=lambda one: one.valid_from))


def checklist_on(on: date) -> Checklist:
    """The version in force on a day. Raises LookupError when there is none."""
    for one in reversed(all_checklists()):
        if one.valid_from <= on and (one.valid_until is None or on < one.valid_until):
            return one
    raise LookupError(f"no checklist is in force on {on}")


def checklist_of_version(version: str) -> Checklist:
    """The version that a case was opened with. Raises LookupError."""
    for one in all_checklists():
        if one.version == version:
            return one
    raise LookupError(f"no checklist {version} in the data")


def coverage_rules(scope: str, on: date) -> tuple[CoverageRule, ...]:
    """The strata of a scope for a year that begins on a day."""
    return tuple(
        rule
        for rule in _rules(_folder() / "coverage.yaml")
        if rule.scope == scope
        and rule.valid_from <= on
        and (rule.valid_until is None or on < rule.valid_until)
    )


@lru_cache(maxsize=4)
def _rules(path: Path) -> tuple[CoverageRule, ...]:
    return tuple(
        CoverageRule(
            stratum=str(row["stratum"]),
            name=str(row["name"]),
            scope=Scope(row["scope"]),
            kinds=tuple(Kind(kind) for kind in row["kinds"]),
            percent=None if row["percent"] is None else Decimal(str(row["percent"])),
            valid_from=row["from"],
            valid_until=row["until"],
            source=str(row["source"]),
            certainty=str(row["certainty"]),
        )
        for row in _read(path)["rules"]
    )


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = data_of(path)
    return content


def _checklist(content: dict[str, Any]) -> Checklist:
    items = tuple(
        ChecklistItem(**{name: str(value) for name, value in row.items()}) for row in content["items"]
    )
    codes = [item.code for item in items]
    if len(set(codes)) < len(codes):
        raise ValueError(f"the checklist {content['version']} has a line twice")
    return Checklist(
        version=str(content["version"]),
        valid_from=content["valid_from"],
        valid_until=content["valid_until"],
        title=str(content["title"]),
        source=str(content["source"]),
        certainty=str(content["certainty"]),
        items=items,
    )
