"""What comes in for one leaf: typed by a person, or brought from outside."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from openpar.engine.answers import Answer


@dataclass(frozen=True)
class Entry:
    """What a person typed for one leaf."""

    answer: Answer
    note: str = ""
    given_points: Decimal | None = None
    explanation_wanted: bool = False


@dataclass(frozen=True)
class OutsideValue:
    """One outside figure for one unit; `where` names its cell or row in the file it came from."""

    assessment_id: int
    code: str
    answer: Answer
    where: str = ""
