"""What the shipped registers count of an agency: which lines, in which counts, as of which day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime, timedelta

import pytest

from openpar.common.formats import VIETNAM
from openpar.engine.periods import Calendar, Period, PeriodKind, period
from openpar.parindex.indicators.registers import Register, RegisterLine
from openpar.parindex.indicators.registers.findings import findings
from openpar.parindex.indicators.registers.inspections import inspections
from openpar.parindex.indicators.registers.monitors import monitors
from openpar.parindex.indicators.registers.tasks import tasks
from openpar.reform.findings.actions.adding import add_finding
from openpar.reform.findings.models import FoundBy
from openpar.reform.plans.actions.planning import create_plan
from openpar.reform.plans.actions.working import note_progress
from openpar.reform.plans.lines import Deadline, led_by
from openpar.reform.plans.models import PlanLevel
from openpar.reports.periodic.register import reports
from tests.reform.findings import found
from tests.reform.inspections import cases
from tests.reform.inspections.test_coverage import divisions, inspected_by_itself
from tests.reform.monitors import entries
from tests.reform.plans import year
from tests.reports.periodic import made

pytestmark = pytest.mark.django_db
DURING = period(Calendar.REFORM, PeriodKind.YEAR, 2026)
LAST = DURING.until_on
ONE_DAY = timedelta(days=1)


def lines_of(register: Register, unit: int, today: date, during: Period = DURING) -> Collection[RegisterLine]:
    return register.lines([unit], during, today).get(unit, ())


def counted(register: Register, unit: int, today: date, during: Period = DURING) -> dict[str, int]:
    """The sums of an agency, without what is 0."""
    sums: Counter[str] = Counter()
    for line in lines_of(register, unit, today, during):
        sums.update(line.counts)
    return {name: count for name, count in sums.items() if count}


def test_tasks_of_the_own_plan_and_of_the_province_are_counted_apart(reform_year: year.Province) -> None:
    who = reform_year
    plan = create_plan(
        by=who.health.officer,
        at=year.AT,
        organisation_id=who.health.pk,
        year=2026,
        level=PlanLevel.AGENCY,
        title="Kế hoạch CCHC của Sở Y tế",
    )
    own = year.line("Việc của Sở", leads=led_by(who.health.pk), deadline=Deadline.by(date(2026, 5, 31)))
    year.put(plan.versions.get(), who.health.officer, own)
    year.issued(plan.versions.get(), who.health.head, who.health.organisation, number="2/KH-SYT")
    year.done(who, who.health, year.duty_of(year.owed(who, "quarter", who.health)), date(2026, 6, 30))
    year.done(who, who.finance, year.duty_of(year.owed(who, "quarter", who.finance)), date(2026, 7, 1))
    note_progress(
        by=who.health.officer,
        at=year.moment(date(2026, 7, 2)),
        assignment_id=year.owed(who, "waiting", who.health).pk,
        text="Đang dự thảo",
        is_started=True,
    )
    today = date(2026, 7, 10)
    assert counted(tasks, who.health.pk, today) == {
        "own": 1,
        "own_over": 1,
        "assigned": 2,
        "assigned_begun": 2,
        "assigned_completed": 1,
        "assigned_over": 1,
        "assigned_on_time": 1,
    }
    # Late is completed, over, and not on time; months that ran out make recurring work overdue.
    assert counted(tasks, who.finance.pk, today) == {
        "assigned": 3,
        "assigned_begun": 1,
        "assigned_completed": 1,
        "assigned_over": 2,
    }


def test_a_period_that_is_over_is_counted_as_it_stood_on_its_last_day(reform_year: year.Province) -> None:
    who = reform_year
    quarter = period(Calendar.REFORM, PeriodKind.QUARTER, 2026, 2)
    year.done(who, who.health, year.duty_of(year.owed(who, "quarter", who.health)), date(2026, 6, 20))
    later = date(2026, 9, 1)
    assert counted(tasks, who.health.pk, later, quarter) == {"assigned": 2}
    assert counted(tasks, who.health.pk, later)["assigned_completed"] == 1


def test_findings_count_once_they_are_due_and_those_of_inspections_apart() -> None:
    place = found.province()
    first = found.closed(place)
    found.planned(place)
    other = found.opened(place, found_by=FoundBy.DATA_CHECK, deadline=found.DEADLINE + ONE_DAY)
    add_finding(line=found.from_inside(place, deadline=None), by=place.focal, at=found.FOUND)
    unit = place.health.pk
    assert counted(findings, unit, found.DEADLINE - ONE_DAY) == {}
    assert counted(findings, unit, found.DEADLINE) == {
        "due": 2,
        "remedied": 1,
        "inspected_due": 2,
        "inspected_remedied": 1,
    }
    later = counted(findings, unit, found.DEADLINE + ONE_DAY)
    assert (later["due"], later["inspected_due"]) == (3, 2)
    links = {line.link for line in lines_of(findings, unit, LAST)}
    assert {f"/findings/{first.pk}/", f"/findings/{other.pk}/"} <= links


def test_a_figure_of_the_monitors_that_is_not_whole_is_no_line() -> None:
    watched = entries.watched()
    watched.entered("training")
    watched.entered("electronic_documents")
    unit, second = watched.agency.pk, period(Calendar.REFORM, PeriodKind.QUARTER, 2026, 2)
    year_of_unit = counted(monitors, unit, LAST)
    assert (year_of_unit["training.trained"], year_of_unit["training.trained.of"]) == (30, 50)
    # Three of the four quarters are missing.
    assert "documents.signed" not in year_of_unit
    sums = counted(monitors, unit, LAST, second)
    # Four secret ones are in no denominator; nobody counted the files.
    assert (sums["documents.signed"], sums["documents.signed.of"]) == (96, 96)
    assert "documents.files_online" not in sums
    assert lines_of(monitors, watched.home.pk, LAST) == ()


def test_reports_count_once_they_are_sent_or_their_day_is_over() -> None:
    who = made.province()
    made.sent(who.health)
    late = made.sent(who.justice, at=made.LATE)
    due = date(2026, 9, 16)
    assert counted(reports, who.health.agency.pk, due) == {"owed": 3, "on_time": 1}
    # On the day itself nobody is late yet.
    assert counted(reports, who.ward.agency.pk, due) == {"owed": 2}
    assert counted(reports, who.ward.agency.pk, due + ONE_DAY) == {"owed": 3}
    assert counted(reports, who.justice.agency.pk, due + ONE_DAY) == {"owed": 3}
    assert f"/reports/{late.pk}/" in {line.link for line in lines_of(reports, who.justice.agency.pk, LAST)}


def test_subordinates_are_counted_as_planned_inspected_and_inspected_as_planned() -> None:
    who = cases.province()
    first, _second, _third = divisions(who.health)
    inspected_by_itself(who.health, first)
    today = datetime(2026, 6, 1, tzinfo=VIETNAM).date()
    assert counted(inspections, who.health.agency.pk, today) == {
        "subordinates": 3,
        "planned": 1,
        "inspected": 1,
        "inspected_as_planned": 1,
    }
    assert lines_of(inspections, who.building.agency.pk, today) == ()
