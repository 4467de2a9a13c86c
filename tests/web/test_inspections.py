"""The pages of inspections: who sees what, each step with its form, the checklist, the conclusion."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from io import BytesIO
from json import loads

import openpyxl
import pytest
import time_machine
from django.test import Client

from openpar.base.accounts.models import Role, User
from openpar.base.organisations.models import Kind
from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from openpar.reform.findings.models import Finding
from openpar.reform.inspections.models import (
    Campaign,
    CaseState,
    Draw,
    Inspection,
    Mode,
    Side,
    TeamMember,
)
from tests import factories
from tests.reform.inspections.cases import (
    AT,
    CONCLUSION,
    NOTICE_DAY,
    VISIT,
    Province,
    answered,
    concluded,
    document,
    limited,
    minuted,
    notified,
    opened,
    planned,
    province,
    reported,
    self_reported,
    unit_of,
    working,
)
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def province_of_pages() -> Province:
    return province()


@pytest.fixture
def who(province_of_pages: Province) -> Province:
    return province_of_pages


def browser(who: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=who.person_id))
    return client


def text_of(who: Actor, address: str, at: datetime = VISIT) -> str:
    with time_machine.travel(at, tick=False):
        answer = browser(who).get(address)
    assert answer.status_code == 200, answer.status_code
    return visible(answer.content.decode())


def visible(html: str) -> str:
    main = html.partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def posted(
    who: Actor, address: str, given: Mapping[str, object], at: datetime = VISIT, *, json: bool = False
) -> tuple[int, str]:
    """The status and what the page that it leads to says (or the answer itself)."""
    headers = {"Accept": "application/json"} if json else {}
    with time_machine.travel(at, tick=False):
        client = browser(who)
        answer = client.post(address, given, headers=headers)
        if answer.status_code == 302:
            return 302, visible(client.get(answer.headers["Location"].partition("#")[0]).content.decode())
    body = answer.content.decode()
    return answer.status_code, body if json else visible(body)


def file_status(who: Actor, address: str) -> int:
    answer = browser(who).get(address)
    # Read to its end: only then is the file closed.
    assert answer.getvalue()
    return answer.status_code


def paper(number: str, day: str, **more: object) -> dict[str, object]:
    return {"number": number, "issued_on": day, **more}


# Plans


def test_a_plan_is_made_filled_and_issued_on_its_page(who: Province) -> None:
    given = {
        "for": f"PROVINCE-{who.home.pk}",
        "year": "2026",
        "title": "Kế hoạch kiểm tra năm 2026",
        "covers_from": "01/01/2025",
        "covers_until": "30/06/2026",
    }
    status, said = posted(who.manager, "/inspections/plans/new/", given, AT)
    assert (status, "Thêm đơn vị, rồi ban hành" in said) == (302, True)
    campaign = Campaign.objects.get()
    address = f"/inspections/plans/{campaign.pk}/"
    assert "kế hoạch chưa có đơn vị nào" in text_of(who.manager, address, AT)
    units = {"unit": [who.health.agency.pk, who.ward.agency.pk], "mode": "ON_SITE"}
    status, said = posted(who.manager, f"{address}units/", units, AT)
    assert (status, "Phường Mũi Né" in said) == (302, True)
    # Another version than was seen, before the units came in.
    before = paper("15/KH-UBND", "05/03/2026", version=campaign.version)
    status, said = posted(who.manager, f"{address}issue/", before, AT)
    assert (status, "Xem lại đơn vị và nội dung" in said, "Phường Mũi Né" in said) == (409, True, True)
    campaign.refresh_from_db()
    status, said = posted(who.manager, f"{address}issue/", {"version": campaign.version}, AT)
    assert (status, "chưa có văn bản" in said) == (422, True)
    now = paper("15/KH-UBND", "05/03/2026", version=campaign.version)
    status, said = posted(who.manager, f"{address}issue/", now, AT)
    assert (status, "15/KH-UBND ngày 05/03/2026" in said) == (302, True)
    assert "Đã ban hành" in said
    # A step that is refused for another reason leaves nothing in the store.
    status, said = posted(who.manager, f"{address}issue/", paper("16/KH-UBND", "05/03/2026"), AT)
    assert (status, "kế hoạch đã ban hành" in said) == (422, True)
    assert Campaign.objects.get().document.owner.documents.count() == 1  # type: ignore[union-attr]  # issued


def test_a_plan_is_seen_by_those_who_make_it_and_those_who_oversee(who: Province) -> None:
    campaign = planned(who, [who.health])
    address = f"/inspections/plans/{campaign.pk}/"
    for reader in (who.manager, who.leader):
        assert "Sở Y tế" in text_of(reader, address)
    for stranger in (who.health.head, who.member, who.team_head):
        assert browser(stranger).get(address).status_code == 404
    assert browser(who.leader).post(address, {}).status_code == 404
    assert Client().get(address).headers["Location"].startswith("/login/")


def test_a_draw_is_committed_drawn_and_shown_with_the_command_that_repeats_it(who: Province) -> None:
    campaign = planned(who, [who.health])
    address = f"/inspections/plans/{campaign.pk}/draws/"
    ids = [unit.agency.pk for unit in who.units]
    seed = "hat-giong-bi-mat-2026"
    status, said = posted(who.manager, address, {"drawn": ids, "count": "1", "seed": "ngan"}, AT)
    assert (status, "Từ 16 ký tự" in said) == (422, True)
    # What else is wrong is told with the seed, not after it was mended.
    status, said = posted(who.manager, address, {"drawn": ids, "count": "9", "seed": "ngan"}, AT)
    assert (status, "Từ 16 ký tự" in said, "không chọn được 9 trong 4" in said) == (422, True, True)
    status, _said = posted(who.manager, address, {"drawn": ids, "count": "1", "seed": seed}, AT)
    draw = Draw.objects.get()
    assert (status, draw.seed) == (302, "")
    page = f"/inspections/draws/{draw.pk}/"
    assert "Chưa chọn" in text_of(who.health.head, page, AT)
    status, said = posted(who.manager, page, {"seed": seed}, AT + timedelta(days=1))
    assert (status, f"--seed {seed} --count 1" in said) == (302, True)
    hidden = text_of(who.health.head, page)
    assert seed not in hidden
    assert "khi đoàn đã đến tất cả các đơn vị" in hidden


# Cases and steps


def test_a_case_goes_from_its_decision_to_the_report_of_the_team_by_the_forms_of_its_page(
    who: Province,
) -> None:
    campaign = planned(who, [who.health])
    given = {
        "mode": "ON_SITE",
        "unit": who.health.agency.pk,
        "field": "F0",
        "covers_from": "01/01/2025",
        "covers_until": "30/06/2026",
        **paper("1228/QĐ-UBND", "05/03/2026"),
    }
    status, said = posted(who.manager, f"/inspections/plans/{campaign.pk}/cases/", given, AT)
    assert (status, "Đoàn kiểm tra 1228" in said) == (302, True)
    case = Inspection.objects.get()
    address = f"/inspections/{case.pk}/"
    assert "chưa có trưởng đoàn" in said
    member = {"person": who.team_head.person_id, "part": "HEAD"}
    assert posted(who.manager, f"{address}members/", member, AT)[0] == 302
    unit = case.units.get()
    notice = {
        **paper("200/TB-SNV", "10/03/2026"),
        "self_report_due": "20/03/2026",
        f"visit-{unit.pk}": "25/03/2026",
    }
    status, said = posted(who.manager, f"{address}notice/", {**notice, "self_report_due": "mai"}, NOTICE_DAY)
    assert (status, "20/03/2026" in said or "mai" in said) == (422, True)
    status, said = posted(who.manager, f"{address}notice/", notice, NOTICE_DAY)
    assert (status, "Ngày làm việc: 25/03/2026" in said) == (302, True)
    assert posted(who.team_head, f"{address}begin/", {})[0] == 302
    answered(who.team_head, unit, text="Ban hành chậm", result="PARTLY")
    minutes = {
        **paper("1/BB-ĐKT", "25/03/2026"),
        "signed_on_day": "25/03/2026",
        "signed_for_team": "Phó Giám đốc Sở Nội vụ",
        "signed_for_unit": "Giám đốc Sở Y tế",
    }
    status, said = posted(who.team_head, f"/inspections/units/{unit.pk}/minutes/", minutes)
    assert (status, "Phó Giám đốc Sở Nội vụ – Giám đốc Sở Y tế" in said) == (302, True)
    status, said = posted(who.team_head, f"{address}report/", paper("30/BC-ĐKT", "25/03/2026"))
    assert (status, "Đoàn đã báo cáo" in said) == (302, True)


def test_the_page_says_what_is_next_and_why_it_cannot_be_done_yet(who: Province) -> None:
    case = working(who, [who.health, who.ward])
    said = text_of(who.team_head, f"/inspections/{case.pk}/")
    assert "Đoàn ghi nhận theo đề cương, lập biên bản, rồi báo cáo" in said
    assert "Sở Y tế: đoàn chưa ghi nhận gì" in said
    # Who oversees reads, and is offered nothing.
    assert "Ghi báo cáo của đoàn" not in text_of(who.leader, f"/inspections/{case.pk}/")


def test_a_step_of_others_is_no_page(who: Province) -> None:
    case = notified(who, [who.health])
    address = f"/inspections/{case.pk}/"
    for stranger in (who.health.head, who.leader, who.building.head):
        for step in ("notice/", "begin/", "report/", "close/", "conclude/", "cancel/", "members/"):
            assert browser(stranger).post(address + step, {}).status_code == 404, step
    # A member is in the team, and does not lead it.
    assert browser(who.member).post(f"{address}begin/", {}).status_code == 404


def test_an_unannounced_case_is_hidden_from_its_unit_until_it_begins(who: Province) -> None:
    case = opened(who, [who.health], campaign=planned(who, [who.ward]), mode=Mode.UNANNOUNCED)
    address = f"/inspections/{case.pk}/"
    auditor = factories.actor_as(Role.AUDITOR, who.health.agency, "Kiểm toán nội bộ")
    for reader in (who.health.head, auditor):
        assert browser(reader).get(address).status_code == 404
        assert "1228" not in text_of(reader, "/inspections/")
    assert "không báo trước" in text_of(who.team_head, address)
    posted(who.team_head, f"{address}begin/", {})
    assert "Đoàn kiểm tra 1228" in text_of(who.health.head, address)


def test_who_is_offered_as_a_member_is_nobody_of_the_units(who: Province) -> None:
    case = opened(who, [who.health])
    said = text_of(who.manager, f"/inspections/{case.pk}/")
    assert "Đầu mối Sở Xây dựng" in said
    assert "Đầu mối Sở Y tế" not in said
    given = {"person": who.health.head.person_id, "part": TeamMember.Part.MEMBER}
    status, said = posted(who.manager, f"/inspections/{case.pk}/members/", given)
    assert (status, "Thủ trưởng Sở Y tế là người của Sở Y tế" in said) == (422, True)


# The checklist


def checklist_of(who: Province, case: Inspection) -> str:
    return f"/inspections/units/{unit_of(case, who.health).pk}/checklist/"


def test_an_answer_is_saved_without_a_script(who: Province) -> None:
    case = working(who, [who.health])
    given = {"item": "0.1", "result": "NOT_MET", "text": "Chậm 12 ngày", "version": "0"}
    status, said = posted(who.member, checklist_of(who, case), given)
    assert (status, "Đã lưu nội dung 0.1" in said, "Chậm 12 ngày" in said) == (302, True, True)


def test_a_program_gets_the_version_and_a_conflict_with_both_sides(who: Province) -> None:
    case = working(who, [who.health])
    address = checklist_of(who, case)
    given = {"item": "0.1", "result": "MET", "text": "Đủ", "version": "0"}
    status, said = posted(who.member, address, given, json=True)
    assert (status, '"version": 1' in said) == (200, True)
    # The acknowledgement was lost: the same again is no conflict.
    assert posted(who.member, address, given, json=True)[0] == 200
    other = {**given, "text": "Thiếu hai phụ lục"}
    status, said = posted(who.team_head, address, other, json=True)
    told = loads(said)
    assert (status, told["by"], told["version"], told["text"]) == (409, "Chuyên viên tài chính", 1, "Đủ")
    status, said = posted(who.team_head, address, other)
    assert (status, "Bản đã lưu – Chuyên viên tài chính" in said) == (409, True)
    assert "Thiếu hai phụ lục" in said
    status, said = posted(who.team_head, address, {**other, "item": "9.9"}, json=True)
    assert (status, "không có nội dung 9.9" in loads(said)["said"]) == (422, True)


def test_the_unit_reports_on_itself_and_sends(who: Province) -> None:
    case = notified(who, [who.health])
    unit = unit_of(case, who.health)
    address = f"/inspections/units/{unit.pk}/self-report/"
    assert "0/9" in text_of(who.health.officer, address, NOTICE_DAY)
    status, said = posted(who.health.officer, f"{address}send/", {}, NOTICE_DAY)
    assert (status, "0.1: chưa có câu trả lời" in said) == (422, True)
    self_reported(who.health, unit)
    assert "báo cáo tự kiểm tra đã gửi" in text_of(who.health.officer, address, NOTICE_DAY)
    # The team reads it, and may give it back; another unit finds nothing.
    assert "Trả lại báo cáo" in text_of(who.member, address, NOTICE_DAY)
    assert browser(who.building.head).get(address).status_code == 404
    assert browser(who.building.head).post(f"{address}send/", {}).status_code == 404
    status, said = posted(who.member, f"{address}return/", {"reason": "Thiếu số liệu"}, NOTICE_DAY)
    assert (status, "Thiếu số liệu" in said) == (302, True)


def test_what_the_team_observes_is_hidden_from_the_unit_until_the_minutes(who: Province) -> None:
    case = working(who, [who.health])
    address = checklist_of(who, case)
    answered(who.member, unit_of(case, who.health), item="0.2", text="Chưa nói ra")
    assert browser(who.health.head).get(address).status_code == 404
    assert "Chưa nói ra" in text_of(who.leader, address)
    minuted(who, unit_of(case, who.health))
    assert "Chưa nói ra" in text_of(who.health.head, address)


def test_a_photo_is_attached_to_a_line_and_opened_by_the_unit_after_the_minutes(who: Province) -> None:
    case = working(who, [who.health])
    unit = unit_of(case, who.health)
    photo = BytesIO(b"%PDF-1.7\nphoto")
    photo.name = "bang-niem-yet.pdf"
    given = {"side": "TEAM", "item": "0.1", "upload": photo, "title": "Bảng niêm yết"}
    status, said = posted(who.member, f"/inspections/units/{unit.pk}/evidence/", given)
    assert (status, "Bảng niêm yết" in said) == (302, True)
    evidence = unit.answers.get().evidence.get()
    address = f"/inspections/{case.pk}/documents/{evidence.document_id}/"
    assert file_status(who.leader, address) == 200
    assert file_status(who.health.head, address) == 404
    minuted_version = unit.answers.get().version
    answered(who.member, unit, version=minuted_version, result="PARTLY", text="Có ảnh")
    paper_ = document(who.team_head, who.home, "1/BB", at=VISIT)
    given = {
        "document": paper_.pk,
        "signed_on_day": "25/03/2026",
        "signed_for_team": "A",
        "signed_for_unit": "B",
    }
    assert posted(who.team_head, f"/inspections/units/{unit.pk}/minutes/", given)[0] == 302
    assert file_status(who.health.head, address) == 200
    removing = f"/inspections/evidence/{evidence.pk}/remove/"
    assert posted(who.member, removing, {})[0] == 422


# The conclusion


def test_a_conclusion_is_written_issued_and_answered(who: Province) -> None:
    case = reported(who, [who.health, who.ward])
    address = f"/inspections/{case.pk}/"
    assert browser(who.health.head).get(f"{address}conclusion/").status_code == 404
    case.refresh_from_db()
    health, ward = unit_of(case, who.health), unit_of(case, who.ward)
    words = {"version": case.version, "strengths": "Quan tâm chỉ đạo", f"strengths-{ward.pk}": "Một cửa tốt"}
    assert posted(who.team_head, f"{address}conclusion/", words, CONCLUSION)[0] == 302
    stale, said = posted(who.team_head, f"{address}conclusion/", words, CONCLUSION)
    assert (stale, "người khác vừa sửa" in said) == (409, True)
    given = {"code": "F0-05", "text": "Chưa có sáng kiến", "request": "Có ít nhất một sáng kiến"}
    status, said = posted(who.team_head, f"/inspections/units/{health.pk}/limitations/", given, CONCLUSION)
    assert (status, "Chưa có sáng kiến" in said) == (302, True)
    case.refresh_from_db()
    issue = {
        **paper("88/TB-UBND", "14/04/2026"),
        "version": case.version,
        "remedy_due": "31/12/2026",
        "response_due": "24/04/2026",
    }
    status, said = posted(who.manager, f"{address}conclude/", issue, CONCLUSION)
    assert (status, "Đã ban hành kết luận" in said) == (302, True)
    finding = Finding.objects.get()
    assert finding.organisation_id == who.health.agency.pk
    read = text_of(who.ward.head, f"{address}conclusion/", CONCLUSION)
    assert "Quan tâm chỉ đạo" in read
    # The conclusion is one for all; what it says of others stays with them on the pages of the units.
    assert "Chưa có sáng kiến" not in read
    respond = f"/inspections/units/{health.pk}/response/"
    assert browser(who.ward.head).post(respond, {"kind": "AGREES"}).status_code == 404
    status, said = posted(who.health.head, respond, {"kind": "OBJECTS", "text": ""}, CONCLUSION)
    assert (status, "Ghi rõ điểm chưa thống nhất" in said) == (422, True)
    status, said = posted(who.health.head, respond, {"kind": "AGREES"}, CONCLUSION)
    assert (status, "Thống nhất với kết luận" in said) == (302, True)


def test_what_the_team_found_wanting_is_offered_as_a_limitation(who: Province) -> None:
    case = reported(who, [who.health])
    said = text_of(who.team_head, f"/inspections/{case.pk}/conclusion/", CONCLUSION)
    assert "Đoàn đã ghi nhận chưa đạt" in said
    assert "Ban hành chậm 12 ngày" in said


def test_the_print_and_the_workbook_say_what_the_pages_say(who: Province) -> None:
    case = concluded(who, [who.health])
    said = text_of(who.health.head, f"/inspections/{case.pk}/print/", CONCLUSION)
    assert "Chưa có sáng kiến" in said
    assert "khắc phục trước hết ngày 31/12/2026" in said
    answer = browser(who.leader).get(f"/inspections/{case.pk}/export/")
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert "Ban hành chậm 12 ngày" in cells
    assert "Đạt một phần" in cells


# Coverage, lists, home


def test_the_coverage_board_shows_numbers_and_who_inspected_nobody(who: Province) -> None:
    concluded(who, [who.health])
    factories.organisation("Phòng Nghiệp vụ", kind=Kind.DIVISION, parent=who.health.agency)
    said = text_of(who.manager, "/inspections/coverage/?year=2026")
    assert "Sở, ban, ngành" in said
    assert "không có kế hoạch" in said
    assert "Ghi nhận sau ngày 14/12/2026" in said
    given = {"organisation": who.health.agency.pk, "year": "2026"}
    status, said = posted(who.manager, "/inspections/coverage/missing/", given)
    assert (status, "năm 2026 chưa kết thúc" in said) == (422, True)
    assert browser(who.leader).post("/inspections/coverage/missing/", given).status_code == 404
    later = datetime(2027, 1, 10, 9, 0, tzinfo=VIETNAM)
    with time_machine.travel(later, tick=False):
        answer = browser(who.manager).post("/inspections/coverage/missing/", given)
    found = Finding.objects.get(code="F0-01")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/findings/{found.pk}/")


def test_an_agency_sees_its_own_coverage_alone(who: Province) -> None:
    factories.organisation("Phòng Nghiệp vụ", kind=Kind.DIVISION, parent=who.health.agency)
    said = text_of(who.health.officer, "/inspections/coverage/?year=2026")
    assert "Sở Y tế" in said
    assert "Sở, ban, ngành" not in said
    stranger = factories.actor_as(Role.APPRAISER, who.health.agency)
    for address in ("/inspections/", "/inspections/plans/", "/inspections/coverage/"):
        assert browser(stranger).get(address).status_code == 404


def test_the_first_page_tells_what_waits_for_units_and_teams(who: Province) -> None:
    case = notified(who, [who.health])
    assert "báo cáo tự kiểm tra" in text_of(who.health.officer, "/", NOTICE_DAY)
    assert "chờ trưởng đoàn" in text_of(who.team_head, "/", NOTICE_DAY)
    assert case.state == CaseState.NOTIFIED


def test_lists_cost_the_same_queries_for_few_and_for_many_cases(
    who: Province, django_assert_max_num_queries: object
) -> None:
    first = concluded(who, [who.health])
    client = browser(who.leader)
    client.get("/inspections/?state=all")
    with django_assert_max_num_queries(22):  # type: ignore[operator]  # pytest-django's fixture
        client.get("/inspections/?state=all")
    for number in range(3):
        opened(who, [who.ward], campaign=first.campaign, mode=Mode.UNANNOUNCED, number=f"{number}/QĐ")
    with django_assert_max_num_queries(22):  # type: ignore[operator]  # pytest-django's fixture
        answer = client.get("/inspections/?state=all")
    assert answer.content.decode().count("Đoàn kiểm tra") >= 4


def test_the_checklist_costs_the_same_queries_however_much_is_answered(
    who: Province, django_assert_max_num_queries: object
) -> None:
    case = working(who, [who.health])
    unit = unit_of(case, who.health)
    client = browser(who.member)
    with time_machine.travel(VISIT, tick=False):
        client.get(checklist_of(who, case))
        with django_assert_max_num_queries(30):  # type: ignore[operator]  # pytest-django's fixture
            client.get(checklist_of(who, case))
        for item in ("0.1", "0.2", "0.3", "0.4", "0.5"):
            answered(who.member, unit, item=item, text="x")
        with django_assert_max_num_queries(30):  # type: ignore[operator]  # pytest-django's fixture
            client.get(checklist_of(who, case))


def test_a_limitation_of_no_taxonomy_names_its_field(who: Province) -> None:
    case = reported(who, [who.health])
    unit = unit_of(case, who.health)
    limited(who, unit)
    address = f"/inspections/units/{unit.pk}/limitations/"
    status, said = posted(who.team_head, address, {"text": "Khác", "field": ""}, CONCLUSION)
    assert (status, "Chọn một lĩnh vực" in said) == (422, True)
    status, said = posted(who.team_head, address, {"text": "Khác", "field": "F1"}, CONCLUSION)
    assert (status, "Khác" in said) == (302, True)
    assert [one.side for one in unit.answers.all()] == [Side.TEAM]
