"""Exact decimals: reading, settling, comparing, rounding for show."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpar.engine.errors import BadNumber
from openpar.engine.numbers import (
    add,
    compare_ratio,
    decimal_of,
    divide,
    plain,
    round_for_show,
    settle,
    settle_points,
    share,
)

SMALL = st.integers(min_value=0, max_value=10**9)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            "abc",
            "1,5",
            "1.500,5",
            "1 000",
            "1_000",
            "NaN",
            "Infinity",
            "-Infinity",
            "٣",
            "0x10",
            "1.",
            ".5",
        ),
        *("1" * 41, "0." + "1" * 41, "1e999", "1e-100", "100000000000000000000"),
        *(True, False, None, 0.5, Decimal("NaN"), Decimal("Infinity"), Decimal("1e-50")),
    ],
)
def test_what_is_no_exact_number_of_sensible_size_is_refused(value: object) -> None:
    with pytest.raises(BadNumber):
        decimal_of(value)  # type: ignore[arg-type]  # the point is to pass what the types forbid


@pytest.mark.parametrize(
    ("value", "text"),
    [("57.52", "57.52"), ("-0", "0"), (" 2.50 ", "2.5"), (7, "7"), (Decimal("1E+2"), "100"), ("1e2", "100")],
)
def test_numbers_are_read_exactly_and_written_plainly(value: str | int | Decimal, text: str) -> None:
    assert plain(decimal_of(value)) == text


def test_three_thirds_are_one_once_settled() -> None:
    third = divide(Decimal(1), Decimal(3))
    assert add(third, third, third) != 1
    assert settle(add(third, third, third)) == 1
    settled = settle_points(third)
    assert settle(add(settled, settled, settled)) == 1


def test_a_number_too_big_to_settle_stays_as_it_is() -> None:
    assert settle(Decimal("1e50")) == Decimal("1e50")


@given(SMALL, SMALL.filter(bool), SMALL)
def test_a_share_is_the_exact_fraction_but_for_dust(top: int, bottom: int, of: int) -> None:
    exact = Fraction(top, bottom) * of
    assert abs(Fraction(share(Decimal(top), Decimal(bottom), Decimal(of))) - exact) <= exact / 10**59


@given(SMALL, SMALL.filter(bool), st.decimals(min_value=0, max_value=1, places=6))
def test_ratios_compare_as_exact_fractions_do(top: int, bottom: int, bound: Decimal) -> None:
    exact, limit = Fraction(top, bottom), Fraction(bound)
    assert compare_ratio(Decimal(top), Decimal(bottom), bound) == (exact > limit) - (exact < limit)


def test_comparing_stays_exact_with_forty_digits() -> None:
    long = Decimal("0." + "3" * 39 + "4")
    assert compare_ratio(Decimal("0." + "3" * 40), Decimal(1), long) == -1
    assert compare_ratio(long, Decimal(1), long) == 0


@pytest.mark.parametrize(
    ("value", "digits", "mode", "shown"),
    [
        ("88.125", 2, "HALF_UP", "88.13"),
        ("88.125", 2, "half_even", "88.12"),
        ("88.129", 2, "DOWN", "88.12"),
        ("88.121", 2, "up", "88.13"),
        ("79.997", 2, "HALF_UP", "80.00"),
        ("79.997", 0, "DOWN", "79"),
        ("0.9999999999999999999", 2, "DOWN", "1.00"),
    ],
)
def test_rounding_happens_only_for_show(value: str, digits: int, mode: str, shown: str) -> None:
    assert format(round_for_show(Decimal(value), digits, mode), "f") == shown


@pytest.mark.parametrize(("digits", "mode"), [(2, "nearest"), (-1, "HALF_UP"), (13, "HALF_UP")])
def test_unknown_ways_to_round_are_refused(digits: int, mode: str) -> None:
    with pytest.raises(BadNumber):
        round_for_show(Decimal(1), digits, mode)
