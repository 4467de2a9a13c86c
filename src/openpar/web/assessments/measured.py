"""The measured figure of one leaf as the sheet of its unit shows it."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from openpar.engine.answers import Answer
from openpar.parindex.assessments.models import Score
from openpar.parindex.assessments.queries.figures import Asked, figures_of, takes_figure, used_figures
from openpar.parindex.assessments.sheets import Sheet
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.web.indicators.of_leaves import ShownLeafFigure, shown_leaf_figure


def measured_figure(
    sheet: Sheet, leaf: LoadedLeaf, own: Score | None, at: datetime
) -> ShownLeafFigure | None:
    """What was measured beside what the unit says; None, and no query, where no indicator is named."""
    if not takes_figure(leaf):
        return None
    used = used_figures([own.pk]) if own is not None else {}
    unit, today = sheet.assessment.organisation_id, timezone.localdate(at)
    asked = Asked(
        unit,
        leaf,
        None if own is None else Answer.from_json(own.answer),
        None if own is None else used.get(own.pk),
    )
    found = figures_of([asked], year=sheet.round.year, today=today)
    return shown_leaf_figure(found[unit, leaf.id], unit, today)
