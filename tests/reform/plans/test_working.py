"""Work on a task: begun is not done, done is what the assigning side confirms, more time is asked for."""

from __future__ import annotations

from datetime import date

import pytest

from openpar.base.accounts.models import Role
from openpar.base.organisations.roles import Actor
from openpar.reform.plans.actions.claiming import (
    confirm_done,
    confirm_many,
    report_done,
    return_report,
    withdraw_report,
)
from openpar.reform.plans.actions.conditions import record_condition
from openpar.reform.plans.actions.requesting import (
    approve_request,
    ask_extension,
    ask_objective,
    refuse_request,
    withdraw_request,
)
from openpar.reform.plans.actions.working import note_progress
from openpar.reform.plans.errors import PlansRefused, StalePlan
from openpar.reform.plans.models import Claim, DueChange, DutyRequest, DutyState
from tests import factories
from tests.reform.plans.year import (
    Province,
    document,
    done,
    duty_of,
    moment,
    owed,
    reported,
)

pytestmark = pytest.mark.django_db
MARCH = date(2026, 3, 20)


def refused_with(refused: pytest.ExceptionInfo[PlansRefused]) -> list[str]:
    return factories.codes_of(refused.value)


def extension(who: Province, by: Actor, *, until: date = date(2026, 9, 30), on: date = MARCH) -> DutyRequest:
    duty = duty_of(owed(who, "quarter", who.health))
    return ask_extension(
        by=by, at=moment(on), duty_id=duty.pk, new_due_on=until, reason="Chờ hướng dẫn", is_objective=True
    )


def test_begun_is_not_done(reform_year: Province) -> None:
    who = reform_year
    row = owed(who, "quarter", who.health)
    note_progress(
        by=who.health.officer, at=moment(MARCH), assignment_id=row.pk, text="Đã lập kế hoạch", is_started=True
    )
    row.refresh_from_db()
    assert (row.started_on, row.done_on) == (MARCH, None)


def test_a_task_is_done_when_the_assigning_side_confirms_it(reform_year: Province) -> None:
    who = reform_year
    row = owed(who, "quarter", who.health)
    claim = reported(who.health, duty_of(row), MARCH)
    row.refresh_from_db()
    assert (row.done_on, row.reported_on, row.is_waiting) == (None, MARCH, True)
    confirm_done(by=who.manager, at=moment(date(2026, 7, 20)), claim_id=claim.pk)
    row.refresh_from_db()
    assert (row.done_on, row.was_late, row.is_waiting) == (MARCH, False, False)
    assert duty_of(row).confirmed_on == date(2026, 7, 20)


def test_only_the_head_reports_a_task_of_the_province(reform_year: Province) -> None:
    who = reform_year
    for by in (who.health.officer, who.finance.head, who.manager, who.leader, who.auditor):
        with pytest.raises(PlansRefused) as refused:
            reported(who.health, duty_of(owed(who, "quarter", who.health)), MARCH, by=by)
        assert refused_with(refused) == ["not-allowed"]


def test_the_department_of_home_affairs_does_not_confirm_its_own_work(reform_year: Province) -> None:
    who = reform_year
    claim = reported(who.home, duty_of(owed(who, "dated", who.home)), MARCH)
    for by in (who.manager, who.home.head, who.auditor, who.health.head):
        with pytest.raises(PlansRefused) as refused:
            confirm_done(by=by, at=moment(MARCH), claim_id=claim.pk)
        assert refused_with(refused) == ["not-allowed"]
    confirm_done(by=who.leader, at=moment(MARCH), claim_id=claim.pk)


def test_nobody_confirms_what_they_reported(reform_year: Province) -> None:
    who = reform_year
    both = factories.person_as(Role.AGENCY_HEAD, who.finance.organisation)
    factories.give(both, Role.LEADER, who.committee)
    actor = factories.actor(both)
    claim = reported(who.finance, duty_of(owed(who, "quarter", who.finance)), MARCH, by=actor)
    with pytest.raises(PlansRefused) as refused:
        confirm_done(by=actor, at=moment(MARCH), claim_id=claim.pk)
    assert refused_with(refused) == ["own-report"]


