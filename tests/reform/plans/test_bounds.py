"""The last day that is still good, and the first that is not; what is asked twice, or decided meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from openpar.base.accounts.models import Role
from openpar.base.documents.actions import add_document
from openpar.base.notifications.models import Message
from openpar.engine.periods import PeriodKind
from openpar.reform.plans.actions.claiming import report_done, return_report
from openpar.reform.plans.actions.conditions import record_condition
from openpar.reform.plans.actions.drafting import add_line, change_line, line_of, remove_line
from openpar.reform.plans.actions.handing import hand_down
from openpar.reform.plans.actions.issuing import issue_plan
from openpar.reform.plans.actions.replacing import discard_version, draft_version, settle_line, settle_rest
from openpar.reform.plans.actions.requesting import (
    approve_request,
    ask_extension,
    ask_objective,
    refuse_request,
    withdraw_request,
)
from openpar.reform.plans.actions.working import note_progress
from openpar.reform.plans.errors import PlansRefused, StalePlan
from openpar.reform.plans.lines import Deadline, Settlement, led_by
from openpar.reform.plans.models import Assignment, DeadlineKind, DutyRequest, LineChange, Plan
from openpar.reform.plans.queries.figures import tasks_on_time
from openpar.reform.plans.reminding import due_things
from tests import factories
from tests.reform.plans.year import (
    ISSUED,
    Agency,
    Province,
    document,
    done,
    draft,
    duty_of,
    in_force,
    issued,
    line,
    moment,
    owed,
    province,
    put,
    reported,
)

pytestmark = pytest.mark.django_db
MARCH, QUARTER_ENDS = date(2026, 3, 20), date(2026, 6, 30)
ONE_DAY = timedelta(days=1)


def refusal(act: Callable[[], object]) -> list[str]:
    with pytest.raises(PlansRefused) as refused:
        act()
    return factories.codes_of(refused.value)


# Days of completion


def test_work_may_be_completed_on_the_day_it_was_assigned_and_on_that_of_its_product(
    reform_year: Province,
) -> None:
    who = reform_year
    # `reported` attaches a product of the day of completion, on that very day.
    for name, agency, day in (("quarter", who.health, ISSUED), ("communes", who.communes[0], MARCH)):
        claim = reported(agency, duty_of(owed(who, name, agency)), day)
        assert claim.completed_on == day
    second = duty_of(owed(who, "monthly", who.finance), 2)
    assert second.from_on == date(2026, 1, 15)
    assert reported(who.finance, second, second.from_on).completed_on == second.from_on


@pytest.mark.parametrize(("days_late", "was_late"), [(0, False), (1, True)])
def test_the_day_of_the_deadline_is_on_time_and_the_next_is_late(
    reform_year: Province, days_late: int, was_late: bool
) -> None:
    who = reform_year
    row = owed(who, "quarter", who.health)
    done(who, who.health, duty_of(row), QUARTER_ENDS + timedelta(days_late))
    row.refresh_from_db()
    assert row.was_late is was_late
    figure = tasks_on_time([who.health.pk], 2026, QUARTER_ENDS + timedelta(5))
    assert (figure.numerator, figure.denominator) == (0 if was_late else 1, 1)


def test_what_was_reported_on_its_last_day_waits_for_others_and_is_not_reminded_of(
    reform_year: Province,
) -> None:
    who = reform_year
    for agency, day in ((who.health, QUARTER_ENDS), (who.finance, QUARTER_ENDS + ONE_DAY)):
        reported(agency, duty_of(owed(who, "quarter", agency)), day)
    waiting = {agency.pk: owed(who, "quarter", agency).is_waiting for agency in (who.health, who.finance)}
    assert waiting == {who.health.pk: True, who.finance.pk: False}
    objects = {
        agency.pk: f"duty:{duty_of(owed(who, 'quarter', agency)).pk}" for agency in (who.health, who.finance)
    }
    reminded = {one.object for one in due_things(QUARTER_ENDS + 2 * ONE_DAY) if one.kind == "plan.task"}
    assert objects[who.finance.pk] in reminded
    assert objects[who.health.pk] not in reminded


def test_a_product_that_is_secret_stays_outside(reform_year: Province) -> None:
    who = reform_year
    duty = duty_of(owed(who, "quarter", who.health))
    secret = add_document(
        by=who.health.officer,
        at=moment(MARCH),
        owner_id=who.health.pk,
        title="Văn bản mật",
        number="1/BC",
        issued_on=MARCH,
        is_secret=True,
    )
    report = partial(
        report_done, by=who.health.head, at=moment(MARCH), duty_id=duty.pk, expected_version=duty.version
    )
    assert refusal(partial(report, completed_on=MARCH, document_id=secret.pk)) == ["secret"]


def test_what_is_reported_already_is_not_reported_again(reform_year: Province) -> None:
    who = reform_year
    duty = duty_of(owed(who, "quarter", who.health))
    reported(who.health, duty, MARCH)
    assert refusal(partial(reported, who.health, duty, MARCH)) == ["not-open"]


def test_each_side_hears_once_of_a_report_and_of_its_return(reform_year: Province) -> None:
    who = reform_year
    row = owed(who, "quarter", who.health)
    claim = reported(who.health, duty_of(row), MARCH)
    return_report(by=who.manager, at=moment(MARCH), claim_id=claim.pk, reason="Thiếu phụ lục")
    told = Message.objects.filter(link=f"/tasks/{row.pk}/").values_list("recipient_id", "text")
    assert sorted((person, text.partition(":")[0]) for person, text in told) == sorted(
        [
            (who.manager.person_id, "Sở Y tế báo cáo hoàn thành"),
            (who.health.head.person_id, "Báo cáo hoàn thành bị trả lại"),
            (who.health.officer.person_id, "Báo cáo hoàn thành bị trả lại"),
        ]
    )


# Requests


def asked(who: Province, until: date, *, on: date = MARCH, agency: Agency | None = None) -> DutyRequest:
    here = agency or who.health
    duty = duty_of(owed(who, "quarter", here))
    return ask_extension(
        by=here.officer, at=moment(on), duty_id=duty.pk, new_due_on=until, reason="Chờ hướng dẫn"
    )


def test_a_later_deadline_is_never_in_the_past_and_may_be_today(reform_year: Province) -> None:
    who, today = reform_year, QUARTER_ENDS + 10 * ONE_DAY
    assert refusal(partial(asked, who, today - ONE_DAY, on=today)) == ["not-later"]
    assert asked(who, today, on=today).new_due_on == today


def test_no_more_time_for_what_was_reported(reform_year: Province) -> None:
    who = reform_year
    reported(who.health, duty_of(owed(who, "quarter", who.health)), MARCH)
    assert refusal(partial(asked, who, date(2026, 9, 30))) == ["not-open"]


def test_nobody_decides_on_what_they_asked_for(reform_year: Province) -> None:
    who = reform_year
    both = factories.person_as(Role.AGENCY_HEAD, who.health.organisation)
    factories.give(both, Role.LEADER, who.committee)
    by = factories.actor(both)
    duty = duty_of(owed(who, "quarter", who.health))
    request = ask_extension(
        by=by, at=moment(MARCH), duty_id=duty.pk, new_due_on=date(2026, 9, 30), reason="Chờ"
    )
    decide: dict[str, Any] = {"by": by, "at": moment(MARCH), "request_id": request.pk}
    assert refusal(partial(approve_request, **decide)) == ["own-request"]
    assert refusal(partial(refuse_request, **decide, reason="Không")) == ["own-request"]


def test_a_request_is_decided_once_and_taken_back_by_its_agency_only(reform_year: Province) -> None:
    who = reform_year
    request = asked(who, date(2026, 9, 30))
    withdraw = partial(withdraw_request, at=moment(MARCH), request_id=request.pk)
    for stranger in (who.finance.head, who.manager, who.leader):
        assert refusal(partial(withdraw, by=stranger)) == ["not-allowed"]
    approve = partial(approve_request, by=who.leader, at=moment(MARCH), request_id=request.pk)
    approve()
    assert refusal(approve) == ["decided"]
    assert refusal(partial(withdraw, by=who.health.officer)) == ["decided"]
    assert duty_of(owed(who, "quarter", who.health)).extensions == 1


def test_what_was_reported_since_it_was_asked_gets_no_other_deadline(reform_year: Province) -> None:
    who = reform_year
    request = asked(who, date(2026, 9, 30))
    reported(who.health, duty_of(owed(who, "quarter", who.health)), MARCH)
    approve = partial(approve_request, by=who.leader, at=moment(MARCH), request_id=request.pk)
    assert refusal(approve) == ["moved"]
    assert duty_of(owed(who, "quarter", who.health)).due_on == QUARTER_ENDS


def moved_by_the_plan(who: Province, name: str, until: date) -> Plan:
    """The plan is replaced on 02/08/2026: another deadline for one task, everything else goes on."""
    at = moment(date(2026, 7, 30))
    version = draft_version(by=who.manager, at=at, plan_id=who.issued().pk)
    row = version.lines.get(task=who.tasks[name])
    wording = replace(line_of(row), deadline=Deadline.by(until))
    settle_line(
        by=who.manager,
        at=at,
        line_id=row.pk,
        expected_version=version.version,
        settlement=Settlement(LineChange.CHANGED, "Điều 4", wording),
    )
    version.refresh_from_db()
    settle_rest(
        by=who.manager, at=at, version_id=version.pk, expected_version=version.version, clause="Điều 1"
    )
    return issued(
        version, who.manager, who.home.organisation, number="2649/QĐ-UBND", on=date(2026, 8, 2)
    ).plan


def test_a_deadline_that_the_plan_moved_meanwhile_is_not_overwritten(reform_year: Province) -> None:
    who = reform_year
    request = asked(who, date(2026, 9, 30))
    moved_by_the_plan(who, "quarter", date(2026, 11, 30))
    approve = partial(approve_request, by=who.leader, at=moment(date(2026, 8, 5)), request_id=request.pk)
    assert refusal(approve) == ["moved"]
    assert duty_of(owed(who, "quarter", who.health)).due_on == date(2026, 11, 30)


def test_a_reason_for_being_late_counts_from_the_day_after_the_deadline_and_once(
    reform_year: Province,
) -> None:
    who = reform_year
    duty = duty_of(owed(who, "quarter", who.health))
    ask = partial(ask_objective, by=who.health.head, duty_id=duty.pk, reason="Bão số 3")
    assert refusal(partial(ask, at=moment(QUARTER_ENDS))) == ["not-late"]
    request = ask(at=moment(QUARTER_ENDS + ONE_DAY))
    approve_request(by=who.leader, at=moment(QUARTER_ENDS + ONE_DAY), request_id=request.pk)
    assert refusal(partial(ask, at=moment(QUARTER_ENDS + 2 * ONE_DAY))) == ["not-late"]


def test_a_reason_for_being_late_is_still_decided_when_the_work_is_confirmed(reform_year: Province) -> None:
    who, late = reform_year, QUARTER_ENDS + 5 * ONE_DAY
    duty = duty_of(owed(who, "quarter", who.health))
    request = ask_objective(by=who.health.head, at=moment(late), duty_id=duty.pk, reason="Bão số 3")
    done(who, who.health, duty, late)
    approve_request(by=who.leader, at=moment(late), request_id=request.pk)
    row = owed(who, "quarter", who.health)
    assert (row.was_late, row.is_excused) == (True, True)


# Coming into force


def test_a_period_that_ends_on_the_first_day_of_the_plan_is_owed() -> None:
    who = province()
    for year, on, periods in ((2026, date(2026, 1, 14), 12), (2027, date(2027, 1, 15), 11)):
        version = draft(who, year=year)
        monthly = Deadline(DeadlineKind.RECURRING, each=PeriodKind.MONTH)
        [task] = put(version, who.manager, line(leads=led_by(who.health.pk), deadline=monthly))
        issued(version, who.manager, who.home.organisation, number=f"{year}/KH", on=on)
        assert Assignment.objects.get(task=task).duties.count() == periods


def test_a_plan_comes_into_force_on_the_day_of_its_document_and_never_before() -> None:
    who = province()
    version = draft(who)
    put(version, who.manager, line(leads=led_by(who.health.pk)))
    version.refresh_from_db()
    paper = document(who.manager, who.home.organisation)
    issue = partial(
        issue_plan,
        by=who.manager,
        version_id=version.pk,
        expected_version=version.version,
        document_id=paper.pk,
    )
    early = partial(issue, at=moment(ISSUED), from_on=ISSUED - ONE_DAY)
    assert refusal(early) == ["before-document"]
    assert refusal(partial(issue, at=moment(ISSUED), from_on=ISSUED + ONE_DAY)) == ["not-yet"]
    assert issue(at=moment(ISSUED)).from_on == ISSUED


def test_a_document_without_a_number_brings_nothing_into_force() -> None:
    who = province()
    version = draft(who)
    put(version, who.manager, line(leads=led_by(who.health.pk)))
    for number, on in (("", ISSUED), ("257/KH", None)):
        version.refresh_from_db()
        paper = add_document(
            by=who.manager,
            at=moment(ISSUED),
            owner_id=who.home.pk,
            title="Kế hoạch",
            number=number,
            issued_on=on,
            link="https://congbao.example.vn/1",
        )
        issue = partial(
            issue_plan,
            by=who.manager,
            at=moment(ISSUED),
            version_id=version.pk,
            expected_version=version.version,
            document_id=paper.pk,
            from_on=ISSUED,
        )
        assert refusal(issue) == ["document-bare"]


def test_a_version_replaces_another_from_a_later_day(reform_year: Province) -> None:
    who = reform_year
    version = draft_version(by=who.manager, at=moment(ISSUED), plan_id=who.issued().pk)
    settle_rest(
        by=who.manager,
        at=moment(ISSUED),
        version_id=version.pk,
        expected_version=version.version,
        clause="Điều 1",
    )
    bring = partial(issued, version, who.manager, who.home.organisation)
    assert refusal(partial(bring, number="258/QĐ", on=ISSUED)) == ["before-replaced"]
    assert bring(number="259/QĐ", on=ISSUED + ONE_DAY).from_on == ISSUED + ONE_DAY


def test_every_agency_is_told_once_when_a_plan_comes_into_force(reform_year: Province) -> None:
    who = reform_year
    link = f"/plans/{who.issued().pk}/"
    for agency in who.agencies():
        for person in (agency.head, agency.officer):
            assert Message.objects.filter(recipient=person.id, link=link).count() == 1


def test_what_was_issued_is_written_in_by_nobody(reform_year: Province) -> None:
    who = reform_year
    version = in_force(who.issued())
    seen: dict[str, Any] = {"by": who.manager, "at": moment(MARCH), "expected_version": version.version}
    row = version.lines.get(task=who.tasks["dated"])
    for act in (
        partial(add_line, **seen, version_id=version.pk, line=line(leads=led_by(who.health.pk))),
        partial(change_line, **seen, line_id=row.pk, line=line(leads=led_by(who.home.pk))),
        partial(remove_line, **seen, line_id=row.pk),
        partial(settle_rest, **seen, version_id=version.pk, clause="Điều 1"),
        partial(discard_version, **seen, version_id=version.pk),
    ):
        assert refusal(act) == ["not-draft"]


# Working


def test_work_begins_once_and_the_first_day_stays(reform_year: Province) -> None:
    who = reform_year
    row = owed(who, "quarter", who.health)
    for day in (MARCH, MARCH + 10 * ONE_DAY):
        note_progress(
            by=who.health.officer, at=moment(day), assignment_id=row.pk, text="Làm", is_started=True
        )
    row.refresh_from_db()
    assert row.started_on == MARCH


def test_who_hands_a_task_down_has_seen_what_happened_to_it(reform_year: Province) -> None:
    who = reform_year
    row = owed(who, "quarter", who.health)
    seen = row.version
    reported(who.health, duty_of(row), MARCH)
    hand = partial(hand_down, by=who.health.officer, at=moment(MARCH), assignment_id=row.pk)
    with pytest.raises(StalePlan):
        hand(expected_version=seen, division_id=who.division.pk)
    row.refresh_from_db()
    assert hand(expected_version=row.version, division_id=who.division.pk).division_id == who.division.pk


def test_a_note_belongs_to_a_period_of_its_own_task(reform_year: Province) -> None:
    who = reform_year
    row, other = owed(who, "quarter", who.finance), owed(who, "monthly", who.finance)
    note = partial(
        note_progress, by=who.finance.officer, at=moment(MARCH), assignment_id=row.pk, text="Đang làm"
    )
    assert refusal(partial(note, duty_id=duty_of(other, 3).pk)) == ["no-duty"]
    assert note(duty_id=duty_of(row).pk).duty_id == duty_of(row).pk


def test_an_event_is_recorded_by_the_side_that_assigned_it_once_it_has_happened(
    reform_year: Province,
) -> None:
    who = reform_year
    record = partial(record_condition, at=moment(MARCH), task_id=who.tasks["waiting"].pk)
    for stranger in (who.health.head, who.leader, who.auditor):
        assert refusal(partial(record, by=stranger, happened_on=MARCH)) == ["not-allowed"]
    assert refusal(partial(record, by=who.manager, happened_on=MARCH + ONE_DAY)) == ["in-future"]
    early = partial(record, by=who.manager, happened_on=MARCH, due_on=MARCH - ONE_DAY)
    assert refusal(early) == ["before-event"]
    assert record(by=who.manager, happened_on=MARCH).due_on == MARCH + timedelta(days=30)
