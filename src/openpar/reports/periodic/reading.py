"""One report as pages and documents show it: figures with their provenance, text, revisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from openpar.base.organisations.queries import names_on
from openpar.engine.periods import Period
from openpar.engine.report_lines import Line, Value, own_value
from openpar.reports.periodic.appendix import Appendix
from openpar.reports.periodic.calendar import Asked, Section, report_calendar
from openpar.reports.periodic.lateness import working_days
from openpar.reports.periodic.models import (
    PeriodicReport,
    ReportRevision,
    ReportSection,
    ReportValue,
    RevisionState,
)
from openpar.reports.periodic.queries.loading import (
    SENT,
    appendix_of,
    asked_of,
    lines_of,
    period_of,
    value_of,
    values_by_revision,
)
from openpar.reports.periodic.rules import Reconciled, reconcile
from openpar.reports.periodic.sources import source_labels


@dataclass(frozen=True)
class LineView:
    """One line: its value, the stored row behind it, and what it was in each report compared with."""

    line: Line
    value: Value
    row: ReportValue | None
    before: tuple[Value, ...] = ()

    @property
    def is_typed(self) -> bool:
        return self.row is not None and self.row.origin == ReportValue.Origin.TYPED

    @property
    def computed(self) -> Value:
        return Value(self.row.computed_first, self.row.computed_second) if self.row else Value()

    @property
    def differs(self) -> bool:
        """Is what is reported other than what was computed?"""
        return bool(self.row and self.row.source and value_of(self.row) != self.computed)


@dataclass(frozen=True)
class Counted:
    """How many figures of a report came from where: the burden of typing."""

    typed: int
    computed: int
    imported: int
    blank: int


@dataclass(frozen=True)
class SectionView:
    """A part of the text with its heading; `row` None in a revision made before the part was asked for."""

    section: Section
    row: ReportSection | None

    @property
    def text(self) -> str:
        return self.row.text if self.row else ""


@dataclass(frozen=True)
class ReportView:
    """Everything about one revision of a report."""

    report: PeriodicReport
    revision: ReportRevision
    agency: str
    asked: Asked
    period: Period
    appendix: Appendix
    due_on: date
    lines: tuple[LineView, ...]
    sections: tuple[SectionView, ...]
    reconciled: tuple[Reconciled, ...]
    revisions: tuple[ReportRevision, ...]
    compared: tuple[Asked, ...]
    # What it would stand beside too, had anything been sent.
    never_sent: tuple[Asked, ...]

    @property
    def is_draft(self) -> bool:
        return self.revision.state == RevisionState.DRAFT

    @property
    def is_newest(self) -> bool:
        return self.revision.pk == self.revisions[-1].pk

    @property
    def counted(self) -> Counted:
        """The figures by where they came from; a line of two figures counts two."""
        origins = ReportValue.Origin
        cells: dict[str, int] = {}
        for one in self.lines:
            origin = one.row.origin if one.row and not value_of(one.row).is_blank else ""
            cells[origin] = cells.get(origin, 0) + one.line.cells
        return Counted(
            cells.get(origins.TYPED, 0),
            cells.get(origins.COMPUTED, 0),
            cells.get(origins.IMPORTED, 0),
            cells.get("", 0),
        )

    @property
    def values(self) -> dict[str, Value]:
        return {one.line.code: one.value for one in self.lines}


def report_view(report_id: int, number: int | None = None) -> ReportView | None:
    """The newest revision of a report, or the one with this number; None if there is none."""
    rows = ReportRevision.objects.filter(report=report_id).select_related(
        "report", "made_by", "submitted_by", "returned_by", "accepted_by", "lock", "signed_document"
    )
    revisions = tuple(rows.order_by("number"))
    wanted = [one for one in revisions if number is None or one.number == number]
    if not wanted:
        return None
    revision = wanted[-1]
    report, asked = revision.report, asked_of(revision.report)
    rows_by_line = {row.line: row for row in revision.values.select_related("by", "document", "batch")}
    compared = compared_with(report)
    lines = _line_views(revision, rows_by_line, [values for _asked, values in compared])
    stands_beside = tuple(one for one, _values in compared)
    return ReportView(
        report=report,
        revision=revision,
        agency=names_on([report.organisation_id], asked.period.until_on).get(report.organisation_id, ""),
        asked=asked,
        period=period_of(revision),
        appendix=appendix_of(revision),
        due_on=revision.due_on or working_days().due_on(asked, report.level),
        lines=lines,
        sections=_section_views(revision, asked),
        reconciled=reconcile(revision, {one.line.code: one.value for one in lines}),
        revisions=revisions,
        compared=stands_beside,
        never_sent=tuple(one for one in report_calendar().compared_with(asked) if one not in stands_beside),
    )


def compared_with(report: PeriodicReport) -> tuple[tuple[Asked, Mapping[str, Value]], ...]:
    """The report before it in its year and the same of the year before, with what was sent in each; those of
    which nothing was sent are left out. Two queries.
    """
    others = report_calendar().compared_with(asked_of(report))
    rows = ReportRevision.objects.filter(
        report__organisation=report.organisation_id,
        report__code__in={one.report.code for one in others},
        report__year__in={one.year for one in others},
        state__in=SENT,
    )
    newest = {
        (row.report.code, row.report.year): row.pk for row in rows.select_related("report").order_by("number")
    }
    sent = [(one, newest.get((one.report.code, one.year))) for one in others]
    values = values_by_revision(pk for _one, pk in sent if pk is not None)
    return tuple((one, values.get(pk, {})) for one, pk in sent if pk is not None)


def source_name(row: ReportValue | None) -> str:
    """What the source of a computed figure is called."""
    return source_labels().get(row.source, row.source) if row and row.source else ""


def _line_views(
    revision: ReportRevision, rows: Mapping[str, ReportValue], before: Sequence[Mapping[str, Value]]
) -> tuple[LineView, ...]:
    values = {code: value_of(row) for code, row in rows.items()}
    return tuple(
        LineView(
            line,
            own_value(line, values),
            rows.get(line.code),
            tuple(own_value(line, one) for one in before),
        )
        for line in lines_of(revision)
    )


def _section_views(revision: ReportRevision, asked: Asked) -> tuple[SectionView, ...]:
    rows = {row.key: row for row in revision.sections.select_related("by")}
    sections = report_calendar().sections(asked.report.outline)
    return tuple(SectionView(section, rows.get(section.id)) for section in sections)
