"""The worked tables of tests/engine/tables: read as text, so that no number passes through a binary float."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpar.engine.answers import Answer
from openpar.parindex.criteria.yaml_files import read_mapping

FOLDER = Path(__file__).parent / "tables"


@dataclass(frozen=True)
class Case:
    """One row: a rule, a maximum, an answer, and the points or the state that must come out."""

    name: str
    rule: dict[str, Any]
    maximum: str
    answer: dict[str, Any]
    points: str | None
    state: str
    allows: bool
    sentence: str | None


def cases() -> list[Case]:
    """Every row of every table."""
    return list(_rows())


def _rows() -> Iterator[Case]:
    for path in sorted(FOLDER.glob("*.yaml")):
        for table in read_mapping(path).get("tables", ()):
            for row in table["rows"]:
                yield Case(
                    name=f"{path.stem}: {row['why']}",
                    rule=table["rule"],
                    maximum=table["maximum"],
                    answer=row["answer"],
                    points=row.get("points"),
                    state=row.get("state", "EARNED"),
                    allows=row.get("allows") != "false",
                    sentence=row.get("sentence"),
                )


def answer_of(row: dict[str, Any]) -> Answer:
    """The answer of a row, its truth values read from text."""
    flags: dict[str, object] = {name: row[name] == "true" for name in ("signed", "applicable") if name in row}
    return Answer.from_json({**row, **flags})