def test_a_report_is_sent_back_with_a_reason_and_made_again(reform_year: Province) -> None:
    who = reform_year
    row = owed(who, "quarter", who.health)
    claim = reported(who.health, duty_of(row), MARCH)
    with pytest.raises(PlansRefused) as refused:
        return_report(by=who.manager, at=moment(MARCH), claim_id=claim.pk, reason=" ")
    assert refused_with(refused) == ["text-missing"]
    return_report(by=who.manager, at=moment(MARCH), claim_id=claim.pk, reason="Thiếu phụ lục")
    row.refresh_from_db()
    assert (row.reported_on, row.is_waiting, duty_of(row).state) == (None, False, DutyState.OPEN)
    with pytest.raises(PlansRefused) as refused:
        confirm_done(by=who.manager, at=moment(MARCH), claim_id=claim.pk)
    assert refused_with(refused) == ["decided"]
    again = reported(who.health, duty_of(row), date(2026, 7, 2))
    confirm_done(by=who.manager, at=moment(date(2026, 7, 3)), claim_id=again.pk)
    row.refresh_from_db()
    assert (row.done_on, row.was_late) == (date(2026, 7, 2), True)


def test_several_reports_are_confirmed_together_or_not_at_all(reform_year: Province) -> None:
    who = reform_year
    claims = [
        reported(agency, duty_of(owed(who, name, agency)), MARCH).pk
        for name, agency in (("quarter", who.health), ("quarter", who.finance), ("dated", who.home))
    ]
    with pytest.raises(PlansRefused):
        confirm_many(by=who.manager, at=moment(MARCH), claim_ids=claims)
    assert Claim.objects.filter(state=Claim.State.CONFIRMED).count() == 0
    assert confirm_many(by=who.manager, at=moment(MARCH), claim_ids=claims[:2]) == 2
    assert Claim.objects.filter(state=Claim.State.CONFIRMED).count() == 2


def test_a_report_is_withdrawn_by_its_agency_only(reform_year: Province) -> None:
    who = reform_year
    claim = reported(who.health, duty_of(owed(who, "quarter", who.health)), MARCH)
    with pytest.raises(PlansRefused):
        withdraw_report(by=who.finance.head, at=moment(MARCH), claim_id=claim.pk)
    withdraw_report(by=who.health.head, at=moment(MARCH), claim_id=claim.pk)
    assert Claim.objects.get(pk=claim.pk).state == Claim.State.WITHDRAWN


@pytest.mark.parametrize(
    ("completed_on", "issued_on", "code"),
    [
        (date(2026, 4, 1), MARCH, "in-future"),
        (date(2025, 12, 1), date(2025, 11, 30), "before-assigned"),
        (date(2026, 3, 1), MARCH, "before-product"),
    ],
)
def test_the_day_of_completion_is_one_that_can_be(
    reform_year: Province, completed_on: date, issued_on: date, code: str
) -> None:
    who = reform_year
    duty = duty_of(owed(who, "quarter", who.health))
    product = document(who.health.officer, who.health.organisation, "9/BC-SYT", issued_on)
    with pytest.raises(PlansRefused) as refused:
        report_done(
            by=who.health.head,
            at=moment(MARCH),
            duty_id=duty.pk,
            expected_version=duty.version,
            completed_on=completed_on,
            document_id=product.pk,
        )
    assert refused_with(refused) == [code]


def test_a_product_is_a_document_of_the_agency(reform_year: Province) -> None:
    who = reform_year
    duty = duty_of(owed(who, "quarter", who.health))
    other = document(who.finance.officer, who.finance.organisation, "9/BC-STC", MARCH)
    with pytest.raises(PlansRefused) as refused:
        report_done(
            by=who.health.head,
            at=moment(MARCH),
            duty_id=duty.pk,
            expected_version=duty.version,
            completed_on=MARCH,
            document_id=other.pk,
        )
    assert refused_with(refused) == ["no-document"]


def test_a_report_on_what_was_changed_meanwhile_is_stale(reform_year: Province) -> None:
    who = reform_year
    duty = duty_of(owed(who, "quarter", who.health))
    product = document(who.health.officer, who.health.organisation, "9/BC-SYT", MARCH)
    approve_request(by=who.leader, at=moment(MARCH), request_id=extension(who, who.health.officer).pk)
    with pytest.raises(StalePlan):
        report_done(
            by=who.health.head,
            at=moment(MARCH),
            duty_id=duty.pk,
            expected_version=duty.version,
            completed_on=MARCH,
            document_id=product.pk,
        )


def test_every_month_of_recurring_work_is_judged_by_itself(reform_year: Province) -> None:
    who = reform_year
    row = owed(who, "monthly", who.finance)
    done(who, who.finance, duty_of(row, 1), date(2026, 1, 10))
    done(who, who.finance, duty_of(row, 2), date(2026, 2, 20))
    row.refresh_from_db()
    assert (row.due_on, row.done_on, row.was_late) == (date(2026, 3, 14), None, True)
    with pytest.raises(PlansRefused) as refused:
        reported(who.finance, duty_of(row, 6), date(2026, 3, 1))
    assert refused_with(refused) == ["before-period"]


