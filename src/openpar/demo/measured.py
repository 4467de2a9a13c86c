"""Criteria of the demo that are filled from measured figures: what there is, and taking it over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from openpar.base.accounts.queries import Actor
from openpar.demo.calendar import Clock
from openpar.demo.rounds import Story, criteria_of
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.figures import fill_from_indicator
from openpar.parindex.assessments.models import Assessment, Layer
from openpar.parindex.assessments.queries.figures import is_yes_no, takes_figure, word_of
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.parindex.indicators.figures import Figure
from openpar.parindex.indicators.offers import offers

# The criterion that every sheet of the demo fills from its dossiers; of the others the figures are typed off.
ON_TIME = "dossier.on_time_ratio"
Measured = Mapping[tuple[str, int], Figure]


def measured_on(sheets: Iterable[Assessment], year: int, today: date) -> Measured:
    """(indicator, organisation) → the figure counted on a day, of the leaves that name an indicator; nothing
    where nothing was counted, or nothing arose.
    """
    listed = list(sheets)
    sets = {sheet.round_block.criteria_set_id: criteria_of(sheet.round_block) for sheet in listed}
    codes = {leaf.indicator for each in sets.values() for leaf in each.self_leaves if takes_figure(leaf)}
    found = offers(codes, [sheet.organisation_id for sheet in listed], year=year, today=today)
    return {where: offer.figure for where, offer in found.items() if offer.figure.is_known}


def _answers(sheet: Assessment, measured: Measured) -> dict[str, tuple[LoadedLeaf, Answer]]:
    """What was measured of this unit, as the answer of each leaf that asks for it."""
    found = {}
    for leaf in criteria_of(sheet.round_block).self_leaves:
        figure = measured.get((leaf.indicator, sheet.organisation_id)) if takes_figure(leaf) else None
        if figure is not None:
            found[leaf.code] = (leaf, _answer(leaf, figure))
    return found


def _answer(leaf: LoadedLeaf, figure: Figure) -> Answer:
    if is_yes_no(leaf):
        return Answer(choice=word_of(figure))
    return Answer(numerator=figure.numerator, denominator=figure.denominator)


def with_measured(story: Story, sheet: Assessment, measured: Measured) -> Story:
    """The story with every figure that was measured: the unit types it off, the appraiser finds the same."""
    known = {code: answer for code, (_leaf, answer) in _answers(sheet, measured).items()}
    return Story({**story.real, **known}, {**story.claimed, **known})


def take_over(
    sheet: Assessment,
    measured: Measured,
    *,
    by: Actor,
    clock: Clock,
    only: Collection[str] | None = (ON_TIME,),
) -> None:
    """Binds the snapshot of a figure to the leaf that it was typed into, of the indicators in `only` (None:
    all); where something else was typed, or nothing was measured, nothing happens.
    """
    for leaf, wanted in _answers(sheet, measured).values():
        if only is not None and leaf.indicator not in only:
            continue
        score = sheet.scores.filter(layer=Layer.SELF, criterion__code=leaf.code).first()
        if score is None or Answer.from_json(score.answer) != wanted:
            continue
        figure = measured[leaf.indicator, sheet.organisation_id]
        assert figure.numerator is not None
        assert figure.denominator is not None
        fill_from_indicator(
            assessment_id=sheet.pk,
            code=leaf.code,
            seen=(figure.numerator, figure.denominator),
            expected_version=score.version,
            by=by,
            at=clock.tick(),
        )
