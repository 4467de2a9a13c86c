"""Criteria of the demo that are filled from measured figures: what there is, and taking it over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from openpar.base.accounts.queries import Actor
from openpar.demo.calendar import Clock
from openpar.demo.rounds import Story, criteria_of
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.figures import fill_from_indicator
from openpar.parindex.assessments.models import Assessment, Layer
from openpar.parindex.assessments.queries.figures import takes_figure
from openpar.parindex.indicators.figures import Figure
from openpar.parindex.indicators.offers import offers

# The criterion that every sheet of the demo fills from its dossiers; of the others the figures are typed off.
ON_TIME = "dossier.on_time_ratio"
Measured = Mapping[tuple[str, int], Answer]


def measured_on(sheets: Iterable[Assessment], year: int, today: date) -> Measured:
    """(indicator, organisation) → the figure counted on a day, of the leaves that name an indicator; nothing
    where nothing was counted, or nothing arose.
    """
    listed = list(sheets)
    sets = {sheet.round_block.criteria_set_id: criteria_of(sheet.round_block) for sheet in listed}
    codes = {leaf.indicator for each in sets.values() for leaf in each.self_leaves if takes_figure(leaf)}
    found = offers(codes, [sheet.organisation_id for sheet in listed], year=year, today=today)
    return {where: answer for where, offer in found.items() if (answer := _answer(offer.figure)) is not None}


def _answer(figure: Figure) -> Answer | None:
    if not figure.has_numbers or not figure.denominator:
        return None
    return Answer(numerator=figure.numerator, denominator=figure.denominator)


def with_measured(story: Story, sheet: Assessment, measured: Measured) -> Story:
    """The story with every figure that was measured: the unit types it off, the appraiser finds the same."""
    known = {
        leaf.code: measured[leaf.indicator, sheet.organisation_id]
        for leaf in criteria_of(sheet.round_block).self_leaves
        if takes_figure(leaf) and (leaf.indicator, sheet.organisation_id) in measured
    }
    return Story({**story.real, **known}, {**story.claimed, **known})


def take_over(sheet: Assessment, measured: Measured, *, by: Actor, clock: Clock) -> None:
    """Binds the snapshot of the on-time figure to the leaf that it was typed into; where something else was
    typed, or nothing was measured, nothing happens.
    """
    wanted = measured.get((ON_TIME, sheet.organisation_id))
    if wanted is None or wanted.numerator is None or wanted.denominator is None:
        return
    for leaf in criteria_of(sheet.round_block).self_leaves:
        if leaf.indicator != ON_TIME:
            continue
        score = sheet.scores.filter(layer=Layer.SELF, criterion__code=leaf.code).first()
        if score is None or Answer.from_json(score.answer) != wanted:
            continue
        fill_from_indicator(
            assessment_id=sheet.pk,
            code=leaf.code,
            seen=(wanted.numerator, wanted.denominator),
            expected_version=score.version,
            by=by,
            at=clock.tick(),
        )
