"""The draw by lot: fixed by its inputs, indifferent to the order of the list, fair."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from math import factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpar.engine.picking import BadDraw, combined_seed, commitment, pick

SEED = "xo-so-05-03-2026-4821"
UNITS = tuple(f"don-vi-{number:02}" for number in range(12))
# As `str.isprintable` has it.
PRINTABLE = st.one_of(st.just(" "), st.characters(exclude_categories=("C", "Z")))
LISTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip), unique=True)


def by_hand(units: tuple[str, ...], seed: str, count: int) -> list[str]:
    """The method of the documentation written again in another way: picks taken out of a list."""
    numbers = [
        int(sha256(f"{seed}\n{block}".encode()).hexdigest()[start : start + 16], 16)
        for block in range(200)
        for start in (0, 16, 32, 48)
    ]
    left = sorted(units, key=lambda unit: unit.encode())
    picked = []
    for _pick in range(count):
        while numbers[0] >= 2**64 // len(left) * len(left):
            numbers.pop(0)
        place = numbers.pop(0) % len(left)
        picked.append(left[place])
        left[place] = left[0]
        left.pop(0)
    return picked


def test_the_same_list_seed_and_number_give_the_same_picks_for_ever() -> None:
    assert pick(UNITS, SEED, 4) == ("don-vi-11", "don-vi-04", "don-vi-03", "don-vi-06")
    assert commitment(SEED) == sha256(SEED.encode()).hexdigest()


@pytest.mark.parametrize("count", [0, 1, 5, 12])
def test_somebody_else_who_writes_the_method_down_gets_the_same(count: int) -> None:
    assert list(pick(UNITS, SEED, count)) == by_hand(UNITS, SEED, count)


@given(LISTS, st.data())
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_list_does_not_matter(units: list[str], data: st.DataObject) -> None:
    count = data.draw(st.integers(0, len(units)))
    shuffled = data.draw(st.permutations(units))
    assert pick(units, SEED, count) == pick(shuffled, SEED, count)


@given(LISTS, st.text(PRINTABLE, min_size=16, max_size=40), st.data())
@settings(max_examples=60, deadline=None)
def test_picks_are_distinct_units_of_the_list(units: list[str], seed: str, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, len(units)))
    picked = pick(units, seed, count)
    assert len(picked) == len(set(picked)) == count
    assert set(picked) <= set(units)


@given(st.integers(1, 12))
@settings(max_examples=12, deadline=None)
def test_more_picks_only_add_to_fewer(count: int) -> None:
    assert pick(UNITS, SEED, 12)[:count] == pick(UNITS, SEED, count)


def test_every_order_comes_as_often_as_any_other() -> None:
    """Chi-square over the 120 orders of five units, far beyond what chance does (p < 10⁻⁶ at 203)."""
    draws = 6_000
    seen = Counter(pick(UNITS[:5], f"hat-giong-thu-nghiem-{number}", 5) for number in range(draws))
    expected = draws / factorial(5)
    assert len(seen) == factorial(5)
    assert sum((count - expected) ** 2 / expected for count in seen.values()) < 203


def test_the_test_of_fairness_catches_a_draw_that_is_not() -> None:
    """A seed of which only a few are possible: orders that never come."""
    draws = 6_000
    seen = Counter(pick(UNITS[:5], f"hat-giong-thu-nghiem-{number % 60}", 5) for number in range(draws))
    expected = draws / factorial(5)
    off = sum((count - expected) ** 2 / expected for count in seen.values())
    assert off + (factorial(5) - len(seen)) * expected > 203


@pytest.mark.parametrize(
    ("units", "seed", "count", "said"),
    [
        (("a", "a"), SEED, 1, "hai lần"),
        (("a", " "), SEED, 1, "không ghi đơn vị"),
        (("a",), "ngan", 1, "ít nhất 16"),
        (("a",), SEED, 2, "Không chọn được 2 trong 1"),
        (("a",), SEED, -1, "Không chọn được"),
    ],
)
def test_a_draw_that_makes_no_sense_is_refused(
    units: tuple[str, ...], seed: str, count: int, said: str
) -> None:
    with pytest.raises(BadDraw, match=said):
        pick(units, seed, count)


def test_a_value_that_becomes_public_later_changes_the_draw() -> None:
    assert combined_seed(SEED) == SEED
    assert combined_seed(SEED, "48213") == f"{SEED} 48213"
    assert pick(UNITS, combined_seed(SEED, "48213"), 6) != pick(UNITS, SEED, 6)
