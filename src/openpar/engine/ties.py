"""What decides about places: how ties are told, and which values are compared."""

from enum import StrEnum


class Ties(StrEnum):
    """1, 1, 3 · 1, 1, 2 · 1, 2, 3 by tie-breakers (parindex.md 10.3)."""

    COMPETITION = "competition"
    DENSE = "dense"
    ORDINAL = "ordinal"


class RankOn(StrEnum):
    """Rank exact values, or values rounded as they are shown."""

    EXACT = "exact"
    DISPLAYED = "displayed"
