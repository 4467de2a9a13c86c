"""Logging in works with Django's own backend: there is no superuser and no permission of Django's."""

from __future__ import annotations

import io
import os
from unittest import mock

import pytest
from django.contrib.auth import authenticate, get_user
from django.core.management import CommandError, call_command
from django.http import HttpRequest
from django.test import Client

from openpar.base.accounts import actions
from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import actor_of
from openpar.base.organisations.management.console import console_actor
from tests import factories
from tests.factories import MOMENT, PASSWORD

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["an.nv", "AN.NV", " An.nv "])
def test_a_person_logs_in_with_the_user_name_in_any_case(typed: str) -> None:
    user = factories.person(username="an.nv", password=PASSWORD)
    assert authenticate(username=typed, password=PASSWORD) == user


def test_wrong_password_unknown_name_and_no_password_do_not_let_in() -> None:
    factories.person(username="an.nv", password=PASSWORD)
    factories.person("Trần Thị Bình", username="binh.tt")
    assert authenticate(username="an.nv", password=PASSWORD + "x") is None
    assert authenticate(username="cuong.lv", password=PASSWORD) is None
    assert authenticate(username="binh.tt", password="") is None
    assert authenticate(username=None, password=PASSWORD) is None


def test_a_session_ends_with_deactivation_and_with_a_new_password() -> None:
    user = factories.person(username="an.nv", password=PASSWORD)

    def logged_in(client: Client) -> bool:
        request = HttpRequest()
        request.session = client.session
        return bool(get_user(request).is_authenticated)

    client = Client()
    assert client.login(username="an.nv", password=PASSWORD)
    assert logged_in(client)
    actions.deactivate(by=factories.registrar(), at=MOMENT, user_id=user.pk)
    assert not logged_in(client)
    actions.reactivate(by=factories.registrar(), at=MOMENT, user_id=user.pk)
    assert client.login(username="an.nv", password=PASSWORD)
    actions.set_password(by=factories.registrar(), at=MOMENT, user_id=user.pk, password=PASSWORD + "x")
    assert not logged_in(client)


def test_the_first_administrator_comes_from_the_console() -> None:
    factories.organisation(key="68-so-noi-vu")
    said = io.StringIO()
    with mock.patch.dict(os.environ, {"OPENPAR_ADMINISTRATOR_PASSWORD": PASSWORD}):
        call_command(
            "create_administrator", "admin.ld", "Phạm Thị Dung", "--organisation", "68-so-noi-vu", stdout=said
        )
    user = User.objects.get(username="admin.ld")
    assert authenticate(username="admin.ld", password=PASSWORD) == user
    assert user.roles.get().role == Role.ADMINISTRATOR
    assert "admin.ld" in said.getvalue()


def test_a_first_administrator_without_organisation_or_with_a_weak_password_is_refused_whole() -> None:
    factories.organisation(key="68-so-noi-vu")
    with mock.patch.dict(os.environ, {"OPENPAR_ADMINISTRATOR_PASSWORD": "12345"}):
        with pytest.raises(CommandError, match="Không có đơn vị"):
            call_command("create_administrator", "admin.ld", "Dung", "--organisation", "khong-co")
        with pytest.raises(CommandError, match="Mật khẩu"):
            call_command("create_administrator", "admin.ld", "Dung", "--organisation", "68-so-noi-vu")
    assert not User.objects.exists()


def test_the_console_is_no_person_and_holds_roles_in_no_organisation() -> None:
    department = factories.organisation()
    console = console_actor()
    assert console.id is None
    assert console.has(Role.ADMINISTRATOR)
    assert not console.has(Role.ADMINISTRATOR, department.pk)
    assert [role for role in Role if console.has(role)] == [Role.ADMINISTRATOR]


def test_somebody_without_roles_is_known_and_may_nothing() -> None:
    user = factories.person()
    actor = actor_of(user.pk, at=MOMENT)
    assert (actor.id, actor.full_name, actor.held) == (user.pk, "Nguyễn Văn An", frozenset())
