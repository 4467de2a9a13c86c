"""What does not add up in a report: identities of its lines, and figures against the shorter reports in it.

Looks at stored figures, changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from openpar.engine.report_lines import Line, OverTime, Value, is_complete
from openpar.reports.periodic.calendar import Asked, report_calendar
from openpar.reports.periodic.models import PeriodicReport, ReportExplanation, ReportRevision
from openpar.reports.periodic.queries.loading import (
    SENT,
    appendix_of,
    asked_of,
    lines_of,
    values_by_revision,
)


@dataclass(frozen=True)
class Reconciled:
    """One thing that must hold; `holds` and `gap` None where a figure is not known.

    `explanation` in force for exactly this gap.
    """

    identity: str
    title: str
    equation: str
    holds: bool | None
    gap: int | None
    explanation: ReportExplanation | None = None

    @property
    def is_open(self) -> bool:
        """Does it not hold, with nobody's words for it?"""
        return self.holds is False and self.explanation is None


def reconcile(revision: ReportRevision, values: Mapping[str, Value]) -> tuple[Reconciled, ...]:
    """Everything that can be checked of a revision: within it, and against shorter reports of the year."""
    codes = {line.code for line in lines_of(revision)}
    appendix = appendix_of(revision)
    known = {row.identity: row for row in revision.explanations.select_related("by")}
    found = [
        Reconciled(one.identity, appendix.identity_text(one.identity), one.equation, one.holds, one.gap)
        for one, identity in zip(appendix.reconciled(values), appendix.identities.identities, strict=True)
        if {name.partition("/")[0] for name in (*identity.whole, *identity.parts)} <= codes
    ]
    found += _against_parts(revision, values)
    return tuple(_with_words(one, known.get(one.identity)) for one in found)


def unexplained(revision: ReportRevision, *, with_explained: bool = False) -> tuple[Reconciled, ...]:
    """What does not hold, of stored figures."""
    values = values_by_revision([revision.pk]).get(revision.pk, {})
    return tuple(
        one for one in reconcile(revision, values) if one.is_open or (with_explained and one.holds is False)
    )


def parts_of(report: PeriodicReport) -> list[dict[str, Value]]:
    """The figures sent of the shorter reports that lie in a report's days."""
    asked = asked_of(report)
    wanted = [
        part
        for code in asked.report.contains
        if (part := report_calendar().asked(code, report.year)) is not None
    ]
    rows = ReportRevision.objects.filter(
        report__organisation=report.organisation_id,
        report__year=report.year,
        report__code__in=[part.report.code for part in wanted],
        state__in=SENT,
    )
    newest = {row.report.code: row for row in rows.select_related("report").order_by("number")}
    values = values_by_revision(row.pk for row in newest.values())
    return [values.get(newest[part.report.code].pk, {}) for part in wanted if part.report.code in newest]


def _against_parts(revision: ReportRevision, values: Mapping[str, Value]) -> list[Reconciled]:
    """A flow over the whole is not less than over the parts of it; over all its parts it is their sum."""
    asked = asked_of(revision.report)
    parts = parts_of(revision.report)
    if not parts or len(parts) < len(asked.report.contains):
        return []
    found = []
    for line in lines_of(revision):
        if line.over_time is not OverTime.SUM or line.is_derived:
            continue
        one = _flow(
            line,
            asked,
            values.get(line.code, Value()),
            [each.get(line.code, Value()) for each in parts],
        )
        if one is not None:
            found.append(one)
    return found


def _flow(line: Line, asked: Asked, whole: Value, parts: Sequence[Value]) -> Reconciled | None:
    """Only what does not hold: that all 40 flows hold is not worth a line each."""
    if not is_complete(line, whole) or not all(is_complete(line, part) for part in parts):
        return None
    assert whole.first is not None
    added = sum(int(part.first or 0) for part in parts)
    gap = int(whole.first) - added
    if gap == 0 or (gap > 0 and not asked.report.contains_all):
        return None
    sign = "<" if not asked.report.contains_all else "≠"
    names = ", ".join(
        part.report.name.lower()
        for code in asked.report.contains
        if (part := report_calendar().asked(code, asked.year)) is not None
    )
    title = _("%(line)s so với %(reports)s") % {"line": f"{line.code} {line.name}", "reports": names}
    return Reconciled(f"parts:{line.code}", title, f"{int(whole.first)} {sign} {added}", False, gap)


def _with_words(one: Reconciled, row: ReportExplanation | None) -> Reconciled:
    fits = row is not None and one.holds is False and row.gap == one.gap
    return Reconciled(one.identity, one.title, one.equation, one.holds, one.gap, row if fits else None)
