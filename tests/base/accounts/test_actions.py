"""People, passwords and the periods of roles."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from openpar.base.accounts import actions
from openpar.base.accounts.actions import AccountRefused
from openpar.base.accounts.models import Role, RoleHeld, User
from openpar.base.accounts.queries import actor_of
from openpar.base.audit.models import Entry
from openpar.base.audit.queries import history_about
from openpar.base.organisations.models import Organisation
from tests import factories
from tests.factories import MOMENT, PASSWORD, codes_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 5)


def give(
    user: User, where: Organisation, since: date, until: date | None, role: Role = Role.APPRAISER
) -> RoleHeld:
    return actions.give_role(
        by=factories.registrar(),
        at=MOMENT,
        user_id=user.pk,
        role=role,
        organisation_id=where.pk,
        held_from=since,
        held_until=until,
    )


def test_a_person_is_stored_under_a_user_name_in_small_letters() -> None:
    user = factories.person("  Nguyễn  Văn An ", username="An.NV")
    assert (user.username, user.full_name, user.name_folded) == ("an.nv", "Nguyễn Văn An", "nguyen van an")


def test_nobody_logs_in_before_a_password_is_set() -> None:
    user = factories.person()
    assert not user.has_usable_password()
    actions.set_password(by=factories.registrar(), at=MOMENT, user_id=user.pk, password=PASSWORD)
    assert User.objects.get().check_password(PASSWORD)


def test_everything_wrong_with_a_new_person_is_said_at_once() -> None:
    factories.person(username="an.nv")
    with pytest.raises(AccountRefused) as refusal:
        actions.create_user(
            by=factories.registrar(),
            at=MOMENT,
            username="AN.NV",
            full_name=" ",
            email="khong-phai-thu",
            password="12345678",
        )
    found = codes_of(refusal.value)
    assert found[:3] == ["username-taken", "name-unfit", "email-unfit"]
    assert set(found[3:]) == {"password-weak"}
    assert User.objects.count() == 1


@pytest.mark.parametrize("username", ["", "an", "nguyễn.an", "-an", "an nguyen", "a" * 81])
def test_a_user_name_that_people_could_not_type_is_refused(username: str) -> None:
    with pytest.raises(AccountRefused) as refusal:
        actions.create_user(by=factories.registrar(), at=MOMENT, username=username, full_name="An")
    assert codes_of(refusal.value) == ["username-unfit"]


def test_no_password_ever_stands_in_the_trace() -> None:
    user = factories.person(password=PASSWORD)
    actions.set_password(by=factories.registrar(), at=MOMENT, user_id=user.pk, password=PASSWORD + "x")
    kept = [str(value) for row in Entry.objects.values_list() for value in row]
    hashes = User.objects.get().password
    assert Entry.objects.filter(verb="set_password").count() == 1
    assert not [text for text in kept if PASSWORD in text or hashes in text or "argon2" in text]


def test_people_set_their_own_password_and_nobody_elses() -> None:
    department = factories.organisation()
    officer = factories.person_as(Role.FOCAL_OFFICER, department)
    other = factories.person("Trần Thị Bình")
    officer_acts = factories.actor(officer)
    actions.set_password(by=officer_acts, at=MOMENT, user_id=officer.pk, password=PASSWORD)
    with pytest.raises(AccountRefused) as refusal:
        actions.set_password(by=officer_acts, at=MOMENT, user_id=other.pk, password=PASSWORD)
    assert codes_of(refusal.value) == ["not-allowed"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_manage_people(role: Role) -> None:
    department = factories.organisation()
    stranger = factories.actor_as(role, department)
    other = factories.person("Trần Thị Bình")
    with pytest.raises(AccountRefused) as refusal:
        actions.create_user(by=stranger, at=MOMENT, username="moi", full_name="Mới")
    assert codes_of(refusal.value) == ["not-allowed"]
    with pytest.raises(AccountRefused):
        actions.give_role(
            by=stranger,
            at=MOMENT,
            user_id=other.pk,
            role=Role.ADMINISTRATOR,
            organisation_id=department.pk,
            held_from=TODAY,
        )
    with pytest.raises(AccountRefused):
        actions.deactivate(by=stranger, at=MOMENT, user_id=other.pk)
    administrator = factories.actor_as(Role.ADMINISTRATOR, department, "Lê Văn Cường")
    assert actions.create_user(by=administrator, at=MOMENT, username="moi", full_name="Mới").pk


def test_a_role_holds_from_its_first_day_until_the_day_it_ends() -> None:
    department = factories.organisation()
    user = factories.person()
    give(user, department, date(2026, 1, 10), date(2026, 2, 1))
    held = {
        day: factories.actor(user, at=MOMENT.replace(month=day.month, day=day.day)).has(Role.APPRAISER)
        for day in (date(2026, 1, 9), date(2026, 1, 10), date(2026, 1, 31), date(2026, 2, 1))
    }
    assert list(held.values()) == [False, True, True, False]


def test_the_legal_day_is_that_of_viet_nam() -> None:
    department = factories.organisation()
    user = factories.person()
    give(user, department, date(2026, 1, 10), None)
    midnight = MOMENT.replace(day=10, hour=0, minute=5)  # 17:05 on the ninth in UTC
    assert actor_of(user.pk, at=midnight).has(Role.APPRAISER)
    assert not actor_of(user.pk, at=midnight - timedelta(minutes=6)).has(Role.APPRAISER)


@pytest.mark.parametrize(
    ("since", "until", "overlaps"),
    [
        (date(2026, 1, 1), date(2026, 2, 1), False),
        (date(2026, 1, 1), date(2026, 2, 2), True),
        (date(2026, 2, 1), None, True),
        (date(2026, 2, 15), date(2026, 2, 16), True),
        (date(2026, 3, 1), None, False),
        (date(2026, 1, 1), None, True),
    ],
)
def test_the_same_role_twice_on_one_day_is_refused(since: date, until: date | None, overlaps: bool) -> None:
    department = factories.organisation()
    user = factories.person()
    give(user, department, date(2026, 2, 1), date(2026, 3, 1))
    if overlaps:
        with pytest.raises(AccountRefused) as refusal:
            give(user, department, since, until)
        assert codes_of(refusal.value) == ["role-overlaps"]
    else:
        give(user, department, since, until)
    assert RoleHeld.objects.filter(user=user).count() == (1 if overlaps else 2)


def test_another_role_or_another_place_at_the_same_time_is_fine() -> None:
    first, second = factories.organisation("Sở Một"), factories.organisation("Sở Hai")
    user = factories.person()
    give(user, first, TODAY, None)
    give(user, second, TODAY, None)
    give(user, first, TODAY, None, role=Role.FOCAL_OFFICER)
    assert factories.actor(user).organisations(Role.APPRAISER) == {first.pk, second.pk}
    assert factories.actor(user).organisations(Role.FOCAL_OFFICER) == {first.pk}


def test_a_role_needs_an_organisation_that_exists_on_its_first_day_and_dates_in_order() -> None:
    department = factories.organisation(on=date(2025, 3, 1))
    user = factories.person()
    with pytest.raises(AccountRefused) as refusal:
        give(user, department, date(2025, 2, 1), date(2025, 2, 1))
    assert codes_of(refusal.value) == ["role-ends-before-it-begins", "organisation-absent"]


def test_a_role_ends_on_its_day_and_only_earlier_a_second_time() -> None:
    department = factories.organisation()
    user = factories.person()
    held = give(user, department, date(2026, 1, 1), None)

    def end(on: date) -> RoleHeld:
        return actions.end_role(by=factories.registrar(), at=MOMENT, role_held_id=held.pk, on=on)

    assert end(date(2026, 3, 1)).held_until == date(2026, 3, 1)
    assert end(date(2026, 2, 1)).held_until == date(2026, 2, 1)
    with pytest.raises(AccountRefused) as refusal:
        end(date(2026, 2, 1))
    assert codes_of(refusal.value) == ["role-ended"]
    with pytest.raises(AccountRefused) as refusal:
        end(date(2026, 1, 1))
    assert codes_of(refusal.value) == ["role-ends-before-it-begins"]


def test_the_last_administrator_stays_until_there_is_another() -> None:
    department = factories.organisation()
    first = factories.person_as(Role.ADMINISTRATOR, department)
    held = first.roles.get()

    def both_ways() -> None:
        actions.end_role(by=factories.registrar(), at=MOMENT, role_held_id=held.pk, on=TODAY)

    with pytest.raises(AccountRefused) as refusal:
        both_ways()
    assert codes_of(refusal.value) == ["last-administrator"]
    with pytest.raises(AccountRefused) as refusal:
        actions.deactivate(by=factories.registrar(), at=MOMENT, user_id=first.pk)
    assert codes_of(refusal.value) == ["last-administrator"]
    factories.person_as(Role.ADMINISTRATOR, department, "Trần Thị Bình")
    both_ways()
    assert not factories.actor(first).has(Role.ADMINISTRATOR)


def test_who_is_deactivated_is_nobody_to_the_program_until_reactivated() -> None:
    department = factories.organisation()
    user = factories.person_as(Role.FOCAL_OFFICER, department)
    actions.deactivate(by=factories.registrar(), at=MOMENT, user_id=user.pk, reason="Nghỉ hưu")
    with pytest.raises(User.DoesNotExist):
        actor_of(user.pk, at=MOMENT)
    actions.reactivate(by=factories.registrar(), at=MOMENT, user_id=user.pk)
    assert actor_of(user.pk, at=MOMENT).has(Role.FOCAL_OFFICER, department.pk)


def test_the_story_of_a_person_tells_of_name_roles_and_state() -> None:
    department = factories.organisation(key="68-so")
    user = factories.person_as(Role.FOCAL_OFFICER, department)
    actions.change_user(by=factories.registrar(), at=MOMENT, user_id=user.pk, full_name="Nguyễn An")
    actions.end_role(by=factories.registrar(), at=MOMENT, role_held_id=user.roles.get().pk, on=TODAY)
    actions.deactivate(by=factories.registrar(), at=MOMENT, user_id=user.pk, reason="Nghỉ hưu")
    told = history_about(f"user:{user.pk}")
    assert [entry.verb for entry in told] == [
        "create_user",
        "give_role",
        "change_user",
        "end_role",
        "deactivate_user",
    ]
    assert {line.key: line.after for line in told[1].differences}["organisation"] == "68-so"
    assert [(line.key, line.before, line.after) for line in told[2].differences] == [
        ("full_name", "Nguyễn Văn An", "Nguyễn An")
    ]
    assert told[4].reason == "Nghỉ hưu"
