"""Reports and revisions as plain facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from openpar.engine.periods import Period
from openpar.engine.report_lines import Line, Value, own_value
from openpar.reports.periodic.appendix import Appendix, appendix_of_version
from openpar.reports.periodic.calendar import Asked, report_calendar
from openpar.reports.periodic.models import PeriodicReport, ReportRevision, ReportValue, RevisionState
from openpar.reports.periodic.told import Subject

# Revisions whose figures may be read by others than the organisation itself.
SENT = (RevisionState.SUBMITTED, RevisionState.ACCEPTED, RevisionState.LOCKED)
IN_FORCE = (RevisionState.ACCEPTED, RevisionState.LOCKED)


def asked_of(report: PeriodicReport) -> Asked:
    """What the calendar asks by a report. Raises LookupError for one that the data no longer knows."""
    found = report_calendar().asked(report.code, report.year)
    if found is None:
        raise LookupError(f"no report {report.code}/{report.year} in the calendar")
    return found


def period_of(revision: ReportRevision) -> Period:
    """The days that a revision counts: the period, cut off where it was counted early."""
    return asked_of(revision.report).period.cut_off(revision.until_on)


def appendix_of(revision: ReportRevision) -> Appendix:
    return appendix_of_version(revision.appendix_version)


def lines_of(revision: ReportRevision) -> tuple[Line, ...]:
    """The lines that the organisation fills in."""
    return appendix_of(revision).lines_of(revision.report.reporter)


def subject_of(revision: ReportRevision, at: datetime) -> Subject:
    report = revision.report
    return Subject(
        report.organisation_id, report.level, report.reporter, asked_of(report), period_of(revision), at
    )


def value_of(row: ReportValue) -> Value:
    return Value(row.first, row.second)


def computed_of(row: ReportValue) -> Value:
    return Value(row.computed_first, row.computed_second)


def authors_of(revision: ReportRevision) -> frozenset[int]:
    """Who made and who sent a revision, and everybody whose figures or words stand in it; three queries."""
    wrote: set[int | None] = {revision.made_by_id, revision.submitted_by_id}
    for parts in (revision.values, revision.sections, revision.explanations):
        wrote.update(parts.order_by().values_list("by", flat=True).distinct())
    return frozenset(one for one in wrote if one is not None)


def values_by_revision(revision_ids: Iterable[int]) -> dict[int, dict[str, Value]]:
    """The reported figures of several revisions by line; one query."""
    found: defaultdict[int, dict[str, Value]] = defaultdict(dict)
    rows = ReportValue.objects.filter(revision__in=list(revision_ids))
    for revision_id, line, first, second in rows.values_list("revision_id", "line", "first", "second"):
        found[revision_id][line] = Value(first, second)
    return dict(found)


def with_derived(lines: Iterable[Line], values: Mapping[str, Value]) -> dict[str, Value]:
    """The values of lines, those that are computed from others among them."""
    return {line.code: own_value(line, values) for line in lines}


def revision_in_force(report: PeriodicReport) -> ReportRevision | None:
    """What counts of a report now: the newest that was accepted."""
    return report.revisions.filter(state__in=IN_FORCE).order_by("-number").first()
