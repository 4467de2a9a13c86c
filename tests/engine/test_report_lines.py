"""Lines of an appendix: put together in any groups with one end, ratios from sums, stocks the latest."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from openpar.engine.report_lines import (
    BLANK,
    BadLine,
    Kind,
    Line,
    OverAgencies,
    OverTime,
    Put,
    Value,
    is_complete,
    is_tied,
    leaf,
    over_agencies,
    over_time,
    own_value,
    percent,
    shown,
    together,
)


def line(kind: Kind, agencies: OverAgencies = OverAgencies.SUM, time: OverTime = OverTime.SUM) -> Line:
    parts = ("một", "hai") if kind in (Kind.PAIR, Kind.RATIO) else ()
    meanings = {0: "không", 1: "có", 2: "cả hai"} if kind is Kind.CODE else {}
    return Line("9.9", "F0", "Dòng thử", kind, time, agencies, parts, meanings=meanings)


def of(first: int | None = None, second: int | None = None) -> Value:
    return Value(*(None if each is None else Decimal(each) for each in (first, second)))


COUNT, RATIO, PAIR = line(Kind.INT), line(Kind.RATIO), line(Kind.PAIR)
ANY, MODE = line(Kind.CODE, OverAgencies.ANY), line(Kind.CODE, OverAgencies.MODE)
STOCK = line(Kind.STOCK, time=OverTime.LATEST)
LINES = (COUNT, RATIO, PAIR, ANY, MODE, STOCK)
FIGURES = some.none() | some.integers(0, 10**9)


def test_the_ratio_of_a_province_is_that_of_its_sums_never_the_mean() -> None:
    # 9/10 and 10/90: the mean of 90 % and 11,11 % would be 50,56 %.
    put = over_agencies(RATIO, {"A": {"9.9": of(9, 10)}, "B": {"9.9": of(10, 90)}})
    assert shown(RATIO, put) == of(19, 100)
    assert percent(shown(RATIO, put)) == Decimal(19)


def test_half_a_ratio_bends_nothing_and_is_named() -> None:
    put = over_agencies(RATIO, {"A": {"9.9": of(9, 10)}, "B": {"9.9": of(500, None)}, "C": {}})
    assert shown(RATIO, put) == of(9, 10)
    assert put.missing == ("B", "C")


def test_half_a_pair_counts_for_what_it_says_and_is_named() -> None:
    put = over_agencies(PAIR, {"A": {"9.9": of(9, 10)}, "B": {"9.9": of(5, None)}})
    assert (shown(PAIR, put), put.missing) == (of(14, 10), ("B",))


def test_nothing_known_is_not_zero_and_zero_is_known() -> None:
    assert shown(COUNT, over_agencies(COUNT, {"A": {}})) == BLANK
    put = over_agencies(COUNT, {"A": {"9.9": of(0)}, "B": {}})
    assert (shown(COUNT, put), put.known, put.missing) == (of(0), 1, ("B",))


def test_codes_are_counted_and_judged_at_the_end() -> None:
    codes = {"A": {"9.9": of(0)}, "B": {"9.9": of(1)}, "C": {"9.9": of(0)}}
    assert shown(ANY, over_agencies(ANY, codes)) == of(1)
    assert shown(MODE, over_agencies(MODE, codes)) == of(0)
    assert not is_tied(over_agencies(MODE, codes))
    tied = over_agencies(MODE, {"A": {"9.9": of(2)}, "B": {"9.9": of(1)}})
    assert (shown(MODE, tied), is_tied(tied)) == (of(1), True)


def test_a_line_of_ones_own_is_not_added_up() -> None:
    own = line(Kind.STOCK, OverAgencies.OWN, OverTime.LATEST)
    put = over_agencies(own, {"A": {"9.9": of(400)}, "B": {"9.9": of(400)}})
    assert shown(own, put) == BLANK
    assert put.known == 2


def test_a_derived_ratio_counts_only_those_who_know_both_lines() -> None:
    derived = Line("1.3", "F0", "Tỷ lệ", Kind.RATIO, OverTime.SUM, OverAgencies.SUM, ratio_of=("1.2", "1.1"))
    reporters = {"A": {"1.1": of(50), "1.2": of(30)}, "B": {"1.1": of(1000)}}
    assert own_value(derived, reporters["A"]) == of(30, 50)
    put = over_agencies(derived, reporters)
    assert (shown(derived, put), put.missing) == (of(30, 50), ("B",))


def test_over_periods_flows_are_added_and_a_stock_is_the_latest_that_is_known() -> None:
    assert over_time(COUNT, [of(3), of(4)]) == of(7)
    assert over_time(COUNT, [of(3), BLANK]) == BLANK
    assert over_time(STOCK, [of(120), of(118), BLANK]) == of(118)
    assert over_time(STOCK, [BLANK]) == BLANK
    assert over_time(RATIO, [of(9, 10), of(10, 90)]) == of(19, 100)
    assert over_time(line(Kind.CODE, time=OverTime.ANY), [of(1), of(0)]) == of(1)
    with pytest.raises(ValueError, match="no periods"):
        over_time(COUNT, [])


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (Kind.PAIR, {}),
        (Kind.INT, {"parts": ("một", "hai")}),
        (Kind.CODE, {}),
        (Kind.INT, {"meanings": {0: "không"}}),
        (Kind.INT, {"ratio_of": ("1", "2")}),
        (Kind.RATIO, {"ratio_of": ("1",)}),
    ],
)
def test_a_line_that_cannot_be_is_refused(kind: Kind, more: dict[str, object]) -> None:
    with pytest.raises(BadLine):
        Line("1", "F0", "Dòng", kind, OverTime.SUM, OverAgencies.SUM, **more)  # type: ignore[arg-type]  # unfit on purpose


@some.composite
def trees(draw: some.DrawFn, leaves: Sequence[Put]) -> Put:
    """The leaves put together in some tree: groups in groups, in any order."""
    waiting = list(draw(some.permutations(leaves)))
    while len(waiting) > 1:
        size = draw(some.integers(2, len(waiting)))
        waiting = [*waiting[size:], together(waiting[:size])]
    return waiting[0]


@settings(max_examples=120)
@given(
    some.data(), some.sampled_from(LINES), some.lists(some.tuples(FIGURES, FIGURES), min_size=1, max_size=9)
)
def test_any_tree_and_any_grouping_of_agencies_gives_the_same(
    data: some.DataObject, one: Line, figures: list[tuple[int | None, int | None]]
) -> None:
    values = [
        of(None if first is None else first % 3) if one.kind is Kind.CODE else of(first, second)
        for first, second in figures
    ]
    leaves = [leaf(one, f"Đơn vị {place}", value) for place, value in enumerate(values)]
    flat, tree = together(leaves), data.draw(trees(leaves))
    # A leaf alone is no sum yet: put together once, it says the same.
    assert together([tree]) == flat
    assert shown(one, tree) == shown(one, flat)
    assert flat.known + len(flat.missing) == len(leaves)
    assert len(flat.missing) == sum(not is_complete(one, value) for value in values)


@settings(max_examples=120)
@given(some.lists(some.tuples(some.integers(0, 10**6), some.integers(1, 10**6)), min_size=1, max_size=9))
def test_the_ratio_is_the_fraction_of_the_sums_rounded_once(figures: list[tuple[int, int]]) -> None:
    put = together(leaf(RATIO, str(place), of(*each)) for place, each in enumerate(figures))
    exact = Fraction(100 * sum(top for top, _ in figures), sum(bottom for _, bottom in figures))
    told = percent(shown(RATIO, put))
    assert told is not None
    assert abs(Fraction(told) - exact) <= Fraction(1, 200)
