"""The pages of registers: the overview, boards, entries with their revisions, lapses made findings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpar.base.accounts.models import Role
from openpar.reform.findings.models import Finding
from openpar.reform.monitors.models import ElectronicDocuments, LegalReview, TrainingPlan
from openpar.reform.monitors.registers import REGISTERS
from openpar.web.monitors.common import usual_quarter
from openpar.web.monitors.home import waiting
from tests import factories
from tests.reform.monitors import entries
from tests.reform.monitors.entries import AT, Watched
from tests.web.reading import browser_of, text_of
from tests.worlds import world

pytestmark = pytest.mark.django_db
SECOND = "year=2026&quarter=2"


@world
def monitor_pages() -> Watched:
    watched = entries.watched()
    for key in REGISTERS:
        watched.entered(key)
    return watched


@pytest.fixture(autouse=True)
def _june() -> Iterator[None]:
    with time_machine.travel(AT + timedelta(hours=1), tick=True):
        yield


@pytest.mark.parametrize("key", REGISTERS)
def test_every_register_has_a_board_an_agency_page_a_form_and_an_entry(
    key: str, monitor_pages: Watched
) -> None:
    officer, manager = browser_of(monitor_pages.officer), browser_of(monitor_pages.manager)
    entry = REGISTERS[key].model._default_manager.get()
    own = f"/monitors/{key}/{monitor_pages.agency.pk}/"
    assert "Sở Y tế" in text_of(manager, f"/monitors/{key}/?{SECOND}")
    assert f"/monitors/{key}/entries/{entry.pk}/" in text_of(officer, f"{own}?{SECOND}")
    assert 'name="note"' in text_of(officer, f"{own}new/")
    assert 'name="note"' in text_of(officer, f"/monitors/{key}/entries/{entry.pk}/")
    # Who oversees reads, and fills nothing in.
    assert 'name="note"' not in text_of(manager, f"/monitors/{key}/entries/{entry.pk}/")
    text_of(manager, f"{own}new/", 404)


@pytest.mark.parametrize("key", REGISTERS)
def test_a_stranger_finds_nothing_of_an_agency(key: str, monitor_pages: Watched) -> None:
    entry = REGISTERS[key].model._default_manager.get()
    stranger = browser_of(factories.actor_as(Role.FOCAL_OFFICER, monitor_pages.home))
    assert "Sở Y tế" not in text_of(stranger, f"/monitors/{key}/?{SECOND}")
    for address in (f"{monitor_pages.agency.pk}/", f"{monitor_pages.agency.pk}/new/", f"entries/{entry.pk}/"):
        text_of(stranger, f"/monitors/{key}/{address}", 404)
    assert stranger.post(f"/monitors/{key}/entries/{entry.pk}/", {"seen": 1}).status_code == 404
    withdrawing = stranger.post(f"/monitors/{key}/entries/{entry.pk}/withdraw/", {"seen": 1, "reason": "x"})
    assert withdrawing.status_code == 404
    keeper = browser_of(factories.actor_as(Role.ADMINISTRATOR, monitor_pages.home))
    text_of(keeper, f"/monitors/{key}/", 404)


def test_no_register_of_another_name(monitor_pages: Watched) -> None:
    text_of(browser_of(monitor_pages.manager), "/monitors/khac/", 404)


def test_an_entry_is_typed_with_groups_of_thousands_and_empty_is_not_nought(monitor_pages: Watched) -> None:
    browser = browser_of(monitor_pages.officer)
    address = f"/monitors/electronic_documents/{monitor_pages.agency.pk}/new/"
    given = {"year": "2026", "quarter": "1", "outgoing": "1.200", "outgoing_signed": "1.150"}
    answer = browser.post(address, given)
    assert answer.status_code == 302
    made = ElectronicDocuments.objects.get(quarter=1)
    assert (made.outgoing, made.outgoing_secret, made.files) == (1200, None, None)
    twice = browser.post(address, given)
    assert twice.status_code == 409
    assert "đã có mục này trong sổ" in twice.content.decode()


def test_a_refused_entry_keeps_what_was_typed_and_names_both_figures(monitor_pages: Watched) -> None:
    browser = browser_of(monitor_pages.officer)
    address = f"/monitors/legal_documents/{monitor_pages.agency.pk}/new/"
    answer = browser.post(address, {"year": "2026", "quarter": "1", "to_check": "10", "checked": "12"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'value="12"' in text
    assert "12 lớn hơn “Phải kiểm tra” (10)" in text


def test_a_stale_save_shows_what_is_stored_and_saves_the_second_time(monitor_pages: Watched) -> None:
    there = LegalReview.objects.get()
    browser = browser_of(monitor_pages.officer)
    monitor_pages.entered("legal_documents", seen=1, checked=10)
    address = f"/monitors/legal_documents/entries/{there.pk}/"
    mine = {"to_check": "10", "checked": "8", "unlawful": "2", "handled": "2", "note": "Đếm lại"}
    stale = browser.post(address, {**mine, "seen": "1"})
    assert stale.status_code == 409
    text = stale.content.decode()
    assert "Người khác đã lưu" in text
    assert 'name="seen" value="2"' in text
    assert 'value="8"' in text
    assert browser.post(address, {**mine, "seen": "2"}).status_code == 302
    newest = LegalReview.objects.get(is_current=True)
    assert (newest.revision, newest.checked, newest.note) == (3, 8, "Đếm lại")
    assert "Đã kiểm tra: 10 → 8" in text_of(browser, address)


def test_an_entry_taken_out_stays_readable_and_can_be_entered_again(monitor_pages: Watched) -> None:
    browser, there = browser_of(monitor_pages.officer), TrainingPlan.objects.get()
    address = f"/monitors/training/entries/{there.pk}/"
    assert browser.post(address + "withdraw/", {"seen": "1", "reason": ""}).status_code == 422
    assert browser.post(address + "withdraw/", {"seen": "1", "reason": "Nhầm năm"}).status_code == 302
    assert "Nhầm năm" in text_of(browser, address)
    assert browser.post(address, {"seen": "2"}).status_code == 404
    again = {"year": "2026", "leaders_planned": "5"}
    assert browser.post(f"/monitors/training/{monitor_pages.agency.pk}/new/", again).status_code == 302
    assert TrainingPlan.objects.get(is_current=True).revision == 3


def test_a_board_says_what_is_wrong_since_when_and_is_narrowed_by_its_address(monitor_pages: Watched) -> None:
    monitor_pages.entered("leadership_posts", filled=8, vacant_since=date(2026, 2, 1), seen=1)
    manager = browser_of(monitor_pages.manager)
    text = text_of(manager, "/monitors/leadership_posts/?state=LAPSED")
    assert "chưa kiện toàn 2 chức danh" in text
    assert "từ 01/02/2026" in text
    assert "Sở Nội vụ</a>" not in text
    assert "Sở Nội vụ</a>" in text_of(manager, "/monitors/leadership_posts/?state=SILENT")
    assert "Không có đơn vị nào khớp" in text_of(manager, "/monitors/leadership_posts/?q=khong-co")
    # Sums of parts with how many told them, the secret ones beside.
    documents = text_of(manager, f"/monitors/electronic_documents/?{SECOND}")
    assert "96 / 96" in documents
    assert "1/2 đơn vị có số liệu; mật: 4, không tính" in documents


def test_a_count_stands_alone_beside_the_ratios_of_its_register(monitor_pages: Watched) -> None:
    monitor_pages.entered("legal_documents", seen=1, issued=37)
    board = text_of(browser_of(monitor_pages.manager), f"/monitors/legal_documents/?{SECOND}")
    told = " ".join(re.sub("<[^>]*>", " ", board).split())
    assert "Văn bản quy phạm pháp luật ban hành, tham mưu ban hành 37 1/2 đơn vị có số liệu" in told


def test_the_overview_counts_agencies_and_leads_to_what_lapsed(monitor_pages: Watched) -> None:
    monitor_pages.entered("leadership_posts", filled=8, seen=1)
    text = text_of(browser_of(monitor_pages.manager), "/monitors/")
    assert "Còn khuyết: 1" in text
    assert 'href="/monitors/leadership_posts/?state=LAPSED"' in text


def test_the_workbook_holds_what_the_board_shows(monitor_pages: Watched) -> None:
    answer = browser_of(monitor_pages.manager).get(f"/monitors/legal_documents/export/?{SECOND}")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    rows = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows()}
    assert rows["Sở Y tế"][1] == "Còn việc chưa xong"
    assert "1/10 văn bản phải kiểm tra chưa kiểm tra" in str(rows["Sở Y tế"][2])
    assert rows["Sở Nội vụ"][1:4] == ["Chưa nhập", None, None]


def test_lapses_are_made_findings_by_the_manager_only(monitor_pages: Watched) -> None:
    monitor_pages.entered("leadership_posts", filled=8, seen=1)
    officer, manager = browser_of(monitor_pages.officer), browser_of(monitor_pages.manager)
    assert officer.post("/monitors/leadership_posts/findings/").status_code == 404
    assert manager.post("/monitors/leadership_posts/findings/").status_code == 302
    assert Finding.objects.get().code == "F3-01"


def test_the_first_page_tells_the_agency_what_is_wrong(monitor_pages: Watched) -> None:
    monitor_pages.entered("leadership_posts", filled=8, seen=1)
    at = AT + timedelta(hours=1)
    (section,) = waiting(monitor_pages.officer, at)
    assert any("2 chức danh" in item.label for item in section.items)
    assert waiting(monitor_pages.manager, at) == ()


@pytest.mark.parametrize(
    ("day", "year", "number"),
    [
        (date(2026, 6, 16), 2026, 2),
        (date(2026, 7, 14), 2026, 2),
        (date(2026, 7, 15), 2026, 3),
        (date(2025, 12, 20), 2025, 4),
    ],
)
def test_a_board_begins_with_the_quarter_that_is_being_told(day: date, year: int, number: int) -> None:
    found = usual_quarter(day)
    assert (found.year, found.number) == (year, number)


@pytest.mark.parametrize("address", ["/monitors/", "/monitors/job_positions/", "/"])
def test_a_page_takes_as_many_queries_for_few_as_for_many(address: str, monitor_pages: Watched) -> None:
    browser = browser_of(monitor_pages.officer)
    text_of(browser, address)
    with CaptureQueriesContext(connection) as few:
        text_of(browser, address)
    for number in range(6):
        monitor_pages.entered("job_positions", unit_kind="SERVICE_UNIT", unit_name=f"Trung tâm {number}")
    with CaptureQueriesContext(connection) as many:
        text_of(browser, address)
    assert len(many) == len(few)
