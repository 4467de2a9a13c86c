"""Rates: three ratios called “on time”, never compared across; figures kept, nothing averaged."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from openpar.engine.rates import (
    ON_TIME_OF_DUE,
    ON_TIME_OF_RESOLVED,
    BadRate,
    DifferentRates,
    Rate,
    compare,
    on_time_of_due,
    on_time_of_received,
    on_time_of_resolved,
    together,
)

COUNTS = some.integers(0, 10**12)


def of_resolved(in_time: int, late: int) -> Rate:
    return on_time_of_resolved(early=Decimal(0), on_time=Decimal(in_time), late=Decimal(late))


def test_the_same_office_has_three_rates() -> None:
    # 1,000 received; 820 resolved in time, 60 late; open: 60 in time, 60 overdue.
    resolved = on_time_of_resolved(early=Decimal(700), on_time=Decimal(120), late=Decimal(60))
    due = on_time_of_due(in_time=Decimal(820), due=Decimal(940))
    received = on_time_of_received(
        resolved_in_time=Decimal(820), open_in_time=Decimal(60), received=Decimal(1000)
    )
    assert [rate.percent() for rate in (resolved, due, received)] == [
        Decimal("93.18"),
        Decimal("87.23"),
        Decimal("88.00"),
    ]
    assert resolved.sentence == (
        "Tỷ lệ đúng hạn trên hồ sơ đã giải quyết: 820/880 hồ sơ đã giải quyết trong kỳ, 93,18 %."
    )
    assert received.sentence.startswith(
        "Tỷ lệ đúng hạn trên hồ sơ tiếp nhận (QĐ 766): 880/1000 hồ sơ tiếp nhận"
    )


def test_son_la_resolved_everything_in_time_of_what_it_resolved() -> None:
    resolved = on_time_of_resolved(early=Decimal(567), on_time=Decimal(68), late=Decimal(0))
    assert (resolved.numerator, resolved.denominator, resolved.percent()) == (
        Decimal(635),
        Decimal(635),
        Decimal(100),
    )


def test_rates_of_two_kinds_are_never_compared_or_added() -> None:
    one, other = of_resolved(9, 1), on_time_of_due(in_time=Decimal(9), due=Decimal(10))
    with pytest.raises(DifferentRates, match="không so sánh được"):
        compare(one, other)
    with pytest.raises(DifferentRates):
        together([one, other])
    assert one != other


def test_nothing_and_no_data_are_two_things_and_neither_is_a_hundred_per_cent() -> None:
    nothing = of_resolved(0, 0)
    unknown = on_time_of_resolved(early=Decimal(1), on_time=Decimal(2), late=None)
    assert (nothing.percent(), nothing.is_known) == (None, True)
    assert (unknown.percent(), unknown.is_known) == (None, False)
    assert nothing.sentence.endswith("0/0, không có hồ sơ đã giải quyết trong kỳ.")
    assert unknown.sentence.endswith("chưa có dữ liệu.")
    assert compare(nothing, of_resolved(1, 1)) is None
    assert compare(unknown, of_resolved(1, 1)) is None


def test_units_are_put_together_by_their_figures_and_not_by_their_rates() -> None:
    small, great = of_resolved(1, 1), of_resolved(900, 100)
    both = together([small, great])
    assert (both.numerator, both.denominator, both.percent()) == (
        Decimal(901),
        Decimal(1002),
        Decimal("89.92"),
    )
    assert not together([small, Rate(ON_TIME_OF_RESOLVED, None, Decimal(5))]).is_known
    with pytest.raises(ValueError):
        together([])


def test_half_a_hundredth_of_a_per_cent_goes_up() -> None:
    assert of_resolved(1, 799).percent() == Decimal("0.13")  # 0.125
    assert of_resolved(1, 799).percent(0) == 0
    assert of_resolved(1, 199).percent(0) == 1  # 0.5


@pytest.mark.parametrize(("numerator", "denominator"), [("-1", "5"), ("1", "-5"), ("6", "5")])
def test_figures_that_make_no_rate_are_refused(numerator: str, denominator: str) -> None:
    with pytest.raises(BadRate, match="Tỷ lệ đúng hạn trên hồ sơ đến hạn"):
        Rate(ON_TIME_OF_DUE, Decimal(numerator), Decimal(denominator))


@given(COUNTS, COUNTS, COUNTS, COUNTS)
@settings(max_examples=300, deadline=None)
def test_comparing_is_exact(a: int, b: int, c: int, d: int) -> None:
    first, second = of_resolved(a, b), of_resolved(c, d)
    if a + b and c + d:
        left, right = Fraction(a, a + b), Fraction(c, c + d)
        assert compare(first, second) == (left > right) - (left < right)
        joined = together([first, second])
        assert joined.percent() is not None
        assert (joined.numerator, joined.denominator) == (Decimal(a + c), Decimal(a + b + c + d))
