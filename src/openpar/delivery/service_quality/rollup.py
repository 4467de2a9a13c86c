"""Figures added up over the organisation tree: numerators with numerators, denominators with denominators.

Never an average. Who has no data, or only a part of the figures, is left out of the sum and named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from openpar.base.organisations.queries import TreeNode
from openpar.delivery.service_quality.models import Saying
from openpar.delivery.service_quality.rows import Given
from openpar.engine.numbers import total_of
from openpar.engine.qd766 import IndicatorSet, ServiceIndex, score
from openpar.engine.qd766.scoring import NO_DATA, Pair

Own = Mapping[int, Mapping[str, Given]]


@dataclass(frozen=True)
class Sum:
    """One indicator of an organisation with everything below it.

    `added` are the organisations in the sum, `missing` those whose figures are still to come.
    """

    pair: Pair
    added: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    is_not_applicable: bool = False


@dataclass(frozen=True)
class Rolled:
    """The index of an organisation with everything below it, and the sums that it was judged by."""

    index: ServiceIndex
    sums: Mapping[str, Sum]

    @property
    def missing(self) -> tuple[int, ...]:
        """Everybody whose figures of some indicator with points are still to come, in the order met."""
        scored = {one.id for group in self.index.groups for one in group.group.indicators if one.is_scored}
        found = (who for name, each in self.sums.items() if name in scored for who in each.missing)
        return tuple(dict.fromkeys(found))

    @property
    def is_provisional(self) -> bool:
        """Are figures of anybody missing?"""
        return self.index.provisional or bool(self.missing)


def rolled_up(
    indicators: IndicatorSet, own: Own, tree: Sequence[TreeNode], expected: Collection[int]
) -> dict[int, Rolled]:
    """The index of every organisation of the tree; `expected` are those that have to have figures."""
    found: dict[int, Rolled] = {}

    def visit(node: TreeNode) -> tuple[int, ...]:
        inside = (node.organisation_id, *(one for child in node.children for one in visit(child)))
        if any(one in own or one in expected for one in inside):
            found[node.organisation_id] = rolled(indicators, own, inside, expected)
        return inside

    for root in tree:
        visit(root)
    return found


def rolled(indicators: IndicatorSet, own: Own, inside: Collection[int], expected: Collection[int]) -> Rolled:
    """The index of the organisations `inside`, as one."""
    sums = {one.id: _sum(one.id, own, inside, expected) for one in indicators.indicators()}
    index = score(
        indicators,
        {name: each.pair for name, each in sums.items()},
        not_applicable=[name for name, each in sums.items() if each.is_not_applicable],
    )
    return Rolled(index, sums)


def _sum(name: str, own: Own, inside: Iterable[int], expected: Collection[int]) -> Sum:
    whole: list[tuple[int, Given]] = []
    partial: list[tuple[int, Given]] = []
    missing: list[int] = []
    excused = 0
    for one in inside:
        said = own.get(one, {}).get(name)
        if said is not None and said.saying is Saying.NOT_APPLICABLE:
            excused += 1
        elif said is None or said.saying is Saying.NO_DATA:
            # Of those who only have subordinates nothing is expected.
            if one in expected:
                missing.append(one)
        elif said.is_whole:
            whole.append((one, said))
        else:
            partial.append((one, said))
    if whole:
        pair = _added(said for _one, said in whole)
        missing += [one for one, _said in partial]
        return Sum(pair, tuple(one for one, _said in whole), tuple(missing))
    if len(partial) == 1:
        # A percentage, or half of the figures, of one agency alone: nothing has to be added.
        return Sum(partial[0][1].pair, (partial[0][0],), tuple(missing))
    missing += [one for one, _said in partial]
    return Sum(NO_DATA, (), tuple(missing), is_not_applicable=bool(excused) and not missing)


def _added(said: Iterable[Given]) -> Pair:
    numerators: list[Decimal] = []
    denominators: list[Decimal] = []
    for each in said:
        assert each.numerator is not None
        assert each.denominator is not None
        numerators.append(each.numerator)
        denominators.append(each.denominator)
    return total_of(numerators), total_of(denominators)
