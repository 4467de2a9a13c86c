"""How figures are written in the Vietnamese sentences: decimal comma, ≈ when rounded."""

from decimal import Decimal

from openpar.engine.numbers import HUNDRED, TOTAL_PLACES, multiply, plain, round_for_show, settle, share

_POINT_DIGITS = 4
_PERCENT_DIGITS = 2


def number(value: Decimal) -> str:
    """The whole number as written in Vietnamese: 57.520 → 57,52."""
    return plain(value).replace(".", ",")


def points(value: Decimal) -> str:
    """“2 điểm”, or “≈ 1,6667 điểm” when there are more than four decimals."""
    return f"{rounded(value, _POINT_DIGITS)} điểm"


def percent(ratio: Decimal) -> str:
    """A bound such as 0.9 in per cent: “90 %”."""
    return f"{number(multiply(ratio, HUNDRED))} %"


def ratio(numerator: Decimal, denominator: Decimal) -> str:
    """“46/50 = 92 %” or “30/47 ≈ 63,83 %”. The denominator is above 0."""
    value = share(numerator, denominator, HUNDRED)
    text = rounded(value, _PERCENT_DIGITS)
    sign = "" if text.startswith("≈") else "= "
    return f"{number(numerator)}/{number(denominator)} {sign}{text} %"


def rounded(value: Decimal, digits: int) -> str:
    """The number with at most `digits` decimals; “≈ ” stands before it when some were left out."""
    settled = settle(value, TOTAL_PLACES)
    shown = round_for_show(value, digits)
    return number(shown) if shown == settled else f"≈ {number(shown)}"
