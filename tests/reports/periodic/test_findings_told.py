"""Findings in a report stand as they stood on its last day, whatever was done before somebody wrote it."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from openpar.base.accounts.models import Role
from openpar.base.documents.actions import add_document
from openpar.common.formats import VIETNAM
from openpar.reform.findings.actions.adding import NewFinding, add_finding
from openpar.reform.findings.actions.closing import close_finding
from openpar.reform.findings.actions.extending import ask_extension, decide_extension
from openpar.reform.findings.actions.remedying import RemedyPlan, plan_remedy, report_remedy
from openpar.reform.findings.models import Cause, Finding, FindingState, FoundBy
from openpar.reform.findings.queries.standing import standings_on
from openpar.reports.periodic.models import PeriodicReport
from tests.reform.succession import arrived, merged
from tests.reports.periodic import made
from tests.reports.periodic.made import Province

pytestmark = pytest.mark.django_db
DEADLINE, LAST = date(2026, 8, 31), date(2026, 9, 14)


def at(day: int, month: int) -> datetime:
    return datetime(2026, month, day, 9, 0, tzinfo=VIETNAM)


def finding(who: Province) -> Finding:
    """Of an inspection of Sở Y tế; the unit has planned the remedy."""
    line = NewFinding(
        organisation_id=who.health.agency.pk,
        field="F0",
        text="Chưa kiểm tra đơn vị trực thuộc nào",
        found_by=FoundBy.INSPECTION,
        finder_id=who.home.agency.pk,
        found_on=date(2026, 7, 1),
        period_from=date(2024, 12, 15),
        period_until=date(2025, 12, 14),
        deadline=DEADLINE,
    )
    found = add_finding(line=line, by=who.manager, at=at(1, 7))
    plan = RemedyPlan("Kiểm tra năm đơn vị", None, Cause.SUBJECTIVE)
    return plan_remedy(finding_id=found.pk, plan=plan, by=who.health.officer, at=at(3, 7))


def remedied(who: Province, found: Finding, *, reported_at: datetime, closed_at: datetime) -> None:
    officer, unit = who.health.officer, who.health.agency
    document = add_document(by=officer, at=reported_at, owner_id=unit.pk, title="Báo cáo", number="15/BC")
    report_remedy(
        finding_id=found.pk, text="Đã kiểm tra", document_ids=[document.pk], by=officer, at=reported_at
    )
    close_finding(finding_id=found.pk, by=who.manager, at=closed_at)


def limitations(report: PeriodicReport) -> str:
    return made.newest(report).sections.get(key="limitations").text


def test_what_was_closed_after_the_last_day_is_still_open_in_the_report(reporting: Province) -> None:
    found = finding(reporting)
    remedied(reporting, found, reported_at=at(15, 9), closed_at=at(16, 9))
    report = made.begun(reporting.health, at=at(17, 9))
    told = limitations(report)
    assert "Đã khắc phục xong 0 tồn tại, hạn chế trong kỳ; còn 1 chưa xong." in told
    # Reported only after the last day: it was overdue then.
    assert "Chưa kiểm tra đơn vị trực thuộc nào (quá hạn khắc phục 31/08/2026)" in told
    values = made.view_of(report).values
    assert (values["1.2.3"], values["1.2.4"]) == (made.number(1), made.number(0))


def test_what_was_reported_by_the_last_day_waits_and_is_not_overdue(reporting: Province) -> None:
    remedied(reporting, finding(reporting), reported_at=at(30, 8), closed_at=at(16, 9))
    told = limitations(made.begun(reporting.health, at=at(17, 9)))
    assert "còn 1 chưa xong" in told
    assert "(hạn khắc phục 31/08/2026)" in told


def test_what_was_closed_on_the_last_day_is_closed_in_the_report(reporting: Province) -> None:
    remedied(reporting, finding(reporting), reported_at=at(30, 8), closed_at=at(14, 9))
    told = limitations(made.begun(reporting.health, at=at(17, 9)))
    assert "Đã khắc phục xong 1 tồn tại, hạn chế trong kỳ; còn 0 chưa xong." in told


def test_a_deadline_is_that_of_the_day_and_so_is_the_state(reporting: Province) -> None:
    found = finding(reporting)
    asked = ask_extension(
        finding_id=found.pk,
        wanted_until=date(2026, 10, 31),
        reason="Chờ kinh phí",
        by=reporting.health.officer,
        at=at(10, 9),
    )
    decide_extension(extension_id=asked.pk, is_granted=True, by=reporting.manager, at=at(15, 9))
    found.refresh_from_db()
    told = {
        day: standings_on([found], day)[found.pk]
        for day in (date(2026, 7, 2), DEADLINE, LAST, date(2026, 9, 15))
    }
    assert [one.state for one in told.values()] == [FindingState.OPEN, *[FindingState.REMEDIATING] * 3]
    assert [one.deadline for one in told.values()] == [*[DEADLINE] * 3, date(2026, 10, 31)]
    assert [one.is_overdue for one in told.values()] == [False, False, True, False]


def test_whoever_carries_on_an_agency_tells_of_what_was_found_there(reporting: Province) -> None:
    finding(reporting)
    heir = merged(reporting.health.agency, on=date(2026, 8, 1), name="Sở Y tế mới")
    office = made.Office(
        heir,
        arrived(Role.FOCAL_OFFICER, heir, "Cán bộ Sở Y tế mới"),
        arrived(Role.AGENCY_HEAD, heir, "Giám đốc Sở Y tế mới"),
    )
    assert "còn 1 chưa xong" in limitations(made.begun(office))
