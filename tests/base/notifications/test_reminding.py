"""The ledger: each step once for each person, whatever run sends it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from openpar.base.accounts.actions import deactivate
from openpar.base.accounts.models import Role, User
from openpar.base.notifications.actions import reminding
from openpar.base.notifications.actions.reminding import remind
from openpar.base.notifications.due import DueThing, Together, holders
from openpar.base.notifications.models import Message, Reminder, Topic
from openpar.base.notifications.rules import Owed, UnknownKind, settings_in_force
from openpar.base.organisations.models import Organisation
from openpar.common.formats import VIETNAM
from openpar.common.triggers import guard_that_fired
from tests import factories
from tests.worlds import world

pytestmark = pytest.mark.django_db
DUE = date(2026, 12, 15)


@dataclass
class Desk:
    """An agency with its officer and its head, and somebody who assigns."""

    agency: Organisation
    officer: User
    head: User
    assigner: User

    def task(self, number: int = 1, due_on: date = DUE) -> DueThing:
        return DueThing(
            kind="plan.task",
            object=f"task:{number}",
            due_on=due_on,
            text=f"Nhiệm vụ {number}",
            link=f"/tasks/{number}/",
            responsible=(self.officer.pk,),
            heads=(self.head.pk,),
            assigners=(self.assigner.pk,),
        )


@world
def reminded_desk() -> Desk:
    agency = factories.organisation("Sở Y tế")
    steering = factories.organisation("Sở Nội vụ", assessed=False)
    return Desk(
        agency,
        factories.person_as(Role.FOCAL_OFFICER, agency, "Cán bộ"),
        factories.person_as(Role.AGENCY_HEAD, agency, "Giám đốc"),
        factories.person_as(Role.ROUND_MANAGER, steering, "Người giao"),
    )


def on(days: int) -> datetime:
    return datetime(DUE.year, DUE.month, DUE.day, 6, 30, tzinfo=VIETNAM) + timedelta(days)


def texts(user: User) -> list[str]:
    return list(Message.objects.filter(recipient=user).order_by("pk").values_list("text", flat=True))


def test_a_step_is_told_once_however_often_the_job_runs(reminded_desk: Desk) -> None:
    things = [reminded_desk.task()]
    assert [remind(things=things, at=on(-30)) for _run in range(3)] == [1, 0, 0]
    message = Message.objects.get()
    assert (message.topic, message.link) == (Topic.REMINDER, "/tasks/1/")
    assert texts(reminded_desk.officer) == ["Còn 30 ngày, hạn 15/12/2026: Nhiệm vụ 1"]


def test_a_week_without_runs_is_caught_up_by_one_message(reminded_desk: Desk) -> None:
    things = [reminded_desk.task()]
    assert remind(things=things, at=on(3)) == 2
    assert texts(reminded_desk.officer) == ["Quá hạn 3 ngày, hạn 15/12/2026: Nhiệm vụ 1"]
    line = Reminder.objects.get(recipient=reminded_desk.officer)
    assert (line.step, line.passed_over) == (1, "-30 -7 -1 +0")
    assert texts(reminded_desk.assigner) == []


def test_being_late_climbs_from_the_officer_to_the_head_and_the_assigning_side(reminded_desk: Desk) -> None:
    for days in range(-31, 23):
        remind(things=[reminded_desk.task()], at=on(days))
    told = {
        user.full_name: list(Reminder.objects.filter(recipient=user).values_list("step", flat=True))
        for user in (reminded_desk.officer, reminded_desk.head, reminded_desk.assigner)
    }
    assert told == {
        "Cán bộ": [-30, -7, -1, 0, 1, 8, 15, 22],
        "Giám đốc": [1, 8, 15, 22],
        "Người giao": [15, 22],
    }


def test_another_deadline_begins_anew(reminded_desk: Desk) -> None:
    remind(things=[reminded_desk.task()], at=on(-1))
    later = reminded_desk.task(due_on=DUE + timedelta(6))
    assert remind(things=[later], at=on(-1)) == 1
    assert remind(things=[later], at=on(-1)) == 0


def test_who_follows_in_the_office_hears_of_the_step_too(reminded_desk: Desk) -> None:
    remind(things=[reminded_desk.task()], at=on(-7))
    follower = factories.person_as(Role.FOCAL_OFFICER, reminded_desk.agency, "Người kế nhiệm")
    handed = replace(reminded_desk.task(), responsible=(reminded_desk.officer.pk, follower.pk))
    assert remind(things=[handed], at=on(-6)) == 1
    assert texts(follower) == ["Còn 6 ngày, hạn 15/12/2026: Nhiệm vụ 1"]


def test_a_stopped_account_is_told_nothing(reminded_desk: Desk) -> None:
    deactivate(by=factories.registrar(), at=on(-40), user_id=reminded_desk.officer.pk, reason="Nghỉ hưu")
    assert remind(things=[reminded_desk.task()], at=on(-7)) == 0


LINE = Together("Nhiệm vụ của mọi đơn vị", "/plans/1/?view=list&task=7")


def test_the_same_step_of_what_belongs_together_is_one_message(reminded_desk: Desk) -> None:
    """Whoever gave one line to many agencies hears of it once; each agency of its own."""
    others = [factories.person_as(Role.FOCAL_OFFICER, reminded_desk.agency, f"Cán bộ {n}") for n in range(3)]
    things = [
        replace(reminded_desk.task(n), together=LINE, responsible=(other.pk,), heads=())
        for n, other in enumerate(others)
    ]
    apart = replace(reminded_desk.task(9), responsible=(), heads=())
    assert remind(things=[*things, apart], at=on(15)) == 3 + 1 + 1
    assert texts(reminded_desk.assigner) == [
        "Quá hạn 15 ngày, hạn 15/12/2026: Nhiệm vụ của mọi đơn vị: 3 đơn vị",
        "Quá hạn 15 ngày, hạn 15/12/2026: Nhiệm vụ 9",
    ]
    together = Message.objects.filter(recipient=reminded_desk.assigner, link=LINE.link).get()
    told = together.reminders.order_by("object").values_list("object", "step")
    assert list(told) == [("task:0", 15), ("task:1", 15), ("task:2", 15)]
    assert texts(others[0]) == ["Quá hạn 15 ngày, hạn 15/12/2026: Nhiệm vụ 0"]
    assert remind(things=[*things, apart], at=on(15)) == 0


def test_what_joins_later_or_has_another_day_is_told_apart(reminded_desk: Desk) -> None:
    def thing(number: int, due_on: date = DUE) -> DueThing:
        return replace(reminded_desk.task(number, due_on), together=LINE, responsible=(), heads=())

    remind(things=[thing(1), thing(2)], at=on(15))
    late = [thing(1), thing(2), thing(3), thing(4, DUE - timedelta(7))]
    assert remind(things=late, at=on(15)) == 2
    assert texts(reminded_desk.assigner) == [
        "Quá hạn 15 ngày, hạn 15/12/2026: Nhiệm vụ của mọi đơn vị: 2 đơn vị",
        "Quá hạn 15 ngày, hạn 15/12/2026: Nhiệm vụ 3",
        "Quá hạn 22 ngày, hạn 08/12/2026: Nhiệm vụ 4",
    ]


def test_what_belongs_together_is_told_whole_however_much_it_is(
    reminded_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminding, "_AT_ONCE", 2)
    alone = [replace(reminded_desk.task(n), responsible=(), heads=()) for n in (1, 2, 3)]
    things = [replace(reminded_desk.task(n), together=LINE, responsible=(), heads=()) for n in range(4, 9)]
    mixed = [alone[0], *things[:2], alone[1], *things[2:], alone[2]]
    assert remind(things=mixed, at=on(15)) == 4
    assert "Quá hạn 15 ngày, hạn 15/12/2026: Nhiệm vụ của mọi đơn vị: 5 đơn vị" in texts(
        reminded_desk.assigner
    )


def test_a_kind_without_a_rule_is_a_named_defect(reminded_desk: Desk) -> None:
    unknown = replace(reminded_desk.task(2), kind="plan.tusk")
    with pytest.raises(UnknownKind, match=r"plan\.tusk"):
        remind(things=[reminded_desk.task(), unknown], at=on(0))
    assert not Message.objects.exists()


def test_a_message_without_its_line_of_the_ledger_cannot_be(
    reminded_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def falls(*_arguments: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(Reminder.objects, "bulk_create", falls)
    with pytest.raises(RuntimeError, match="power cut"):
        remind(things=[reminded_desk.task()], at=on(0))
    assert not Message.objects.exists()


def test_a_run_that_was_overtaken_looks_again_and_sends_nothing(
    reminded_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another run has written between our look and our line."""
    things = [reminded_desk.task()]
    really = reminding._owed_now
    seen_before = really(things, settings_in_force().rules_on(DUE), DUE)
    remind(things=things, at=on(0))
    looks = iter([seen_before])

    def late(*arguments: object) -> list[Owed]:
        return next(looks, None) or really(*arguments)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(reminding, "_owed_now", late)
    assert remind(things=things, at=on(0)) == 0
    assert next(looks, None) is None
    assert (Message.objects.count(), Reminder.objects.count()) == (1, 1)


