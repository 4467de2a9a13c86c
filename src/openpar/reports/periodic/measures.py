"""How many of the reports that were owed were sent, and sent in time: for criteria and indicators."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from openpar.reports.periodic.calendar import ACCEPTED_SUBMISSION, reform_year
from openpar.reports.periodic.models import ReportRevision
from openpar.reports.periodic.queries.loading import IN_FORCE
from openpar.reports.periodic.queries.owed import OwedReport, owed_in_year


@dataclass(frozen=True)
class ReportsOnTime:
    """`on_time` of `owed`: numerator and denominator, never a ratio. `behind` are the reports counted."""

    owed: int
    on_time: int
    late: int
    missing: int
    behind: tuple[OwedReport, ...]


def reports_on_time(organisation_id: int, from_on: date, until_on: date, today: date) -> ReportsOnTime:
    """The reports whose due day lies in [from_on, until_on], both included, and is over, or that were sent.

    By the submission that the calendar names: the first, or the one that was accepted.
    """
    return reports_on_time_of([organisation_id], from_on, until_on, today)[organisation_id]


def reports_on_time_of(
    organisation_ids: Iterable[int], from_on: date, until_on: date, today: date
) -> dict[int, ReportsOnTime]:
    """The same of several organisations, in a few queries a year."""
    wanted = list(organisation_ids)
    found: dict[int, list[OwedReport]] = {one: [] for one in wanted}
    for year in range(reform_year(from_on) - 1, reform_year(until_on) + 1):
        for owed in owed_in_year(wanted, year):
            is_counted = owed.due_on < today or owed.sent_at is not None
            if from_on <= owed.due_on <= until_on and is_counted:
                found[owed.organisation_id].append(owed)
    accepted = accepted_first(wanted)
    return {one: _counted(owed, accepted) for one, owed in found.items()}


def is_on_time(owed: OwedReport, accepted: ReportRevision | None = None) -> bool | None:
    """Was it sent in time? None if it was not sent (or, where that counts, not accepted)."""
    sent = owed.sent
    if owed.asked.version.on_time_by == ACCEPTED_SUBMISSION:
        sent = accepted
    if sent is None or sent.submitted_at is None:
        return None
    return timezone.localdate(sent.submitted_at) <= (sent.due_on or owed.due_on)


def _counted(owed: list[OwedReport], accepted: dict[int, ReportRevision]) -> ReportsOnTime:
    judged = [is_on_time(one, accepted.get(one.report_id or 0)) for one in owed]
    return ReportsOnTime(
        owed=len(judged),
        on_time=judged.count(True),
        late=judged.count(False),
        missing=judged.count(None),
        behind=tuple(owed),
    )


def accepted_first(organisation_ids: list[int]) -> dict[int, ReportRevision]:
    """The first revision of every report that was accepted."""
    rows = ReportRevision.objects.filter(
        report__organisation__in=organisation_ids, state__in=[*IN_FORCE, "REPLACED"]
    )
    return {row.report_id: row for row in rows.order_by("-number")}
