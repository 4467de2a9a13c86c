"""How much of a stratum is inspected: planned and actual beside what the rule asks for (governance.md 3.2).

A rule asks for a percentage of the units of a stratum within a year. What counts is always a list; the
numbers are its lengths. Ratios of several strata or agencies come from summed parts, never from a mean.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from openpar.engine.errors import EngineError
from openpar.engine.numbers import HUNDRED, ZERO
from openpar.engine.rates import round_half_up

_SHOWN_DIGITS = 2
_WHOLE = 100


class BadShare(EngineError):
    """A percentage below 0 or above 100."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """One stratum in one year: ids of its units, of those planned and of those inspected among them.

    `outside`: planned or inspected, but not in the stratum on its day (dissolved, merged): told, not counted.
    `percent` is what the rule asks for, None where no rule asks for anything.
    """

    units: frozenset[int]
    planned: frozenset[int]
    inspected: frozenset[int]
    outside: frozenset[int]
    percent: Decimal | None

    @property
    def needed(self) -> int | None:
        """How many the rule asks for: the percentage of the units, rounded up to a whole one."""
        return None if self.percent is None else needed(len(self.units), self.percent)

    @property
    def is_planned(self) -> bool | None:
        """Does the plan have as many as are asked for? None where no rule asks."""
        return None if self.needed is None else len(self.planned) >= self.needed

    @property
    def is_reached(self) -> bool | None:
        """Are as many inspected as are asked for? None where no rule asks."""
        return None if self.needed is None else len(self.inspected) >= self.needed

    @property
    def not_inspected(self) -> frozenset[int]:
        """Units of the stratum that nobody has inspected."""
        return self.units - self.inspected


def cover(
    units: Iterable[int], planned: Iterable[int], inspected: Iterable[int], percent: Decimal | None
) -> Coverage:
    """The coverage of a stratum; planned and inspected may name units that do not belong to it.

    Raises BadShare for a percentage outside 0 to 100.
    """
    if percent is not None:
        _check(percent)
    all_units, wanted, done = frozenset(units), frozenset(planned), frozenset(inspected)
    return Coverage(all_units, wanted & all_units, done & all_units, (wanted | done) - all_units, percent)


def needed(total: int, percent: Decimal) -> int:
    """The least whole number of units that is at least `percent` of `total`: 30 % of 11 are 4.

    Raises BadShare for a percentage outside 0 to 100.
    """
    _check(percent)
    above, below = percent.as_integer_ratio()
    whole, rest = divmod(total * above, below * _WHOLE)
    return whole + (rest > 0)


def share(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` in per cent, rounded half up once to two digits; None where there is no whole."""
    if not whole:
        return None
    return round_half_up(Decimal(part * _WHOLE), Decimal(whole), _SHOWN_DIGITS)


def _check(percent: Decimal) -> None:
    if not ZERO <= percent <= HUNDRED:
        raise BadShare(f"{percent} % không phải là một tỷ lệ từ 0 đến 100.")
