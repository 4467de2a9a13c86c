"""A rate keeps its numerator, its denominator and the name of the denominator (dossiers.md 5.4).

Three ratios are all called “on time”: of what was resolved, of what fell due, of what was received. The
same office has 98 % by one and 89 % by another, so rates of different kinds are never compared or added:
trying raises `DifferentRates`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow

from openpar.engine.errors import EngineError
from openpar.engine.numbers import HUNDRED, MOST_DIGITS, ZERO, multiply, total_of
from openpar.engine.wording import number

# Products of figures of 40 digits and the places asked for fit many times: nothing here is ever cut off.
_EXACT = Context(
    prec=6 * MOST_DIGITS, Emax=999_999, Emin=-999_999, traps=[InvalidOperation, DivisionByZero, Overflow]
)
_TWO = Decimal(2)
PERCENT_DIGITS = 2


class DifferentRates(EngineError):
    """Rates with different denominators were to be compared or put together."""


class BadRate(EngineError):
    """Figures that make no rate: negative, or a part greater than its whole."""


def round_half_up(numerator: Decimal, denominator: Decimal, digits: int) -> Decimal:
    """`numerator / denominator` rounded half up to `digits` decimals, exactly: no quotient is cut off first.

    The numerator is 0 or above, the denominator above 0.
    """
    shifted = _EXACT.scaleb(numerator, digits)
    doubled = _EXACT.fma(_TWO, shifted, denominator)
    return _EXACT.scaleb(_EXACT.divide_int(doubled, _EXACT.multiply(_TWO, denominator)), -digits)


@dataclass(frozen=True, slots=True)
class RateKind:
    """What is counted above and below the line. `name` is stable, the labels are read by people."""

    name: str
    title: str
    numerator: str
    denominator: str


ON_TIME_OF_RESOLVED = RateKind(
    "on_time_of_resolved",
    "Tỷ lệ đúng hạn trên hồ sơ đã giải quyết",
    "giải quyết trước hạn và đúng hạn",
    "đã giải quyết trong kỳ",
)
ON_TIME_OF_DUE = RateKind(
    "on_time_of_due",
    "Tỷ lệ đúng hạn trên hồ sơ đến hạn",
    "giải quyết trước hạn và đúng hạn",
    "đến hạn trong kỳ",
)
ON_TIME_OF_RECEIVED = RateKind(
    "on_time_of_received",
    "Tỷ lệ đúng hạn trên hồ sơ tiếp nhận (QĐ 766)",
    "giải quyết đúng hạn và đang giải quyết trong hạn",
    "tiếp nhận",
)


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate. A figure of None is not known; a denominator of 0 says that nothing arose.

    Raises BadRate for a negative figure and for a numerator above its denominator.
    """

    kind: RateKind
    numerator: Decimal | None
    denominator: Decimal | None

    def __post_init__(self) -> None:
        for label, figure in (
            (self.kind.numerator, self.numerator),
            (self.kind.denominator, self.denominator),
        ):
            if figure is not None and figure < ZERO:
                raise BadRate(f"{self.kind.title}: số {label} là {number(figure)}; không được âm.")
        if self.numerator is not None and self.denominator is not None and self.numerator > self.denominator:
            raise BadRate(
                f"{self.kind.title}: số {self.kind.numerator} ({number(self.numerator)}) lớn hơn số "
                f"{self.kind.denominator} ({number(self.denominator)})."
            )

    @property
    def is_known(self) -> bool:
        """Are both figures there?"""
        return self.numerator is not None and self.denominator is not None

    def percent(self, digits: int = PERCENT_DIGITS) -> Decimal | None:
        """The rate in per cent, rounded half up once; None without figures or where nothing arose."""
        if self.numerator is None or not self.denominator:
            return None
        return round_half_up(multiply(self.numerator, HUNDRED), self.denominator, digits)

    @property
    def sentence(self) -> str:
        """The rate as it is printed: never without the name of its denominator."""
        if self.numerator is None or self.denominator is None:
            return f"{self.kind.title}: chưa có dữ liệu."
        figures = f"{number(self.numerator)}/{number(self.denominator)}"
        shown = self.percent()
        if shown is None:
            return f"{self.kind.title}: {figures}, không có hồ sơ {self.kind.denominator}."
        return f"{self.kind.title}: {figures} hồ sơ {self.kind.denominator}, {number(shown)} %."


def compare(first: Rate, second: Rate) -> int | None:
    """-1, 0 or 1 as the first rate is below, equal to or above the second; None if one has no value.

    Exact: no rate is divided. Raises DifferentRates for rates of two kinds.
    """
    _same_kind((first, second))
    if first.numerator is None or second.numerator is None or not first.denominator or not second.denominator:
        return None
    left = _EXACT.multiply(first.numerator, second.denominator)
    right = _EXACT.multiply(second.numerator, first.denominator)
    return (left > right) - (left < right)


def together(rates: Iterable[Rate]) -> Rate:
    """The rate of several units: numerators and denominators are added, never the rates averaged.

    One unit without figures leaves the whole without them. Raises DifferentRates for rates of two kinds,
    ValueError for none.
    """
    found = tuple(rates)
    if not found:
        raise ValueError("no rates to put together")
    _same_kind(found)
    return Rate(
        found[0].kind, _sum(rate.numerator for rate in found), _sum(rate.denominator for rate in found)
    )


def on_time_of_resolved(*, early: Decimal | None, on_time: Decimal | None, late: Decimal | None) -> Rate:
    """(early + on time) / resolved: most reports."""
    in_time = _sum((early, on_time))
    return Rate(ON_TIME_OF_RESOLVED, in_time, _sum((in_time, late)))


def on_time_of_due(*, in_time: Decimal | None, due: Decimal | None) -> Rate:
    """Resolved in time / due in the period: some portals. Both count dossiers due in the period only."""
    return Rate(ON_TIME_OF_DUE, in_time, due)


def on_time_of_received(
    *, resolved_in_time: Decimal | None, open_in_time: Decimal | None, received: Decimal | None
) -> Rate:
    """(resolved in time + open and not yet due) / received: QĐ 766, indicator 2.1."""
    return Rate(ON_TIME_OF_RECEIVED, _sum((resolved_in_time, open_in_time)), received)


def _sum(figures: Iterable[Decimal | None]) -> Decimal | None:
    """The sum, None as soon as one figure is not known."""
    found = tuple(figures)
    known = [figure for figure in found if figure is not None]
    return total_of(known) if len(known) == len(found) else None


def _same_kind(rates: tuple[Rate, ...]) -> None:
    names = sorted({rate.kind.title for rate in rates})
    if len(names) > 1:
        raise DifferentRates(f"Các tỷ lệ có mẫu số khác nhau, không so sánh được: {'; '.join(names)}.")
