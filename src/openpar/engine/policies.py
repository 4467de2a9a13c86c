"""What happens to the points of removed leaves (parindex.md 7).

A achieved and MA maximum of the appraised part, R its removed maximum; S, MS, RS the same for the part that
comes from outside; M = MA + MS. With a leaf removed,

* rescale_appraisal:  A / (MA − R) × MA + S of M   (the outside part likewise, S / (MS − RS) × MS)
* shrink_denominator: A + S of M − R − RS
* full_marks:         A + R + S + RS of M

The whole appraised part removed: no index. The whole outside part removed (no survey was held): the appraised
part stands alone, on MA. Nothing is divided by zero, and nothing is rounded but settled (see numbers.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from openpar.engine.criteria.tree import NaPolicy, NaScope, Settings
from openpar.engine.numbers import ZERO, add, share, subtract, total_of


class Scored(Protocol):
    """A leaf that has been scored: what the policies need to know of it."""

    @property
    def maximum(self) -> Decimal:
        """Its maximum."""

    @property
    def points(self) -> Decimal | None:
        """Its points, None unless earned."""

    @property
    def is_removed(self) -> bool:
        """Is it taken out?"""

    @property
    def is_outside(self) -> bool:
        """Does it come from outside?"""


@dataclass(frozen=True, slots=True)
class Part:
    """Sums over some leaves: achieved, maximum, and the maximum of the removed ones."""

    achieved: Decimal
    maximum: Decimal
    removed: Decimal

    @classmethod
    def of(cls, lines: Iterable[Scored]) -> "Part":
        achieved = maximum = removed = ZERO
        for line in lines:
            maximum = add(maximum, line.maximum)
            points = line.points
            if points is not None:
                achieved = add(achieved, points)
            elif line.is_removed:
                removed = add(removed, line.maximum)
        return cls(achieved, maximum, removed)

    @classmethod
    def sum(cls, parts: Iterable["Part"]) -> "Part":
        """Several parts taken together."""
        found = tuple(parts)
        return cls(
            achieved=total_of(part.achieved for part in found),
            maximum=total_of(part.maximum for part in found),
            removed=total_of(part.removed for part in found),
        )

    @property
    def left(self) -> Decimal:
        """The maximum that could still be achieved."""
        return subtract(self.maximum, self.removed)

    @property
    def is_gone(self) -> bool:
        """Were there points, and is nothing of them left?"""
        return self.left == ZERO != self.maximum

    @property
    def rescaled(self) -> Decimal:
        """achieved / left × maximum."""
        return share(self.achieved, self.left, self.maximum) if self.left else ZERO


def parts_of(lines: Iterable[Scored]) -> tuple[Part, Part]:
    """The appraised part and the outside part of some leaves."""
    found = tuple(lines)
    return (
        Part.of(line for line in found if not line.is_outside),
        Part.of(line for line in found if line.is_outside),
    )


def achieved_under(
    settings: Settings, appraised: Part, outside: Part, by_field: list[tuple[Part, Part]]
) -> tuple[Decimal | None, Decimal]:
    """What was achieved under the set's policy, not yet settled, and the maximum it is measured against."""
    maximum = add(appraised.maximum, outside.maximum)
    if appraised.is_gone:
        return None, maximum
    sides = [(appraised, [field_parts[0] for field_parts in by_field])]
    if not outside.is_gone:
        sides.append((outside, [field_parts[1] for field_parts in by_field]))
    maximum = total_of(part.maximum for part, _ in sides)
    if settings.na_policy is NaPolicy.SHRINK_DENOMINATOR:
        achieved = total_of(part.achieved for part, _ in sides)
        maximum = total_of(part.left for part, _ in sides)
    elif settings.na_policy is NaPolicy.FULL_MARKS:
        achieved = total_of(add(part.achieved, part.removed) for part, _ in sides)
    elif settings.na_scope is NaScope.FIELD:
        achieved = total_of(_rescaled_by_field(part, fields) for part, fields in sides)
    else:
        achieved = total_of(part.rescaled for part, _ in sides)
    return (achieved, maximum) if maximum else (None, maximum)


def _rescaled_by_field(part: Part, fields: list[Part]) -> Decimal:
    """Each field keeps its weight; that of a field that is gone altogether is spread over the others."""
    alive = [field_part for field_part in fields if not field_part.is_gone]
    weight = total_of(field_part.maximum for field_part in alive)
    scaled = total_of(field_part.rescaled for field_part in alive)
    return share(scaled, weight, part.maximum) if weight else ZERO
