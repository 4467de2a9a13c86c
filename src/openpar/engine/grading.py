"""Index → class by bands with open and closed bounds, applied to the exact index (parindex.md 10.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from openpar.engine.bounds import INDICES, Interval, coverage_problems, first_containing
from openpar.engine.numbers import settle


@dataclass(frozen=True, slots=True)
class Band:
    """A class and the indices (per cent) it takes."""

    name: str
    interval: Interval


def grade(index: Decimal | None, bands: Sequence[Band]) -> str | None:
    """The class of the first band that holds the settled index; None without an index or a band."""
    if index is None:
        return None
    position = first_containing([band.interval for band in bands], settle(index))
    return None if position is None else bands[position].name


def band_problems(bands: Sequence[Band]) -> tuple[str, ...]:
    """Gaps and overlaps on 0–100, and names used twice."""
    names = [band.name for band in bands]
    twice = tuple(
        f"Mức xếp loại “{name}” ghi hai lần." for name in dict.fromkeys(names) if names.count(name) > 1
    )
    return twice + coverage_problems([band.interval for band in bands], INDICES)
