"""A whole reform year lived by performed actions: counted again, followed from a lost point to this year."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine

from openpar.demo.calendar import running as dates_of
from openpar.demo.offices import office
from openpar.demo.people import HEALTH
from openpar.demo.reform_running import BEGUN, DONE, LATE, REGISTERED, TASKS, WAITING
from openpar.demo.reform_targets import ON_TIME, PARALLEL, SATISFIED
from openpar.demo.reform_year import FROM_TASKS, INSPECTED, YEAR
from openpar.demo.rounds import Places
from openpar.engine.answers import Answer
from openpar.jobs.reminding import PROVIDERS
from openpar.parindex.assessments.models import EvidenceUse, Layer
from openpar.parindex.criteria.lasting import lasting_keys
from openpar.parindex.criteria.models import Criterion
from openpar.reform.findings.models import Finding, FindingState, FoundBy
from openpar.reform.findings.taxonomy import entries
from openpar.reform.initiatives.models import Initiative, State
from openpar.reform.inspections.models import CaseState, Inspection
from openpar.reform.monitors.queries.boards import Asked, board
from openpar.reform.monitors.registers import REGISTERS
from openpar.reform.plans.models import (
    Claim,
    LineChange,
    Plan,
    PlanLevel,
    PlanVersion,
    Target,
    TargetReading,
    VersionState,
)
from openpar.reform.plans.queries.counting import count_on
from openpar.reform.plans.queries.targets import targets_of
from openpar.reports.periodic.queries.owed import owed_in_year
from tests.demo.conftest import NOON, TODAY
from tests.web.reading import browser_of, text_of, visible

pytestmark = pytest.mark.django_db


def plan_of(key: str, year: int) -> Plan:
    return Plan.objects.get(organisation__key=key, year=year)


def test_thirty_of_fifty_tasks_come_out_of_the_data_in_both_readings(running_demo: Places) -> None:
    on = dates_of(TODAY).self_scoring
    counted = count_on(plan_of(HEALTH, TODAY.year).pk, on)
    # One more was ordered in a meeting.
    assert (counted.tally.assigned, counted.tally.done) == (TASKS + 1, DONE)
    # What waits for its confirmation was begun, and is not completed.
    assert counted.tally.implemented == DONE + BEGUN + WAITING
    before = count_on(plan_of(HEALTH, TODAY.year).pk, date(TODAY.year, 2, 1))
    assert (before.tally.assigned, before.tally.done < DONE) == (TASKS, True)


def test_the_province_plan_was_replaced_in_mid_year(running_demo: Places) -> None:
    plan = Plan.objects.get(level=PlanLevel.PROVINCE, year=YEAR)
    states = PlanVersion.objects.filter(plan=plan).order_by("number").values_list("state", flat=True)
    assert list(states) == [VersionState.REPLACED, VersionState.IN_FORCE]
    newest = plan.versions.get(state=VersionState.IN_FORCE)
    changes = set(newest.lines.values_list("change", flat=True))
    assert {LineChange.CARRIED, LineChange.DROPPED, LineChange.NEW} <= changes
    eve, day = (count_on(plan.pk, date(YEAR, 8, number)) for number in (1, 2))
    dropped = {one.assignment.task_id for one in day.left_out}
    assert len(dropped) >= 1
    assert eve.tally.assigned > 0
    assert all(one.document_number and one.clause for one in day.left_out if one.clause)


def test_targets_of_the_replaced_plan_keep_what_was_recorded(running_demo: Places) -> None:
    plan = Plan.objects.get(level=PlanLevel.PROVINCE, year=YEAR)
    rows = targets_of(plan.versions.get(state=VersionState.IN_FORCE).pk, date(YEAR, 12, 31))
    found = {row.target.text: row for row in rows}
    assert set(found) == {ON_TIME, SATISFIED, PARALLEL}
    assert Target.objects.filter(version__plan=plan).count() == 2 * len(found)
    # Nobody has told how much is sent in parallel: that is not nought.
    assert not TargetReading.objects.filter(target__text=PARALLEL, target__version__plan=plan).exists()
    corrected = TargetReading.objects.get(replaces__isnull=False, target__version__plan=plan)
    assert corrected.replaces is not None
    assert (corrected.replaces.value, corrected.value) == (Decimal("94.49"), Decimal("98.73"))


def test_four_agencies_have_one_conclusion_and_every_kind_of_finding(running_demo: Places) -> None:
    case = Inspection.objects.get()
    assert case.state in (CaseState.CONCLUDED, CaseState.CLOSED)
    assert set(case.units.values_list("organisation__key", flat=True)) == set(INSPECTED)
    found = Finding.objects.filter(found_by=FoundBy.INSPECTION, source_id=case.pk)
    assert set(found.values_list("code", flat=True)) == {entry.code for entry in entries(TODAY)}
    for key in INSPECTED:
        states = found.filter(organisation__key=key).values_list("state", flat=True)
        assert {FindingState.OPEN, FindingState.CLOSED} == set(states)


def test_four_reports_were_sent_one_of_them_late(running_demo: Places) -> None:
    unit = plan_of(HEALTH, YEAR).organisation_id
    sent = [one for one in owed_in_year([unit], YEAR) if one.sent_at is not None]
    late = [one.asked.report.code for one in sent if one.sent_at and one.sent_at.date() > one.due_on]
    assert len(sent) == 4
    assert late == ["q3"]


def test_the_four_reported_models_run_and_are_evaluated(running_demo: Places) -> None:
    found = Initiative.objects.filter(state=State.RUNNING)
    assert found.count() == 4
    assert all("Báo Đồng Tháp 28/07/2023" in one.source for one in found)
    assert all(one.evaluations.filter(year=YEAR).exists() for one in found)


def test_the_registers_of_four_agencies_are_filled_and_show_what_has_lapsed(running_demo: Places) -> None:
    lapsed: dict[str, set[str]] = {}
    for key, register in REGISTERS.items():
        lines = [
            line
            for quarter in range(1, 5)
            for line in board(register, Asked(TODAY, TODAY.year, quarter))
            if line.entry is not None
        ]
        assert len({line.organisation_id for line in lines}) == 1 + len(REGISTERED)
        lapsed[key] = {
            alarm.code for line in lines if line.standing for alarm in line.standing.alarms if line.has_lapsed
        }
    assert (lapsed["quality_system"], lapsed["leadership_posts"]) == ({"not_maintained"}, {"vacant"})
    assert "parallel" in lapsed["electronic_documents"]
    assert "answered" in lapsed["dialogue"]
    # The quarter under way is told of by three of them, as far as it has come.
    under_way = board(REGISTERS["dissemination"], Asked(TODAY, TODAY.year, 4))
    assert sum(line.entry is not None for line in under_way) == len(REGISTERED)


def test_from_a_lost_point_one_walks_to_this_years_score(running_demo: Places) -> None:
    """Page by page, as the focal officer goes: each step is the address that the page before leads to."""
    lost = Finding.objects.get(
        organisation__key=HEALTH,
        found_by=FoundBy.APPRAISAL,
        leaf_code__in=Criterion.objects.filter(indicator=FROM_TASKS).values("code"),
    )
    assert lost.state == FindingState.CLOSED
    assert lost.points_at_stake is not None
    assert lost.points_at_stake > 0
    people = running_demo.people
    with time_machine.travel(NOON, tick=True):
        focal = browser_of(office(people, HEALTH, TODAY).officer)
        story = text_of(focal, f"/findings/{lost.pk}/")
        # What was lost, in the published result of that criterion.
        assert f'<a href="{lost.source_link}"><strong>{lost.leaf_code}</strong>' in story
        assert f'id="leaf-{lost.leaf_code}"' in text_of(focal, lost.source_link.partition("#")[0])
        # The task, which names the finding it came from, and the document that shows it was done.
        task = next(iter(re.findall(r'href="(/tasks/\d+/)"', story)))
        assert f'href="/findings/{lost.pk}/"' in text_of(focal, task)
        claim = Claim.objects.get(duty__assignment=int(task.split("/")[2]), state=Claim.State.CONFIRMED)
        assert f'href="/documents/{claim.document_id}/"' in story
        assert claim.document.number in visible(text_of(focal, task))
        # This year's score of the same criterion, filled from the tasks of the agency; the way back.
        (score,) = re.findall(r'href="([^"]+)">Điểm năm nay của tiêu chí này', story)
        assert f'href="/findings/{lost.pk}/"' in text_of(focal, score)
    _, assessment, code = score.strip("/").split("/")
    use = EvidenceUse.objects.get(
        score__assessment=assessment,
        score__assessment__round_block__round__year=TODAY.year,
        score__criterion__code=code,
        score__layer=Layer.SELF,
        figure__isnull=False,
    )
    criterion = use.score.criterion
    before = Criterion.objects.get(set__year=YEAR - 1, code=lost.leaf_code)
    assert lasting_keys([criterion.pk])[criterion.pk] == lost.leaf_key == f"criterion:{before.pk}"
    assert criterion.indicator == FROM_TASKS
    assert use.figure is not None
    answer = Answer.from_json(use.score.answer)
    assert (answer.numerator, answer.denominator) == (use.figure.numerator, use.figure.denominator)
    assert use.figure.lines
    assert all(line["link"].startswith("/tasks/") for line in use.figure.lines)


def test_the_plan_of_the_agency_fills_this_years_score_of_its_plan(running_demo: Places) -> None:
    use = EvidenceUse.objects.get(
        score__assessment__organisation__key=HEALTH,
        score__assessment__round_block__round__year=TODAY.year,
        score__layer=Layer.SELF,
        figure__version__indicator__code="plan.on_time_ratio",
    )
    assert use.figure is not None
    answer = Answer.from_json(use.score.answer)
    # The criterion asks for what was done in time: of the thirty, two were late.
    assert (answer.numerator, answer.denominator) == (Decimal(DONE - len(LATE)), Decimal(TASKS + 1))
    assert len(use.figure.lines) == TASKS + 1
    assert all(line["link"].startswith("/tasks/") for line in use.figure.lines)


def test_what_the_year_feeds_into_the_running_round(running_demo: Places) -> None:
    used = EvidenceUse.objects.filter(
        score__assessment__organisation__key=HEALTH,
        score__assessment__round_block__round__year=TODAY.year,
        figure__isnull=False,
    )
    codes = set(used.values_list("figure__version__indicator__code", flat=True))
    assert {"plan.on_time_ratio", "task.on_time", "inspection.remediation", "report.on_time"} <= codes


def test_every_open_thing_is_told_to_somebody(running_demo: Places) -> None:
    """Of the real providers: nothing is due, now or in the year to come, that nobody ever hears of."""
    kinds: dict[str, int] = {}
    unheard = set()
    for day in (TODAY + timedelta(days=30 * month) for month in range(12)):
        for provider in PROVIDERS:
            for thing in provider.due_things(day):
                kinds[thing.kind] = kinds.get(thing.kind, 0) + 1
                if not {*thing.responsible, *thing.heads, *thing.assigners}:
                    unheard.add((thing.kind, thing.object, thing.text))
    assert {"finding.remedy", "finding.plan", "plan.task"} <= set(kinds)
    assert unheard == set()
