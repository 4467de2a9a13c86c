"""Coverage of strata: lists first, numbers from them, percentages never rounded down."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpar.engine.coverage import BadShare, cover, needed, share


@pytest.mark.parametrize(
    ("total", "percent", "wanted"),
    [
        (11, "30", 4),
        (10, "30", 3),
        (124, "30", 38),
        (1, "30", 1),
        (0, "30", 0),
        (7, "0", 0),
        (7, "100", 7),
        (3, "33.3", 1),
        (1000, "0.1", 1),
        (1001, "0.1", 2),
    ],
)
def test_the_units_asked_for_are_the_percentage_rounded_up(total: int, percent: str, wanted: int) -> None:
    assert needed(total, Decimal(percent)) == wanted


@given(st.integers(0, 5_000), st.decimals(0, 100, places=2))
def test_what_is_needed_reaches_the_percentage_and_one_less_does_not(total: int, percent: Decimal) -> None:
    found = needed(total, percent)
    assert found * 100 >= total * percent
    assert found == 0 or (found - 1) * 100 < total * percent


def test_a_percentage_outside_its_bounds_is_refused() -> None:
    with pytest.raises(BadShare):
        needed(3, Decimal("100.1"))
    with pytest.raises(BadShare):
        cover([1], [], [], Decimal(-1))


def test_units_that_are_no_longer_there_are_told_and_not_counted() -> None:
    found = cover([1, 2, 3, 4], planned=[1, 2, 9], inspected=[2, 8], percent=Decimal(30))
    assert [sorted(part) for part in (found.planned, found.inspected, found.outside)] == [[1, 2], [2], [8, 9]]
    assert (found.needed, found.is_planned, found.is_reached) == (2, True, False)
    assert found.not_inspected == {1, 3, 4}


def test_without_a_rule_nothing_is_asked_for() -> None:
    found = cover([1, 2], [], [], None)
    assert (found.needed, found.is_planned, found.is_reached) == (None, None, None)


def test_a_share_is_rounded_half_up_once_and_a_share_of_nothing_is_none() -> None:
    assert share(1, 3) == Decimal("33.33")
    assert share(2, 3) == Decimal("66.67")
    assert share(0, 5) == Decimal("0.00")
    assert share(0, 0) is None
