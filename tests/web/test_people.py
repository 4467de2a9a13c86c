"""People and their roles, as administrators keep them."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from openpar.base.accounts.models import Role, RoleHeld, User
from openpar.base.organisations.models import Organisation
from openpar.base.privacy.actions import answer_data_request, ask_about_data
from openpar.base.privacy.models import DataRequest
from tests import factories
from tests.factories import PASSWORD
from tests.web.conftest import LogIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(logged_in: LogIn) -> Client:
    return logged_in(Role.ADMINISTRATOR, "Đỗ Văn Ước")


@pytest.fixture
def tu() -> User:
    return factories.person("Lê Văn Tú", username="le.tu")


NEW_PERSON = {
    "full_name": "Lý Thị Đào",
    "username": "ly.thi.dao",
    "position": "Chuyên viên",
    "email": "",
    "password": PASSWORD,
}


def test_the_first_page_of_an_administrator_lists_requests_about_data_that_nobody_answered(
    administrator: Client, tu: User
) -> None:
    own = User.objects.get(full_name="Đỗ Văn Ước")
    for subject in (tu, own):
        ask_about_data(
            by=factories.actor(subject),
            at=timezone.now(),
            subject_id=subject.pk,
            kind=DataRequest.Kind.CORRECT,
            text="Sai chức vụ",
        )
    assert "Lê Văn Tú: Sửa dữ liệu cá nhân" in administrator.get("/").content.decode()
    assert "Đỗ Văn Ước: " not in administrator.get("/").content.decode(), "another administrator answers that"
    answer_data_request(
        by=factories.actor(own),
        at=timezone.now(),
        request_id=DataRequest.objects.get(subject=tu).pk,
        outcome=DataRequest.Outcome.DONE,
        answer="Đã sửa",
    )
    assert "Lê Văn Tú: " not in administrator.get("/").content.decode()


def test_an_administrator_adds_a_person_who_can_log_in(administrator: Client) -> None:
    administrator.post("/people/new/", NEW_PERSON)
    assert Client().login(username="ly.thi.dao", password=PASSWORD)


def test_every_gap_of_a_new_person_is_shown_at_once_and_what_was_typed_stays(administrator: Client) -> None:
    answer = administrator.post("/people/new/", {**NEW_PERSON, "username": "có dấu", "email": "sai"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "2 điều cần xem lại" in text
    assert 'value="Lý Thị Đào"' in text
    assert not User.objects.filter(full_name="Lý Thị Đào").exists()


@pytest.mark.parametrize("query", ["q=le+van+tu", "q=tú", "q=le.t"])
def test_people_are_found_without_marks_and_by_username(administrator: Client, tu: User, query: str) -> None:
    text = administrator.get(f"/people/?{query}").content.decode()
    assert f'href="/people/{tu.pk}/"' in text
    assert text.count('scope="row"') == 1


def test_people_are_found_by_the_role_they_hold_today(
    administrator: Client, tu: User, department: Organisation
) -> None:
    factories.give(tu, Role.APPRAISER, department, held_until=date(2022, 1, 1))
    assert f'href="/people/{tu.pk}/"' not in administrator.get("/people/?role=APPRAISER").content.decode()
    factories.give(tu, Role.APPRAISER, department, held_from=date(2023, 1, 1))
    assert f'href="/people/{tu.pk}/"' in administrator.get("/people/?role=APPRAISER").content.decode()


def give(client: Client, user: User, **changes: str) -> int:
    given = {"role": "APPRAISER", "organisation": "Sở Nội vụ", "held_from": "01/02/2026", "held_until": ""}
    return client.post(f"/people/{user.pk}/roles/", {**given, **changes}).status_code


def test_a_role_is_given(administrator: Client, tu: User, department: Organisation) -> None:
    assert give(administrator, tu) == 302
    held = RoleHeld.objects.get(user=tu)
    assert (held.role, held.organisation, held.held_from, held.held_until) == (
        Role.APPRAISER,
        department,
        date(2026, 2, 1),
        None,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"organisation": "Sở Không có"},
        {"organisation": ""},
        {"held_from": "31/02/2026"},
        {"held_until": "01/01/2026"},
        {"role": "KING"},
    ],
)
def test_a_role_that_cannot_be_is_refused(
    administrator: Client, tu: User, department: Organisation, changes: dict[str, str]
) -> None:
    assert give(administrator, tu, **changes) == 422
    assert not RoleHeld.objects.filter(user=tu).exists()


def test_an_organisation_is_found_wherever_its_tone_was_typed(administrator: Client, tu: User) -> None:
    commune = factories.organisation("Xã Hòa Bắc")
    factories.organisation("Xã Hoa Bắc")
    assert give(administrator, tu, organisation="xã Hoà Bắc") == 302
    assert RoleHeld.objects.get(user=tu).organisation == commune


def test_two_organisations_of_one_name_are_told_apart_by_their_key(administrator: Client, tu: User) -> None:
    factories.organisation("Phường 1", key="phuong-1-a")
    other = factories.organisation("Phường 1", key="phuong-1-b")
    assert give(administrator, tu, organisation="Phường 1") == 422
    assert give(administrator, tu, organisation="Phường 1 [phuong-1-b]") == 302
    assert RoleHeld.objects.get(user=tu).organisation == other


def test_a_role_is_ended(administrator: Client, tu: User, department: Organisation) -> None:
    factories.give(tu, Role.APPRAISER, department)
    held = RoleHeld.objects.get(user=tu)
    address = f"/people/{tu.pk}/roles/{held.pk}/end/"
    assert administrator.post(address, {f"end-{held.pk}-on": "x"}).status_code == 422
    assert administrator.post(address, {f"end-{held.pk}-on": "01/03/2026"}).status_code == 302
    held.refresh_from_db()
    assert held.held_until == date(2026, 3, 1)


def test_the_role_of_somebody_else_is_not_found(
    administrator: Client, tu: User, department: Organisation
) -> None:
    other = factories.person_as(Role.APPRAISER, department)
    held = RoleHeld.objects.get(user=other)
    answer = administrator.post(f"/people/{tu.pk}/roles/{held.pk}/end/", {f"end-{held.pk}-on": "01/03/2026"})
    assert answer.status_code == 404


def test_a_password_is_set_anew(administrator: Client, tu: User) -> None:
    administrator.post(f"/people/{tu.pk}/password/", {"password": PASSWORD})
    assert Client().login(username="le.tu", password=PASSWORD)


def test_an_account_is_closed_and_opened_again(administrator: Client, tu: User) -> None:
    administrator.post(f"/people/{tu.pk}/active/", {"is_active": "0", "reason": "Nghỉ hưu"})
    assert not User.objects.get(pk=tu.pk).is_active
    administrator.post(f"/people/{tu.pk}/active/", {"is_active": "1", "reason": ""})
    assert User.objects.get(pk=tu.pk).is_active


def test_the_last_administrator_is_not_locked_out(administrator: Client) -> None:
    last = User.objects.get(full_name="Đỗ Văn Ước")
    answer = administrator.post(f"/people/{last.pk}/active/", {"is_active": "0", "reason": ""})
    assert answer.status_code == 422
    assert "cuối cùng" in answer.content.decode()


@pytest.mark.parametrize("role", [None, *(role for role in Role if role is not Role.ADMINISTRATOR)])
def test_nobody_else_changes_people(
    logged_in: LogIn, tu: User, department: Organisation, role: Role | None
) -> None:
    client = logged_in(role)
    addresses = ["new/", f"{tu.pk}/roles/", f"{tu.pk}/roles/1/end/", f"{tu.pk}/password/", f"{tu.pk}/active/"]
    assert [client.post(f"/people/{address}").status_code for address in addresses] == [404] * 5


def test_an_auditor_looks_but_sees_no_forms(logged_in: LogIn, tu: User) -> None:
    text = logged_in(Role.AUDITOR).get(f"/people/{tu.pk}/").content.decode()
    assert "Lê Văn Tú" in text
    assert f'action="/people/{tu.pk}/' not in text
