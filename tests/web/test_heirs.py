"""The pages of whoever carries on an organisation that ended: its findings and registers go on with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
import time_machine

from openpar.base.accounts.models import Role
from openpar.base.organisations.roles import Actor
from openpar.reform.findings.models import Finding, FindingState
from tests import factories
from tests.reform.findings import found
from tests.reform.findings.found import Province
from tests.reform.monitors import entries
from tests.reform.monitors.entries import Watched
from tests.reform.succession import LATER, arrived, document_of, merged
from tests.web.reading import browser_of
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def heirs_findings() -> Province:
    return found.province()


@world
def heirs_registers() -> Watched:
    return entries.watched()


@pytest.fixture(autouse=True)
def _later() -> Iterator[None]:
    with time_machine.travel(LATER + timedelta(days=1), tick=True):
        yield


def said(person: Actor, address: str) -> str:
    answer = browser_of(person).get(address)
    assert answer.status_code == 200, answer.status_code
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_successors_of_finder_and_unit_finish_what_those_began(heirs_findings: Province) -> None:
    place = heirs_findings
    finding = found.planned(place)
    unit = merged(place.health, name="Sở Y tế mới")
    home = merged(place.home_affairs, name="Sở Nội vụ mới")
    focal = arrived(Role.FOCAL_OFFICER, unit, "Đầu mối mới")
    manager = arrived(Role.ROUND_MANAGER, home, "Quản lý mới")
    address = f"/findings/{finding.pk}/"
    assert "Đơn vị nay là Sở Y tế mới" in said(focal, address)
    assert "Bên phát hiện nay là Sở Nội vụ mới" in said(manager, address)
    assert "Năm 2025 không kiểm tra đơn vị trực thuộc nào" in said(focal, "/findings/")
    assert "Năm 2025 không kiểm tra" in said(focal, "/")
    given = {"text": "Đã kiểm tra 5 đơn vị", "documents": [document_of(focal, unit)]}
    assert browser_of(focal).post(f"{address}report/", given).status_code == 302
    assert "chờ xác nhận" in said(manager, "/")
    # Who reports does not judge, and who judges does not report.
    assert browser_of(focal).post(f"{address}close/", {}).status_code == 404
    assert browser_of(manager).get(f"{address}report/").status_code == 404
    assert browser_of(manager).post(f"{address}close/", {"text": "Đạt"}).status_code == 302
    assert Finding.objects.get(pk=finding.pk).state == FindingState.CLOSED


def test_a_plan_of_the_successor_offers_its_own_divisions(heirs_findings: Province) -> None:
    place = heirs_findings
    finding = found.opened(place)
    unit = merged(place.health, name="Sở Y tế mới")
    factories.organisation("Phòng của sở cũ", assessed=False, parent=place.justice)
    focal = arrived(Role.FOCAL_OFFICER, unit, "Đầu mối mới")
    given = {"remedy": "Kiểm tra lại", "deadline": "30/06/2026", "cause": "SUBJECTIVE", "version": "1"}
    page = f"/findings/{finding.pk}/plan/"
    assert "Phòng của sở cũ" not in said(focal, page)
    assert browser_of(focal).post(page, given).status_code == 302
    assert Finding.objects.get(pk=finding.pk).remedy == "Kiểm tra lại"


def test_a_register_of_an_heir_shows_where_its_lines_come_from(heirs_registers: Watched) -> None:
    watched = heirs_registers
    entry = watched.entered("quality_system")
    heir = merged(watched.agency, name="Sở Y tế mới")
    officer = arrived(Role.FOCAL_OFFICER, heir, "Đầu mối mới")
    own = f"/monitors/quality_system/{heir.pk}/"
    origin = "kế thừa từ Sở Y tế (đến hết ngày 31/05/2026)"
    for reader, address in ((officer, own), (officer, "/monitors/quality_system/"), (watched.manager, own)):
        assert origin in said(reader, address)
    assert "Dòng kế thừa được tính cho đơn vị này" in said(officer, own)
    # Merged, the agency has to announce its system anew: this waits for the heir on the first page.
    assert "Chưa công bố lại" in said(officer, "/")
    # The inherited line is read, and nothing is written into it; an own one can be made.
    page = f"/monitors/quality_system/entries/{entry.pk}/"
    assert 'name="note"' not in browser_of(officer).get(page).content.decode()
    assert browser_of(officer).post(page, {"note": "x", "seen": "1"}).status_code == 404
    assert f'href="{own}new/' in browser_of(officer).get(own).content.decode()
    stranger = factories.actor_as(Role.FOCAL_OFFICER, factories.organisation("Sở Tư pháp"))
    assert browser_of(stranger).get(page).status_code == 404


def test_the_workbook_of_a_board_names_the_origin(heirs_registers: Watched) -> None:
    watched = heirs_registers
    watched.entered("job_positions")
    merged(watched.agency, name="Sở Y tế mới")
    answer = browser_of(watched.manager).get("/monitors/job_positions/export/")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    names = [row[0] for row in sheet.iter_rows(values_only=True)]
    assert "Sở Y tế mới (kế thừa từ Sở Y tế (đến hết ngày 31/05/2026))" in names
    assert "Sở Y tế" not in names
