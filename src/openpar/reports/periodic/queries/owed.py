"""Who owes which report, and how it stands; the reports of a year of one organisation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.reports.periodic.calendar import Asked, report_calendar
from openpar.reports.periodic.lateness import WorkingDays, working_days
from openpar.reports.periodic.models import ReportRevision, RevisionState


@dataclass(frozen=True)
class OwedReport:
    """One report that an organisation owes, and its revisions; `report_id` None: not begun.

    `newest` is where work goes on; `sent_at` is the first submission, `in_force` what counts now.
    """

    asked: Asked
    level: str
    organisation_id: int
    name: str
    due_on: date
    report_id: int | None = None
    newest: ReportRevision | None = None
    in_force: ReportRevision | None = None
    sent: ReportRevision | None = None

    @property
    def state(self) -> RevisionState | None:
        return RevisionState(self.newest.state) if self.newest else None

    @property
    def sent_at(self) -> datetime | None:
        return self.sent.submitted_at if self.sent else None

    @property
    def is_returned(self) -> bool:
        """Is it back with the organisation, to be put right?"""
        return (
            self.newest is not None and self.newest.state == RevisionState.DRAFT and bool(self.newest.reason)
        )


def organisations_owing(asked: Asked, level: str) -> dict[int, str]:
    """Who owes a report at a level, with the names of the period's last day; one query."""
    found = asked.version.level(level)
    if found is None:
        return {}
    versions = OrganisationVersion.objects.as_of(asked.period.until_on).filter(kind__in=found.kinds)
    versions = versions.filter(is_scored=True) if found.is_scored else versions.filter(parent__isnull=True)
    return dict(versions.order_by("name_sort", "id").values_list("organisation_id", "name"))


def owed_by(asked: Asked, level: str, only: Iterable[int] | None = None) -> tuple[OwedReport, ...]:
    """Everybody who owes a report, in the order of names; three queries and those of the calendar."""
    names = organisations_owing(asked, level)
    if only is not None:
        wanted = set(only)
        names = {one: name for one, name in names.items() if one in wanted}
    revisions = ReportRevision.objects.filter(
        report__code=asked.report.code, report__year=asked.year, report__level=level
    )
    by_agency = _by_organisation(revisions.select_related("report").order_by("number"))
    names |= _names_of_others(asked, by_agency, names, only)
    due_on = working_days().due_on(asked, level)
    return tuple(
        _owed(asked, level, one, name, due_on, by_agency.get(one, ())) for one, name in names.items()
    )


def owed_in_year(organisation_ids: Iterable[int], year: int) -> tuple[OwedReport, ...]:
    """The reports that some organisations owe in a reform year, by due day; a few queries for all of them."""
    wanted = list(organisation_ids)
    days = working_days()
    revisions = ReportRevision.objects.filter(report__organisation__in=wanted, report__year=year)
    by_key: defaultdict[tuple[int, str], list[ReportRevision]] = defaultdict(list)
    for revision in revisions.select_related("report").order_by("number"):
        by_key[revision.report.organisation_id, revision.report.code].append(revision)
    found = []
    for asked in report_calendar().reports_of(year):
        for one, level, name in _levels(asked, wanted):
            due_on = days.due_on(asked, level)
            found.append(_owed(asked, level, one, name, due_on, by_key.get((one, asked.report.code), ())))
    return tuple(sorted(found, key=lambda each: (each.due_on, each.name)))


def late_so_far(owed: OwedReport, today: date, days: WorkingDays) -> int | None:
    """Working days by which a report that was not sent is late; 0 when it was sent or is not due yet."""
    return 0 if owed.sent_at is not None else days.late(owed.due_on, today)


def _by_organisation(revisions: Iterable[ReportRevision]) -> dict[int, list[ReportRevision]]:
    found: defaultdict[int, list[ReportRevision]] = defaultdict(list)
    for revision in revisions:
        found[revision.report.organisation_id].append(revision)
    return found


def _names_of_others(
    asked: Asked, there: Iterable[int], names: dict[int, str], only: Iterable[int] | None
) -> dict[int, str]:
    """Organisations that have the report though they do not owe it any more."""
    others = [one for one in there if one not in names and (only is None or one in set(only))]
    return names_on(others, asked.period.until_on) if others else {}


def _levels(asked: Asked, wanted: Sequence[int]) -> list[tuple[int, str, str]]:
    versions = OrganisationVersion.objects.as_of(asked.period.until_on).filter(organisation__in=wanted)
    found = []
    for version in versions:
        level = asked.version.level_of(version.kind)
        owes = level and (version.is_scored if level.is_scored else version.parent_id is None)
        if level and owes:
            found.append((version.organisation_id, level.id, version.name))
    return found


def _owed(
    asked: Asked, level: str, one: int, name: str, due_on: date, revisions: Sequence[ReportRevision]
) -> OwedReport:
    sent = [each for each in revisions if each.submitted_at is not None]
    in_force = [each for each in revisions if each.state in (RevisionState.ACCEPTED, RevisionState.LOCKED)]
    return OwedReport(
        asked=asked,
        level=level,
        organisation_id=one,
        name=name,
        due_on=due_on,
        report_id=revisions[-1].report_id if revisions else None,
        newest=revisions[-1] if revisions else None,
        in_force=in_force[-1] if in_force else None,
        sent=sent[0] if sent else None,
    )
