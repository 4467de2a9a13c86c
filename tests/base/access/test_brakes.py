"""Guessing gets slow, for who guesses; the others go on working."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from openpar.base.access.actions.brakes import (
    count_attempt,
    forget_old_brakes,
    forgive_attempt,
    lift_brake,
    trace_pause,
)
from openpar.base.access.brakes import NOBODY, Watched, watched_at_log_in, watched_of_person
from openpar.base.access.errors import AccessRefused, Braked
from openpar.base.access.models import Brake
from openpar.base.access.rules import LIMITS, pause_after
from openpar.base.accounts.models import Role, User
from openpar.base.audit.models import Entry
from openpar.base.notifications.models import Message
from tests import factories
from tests.factories import MOMENT, codes_of

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = "10.0.0.1", "203.0.113.9"
_OWN, _ACCOUNT, _ADDRESS = Brake.Kind.ACCOUNT_FROM_ADDRESS, Brake.Kind.ACCOUNT, Brake.Kind.ADDRESS


@pytest.mark.parametrize(
    ("kind", "failures", "seconds"),
    [
        (_OWN, 0, 0),
        (_OWN, 4, 0),
        (_OWN, 5, 30),
        (_OWN, 6, 60),
        (_OWN, 7, 120),
        (_OWN, 11, 1920),
        (_OWN, 12, 3600),
        (_OWN, 10_000, 3600),
        (_ACCOUNT, 49, 0),
        (_ACCOUNT, 50, 60),
        (_ACCOUNT, 99, 900),
        (_ADDRESS, 299, 0),
        (_ADDRESS, 300, 60),
        (_ADDRESS, 305, 900),
    ],
)
def test_pauses_grow_up_to_their_longest(kind: Brake.Kind, failures: int, seconds: int) -> None:
    assert pause_after(kind, failures) == timedelta(seconds=seconds)


def fail(watched: Sequence[Watched], times: int = 1, at: datetime = MOMENT) -> None:
    for _time in range(times):
        count_attempt(by=NOBODY, at=at, watched=watched)
        trace_pause(by=NOBODY, at=at, watched=watched)


def is_braked(watched: Sequence[Watched], at: datetime = MOMENT) -> bool:
    try:
        count_attempt(by=NOBODY, at=at, watched=watched)
    except Braked:
        return True
    return False


def of(name: str, address: str = HERE, user: User | None = None, device: str = "") -> tuple[Watched, ...]:
    return watched_at_log_in(name, address=address, user_id=user.pk if user else None, known_device=device)


def test_after_five_failures_not_even_the_sixth_is_tried_until_the_pause_is_over() -> None:
    fail(of("hoa"), 5)
    assert is_braked(of("hoa"))
    assert is_braked(of(" HOA "))
    assert is_braked(of("hoa"), MOMENT + timedelta(seconds=29))
    assert not is_braked(of("hoa"), MOMENT + timedelta(seconds=30))


def test_a_name_that_no_account_has_is_braked_in_the_same_words() -> None:
    hoa = factories.person(username="hoa")
    said = []
    for watched in (of("hoa", user=hoa), of("khong-co")):
        fail(watched, 5)
        with pytest.raises(Braked) as refusal:
            count_attempt(by=NOBODY, at=MOMENT, watched=watched)
        said.append(str(refusal.value))
    assert said[0] == said[1]


def test_colleagues_behind_the_same_address_and_the_person_elsewhere_go_on() -> None:
    fail(of("hoa"), 5)
    assert not is_braked(of("tu"))
    assert not is_braked(of("hoa", ELSEWHERE))


def test_a_browser_that_is_known_is_kept_out_by_nobody_else() -> None:
    for number in range(50):
        fail(of("hoa", f"198.51.100.{number}"))
    assert is_braked(of("hoa", ELSEWHERE))
    assert not is_braked(of("hoa", device="mark"))
    fail(of("hoa", device="mark"), 4)
    assert is_braked(of("hoa", device="mark"))


@pytest.fixture
def twenty_by_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an address may do is counted as above, only to a number that is reached sooner."""
    monkeypatch.setitem(LIMITS, _ADDRESS, replace(LIMITS[_ADDRESS], free=20))


