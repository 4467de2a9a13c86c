"""Sums over the tree: numerators and denominators are added, who is missing is named, nothing is averaged."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from openpar.base.organisations.models import Kind
from openpar.base.organisations.queries import TreeNode
from openpar.delivery.service_quality.models import Saying
from openpar.delivery.service_quality.rollup import rolled, rolled_up
from openpar.delivery.service_quality.rows import NOT_APPLICABLE, Given
from openpar.delivery.service_quality.rows import given as figures
from openpar.engine.qd766 import score
from tests.engine.qd766_cases import set_of_2026

SET = set_of_2026()
NO_DATA = Given(Saying.NO_DATA)


def of(numerator: int | None, denominator: int | None) -> Given:
    return figures(
        None if numerator is None else Decimal(numerator),
        None if denominator is None else Decimal(denominator),
    )


def node(organisation_id: int, *children: TreeNode) -> TreeNode:
    name = f"Đơn vị {organisation_id}"
    return TreeNode(organisation_id, name, Kind.BODY, name, "", "", "", 0, children)


def test_the_ratio_of_the_whole_is_no_average_of_ratios() -> None:
    own = {1: {"2.1": of(90, 100)}, 2: {"2.1": of(5, 10)}}
    found = rolled(SET, own, [1, 2], [1, 2])
    assert found.sums["2.1"].pair == (Decimal(95), Decimal(110))
    # 20 × 95/110; an average of 90 % and 50 % would give 14,00.
    assert found.index.line("2.1").points == Decimal("17.27")


def test_who_has_no_data_is_left_out_and_named_and_zero_is_not_that() -> None:
    own = {1: {"2.1": of(90, 100)}, 2: {"2.1": NO_DATA}, 3: {"2.1": of(0, 0)}}
    one = rolled(SET, own, [1, 2, 3, 4], [1, 2, 3, 4]).sums["2.1"]
    assert (one.pair, one.added, one.missing) == ((Decimal(90), Decimal(100)), (1, 3), (2, 4))


def test_nothing_is_expected_of_who_is_not_assessed() -> None:
    found = rolled(SET, {1: {"2.1": of(90, 100)}}, [1, 2], [1])
    assert found.sums["2.1"].missing == ()


def test_half_of_the_figures_cannot_be_added() -> None:
    own = {1: {"2.1": of(90, 100)}, 2: {"2.1": of(5, None)}}
    one = rolled(SET, own, [1, 2], [1, 2]).sums["2.1"]
    assert (one.pair, one.missing) == ((Decimal(90), Decimal(100)), (2,))


def test_a_percentage_alone_counts_for_one_agency_and_is_never_added() -> None:
    alone = rolled(SET, {1: {"4.6": of(75, None)}}, [1], [1])
    assert alone.index.line("4.6").points == Decimal("1.50")
    own = {1: {"4.6": of(75, None)}, 2: {"4.6": of(25, None)}}
    together = rolled(SET, own, [1, 2], [1, 2])
    assert together.index.line("4.6").points is None
    assert together.sums["4.6"].missing == (1, 2)


def test_what_does_not_apply_is_not_waited_for() -> None:
    found = rolled(SET, {1: {"4.6": NOT_APPLICABLE}}, [1], [1])
    line = found.index.line("4.6")
    assert (line.points, line.is_waiting) == (None, False)
    assert "4.6" not in found.index.waiting
    assert line.sentence == "Không áp dụng với đơn vị."
    mixed = rolled(SET, {1: {"4.6": NOT_APPLICABLE}, 2: {"4.6": of(1, 4)}}, [1, 2], [1, 2])
    assert mixed.index.line("4.6").points == Decimal("0.50")
    assert mixed.sums["4.6"].missing == ()


def test_no_petitions_give_all_points_and_no_data_of_them_none() -> None:
    assert rolled(SET, {1: {"5.2": of(0, 0)}}, [1], [1]).index.line("5.2").points == Decimal("6.00")
    assert rolled(SET, {1: {"5.2": NO_DATA}}, [1], [1]).index.line("5.2").points is None


def test_a_sum_is_provisional_while_somebody_is_missing() -> None:
    whole = {one.id: of(1, 2) for one in SET.indicators()}
    full = rolled(SET, {1: whole, 2: whole}, [1, 2], [1, 2])
    assert not full.is_provisional
    assert full.index.label is not None
    lacking = rolled(SET, {1: whole}, [1, 2], [1, 2])
    assert lacking.is_provisional
    assert lacking.missing == (2,)


PARTS = some.integers(0, 500).flatmap(lambda below: some.tuples(some.integers(0, below), some.just(below)))
SAYINGS = some.one_of(
    some.just(NO_DATA),
    some.just(NOT_APPLICABLE),
    PARTS.map(lambda pair: of(*pair)),
)
NAMES = ("2.1", "3.3", "5.2")


@some.composite
def forests(draw: some.DrawFn) -> tuple[dict[int, dict[str, Given]], dict[int, int | None]]:
    """Figures of up to twelve agencies, and the parent of each (one that came before it)."""
    count = draw(some.integers(1, 12))
    own = {
        one: {name: draw(SAYINGS) for name in draw(some.sets(some.sampled_from(NAMES)))}
        for one in range(1, count + 1)
    }
    parents = {
        one: draw(some.one_of(some.none(), some.integers(1, one - 1))) if one > 1 else None for one in own
    }
    return own, parents


def tree_of(parents: dict[int, int | None], above: int | None = None) -> tuple[TreeNode, ...]:
    return tuple(node(one, *tree_of(parents, one)) for one, parent in parents.items() if parent == above)


def below(parents: dict[int, int | None], top: int) -> Iterator[int]:
    yield top
    for one, parent in parents.items():
        if parent == top:
            yield from below(parents, one)


@settings(max_examples=150, deadline=None)
@given(forests())
def test_every_roll_up_is_the_naive_sum_of_who_is_below(
    made: tuple[dict[int, dict[str, Given]], dict[int, int | None]],
) -> None:
    own, parents = made
    found = rolled_up(SET, own, tree_of(parents), own.keys())
    assert found.keys() == own.keys()
    for top, here in found.items():
        inside = list(below(parents, top))
        for name in NAMES:
            whole = [
                said
                for one in inside
                if (said := own[one].get(name)) is not None and said.saying is Saying.FIGURES
            ]
            pair = here.sums[name].pair
            if whole:
                assert pair == (
                    sum(said.numerator or 0 for said in whole),
                    sum(said.denominator or 0 for said in whole),
                )
                # The points are those that the engine gives the sums, not anything of the parts.
                assert here.index.line(name).points == score(SET, {name: pair}).line(name).points
            else:
                assert pair == (None, None)
                assert here.index.line(name).points is None
            silent = {
                one for one in inside if (said := own[one].get(name)) is None or said.saying is Saying.NO_DATA
            }
            assert set(here.sums[name].missing) == silent


@settings(max_examples=50, deadline=None)
@given(forests())
def test_who_stands_between_changes_nothing_of_the_sum_above(
    made: tuple[dict[int, dict[str, Given]], dict[int, int | None]],
) -> None:
    """The same agencies, all directly below one top, give the same sums as any tree of them."""
    own, parents = made
    flat: dict[int, int | None] = {one: None if one == 1 else 1 for one in parents}
    deep = {one: one - 1 or None for one in parents}
    first = rolled_up(SET, own, tree_of(flat), own.keys())[1]
    second = rolled_up(SET, own, tree_of(deep), own.keys())[1]
    assert {name: first.sums[name].pair for name in NAMES} == {name: second.sums[name].pair for name in NAMES}
    assert first.index.points == second.index.points


@pytest.mark.parametrize("name", ["2.1", "3.1"])
def test_points_are_those_of_the_engine(name: str) -> None:
    found = rolled(SET, {1: {name: of(430, 1000)}}, [1], [1])
    assert found.index.points == score(SET, {name: of(430, 1000).pair}).points
