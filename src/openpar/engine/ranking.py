"""Places within one block (parindex.md 10.3). No official text rules ties: the method is a stated setting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from openpar.engine.numbers import round_for_show, settle
from openpar.engine.ties import RankOn, Ties

Unit = TypeVar("Unit")
Values = Mapping[Unit, Decimal | None]


@dataclass(frozen=True, slots=True)
class Place:
    """“18 of 19”: the rank, how many units were ranked, and whether another unit shares the rank."""

    rank: int
    of: int
    is_tied: bool = False


def rank(
    values: Values[Unit],
    *,
    ties: Ties | str = Ties.COMPETITION,
    digits: int = 2,
    mode: str = "HALF_UP",
    rank_on: RankOn | str = RankOn.EXACT,
    tie_breakers: Sequence[Values[Unit]] = (),
) -> dict[Unit, Place]:
    """The place of every unit that has a value, the highest first; units without one are not in the answer.

    `digits` and `mode` matter only when ranking on displayed values. `tie_breakers` (only with ordinal ties)
    are further values compared in order, a missing one below any other; units that none of them separates
    share the better rank, because nothing in the law puts one before the other.
    """
    ties, rank_on = Ties(ties), RankOn(rank_on)

    def comparable(value: Decimal | None) -> tuple[bool, Decimal]:
        if value is None:
            return False, Decimal(0)
        return True, round_for_show(value, digits, mode) if rank_on is RankOn.DISPLAYED else settle(value)

    breakers = tie_breakers if ties is Ties.ORDINAL else ()
    keys = {
        unit: (comparable(value), *(comparable(breaker.get(unit)) for breaker in breakers))
        for unit, value in values.items()
        if value is not None
    }
    ahead: dict[tuple[tuple[bool, Decimal], ...], int] = {}
    sharing: dict[tuple[tuple[bool, Decimal], ...], int] = {}
    for position, key in enumerate(sorted(keys.values(), reverse=True)):
        # Dense ranks count the different values ahead, the others the units ahead.
        ahead.setdefault(key, len(ahead) if ties is Ties.DENSE else position)
        sharing[key] = sharing.get(key, 0) + 1
    return {unit: Place(ahead[key] + 1, len(keys), sharing[key] > 1) for unit, key in keys.items()}
