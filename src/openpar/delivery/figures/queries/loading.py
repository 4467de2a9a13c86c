"""Revisions as plain figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from openpar.delivery.figures.forms import form_of_version, with_placement
from openpar.delivery.figures.models import FigureLine, FigureRevision, FigureSheet
from openpar.delivery.figures.rows import Figures, Line
from openpar.engine.forms import Form
from openpar.engine.periods import Calendar, Period, PeriodKind, period


def legal_period(sheet: FigureSheet) -> Period:
    """The whole period of a sheet by its rule."""
    return period(Calendar(sheet.calendar), PeriodKind(sheet.kind), sheet.year, sheet.number)


def period_of_revision(revision: FigureRevision) -> Period:
    """The days that a revision counts: the period, cut off where it was counted early."""
    return legal_period(revision.sheet).cut_off(revision.until_on)


def base_form(revision: FigureRevision) -> Form:
    """The version of the form, without the columns of the placement."""
    return form_of_version(revision.sheet.form_code, revision.form_version)


def figures_of(revision: FigureRevision, rows: Iterable[FigureLine]) -> Figures:
    """The figures of a revision from its rows."""
    listed = [
        Line(row.block, row.label, row.counts, is_total=row.is_total, origins=row.origins)
        for row in sorted(rows, key=lambda row: row.position)
    ]
    return Figures(
        form=with_placement(base_form(revision), revision.placement),
        lines=tuple(line for line in listed if not line.is_total),
        stated=tuple(line for line in listed if line.is_total),
    )


def load_figures(revisions: Iterable[FigureRevision]) -> dict[int, Figures]:
    """The figures of several revisions, with their sheets loaded, by id; one query."""
    listed = list(revisions)
    rows: defaultdict[int, list[FigureLine]] = defaultdict(list)
    for row in FigureLine.objects.filter(revision__in=[revision.pk for revision in listed]):
        rows[row.revision_id].append(row)
    return {revision.pk: figures_of(revision, rows[revision.pk]) for revision in listed}
