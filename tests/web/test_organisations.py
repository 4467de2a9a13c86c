"""The register as pages show it."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from openpar.base.accounts.models import Role
from openpar.base.organisations.actions import dissolve, merge, rename
from openpar.base.organisations.models import Kind, Organisation
from openpar.web.organisations import views
from tests import factories
from tests.factories import MOMENT
from tests.web.conftest import LogIn
from tests.web.reading import text_of

pytestmark = pytest.mark.django_db
BASIS = "392/NQ-HĐND 18/02/2025"


@pytest.fixture
def browser(logged_in: LogIn) -> Client:
    return logged_in()


@pytest.fixture
def labour(department: Organisation) -> Organisation:
    """The department of labour, merged into home affairs on 01/03/2025."""
    found = factories.organisation("Sở Lao động", block_code="so")
    merge(
        by=factories.registrar(),
        at=MOMENT,
        on=date(2025, 3, 1),
        organisation_ids=[found.pk],
        into=department.pk,
        legal_basis=BASIS,
    )
    return found


def test_the_tree_is_that_of_the_day_asked_for(browser: Client, labour: Organisation) -> None:
    assert "Sở Lao động" in text_of(browser, "/organisations/?on=28/02/2025")
    assert "Sở Lao động" not in text_of(browser, "/organisations/?on=01/03/2025")


def test_a_day_that_cannot_be_read_is_said_so_and_today_is_shown(browser: Client) -> None:
    text = text_of(browser, "/organisations/?on=31/02/2025", status=422)
    assert "không có ngày 31/02/2025" in text
    assert "Sở Nội vụ" in text


def test_search_does_not_ask_for_marks(browser: Client, labour: Organisation) -> None:
    text = text_of(browser, "/organisations/?on=01/01/2025&q=so+lao+dong")
    assert "Sở Lao động" in text
    assert 'scope="row"' in text
    assert text.count('scope="row"') == 1


def test_a_block_narrows_the_list(browser: Client, labour: Organisation) -> None:
    text = text_of(browser, "/organisations/?on=01/01/2025&block=so")
    assert "Sở Lao động</a>" in text
    assert "Sở Nội vụ</a>" not in text


def test_nothing_found_says_what_to_try(browser: Client) -> None:
    assert "Không có đơn vị nào khớp" in text_of(browser, "/organisations/?q=zzz")


def test_a_large_register_shows_two_levels_and_a_way_further(
    browser: Client, department: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    division = factories.organisation("Phòng Cải cách", kind=Kind.DIVISION, parent=department, assessed=False)
    factories.organisation("Tổ Một cửa", kind=Kind.BODY, parent=division, assessed=False)
    monkeypatch.setattr(views, "_MOST_ROWS", 2)
    text = text_of(browser, "/organisations/")
    assert "Phòng Cải cách" in text
    assert "Tổ Một cửa" not in text
    assert "1 đơn vị trực thuộc" in text
    assert "Tổ Một cửa" in text_of(browser, f"/organisations/?under={division.pk}")


def test_a_branch_that_is_not_there_is_not_found(browser: Client) -> None:
    assert browser.get("/organisations/?under=999999").status_code == 404


def test_an_organisation_that_ended_names_who_carries_on(
    browser: Client, labour: Organisation, department: Organisation
) -> None:
    text = text_of(browser, f"/organisations/{labour.pk}/?on=01/04/2025")
    assert "không còn hoạt động" in text
    assert f'href="/organisations/{department.pk}/?on=01/04/2025"' in text
    assert BASIS in text


def test_a_successor_names_where_it_comes_from(
    browser: Client, labour: Organisation, department: Organisation
) -> None:
    text = text_of(browser, f"/organisations/{department.pk}/")
    assert "Hình thành từ" in text
    assert "Sở Lao động" in text


def test_a_dissolution_has_no_successor(browser: Client) -> None:
    gone = factories.organisation("Ban Quản lý cũ")
    dissolve(
        by=factories.registrar(), at=MOMENT, on=date(2025, 7, 1), organisation_id=gone.pk, legal_basis=BASIS
    )
    assert "Không có đơn vị kế thừa" in text_of(browser, f"/organisations/{gone.pk}/")


def test_before_its_beginning_an_organisation_was_not_founded_yet(
    browser: Client, department: Organisation
) -> None:
    assert "chưa thành lập" in text_of(browser, f"/organisations/{department.pk}/?on=01/01/2000")


def test_every_name_an_organisation_bore_is_listed(browser: Client, department: Organisation) -> None:
    rename(
        by=factories.registrar(),
        at=MOMENT,
        on=date(2025, 7, 1),
        organisation_id=department.pk,
        name="Sở Nội vụ và Lao động",
        legal_basis=BASIS,
    )
    text = text_of(browser, f"/organisations/{department.pk}/?on=30/06/2025")
    assert "<h1>Sở Nội vụ</h1>" in text
    assert "Sở Nội vụ và Lao động" in text


def test_people_of_the_day_are_named_with_their_roles(logged_in: LogIn, department: Organisation) -> None:
    factories.person_as(Role.FOCAL_OFFICER, department, "Lê Văn Tú", held_until=date(2025, 1, 1))
    colleague = logged_in(Role.DIVISION_OFFICER)
    assert "Lê Văn Tú" in text_of(colleague, f"/organisations/{department.pk}/?on=31/12/2024")
    assert "Lê Văn Tú" not in text_of(colleague, f"/organisations/{department.pk}/?on=01/01/2025")


def test_somebody_without_a_role_reads_no_names_of_people(browser: Client, department: Organisation) -> None:
    factories.person_as(Role.FOCAL_OFFICER, department, "Lê Văn Tú")
    assert "Lê Văn Tú" not in text_of(browser, f"/organisations/{department.pk}/")


def test_an_unknown_organisation_is_not_found(browser: Client) -> None:
    assert browser.get("/organisations/999999/").status_code == 404
