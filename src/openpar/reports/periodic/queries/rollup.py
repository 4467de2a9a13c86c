"""The figures of a province: the reports of its agencies put together; who is missing in a line is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from openpar.engine.report_lines import (
    Kind,
    Line,
    OverAgencies,
    Put,
    Value,
    leaf,
    own_value,
    percent,
    shown,
    together,
)
from openpar.reports.periodic.appendix import Appendix, appendix_on
from openpar.reports.periodic.calendar import Asked, report_calendar
from openpar.reports.periodic.models import ReportLock, ReportRevision
from openpar.reports.periodic.queries.loading import IN_FORCE, values_by_revision
from openpar.reports.periodic.queries.owed import organisations_owing


@dataclass(frozen=True)
class Reporter:
    """One agency in the roll-up, with what it reports."""

    organisation_id: int
    name: str
    report_id: int
    revision: int
    reporter: str
    values: Mapping[str, Value]


@dataclass(frozen=True)
class RolledLine:
    """One line of the province."""

    line: Line
    put: Put

    @property
    def value(self) -> Value:
        return shown(self.line, self.put)

    @property
    def percent(self) -> Decimal | None:
        return percent(self.value) if self.line.kind is Kind.RATIO else None

    @property
    def is_added_up(self) -> bool:
        return self.line.over_agencies is not OverAgencies.OWN


@dataclass(frozen=True)
class RollUp:
    """A period put together: `missing` of those `owing` (names by id) have nothing that counts; `lock` if it
    is as it was cut off.
    """

    asked: Asked
    level: str
    appendix: Appendix
    owing: Mapping[int, str]
    reporters: tuple[Reporter, ...]
    missing: tuple[str, ...]
    lines: tuple[RolledLine, ...]
    lock: ReportLock | None = None

    def rolled(self, code: str) -> RolledLine | None:
        return next((one for one in self.lines if one.line.code == code), None)


def roll_up(asked: Asked, level: str, *, as_locked: bool = False) -> RollUp | None:
    """The period as it is now, or as it was cut off; four queries, however many agencies there are.

    None without an appendix, or without a cut-off where that is asked for.
    """
    appendix = appendix_on(asked.period.until_on)
    lock = ReportLock.objects.filter(code=asked.report.code, year=asked.year, level=level).first()
    if appendix is None or (as_locked and lock is None):
        return None
    owing = organisations_owing(asked, level)
    revisions = ReportRevision.objects.filter(
        report__code=asked.report.code, report__year=asked.year, report__level=level
    )
    chosen = revisions.filter(lock=lock) if as_locked else revisions.filter(state__in=IN_FORCE)
    newest = {row.report.organisation_id: row for row in chosen.select_related("report").order_by("number")}
    values = values_by_revision(row.pk for row in newest.values())
    reporters = tuple(
        Reporter(
            one,
            name,
            newest[one].report_id,
            newest[one].number,
            newest[one].report.reporter,
            values.get(newest[one].pk, {}),
        )
        for one, name in owing.items()
        if one in newest
    )
    return RollUp(
        asked=asked,
        level=level,
        appendix=appendix,
        owing=owing,
        reporters=reporters,
        missing=tuple(name for one, name in owing.items() if one not in newest),
        lines=tuple(RolledLine(line, put_together(line, reporters)) for line in appendix.lines),
        lock=lock if as_locked else None,
    )


def put_together(line: Line, reporters: tuple[Reporter, ...]) -> Put:
    """A line over the agencies of which it is asked."""
    return together(
        leaf(line, one.name, own_value(line, one.values))
        for one in reporters
        if not line.of or one.reporter in line.of
    )


def rolls_compared(asked: Asked, level: str) -> tuple[RollUp, ...]:
    """The report before it in its year and the same of the year before, as each was cut off, else as it is;
    those to which nobody reported are left out.
    """
    found = (
        roll_up(one, level, as_locked=True) or roll_up(one, level)
        for one in report_calendar().compared_with(asked)
    )
    return tuple(one for one in found if one is not None and one.reporters)
