"""The papers of a plan: what each says, who signs it, when it carries a number, who may have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import docx
import openpyxl
import pytest
import time_machine
from django.test import override_settings

from openpar.base.organisations.models import OrganisationVersion
from openpar.reform.plans.actions.replacing import draft_version, settle_rest
from openpar.reform.plans.actions.targets import NewTarget, add_target
from openpar.reform.plans.lines import led_by
from openpar.reform.plans.models import LineChange, Operator, PlanLevel, PlanVersion
from openpar.reports.documents import OfficialDocument, docx_bytes, gaps_of, pdf_bytes
from openpar.reports.plans import plan_decision, plan_document, plan_submission
from tests.reform.plans.year import (
    AT,
    ISSUED,
    Province,
    draft,
    in_force,
    issued,
    line,
    moment,
    own_draft,
    province,
    province_plan,
    put,
)
from tests.reports.documents.standards import standard_faults
from tests.web.reading import browser_of
from tests.worlds import world

pytestmark = pytest.mark.django_db
TODAY = date(2026, 7, 12)
MILLION = Decimal(1_000_000)


@world
def province_with_a_plan() -> Province:
    return province_plan()


@pytest.fixture
def who(province_with_a_plan: Province) -> Province:
    return province_with_a_plan


@pytest.fixture(autouse=True)
def _july() -> Iterator[None]:
    with time_machine.travel(moment(TODAY), tick=True):
        yield


def read(made: OfficialDocument) -> tuple[str, list[list[str]]]:
    """The text, and the rows of all tables, of the file that people edit."""
    word = docx.Document(BytesIO(docx_bytes(made)))
    rows = [[cell.text for cell in row.cells] for table in word.tables for row in table.rows]
    return "\n".join(paragraph.text for paragraph in word.paragraphs), rows


def replacing(who: Province) -> PlanVersion:
    """The draft that replaces the plan: one task dropped, the others carried."""
    found = draft_version(by=who.manager, at=moment(TODAY), plan_id=who.issued().pk)
    dropped = found.lines.get(task=who.tasks["communes"])
    type(dropped).objects.filter(pk=dropped.pk).update(change=LineChange.DROPPED, clause="Điều 3")
    found.refresh_from_db()
    settle_rest(
        by=who.manager,
        at=moment(TODAY),
        version_id=found.pk,
        expected_version=found.version,
        clause="Điều 2",
    )
    found.refresh_from_db()
    return found


def test_the_plan_says_its_tasks_by_field_with_all_that_the_lines_say(who: Province) -> None:
    made = plan_document(in_force(who.issued()), TODAY)
    assert gaps_of(made) == ()
    text, rows = read(made)
    assert "Kế hoạch có 5 nhiệm vụ" in text
    assert "Cải cách thủ tục hành chính: 2 nhiệm vụ" in text
    assert "Trên đây là Kế hoạch cải cách hành chính năm 2026 của Ủy ban nhân dân tỉnh Mẫu./." in text
    first = next(row for row in rows if row[0] == "1")
    assert first[1:4] == ["Ban hành kế hoạch kiểm tra CCHC", "Kế hoạch", "Sở Nội vụ"]
    assert first[4:] == ["Sở Y tế", "31/03/2026", ""]
    # Field by field, under the name of each.
    assert [row[0] or row[1] for row in rows if len(row) == 7][1:] == [
        *("Công tác chỉ đạo, điều hành cải cách hành chính", "1"),
        *("Cải cách thủ tục hành chính", "2", "3"),
        *("Cải cách chế độ công vụ", "5"),
        *("Cải cách tài chính công", "4"),
    ]
    # Nobody names money: it is left to be written.
    assert "Kinh phí thực hiện: ……" in text


def test_what_is_recorded_carries_number_and_day_and_a_draft_neither(who: Province) -> None:
    recorded = plan_document(in_force(who.issued()), TODAY)
    assert (recorded.number, recorded.symbol, recorded.day) == (257, "KH-UBND", ISSUED)
    assert recorded.marks == ()
    assert recorded.signatures[0].lines == ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")
    drafted = plan_document(replacing(who), TODAY)
    assert (drafted.number, drafted.symbol, drafted.day) == (None, "KH-UBND", None)
    assert drafted.marks == ("DỰ THẢO",)
    with override_settings(OPENPAR_DEMO=True):
        marks = plan_document(in_force(who.issued()), TODAY).marks
    assert marks == ("Dữ liệu mẫu, không có giá trị pháp lý",)


def test_a_plan_issued_by_a_decision_tells_the_number_on_the_decision() -> None:
    who = province()
    version = draft(who)
    put(version, who.manager, line(leads=led_by(who.health.pk)))
    version = issued(version, who.manager, who.home.organisation, number="3369/QĐ-UBND")
    made = plan_decision(version, TODAY)
    assert (made.number, made.symbol, made.day) == (3369, "QĐ-UBND", ISSUED)
    assert made.authority == "ỦY BAN NHÂN DÂN TỈNH MẪU"
    assert gaps_of(made) == ()
    text, _rows = read(made)
    assert "Ban hành kèm theo Quyết định này Kế hoạch cải cách hành chính năm 2026" in text
    assert plan_document(version, TODAY).number is None
    assert "Số đã ghi: 3369/QĐ-UBND" in plan_document(version, TODAY).marks


def test_a_decision_in_mid_year_says_what_becomes_of_every_task(who: Province) -> None:
    made = plan_decision(replacing(who), TODAY)
    assert gaps_of(made) == ()
    text, rows = read(made)
    assert "thay thế Kế hoạch số 257/KH-UBND ngày 22/12/2025" in text
    assert "giữ nguyên: 4; không thực hiện nữa: 1" in text
    assert ["3", "Niêm yết thủ tục hành chính", "Không thực hiện nữa", "Điều 3"] in rows
    assert ["1", "Ban hành kế hoạch kiểm tra CCHC", "Giữ nguyên", "Điều 2"] in rows
    # What is dropped is no task of the new plan.
    assert not any(row[1] == "Niêm yết thủ tục hành chính" and len(row) == 7 for row in rows)


def test_money_is_summed_by_field_and_in_all_and_targets_and_grounds_are_told(who: Province) -> None:
    version = draft(who, year=2027)
    first, second = (
        line("Một", leads=led_by(who.health.pk)),
        line("Hai", leads=led_by(who.finance.pk), code="F5"),
    )
    put(
        version,
        who.manager,
        replace(first, budget=Decimal("1.5") * MILLION, budget_source="ngân sách tỉnh"),
        replace(second, budget=1000 * MILLION),
        line("Ba", leads=led_by(who.finance.pk), code="F5"),
    )
    version.refresh_from_db()
    wanted = (PlanLevel.PROVINCE, 2027, Operator.AT_LEAST, Decimal("97.5"))
    target = NewTarget("F2", "Hồ sơ đúng hạn", *wanted, legal_basis="NQ 17/NQ-CP")
    add_target(by=who.manager, at=AT, version_id=version.pk, expected_version=version.version, target=target)
    made = plan_document(version, TODAY)
    text, rows = read(made)
    assert "Tổng kinh phí của 2 nhiệm vụ có ghi số tiền: 1.001,5 triệu đồng" in text
    assert "Cải cách tài chính công: 1.000 triệu đồng" in text
    assert ["", "Cộng", "", "", "", "", "1.001,5"] in rows
    assert any(row[1] == "Một" and row[6] == "1,5 ngân sách tỉnh" for row in rows)
    assert ["1", "Hồ sơ đúng hạn", "≥ 97,5 %", "Toàn bộ", "NQ 17/NQ-CP"] in rows
    assert made.grounds == ("Căn cứ NQ 17/NQ-CP",)


def test_an_agency_rests_on_the_plan_of_the_province_and_its_head_signs(who: Province) -> None:
    version = own_draft(who)
    put(version, who.health.officer, line(leads=led_by(who.division.pk)))
    OrganisationVersion.objects.filter(organisation=who.health.organisation).update(name="Thanh tra tỉnh")
    made = plan_document(version, TODAY)
    assert made.signatures[0].lines == ("CHÁNH THANH TRA",)
    assert made.signatures[0].name == "Thủ trưởng Sở Y tế"
    assert made.agency.superior == "Ủy ban nhân dân tỉnh Mẫu"
    assert made.grounds == ("Căn cứ Kế hoạch cải cách hành chính năm 2026 (số 257/KH-UBND ngày 22/12/2025)",)
    assert "Ủy ban nhân dân tỉnh Mẫu (để báo cáo)" in made.recipients


def test_the_submission_asks_for_what_the_draft_says(who: Province) -> None:
    made = plan_submission(replacing(who), who.home.pk, TODAY)
    assert gaps_of(made) == ()
    assert made.agency.name == "Sở Nội vụ"
    assert made.signatures[0].lines == ("GIÁM ĐỐC",)
    assert made.addressees == ("Ủy ban nhân dân tỉnh Mẫu",)
    text, _rows = read(made)
    assert "Kế hoạch có 4 nhiệm vụ" in text
    assert "xem xét, thay thế Kế hoạch số 257/KH-UBND ngày 22/12/2025" in text


@pytest.mark.parametrize("name", ["plan", "decision", "submission"])
def test_every_paper_is_written_as_pdf_and_keeps_to_the_decree(who: Province, name: str) -> None:
    version = replacing(who)
    made = {
        "plan": lambda: plan_document(version, TODAY),
        "decision": lambda: plan_decision(version, TODAY),
        "submission": lambda: plan_submission(version, who.home.pk, TODAY),
    }[name]()
    assert standard_faults(pdf_bytes(made)) == []


def test_papers_of_a_draft_are_had_by_who_draws_it_up_and_the_plan_by_who_sees_it(who: Province) -> None:
    version = replacing(who)
    papers = f"/plans/{who.issued().pk}/versions/{version.number}/papers/"
    manager, reader, officer = (browser_of(one) for one in (who.manager, who.auditor, who.health.officer))
    assert manager.get(papers + "plan/docx/").content.startswith(b"PK")
    assert manager.get(papers + "decision/pdf/").content.startswith(b"%PDF")
    assert manager.get(papers + "submission/docx/").content.startswith(b"PK")
    assert reader.get(papers + "plan/pdf/").content.startswith(b"%PDF")
    assert reader.get(papers + "decision/docx/").status_code == 404
    assert officer.get(papers + "plan/docx/").status_code == 404
    for wrong in ("plan/rtf/", "decision/xlsx/", "letter/docx/"):
        assert manager.get(papers + wrong).status_code == 404
    first = f"/plans/{who.issued().pk}/versions/1/papers/"
    assert officer.get(first + "plan/docx/").content.startswith(b"PK")
    assert manager.get(first + "submission/docx/").status_code == 404
    sheet = openpyxl.load_workbook(BytesIO(officer.get(first + "plan/xlsx/").content))["Nhiệm vụ"]
    rows = list(sheet.iter_rows(values_only=True))
    assert any("Rà soát thủ tục hành chính" in row for row in rows)


def test_pages_lead_to_the_papers(who: Province) -> None:
    version = replacing(who)
    papers = f"/plans/{who.issued().pk}/versions/{version.number}/papers/"
    page = browser_of(who.manager).get(f"/plans/{who.issued().pk}/draft/").content.decode()
    for address in ("plan/docx/", "plan/pdf/", "plan/xlsx/", "decision/docx/", "submission/pdf/"):
        assert papers + address in page
    page = browser_of(who.health.officer).get(f"/plans/{who.issued().pk}/versions/1/").content.decode()
    assert "/versions/1/papers/plan/pdf/" in page
    assert "papers/decision" not in page
