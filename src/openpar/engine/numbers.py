"""Exact decimals: reading, the four operations, settling, rounding for show.

Why settle. Points such as 1/3 have no finite decimal form, so a division is carried with 60 significant
digits. Three times a third would then miss 1 by the last digit, and a unit would fall out of a tie or below
a bound of its class for the sake of a digit nobody wrote. Therefore the points of a leaf are settled to 24
decimal places, and every total or index to 18, before anything is compared (bands, ranks, ties) or rounded
for show: the dust beyond is far smaller than any difference that figures on a sheet can make. A second
rounding happens only when a number is shown.

No operator (+ - * /) is used on decimals anywhere in the engine: operators obey the context of the calling
thread, these functions do not, so the result never depends on who calls.
"""

import re
from collections.abc import Iterable
from decimal import (
    ROUND_05UP,
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)

from openpar.engine.errors import BadNumber

PRECISION = 60
LEAF_PLACES = 24
TOTAL_PLACES = 18
MOST_DIGITS = 40
MOST_BEFORE_POINT = 20

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)

_TRAPS = [InvalidOperation, DivisionByZero, Overflow]
CONTEXT = Context(prec=PRECISION, rounding=ROUND_HALF_EVEN, Emax=999_999, Emin=-999_999, traps=_TRAPS)
# Two numbers of 40 digits multiply to 80: comparing products stays exact.
_COMPARING = Context(prec=2 * MOST_DIGITS + 10, Emax=999_999, Emin=-999_999, traps=_TRAPS)

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?", re.ASCII)
_MODES = {
    "HALF_UP": ROUND_HALF_UP,
    "HALF_EVEN": ROUND_HALF_EVEN,
    "HALF_DOWN": ROUND_HALF_DOWN,
    "DOWN": ROUND_DOWN,
    "UP": ROUND_UP,
    "FLOOR": ROUND_FLOOR,
    "CEILING": ROUND_CEILING,
    "05UP": ROUND_05UP,
}
ROUNDING_MODES = tuple(_MODES)


class Figure(str):
    """The text of a number in a mapping: JSON writes it as text, YAML without quotation marks."""

    __slots__ = ()


def decimal_of(value: str | int | Decimal) -> Decimal:
    """The exact decimal that a text, a whole number or a decimal stands for.

    Raises BadNumber for binary floats, truth values, NaN, infinity, thousands separators, a decimal comma,
    and anything of more than 40 digits, or 20 before the point.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise BadNumber(f"“{value}” ({type(value).__name__}) không phải số thập phân chính xác.")
    if isinstance(value, str):
        if len(value) > 2 * MOST_DIGITS or not _NUMBER.fullmatch(value.strip()):
            raise BadNumber(f"“{value[:60]}” không phải là số; hãy viết như 57.52.")
        number = CONTEXT.create_decimal(value.strip())
    else:
        number = Decimal(value)
    if not number.is_finite():
        raise BadNumber(f"“{value}” không phải là một số hữu hạn.")
    _, digits, exponent = number.as_tuple()
    if len(digits) > MOST_DIGITS or int(exponent) < -MOST_DIGITS or number.adjusted() >= MOST_BEFORE_POINT:
        raise BadNumber(
            f"Số “{str(value)[:60]}” quá dài: nhiều nhất {MOST_DIGITS} chữ số, "
            f"trong đó {MOST_BEFORE_POINT} chữ số phần nguyên."
        )
    return number


def add(*values: Decimal) -> Decimal:
    """The sum; no values sum to 0."""
    return total_of(values)


def total_of(values: Iterable[Decimal]) -> Decimal:
    """The sum of any number of values; none sum to 0."""
    total = ZERO
    for value in values:
        total = CONTEXT.add(total, value)
    return total


def subtract(value: Decimal, less: Decimal) -> Decimal:
    """`value − less`."""
    return CONTEXT.subtract(value, less)


def multiply(value: Decimal, by: Decimal) -> Decimal:
    """`value × by`."""
    return CONTEXT.multiply(value, by)


def divide(value: Decimal, by: Decimal) -> Decimal:
    """`value / by`, with 60 significant digits. The caller has made sure that `by` is not 0."""
    return CONTEXT.divide(value, by)


def share(numerator: Decimal, denominator: Decimal, of: Decimal) -> Decimal:
    """`numerator / denominator × of`; multiplied first, so that only one operation can lose a digit."""
    return divide(multiply(numerator, of), denominator)


def compare_ratio(numerator: Decimal, denominator: Decimal, bound: Decimal) -> int:
    """-1, 0 or 1 as `numerator / denominator` is below, at or above `bound`; exact, without dividing.

    The denominator is above 0.
    """
    limit = _COMPARING.multiply(bound, denominator)
    return (numerator > limit) - (numerator < limit)


def settle_points(points: Decimal) -> Decimal:
    """Points of a leaf, to 24 decimal places, half even."""
    return settle(points, LEAF_PLACES)


def settle(value: Decimal, places: int = TOTAL_PLACES) -> Decimal:
    """A total or an index to 18 decimal places, half even: equal sums become equal numbers.

    A number too big to have so many decimals within 60 digits stays as it is.
    """
    if value.adjusted() + places + 2 > PRECISION:
        return value
    return value.quantize(_unit(places), rounding=ROUND_HALF_EVEN, context=CONTEXT)


def round_for_show(value: Decimal, digits: int, mode: str = "HALF_UP") -> Decimal:
    """The number as it is printed: settled, then rounded to `digits` decimals.

    Raises BadNumber for an unknown mode or digits outside 0–12.
    """
    rounding = _MODES.get(mode.upper())
    if rounding is None:
        raise BadNumber(f"Không có cách làm tròn “{mode}”; hãy chọn một trong: {', '.join(_MODES)}.")
    if not 0 <= digits <= 12:
        raise BadNumber(f"Số chữ số thập phân phải từ 0 đến 12, không phải {digits}.")
    return settle(value).quantize(_unit(digits), rounding=rounding, context=CONTEXT)


def is_whole(value: Decimal) -> bool:
    """Is it an integer?"""
    return value == value.to_integral_value()


def plain(value: Decimal) -> Figure:
    """The shortest plain notation, decimal point, no exponent: 2.50 → 2.5, 1E+2 → 100."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return Figure("0" if text in ("-0", "") else text)


_UNITS = tuple(Decimal((0, (1,), -places)) for places in range(LEAF_PLACES + 1))


def _unit(places: int) -> Decimal:
    return _UNITS[places]
