"""Reports that are owed, and reports that wait to be received, for the reminders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import override

from openpar.base.accounts.queries import people_holding
from openpar.base.notifications.due import DueThing, Together, holders
from openpar.base.notifications.rules import settings_in_force
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Role
from openpar.reports.periodic.calendar import PROVINCE, Asked, reform_year, report_calendar
from openpar.reports.periodic.models import ReportRevision, RevisionState
from openpar.reports.periodic.queries.loading import asked_of
from openpar.reports.periodic.queries.owed import OwedReport, owed_by

# By how much days that are not worked move a due day, at the most.
_MOVED_AT_MOST = timedelta(days=15)
_SUBMISSION, _ACCEPTANCE = "report.submission", "report.acceptance"


def due_things(today: date) -> Iterable[DueThing]:
    """Everything that is open; a few queries a report of the year, however many agencies owe it.

    What fell due before the first report was made here is nobody's debt: the installation begins with none.
    """
    first = ReportRevision.objects.aggregate(first=Min("made_at"))["first"]
    if first is None:
        return
    begun_on = timezone.localdate(first)
    with override("vi"):
        for year in (reform_year(today) - 1, reform_year(today)):
            for asked in report_calendar().reports_of(year):
                last = asked.due_on(PROVINCE) + _MOVED_AT_MOST
                if begun_on <= last and asked.period.from_on <= today:
                    yield from _submissions(asked, begun_on, today)
        yield from _acceptances(today)


def _submissions(asked: Asked, begun_on: date, today: date) -> Iterator[DueThing]:
    until = today + settings_in_force().told_ahead(today)
    for level in asked.version.levels:
        owed = [one for one in owed_by(asked, level.id) if _is_owed(one) and begun_on <= one.due_on <= until]
        if not owed:
            continue
        ids = [one.organisation_id for one in owed]
        officers = holders(ids, Role.FOCAL_OFFICER, on=today)
        heads = holders(ids, Role.AGENCY_HEAD, on=today)
        managers = _managers(today)
        for one in owed:
            own = officers.get(one.organisation_id, ())
            yield DueThing(
                kind=_SUBMISSION,
                object=f"report:{one.organisation_id}:{asked.report.code}:{asked.year}",
                due_on=one.due_on,
                text=f"{asked.name}, {one.name}",
                link=_link(one),
                responsible=own or managers if level.id == PROVINCE else own,
                heads=heads.get(one.organisation_id, ()),
                assigners=managers,
                known_from=max(asked.period.from_on, begun_on),
                together=_together(asked, asked.name),
            )


def _is_owed(one: OwedReport) -> bool:
    """Nothing was sent, or what was sent came back and nothing else counts."""
    return one.sent is None or (one.is_returned and one.in_force is None)


def _link(one: OwedReport) -> str:
    return _board(one.asked) if one.report_id is None else f"/reports/{one.report_id}/"


def _board(asked: Asked) -> str:
    return f"/reports/?year={asked.year}&report={asked.report.code}"


def _together(asked: Asked, what: str) -> Together:
    return Together(what, _board(asked))


def _acceptances(today: date) -> Iterator[DueThing]:
    """What was sent and waits for an answer, since the day it was sent."""
    rows = list(
        ReportRevision.objects.filter(state=RevisionState.SUBMITTED).select_related("report").order_by("id")
    )
    if not rows:
        return
    managers = _managers(today)
    names = names_on({row.report.organisation_id for row in rows}, today)
    for row in rows:
        assert row.submitted_at is not None
        name, asked = names.get(row.report.organisation_id, ""), asked_of(row.report)
        yield DueThing(
            kind=_ACCEPTANCE,
            object=f"report_revision:{row.pk}",
            due_on=timezone.localdate(row.submitted_at),
            text=f"{asked.name}, {name}, chờ tiếp nhận",
            link=f"/reports/{row.report_id}/",
            responsible=managers,
            together=_together(asked, f"{asked.name}, chờ tiếp nhận"),
        )


def _managers(today: date) -> tuple[int, ...]:
    """Sở Nội vụ."""
    return tuple(people_holding([Role.ROUND_MANAGER], None, today))
