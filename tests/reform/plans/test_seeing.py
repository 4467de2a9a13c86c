"""Who sees a task, who works on it within the agency, what is told of it."""

from __future__ import annotations

from datetime import date

import pytest

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry
from openpar.base.notifications.models import Message
from openpar.base.organisations.roles import Actor
from openpar.reform.plans.actions.claiming import (
    return_report,
)
from openpar.reform.plans.actions.handing import hand_down
from openpar.reform.plans.actions.planning import create_plan
from openpar.reform.plans.actions.requesting import (
    approve_request,
    ask_extension,
)
from openpar.reform.plans.actions.working import note_progress
from openpar.reform.plans.errors import PlansRefused, StalePlan
from openpar.reform.plans.lines import led_by
from openpar.reform.plans.models import Assignment, DutyRequest, PlanLevel
from openpar.reform.plans.queries.lists import assignments_owed_by, assignments_seen_by
from openpar.reform.plans.queries.task import Happened, task_view
from openpar.reform.plans.reminding import due_things
from tests import factories
from tests.reform.plans.year import (
    Province,
    duty_of,
    issued,
    line,
    moment,
    owed,
    put,
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


def test_an_agency_hands_its_task_to_a_division_and_a_person(reform_year: Province) -> None:
    who = reform_year
    row = owed(who, "quarter", who.health)
    assert row not in assignments_seen_by(who.division_officer)
    hand_down(
        by=who.health.officer,
        at=moment(MARCH),
        assignment_id=row.pk,
        expected_version=row.version,
        division_id=who.division.pk,
        officer_id=who.division_officer.id,
    )
    assert list(assignments_owed_by(who.division_officer)) == [row]
    note_progress(
        by=who.division_officer, at=moment(MARCH), assignment_id=row.pk, text="Đang làm", is_ready=True
    )
    assert Message.objects.filter(recipient=who.health.head.id, text__startswith="Có thể báo cáo").exists()
    with pytest.raises(StalePlan):
        hand_down(by=who.health.officer, at=moment(MARCH), assignment_id=row.pk, expected_version=row.version)


@pytest.mark.parametrize(
    ("division", "officer"), [("finance", None), (None, "finance"), ("other", "finance")]
)
def test_a_task_is_handed_down_within_the_agency_only(
    reform_year: Province, division: str | None, officer: str | None
) -> None:
    who = reform_year
    row = owed(who, "quarter", who.health)
    with pytest.raises(PlansRefused):
        hand_down(
            by=who.health.officer,
            at=moment(MARCH),
            assignment_id=row.pk,
            expected_version=row.version,
            division_id=who.finance.pk if division else None,
            officer_id=who.finance.officer.id if officer else None,
        )


def test_who_cooperates_adds_notes_and_concludes_nothing(reform_year: Province) -> None:
    who = reform_year
    row = owed(who, "dated", who.home)
    assert row in assignments_seen_by(who.health.officer)
    assert row not in assignments_owed_by(who.health.officer)
    note = note_progress(
        by=who.health.officer, at=moment(MARCH), assignment_id=row.pk, text="Đã cử người tham gia"
    )
    assert note.organisation_id == who.health.pk
    with pytest.raises(PlansRefused) as refused:
        note_progress(
            by=who.health.officer, at=moment(MARCH), assignment_id=row.pk, text="Xong", is_started=True
        )
    assert refused_with(refused) == ["not-lead"]
    with pytest.raises(PlansRefused) as refused:
        note_progress(by=who.finance.officer, at=moment(MARCH), assignment_id=row.pk, text="Xong")
    assert refused_with(refused) == ["not-allowed"]


def test_a_person_sees_what_concerns_them_and_a_stranger_nothing(reform_year: Province) -> None:
    who = reform_year
    everything = Assignment.objects.count()
    counts = {
        "manager": assignments_seen_by(who.manager).count(),
        "leader": assignments_seen_by(who.leader).count(),
        "auditor": assignments_seen_by(who.auditor).count(),
        "health": assignments_seen_by(who.health.head).count(),
        "division": assignments_seen_by(who.division_officer).count(),
        "administrator": assignments_seen_by(
            factories.actor_as(Role.ADMINISTRATOR, who.health.organisation)
        ).count(),
    }
    assert counts == {
        "manager": everything,
        "leader": everything,
        "auditor": everything,
        "health": 3,
        "division": 0,
        "administrator": 0,
    }
    row = owed(who, "quarter", who.finance)
    assert task_view(who.health.head, row.pk, MARCH) is None
    assert task_view(who.manager, row.pk, MARCH) is not None
    assert task_view(who.manager, 0, MARCH) is None


def test_a_division_sees_what_it_owes_under_the_plan_of_its_agency(reform_year: Province) -> None:
    who = reform_year
    plan = create_plan(
        by=who.health.officer,
        at=moment(MARCH),
        organisation_id=who.health.pk,
        year=2026,
        level=PlanLevel.AGENCY,
        title="KH Sở Y tế",
    )
    version = plan.versions.get()
    own, whole = (
        line("Việc của phòng", leads=led_by(who.division.pk)),
        line("Chung", leads=led_by(who.health.pk)),
    )
    put(version, who.health.officer, own, whole, at=moment(MARCH))
    issued(version, who.health.head, who.health.organisation, number="2/KH", on=MARCH)
    inside = factories.actor_as(Role.DIVISION_OFFICER, who.health.organisation)
    seen = {
        name: set(assignments_seen_by(by).values_list("line__text", flat=True))
        for name, by in (
            ("division", who.division_officer),
            ("officer inside", inside),
            ("finance", who.finance.head),
        )
    }
    assert seen["division"] == {"Việc của phòng"}
    assert seen["officer inside"] == set()
    assert "Chung" not in seen["finance"]
    row = Assignment.objects.get(line__text="Việc của phòng")
    note_progress(
        by=who.division_officer, at=moment(MARCH), assignment_id=row.pk, text="Làm", is_started=True
    )


def test_a_task_tells_everything_that_happened_to_it_in_order(reform_year: Province) -> None:
    who = reform_year
    row = owed(who, "quarter", who.health)
    hand_down(
        by=who.health.officer,
        at=moment(date(2026, 1, 5)),
        assignment_id=row.pk,
        expected_version=row.version,
        division_id=who.division.pk,
    )
    note_progress(
        by=who.division_officer,
        at=moment(date(2026, 2, 5)),
        assignment_id=row.pk,
        text="Bắt đầu",
        is_started=True,
    )
    approve_request(
        by=who.leader, at=moment(date(2026, 3, 21)), request_id=extension(who, who.health.officer).pk
    )
    claim = reported(who.health, duty_of(row), date(2026, 8, 1))
    return_report(by=who.manager, at=moment(date(2026, 8, 2)), claim_id=claim.pk, reason="Thiếu")
    view = task_view(who.health.head, row.pk, date(2026, 8, 3))
    assert view is not None
    assert [step.kind for step in view.steps] == [
        Happened.ASSIGNED,
        Happened.HANDED,
        Happened.PROGRESS,
        Happened.ASKED,
        Happened.DEADLINE,
        Happened.ANSWERED,
        Happened.REPORTED,
        Happened.DECIDED,
    ]
    verbs = Entry.objects.filter(object=f"assignment:{row.pk}").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == [
        "task.handed_down",
        "task.progress_noted",
        "task.extension_asked",
        "task.request_approved",
        "task.reported_done",
        "task.returned",
    ]


def test_reminders_go_to_whoever_does_it_and_stop_when_it_is_reported(reform_year: Province) -> None:
    who = reform_year
    row = owed(who, "dated", who.home)
    today = date(2026, 3, 24)
    [thing] = [one for one in due_things(today) if one.object == f"duty:{duty_of(row).pk}"]
    assert (thing.kind, thing.due_on, thing.known_from) == ("plan.task", date(2026, 3, 31), row.assigned_on)
    assert thing.responsible == (who.home.officer.id,)
    assert thing.heads == (who.home.head.id,)
    assert thing.assigners == (who.manager.id,)
    reported(who.home, duty_of(row), today)
    things = [one for one in due_things(today) if one.object == f"duty:{duty_of(row).pk}"]
    assert [one.kind for one in things] == ["plan.completion_to_confirm"]
    assert things[0].responsible == (who.manager.id,)
