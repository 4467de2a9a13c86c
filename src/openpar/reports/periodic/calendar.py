"""Which reports there are in a reform year, which days they tell of, and when each level owes them.

From data/reports/calendar.yaml; the version is that of the last day of the period.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from openpar.common.yaml_files import texts_of
from openpar.engine.errors import SetProblem
from openpar.engine.parameters import Parameters
from openpar.engine.periods import Calendar, Period, PeriodKind, period, period_of
from openpar.reports.periodic import data_files

FIRST_SUBMISSION, ACCEPTED_SUBMISSION = "first_submission", "accepted_submission"
PROVINCE = "province"
_MONTHS = "months"


@dataclass(frozen=True)
class Level:
    """Who reports to whom; `reporters`: kinds of organisations by the word that appendices use."""

    id: str
    name: str
    is_scored: bool
    reporters: Mapping[str, tuple[str, ...]]

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(kind for kinds in self.reporters.values() for kind in kinds)

    def reporter(self, kind: str) -> str:
        """The word for a kind of organisation; empty for one that does not report at this level."""
        return next((word for word, kinds in self.reporters.items() if kind in kinds), "")


@dataclass(frozen=True)
class ReportKind:
    """One of the reports of a year; `due`: day and month by level, or days after the period by level."""

    code: str
    name: str
    kind: PeriodKind
    number: int
    is_cumulative: bool
    outline: str
    is_optional: bool = False
    due: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    due_days_after: Mapping[str, int] = field(default_factory=dict)
    # Shorter reports of the year that lie in it; together all of its days with `contains_all`.
    contains: tuple[str, ...] = ()
    contains_all: bool = False

    def is_like(self, other: ReportKind) -> bool:
        """Do both count from the beginning of the year, or days of the same length?"""
        return self.kind is other.kind or (self.is_cumulative and other.is_cumulative)


@dataclass(frozen=True)
class Section:
    """A part of the text; without topics it is written by hand, a heading only where it is not required and
    others stand below it.
    """

    id: str
    number: str
    title: str
    topics: tuple[str, ...]
    is_required: bool
    is_appendix: bool = False


@dataclass(frozen=True)
class Version:
    """The calendar during [valid_from, valid_until)."""

    name: str
    valid_from: date
    valid_until: date | None
    source: str
    certainty: str
    on_time_by: str
    next_days: int
    levels: tuple[Level, ...]
    reports: tuple[ReportKind, ...]

    def level(self, id: str) -> Level | None:
        return next((level for level in self.levels if level.id == id), None)

    def level_of(self, kind: str) -> Level | None:
        """At which level a kind of organisation reports."""
        return next((level for level in self.levels if kind in level.kinds), None)


@dataclass(frozen=True)
class Asked:
    """One report of one reform year, by the version of the calendar that it is asked by."""

    report: ReportKind
    year: int
    period: Period
    version: Version

    @property
    def words(self) -> str:
        """“Báo cáo quý III/2026 (15/06/2026–14/09/2026)”."""
        return f"{self.name} ({_day(self.period.from_on)}–{_day(self.period.until_on)})"

    @property
    def name(self) -> str:
        """“Báo cáo quý III năm 2026”."""
        if self.report.kind is PeriodKind.YEAR:
            return f"{self.report.name} {self.year}"
        return f"{self.report.name} năm {self.year}"

    def due_on(self, level: str) -> date:
        """The legal day, before any day that is not worked is stepped over. Raises LookupError."""
        if level in self.report.due_days_after:
            return self.period.until_on + timedelta(days=self.report.due_days_after[level])
        if level not in self.report.due:
            raise LookupError(f"no due day of {self.report.code} for level {level}")
        day, month = self.report.due[level]
        return date(self.year, month, day)


@dataclass(frozen=True)
class ReportCalendar:
    """The whole file."""

    versions: tuple[Version, ...]
    outlines: Mapping[str, tuple[Section, ...]]

    def version_on(self, day: date) -> Version | None:
        return next(
            (
                version
                for version in self.versions
                if version.valid_from <= day and (version.valid_until is None or day < version.valid_until)
            ),
            None,
        )

    def reports_of(self, year: int) -> tuple[Asked, ...]:
        """The reports of a reform year in the order in which they fall due."""
        codes = dict.fromkeys(report.code for version in self.versions for report in version.reports)
        found = [asked for code in codes if (asked := self.asked(code, year)) is not None]
        return tuple(sorted(found, key=lambda one: (one.period.until_on, one.period.from_on)))

    def asked(self, code: str, year: int) -> Asked | None:
        """One report of a year; None where there is none, or the calendar does not reach so far back."""
        for version in self.versions:
            for report in version.reports:
                if report.code == code and date.min.year < year < date.max.year:
                    days = period(Calendar.REFORM, report.kind, year, report.number)
                    if self.version_on(days.until_on) == version:
                        return Asked(report, year, days, version)
        return None

    def before(self, asked: Asked) -> Asked | None:
        """The last report of the same year before this one whose days are like its own: from the beginning of
        the year both, or of the same length. A quarter is not measured against half a year.
        """
        earlier = [
            one
            for one in self.reports_of(asked.year)
            if one.period.until_on < asked.period.until_on and one.report.is_like(asked.report)
        ]
        return earlier[-1] if earlier else None

    def compared_with(self, asked: Asked) -> tuple[Asked, ...]:
        """What a report stands beside: the one before it in its year, and the same of the year before."""
        found = (self.before(asked), self.asked(asked.report.code, asked.year - 1))
        return tuple(one for one in found if one is not None)

    def sections(self, outline: str) -> tuple[Section, ...]:
        return self.outlines[outline]


def report_calendar() -> ReportCalendar:
    """The calendar of the data; read once."""
    return _loaded(data_files.folder() / "calendar.yaml")


def reform_year(day: date) -> int:
    """The reform year that a day belongs to: 20/12/2025 is in 2026."""
    return period_of(Calendar.REFORM, PeriodKind.YEAR, day).year


@lru_cache(maxsize=4)
def _loaded(path: Path) -> ReportCalendar:
    problems: list[SetProblem] = []
    given = Parameters(texts_of(path), "calendar.yaml", problems, "FORMAT")
    given.has("also_asked")
    wanted = given.found.get("also_asked")
    also = frozenset(map(str, wanted)) if isinstance(wanted, list) else frozenset[str]()
    given.has(_MONTHS)
    described = given.found.get(_MONTHS)
    months = Parameters(described, _MONTHS, problems) if isinstance(described, Mapping) else None
    monthly = tuple(_months(months)) if months and _MONTHS in also else ()
    versions = tuple(_version(row, also, monthly) for row in given.rows("versions"))
    outlines = {
        row.text("id", None): tuple(map(_section, row.rows("sections"))) for row in given.rows("outlines")
    }
    problems += _unknown_outlines(versions, outlines)
    given.finish()
    data_files.refuse_if(problems)
    return ReportCalendar(versions, outlines)


def _version(given: Parameters, also: frozenset[str], monthly: Sequence[ReportKind]) -> Version:
    given.where = given.text("version", None)
    reports = tuple(map(_report, given.rows("reports")))
    found = Version(
        name=given.where,
        valid_from=given.day("valid_from"),
        valid_until=given.optional_day("valid_until"),
        source=given.text("source", None),
        certainty=given.one_of("certainty", ("V", "S", "R"), None),
        on_time_by=given.one_of("on_time_by", (FIRST_SUBMISSION, ACCEPTED_SUBMISSION), None),
        next_days=int(given.number("next_days")),
        levels=tuple(map(_level, given.rows("levels"))),
        reports=(*(one for one in reports if not one.is_optional or one.code in also), *monthly),
    )
    given.finish()
    for report in reports:
        for level in found.levels:
            if level.id not in report.due:
                given.fault(f"{report.code}: thiếu hạn của cấp “{level.id}”.", "Ghi ngày/tháng.")
    return found


def _level(given: Parameters) -> Level:
    given.where = given.text("id", None)
    given.has("reporters")
    reporters = given.found.get("reporters") or {}
    assert isinstance(reporters, Mapping)
    found = Level(
        given.where,
        given.text("name", None),
        given.flag("scored", True),
        {str(word): tuple(map(str, kinds)) for word, kinds in reporters.items()},
    )
    given.finish()
    return found


def _report(given: Parameters) -> ReportKind:
    given.where = given.text("code", None)
    given.text("certainty")
    found = ReportKind(
        code=given.where,
        name=given.text("name", None),
        kind=PeriodKind(given.one_of("kind", [kind.value for kind in PeriodKind], None) or PeriodKind.YEAR),
        number=int(given.number("number")),
        is_cumulative=given.flag("cumulative", False),
        outline=given.text("outline", None),
        is_optional=given.flag("optional", False),
        due=dict(_due(given)),
        contains=given.optional_names("contains"),
        contains_all=given.flag("is_all", False),
    )
    given.finish()
    return found


def _due(given: Parameters) -> Iterator[tuple[str, tuple[int, int]]]:
    given.has("due")
    due = given.found.get("due")
    for level, text in (due if isinstance(due, Mapping) else {}).items():
        day, _slash, month = str(text).partition("/")
        try:
            date(2000, int(month), int(day))
        except ValueError:
            given.fault(f"Hạn của cấp “{level}” là “{text}”.", "Ghi ngày/tháng, ví dụ 20/03.")
            continue
        yield str(level), (int(day), int(month))


def _months(given: Parameters) -> Iterator[ReportKind]:
    after: Any = given.found.get("due_days_after") or {}
    for number in range(1, 13):
        yield ReportKind(
            code=f"m{number:02}",
            name=f"{given.text('name', None)} {number}",
            kind=PeriodKind.MONTH,
            number=number,
            is_cumulative=False,
            outline=given.text("outline", None),
            is_optional=True,
            due_days_after={str(level): int(days) for level, days in after.items()},
        )


def _section(given: Parameters) -> Section:
    given.where = given.text("id", None)
    given.has("topics")
    topics = given.found.get("topics")
    found = Section(
        given.where,
        given.text("number", None),
        given.text("title", None),
        tuple(map(str, topics)) if isinstance(topics, list) else (),
        given.flag("required", False),
        given.flag("appendix", False),
    )
    given.finish()
    return found


def _unknown_outlines(
    versions: Sequence[Version], outlines: Mapping[str, Sequence[Section]]
) -> list[SetProblem]:
    return [
        SetProblem(report.code, f"Không có đề cương “{report.outline}”.", "Ghi vào outlines.", "FORMAT")
        for version in versions
        for report in version.reports
        if report.outline not in outlines
    ]


def _day(day: date) -> str:
    return f"{day.day:02}/{day.month:02}/{day.year:04}"
