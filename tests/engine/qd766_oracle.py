"""The index 766 once more, naively, in exact fractions: every formula copied from the definitions by hand.

Shares nothing with the engine: no set, no threshold, no rounding. None is: no data, or no points.
"""

from collections.abc import Mapping
from fractions import Fraction as F
from math import floor

Pair = tuple[F | None, F | None]

GROUPS = {
    "transparency": ("1.1", "1.2", "1.3", "1.4"),
    "progress": ("2.1", "2.2"),
    "online": ("3.1", "3.2", "3.3"),
    "payment": ("3.4", "3.5", "3.6"),
    "digitisation": ("4.1", "4.2", "4.3", "4.4", "4.5a", "4.5b", "4.6"),
    "satisfaction": ("5.1", "5.2", "5.3", "5.4"),
}
MAY_EXCEED = ("1.4", "2.2", "5.1")


def raw(name: str, n: F | None, d: F | None) -> F | None:
    """Unrounded points of one indicator."""
    if name in ("2.2", "5.1"):
        return None
    if name == "4.6" and n is not None and d is None:
        return 2 * n / 100
    if n is None or d is None:
        return None
    if name in ("5.2", "5.3"):
        return 6 * n / d if d > 0 else F(6)
    if name == "5.4":
        return min(F(6), 6 * (n / d) / F(9, 10)) if d > 0 else F(0)
    if d == 0:
        return None
    formulas = {
        "1.1": 6 * n / d,
        "1.2": 4 * n / d,
        "1.3": 2 * n / d,
        "1.4": 6 * min(F(1), n / d),
        "2.1": 20 * n / d,
        "3.1": min(F(2), 2 * (n / d) / F(8, 10)),
        "3.2": 4 * n / d,
        "3.3": min(F(6), 6 * (n / d) / F(5, 10)),
        "3.4": min(F(2), 2 * (n / d) / F(8, 10)),
        "3.5": min(F(2), 2 * (n / d) / F(8, 10)),
        "3.6": 6 * n / d,
        "4.1": 6 * n / d,
        "4.2": 4 * n / d,
        "4.3": min(F(2), 2 * (n / d) / F(8, 10)),
        "4.4": 4 * n / d,
        "4.5a": 2 * n / d,
        "4.5b": 2 * n / d,
        "4.6": 2 * n / d,
    }
    return formulas[name]


def rounded(points: F | None) -> F | None:
    """Half up to two decimals."""
    return None if points is None else F(floor(points * 100 + F(1, 2)), 100)


def points(figures: Mapping[str, Pair]) -> dict[tuple[str, str], F | None]:
    """Points by (group, indicator); a group's by (group, ""), the total's by ("", "")."""
    found: dict[tuple[str, str], F | None] = {}
    for group, names in GROUPS.items():
        for name in names:
            n, d = figures.get(name, (None, None))
            found[group, name] = rounded(raw(name, n, d))
        found[group, ""] = added([found[group, name] for name in names])
    found["", ""] = added([found[group, ""] for group in GROUPS])
    return found


def added(parts: list[F | None]) -> F | None:
    """The sum of what there is; None if there is nothing."""
    known = [part for part in parts if part is not None]
    return sum(known, F(0)) if known else None
