"""A plan is replaced in mid-year: every task says what becomes of it, and every count stays explainable."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Count

from openpar.engine.periods import PeriodKind
from openpar.engine.tasks import Tally
from openpar.reform.plans.actions.adding import add_task
from openpar.reform.plans.actions.conditions import record_condition
from openpar.reform.plans.actions.drafting import change_line, line_of
from openpar.reform.plans.actions.replacing import draft_version, settle_line, settle_rest
from openpar.reform.plans.actions.requesting import approve_request, ask_extension
from openpar.reform.plans.actions.working import note_progress
from openpar.reform.plans.errors import PlansRefused
from openpar.reform.plans.lines import Deadline, NewLine, Settlement, Source, led_by
from openpar.reform.plans.models import (
    Assignment,
    Claim,
    ConditionRecord,
    DeadlineKind,
    Duty,
    DutyState,
    EndKind,
    LineChange,
    PlanVersion,
    TaskLine,
    VersionState,
)
from openpar.reform.plans.queries.counting import count_on
from openpar.reform.plans.queries.figures import duties_on_time, tasks_completed, tasks_on_time
from openpar.reform.plans.queries.lists import assignments_seen_by
from openpar.reform.plans.queries.pages_board import whole_tally
from openpar.reform.plans.queries.plans import version_on
from openpar.reform.plans.queries.task import Happened, task_view
from tests import factories
from tests.reform.plans.year import (
    Province,
    done,
    duty_of,
    in_force,
    issued,
    moment,
    owed,
    put,
    reported,
)

pytestmark = pytest.mark.django_db
REPLACED = date(2026, 8, 2)
DRAFTED = moment(date(2026, 7, 30))


def settled(version: PlanVersion, who: Province, name: str, settlement: Settlement) -> TaskLine:
    version.refresh_from_db()
    row = version.lines.get(task=who.tasks[name])
    return settle_line(
        by=who.manager,
        at=DRAFTED,
        line_id=row.pk,
        expected_version=version.version,
        settlement=settlement,
    )


def wording(version: PlanVersion, who: Province, name: str) -> NewLine:
    return line_of(version.lines.get(task=who.tasks[name]))


def carried(version: PlanVersion, who: Province) -> None:
    version.refresh_from_db()
    settle_rest(
        by=who.manager,
        at=DRAFTED,
        version_id=version.pk,
        expected_version=version.version,
        clause="khoản 1 Điều 2",
    )


def replaced(version: PlanVersion, who: Province) -> PlanVersion:
    return issued(version, who.manager, who.home.organisation, number="2649/QĐ-UBND", on=REPLACED)


def half_way(who: Province) -> PlanVersion:
    """One task done, one begun, and a draft of the next version."""
    done(who, who.home, duty_of(owed(who, "dated", who.home)), date(2026, 3, 20))
    note_progress(
        by=who.health.officer,
        at=moment(date(2026, 5, 5)),
        assignment_id=owed(who, "quarter", who.health).pk,
        text="Đang rà soát",
        is_started=True,
    )
    return draft_version(by=who.manager, at=DRAFTED, plan_id=who.issued().pk)


def test_every_task_says_what_becomes_of_it_and_by_which_clause(reform_year: Province) -> None:
    who = reform_year
    version = half_way(who)
    with pytest.raises(PlansRefused) as refused:
        replaced(version, who)
    assert factories.codes_of(refused.value) == ["unsettled"] * 5
    with pytest.raises(PlansRefused) as refused:
        settled(version, who, "dated", Settlement(LineChange.DROPPED, " "))
    assert factories.codes_of(refused.value) == ["text-missing"]


@pytest.mark.parametrize(
    ("change", "leads", "code"),
    [
        (LineChange.CHANGED, "finance", "other-leads"),
        (LineChange.REASSIGNED, "", "same-leads"),
        (LineChange.CARRIED, "", "not-changed"),
        (LineChange.UNSETTLED, "", "no-change"),
    ],
)
def test_a_change_is_what_it_is_called(
    reform_year: Province, change: LineChange, leads: str, code: str
) -> None:
    who = reform_year
    version = half_way(who)
    line = wording(version, who, "dated")
    if leads:
        line = replace(line, leads=led_by(who.finance.pk))
    with pytest.raises(PlansRefused) as refused:
        settled(version, who, "dated", Settlement(change, "Điều 3", line))
    assert factories.codes_of(refused.value) == [code]


def test_what_was_settled_as_changed_gets_no_other_leads_by_being_worded_anew(reform_year: Province) -> None:
    """Else the plan would name an agency that owes nothing."""
    who = reform_year
    version = half_way(who)
    mine = wording(version, who, "dated")
    theirs = replace(mine, leads=led_by(who.finance.pk), cooperating=())
    for change, settled_as, other, code in (
        (LineChange.CHANGED, mine, theirs, "other-leads"),
        (LineChange.REASSIGNED, theirs, mine, "same-leads"),
    ):
        row = settled(version, who, "dated", Settlement(change, "Điều 2", settled_as))
        version.refresh_from_db()
        given = {"by": who.manager, "at": DRAFTED, "line_id": row.pk, "expected_version": version.version}
        with pytest.raises(PlansRefused) as refused:
            change_line(**given, line=other)  # type: ignore[arg-type]  # one table for both
        assert factories.codes_of(refused.value) == [code]
        change_line(**given, line=replace(settled_as, text="Nội dung khác"))  # type: ignore[arg-type]  # as above


def test_what_is_carried_over_goes_on_as_it_is(reform_year: Province) -> None:
    who = reform_year
    version = half_way(who)
    before = {row.pk: (row.due_on, row.done_on, row.started_on) for row in Assignment.objects.all()}
    carried(version, who)
    replaced(version, who)
    after = {row.pk: (row.due_on, row.done_on, row.started_on) for row in Assignment.objects.all()}
    assert after == before
    assert set(Assignment.objects.values_list("line__version", flat=True)) == {version.pk}
    assert PlanVersion.objects.get(number=1).until_on == REPLACED


def test_a_dropped_task_leaves_the_count_from_that_day_and_not_before(reform_year: Province) -> None:
    who = reform_year
    version = half_way(who)
    claim = reported(who.finance, duty_of(owed(who, "quarter", who.finance)), date(2026, 6, 1))
    settled(version, who, "quarter", Settlement(LineChange.DROPPED, "Điều 5"))
    carried(version, who)
    replaced(version, who)
    ended = Assignment.objects.filter(task=who.tasks["quarter"])
    assert set(ended.values_list("end_kind", "ended_on")) == {(EndKind.DROPPED, REPLACED)}
    assert set(Duty.objects.filter(assignment__in=ended).values_list("state", flat=True)) == {
        DutyState.DROPPED
    }
    assert Claim.objects.get(pk=claim.pk).state == Claim.State.WITHDRAWN
    plan = who.issued().pk
    assert count_on(plan, date(2026, 8, 1)).tally.assigned == 8
    now = count_on(plan, REPLACED)
    assert now.tally.assigned == 6
    assert [(one.document_number, one.clause) for one in now.left_out] == [("2649/QĐ-UBND", "Điều 5")] * 2


def test_a_task_given_to_another_agency_begins_anew_there(reform_year: Province) -> None:
    who = reform_year
    version = half_way(who)
    line = replace(wording(version, who, "quarter"), leads=led_by(who.finance.pk, who.home.pk))
    settled(version, who, "quarter", Settlement(LineChange.REASSIGNED, "Điều 4", line))
    carried(version, who)
    standing = owed(who, "quarter", who.finance)
    replaced(version, who)
    assert owed(who, "quarter", who.finance).pk == standing.pk
    assert owed(who, "quarter", who.home).assigned_on == REPLACED
    gone = Assignment.objects.get(task=who.tasks["quarter"], organisation=who.health.organisation)
    assert (gone.end_kind, gone.ended_on) == (EndKind.REASSIGNED, REPLACED)
    assert gone.ended_by is not None
    assert gone.ended_by.clause == "Điều 4"
    view = task_view(who.manager, gone.pk, REPLACED)
    assert view is not None
    assert view.steps[-1].kind == Happened.ENDED


def test_a_changed_deadline_holds_for_what_is_open_and_the_old_one_is_kept(reform_year: Province) -> None:
    who = reform_year
    version = half_way(who)
    ask_extension(
        by=who.health.officer,
        at=moment(date(2026, 7, 1)),
        duty_id=duty_of(owed(who, "quarter", who.health)).pk,
        new_due_on=date(2026, 8, 15),
        reason="Chờ",
    )
    line = replace(wording(version, who, "quarter"), deadline=Deadline.by(date(2026, 10, 31)))
    settled(version, who, "quarter", Settlement(LineChange.CHANGED, "Điều 4", line))
    carried(version, who)
    replaced(version, who)
    duty = duty_of(owed(who, "quarter", who.health))
    assert (duty.due_on, duty.first_due_on) == (date(2026, 10, 31), date(2026, 6, 30))
    plan = who.issued().pk
    assert count_on(plan, date(2026, 8, 1)).by_field["F2"].overdue == 4
    assert count_on(plan, REPLACED).by_field["F2"].overdue == 2


def test_work_that_recurs_otherwise_is_judged_in_other_periods_from_then(reform_year: Province) -> None:
    who = reform_year
    version = half_way(who)
    row = owed(who, "monthly", who.finance)
    done(who, who.finance, duty_of(row, 1), date(2026, 1, 10))
    deadline = Deadline(DeadlineKind.RECURRING, each=PeriodKind.QUARTER)
    line = replace(wording(version, who, "monthly"), deadline=deadline)
    settled(version, who, "monthly", Settlement(LineChange.CHANGED, "Điều 6", line))
    carried(version, who)
    replaced(version, who)
    states = dict(row.duties.values_list("state").annotate(n=Count("id")))
    # One done, six months that were over stay owed, five ahead are dropped, two quarters to come.
    assert states == {DutyState.DONE: 1, DutyState.OPEN: 8, DutyState.DROPPED: 5}
    assert owed(who, "monthly", who.finance).due_on == date(2026, 2, 14)


def test_a_supplement_comes_along_into_the_draft_that_is_being_written(reform_year: Province) -> None:
    who = reform_year
    version = half_way(who)
    line = NewLine(
        "F2",
        "Khắc phục",
        Deadline.by(date(2026, 9, 1)),
        led_by(who.health.pk),
        source=Source("finding", 3, "Kết luận kiểm tra"),
    )
    task = add_task(plan_id=who.issued().pk, line=line, by=who.manager, at=DRAFTED)
    assert version.lines.get(task=task).change == LineChange.CARRIED
    carried(version, who)
    replaced(version, who)
    assert Assignment.objects.get(task=task).line.version_id == version.pk


def test_which_version_held_on_a_day_can_be_told(reform_year: Province) -> None:
    who = reform_year
    version = half_way(who)
    carried(version, who)
    put(
        version,
        who.manager,
        NewLine("F6", "ISO", Deadline.by(date(2026, 11, 1)), led_by(who.home.pk)),
        at=DRAFTED,
    )
    replaced(version, who)
    plan = who.issued().pk
    held = [version_on(plan, day) for day in (date(2026, 8, 1), REPLACED)]
    assert [each and each.number for each in held] == [1, 2]
    assert in_force(who.issued()).state == VersionState.IN_FORCE
    assert count_on(plan, date(2026, 8, 1)).tasks.assigned == 5
    assert count_on(plan, REPLACED).tasks.assigned == 6


def test_a_dropped_task_waits_for_nothing_any_more(reform_year: Province) -> None:
    """The line that says it was dropped stands in the plan in force; its condition is recorded no more."""
    who = reform_year
    version = half_way(who)
    settled(version, who, "waiting", Settlement(LineChange.DROPPED, "Điều 9"))
    carried(version, who)
    replaced(version, who)
    with pytest.raises(PlansRefused) as refused:
        record_condition(
            by=who.manager,
            at=moment(REPLACED),
            task_id=who.tasks["waiting"].pk,
            happened_on=date(2026, 7, 1),
        )
    assert factories.codes_of(refused.value) == ["no-task"]
    assert not ConditionRecord.objects.exists()


def test_what_the_database_counts_is_what_the_engine_counts(reform_year: Province) -> None:
    who = reform_year
    version = half_way(who)
    reported(who.finance, duty_of(owed(who, "quarter", who.finance)), date(2026, 6, 29))
    done(who, who.communes[0], duty_of(owed(who, "communes", who.communes[0])), date(2026, 7, 9))
    done(who, who.finance, duty_of(owed(who, "monthly", who.finance), 1), date(2026, 1, 14))
    settled(version, who, "waiting", Settlement(LineChange.DROPPED, "Điều 9"))
    carried(version, who)
    replaced(version, who)
    for day in (REPLACED, date(2026, 9, 1), date(2026, 12, 31)):
        counted = count_on(who.issued().pk, day)
        seen = assignments_seen_by(who.manager).filter(ended_on__isnull=True)
        assert whole_tally(seen, day).tally == counted.tally
    assert counted.tally == Tally(on_time=1, late=1, overdue=3, in_time=1, implemented=5, waiting=1)
    assert sum(counted.by_field.values(), Tally()) == counted.tally
    assert sum(counted.by_agency.values(), Tally()) == counted.tally
    assert (counted.tasks.assigned, counted.tasks.completed, counted.tasks.implemented) == (4, 1, 3)


def test_figures_carry_numerator_denominator_and_the_list_behind(reform_year: Province) -> None:
    who = reform_year
    done(who, who.finance, duty_of(owed(who, "quarter", who.finance)), date(2026, 7, 2))
    done(who, who.finance, duty_of(owed(who, "monthly", who.finance), 1), date(2026, 1, 14))
    day = date(2026, 7, 31)
    completed = tasks_completed([who.finance.pk], 2026, day)
    assert (completed.numerator, completed.denominator) == (1, 3)
    assert completed.counted == (owed(who, "quarter", who.finance).pk,)
    on_time = tasks_on_time([who.finance.pk], 2026, day)
    assert (on_time.numerator, on_time.denominator) == (0, 2)
    first_half = duties_on_time([who.finance.pk], date(2025, 12, 15), date(2026, 6, 30))
    # Six months that fell due, and the quarter.
    assert (first_half.numerator, first_half.denominator) == (1, 7)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE plans_taskline SET text = 'khác'",
        "DELETE FROM plans_lineagency",
        "UPDATE plans_planversion SET from_on = '2026-01-01'",
        "UPDATE plans_planversion SET state = 'DRAFT'",
        "UPDATE plans_duty SET completed_on = '2026-01-01' WHERE state = 'DONE'",
        "UPDATE plans_claim SET state = 'RETURNED'",
        "UPDATE plans_assignment SET organisation_id = 1",
        "DELETE FROM plans_duty",
        "DELETE FROM plans_duechange",
        "UPDATE plans_dutyrequest SET state = 'ASKED', decided_at = NULL",
        "UPDATE plans_progress SET text = 'khác'",
    ],
)
def test_the_database_refuses_to_change_what_was_issued_and_decided(
    reform_year: Province, statement: str
) -> None:
    who = reform_year
    done(who, who.home, duty_of(owed(who, "dated", who.home)), date(2026, 3, 20))
    row = owed(who, "quarter", who.health)
    note_progress(by=who.health.officer, at=moment(date(2026, 5, 5)), assignment_id=row.pk, text="Đang làm")
    request = ask_extension(
        by=who.health.officer,
        at=moment(date(2026, 6, 1)),
        duty_id=duty_of(row).pk,
        new_due_on=date(2026, 8, 15),
        reason="Chờ",
    )
    approve_request(by=who.leader, at=moment(date(2026, 6, 2)), request_id=request.pk)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_document_that_holds_from_before_an_extension_still_has_the_last_word(
    reform_year: Province,
) -> None:
    who = reform_year
    request = ask_extension(
        by=who.health.officer,
        at=moment(date(2026, 7, 20)),
        duty_id=duty_of(owed(who, "quarter", who.health)).pk,
        new_due_on=date(2026, 9, 30),
        reason="Chờ",
    )
    approve_request(by=who.leader, at=moment(date(2026, 7, 20)), request_id=request.pk)
    version = draft_version(by=who.manager, at=DRAFTED, plan_id=who.issued().pk)
    line = replace(wording(version, who, "quarter"), deadline=Deadline.by(date(2026, 8, 1)))
    settled(version, who, "quarter", Settlement(LineChange.CHANGED, "Điều 4", line))
    carried(version, who)
    issued(
        version,
        who.manager,
        who.home.organisation,
        number="2649/QĐ-UBND",
        on=date(2026, 7, 10),
        at=moment(REPLACED),
    )
    day = date(2026, 8, 5)
    counted = count_on(who.issued().pk, day)
    seen = assignments_seen_by(who.manager).filter(ended_on__isnull=True)
    assert counted.tally == whole_tally(seen, day).tally
    assert counted.by_agency[who.health.pk].overdue == 1
