"""Keys of connected systems: made once, kept as a digest, ended; whom they let in and whom not."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from openpar.base.access.actions.api_keys import end_api_key, make_api_key, note_key_use
from openpar.base.access.api_keys import is_of, new_api_key, prefix_of
from openpar.base.access.errors import AccessRefused
from openpar.base.access.models import ApiKey
from openpar.base.access.queries import account_of_key, api_keys_of, may_be_connected
from openpar.base.access.rules import LONGEST_KEY_NAME, MOST_API_KEYS, ROLES_THAT_CONNECT
from openpar.base.accounts.actions import deactivate
from openpar.base.accounts.models import Role, User
from openpar.base.audit.models import Entry
from openpar.base.notifications.models import Message
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Actor
from openpar.delivery.dossiers.permissions import may_import_dossiers
from tests import factories
from tests.factories import MOMENT, codes_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def department() -> Organisation:
    return factories.organisation()


@pytest.fixture
def hoa(department: Organisation) -> User:
    return factories.person_as(Role.FOCAL_OFFICER, department, "Nguyễn Thị Hòa")


@pytest.fixture
def administrator(department: Organisation) -> User:
    return factories.person_as(Role.ADMINISTRATOR, department, "Đỗ Văn Ước")


def made(by: User, user: User, name: str = "iGate") -> str:
    return make_api_key(by=factories.actor(by), at=MOMENT, user_id=user.pk, name=name)


def ended(by: User, key: ApiKey, reason: str = "Hết hợp đồng") -> None:
    end_api_key(by=factories.actor(by), at=MOMENT + timedelta(hours=1), key_id=key.pk, reason=reason)


def test_a_key_lets_its_system_in_as_the_account_with_the_roles_held_now(
    administrator: User, hoa: User, department: Organisation
) -> None:
    key = made(administrator, hoa, "  iGate   tỉnh ")
    found = account_of_key(key, at=MOMENT)
    assert found is not None
    assert (found.actor.id, found.name, found.used_on) == (hoa.pk, "iGate tỉnh", None)
    assert found.actor.held == {(Role.FOCAL_OFFICER, department.pk)}


def test_the_key_itself_is_kept_nowhere(administrator: User, hoa: User) -> None:
    key = made(administrator, hoa)
    assert re.fullmatch(r"opk_[a-z]{8}_[\w-]{43}", key)
    kept = ApiKey.objects.values().get()
    secret = key.split("_", 2)[2]
    assert secret not in str(kept)
    entry = Entry.objects.get(verb="api_key.made")
    assert secret not in f"{entry.before}{entry.after}"
    assert entry.after == {"api_key": kept["prefix"], "name": "iGate"}
    assert Message.objects.filter(recipient=hoa, text__contains="iGate").count() == 1


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda key: "",
        lambda key: key[:-1],
        lambda key: key[:-1] + ("x" if key[-1] != "x" else "y"),
        lambda key: key.upper(),
        lambda key: key + "x" * 100,
        lambda key: "opk_" + key.split("_", 2)[1] + "_",
        lambda key: "abc" + key[3:],
        lambda key: key[:-1] + "ă",
    ],
)
def test_another_key_lets_nobody_in(administrator: User, hoa: User, spoilt: object) -> None:
    key = made(administrator, hoa)
    assert callable(spoilt)
    assert account_of_key(spoilt(key), at=MOMENT) is None
    assert account_of_key(key, at=MOMENT) is not None


def test_the_digest_of_another_key_is_not_taken() -> None:
    one, other = new_api_key(), new_api_key()
    assert is_of(one.key, one.digest)
    assert not is_of(one.key, other.digest)
    assert prefix_of(one.key) == one.prefix != other.prefix


def test_an_ended_key_lets_nobody_in_and_says_why(administrator: User, hoa: User) -> None:
    key = made(administrator, hoa)
    ended(administrator, ApiKey.objects.get())
    assert account_of_key(key, at=MOMENT + timedelta(hours=2)) is None
    entry = Entry.objects.get(verb="api_key.ended")
    assert (entry.reason, entry.about) == ("Hết hợp đồng", f"user:{hoa.pk}")
    with pytest.raises(AccessRefused) as refused:
        ended(administrator, ApiKey.objects.get(), " ")
    assert codes_of(refused.value) == ["reason-missing", "key-ended"]


def test_the_keys_of_an_account_that_was_stopped_let_nobody_in(administrator: User, hoa: User) -> None:
    key = made(administrator, hoa)
    deactivate(by=factories.actor(administrator), at=MOMENT, user_id=hoa.pk, reason="Nghỉ việc")
    assert account_of_key(key, at=MOMENT) is None
    assert not may_be_connected(hoa.pk, at=MOMENT)
    with pytest.raises(User.DoesNotExist):
        made(administrator, hoa)


def test_nobody_makes_a_key_for_the_own_account_and_only_administrators_for_others(
    administrator: User, hoa: User
) -> None:
    for by, user in ((administrator, administrator), (hoa, hoa), (hoa, administrator)):
        with pytest.raises(AccessRefused) as refused:
            made(by, user)
        assert codes_of(refused.value) == ["not-allowed"]
    made(administrator, hoa)
    with pytest.raises(AccessRefused) as refused:
        ended(hoa, ApiKey.objects.get())
    assert codes_of(refused.value) == ["not-allowed"]


def test_an_account_without_a_role_that_brings_dossiers_in_gets_no_key(
    administrator: User, department: Organisation
) -> None:
    auditor = factories.person_as(Role.AUDITOR, department)
    with pytest.raises(AccessRefused) as refused:
        made(administrator, auditor, " ")
    assert codes_of(refused.value) == ["name-unfit", "role-missing"]
    with pytest.raises(AccessRefused) as refused:
        made(administrator, auditor, "x" * (LONGEST_KEY_NAME + 1))
    assert codes_of(refused.value) == ["name-unfit", "role-missing"]


@pytest.mark.parametrize("role", Role)
def test_the_roles_that_connect_are_those_that_bring_dossiers_in(role: Role) -> None:
    actor = Actor(id=1, full_name="Ai", held=frozenset({(role, 1)}))
    assert (role in ROLES_THAT_CONNECT) == may_import_dossiers(actor)


def test_an_account_has_so_many_keys_in_use_and_the_used_ones_stand_first(
    administrator: User, hoa: User
) -> None:
    for number in range(MOST_API_KEYS):
        made(administrator, hoa, f"Hệ thống {number}")
    with pytest.raises(AccessRefused) as refused:
        made(administrator, hoa)
    assert codes_of(refused.value) == ["keys-many"]
    ended(administrator, ApiKey.objects.get(name="Hệ thống 9"))
    made(administrator, hoa)
    names = [key.name for key in api_keys_of(hoa.pk)]
    assert (names[0], names[-1], len(names)) == ("iGate", "Hệ thống 9", MOST_API_KEYS + 1)


def test_the_day_of_use_is_written_once_a_day(administrator: User, hoa: User) -> None:
    made(administrator, hoa)
    key = ApiKey.objects.get()
    entries = Entry.objects.count()
    for hours, day in ((0, date(2026, 1, 5)), (15, date(2026, 1, 5)), (16, date(2026, 1, 6))):
        at = MOMENT + timedelta(hours=hours)
        note_key_use(by=factories.actor(hoa), at=at, key_id=key.pk)
        key.refresh_from_db()
        assert key.used_on == day
    assert Entry.objects.count() == entries