@pytest.mark.usefixtures("twenty_by_address")
def test_one_address_that_tries_many_names_is_braked_at_its_number() -> None:
    for number in range(19):
        fail(of(f"ten-{number}"))
    assert not is_braked(of("ten-19"))
    assert is_braked(of("ten-moi"))
    assert not is_braked(of("ten-moi", ELSEWHERE))


@pytest.mark.usefixtures("twenty_by_address")
def test_who_gets_in_starts_anew_and_does_not_use_up_the_address() -> None:
    for _day in range(25):
        count_attempt(by=NOBODY, at=MOMENT, watched=of("hoa"))
        forgive_attempt(by=NOBODY, at=MOMENT, watched=of("hoa"))
    assert Brake.objects.count() == 0
    fail(of("hoa"), 4)
    count_attempt(by=NOBODY, at=MOMENT, watched=of("hoa"))
    forgive_attempt(by=NOBODY, at=MOMENT, watched=of("hoa"))
    fail(of("hoa"), 4)
    assert not is_braked(of("hoa"))


def test_a_day_without_failures_is_forgotten() -> None:
    fail(of("hoa"), 4)
    fail(of("hoa"), 1, MOMENT + timedelta(hours=25))
    assert Brake.objects.get(kind=_OWN).failures == 1
    assert forget_old_brakes(by=NOBODY, at=MOMENT + timedelta(hours=30)) == 0
    assert forget_old_brakes(by=NOBODY, at=MOMENT + timedelta(days=3)) == 3


def test_second_factors_are_counted_by_person_wherever_from() -> None:
    hoa = factories.person(username="hoa")
    fail(watched_of_person(hoa.pk, address=HERE), LIMITS[Brake.Kind.FACTOR].free)
    assert is_braked(watched_of_person(hoa.pk, address=ELSEWHERE))


def test_a_pause_is_traced_and_the_person_is_told_once() -> None:
    hoa = factories.person("Nguyễn Thị Hòa", username="hoa")
    fail(of("hoa", user=hoa), 5)
    fail(of("hoa", user=hoa), 1, MOMENT + timedelta(minutes=1))
    traced = Entry.objects.filter(verb="brake_log_in", about=f"user:{hoa.pk}")
    assert [entry.after["failures"] for entry in traced] == [5, 6]
    assert Message.objects.filter(recipient=hoa).count() == 1


def test_names_that_do_not_exist_do_not_fill_the_trace() -> None:
    before = Entry.objects.count()
    fail(of("khong-co"), 5)
    assert Entry.objects.count() == before


def test_what_was_typed_as_a_name_is_stored_nowhere() -> None:
    fail(of("mat-khau-go-nham"), 5)
    kept = [str(value) for row in Brake.objects.values_list() for value in row]
    assert not [text for text in kept if "mat-khau" in text]


def test_an_administrator_lifts_a_pause_with_a_reason_and_nobody_else_does() -> None:
    hoa = factories.person("Nguyễn Thị Hòa", username="hoa")
    department = factories.organisation()
    fail(of("hoa", user=hoa), 5)
    brake = Brake.objects.get(kind=_OWN)
    manager = factories.actor_as(Role.ROUND_MANAGER, department)
    administrator = factories.actor_as(Role.ADMINISTRATOR, department, "Đỗ Văn Ước")
    for by, reason, code in ((manager, "x", "not-allowed"), (administrator, " ", "reason-missing")):
        with pytest.raises(AccessRefused) as refusal:
            lift_brake(by=by, at=MOMENT, brake_id=brake.pk, reason=reason)
        assert codes_of(refusal.value) == [code]
    lift_brake(by=administrator, at=MOMENT, brake_id=brake.pk, reason="Đã gọi điện xác nhận")
    assert not is_braked(of("hoa", user=hoa))
    assert Entry.objects.get(verb="lift_brake").reason == "Đã gọi điện xác nhận"
