"""The pages of findings: the board and the list behind every count, one with its story, closing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from openpar.base.accounts.models import Role
from openpar.common.formats import VIETNAM
from openpar.reform.findings.actions.adding import add_findings
from openpar.reform.findings.actions.extending import ask_extension
from openpar.reform.findings.actions.remedying import plan_remedy
from openpar.reform.findings.models import Conference, Extension, Finding, FindingState, FoundBy
from openpar.reform.plans.actions.planning import create_plan
from openpar.reform.plans.models import PlanLevel
from openpar.web.findings.common import source_link
from tests import factories
from tests.reform.findings import found
from tests.reform.findings.found import Province, new_line
from tests.reform.findings.pages import finding_things
from tests.web.reading import browser_of, text_of, visible
from tests.worlds import world

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 7, 10, 9, 0, tzinfo=VIETNAM)


@dataclass
class Board:
    """One finding in every state of Sở Y tế, one of Sở Tư pháp, a conference that is owed."""

    place: Province
    opened: int
    planned: int
    reported: int
    closed: int
    conference: int


@world
def findings_board() -> Board:
    place = found.province()
    conference = finding_things(place.health, place.home_affairs).conference
    add_findings(
        lines=[
            new_line(place, organisation_id=place.justice.pk, text="Báo cáo quý chậm 5 ngày", code="F0-06")
        ],
        by=place.manager,
        at=found.FOUND,
    )
    return Board(
        place,
        opened=found.opened(place, text="Chưa phân công").pk,
        planned=found.planned(place, field="F2", code="F2-03", text="101 hồ sơ trễ hạn").pk,
        reported=found.reported(place, text="Thiếu sáng kiến", code="F0-05").pk,
        closed=found.closed(place, text="Chưa đánh giá mô hình", code="F0-03").pk,
        conference=conference,
    )


@pytest.fixture(autouse=True)
def _in_july() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=True):
        yield


def test_every_count_of_the_board_opens_the_list_of_as_many(findings_board: Board) -> None:
    browser = browser_of(findings_board.place.manager)
    opened = 0
    for view in ("fields", "agencies"):
        page = text_of(browser, f"/findings/?view={view}&year=all")
        counts = re.findall(r'<td class="num"[^>]*><a href="([^"]+)"[^>]*>(\d+)</a>', page)
        figures = re.findall(r'<dd><a href="([^"]+)">(\d+)</a></dd>', page)
        assert len(figures) == 6
        for link, count in [*counts, *figures]:
            listed = text_of(browser, link.replace("&amp;", "&"))
            assert listed.count('<th scope="row"') == int(count), link
            opened += 1
    assert opened > 20


def test_the_list_says_what_is_overdue_in_words_and_what_recurs(findings_board: Board) -> None:
    page = visible(text_of(browser_of(findings_board.place.manager), "/findings/?year=all&state=overdue"))
    assert "101 hồ sơ trễ hạn" in page
    assert "Quá hạn 10 ngày" in page
    assert "Chưa đánh giá mô hình" not in page


@pytest.mark.parametrize(
    ("query", "wanted", "unwanted"),
    [
        ("q=ho+so+tre", "101 hồ sơ trễ hạn", "Chưa phân công"),
        ("q=tu+phap", "Báo cáo quý chậm", "Chưa phân công"),
        ("field=F2", "101 hồ sơ trễ hạn", "Chưa phân công"),
        ("code=F0-05", "Thiếu sáng kiến", "Chưa phân công"),
        ("state=CLOSED", "Chưa đánh giá mô hình", "Chưa phân công"),
        ("source=PETITION", "Không có tồn tại, hạn chế nào", "Chưa phân công"),
        ("state=nonsense&field=X", "Chưa phân công", "nonsense"),
    ],
)
def test_the_list_is_narrowed_by_what_is_asked(
    findings_board: Board, query: str, wanted: str, unwanted: str
) -> None:
    page = visible(text_of(browser_of(findings_board.place.manager), f"/findings/?year=all&{query}"))
    assert wanted in page
    assert unwanted not in page


def test_an_agency_sees_its_own_only_and_a_stranger_no_page(findings_board: Board) -> None:
    place = findings_board.place
    page = visible(text_of(browser_of(place.focal), "/findings/?year=all"))
    assert "Chưa phân công" in page
    assert "Báo cáo quý chậm" not in page
    text_of(browser_of(place.stranger), f"/findings/{findings_board.opened}/", 404)
    text_of(browser_of(place.stranger), f"/findings/conferences/{findings_board.conference}/", 404)
    administrator = factories.actor_as(Role.ADMINISTRATOR, place.health, "Quản trị")
    for address in ("/findings/", "/findings/export/", "/findings/conferences/", "/findings/taxonomy/"):
        text_of(browser_of(administrator), address, 404)
    answer = Client().get("/findings/")
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_a_finding_tells_its_story_from_source_to_closing(findings_board: Board) -> None:
    page = visible(text_of(browser_of(findings_board.place.focal), f"/findings/{findings_board.closed}/"))
    parts = (
        "Thông báo kết luận 45/TB-SNV",
        "1.3.1",
        "Có thể mất đến 0,50 điểm",
        "Kiểm tra 5 đơn vị trong quý II",
        "Báo cáo khắc phục",
        "Xác nhận đã khắc phục",
    )
    places = [page.find(part, page.find("Diễn biến")) for part in parts]
    assert -1 not in places
    assert places[:4] == sorted(places[:4])


def test_the_unit_plans_and_reports_with_a_photo_taken_now(findings_board: Board) -> None:
    browser = browser_of(findings_board.place.focal)
    address = f"/findings/{findings_board.opened}/"
    assert "report/" not in text_of(browser, address)
    answer = browser.post(
        address + "plan/",
        {"remedy": "Phân công lại", "deadline": "30/06/2026", "cause": "SUBJECTIVE", "version": "1"},
    )
    assert answer.status_code == 302
    image = SimpleUploadedFile("bang-phan-cong.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    answer = browser.post(
        address + "report/",
        {"text": "Đã phân công", "title": "Bảng phân công", "number": "", "upload": image},
    )
    finding = Finding.objects.get(pk=findings_board.opened)
    if answer.status_code == 422:
        pytest.fail(visible(answer.content.decode())[:600])
    assert answer.status_code == 302
    assert (finding.state, finding.reported_on) == (FindingState.REPORTED, date(2026, 7, 10))
    assert finding.steps.get(kind="REPORTED").evidence.get().document.title == "Bảng phân công"


def test_a_report_without_evidence_is_refused_and_nothing_typed_is_lost(findings_board: Board) -> None:
    browser = browser_of(findings_board.place.focal)
    answer = browser.post(f"/findings/{findings_board.planned}/report/", {"text": "Đã xử lý hết"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Đã xử lý hết" in page
    assert "chưa có tài liệu kiểm chứng" in page


@pytest.mark.parametrize("version", ["1", ""])
def test_a_plan_on_an_older_sight_is_a_conflict_that_shows_both(findings_board: Board, version: str) -> None:
    answer = browser_of(findings_board.place.focal).post(
        f"/findings/{findings_board.planned}/plan/",
        {"remedy": "Khác", "cause": "OBJECTIVE", "version": version},
    )
    assert answer.status_code == 409
    page = answer.content.decode()
    assert ">Khác</textarea>" in page.replace("\n", "")
    assert found.REMEDY.remedy in page
    assert Finding.objects.get(pk=findings_board.planned).remedy == found.REMEDY.remedy


def test_the_finder_closes_or_sends_back_and_the_unit_has_no_such_button(findings_board: Board) -> None:
    place = findings_board.place
    address = f"/findings/{findings_board.reported}/"
    assert "close/" not in text_of(browser_of(place.head), address)
    assert browser_of(place.head).post(address + "close/", {}).status_code == 404
    manager = browser_of(place.manager)
    refused = manager.post(address + "return/", {"reason": "", "deadline": "31/12/2026"})
    assert refused.status_code == 422
    unreadable = manager.post(address + "return/", {"reason": "Thiếu", "deadline": "hôm qua"})
    assert unreadable.status_code == 422
    assert (
        manager.post(address + "return/", {"reason": "Thiếu số liệu", "deadline": "31/12/2026"}).status_code
        == 302
    )
    finding = Finding.objects.get(pk=findings_board.reported)
    assert (finding.state, finding.deadline) == (FindingState.SENT_BACK, date(2026, 12, 31))
    page = visible(text_of(browser_of(place.head), address))
    assert "Thiếu số liệu" in page


def test_closing_asks_first_and_then_closes(findings_board: Board) -> None:
    manager = browser_of(findings_board.place.manager)
    address = reverse("finding-close", args=[findings_board.reported])
    assert manager.post(address, {"text": "Đạt"}).status_code == 302
    assert Finding.objects.get(pk=findings_board.reported).state == FindingState.CLOSED
    assert manager.post(address, {}).status_code == 422


def test_more_time_is_asked_and_granted_on_the_pages(findings_board: Board) -> None:
    place = findings_board.place
    answer = browser_of(place.focal).post(
        f"/findings/{findings_board.planned}/extension/",
        {"wanted_until": "30/09/2026", "reason": "Đang sắp xếp bộ máy"},
    )
    assert answer.status_code == 302
    extension = Extension.objects.get(finding_id=findings_board.planned)
    page = text_of(browser_of(place.manager), f"/findings/{findings_board.planned}/")
    assert f"/findings/extensions/{extension.pk}/" in page
    decided = browser_of(place.manager).post(f"/findings/extensions/{extension.pk}/", {"decision": "grant"})
    assert decided.status_code == 302
    assert Finding.objects.get(pk=findings_board.planned).deadline == date(2026, 9, 30)


def test_a_form_tells_with_its_own_faults_what_would_stand_in_the_way_anyhow(findings_board: Board) -> None:
    place = findings_board.place
    asked = browser_of(place.focal).post(
        f"/findings/{findings_board.reported}/extension/", {"wanted_until": "mai", "reason": ""}
    )
    said = visible(asked.content.decode())
    assert asked.status_code == 422
    assert "Xin gia hạn đến hết ngày" in said
    assert "Chỉ gia hạn khi đang khắc phục" in said
    planned = browser_of(place.focal).post(
        f"/findings/{findings_board.reported}/plan/", {"deadline": "mai", "version": "1"}
    )
    refusal = visible(planned.content.decode().partition('id="refusal"')[2].partition("</form>")[0])
    assert planned.status_code == 422
    assert "Biện pháp khắc phục" in refusal
    assert "tồn tại, hạn chế đang ở trạng thái" in refusal


def test_who_asked_for_more_time_sees_why_they_cannot_decide(findings_board: Board) -> None:
    place = findings_board.place
    line = found.from_inside(place, text="Việc riêng")
    (finding,) = add_findings(lines=[line], by=place.focal, at=found.FOUND)
    plan_remedy(finding_id=finding.pk, plan=found.REMEDY, by=place.head, at=found.PLANNED)
    ask_extension(
        finding_id=finding.pk, wanted_until=date(2026, 9, 1), reason="Chờ", by=place.head, at=found.PLANNED
    )
    page = visible(text_of(browser_of(place.head), f"/findings/{finding.pk}/"))
    assert "chính bạn đã xin gia hạn" in page


def test_a_finding_is_entered_by_hand_by_the_unit_and_by_so_noi_vu(findings_board: Board) -> None:
    place = findings_board.place
    given = {
        "found_by": "SELF",
        "organisation": str(place.health.pk),
        "field": "F4",
        "text": "Phòng thiếu người",
        "period_from": "15/12/2025",
        "period_until": "30/06/2026",
    }
    answer = browser_of(place.focal).post("/findings/new/", given)
    made = Finding.objects.get(text="Phòng thiếu người")
    assert answer["Location"] == f"/findings/{made.pk}/"
    assert (made.found_by, made.finder_id) == (FoundBy.SELF, place.health.pk)
    outside = {**given, "found_by": "PETITION", "text": "Dân phản ánh chậm", "field": "F2", "code": "F2-02"}
    assert browser_of(place.manager).post("/findings/new/", outside).status_code == 302
    assert Finding.objects.get(text="Dân phản ánh chậm").finder_id == place.home_affairs.pk
    wrong = {**outside, "text": "", "period_until": "1/1/2020"}
    page = browser_of(place.manager).post("/findings/new/", wrong)
    assert page.status_code == 422
    text_of(browser_of(place.leader), "/findings/new/", 404)


def test_a_code_is_given_by_the_finder(findings_board: Board) -> None:
    manager = browser_of(findings_board.place.manager)
    finding = Finding.objects.get(pk=findings_board.opened)
    sent = {"code": "F0-05", "version": str(finding.version)}
    assert manager.post(f"/findings/{finding.pk}/code/", sent).status_code == 302
    assert manager.post(f"/findings/{finding.pk}/code/", sent).status_code == 409
    finding.refresh_from_db()
    assert finding.code == "F0-05"


def test_the_workbook_has_what_the_list_has(findings_board: Board) -> None:
    browser = browser_of(findings_board.place.manager)
    answer = browser.get("/findings/export/?year=all&field=F2")
    book = openpyxl.load_workbook(BytesIO(answer.content))
    values = [cell.value for row in book.worksheets[0].iter_rows() for cell in row]
    assert "101 hồ sơ trễ hạn" in values
    assert "Chưa phân công" not in values
    assert "Quá hạn 10 ngày" in values


def test_a_conference_is_recorded_with_its_tasks_and_shortcomings(findings_board: Board) -> None:
    place = findings_board.place
    address = f"/findings/conferences/{findings_board.conference}/"
    focal = browser_of(place.focal)
    assert "quá hạn" in visible(text_of(focal, address))
    held = {
        "held_on": "02/07/2026",
        "attendance": "Toàn cơ quan",
        "conclusions": "Giữ nhóm khá",
        "minutes": str(found.proof(place)),
        "version": "1",
    }
    assert browser_of(place.manager).post(address + "hold/", held).status_code == 404
    assert focal.post(address + "hold/", {**held, "conclusions": ""}).status_code == 422
    assert focal.post(address + "hold/", held).status_code == 302
    late = focal.post(address + "hold/", {**held, "conclusions": "Kết luận của tôi"})
    assert late.status_code == 409
    assert all(part in visible(late.content.decode()) for part in ("Giữ nhóm khá", "Kết luận của tôi"))
    ordered = {"field": "F0", "text": "Kiểm tra 5 đơn vị", "deadline": "30/11/2026"}
    assert focal.post(address + "order/", ordered).status_code == 302
    named = {"named_field": "F0", "named": "Phân công chưa rõ"}
    assert focal.post(address + "shortcoming/", named).status_code == 302
    page = visible(text_of(focal, address))
    assert all(part in page for part in ("Giữ nhóm khá", "Kiểm tra 5 đơn vị", "Phân công chưa rõ"))


def test_conferences_that_were_not_held_become_findings_by_one_press(findings_board: Board) -> None:
    manager = browser_of(findings_board.place.manager)
    assert "1 đơn vị không tổ chức" in visible(text_of(manager, "/findings/conferences/"))
    assert manager.post("/findings/conferences/missing/").status_code == 302
    made = Finding.objects.get(code="F0-02")
    assert made.source_id == Conference.objects.get(pk=findings_board.conference).pk
    text_of(manager, "/findings/conferences/")  # says it once
    assert "đơn vị không tổ chức" not in visible(text_of(manager, "/findings/conferences/?state=missing"))


def test_the_taxonomy_names_its_sources(findings_board: Board) -> None:
    page = visible(text_of(browser_of(findings_board.place.focal), "/findings/taxonomy/"))
    assert "Báo Phú Yên 19/05/2023" in page
    assert "thông lệ, cần xác nhận" in page


def test_what_waits_stands_on_the_first_page(findings_board: Board) -> None:
    place = findings_board.place
    assert "Thiếu sáng kiến" in visible(text_of(browser_of(place.manager), "/"))
    page = visible(text_of(browser_of(place.focal), "/"))
    assert "101 hồ sơ trễ hạn" in page
    assert "Hội nghị rút kinh nghiệm" in page


def test_the_queries_of_the_board_do_not_grow_with_the_findings(findings_board: Board) -> None:
    place = findings_board.place
    browser = browser_of(place.manager)

    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as caught:
            text_of(browser, address)
        return len(caught)

    addresses = (
        "/findings/?year=all",
        "/findings/?year=all&view=agencies",
        f"/findings/{findings_board.planned}/",
    )
    before = [queries(address) for address in addresses]
    lines = [new_line(place, text=f"Tồn tại {number}", field="F1", code="") for number in range(40)]
    lines += [new_line(place, text=f"Khác {number}", organisation_id=place.justice.pk) for number in range(5)]
    add_findings(lines=lines, by=place.manager, at=found.FOUND)
    assert [queries(address) for address in addresses] == before
    assert max(before) < 25


def test_the_evidence_opens_for_who_may_see_the_finding_though_not_the_store(findings_board: Board) -> None:
    things = finding_things(findings_board.place.justice, findings_board.place.health)
    address = reverse("finding-evidence", args=[things.reported, things.evidence])
    finder = browser_of(findings_board.place.head)
    assert address in text_of(finder, f"/findings/{things.reported}/")
    answer = finder.get(address)
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a streaming answer
    assert content.startswith(b"%PDF")
    text_of(browser_of(findings_board.place.focal), reverse("document", args=[things.document]), 404)
    text_of(finder, reverse("finding-evidence", args=[things.remediating, things.evidence]), 404)


def test_from_the_finding_to_its_task_and_back(findings_board: Board) -> None:
    place = findings_board.place
    plan = create_plan(
        by=place.focal,
        at=TODAY,
        organisation_id=place.health.pk,
        year=2026,
        level=PlanLevel.AGENCY,
        title="Kế hoạch CCHC năm 2026",
    )
    focal = browser_of(place.focal)
    address = f"/findings/{findings_board.opened}/"
    sent = {"remedy": "Phân công", "cause": "SUBJECTIVE", "version": "1", "plan": str(plan.pk)}
    assert focal.post(address + "plan/", {**sent, "deadline": "30/06/2026"}).status_code == 302
    finding = Finding.objects.get(pk=findings_board.opened)
    assert finding.remedy_task is not None
    assert finding.remedy_task.source_id == finding.pk
    assert "Nhiệm vụ trong kế hoạch của đơn vị" in visible(text_of(focal, address))
    assert source_link(place.focal, "finding", finding.pk) == address
    assert source_link(place.stranger, "finding", finding.pk) == ""
    assert source_link(place.focal, "meeting", finding.pk) == ""
