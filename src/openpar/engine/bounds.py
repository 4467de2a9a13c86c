"""Intervals with open and closed bounds, and the check that a list of them covers every possible value.

Vietnamese wording: *trên* = gt, *dưới* = lt, *từ … trở lên* = ge, *đến dưới* = upper bound open, “70-90 %”
after “trên 90 %” = both ends closed (parindex.md 6.1).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from openpar.engine.numbers import ONE, ZERO, Figure, add, compare_ratio, divide, is_whole, plain
from openpar.engine.wording import number

_TWO = Decimal(2)


@dataclass(frozen=True, slots=True)
class Interval:
    """Values above `gt` or from `ge` on, below `lt` or up to `le`. No bound at all: “the rest”."""

    gt: Decimal | None = None
    ge: Decimal | None = None
    lt: Decimal | None = None
    le: Decimal | None = None

    @classmethod
    def exactly(cls, value: Decimal) -> "Interval":
        """The one value, as in “4 meetings”."""
        return cls(ge=value, le=value)

    @property
    def is_everything(self) -> bool:
        """Has it no bound at all?"""
        return self.gt is None and self.ge is None and self.lt is None and self.le is None

    @property
    def is_exact(self) -> bool:
        """Does it hold a single value?"""
        return self.ge is not None and self.ge == self.le

    @property
    def has_lower(self) -> bool:
        """Is a lower bound stated?"""
        return self.gt is not None or self.ge is not None

    @property
    def has_upper(self) -> bool:
        """Is an upper bound stated?"""
        return self.lt is not None or self.le is not None

    def limits(self) -> tuple[Decimal, ...]:
        """The numbers named as bounds."""
        return tuple(bound for bound in (self.gt, self.ge, self.lt, self.le) if bound is not None)

    def contains(self, value: Decimal) -> bool:
        """Does the value lie inside?"""
        return (
            (self.gt is None or value > self.gt)
            and (self.ge is None or value >= self.ge)
            and (self.lt is None or value < self.lt)
            and (self.le is None or value <= self.le)
        )

    def contains_ratio(self, numerator: Decimal, denominator: Decimal) -> bool:
        """Does `numerator / denominator` lie inside? No division is made; `denominator` > 0."""
        return (
            (self.gt is None or compare_ratio(numerator, denominator, self.gt) > 0)
            and (self.ge is None or compare_ratio(numerator, denominator, self.ge) >= 0)
            and (self.lt is None or compare_ratio(numerator, denominator, self.lt) < 0)
            and (self.le is None or compare_ratio(numerator, denominator, self.le) <= 0)
        )

    def words(self, write: Callable[[Decimal], str] = number) -> str:
        """The interval in Vietnamese, each bound written by `write` (`number` or `percent`)."""
        if self.is_exact and self.ge is not None:
            return f"bằng {write(self.ge)}"
        low = high = ""
        if self.gt is not None:
            low = f"trên {write(self.gt)}"
        elif self.ge is not None:
            low = f"từ {write(self.ge)}"
        if self.lt is not None:
            high = f"đến dưới {write(self.lt)}" if low else f"dưới {write(self.lt)}"
        elif self.le is not None:
            high = f"đến {write(self.le)}"
        if low and not high:
            return low if self.gt is not None else f"{low} trở lên"
        return f"{low} {high}".strip() or "còn lại"

    def as_mapping(self) -> dict[str, Figure]:
        """The bounds that are stated, as text."""
        named = (("gt", self.gt), ("ge", self.ge), ("lt", self.lt), ("le", self.le))
        return {name: plain(bound) for name, bound in named if bound is not None}


@dataclass(frozen=True, slots=True)
class Domain:
    """The values that can occur: from `low` to `high`, both inside (None: no end); any, or whole numbers."""

    low: Decimal
    high: Decimal | None
    whole: bool = False


RATIOS = Domain(ZERO, ONE)
COUNTS = Domain(ZERO, None, whole=True)
INDICES = Domain(ZERO, Decimal(100))


def first_containing(intervals: Sequence[Interval], value: Decimal) -> int | None:
    """Position of the first interval that holds the value."""
    for position, interval in enumerate(intervals):
        if interval.contains(value):
            return position
    return None


def coverage_problems(
    intervals: Sequence[Interval], domain: Domain, write: Callable[[Decimal], str] = number
) -> tuple[str, ...]:
    """What is wrong with a list in which the first interval that holds a value wins.

    Every value of the domain must be held by one; every interval must win a connected stretch; and a bound
    that an interval states must be one it really wins up to, else two intervals claim the same values. “The
    rest” (no bounds) may win stretches that are not connected.
    """
    samples = _samples(intervals, domain)
    winners = [first_containing(intervals, sample) for sample in samples]
    found = [
        f"Không bước nào áp dụng cho giá trị {write(sample)}."
        for at, sample in enumerate(samples)
        if winners[at] is None and (at == 0 or winners[at - 1] is not None)
    ]
    for position, interval in enumerate(intervals):
        won = [at for at, winner in enumerate(winners) if winner == position]
        claimed = [at for at, sample in enumerate(samples) if interval.contains(sample)]
        named = f"Bước {position + 1} ({interval.words(write)})"
        if not won:
            found.append(f"{named} không bao giờ đạt tới.")
        elif interval.has_lower and won[0] != claimed[0]:
            found.append(f"{named} chồng lên một bước khác tại {write(samples[claimed[0]])}.")
        elif interval.has_upper and won[-1] != claimed[-1]:
            found.append(f"{named} chồng lên một bước khác tại {write(samples[claimed[-1]])}.")
        elif not interval.is_everything and won[-1] - won[0] + 1 != len(won):
            found.append(f"{named} bị một bước khác cắt làm nhiều đoạn.")
    return tuple(found)


def _samples(intervals: Sequence[Interval], domain: Domain) -> list[Decimal]:
    """One value of each elementary piece: every bound itself, and something between each two and beyond."""
    limits = {limit for interval in intervals for limit in interval.limits()} | {domain.low}
    if domain.high is not None:
        limits.add(domain.high)
    points = sorted(limit for limit in limits if _is_inside(limit, domain))
    samples: list[Decimal] = []
    for at, point in enumerate(points):
        if not domain.whole or is_whole(point):
            samples.append(point)
        if at + 1 < len(points):
            between = _between(point, points[at + 1], domain.whole)
            if between is not None:
                samples.append(between)
    if domain.high is None:
        samples.append(add(points[-1].to_integral_value(rounding=ROUND_FLOOR), ONE))
    return samples


def _is_inside(value: Decimal, domain: Domain) -> bool:
    return value >= domain.low and (domain.high is None or value <= domain.high)


def _between(low: Decimal, high: Decimal, whole: bool) -> Decimal | None:
    if not whole:
        return divide(add(low, high), _TWO)
    following = add(low.to_integral_value(rounding=ROUND_FLOOR), ONE)
    return following if following < high else None


def interval_of(bounds: Mapping[str, Decimal]) -> Interval:
    """The interval that stated bounds mean; `eq` stands for both ends closed on one value."""
    exact = bounds.get("eq")
    if exact is not None:
        return Interval.exactly(exact)
    return Interval(bounds.get("gt"), bounds.get("ge"), bounds.get("lt"), bounds.get("le"))