def test_an_extension_keeps_the_old_deadline_and_counts(reform_year: Province) -> None:
    who = reform_year
    request = extension(who, who.health.officer)
    for by in (who.manager, who.health.head, who.auditor):
        with pytest.raises(PlansRefused) as refused:
            approve_request(by=by, at=moment(MARCH), request_id=request.pk)
        assert refused_with(refused) == ["not-allowed"]
    approve_request(by=who.leader, at=moment(MARCH), request_id=request.pk, words="Đồng ý")
    duty = duty_of(owed(who, "quarter", who.health))
    assert (duty.due_on, duty.first_due_on, duty.extensions) == (date(2026, 9, 30), date(2026, 6, 30), 1)
    change = DueChange.objects.get(duty=duty)
    assert (change.before_on, change.after_on, change.why) == (
        date(2026, 6, 30),
        date(2026, 9, 30),
        DueChange.Why.EXTENSION,
    )
    assert owed(who, "quarter", who.health).extensions == 1


@pytest.mark.parametrize("until", [date(2026, 6, 30), date(2026, 1, 1)])
def test_an_extension_is_to_a_later_day(reform_year: Province, until: date) -> None:
    with pytest.raises(PlansRefused) as refused:
        extension(reform_year, reform_year.health.officer, until=until)
    assert refused_with(refused) == ["not-later"]


def test_one_request_at_a_time_and_it_can_be_refused_or_withdrawn(reform_year: Province) -> None:
    who = reform_year
    first = extension(who, who.health.officer)
    with pytest.raises(PlansRefused) as refused:
        extension(who, who.health.officer)
    assert refused_with(refused) == ["asked"]
    withdraw_request(by=who.health.officer, at=moment(MARCH), request_id=first.pk)
    second = extension(who, who.health.officer)
    refuse_request(by=who.leader, at=moment(MARCH), request_id=second.pk, reason="Không có lý do")
    assert duty_of(owed(who, "quarter", who.health)).due_on == date(2026, 6, 30)
    states = set(DutyRequest.objects.values_list("state", flat=True))
    assert states == {DutyRequest.State.WITHDRAWN, DutyRequest.State.REFUSED}


def test_an_open_request_lapses_when_the_work_is_confirmed(reform_year: Province) -> None:
    who = reform_year
    request = extension(who, who.health.officer)
    done(who, who.health, duty_of(owed(who, "quarter", who.health)), MARCH)
    request.refresh_from_db()
    assert request.state == DutyRequest.State.WITHDRAWN


def test_an_objective_reason_leaves_the_task_late_and_says_why(reform_year: Province) -> None:
    who = reform_year
    row = owed(who, "quarter", who.health)
    with pytest.raises(PlansRefused) as refused:
        ask_objective(by=who.health.head, at=moment(MARCH), duty_id=duty_of(row).pk, reason="Bão số 3")
    assert refused_with(refused) == ["not-late"]
    done(who, who.health, duty_of(row), date(2026, 7, 5))
    request = ask_objective(
        by=who.health.head, at=moment(date(2026, 7, 6)), duty_id=duty_of(row).pk, reason="Bão số 3"
    )
    approve_request(by=who.leader, at=moment(date(2026, 7, 7)), request_id=request.pk)
    row.refresh_from_db()
    assert (row.was_late, row.is_excused) == (True, True)


def test_a_condition_that_happened_gives_the_deadline_to_every_agency(reform_year: Province) -> None:
    who = reform_year
    record_condition(
        by=who.manager, at=moment(MARCH), task_id=who.tasks["waiting"].pk, happened_on=date(2026, 3, 16)
    )
    for agency in (who.health, who.finance):
        row = owed(who, "waiting", agency)
        assert (row.due_on, duty_of(row).due_on) == (date(2026, 4, 15), date(2026, 4, 15))
    with pytest.raises(PlansRefused) as refused:
        record_condition(
            by=who.manager, at=moment(MARCH), task_id=who.tasks["waiting"].pk, happened_on=date(2026, 3, 17)
        )
    assert refused_with(refused) == ["recorded"]
    with pytest.raises(PlansRefused) as refused:
        record_condition(
            by=who.manager, at=moment(MARCH), task_id=who.tasks["dated"].pk, happened_on=date(2026, 3, 17)
        )
    assert refused_with(refused) == ["no-condition"]