def test_the_database_refuses_a_second_line_of_the_same_step(reminded_desk: Desk) -> None:
    remind(things=[reminded_desk.task()], at=on(0))
    line = Reminder.objects.get()
    other = Message.objects.create(recipient=reminded_desk.officer, text="…", sent_at=on(0))
    line.pk, line.message = None, other
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save(force_insert=True)


def test_many_things_are_a_few_questions(reminded_desk: Desk) -> None:
    def asked(things: Sequence[DueThing]) -> int:
        with CaptureQueriesContext(connection) as seen:
            remind(things=things, at=on(0))
        return len(seen)

    few = asked([reminded_desk.task(number) for number in range(3)])
    assert asked([reminded_desk.task(number) for number in range(100, 300)]) <= few + 2


def test_holders_are_found_by_agency_in_one_question(reminded_desk: Desk) -> None:
    nobody = factories.organisation("Sở Tài chính")
    with CaptureQueriesContext(connection) as seen:
        found = holders([reminded_desk.agency.pk, nobody.pk], Role.FOCAL_OFFICER, Role.AGENCY_HEAD, on=DUE)
    assert len(seen) == 1
    assert found == {reminded_desk.agency.pk: (reminded_desk.officer.pk, reminded_desk.head.pk)}


@pytest.mark.parametrize(
    "change", ["UPDATE notifications_reminder SET step = 99", "DELETE FROM notifications_reminder"]
)
def test_the_ledger_only_grows(reminded_desk: Desk, change: str) -> None:
    remind(things=[reminded_desk.task()], at=on(0))
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert "notifications_reminder" in str(guard_that_fired(refusal.value))
