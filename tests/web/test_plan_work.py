"""Working on tasks by their pages: notes, reports, requests, decisions, hand-down; and meetings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from openpar.reform.plans.models import (
    Assignment,
    Claim,
    DutyRequest,
    DutyState,
    Meeting,
    MeetingOutcome,
    Task,
)
from tests.reform.plans.year import Province, duty_of, moment, owed, reported
from tests.web.reading import browser_of, visible

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _july() -> Iterator[None]:
    with time_machine.travel(moment(date(2026, 7, 12)), tick=True):
        yield


def text_of(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return visible(answer.content.decode())


def report(task: Assignment, **other: object) -> dict[str, object]:
    """What the form of a report sends: a new document with its file."""
    duty = duty_of(task)
    return {
        "duty": str(duty.pk),
        "version": str(duty.version),
        "completed_on": "10/07/2026",
        "number": "15/BC-SYT",
        "issued_on": "10/07/2026",
        "title": "Báo cáo rà soát",
        "upload": SimpleUploadedFile("bao-cao.pdf", b"%PDF-1.7\nbao cao", "application/pdf"),
        "text": "Rà soát 120 thủ tục",
        **other,
    }


def test_a_task_is_begun_reported_with_its_product_and_confirmed(reform_year: Province) -> None:
    who = reform_year
    task = owed(who, "quarter", who.health)
    page = f"/tasks/{task.pk}/"
    officer, head, manager = map(browser_of, (who.health.officer, who.health.head, who.manager))
    officer.post(f"{page}progress/", {"text": "Đang rà soát", "started": "on", "ready": "on"})
    assert "1 lượt giao" in text_of(officer, f"/plans/{who.issued().pk}/?view=list&state=started")
    assert officer.post(f"{page}report/", report(task)).status_code == 404
    refused = head.post(f"{page}report/", report(task, completed_on="20/07/2026"))
    assert refused.status_code == 422
    kept = re.search(r'<option value="(\d+)" selected', refused.content.decode())
    assert kept is not None, "the document stays, it need not be sent again"
    head.post(f"{page}report/", report(task, document=kept[1], number="", title="", upload=""))
    claim = Claim.objects.get()
    assert claim.document.number == "15/BC-SYT"
    shown = text_of(manager, page)
    assert "Báo cáo hoàn thành chờ xác nhận" in shown
    assert "Xác nhận hoàn thành" in shown
    file = manager.get(f"{page}documents/{claim.document_id}/")
    assert b"".join(file.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]  # a file is streamed
    assert browser_of(who.finance.head).get(f"{page}documents/{claim.document_id}/").status_code == 404
    assert head.post(f"{page}claims/{claim.pk}/confirm/").status_code == 404
    assert manager.post(f"{page}claims/{claim.pk}/return/", {"reason": ""}).status_code == 422
    manager.post(f"{page}claims/{claim.pk}/confirm/")
    assert duty_of(task).state == DutyState.DONE
    history = text_of(officer, page)
    assert "Tiến độ: đủ điều kiện báo cáo hoàn thành Đang rà soát" in history
    assert "Báo cáo hoàn thành: đã xác nhận" in history
    assert "hoàn thành trễ hạn" in history


def test_a_report_is_sent_back_with_a_reason_and_taken_back_by_the_agency(reform_year: Province) -> None:
    who = reform_year
    task = owed(who, "quarter", who.health)
    page = f"/tasks/{task.pk}/"
    claim = reported(who.health, duty_of(task), date(2026, 6, 20))
    browser_of(who.manager).post(f"{page}claims/{claim.pk}/return/", {"reason": "Thiếu phụ lục"})
    assert "Thiếu phụ lục" in text_of(browser_of(who.health.officer), page)
    again = reported(who.health, duty_of(task), date(2026, 6, 25))
    browser_of(who.health.head).post(f"{page}claims/{again.pk}/withdraw/")
    assert duty_of(task).state == DutyState.OPEN
    assert browser_of(who.manager).post(f"{page}claims/{again.pk}/confirm/").status_code == 422
    assert browser_of(who.manager).post(f"{page}claims/{again.pk}/khac/").status_code == 404


def test_more_time_is_asked_for_and_the_leader_decides(reform_year: Province) -> None:
    who = reform_year
    task = owed(who, "quarter", who.health)
    page = f"/tasks/{task.pk}/"
    officer, leader = browser_of(who.health.officer), browser_of(who.leader)
    asked = {
        "duty": str(duty_of(task).pk),
        "new_due_on": "30/09/2026",
        "reason": "Chờ Bộ Y tế",
        "objective": "on",
    }
    assert officer.post(f"{page}ask/extension/", {**asked, "new_due_on": "xx"}).status_code == 422
    officer.post(f"{page}ask/extension/", asked)
    request = DutyRequest.objects.get()
    assert request.is_objective
    assert browser_of(who.manager).post(f"{page}requests/{request.pk}/approve/").status_code == 404
    assert "Gia hạn đến 30/09/2026 hạn cũ 30/06/2026" in text_of(leader, "/tasks/?view=decide")
    leader.post(f"{page}requests/{request.pk}/approve/")
    assert duty_of(task).due_on == date(2026, 9, 30)
    shown = text_of(officer, page)
    assert "đã gia hạn 1 lần" in shown
    assert "Thời hạn đổi từ 30/06/2026 thành 30/09/2026 (Gia hạn)" in shown


def test_a_reason_outside_the_agency_is_asked_for_only_when_late(reform_year: Province) -> None:
    who = reform_year
    late, early = owed(who, "quarter", who.finance), owed(who, "waiting", who.finance)
    officer = browser_of(who.finance.officer)
    assert officer.post(f"/tasks/{early.pk}/ask/objective/", {"reason": "Mưa lũ"}).status_code == 422
    officer.post(f"/tasks/{late.pk}/ask/objective/", {"reason": "Mưa lũ"})
    request = DutyRequest.objects.get()
    leader = browser_of(who.leader)
    assert leader.post(f"/tasks/{late.pk}/requests/{request.pk}/refuse/", {"reason": ""}).status_code == 422
    leader.post(f"/tasks/{late.pk}/requests/{request.pk}/approve/")
    shown = text_of(officer, f"/tasks/{late.pk}/")
    assert "nguyên nhân khách quan được chấp nhận" in shown
    assert "quá hạn 12 ngày" in shown


def test_a_task_is_handed_to_a_division_that_finds_it_in_its_list(reform_year: Province) -> None:
    who = reform_year
    task = owed(who, "quarter", who.health)
    division = browser_of(who.division_officer)
    assert division.get(f"/tasks/{task.pk}/").status_code == 404
    given = {
        "division": str(who.division.pk),
        "officer": "",
        "version": str(task.version),
        "note": "Làm trước",
    }
    browser_of(who.health.officer).post(f"/tasks/{task.pk}/hand/", given)
    stale = browser_of(who.health.officer).post(f"/tasks/{task.pk}/hand/", {**given, "note": "ĐÃ GÕ"})
    # Somebody else was faster: what was typed stays in the form.
    assert (stale.status_code, 'name="note" value="ĐÃ GÕ"' in stale.content.decode()) == (409, True)
    assert "Rà soát thủ tục hành chính" in text_of(division, "/tasks/?year=2026")
    division.post(f"/tasks/{task.pk}/progress/", {"text": "Đã làm", "started": "on"})
    task.refresh_from_db()
    assert task.started_on == date(2026, 7, 12)
    assert division.post(f"/tasks/{task.pk}/hand/", given).status_code == 404


def test_a_note_from_the_list_gives_its_row_back(reform_year: Province) -> None:
    who = reform_year
    task = owed(who, "quarter", who.health)
    browser = browser_of(who.health.officer)
    headers = {"HX-Request": "true"}
    address = f"/tasks/{task.pk}/progress/"
    row = browser.post(address, {"row": "1", "text": "Đang làm", "started": "on"}, headers=headers)
    assert row.status_code == 200
    assert f'id="task-{task.pk}"' in row.content.decode()
    assert "<html" not in row.content.decode()
    refused = browser.post(address, {"row": "1", "text": ""}, headers=headers)
    assert refused.status_code == 422
    assert refused.headers["HX-Retarget"] == "#refusal"


def test_who_cooperates_sees_the_task_and_adds_notes_only(reform_year: Province) -> None:
    who = reform_year
    task = owed(who, "dated", who.home)
    officer = browser_of(who.health.officer)
    assert "Ban hành kế hoạch kiểm tra" in text_of(officer, "/tasks/?view=cooperating&year=2026")
    assert "Ban hành kế hoạch kiểm tra" not in text_of(officer, "/tasks/?view=all&year=2026")
    officer.post(f"/tasks/{task.pk}/progress/", {"text": "Đã góp ý"})
    assert "Đã góp ý" in text_of(browser_of(who.home.officer), f"/tasks/{task.pk}/")
    for address in ("report/", "ask/extension/", "hand/"):
        assert officer.post(f"/tasks/{task.pk}/{address}").status_code == 404


def test_reports_are_confirmed_together_by_those_who_may(reform_year: Province) -> None:
    who = reform_year
    claims = [
        reported(agency, duty_of(owed(who, "quarter", agency)), date(2026, 6, 20))
        for agency in (who.health, who.finance)
    ]
    ids = [str(claim.pk) for claim in claims]
    assert browser_of(who.auditor).post("/tasks/confirm/", {"claim": ids}).status_code == 422
    answer = browser_of(who.manager).post("/tasks/confirm/", {"claim": ids, "back": "control"})
    assert answer.headers["Location"] == "/plans/control/"
    assert Claim.objects.filter(state=Claim.State.CONFIRMED).count() == 2
    assert browser_of(who.manager).post("/tasks/confirm/", {"claim": ids}).status_code == 422


def test_the_event_of_a_task_is_recorded_by_the_assigning_side(reform_year: Province) -> None:
    who = reform_year
    task = owed(who, "waiting", who.health)
    page = f"/tasks/{task.pk}/"
    assert browser_of(who.health.head).post(f"{page}condition/").status_code == 404
    manager = browser_of(who.manager)
    assert manager.post(f"{page}condition/", {"happened_on": ""}).status_code == 422
    manager.post(f"{page}condition/", {"happened_on": "01/07/2026"})
    task.refresh_from_db()
    assert task.due_on == date(2026, 7, 31)
    assert "Điều kiện đã có, thời hạn 31/07/2026" in text_of(manager, page)


# Meetings


def test_an_order_of_a_meeting_becomes_a_task_with_the_meeting_as_its_source(reform_year: Province) -> None:
    who = reform_year
    manager, finance = browser_of(who.manager), browser_of(who.finance.officer)
    head = {
        "organisation": str(who.home.pk),
        "kind": "REFORM",
        "subject": "Giao ban tháng 6",
        "held_on": "03/07/2026",
        "chair": "Phó Chủ tịch UBND tỉnh",
        "participants": "Sở Y tế; Sở Tài chính",
    }
    assert manager.post("/meetings/new/", {**head, "participants": "Sở Lạ"}).status_code == 422
    manager.post("/meetings/new/", head)
    meeting = Meeting.objects.get()
    page = f"/meetings/{meeting.pk}/"
    assert finance.get(page).status_code == 404
    order = {"kind": "ORDER", "agency": str(who.finance.pk), "text": "Báo cáo tự chủ tài chính"}
    manager.post(f"{page}outcomes/new/", {**order, "version": "1"})
    assert manager.post(f"{page}outcomes/new/", {**order, "version": "1"}).status_code == 409
    outcome = MeetingOutcome.objects.get()
    form = manager.get(f"{page}outcomes/{outcome.pk}/order/").content.decode()
    assert 'value="Sở Tài chính"' in form
    line = {"field": "F5", "text": outcome.text, "leads": "Sở Tài chính", "deadline": "30/09/2026"}
    manager.post(f"{page}outcomes/{outcome.pk}/order/", {**line, "plan": str(who.issued().pk)})
    task = Task.objects.latest("pk")
    assert (task.source_kind, task.source_id) == ("meeting", outcome.pk)
    meeting.refresh_from_db()
    manager.post(f"{page}conclude/", {"version": str(meeting.version)})
    assert "Xem nhiệm vụ" in text_of(finance, page)
    assert "Giao ban tháng 6" in text_of(finance, "/meetings/?year=2026")
    assert "Giao ban tháng 6" in text_of(finance, f"/tasks/{task.assignments.get().pk}/")
    assert manager.get(f"{page}edit/").status_code == 404
    assert browser_of(who.communes[0].head).get(page).status_code == 404
