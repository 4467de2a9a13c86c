"""What the shipped registers count of an agency: which lines, in which counts, as of which day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date, datetime, timedelta

import pytest
from django.conf import settings

from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from openpar.engine.periods import Calendar, Period, PeriodKind, period
from openpar.parindex.indicators.files import read_definitions
from openpar.parindex.indicators.registers import Register, RegisterLine, gaps_of_register, listed
from openpar.parindex.indicators.registers.findings import findings
from openpar.parindex.indicators.registers.inspections import inspections
from openpar.parindex.indicators.registers.monitors import monitors
from openpar.parindex.indicators.registers.tasks import tasks
from openpar.reform.findings.actions.adding import add_finding
from openpar.reform.findings.models import FoundBy
from openpar.reform.monitors.law import figure_definitions
from openpar.reform.plans.actions.claiming import confirm_done, report_done
from openpar.reform.plans.actions.planning import create_plan
from openpar.reform.plans.actions.requesting import approve_request, ask_objective
from openpar.reform.plans.actions.working import note_progress
from openpar.reform.plans.lines import Deadline, NewLine, led_by
from openpar.reform.plans.models import Assignment, Plan, PlanLevel
from openpar.reform.plans.queries.counting import count_on
from openpar.reports.periodic.register import reports
from tests.reform.findings import found
from tests.reform.inspections import cases
from tests.reform.inspections.test_coverage import divisions, inspected_by_itself
from tests.reform.monitors import entries
from tests.reform.plans import year
from tests.reform.succession import MERGED, merged
from tests.reports.periodic import made

pytestmark = pytest.mark.django_db
DURING = period(Calendar.REFORM, PeriodKind.YEAR, 2026)
LAST = DURING.until_on
ONE_DAY = timedelta(days=1)
SHIPPED = settings.OPENPAR_DATA_DIR / "indicators" / "definitions.yaml"


def lines_of(register: Register, unit: int, today: date, during: Period = DURING) -> Collection[RegisterLine]:
    return register.lines([unit], during, today).get(unit, ())


def counted(register: Register, unit: int, today: date, during: Period = DURING) -> dict[str, int]:
    """The sums of an agency, without what is 0."""
    sums: Counter[str] = Counter()
    for line in lines_of(register, unit, today, during):
        sums.update(line.counts)
    return {name: count for name, count in sums.items() if count}


def own_plan(who: year.Province, *lines: NewLine) -> Plan:
    """The plan of Sở Y tế, in force."""
    health = who.health
    plan = create_plan(
        by=health.officer,
        at=year.AT,
        organisation_id=health.pk,
        year=2026,
        level=PlanLevel.AGENCY,
        title="Kế hoạch CCHC của Sở Y tế",
    )
    year.put(plan.versions.get(), health.officer, *lines)
    year.issued(plan.versions.get(), health.head, health.organisation, number="2/KH-SYT")
    return plan


def done_within(head: Actor, by: Actor, assignment: Assignment, on: date) -> None:
    """Reported by whoever works on it with a document of that day, confirmed by the head of the agency."""
    duty = year.duty_of(assignment)
    claim = report_done(
        by=by,
        at=year.moment(on),
        duty_id=duty.pk,
        expected_version=duty.version,
        completed_on=on,
        document_id=year.document(by, assignment.organisation, "15/BC", on).pk,
    )
    confirm_done(by=head, at=year.moment(on), claim_id=claim.pk)


def test_tasks_of_the_own_plan_and_of_the_province_are_counted_apart(reform_year: year.Province) -> None:
    who = reform_year
    own_plan(who, year.line("A", leads=led_by(who.health.pk), deadline=Deadline.by(date(2026, 5, 31))))
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
        "own_unexcused": 1,
        "assigned": 2,
        "assigned_unexcused": 2,
        "assigned_begun": 2,
        "assigned_completed": 1,
        "assigned_over": 1,
        "assigned_on_time": 1,
    }
    # Late is completed, over, and not on time; months that ran out make recurring work overdue.
    assert counted(tasks, who.finance.pk, today) == {
        "assigned": 3,
        "assigned_unexcused": 3,
        "assigned_begun": 1,
        "assigned_completed": 1,
        "assigned_over": 2,
    }


def test_what_divisions_lead_is_counted_for_the_agency_as_its_plan_counts_it(
    reform_year: year.Province,
) -> None:
    who = reform_year
    due = Deadline.by(date(2026, 5, 31))
    both = led_by(who.health.pk, who.division.pk)
    plan = own_plan(
        who,
        year.line("của phòng", leads=led_by(who.division.pk), deadline=due),
        year.line("của cả hai", leads=both, deadline=due),
    )
    one_of_two = Assignment.objects.get(line__text="của cả hai", organisation=who.division)
    for assignment in (one_of_two, Assignment.objects.get(line__text="của phòng")):
        done_within(who.health.head, who.division_officer, assignment, date(2026, 5, 29))
    today = date(2026, 7, 10)
    tasks_of_plan = count_on(plan.pk, today).tasks
    assert (tasks_of_plan.assigned, tasks_of_plan.completed) == (2, 1)
    sums = counted(tasks, who.health.pk, today)
    assert (sums["own"], sums["own_completed"], sums["own_on_time"], sums["own_over"]) == (2, 1, 1, 2)
    # It is in the plan of the agency, and no plan of the division.
    assert counted(tasks, who.division.pk, today) == {}


def test_a_task_that_failed_for_an_objective_reason_leaves_what_must_be_on_time(
    reform_year: year.Province,
) -> None:
    who = reform_year
    due = Deadline.by(date(2026, 5, 31))
    own_plan(who, *(year.line(text, leads=led_by(who.health.pk), deadline=due) for text in "ABCD"))
    owed = {text: Assignment.objects.get(line__text=text) for text in "ABCD"}
    done_within(who.health.head, who.health.officer, owed["A"], date(2026, 5, 29))
    done_within(who.health.head, who.health.officer, owed["B"], date(2026, 6, 2))
    for text in ("C", "D"):
        asked = ask_objective(
            by=who.health.officer,
            at=year.moment(date(2026, 6, 3)),
            duty_id=year.duty_of(owed[text]).pk,
            reason="Chờ Bộ Y tế ban hành danh mục",
        )
        if text == "C":
            approve_request(by=who.health.head, at=year.moment(date(2026, 6, 4)), request_id=asked.pk)
    (definition,) = read_definitions(SHIPPED).by_code["plan.on_time_ratio"]
    sums = counted(tasks, who.health.pk, date(2026, 7, 10))
    # Late is not on time; what was excused is not asked; what was only asked to be excused is.
    assert [sums[name] for name in definition.counts] == [1, 3]
    assert (sums["own_completed"], sums["own"]) == (2, 4)


def test_the_heir_of_an_agency_has_its_tasks_and_those_of_its_plan(reform_year: year.Province) -> None:
    who = reform_year
    own_plan(who, year.line("A", leads=led_by(who.health.pk), deadline=Deadline.by(date(2026, 5, 31))))
    before = counted(tasks, who.health.pk, MERGED - ONE_DAY)
    heir = merged(who.health.organisation, name="Sở Y tế mới")
    assert (before["own"], before["assigned"]) == (1, 2)
    after = counted(tasks, heir.pk, LAST)
    assert (after["own"], after["assigned"]) == (1, 2)
    assert counted(tasks, who.health.pk, LAST) == {}
    links = {line.link for line in lines_of(tasks, heir.pk, LAST)}
    assert f"/tasks/{year.owed(who, 'quarter', who.health).pk}/" in links


def test_a_period_that_is_over_is_counted_as_it_stood_on_its_last_day(reform_year: year.Province) -> None:
    who = reform_year
    quarter = period(Calendar.REFORM, PeriodKind.QUARTER, 2026, 2)
    year.done(who, who.health, year.duty_of(year.owed(who, "quarter", who.health)), date(2026, 6, 20))
    later = date(2026, 9, 1)
    assert counted(tasks, who.health.pk, later, quarter) == {"assigned": 2, "assigned_unexcused": 2}
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
    for key in ("discipline", "dissemination", "dialogue"):
        watched.entered(key)
    sums = counted(monitors, unit, LAST, second)
    assert (sums["discipline.checks"], sums["discipline.checks.of"]) == (4, 4)
    assert (sums["dissemination.carried_out"], sums["dissemination.carried_out.of"]) == (10, 10)
    assert (sums["dialogue.answered"], sums["dialogue.answered.of"]) == (12, 12)
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


def test_every_ratio_of_the_typed_registers_is_an_indicator() -> None:
    ratios = {one.code for one in figure_definitions() if not one.is_count}
    asked = [
        version
        for versions in read_definitions(SHIPPED).by_code.values()
        for version in versions
        if version.dataset == monitors.name
    ]
    assert {one.numerator for one in asked} == {(code,) for code in ratios}
    assert {one.denominator for one in asked} == {(f"{code}.of",) for code in ratios}
    assert [gap for one in asked for gap in gaps_of_register(monitors, one)] == []


def test_what_an_agency_enters_becomes_the_figures_of_its_indicators() -> None:
    watched = entries.watched()
    for register in ("quality_system", "job_positions", "leadership_posts", "training", "recruitment"):
        watched.entered(register, **({"filled": 8} if register == "leadership_posts" else {}))
    for quarter in range(1, 5):
        watched.entered("legal_documents", quarter=quarter, to_review=5, reviewed=5, expired=1, recommended=1)
    by_code = read_definitions(SHIPPED).by_code
    told = {}
    for code, (definition,) in by_code.items():
        if definition.dataset == monitors.name:
            found = listed(monitors, definition, DURING, [watched.agency.pk], LAST)
            figure = found[watched.agency.pk].figure
            told[code] = f"{figure.numerator}/{figure.denominator}" if figure.is_known else ""
    assert told["iso.maintained_ratio"] == "1/1"
    assert told["job.staffed_ratio"] == "1/1"
    assert told["post.filled_ratio"] == "8/10"
    assert told["training.plan_on_time"] == "1/1"
    assert told["training.trained_ratio"] == "30/50"
    assert told["recruitment.filled_ratio"] == "3/5"
    assert told["legal.checked_ratio"] == "36/40"
    assert told["legal.handled_ratio"] == "8/8"
    assert told["legal.review_handled_ratio"] == "4/8"
    # Nobody counted electronic documents: not 0 of 0.
    assert told["edoc.signed_ratio"] == ""
