"""The periodic reports of an agency: figures that the program has, the others typed; one sent late."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from openpar.demo.calendar import moment
from openpar.demo.offices import Office
from openpar.demo.reform_models import evaluated
from openpar.demo.rounds import Places
from openpar.engine.report_lines import Kind, Line, Value
from openpar.reform.initiatives.duty import PeriodKey
from openpar.reports.periodic.actions.computing import Entry, save_values
from openpar.reports.periodic.actions.opening import open_report
from openpar.reports.periodic.actions.submitting import accept_report, submit_report
from openpar.reports.periodic.actions.writing import save_section
from openpar.reports.periodic.calendar import report_calendar
from openpar.reports.periodic.models import ReportRevision
from openpar.reports.periodic.queries.loading import lines_of
from openpar.reports.periodic.queries.owed import owed_in_year

_DAYS_LATE = 6
# How many quarters a report tells of, for figures that add up over the year.
_PARTS = {"q1": 1, "h1": 2, "q3": 1, "m9": 3, "year": 4}


def reports(places: Places, each: Office, year: int, *, late: str = "", until: date | None = None) -> None:
    """Every report of a year that was due by `until`: sent on the day before it is due, `late` after it."""
    for owed in owed_in_year([each.id], year):
        code = owed.asked.report.code
        if until is not None and owed.due_on >= until:
            continue
        on = owed.due_on + timedelta(days=_DAYS_LATE) if code == late else owed.due_on
        _sent(places, each, code, year, on)


def _sent(places: Places, each: Office, code: str, year: int, on: date) -> None:
    asked = report_calendar().asked(code, year)
    assert asked is not None
    evaluated(each, PeriodKey(asked.period.kind, year, asked.period.number), on)
    report = open_report(by=each.officer, at=moment(on), organisation_id=each.id, code=code, year=year)
    revision = report.revisions.get()
    _filled(revision, each, on)
    for section in revision.sections.filter(text=""):
        save_section(
            by=each.officer,
            at=moment(on),
            revision_id=revision.pk,
            key=section.key,
            expected_version=section.version,
            text="Đơn vị thực hiện theo kế hoạch; không có nội dung phát sinh trong kỳ.",
        )
    revision.refresh_from_db()
    submit_report(by=each.head, at=moment(on), revision_id=revision.pk, expected_version=revision.version)
    accept_report(by=places.manager, at=moment(on + timedelta(days=1)), revision_id=revision.pk)


def _filled(revision: ReportRevision, each: Office, on: date) -> None:
    """What no source computes is typed: invented, like everything of the demo."""
    known = set(revision.values.exclude(origin="").values_list("line", flat=True))
    missing = [line for line in lines_of(revision) if not line.is_derived and line.code not in known]
    save_values(
        by=each.officer,
        at=moment(on),
        revision_id=revision.pk,
        expected_figures=revision.figures_version,
        entries={line.code: Entry(_invented(line, _PARTS[revision.report.code]), "") for line in missing},
    )


def _invented(line: Line, parts: int) -> Value:
    if line.kind is Kind.CODE:
        return Value(Decimal(min(line.meanings)))
    # Of steering the program knows what there is: what it does not count did not happen.
    count = Decimal(0 if line.field == "F0" else 20 * parts)
    if line.kind is Kind.PAIR:
        return Value(count, count)
    if line.kind is Kind.RATIO:
        return Value(count - parts, count)
    return Value(count)
