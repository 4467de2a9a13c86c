"""One sheet with everything its pages and its report show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from openpar.base.organisations.queries import names_on
from openpar.common.formats import format_moment
from openpar.delivery.figures.models import (
    FigureRevision,
    FigureSheet,
    Filling,
    GapExplanation,
    RevisionState,
)
from openpar.delivery.figures.queries.loading import base_form, load_figures, period_of_revision
from openpar.delivery.figures.queries.neighbours import before_period, parts_of_period
from openpar.delivery.figures.rows import Figures, Neighbour
from openpar.delivery.figures.rules import Explained, Found, Judged, judge, look_at
from openpar.delivery.figures.sources import all_sources
from openpar.engine.forms import Form
from openpar.engine.periods import Period


@dataclass(frozen=True)
class Origin:
    """Where figures come from: the kind of act, by whom, when; the file or the source.

    `source` is as people read it, `source_name` the stable word.
    """

    id: int
    origin: Filling.Origin
    by: str
    at: datetime
    file_name: str
    sha256: str
    source: str
    source_name: str


@dataclass(frozen=True)
class SheetView:
    """One revision of a sheet, judged; `origins` by the id of the filling."""

    sheet: FigureSheet
    revision: FigureRevision
    agency: str
    period: Period
    base: Form
    figures: Figures
    before: Neighbour | None
    parts: tuple[Neighbour, ...]
    found: tuple[Found, ...]
    judged: tuple[Judged, ...]
    origins: dict[int, Origin]
    revisions: tuple[FigureRevision, ...]

    @property
    def is_draft(self) -> bool:
        return self.revision.state == RevisionState.DRAFT

    @property
    def is_newest(self) -> bool:
        return self.revision.number == self.revisions[-1].number

    @property
    def unexplained(self) -> tuple[Judged, ...]:
        return tuple(each for each in self.judged if each.explanation is None)

    @property
    def placement_name(self) -> str:
        """Where counts without a column go, as the report prints it; empty if the form has no choice."""
        return self.base.placement(self.revision.placement).name if self.revision.placement else ""


def sheet_view(sheet_id: int, number: int | None = None) -> SheetView | None:
    """The newest revision of a sheet, or the one with this number; None if there is none."""
    found = FigureRevision.objects.filter(sheet=sheet_id).select_related(
        "sheet", "made_by", "signed_by", "returned_by"
    )
    revisions = tuple(found.order_by("number"))
    wanted = [revision for revision in revisions if number is None or revision.number == number]
    if not wanted:
        return None
    revision = wanted[-1]
    days = period_of_revision(revision)
    names = names_on([revision.sheet.organisation_id], days.until_on)
    base, figures = base_form(revision), load_figures([revision])[revision.pk]
    before, parts = neighbours_of(revision)
    looked = look_at(figures, base, before=before, parts=parts)
    return SheetView(
        sheet=revision.sheet,
        revision=revision,
        agency=names.get(revision.sheet.organisation_id, ""),
        period=days,
        base=base,
        figures=figures,
        before=before,
        parts=parts,
        found=looked,
        judged=judge(looked, explanations_of(revision)),
        origins=_origins(revision.sheet),
        revisions=revisions,
    )


def neighbours_of(revision: FigureRevision) -> tuple[Neighbour | None, tuple[Neighbour, ...]]:
    """The signed period before, and the signed periods that make up this one."""
    days = period_of_revision(revision)
    asked = (revision.sheet.organisation_id, revision.sheet.form_code, days)
    return before_period(*asked), parts_of_period(*asked)


def explanations_of(revision: FigureRevision) -> tuple[Explained, ...]:
    """The explanations of a revision, with who gave them and when."""
    return tuple(
        Explained(
            place=row.place,
            identity=row.identity,
            gap=row.gap,
            text=row.text,
            by=row.by.full_name if row.by else "",
            at=format_moment(row.at),
        )
        for row in GapExplanation.objects.filter(revision=revision).select_related("by")
    )


def _origins(sheet: FigureSheet) -> dict[int, Origin]:
    labels = {source.name: str(source.label) for source in all_sources()}
    return {
        row.pk: Origin(
            id=row.pk,
            origin=Filling.Origin(row.origin),
            by=row.by.full_name if row.by else "",
            at=row.at,
            file_name=row.batch.file_name if row.batch else "",
            sha256=row.batch.sha256 if row.batch else "",
            source=labels.get(row.source, row.source),
            source_name=row.source,
        )
        for row in Filling.objects.filter(sheet=sheet).select_related("by", "batch")
    }
