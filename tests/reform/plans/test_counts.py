"""What plans count on a day, and since when somebody has been silent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from openpar.reform.plans.actions.claiming import confirm_done
from openpar.reform.plans.actions.working import note_progress
from openpar.reform.plans.errors import PlansRefused
from openpar.reform.plans.models import Duty, DutyState
from openpar.reform.plans.queries.counting import count_on
from openpar.reform.plans.reminding import due_things
from openpar.reform.plans.settling import summary_of
from tests import factories
from tests.reform.plans.year import (
    ISSUED,
    Province,
    done,
    duty_of,
    moment,
    owed,
    reported,
)

pytestmark = pytest.mark.django_db
MARCH, QUARTER_ENDS = date(2026, 3, 20), date(2026, 6, 30)
ONE_DAY = timedelta(days=1)


def refusal(act: Callable[[], object]) -> list[str]:
    with pytest.raises(PlansRefused) as refused:
        act()
    return factories.codes_of(refused.value)


def test_what_was_assigned_counts_from_that_day_on(reform_year: Province) -> None:
    plan = reform_year.issued().pk
    assert [count_on(plan, day).tally.assigned for day in (ISSUED - ONE_DAY, ISSUED)] == [0, 8]


def test_a_period_is_judged_from_its_last_day_on(reform_year: Province) -> None:
    plan, last = reform_year.issued().pk, date(2026, 1, 14)
    periods = [count_on(plan, day).periods for day in (last - ONE_DAY, last, last + ONE_DAY)]
    assert [(one.assigned, one.overdue) for one in periods] == [(0, 0), (1, 0), (1, 1)]


def test_a_task_of_several_agencies_is_completed_when_all_of_them_are_done(reform_year: Province) -> None:
    who = reform_year
    done(who, who.health, duty_of(owed(who, "quarter", who.health)), MARCH)
    halfway = count_on(who.issued().pk, MARCH).tasks
    done(who, who.finance, duty_of(owed(who, "quarter", who.finance)), MARCH)
    whole = count_on(who.issued().pk, MARCH).tasks
    assert (halfway.completed, halfway.implemented) == (0, 0)
    assert (whole.completed, whole.implemented) == (1, 1)


def test_silence_is_counted_from_the_last_note(reform_year: Province) -> None:
    who = reform_year
    row = owed(who, "dated", who.home)

    def silent_since() -> date:
        [thing] = [one for one in due_things(MARCH) if one.object == f"assignment:{row.pk}"]
        assert thing.kind == "task.no_progress"
        return thing.due_on

    assert silent_since() == row.assigned_on
    note_progress(by=who.home.officer, at=moment(date(2026, 2, 3)), assignment_id=row.pk, text="Đang dự thảo")
    assert silent_since() == date(2026, 2, 3)


def test_who_confirms_says_on_which_day_it_was_completed_by_nobody_but_the_report(
    reform_year: Province,
) -> None:
    who = reform_year
    claim = reported(who.health, duty_of(owed(who, "quarter", who.health)), QUARTER_ENDS)
    # The assigning side took three weeks: that makes nobody late.
    confirm_done(by=who.manager, at=moment(QUARTER_ENDS + 21 * ONE_DAY), claim_id=claim.pk)
    row = owed(who, "quarter", who.health)
    assert (row.done_on, row.was_late) == (QUARTER_ENDS, False)


def test_what_was_dropped_keeps_nothing_open_and_the_last_period_is_the_deadline_of_the_whole() -> None:
    first = Duty(state=DutyState.DONE, due_on=date(2026, 3, 31), completed_on=MARCH)
    last = Duty(state=DutyState.DONE, due_on=QUARTER_ENDS, completed_on=QUARTER_ENDS)
    dropped = Duty(state=DutyState.DROPPED, due_on=date(2026, 9, 30), extensions=1)
    found = summary_of([first, last, dropped])
    assert (found.done_on, found.due_on, found.was_late) == (QUARTER_ENDS, QUARTER_ENDS, False)
    assert (found.is_waiting, found.extensions) == (False, 0)


def test_of_what_is_open_the_first_deadline_presses_unless_it_was_reported_in_time() -> None:
    waiting = Duty(state=DutyState.REPORTED, due_on=MARCH, claimed_on=MARCH, reported_on=MARCH)
    late = Duty(state=DutyState.REPORTED, due_on=MARCH, claimed_on=MARCH + ONE_DAY, reported_on=MARCH)
    ahead = Duty(state=DutyState.OPEN, due_on=QUARTER_ENDS)
    assert summary_of([waiting, ahead]).due_on == QUARTER_ENDS
    assert summary_of([late, ahead]).due_on == MARCH
    assert (summary_of([waiting]).is_waiting, summary_of([late]).is_waiting) == (True, False)
