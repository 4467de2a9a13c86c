"""The set in force, random figures for it, and defects to plant: for the index 766 and its proof."""

from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path
from random import Random

from openpar.engine.outcomes import Earned
from openpar.engine.qd766 import Indicator, IndicatorSet, indicator_set_from_mapping, score
from openpar.engine.qd766.scoring import Pair
from openpar.parindex.criteria.yaml_files import read_mapping
from tests.engine import qd766_oracle as oracle

ROOT = Path(__file__).parents[2]
FILE = ROOT / "data" / "indicators" / "qd766_2026.yaml"
WORKED = Path(__file__).parent / "facts" / "qd766.yaml"
Figures = dict[str, tuple[int | None, int | None]]


def set_of_2026() -> IndicatorSet:
    """The shipped set."""
    return indicator_set_from_mapping(read_mapping(FILE))


def random_figures(random: Random) -> Figures:
    """Figures of one unit: gaps, zero denominators, shares at thresholds and just beside them."""
    found: Figures = {}
    for names in oracle.GROUPS.values():
        for name in names:
            if random.random() < 0.12:
                continue
            found[name] = _pair(random, name)
    return found


def _pair(random: Random, name: str) -> tuple[int | None, int | None]:
    kind = random.randrange(8)
    if kind == 0:
        return random.choice([(None, None), (None, 5), (0, None) if name != "4.6" else (None, None)])
    if kind == 1:
        return 0, 0
    if kind == 2:
        # Ties of half a hundredth, where a rounding shows its habits.
        d = random.choice([8, 80, 160, 400, 800, 1600, 2000, 4000])
        return random.randint(0, d), d
    d = random.choice([random.randint(1, 30), random.randint(1, 100_000), random.randint(1, 10**15)])
    if kind == 3:
        n = d * random.choice([5, 8, 9]) // 10 + random.randint(-1, 1)
        return min(max(n, 0), d), d
    if kind == 4 and name in oracle.MAY_EXCEED:
        return d + random.randint(0, d), d
    return random.randint(0, d), d


def differences(indicators: IndicatorSet, figures: Figures) -> list[str]:
    """Where the engine and the oracle disagree."""
    given: dict[str, Pair] = {name: (_decimal(n), _decimal(d)) for name, (n, d) in figures.items()}
    exact = {name: (fraction(n), fraction(d)) for name, (n, d) in figures.items()}
    expected = oracle.points(exact)
    found: dict[tuple[str, str], Decimal | None] = {}
    index = score(indicators, given)
    for of_group in index.groups:
        for line in of_group.lines:
            found[of_group.group.id, line.indicator.id] = line.points
        found[of_group.group.id, ""] = of_group.points
    found["", ""] = index.points
    return [
        f"{place}: {found.get(place)} instead of {points}"
        for place, points in expected.items()
        if _differ(found.get(place), points)
    ] + _unplaced(found, expected)


def _differ(found: Decimal | None, expected: Fraction | None) -> bool:
    return (found is None) != (expected is None) or (found is not None and Fraction(found) != expected)


def _unplaced(
    found: Mapping[tuple[str, str], object], expected: Mapping[tuple[str, str], object]
) -> list[str]:
    return [f"{place}: in one of the two only" for place in found.keys() ^ expected.keys()]


def _decimal(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def fraction(value: int | None) -> Fraction | None:
    """The figure for the oracle."""
    return None if value is None else Fraction(value)


def _in_floats(numerator: Decimal, denominator: Decimal, digits: int) -> Decimal:
    return Decimal(str(round(float(numerator) / float(denominator), digits)))


def _half_even(numerator: Decimal, denominator: Decimal, digits: int) -> Decimal:
    return (numerator / denominator).quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def _unrounded(numerator: Decimal, denominator: Decimal, digits: int) -> Decimal:
    return numerator / denominator


def _skips_null(indicator: Indicator, digits: int) -> Earned:
    # GREATEST skips NULL on one engine and not on another: 0/0 once became full marks.
    return Earned(indicator.maximum, "0/0.")


def _null_is_nothing(points: Iterable[Decimal | None]) -> Decimal:
    return sum((each or Decimal(0) for each in points), Decimal(0))


# A function of openpar.engine.qd766.scoring, and what is put in its place.
DEFECTS: dict[str, tuple[str, Callable[..., object]]] = {
    "a quotient of floats": ("round_half_up", _in_floats),
    "half even": ("round_half_up", _half_even),
    "sums of unrounded points": ("round_half_up", _unrounded),
    "0/0 as full marks": ("_nothing_arose", _skips_null),
    "a group without points as 0": ("_sum", _null_is_nothing),
}
