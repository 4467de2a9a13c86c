"""The card of keys on the page of a person: made and shown once, listed, ended."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import cast

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from openpar.base.access.actions.factors import set_up_totp
from openpar.base.access.models import ApiKey
from openpar.base.access.queries import account_of_key
from openpar.base.access.totp import code_of_step, new_secret, step_at
from openpar.base.accounts.models import Role, User
from openpar.base.organisations.models import Organisation
from tests import factories
from tests.web.conftest import LogIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(logged_in: LogIn) -> Client:
    return logged_in(Role.ADMINISTRATOR, "Đỗ Văn Ước")


@pytest.fixture
def tu(department: Organisation) -> User:
    return factories.person_as(Role.FOCAL_OFFICER, department, "Lê Văn Tú")


def make(client: Client, user: User, name: str = "iGate tỉnh") -> HttpResponse:
    return cast(HttpResponse, client.post(f"/people/{user.pk}/api-keys/", {"key-name": name}))


def page_of(client: Client, user: User) -> str:
    return client.get(f"/people/{user.pk}/").content.decode()


def test_a_key_is_made_and_shown_once(administrator: Client, tu: User) -> None:
    assert "Chưa có khóa kết nối" in page_of(administrator, tu)
    answer = make(administrator, tu)
    shown = re.search(r'value="(opk_[a-z]{8}_[\w-]{43})" readonly', answer.content.decode())
    assert shown is not None
    assert answer.headers["Cache-Control"] == "no-store"
    found = account_of_key(shown[1], at=timezone.now())
    assert found is not None
    assert (found.actor.id, found.name) == (tu.pk, "iGate tỉnh")
    later = page_of(administrator, tu)
    assert shown[1] not in later
    assert f"opk_{ApiKey.objects.get().prefix}_…" in later
    assert "chưa dùng" in later
    assert "Đỗ Văn Ước" in later


def test_a_key_is_ended_with_a_reason(administrator: Client, tu: User) -> None:
    make(administrator, tu)
    key = ApiKey.objects.get()
    address = f"/people/api-keys/{key.pk}/end/"
    answer = administrator.post(address, {f"key-{key.pk}-reason": " "})
    assert answer.status_code == 422
    assert 'class="disclosure" open' in answer.content.decode()
    assert administrator.post(address, {f"key-{key.pk}-reason": "Đổi hệ thống"}).status_code == 302
    text = page_of(administrator, tu)
    assert "Đã chấm dứt khóa kết nối" in text
    assert address not in text
    assert administrator.post(address, {f"key-{key.pk}-reason": "Lại"}).status_code == 422


def test_what_is_missing_is_said_and_what_was_typed_stays(
    administrator: Client, department: Organisation
) -> None:
    auditor = factories.person_as(Role.AUDITOR, department, "Lý Thị Đào")
    text = page_of(administrator, auditor)
    assert "trước hết giao một vai trò" in text
    assert "Tạo khóa kết nối" not in text
    answer = make(administrator, auditor)
    assert answer.status_code == 422
    assert "chưa giữ vai trò được nạp hồ sơ" in answer.content.decode()
    assert make(administrator, auditor, "").status_code == 422
    assert not ApiKey.objects.exists()


def test_nobody_makes_one_for_the_own_account(administrator: Client) -> None:
    own = User.objects.get(full_name="Đỗ Văn Ước")
    assert "Tạo khóa kết nối" not in page_of(administrator, own)
    assert make(administrator, own).status_code == 422


def test_auditors_look_and_others_do_not_find_it(administrator: Client, tu: User, logged_in: LogIn) -> None:
    make(administrator, tu)
    key = ApiKey.objects.get()
    auditor = logged_in(Role.AUDITOR, "Lý Thị Đào")
    text = page_of(auditor, tu)
    assert "iGate tỉnh" in text
    assert "Chấm dứt khóa này" not in text
    assert "Tạo khóa kết nối" not in text
    assert make(auditor, tu).status_code == 404
    assert auditor.post(f"/people/api-keys/{key.pk}/end/", {}).status_code == 404
    assert ApiKey.objects.filter(ended_at=None).count() == 1


def test_the_second_factor_is_shown_afresh(administrator: Client, tu: User) -> None:
    own, secret, at = User.objects.get(full_name="Đỗ Văn Ước"), new_secret(), timezone.now()
    make(administrator, tu, "Trước đó")
    key = ApiKey.objects.get()
    with time_machine.travel(at, tick=False):
        set_up_totp(by=factories.actor(own), at=at, secret=secret, code=code_of_step(secret, step_at(at)))
    browser = Client()
    browser.force_login(own)
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        for answer in (
            make(browser, tu),
            browser.post(f"/people/api-keys/{key.pk}/end/", {f"key-{key.pk}-reason": "Đổi"}),
        ):
            assert answer.status_code == 422
            assert "/account/confirm/" in answer.content.decode()
        assert ApiKey.objects.filter(ended_at=None).count() == 1
        code = code_of_step(secret, step_at(timezone.now()) + 1)
        browser.post("/account/confirm/", {"code": code, "next": "/"})
        assert make(browser, tu).status_code == 200
