"""Measured figures beside the answers of leaves: what was filled in, what there is now, what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from openpar.engine.answers import Answer
from openpar.engine.rules import Boolean
from openpar.engine.rules.ratios import ratio_input
from openpar.parindex.assessments.models import EvidenceUse, Layer
from openpar.parindex.assessments.queries.visibility import visible_assessments
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.parindex.indicators.figures import Figure
from openpar.parindex.indicators.models import IndicatorValue
from openpar.parindex.indicators.offers import Offer, offers
from openpar.parindex.indicators.queries import figure_of_value


def takes_figure(leaf: LoadedLeaf) -> bool:
    """Can the leaf be filled from a measured figure: does it name one, and ask for a ratio, or yes or no?"""
    if not leaf.indicator or not leaf.is_self_scored:
        return False
    return is_yes_no(leaf) or ratio_input(leaf.engine.rule) is not None


def is_yes_no(leaf: LoadedLeaf) -> bool:
    """Does the leaf ask only whether all of it was done (“báo cáo đủ và đúng hạn”)?"""
    return isinstance(leaf.engine.rule, Boolean)


def word_of(figure: Figure) -> str | None:
    """What a measured figure answers to yes or no: yes when nothing is missing of the whole; None where there
    is no rate, for of nothing neither can be said.
    """
    if not figure.is_known:
        return None
    return "yes" if figure.numerator == figure.denominator else "no"


@dataclass(frozen=True)
class Asked:
    """One leaf of one unit: what was answered, and the value that was filled in (None: typed by hand)."""

    organisation_id: int
    leaf: LoadedLeaf
    answer: Answer | None
    used: IndicatorValue | None


@dataclass(frozen=True)
class LeafFigure:
    """A measured figure beside what a unit says; `offer` None: the indicator is not defined for the year."""

    code: str
    offer: Offer | None
    used: IndicatorValue | None
    answer: Answer | None
    is_yes_no: bool = False

    @property
    def used_figure(self) -> Figure | None:
        return None if self.used is None else figure_of_value(self.used)

    @property
    def entered(self) -> tuple[Decimal, Decimal] | None:
        """What stands in the answer now."""
        if self.answer is None or self.answer.numerator is None or self.answer.denominator is None:
            return None
        return self.answer.numerator, self.answer.denominator

    @property
    def compared_with(self) -> Figure | None:
        """The figure that the answer is held against: the one filled in, else the one there is."""
        if self.used is not None:
            return self.used_figure
        return None if self.offer is None else self.offer.figure

    @property
    def _word(self) -> str | None:
        return None if self.answer is None else self.answer.choice

    @property
    def is_overwritten(self) -> bool:
        """Does the answer say something else than was measured?"""
        measured = self.compared_with
        if self.is_yes_no:
            word = None if measured is None else word_of(measured)
            return word is not None and self._word is not None and self._word != word
        if self.entered is None or measured is None or not measured.has_numbers:
            return False
        return self.entered != (measured.numerator, measured.denominator)

    @property
    def has_changed(self) -> bool:
        """Is what was filled in no longer what there is?"""
        used = self.used_figure
        return used is not None and self.offer is not None and not used.is_same(self.offer.figure)

    @property
    def may_be_taken(self) -> bool:
        """Are there two numbers that do not stand in the answer yet, or only by hand?"""
        if self.offer is None or not self.offer.figure.has_numbers:
            return False
        if self.is_yes_no:
            word = word_of(self.offer.figure)
            return word is not None and (self.used is None or self._word != word or self.has_changed)
        offered = (self.offer.figure.numerator, self.offer.figure.denominator)
        return self.used is None or self.entered != offered or self.has_changed


def figures_of(asked: Iterable[Asked], *, year: int, today: date) -> Mapping[tuple[int, int], LeafFigure]:
    """(organisation, leaf) → its figure, of the leaves that name an indicator; no query when none does, and
    as many for a thousand units as for one.
    """
    wanted = [one for one in asked if takes_figure(one.leaf)]
    if not wanted:
        return {}
    found = offers(
        {one.leaf.indicator for one in wanted},
        [one.organisation_id for one in wanted],
        year=year,
        today=today,
    )
    return {
        (one.organisation_id, one.leaf.id): LeafFigure(
            one.leaf.indicator,
            found.get((one.leaf.indicator, one.organisation_id)),
            one.used,
            one.answer,
            is_yes_no(one.leaf),
        )
        for one in wanted
    }


def used_figures(score_ids: Iterable[int]) -> dict[int, IndicatorValue]:
    """score → the value that was filled in last; one query."""
    uses = (
        EvidenceUse.objects.filter(score_id__in=list(score_ids), figure__isnull=False)
        .select_related("figure__version__indicator", "figure__taken_by")
        .order_by("pk")
    )
    return {use.score_id: use.figure for use in uses if use.figure is not None}


def is_shown_figure(user_id: int, value_id: int, at: datetime) -> bool:
    """Was a value filled into a sheet that the person may see? Then its page is theirs to read."""
    sheets = visible_assessments(user_id, at)
    uses = EvidenceUse.objects.filter(figure_id=value_id, score__assessment__in=sheets.order_by())
    return uses.filter(score__layer=Layer.SELF).exists()
