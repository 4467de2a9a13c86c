"""A criteria set: a legal table of points as a tree, its rules, and the settings of the arithmetic.

A table has two to four levels, so one recursive `Node` stands for field, criterion and sub-criterion alike;
what is scored is a `Leaf`. Printed maxima (`declared_…`) are kept beside what the leaves add up to: they may
differ, and `check` reports it. All arithmetic runs on the maxima of the leaves.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from openpar.engine.errors import UnknownCode
from openpar.engine.grading import Band
from openpar.engine.numbers import ZERO, total_of
from openpar.engine.rules import Rule
from openpar.engine.ties import RankOn, Ties


class ScoredBy(StrEnum):
    """Who gives the points of a leaf."""

    SELF = "self+appraisal"
    APPRAISER = "appraiser"
    SURVEY = "survey"
    EXTERNAL = "external"
    LEADERSHIP = "leadership"

    @property
    def is_outside(self) -> bool:
        """Do the points come from outside, invisible to self-scoring (parindex.md 8)?"""
        return self in (ScoredBy.SURVEY, ScoredBy.EXTERNAL, ScoredBy.LEADERSHIP)


class NaPolicy(StrEnum):
    """Where the points of removed leaves go (parindex.md 7)."""

    RESCALE_APPRAISAL = "rescale_appraisal"
    SHRINK_DENOMINATOR = "shrink_denominator"
    FULL_MARKS = "full_marks"


class NaScope(StrEnum):
    """Whether `rescale_appraisal` scales the part as a whole or field by field."""

    WHOLE = "whole"
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class Leaf:
    """What is scored: a maximum, a rule, and what the decision says about it."""

    code: str
    title: str
    maximum: Decimal
    rule: Rule
    scored_by: ScoredBy = ScoredBy.SELF
    evidence_wanted: str = ""
    indicator: str = ""
    may_be_not_applicable: bool = False
    not_applicable_note: str = ""
    scale_text: str = ""
    owner: str = ""
    article: str = ""
    note: str = ""

    def leaves(self) -> Iterator["Leaf"]:
        """Itself, so that trees can be walked without asking what a child is."""
        yield self

    @property
    def stated_maximum(self) -> Decimal:
        """The printed maximum."""
        return self.maximum


@dataclass(frozen=True, slots=True)
class Node:
    """A field, criterion or sub-criterion with children; the printed maximum may be missing."""

    code: str
    title: str
    declared_maximum: Decimal | None
    children: tuple["Node | Leaf", ...]

    def leaves(self) -> Iterator[Leaf]:
        """All leaves below, in the order of the table."""
        for child in self.children:
            yield from child.leaves()

    @property
    def maximum(self) -> Decimal:
        """What the leaves below add up to."""
        return total_of(leaf.maximum for leaf in self.leaves())

    @property
    def stated_maximum(self) -> Decimal:
        """The printed maximum, or the sum of the leaves if none is printed."""
        return self.maximum if self.declared_maximum is None else self.declared_maximum


@dataclass(frozen=True, slots=True)
class Settings:
    """How points become totals, ranks and classes; printed on every result.

    `digits` decimals are shown, rounded by `rounding_mode`. `tie_breakers` (ties = ordinal) are codes of the
    tree or "appraised" / "outside". `bands` may be empty: the set names no classes. `total_cap` None: no cap.
    """

    na_policy: NaPolicy = NaPolicy.RESCALE_APPRAISAL
    na_scope: NaScope = NaScope.WHOLE
    digits: int = 2
    rounding_mode: str = "HALF_UP"
    ties: Ties = Ties.COMPETITION
    tie_breakers: tuple[str, ...] = ()
    rank_on: RankOn = RankOn.EXACT
    bands: tuple[Band, ...] = ()
    bands_by_block: tuple[tuple[str, tuple[Band, ...]], ...] = ()
    bonus_max: Decimal = ZERO
    penalty_max: Decimal = ZERO
    total_cap: Decimal | None = None

    def bands_for(self, block: str) -> tuple[Band, ...]:
        """The bands of the block, or those of every block."""
        return dict(self.bands_by_block).get(block, self.bands)


@dataclass(frozen=True, slots=True)
class DeclaredCounts:
    """How many fields, criteria (second level) and sub-criteria (third level) the decision says there are."""

    fields: int | None = None
    criteria: int | None = None
    sub_criteria: int | None = None


@dataclass(frozen=True, slots=True)
class CriteriaSet:
    """A version of a table of criteria for one level of agencies and one year."""

    name: str
    title: str
    level: str
    year: int
    is_sample: bool
    declared_total: Decimal | None
    declared_survey: Decimal | None
    declared_appraisal: Decimal | None
    settings: Settings
    fields: tuple[Node | Leaf, ...]
    status: str = ""
    declared_counts: DeclaredCounts = field(default=DeclaredCounts())
    # The leaves of each field, walked once: every score of every sheet asks for them.
    leaves_by_field: tuple[tuple[Leaf, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "leaves_by_field", tuple(tuple(top.leaves()) for top in self.fields))

    def leaves(self) -> tuple[Leaf, ...]:
        """All leaves in the order of the table."""
        return tuple(leaf for leaves in self.leaves_by_field for leaf in leaves)

    def leaf(self, code: str) -> Leaf:
        """The leaf of this code. Raises UnknownCode."""
        for leaf in self.leaves():
            if leaf.code == code:
                return leaf
        raise UnknownCode(f"Bộ tiêu chí không có tiêu chí thành phần “{code}”.")

    def nodes(self) -> tuple[Node | Leaf, ...]:
        """Everything in the tree, parents before children."""
        return tuple(_walk(self.fields))

    @property
    def maximum(self) -> Decimal:
        """What all leaves add up to."""
        return total_of(leaf.maximum for leaf in self.leaves())


def _walk(nodes: tuple[Node | Leaf, ...]) -> Iterator[Node | Leaf]:
    for node in nodes:
        yield node
        if isinstance(node, Node):
            yield from _walk(node.children)
