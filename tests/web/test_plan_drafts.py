"""Drafting a plan by its pages: lines in the words of the document, files, targets, issuing, replacing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO

import docx
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from openpar.parindex.indicators.models import Indicator, IndicatorVersion
from openpar.reform.plans.models import (
    Assignment,
    LineChange,
    Plan,
    PlanVersion,
    Target,
    TargetReading,
    Task,
    TaskLine,
    VersionState,
)
from openpar.reform.plans.secrecy import secret_word_in
from tests.reform.plans.year import Province, moment, owed
from tests.web.reading import browser_of

pytestmark = pytest.mark.django_db
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture(autouse=True)
def _july() -> Iterator[None]:
    with time_machine.travel(moment(date(2026, 7, 12)), tick=True):
        yield


def drafted(plan: Plan) -> PlanVersion:
    return plan.versions.get(state=VersionState.DRAFT)


def words(**other: str) -> dict[str, str]:
    """A line as somebody types it."""
    return {
        "field": "F2",
        "number": "7",
        "text": "Rà soát thủ tục nội bộ",
        "product": "Báo cáo",
        "leads": "Sở Y tế; UBND cấp xã",
        "cooperating": "Sở Tài chính",
        "deadline": "Quý III",
        "budget": "1,5",
        **other,
    }


def own_plan(who: Province) -> Plan:
    """A draft of Sở Y tế under the plan of the province, made by the page."""
    browser = browser_of(who.health.officer)
    answer = browser.post("/plans/new/", {"kind": f"AGENCY:{who.health.pk}", "year": "2026", "title": ""})
    assert answer.status_code == 302
    plan = Plan.objects.get(organisation=who.health.organisation)
    assert (plan.title, plan.parent_id) == ("Kế hoạch cải cách hành chính năm 2026", who.issued().pk)
    return plan


def test_a_line_is_typed_in_the_words_of_the_document_and_the_next_one_is_offered(
    reform_year: Province,
) -> None:
    browser = browser_of(reform_year.manager)
    browser.post(f"/plans/{reform_year.issued().pk}/replace/")
    draft = drafted(reform_year.issued())
    address = f"/plans/{draft.plan_id}/draft/lines/new/"
    answer = browser.post(address, {**words(), "version": str(draft.version)})
    assert answer.headers["Location"] == f"{address}?field=F2"
    line = TaskLine.objects.get(version=draft, change=LineChange.NEW)
    assert (line.due_on, line.quarter, line.budget) == (date(2026, 9, 30), 3, Decimal(1_500_000))
    said = [(one.part, one.organisation_id, one.agency_class) for one in line.agencies.all()]
    assert said == [
        ("LEAD", reform_year.health.pk, ""),
        ("LEAD", None, "communes"),
        ("COOPERATING", reform_year.finance.pk, ""),
    ]
    shown = browser.get(f"/plans/{draft.plan_id}/draft/lines/{line.pk}/").content.decode()
    assert 'value="Sở Y tế; UBND các xã, phường, đặc khu"' in shown
    assert 'value="Quý III"' in shown


def test_words_that_mean_nobody_or_no_day_are_told_at_their_fields_and_nothing_is_lost(
    reform_year: Province,
) -> None:
    plan = own_plan(reform_year)
    browser = browser_of(reform_year.health.officer)
    typed = words(leads="Sở Không Có; Sở Y tế", deadline="khi rảnh", version="1")
    answer = browser.post(f"/plans/{plan.pk}/draft/lines/new/", typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Sở Không Có" in text
    assert "khi rảnh" in text
    assert 'value="Sở Không Có; Sở Y tế"' in text
    assert not TaskLine.objects.filter(version__plan=plan).exists()


def test_what_the_action_would_refuse_is_told_together_with_what_cannot_be_read(
    reform_year: Province,
) -> None:
    page, nobody = f"/plans/{own_plan(reform_year).pk}/draft/", {"leads": "Sở Không Có", "version": "1"}
    browser = browser_of(reform_year.health.officer)
    for typed, told in (
        ({"deadline": "30/09/2031"}, "ngày không thuộc năm 2026 hay năm liền kề"),
        ({"text": "Việc (mật) về bảo vệ"}, "nhiệm vụ mật không đưa vào hệ thống"),
    ):
        text = browser.post(f"{page}lines/new/", words(**typed, **nobody)).content.decode()
        assert "Sở Không Có" in text
        assert told in text
        # Of what stands for the words that mean nobody, nothing is said.
        assert "chưa có cơ quan chủ trì" not in text
    target = {"field": "F2", "text": "Mức", "operator": ">=", "value": "9" * 25, "unit": "%"}
    given = {**target, "binds": "Sở Không Có", "version": "1"}
    text = browser.post(f"{page}targets/new/", given).content.decode()
    assert "Sở Không Có" in text
    assert "Ghi số không quá 20 chữ số" in text


def test_a_stale_draft_is_refused_with_409(reform_year: Province) -> None:
    plan = own_plan(reform_year)
    browser = browser_of(reform_year.health.officer)
    mine = words(leads="Sở Y tế", cooperating="")
    address = f"/plans/{plan.pk}/draft/lines/new/"
    assert browser.post(address, {**mine, "version": "1"}).status_code == 302
    assert browser.post(address, {**mine, "version": "1"}).status_code == 409


def test_a_line_of_which_nothing_is_sent_is_refused_in_words(reform_year: Province) -> None:
    plan = own_plan(reform_year)
    browser = browser_of(reform_year.health.officer)
    mine = words(leads="Sở Y tế", cooperating="")
    browser.post(f"/plans/{plan.pk}/draft/lines/new/", {**mine, "version": "1"})
    for line in ("new", drafted(plan).lines.get().pk):
        answer = browser.post(f"/plans/{plan.pk}/draft/lines/{line}/")
        assert answer.status_code == 422
        assert "chưa ghi gì" in answer.content.decode()


def test_who_was_slower_sees_what_a_line_says_now_beside_what_was_typed(reform_year: Province) -> None:
    plan = own_plan(reform_year)
    browser = browser_of(reform_year.health.officer)
    mine = words(leads="Sở Y tế", cooperating="")
    browser.post(f"/plans/{plan.pk}/draft/lines/new/", {**mine, "version": "1"})
    address = f"/plans/{plan.pk}/draft/lines/{drafted(plan).lines.get().pk}/"
    browser.post(address, {**mine, "text": "Rà soát thủ tục liên thông", "version": "2"})
    answer = browser.post(address, {**mine, "text": "Rà soát một lần", "version": "2"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Rà soát thủ tục liên thông" in page
    assert "Rà soát một lần" in page
    assert drafted(plan).lines.get().text == "Rà soát thủ tục liên thông"


def test_only_the_own_agency_edits_its_draft_and_only_the_head_issues(reform_year: Province) -> None:
    who = reform_year
    plan = own_plan(who)
    draft = f"/plans/{plan.pk}/draft/"
    for person, status in ((who.auditor, 200), (who.finance.officer, 404), (who.division_officer, 404)):
        assert browser_of(person).get(draft).status_code == status
    for person in (who.auditor, who.manager, who.finance.head):
        assert browser_of(person).get(f"{draft}lines/new/").status_code == 404
        assert browser_of(person).post(f"{draft}discard/", {"version": "1"}).status_code == 404
    assert browser_of(who.health.officer).get(f"{draft}issue/").status_code == 404
    assert browser_of(who.health.head).get(f"{draft}issue/").status_code == 200


def test_an_agency_takes_over_what_the_province_gave_it_and_issues_its_plan(reform_year: Province) -> None:
    who = reform_year
    plan = own_plan(who)
    officer, head = browser_of(who.health.officer), browser_of(who.health.head)
    page = officer.get(f"/plans/{plan.pk}/draft/take/").content.decode()
    tasks = re.findall(r'name="task" value="(\d+)"', page)
    assert {int(task) for task in tasks} == {who.tasks["quarter"].pk, who.tasks["waiting"].pk}
    officer.post(f"/plans/{plan.pk}/draft/take/", {"task": tasks, "version": "1"})
    draft = drafted(plan)
    assert set(draft.lines.values_list("parent_task_id", flat=True)) == {int(task) for task in tasks}
    target = {"field": "F2", "text": "Hồ sơ đúng hạn", "operator": ">=", "value": "98", "unit": "%"}
    officer.post(f"/plans/{plan.pk}/draft/targets/new/", {**target, "version": str(draft.version)})
    assert Target.objects.filter(version=draft, value=98).exists()
    signed = {"number": "02/KH-SYT", "issued_on": "06/07/2026", "title": "Kế hoạch CCHC"}
    refused = head.post(f"/plans/{plan.pk}/draft/issue/", {"version": "99", **signed})
    assert refused.status_code == 409
    draft = drafted(plan)
    kept = re.search(r'<option value="(\d+)" selected', refused.content.decode())
    assert kept is not None
    head.post(f"/plans/{plan.pk}/draft/issue/", {"version": str(draft.version), "document": kept[1]})
    version = plan.versions.get()
    assert (version.state, version.document_number) == (VersionState.IN_FORCE, "02/KH-SYT")
    board = officer.get(f"/plans/{plan.pk}/").content.decode()
    assert "02/KH-SYT" in board
    reading = {"as_of_on": "10/07/2026", "numerator": "97", "denominator": "100"}
    newest = Target.objects.get(version=version)
    officer.post(f"/plans/{plan.pk}/targets/{newest.pk}/read/", reading)
    assert TargetReading.objects.get().value == 97
    assert "còn thiếu 1 %" in officer.get(f"/plans/{plan.pk}/?view=targets").content.decode()


def table(*rows: tuple[str, ...]) -> SimpleUploadedFile:
    """A Word file with a table of tasks."""
    document = docx.Document()
    made = document.add_table(rows=0, cols=5)
    for row in (("STT", "Nhiệm vụ", "Sản phẩm", "Chủ trì", "Thời gian"), *rows):
        for cell, text in zip(made.add_row().cells, row, strict=True):
            cell.text = text
    content = BytesIO()
    document.save(content)
    return SimpleUploadedFile("phu-luc.docx", content.getvalue(), _WORD)


def test_a_table_of_tasks_is_looked_through_before_it_comes_in(reform_year: Province) -> None:
    plan = own_plan(reform_year)
    browser = browser_of(reform_year.health.officer)
    address = f"/plans/{plan.pk}/draft/import/"
    chapter = ("I", "Cải cách thủ tục hành chính", "", "", "")
    good = ("1", "Công khai thủ tục", "Quyết định", "Sở Y tế", "30/09/2026")
    bad = ("2", "Số hóa kết quả", "Số liệu", "Cơ quan lạ", "bao giờ xong")
    refused = browser.post(address, {"file": table(chapter, good, bad)})
    assert refused.status_code == 422
    assert "Cơ quan lạ" in refused.content.decode()
    assert "bao giờ xong" in refused.content.decode()
    assert not drafted(plan).lines.exists()
    preview = browser.post(address, {"file": table(chapter, good)}).headers["Location"]
    assert "Công khai thủ tục" in browser.get(preview).content.decode()
    assert browser_of(reform_year.health.head).get(preview).status_code == 404
    assert browser.post(preview, {"version": "1"}).status_code == 302
    assert drafted(plan).lines.get().field == "F2"


def test_a_plan_is_replaced_in_mid_year_task_by_task_with_the_clause(reform_year: Province) -> None:
    who = reform_year
    plan = who.issued()
    browser = browser_of(who.manager)
    browser.post(f"/plans/{plan.pk}/replace/")
    draft = drafted(plan)
    line = {name: draft.lines.get(task=task).pk for name, task in who.tasks.items()}
    page = f"/plans/{plan.pk}/draft/"
    assert "5 nhiệm vụ của bản trước chưa xác định" in browser.get(page).content.decode()
    # One row without its clause: nothing of the table is stored, and the row is named.
    rows = {f"change-{line['dated']}": "CARRIED", f"clause-{line['dated']}": "Điều 2"}
    bare = {**rows, f"change-{line['communes']}": "DROPPED", "version": str(draft.version)}
    refused = browser.post(f"{page}settle/", bare)
    assert refused.status_code == 422
    assert f"#line-{line['communes']}" in refused.content.decode()
    assert not draft.lines.exclude(change=LineChange.UNSETTLED).exists()
    browser.post(f"{page}settle/", {**bare, f"clause-{line['communes']}": "Điều 3"})
    # Other leads: given to another agency.
    shown = browser.get(f"{page}lines/{line['monthly']}/").content.decode()
    assert "Giao cơ quan khác" in shown
    draft.refresh_from_db()
    other = words(field="F5", leads="Sở Y tế", cooperating="", deadline="Hằng tháng", clause="Điều 4")
    browser.post(f"{page}lines/{line['monthly']}/", {**other, "version": str(draft.version)})
    draft.refresh_from_db()
    rest = {"rest": "1", "clause": "Điều 5", "version": str(draft.version)}
    browser.post(f"{page}settle/", rest)
    changes = dict(draft.lines.values_list("task_id", "change"))
    assert [changes[who.tasks[name].pk] for name in ("dated", "communes", "monthly", "quarter")] == [
        *("CARRIED", "DROPPED", "REASSIGNED", "CARRIED")
    ]
    draft.refresh_from_db()
    signed = {"number": "2649/QĐ-UBND", "issued_on": "11/07/2026", "title": "Thay thế kế hoạch"}
    issued = browser.post(f"{page}issue/", {**signed, "version": str(draft.version)})
    assert issued.status_code == 302
    assert not Assignment.objects.filter(task=who.tasks["communes"], ended_on__isnull=True).exists()
    assert owed(who, "monthly", who.health)
    old = browser.get(f"/plans/{plan.pk}/versions/1/").content.decode()
    new = browser.get(f"/plans/{plan.pk}/versions/2/").content.decode()
    assert "257/KH-UBND" in old
    assert "Không thực hiện nữa" in new
    assert "Điều 3" in new


def test_a_task_is_added_to_a_plan_in_force_with_what_it_came_from(reform_year: Province) -> None:
    plan = reform_year.issued()
    browser = browser_of(reform_year.manager)
    address = f"/plans/{plan.pk}/tasks/new/"
    line = words(leads="Sở Y tế", cooperating="", deadline="30/09/2026")
    assert browser.post(address, line).status_code == 422
    both = browser.post(address, {**line, "text": ""})
    assert both.status_code == 422
    assert "chưa ghi căn cứ giao" in both.content.decode()
    assert 'href="#id_text"' in both.content.decode()
    # A date of another year too, whether the rest can be read or not.
    for typed in ({**line, "deadline": "30/09/2031"}, {**line, "deadline": "30/09/2031", "text": ""}):
        text = browser.post(address, typed).content.decode()
        assert "chưa ghi căn cứ giao" in text
        assert "ngày không thuộc năm 2026 hay năm liền kề" in text
    assert browser.post(address, {**line, "source": "CV 5425/UBND-NC"}).status_code == 302
    task = Task.objects.latest("pk")
    assert (task.source_kind, task.source_text) == ("order", "CV 5425/UBND-NC")
    assert task.assignments.get().organisation_id == reform_year.health.pk
    assert "CV 5425/UBND-NC" in browser.get(f"/plans/{plan.pk}/versions/1/").content.decode()


def test_a_secret_task_is_refused_however_it_is_typed(reform_year: Province) -> None:
    plan = own_plan(reform_year)
    browser = browser_of(reform_year.health.officer)
    typed = words(leads="Sở Y tế", cooperating="", text="Nhiệm vụ (mật) về bảo vệ", version="1")
    answer = browser.post(f"/plans/{plan.pk}/draft/lines/new/", typed)
    assert answer.status_code == 422
    assert "có “(mật)”: nhiệm vụ mật không đưa vào hệ thống" in answer.content.decode()
    assert "chỉ ghi số lượng nhiệm vụ mật" in answer.content.decode()
    # Nor by an order of its own, nor as another wording of what is there.
    address = f"/plans/{reform_year.issued().pk}/tasks/new/"
    order = words(leads="Sở Y tế", cooperating="", source="CV 12, độ mật: tối mật", deadline="30/09/2026")
    assert browser_of(reform_year.manager).post(address, order).status_code == 422
    browser.post(f"/plans/{plan.pk}/draft/lines/new/", {**typed, "text": "Việc một", "version": "1"})
    line = drafted(plan).lines.get()
    typed |= {"note": "TUYỆT MẬT", "text": "Việc một", "version": str(drafted(plan).version)}
    assert browser.post(f"/plans/{plan.pk}/draft/lines/{line.pk}/", typed).status_code == 422
    assert not TaskLine.objects.filter(text__contains="mật").exists()
    assert not TaskLine.objects.filter(note__contains="MẬT").exists()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Nhiệm vụ (mật) về bảo vệ", "(mật)"),
        ("Văn bản TỐI  MẬT", "tối mật"),
        ("Nhiem vu mat cua tinh", "nhiệm vụ mật"),
        ("Nhiệm vụ m\u00adật khác", "nhiệm vụ mật"),
        ("Nhiệm vụ mật khác", "nhiệm vụ mật"),
        ("Khôi phục dữ liệu do mất điện", ""),
        ("Báo cáo tiến độ mặt bằng", ""),
        ("Bảo mật hệ thống", ""),
        ("", ""),
    ],
)
def test_secret_words_are_known_by_their_marks_or_without_any(text: str, word: str) -> None:
    assert secret_word_in("Việc khác", text) == word


def test_a_draft_that_was_never_issued_goes_with_its_plan(reform_year: Province) -> None:
    plan = own_plan(reform_year)
    browser = browser_of(reform_year.health.officer)
    browser.post(f"/plans/{plan.pk}/draft/discard/", {"version": "1"})
    assert not Plan.objects.filter(pk=plan.pk).exists()


# Targets


def defined(code: str, name: str) -> None:
    """An indicator that is defined from 2025 on."""
    row = Indicator.objects.create(code=code)
    IndicatorVersion.objects.create(
        indicator=row,
        number=1,
        name=name,
        unit="hồ sơ",
        calendar="REFORM",
        period_kind="YEAR",
        certainty="S",
        valid_from=date(2025, 1, 1),
        issued_at=moment(date(2025, 1, 1)),
    )


def test_a_target_names_a_defined_indicator_and_is_worded_anew_in_the_draft(reform_year: Province) -> None:
    defined("2.9.9", "Hồ sơ đúng hạn")
    plan = own_plan(reform_year)
    browser = browser_of(reform_year.health.officer)
    typed = {
        "field": "F2",
        "text": "Hồ sơ giải quyết đúng hạn",
        "operator": ">=",
        "value": "97,5",
        "unit": "%",
        "binds": "Sở Y tế",
        "legal_basis": "NQ 17/NQ-CP",
    }
    page = f"/plans/{plan.pk}/draft/"
    assert "2.9.9. Hồ sơ đúng hạn" in browser.get(page).content.decode()
    wrong = browser.post(f"{page}targets/new/", {**typed, "indicator": "9.9.9", "version": "1"})
    assert wrong.status_code == 422
    browser.post(f"{page}targets/new/", {**typed, "indicator": "2.9.9", "version": "1"})
    target = Target.objects.get(version__plan=plan)
    assert target.indicator == "2.9.9"
    assert "theo chỉ tiêu 2.9.9" in browser.get(page).content.decode()
    address = f"{page}targets/{target.pk}/"
    shown = browser.get(address).content.decode()
    assert 'value="97,5"' in shown
    assert 'value="Sở Y tế"' in shown
    assert re.search(r'<option value="2\.9\.9" selected', shown)
    version = str(drafted(plan).version)
    given = {**typed, "value": "99", "indicator": "", "version": version}
    assert browser.post(address, given).status_code == 302
    target.refresh_from_db()
    assert (target.value, target.indicator, target.organisation_id) == (
        Decimal(99),
        "",
        reform_year.health.pk,
    )
    # Whoever was slower is told, and what was typed stays.
    late = browser.post(address, {**given, "text": "Câu đã gõ"})
    assert late.status_code == 409
    assert "Câu đã gõ" in late.content.decode()


def test_a_target_is_worded_anew_by_who_draws_up_the_plan_and_in_a_draft_only(reform_year: Province) -> None:
    plan = reform_year.issued()
    manager = browser_of(reform_year.manager)
    manager.post(f"/plans/{plan.pk}/replace/")
    typed = {"field": "F2", "text": "Mức", "operator": ">", "value": "1", "unit": "%", "version": "1"}
    version = str(drafted(plan).version)
    manager.post(f"/plans/{plan.pk}/draft/targets/new/", {**typed, "version": version})
    target = Target.objects.get(version__plan=plan)
    address = f"/plans/{plan.pk}/draft/targets/{target.pk}/"
    assert manager.get(address).status_code == 200
    assert browser_of(reform_year.health.officer).get(address).status_code == 404
    assert manager.get(f"/plans/{plan.pk}/draft/targets/{target.pk + 9}/").status_code == 404
