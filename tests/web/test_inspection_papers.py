"""Who may have the papers composed for a case, and where its page offers them."""

from __future__ import annotations

from io import BytesIO

import docx
import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from openpar.base.accounts.models import User
from openpar.base.organisations.roles import Actor
from openpar.reform.inspections.actions.answers import save_answer
from openpar.reform.inspections.models import Mode, Side
from tests.reform.inspections.cases import (
    VISIT,
    Province,
    concluded,
    minuted,
    notified,
    opened,
    planned,
    province,
    reported,
    unit_of,
    working,
)
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def province_of_paper_pages() -> Province:
    return province()


@pytest.fixture
def who(province_of_paper_pages: Province) -> Province:
    return province_of_paper_pages


def got(reader: Actor, address: str) -> HttpResponse:
    client = Client()
    client.force_login(User.objects.get(pk=reader.person_id))
    with time_machine.travel(VISIT, tick=False):
        return client.get(address)  # type: ignore[return-value]  # the test client adds to the answer


def status(reader: Actor, address: str) -> int:
    return got(reader, address).status_code


def said(reader: Actor, address: str) -> str:
    answer = got(reader, address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_inspecting_side_has_the_draft_of_the_conclusion_and_the_unit_the_issued_one(
    who: Province,
) -> None:
    case = reported(who, [who.health])
    address = f"/inspections/{case.pk}/papers/conclusion/"
    for reader in (who.manager, who.leader, who.member):
        assert status(reader, f"{address}docx/") == 200
    for stranger in (who.health.head, who.building.head):
        assert status(stranger, f"{address}docx/") == 404
    issued = concluded(who, [who.ward])
    for reader in (who.ward.officer, who.manager):
        assert status(reader, f"/inspections/{issued.pk}/papers/conclusion/docx/") == 200
    assert status(who.building.head, f"/inspections/{issued.pk}/papers/conclusion/docx/") == 404


def test_a_paper_comes_as_the_file_it_says(who: Province) -> None:
    case = reported(who, [who.health])
    word = got(who.manager, f"/inspections/{case.pk}/papers/conclusion/docx/")
    assert "DỰ THẢO" in "\n".join(one.text for one in docx.Document(BytesIO(word.content)).paragraphs)
    assert ".docx" in word["Content-Disposition"]
    printed = got(who.manager, f"/inspections/{case.pk}/papers/conclusion/pdf/")
    assert (printed["Content-Type"], printed.content[:5]) == ("application/pdf", b"%PDF-")
    for other in ("conclusion/xlsx/", "summary/docx/"):
        assert status(who.manager, f"/inspections/{case.pk}/papers/{other}") == 404


def test_minutes_are_the_teams_until_they_are_signed(who: Province) -> None:
    before = notified(who, [who.ward])
    assert status(who.team_head, f"/inspections/units/{before.units.get().pk}/minutes/docx/") == 404
    case = working(who, [who.health, who.building])
    unit = unit_of(case, who.health)
    address = f"/inspections/units/{unit.pk}/minutes/docx/"
    assert (status(who.member, address), status(who.health.head, address)) == (200, 404)
    minuted(who, unit)
    assert status(who.health.head, address) == 200
    # The other unit of the same case does not read them.
    assert status(who.building.head, address) == 404
    assert status(who.member, "/inspections/units/999999/minutes/docx/") == 404


def test_at_the_desk_there_are_no_minutes(who: Province) -> None:
    case = working(who, [who.health], mode=Mode.DESK)
    assert status(who.team_head, f"/inspections/units/{case.units.get().pk}/minutes/docx/") == 404


def test_the_announcement_is_a_draft_until_it_went_out_and_none_of_a_surprise(who: Province) -> None:
    case = opened(who, [who.health])
    address = f"/inspections/{case.pk}/papers/announcement/docx/"
    assert (status(who.manager, address), status(who.health.head, address)) == (200, 404)
    sent = notified(who, [who.ward])
    assert status(who.ward.head, f"/inspections/{sent.pk}/papers/announcement/docx/") == 200
    surprise = opened(
        who, [who.commune], campaign=planned(who, [who.building]), mode=Mode.UNANNOUNCED, number="9/QĐ-SNV"
    )
    assert status(who.manager, f"/inspections/{surprise.pk}/papers/announcement/docx/") == 404
    assert "papers/announcement" not in said(who.manager, f"/inspections/{surprise.pk}/")


def test_the_page_offers_what_the_reader_may_have(who: Province) -> None:
    case = working(who, [who.health])
    unit = unit_of(case, who.health)
    inside = said(who.member, f"/inspections/{case.pk}/")
    for address in ("announcement", "conclusion"):
        assert f"/inspections/{case.pk}/papers/{address}/docx/" in inside
        assert f"/inspections/{case.pk}/papers/{address}/pdf/" in inside
    assert f"/inspections/units/{unit.pk}/minutes/pdf/" in inside
    own = said(who.health.head, f"/inspections/{case.pk}/")
    assert f"/inspections/{case.pk}/papers/announcement/docx/" in own
    assert "papers/conclusion" not in own
    assert f"/inspections/units/{unit.pk}/minutes/docx/" not in own
    page = said(who.team_head, f"/inspections/{case.pk}/conclusion/")
    assert "Dự thảo .docx" in page


def test_what_the_decree_would_not_have_is_told_instead_of_a_file(who: Province) -> None:
    case = working(who, [who.health])
    unit = unit_of(case, who.health)
    save_answer(
        by=who.member,
        at=VISIT,
        unit_id=unit.pk,
        side=Side.TEAM,
        item="0.1",
        result="PARTLY",
        text="Chậm\u202e 12 ngày",
        expected_version=0,
    )
    answer = got(who.member, f"/inspections/units/{unit.pk}/minutes/docx/")
    assert answer.status_code == 422
    assert "có ký tự điều khiển" in answer.content.decode()
