"""A dated set of indicators as frozen data: thresholds, meaning of 0/0, rounding and classes are not code."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from openpar.engine.errors import SetProblem
from openpar.engine.grading import Band, band_problems
from openpar.engine.numbers import ONE, ZERO, total_of
from openpar.engine.wording import number


class WhenZero(StrEnum):
    """What a denominator of 0 means: no points at all, all of them, or none."""

    BLANK = "blank"
    FULL = "full"
    ZERO = "zero"


@dataclass(frozen=True, slots=True)
class Indicator:
    """points = maximum × min(1, (numerator / denominator) / full_at).

    A maximum of 0: shown, never scored. `numerator_may_exceed`: the numerator is no part of the denominator.
    `is_percent`: a numerator alone is a percentage. `certainty`: V recomputed, S seen, R inferred.
    """

    id: str
    name: str
    maximum: Decimal
    numerator: str
    denominator: str
    full_at: Decimal = ONE
    when_zero: WhenZero = WhenZero.BLANK
    numerator_may_exceed: bool = False
    is_percent: bool = False
    certainty: str = ""
    note: str = ""

    @property
    def is_scored(self) -> bool:
        """Has it points, or is it only shown?"""
        return self.maximum > ZERO


@dataclass(frozen=True, slots=True)
class Group:
    """Indicators that are shown together."""

    id: str
    name: str
    maximum: Decimal
    indicators: tuple[Indicator, ...]
    official_group: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorSet:
    """One version, in force on the days [valid_from, valid_until): None is open.

    `digits`: decimals to which every indicator is rounded, half up. `tolerance`: how far a figure of the
    portal may be off. `bands` are the classes of the total.
    """

    name: str
    version: str
    title: str
    document: str
    source: str
    valid_from: date
    valid_until: date | None
    maximum: Decimal
    digits: int
    tolerance: Decimal
    bands: tuple[Band, ...]
    groups: tuple[Group, ...]

    def indicators(self) -> Iterator[Indicator]:
        """Every indicator, in the order of the set."""
        for group in self.groups:
            yield from group.indicators

    def is_in_force(self, on: date) -> bool:
        """Does the version hold on this day?"""
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)


def in_force(sets: Iterable[IndicatorSet], on: date) -> IndicatorSet | None:
    """The version that holds on a day; of several, the one that began last."""
    found = [each for each in sets if each.is_in_force(on)]
    return max(found, key=lambda each: each.valid_from, default=None)


def check(indicators: IndicatorSet) -> tuple[SetProblem, ...]:
    """What is wrong with a set: sums, ids, bands; empty if it may be used."""
    return (*_sums(indicators), *_ids(indicators), *_classes(indicators))


def _sums(indicators: IndicatorSet) -> Iterator[SetProblem]:
    for group in indicators.groups:
        found = total_of(each.maximum for each in group.indicators)
        if found != group.maximum:
            yield _difference(group.id, group.maximum, found)
    total = total_of(group.maximum for group in indicators.groups)
    if total != indicators.maximum:
        yield _difference("", indicators.maximum, total)


def _difference(where: str, declared: Decimal, found: Decimal) -> SetProblem:
    what = f"Khai {number(declared)} điểm nhưng các phần cộng lại {number(found)}."
    return SetProblem(where, what, "Sửa một trong hai.", "SUM")


def _ids(indicators: IndicatorSet) -> Iterator[SetProblem]:
    used = Counter(each.id for each in indicators.indicators()) + Counter(
        group.id for group in indicators.groups
    )
    for name, times in used.items():
        if times > 1:
            yield SetProblem(name, f"Mã được dùng {times} lần.", "Mỗi chỉ số, mỗi nhóm một mã.", "CODE")


def _classes(indicators: IndicatorSet) -> Iterator[SetProblem]:
    for what in band_problems(indicators.bands):
        yield SetProblem("bands", what, "Sửa các mức xếp loại.", "SETTING")
    if indicators.valid_until is not None and indicators.valid_until <= indicators.valid_from:
        yield SetProblem("valid_until", "Hết hiệu lực trước khi có hiệu lực.", "Sửa ngày.", "SETTING")
