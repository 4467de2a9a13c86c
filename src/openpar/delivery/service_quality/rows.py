"""Figures of one agency as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from openpar.delivery.service_quality.models import Saying
from openpar.engine.qd766.scoring import Pair


@dataclass(frozen=True)
class Given:
    """What is said of one indicator: figures, nothing known, or not applicable."""

    saying: Saying
    numerator: Decimal | None = None
    denominator: Decimal | None = None

    @property
    def pair(self) -> Pair:
        return self.numerator, self.denominator

    @property
    def is_whole(self) -> bool:
        """Are both figures there, so that they can be added to those of others?"""
        return self.numerator is not None and self.denominator is not None


def given(numerator: Decimal | None, denominator: Decimal | None) -> Given:
    """Figures; without either: no data."""
    is_known = numerator is not None or denominator is not None
    return Given(Saying.FIGURES if is_known else Saying.NO_DATA, numerator, denominator)


NOT_APPLICABLE = Given(Saying.NOT_APPLICABLE)
