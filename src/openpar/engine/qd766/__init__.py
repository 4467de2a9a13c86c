"""The service-quality index of QĐ 766/QĐ-TTg (dossiers.md 7): figures of a unit → points by dated sets."""

from openpar.engine.qd766.indicators import Group, Indicator, IndicatorSet, WhenZero, check, in_force
from openpar.engine.qd766.mapping import indicator_set_from_mapping
from openpar.engine.qd766.scoring import (
    GroupScore,
    IndicatorScore,
    NoSuchIndicator,
    ServiceIndex,
    contradiction,
    score,
    synchronised_of,
)

__all__ = [
    "Group",
    "GroupScore",
    "Indicator",
    "IndicatorScore",
    "IndicatorSet",
    "NoSuchIndicator",
    "ServiceIndex",
    "WhenZero",
    "check",
    "contradiction",
    "in_force",
    "indicator_set_from_mapping",
    "score",
    "synchronised_of",
]
