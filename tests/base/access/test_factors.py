"""Second factors: set up, used once, taken away, cleared by somebody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from openpar.base.access.actions.factors import (
    clear_factors,
    remove_totp,
    renew_recovery_codes,
    set_up_totp,
)
from openpar.base.access.actions.proofs import use_code
from openpar.base.access.errors import AccessRefused
from openpar.base.access.models import RecoveryCode, Totp
from openpar.base.access.queries import factors_of, has_second_factor
from openpar.base.access.rules import roles_with_second_factor
from openpar.base.access.totp import code_of_step, new_secret, step_at
from openpar.base.accounts.models import Role, User
from openpar.base.audit.models import Entry
from openpar.base.notifications.models import Message
from openpar.base.organisations.models import Organisation
from openpar.common.sealing import CannotUnseal, seal, unseal
from tests import factories
from tests.factories import MOMENT, codes_of

pytestmark = pytest.mark.django_db


def code(secret: str, later: int = 0) -> str:
    return code_of_step(secret, step_at(MOMENT) + later)


def with_app(user: User) -> str:
    """The person has an app; returns its secret."""
    secret = new_secret()
    set_up_totp(by=factories.actor(user), at=MOMENT, secret=secret, code=code(secret))
    return secret


def use(user: User, typed: str, minutes: int = 0) -> None:
    at = MOMENT + timedelta(minutes=minutes)
    use_code(by=factories.actor(user), at=at, user_id=user.pk, code=typed)


@pytest.fixture
def department() -> Organisation:
    return factories.organisation()


@pytest.fixture
def hoa(department: Organisation) -> User:
    return factories.person_as(Role.APPRAISER, department, "Nguyễn Thị Hòa")


@pytest.fixture
def administrator(department: Organisation) -> User:
    return factories.person_as(Role.ADMINISTRATOR, department, "Đỗ Văn Ước")


def test_the_data_name_the_four_roles_from_their_day_on() -> None:
    four = {Role.APPRAISER, Role.COUNCIL_CHAIR, Role.ROUND_MANAGER, Role.ADMINISTRATOR}
    assert roles_with_second_factor(MOMENT.date()) == four
    assert roles_with_second_factor(MOMENT.date().replace(year=2025)) == frozenset()


def test_an_app_counts_only_after_it_has_shown_the_right_code(hoa: User) -> None:
    secret = new_secret()
    with pytest.raises(AccessRefused) as refusal:
        set_up_totp(by=factories.actor(hoa), at=MOMENT, secret=secret, code=code(secret, 9))
    assert codes_of(refusal.value) == ["code-wrong"]
    assert not has_second_factor(hoa.pk)


def test_a_code_is_taken_once_and_the_one_of_the_set_up_is_used_up(hoa: User) -> None:
    secret = with_app(hoa)
    with pytest.raises(AccessRefused):
        use(hoa, code(secret))
    use(hoa, code(secret, 1))
    for used in (code(secret, 1), code(secret)):
        with pytest.raises(AccessRefused):
            use(hoa, used)


def test_the_code_of_somebody_else_is_not_taken(hoa: User, administrator: User) -> None:
    secret = with_app(hoa)
    with_app(administrator)
    with pytest.raises(AccessRefused):
        use(administrator, code(secret, 1))


def test_a_second_app_is_refused(hoa: User) -> None:
    with_app(hoa)
    with pytest.raises(AccessRefused) as refusal:
        with_app(hoa)
    assert codes_of(refusal.value) == ["totp-there"]


def test_secrets_do_not_stand_in_the_database_nor_in_the_trace(hoa: User) -> None:
    secret = with_app(hoa)
    codes = renew_recovery_codes(by=factories.actor(hoa), at=MOMENT)
    rows = [*Totp.objects.values_list(), *RecoveryCode.objects.values_list(), *Entry.objects.values_list()]
    kept = " ".join(str(value) for row in rows for value in row)
    assert secret not in kept
    assert not [one for one in codes if one in kept or one.replace("-", "") in kept]


def test_a_sealed_secret_opens_only_for_its_person_and_with_its_key(settings: Settings) -> None:
    sealed = seal("bí mật", purpose="totp:1")
    assert unseal(sealed, purpose="totp:1") == "bí mật"
    assert seal("bí mật", purpose="totp:1") != sealed
    for wrong, purpose in ((sealed, "totp:2"), (sealed[:-4] + "AAA=", "totp:1"), ("xx", "totp:1")):
        with pytest.raises(CannotUnseal):
            unseal(wrong, purpose=purpose)
    settings.OPENPAR_FACTOR_KEY = "another-key"
    with pytest.raises(CannotUnseal):
        unseal(sealed, purpose="totp:1")


def test_each_recovery_code_is_good_once_however_it_is_typed(hoa: User) -> None:
    with_app(hoa)
    codes = renew_recovery_codes(by=factories.actor(hoa), at=MOMENT)
    assert len(set(codes)) == 10
    use(hoa, f" {codes[0].upper().replace('-', ' ')} ")
    with pytest.raises(AccessRefused):
        use(hoa, codes[0])
    assert factors_of(hoa.pk).codes_left == 9
    assert Entry.objects.filter(verb="use_recovery_code", about=f"user:{hoa.pk}").count() == 1
    assert "còn 9 mã" in Message.objects.filter(recipient=hoa).latest("id").text


def test_new_recovery_codes_end_the_old_ones(hoa: User) -> None:
    with_app(hoa)
    old = renew_recovery_codes(by=factories.actor(hoa), at=MOMENT)
    new = renew_recovery_codes(by=factories.actor(hoa), at=MOMENT)
    with pytest.raises(AccessRefused):
        use(hoa, old[0])
    use(hoa, new[0])


def test_there_are_no_recovery_codes_without_a_factor(hoa: User) -> None:
    with pytest.raises(AccessRefused) as refusal:
        renew_recovery_codes(by=factories.actor(hoa), at=MOMENT)
    assert codes_of(refusal.value) == ["no-factor"]


def test_the_last_factor_stays_where_the_role_demands_one(hoa: User) -> None:
    with_app(hoa)
    with pytest.raises(AccessRefused) as refusal:
        remove_totp(by=factories.actor(hoa), at=MOMENT)
    assert codes_of(refusal.value) == ["last-factor"]
    assert has_second_factor(hoa.pk)


def test_who_needs_none_takes_it_away_with_the_codes_and_all_sessions_end(department: Organisation) -> None:
    officer = factories.person_as(Role.FOCAL_OFFICER, department)
    with_app(officer)
    renew_recovery_codes(by=factories.actor(officer), at=MOMENT)
    remove_totp(by=factories.actor(officer), at=MOMENT)
    assert not RecoveryCode.objects.filter(user=officer).exists()
    assert User.objects.get(pk=officer.pk).session_epoch == officer.session_epoch + 1


def test_an_administrator_clears_what_somebody_lost_and_the_person_is_told(
    hoa: User, administrator: User
) -> None:
    with_app(hoa)
    renew_recovery_codes(by=factories.actor(hoa), at=MOMENT)
    clear_factors(by=factories.actor(administrator), at=MOMENT, user_id=hoa.pk, reason="Mất điện thoại")
    assert not has_second_factor(hoa.pk)
    assert not RecoveryCode.objects.filter(user=hoa).exists()
    entry = Entry.objects.get(verb="clear_factors")
    assert (entry.about, entry.reason) == (f"user:{hoa.pk}", "Mất điện thoại")
    told = Message.objects.filter(recipient=hoa).latest("id").text
    assert "Đỗ Văn Ước" in told
    assert "Mất điện thoại" in told
    assert User.objects.get(pk=hoa.pk).session_epoch == hoa.session_epoch + 1


@pytest.mark.parametrize(
    ("who", "whose", "reason", "said"),
    [
        ("administrator", "administrator", "Mất", ["not-allowed"]),
        ("hoa", "administrator", "Mất", ["not-allowed"]),
        ("hoa", "hoa", "Mất", ["not-allowed"]),
        ("administrator", "hoa", " ", ["reason-missing"]),
    ],
)
def test_clearing_is_refused(
    hoa: User, administrator: User, who: str, whose: str, reason: str, said: list[str]
) -> None:
    people = {"hoa": hoa, "administrator": administrator}
    with_app(people[whose])
    with pytest.raises(AccessRefused) as refusal:
        clear_factors(by=factories.actor(people[who]), at=MOMENT, user_id=people[whose].pk, reason=reason)
    assert codes_of(refusal.value) == said
    assert has_second_factor(people[whose].pk)
