"""Every page for every role: who gets it, who does not find it, who must log in first."""

from __future__ import annotations

import pytest
from django.test import Client

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Organisation
from openpar.web.home import sections
from openpar.web.home.sections import Item, Section
from tests import factories
from tests.web.conftest import LogIn

pytestmark = pytest.mark.django_db

EVERYBODY = (None, *Role)
LOOK_AT_PEOPLE = (Role.ADMINISTRATOR, Role.AUDITOR)
PAGES = {
    "/": EVERYBODY,
    "/messages/": EVERYBODY,
    "/password/": EVERYBODY,
    "/organisations/": EVERYBODY,
    "/organisations/{organisation}/": EVERYBODY,
    "/people/": LOOK_AT_PEOPLE,
    "/people/{person}/": LOOK_AT_PEOPLE,
    "/people/new/": (Role.ADMINISTRATOR,),
}


@pytest.fixture
def addresses(department: Organisation) -> dict[str, str]:
    somebody = factories.person("Lê Văn Tú")
    return {page: page.format(organisation=department.pk, person=somebody.pk) for page in PAGES}


@pytest.mark.parametrize("role", EVERYBODY)
def test_a_role_gets_its_pages_and_does_not_find_the_others(
    role: Role | None, logged_in: LogIn, addresses: dict[str, str]
) -> None:
    client = logged_in(role)
    found = {page: client.get(address).status_code for page, address in addresses.items()}
    assert found == {page: 200 if role in allowed else 404 for page, allowed in PAGES.items()}


def test_without_logging_in_every_page_leads_to_the_log_in_page(
    client: Client, addresses: dict[str, str]
) -> None:
    for address in addresses.values():
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/login/?next={address}")


def test_the_top_bar_shows_only_pages_that_exist_and_that_the_role_may_open(logged_in: LogIn) -> None:
    officer = logged_in(Role.FOCAL_OFFICER).get("/").content.decode()
    administrator = logged_in(Role.ADMINISTRATOR).get("/").content.decode()
    assert 'href="/organisations/"' in officer
    assert 'href="/people/"' not in officer
    assert 'href="/people/"' in administrator


def test_the_current_entry_is_marked_once_in_each_menu(logged_in: LogIn) -> None:
    text = logged_in(Role.ADMINISTRATOR).get("/people/new/").content.decode()
    assert text.count('href="/people/" aria-current="page"') == 2
    assert 'href="/" aria-current' not in text


def test_the_person_and_the_organisation_stand_in_the_top_bar(logged_in: LogIn) -> None:
    text = logged_in(Role.APPRAISER).get("/").content.decode()
    assert "Nguyễn Thị Hòa" in text
    assert "Sở Nội vụ" in text


def test_a_page_that_is_not_there_says_what_to_do(logged_in: LogIn) -> None:
    answer = logged_in().get("/khong-co/")
    assert answer.status_code == 404
    assert "Kiểm tra lại đường dẫn" in answer.content.decode()


def test_nothing_to_do_is_said_kindly(logged_in: LogIn) -> None:
    assert "Hiện không có việc nào chờ bạn" in logged_in().get("/").content.decode()


def test_what_waits_for_somebody_is_shown_and_empty_sections_are_not(
    logged_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = Section("Tự chấm điểm", (Item("Chỉ số CCHC năm 2026", "/x/", "44/76", "active", "Đang chấm"),))
    empty = Section("Thẩm định", ())
    monkeypatch.setattr(sections, "PROVIDERS", (lambda actor, at: (waiting, empty),))
    text = logged_in().get("/").content.decode()
    assert "Chỉ số CCHC năm 2026" in text
    assert ">Thẩm định<" not in text
    assert "Hiện không có việc nào" not in text


def test_the_demo_says_that_its_data_are_made_up(client: Client, settings: object) -> None:
    settings.OPENPAR_DEMO = True  # type: ignore[attr-defined]  # pytest-django's settings
    assert "Dữ liệu mẫu." in client.get("/login/").content.decode()
    settings.OPENPAR_DEMO = False  # type: ignore[attr-defined]  # pytest-django's settings
    assert "Dữ liệu mẫu." not in client.get("/login/").content.decode()
