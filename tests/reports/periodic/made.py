"""Reports for the tests, made by the same actions that people use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings

from openpar.base.accounts.models import Role
from openpar.base.calendars.actions import load_calendar
from openpar.base.calendars.files import shipped_calendar
from openpar.base.organisations.models import Kind, Organisation
from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from openpar.engine.report_lines import Kind as LineKind
from openpar.engine.report_lines import Line, Value
from openpar.reports.periodic.actions.computing import Entry, save_values
from openpar.reports.periodic.actions.locking import lock_period
from openpar.reports.periodic.actions.opening import open_report
from openpar.reports.periodic.actions.submitting import (
    accept_report,
    return_report,
    revise_report,
    submit_report,
)
from openpar.reports.periodic.actions.writing import save_section
from openpar.reports.periodic.models import PeriodicReport, ReportLock, ReportRevision
from openpar.reports.periodic.queries.loading import lines_of
from openpar.reports.periodic.reading import ReportView, report_view
from tests import factories

YEAR = 2026
# Quarter III is due on 16/09/2026, a Wednesday.
ON_TIME = datetime(2026, 9, 16, 16, 0, tzinfo=VIETNAM)
LATE = datetime(2026, 9, 21, 9, 0, tzinfo=VIETNAM)
CUT_OFF = datetime(2026, 9, 18, 9, 0, tzinfo=VIETNAM)


@dataclass(frozen=True)
class Office:
    """An agency with its officer and its head."""

    agency: Organisation
    officer: Actor
    head: Actor


@dataclass(frozen=True)
class Province:
    """UBND tỉnh, Sở Nội vụ with its manager, three agencies, leaders and auditors."""

    committee: Organisation
    home: Office
    manager: Actor
    health: Office
    justice: Office
    ward: Office
    leader: Actor
    auditor: Actor

    @property
    def offices(self) -> tuple[Office, ...]:
        return (self.home, self.health, self.justice, self.ward)


def office(name: str, parent: Organisation, *, kind: Kind = Kind.DEPARTMENT) -> Office:
    agency = factories.organisation(name, kind=kind, parent=parent)
    officer = factories.actor_as(Role.FOCAL_OFFICER, agency, f"Cán bộ {name}")
    return Office(agency, officer, factories.actor_as(Role.AGENCY_HEAD, agency, f"Thủ trưởng {name}"))


def province(*, with_calendar: bool = True) -> Province:
    """The people and agencies; nothing reported yet."""
    if with_calendar:
        load_shipped_calendar()
    name = "Ủy ban nhân dân tỉnh Lâm Đồng"
    committee = factories.organisation(name, kind=Kind.PEOPLES_COMMITTEE, assessed=False)
    home = office("Sở Nội vụ", committee)
    return Province(
        committee=committee,
        home=home,
        manager=factories.actor_as(Role.ROUND_MANAGER, home.agency, "Ngô Thị Quản"),
        health=office("Sở Y tế", committee),
        justice=office("Sở Tư pháp", committee),
        ward=office("Phường Xuân Hương", committee, kind=Kind.WARD),
        leader=factories.actor_as(Role.LEADER, committee, "Trần Văn Lãnh"),
        auditor=factories.actor_as(Role.AUDITOR, committee, "Lê Kiểm"),
    )


def load_shipped_calendar() -> None:
    """The working calendar of the data."""
    load_calendar(
        file=shipped_calendar(settings.OPENPAR_DATA_DIR), by=factories.registrar(), at=factories.MOMENT
    )


def begun(who: Office, code: str = "q3", *, year: int = YEAR, at: datetime = ON_TIME) -> PeriodicReport:
    return open_report(by=who.officer, at=at, organisation_id=who.agency.pk, code=code, year=year)


def newest(report: PeriodicReport) -> ReportRevision:
    return ReportRevision.objects.select_related("report").filter(report=report).order_by("-number")[0]


def some_value(line: Line, times: int = 1) -> Value:
    """Figures that satisfy every identity of the appendix: a ratio of 40 over 50, a pair of 50 and 40."""
    first, second = 40 * times, 50 * times
    if line.kind is LineKind.CODE:
        return Value(Decimal(min(line.meanings)))
    if line.kind is LineKind.RATIO:
        return Value(Decimal(first), Decimal(second))
    if line.code in ("3.5.2", "5.1"):
        return Value(Decimal(first), Decimal(second))
    if line.kind is LineKind.PAIR:
        return Value(Decimal(second), Decimal(first))
    # What must be reviewed is not less than what was.
    return Value(Decimal(second if line.code == "2.3.1" else 0))


def typed(
    who: Office | Actor,
    report: PeriodicReport,
    figures: Mapping[str, Value] | None = None,
    reasons: Mapping[str, str] | None = None,
    *,
    at: datetime = ON_TIME,
) -> int:
    """Figures as somebody types them; a line that is not named stays as it is."""
    revision = newest(report)
    there = {row.line: row for row in revision.values.all()}
    given, why = dict(figures or {}), dict(reasons or {})
    entries = {}
    for code in {*given, *why}:
        row = there.get(code)
        stored = Value(row.first, row.second) if row else Value()
        entries[code] = Entry(given.get(code, stored), why.get(code, row.reason if row else ""))
    by = who.officer if isinstance(who, Office) else who
    saved = save_values(
        by=by, at=at, revision_id=revision.pk, expected_figures=revision.figures_version, entries=entries
    )
    return saved.figures


def filled(
    who: Office | Actor,
    report: PeriodicReport,
    figures: Mapping[str, Value] | None = None,
    *,
    at: datetime = ON_TIME,
    times: int = 1,
) -> PeriodicReport:
    """A draft in which nothing is missing: figures on every line, words in every part."""
    revision = newest(report)
    there = {row.line for row in revision.values.all() if row.origin}
    usual = {line.code: some_value(line, times) for line in lines_of(revision) if not line.is_derived}
    usual = {code: value for code, value in usual.items() if code not in there}
    typed(who, report, {**usual, **(figures or {})}, at=at)
    by = who.officer if isinstance(who, Office) else who
    for section in newest(report).sections.filter(text=""):
        written(by, report, section.key, "Nội dung đã thực hiện trong kỳ.", at=at)
    return report


def written(by: Actor, report: PeriodicReport, key: str, text: str, *, at: datetime = ON_TIME) -> None:
    section = newest(report).sections.get(key=key)
    save_section(
        by=by,
        at=at,
        revision_id=section.revision_id,
        key=key,
        expected_version=section.version,
        text=text,
    )


def submitted(by: Office | Actor, report: PeriodicReport, *, at: datetime = ON_TIME) -> ReportRevision:
    head = by.head if isinstance(by, Office) else by
    revision = newest(report)
    return submit_report(by=head, at=at, revision_id=revision.pk, expected_version=revision.version)


def sent(
    who: Office,
    figures: Mapping[str, Value] | None = None,
    code: str = "q3",
    *,
    year: int = YEAR,
    at: datetime = ON_TIME,
) -> PeriodicReport:
    """A whole report, sent."""
    report = filled(who, begun(who, code, year=year, at=at), figures, at=at)
    submitted(who, report, at=at)
    return report


def accepted(by: Actor, report: PeriodicReport, *, at: datetime = ON_TIME) -> ReportRevision:
    return accept_report(by=by, at=at, revision_id=newest(report).pk)


def returned(
    by: Actor, report: PeriodicReport, reason: str = "Thiếu số liệu", *, at: datetime = ON_TIME
) -> None:
    return_report(by=by, at=at, revision_id=newest(report).pk, reason=reason)


def revised(
    who: Office,
    report: PeriodicReport,
    figures: Mapping[str, Value],
    reason: str = "Cộng sót một xã",
    *,
    at: datetime = LATE,
) -> ReportRevision:
    """The next revision with other figures, sent."""
    revise_report(by=who.officer, at=at, report_id=report.pk, reason=reason)
    typed(who, report, figures, dict.fromkeys(figures, "Số liệu đã kiểm tra lại"), at=at)
    return submitted(who, report, at=at)


def locked(by: Actor, code: str = "q3", *, year: int = YEAR, at: datetime = CUT_OFF) -> ReportLock:
    return lock_period(by=by, at=at, code=code, year=year, level="unit")


def view_of(report: PeriodicReport, number: int | None = None) -> ReportView:
    found = report_view(report.pk, number)
    assert found is not None
    return found


def number(value: int) -> Value:
    return Value(Decimal(value))


def pair(first: int, second: int) -> Value:
    return Value(Decimal(first), Decimal(second))
