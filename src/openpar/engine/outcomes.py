"""What a rule answers: points, or one of four reasons why there are none. Each carries its sentence.

Null is not zero is not "not applicable": only `Earned` has points.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

Figures = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Earned:
    """Points were earned (perhaps 0)."""

    state: ClassVar[str] = "EARNED"
    points: Decimal
    sentence: str
    figures: Figures = ()


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """The leaf is taken out for this unit: nothing arose, or somebody decided so."""

    state: ClassVar[str] = "NOT_APPLICABLE"
    sentence: str
    figures: Figures = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """Waits for data from outside: a survey, an index, the other units of the block."""

    state: ClassVar[str] = "PENDING"
    sentence: str
    figures: Figures = ()


@dataclass(frozen=True, slots=True)
class Invalid:
    """The input contradicts itself; a person has to correct it."""

    state: ClassVar[str] = "INVALID"
    sentence: str
    figures: Figures = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing was entered; that is not 0 and not "no"."""

    state: ClassVar[str] = "MISSING"
    sentence: str
    figures: Figures = ()


Outcome = Earned | NotApplicable | Pending | Invalid | Missing
