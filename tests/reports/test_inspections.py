"""The papers of an inspection: what each says, who signs it, when it carries a number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO

import docx
import pikepdf
import pytest
from django.test import override_settings

from openpar.base.accounts.models import Role, User
from openpar.base.organisations.models import Kind
from openpar.base.organisations.roles import Actor
from openpar.reform.findings.actions.adding import Leaf
from openpar.reform.inspections.actions.concluding import Words, write_conclusion
from openpar.reform.inspections.models import Inspection, Mode
from openpar.reform.inspections.queries.cases import CaseView, case_view
from openpar.reports.documents import OfficialDocument, docx_bytes, gaps_of, pdf_bytes
from openpar.reports.inspections import announcement, conclusion, minutes_of
from openpar.reports.letterheads import letterhead_of
from tests import factories
from tests.reform.inspections.cases import (
    VISIT,
    Province,
    answered,
    concluded,
    limited,
    minuted,
    notified,
    opened,
    province,
    reported,
    unit_of,
    working,
)
from tests.reports.documents.standards import standard_faults
from tests.worlds import world

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 20)


@world
def province_of_papers() -> Province:
    return province()


@pytest.fixture
def who(province_of_papers: Province) -> Province:
    return province_of_papers


def seen(reader: Actor, case: Inspection) -> CaseView:
    view = case_view(reader, case.pk, TODAY)
    assert view is not None
    return view


def words(document: OfficialDocument) -> str:
    """Everything the file for the word processor says, line by line."""
    assert gaps_of(document) == ()
    made = docx.Document(BytesIO(docx_bytes(document)))
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in made.paragraphs), *cells])


def draft_with_words(who: Province) -> Inspection:
    """A reported case whose conclusion is written for two units, one with a limitation."""
    case = reported(who, [who.health, who.ward])
    limited(who, unit_of(case, who.health), text="Chậm cập nhật\n12 hồ sơ", remedy_due=date(2026, 6, 30))
    case.refresh_from_db()
    return write_conclusion(
        by=who.team_head,
        at=VISIT,
        inspection_id=case.pk,
        expected_version=case.version,
        words=Words("- Kế hoạch đúng hạn\n- Công khai đủ", "Tăng cường tự kiểm tra"),
        of_units={unit_of(case, who.ward).pk: Words("Niêm yết rõ", "Bổ sung mã QR")},
    )


def test_a_joint_conclusion_says_of_each_unit_what_was_found_and_asked(who: Province) -> None:
    case = draft_with_words(who)
    said = words(conclusion(seen(who.manager, case), TODAY)).split("\n")
    first, second, third, fourth = (
        said.index(line)
        for line in ("I. Kết quả đạt được", "II. Sở Y tế", "III. Phường Mũi Né", "IV. Kiến nghị chung")
    )
    assert said[first + 1 : second] == ["a) Kế hoạch đúng hạn", "b) Công khai đủ"]
    assert said[second + 1 : third] == [
        *("1. Ưu điểm", "Không có.", "2. Tồn tại, hạn chế", "a) Chậm cập nhật 12 hồ sơ"),
        *("3. Yêu cầu", "a) Khắc phục (chậm nhất ngày 30/06/2026)"),
    ]
    assert said[third + 1 : fourth] == [
        *("1. Ưu điểm", "a) Niêm yết rõ", "2. Tồn tại, hạn chế", "Không có."),
        *("3. Yêu cầu", "a) Bổ sung mã QR"),
    ]
    assert said[fourth + 1] == "a) Tăng cường tự kiểm tra"
    assert "báo cáo kết quả chậm nhất ngày ……./." in said[fourth + 2]
    assert "(số 30/BC-ĐKT ngày 25/03/2026), Sở Nội vụ thông báo kết luận như sau:" in "".join(said)


def test_a_conclusion_names_the_criterion_that_a_limitation_costs(who: Province) -> None:
    case = reported(who, [who.health])
    leaf = Leaf("1.1.1", "Ban hành kế hoạch", 2026)
    unit = unit_of(case, who.health)
    limited(who, unit, text="Ban hành chậm 12 ngày.", leaf=leaf)
    limited(who, unit, text="Niêm yết thiếu", leaf=replace(leaf, code="", text="Công khai"))
    limited(who, unit, text="Chưa đeo thẻ.")
    said = words(conclusion(seen(who.manager, case), TODAY))
    assert (
        "a) Ban hành chậm 12 ngày (ảnh hưởng tiêu chí 1.1.1 – Ban hành kế hoạch, bộ chỉ số năm 2026)" in said
    )
    assert "b) Niêm yết thiếu (ảnh hưởng tiêu chí Công khai, bộ chỉ số năm 2026)" in said
    assert "c) Chưa đeo thẻ.\n" in said


def test_a_draft_says_so_and_its_number_is_blank_until_the_registry_gave_one(who: Province) -> None:
    case = draft_with_words(who)
    draft = conclusion(seen(who.manager, case), TODAY)
    assert (draft.marks, draft.number, draft.day, draft.symbol) == (("DỰ THẢO",), None, None, "TB-……")
    assert [(one.lines, one.name) for one in draft.signatures] == [(("GIÁM ĐỐC",), "Phó Giám đốc Sở Nội vụ")]


def test_an_issued_conclusion_carries_number_day_and_deadlines(who: Province) -> None:
    case = concluded(who, [who.health, who.ward])
    made = conclusion(seen(who.health.head, case), TODAY)
    assert (made.marks, made.number, made.symbol) == ((), 88, "TB-UBND")
    # Who signed stands on the signed one: a deputy may have.
    assert made.signatures[0].name == ""
    said = words(made)
    # The unit reads what was concluded about all units: it is one document.
    assert "II. Phường Mũi Né" in said
    assert "Cơ quan, đơn vị có ý kiến khác với kết luận này gửi" in said
    assert "chậm nhất ngày 24/04/2026." in said
    assert "chậm nhất ngày 31/12/2026./." in said
    with override_settings(OPENPAR_DEMO=True):
        marked = conclusion(seen(who.health.head, case), TODAY)
    assert marked.marks == ("Dữ liệu mẫu, không có giá trị pháp lý",)


def test_a_number_in_another_form_is_told_beside_a_blank_one(who: Province) -> None:
    case = concluded(who, [who.health], number="88-TB/SNV")
    made = conclusion(seen(who.manager, case), TODAY)
    assert (made.number, made.marks) == (None, ("Số đã ghi: 88-TB/SNV",))
    assert "88-TB/SNV" in words(made)


def test_the_committee_above_signs_what_it_numbered(who: Province) -> None:
    committee = factories.organisation("Ủy ban nhân dân tỉnh Lâm Đồng", kind=Kind.PEOPLES_COMMITTEE)
    who.home.versions.update(parent=committee, short_name="SNV")
    case = concluded(who, [who.health])
    made = conclusion(seen(who.manager, case), TODAY)
    assert (made.agency.name, made.agency.superior) == ("Ủy ban nhân dân tỉnh Lâm Đồng", "")
    assert made.signatures[0].lines == ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH")
    other = concluded(who, [who.ward], number="88/TB-SNV")
    own = conclusion(seen(who.manager, other), TODAY)
    assert (own.agency.name, own.agency.superior) == ("Sở Nội vụ", "Ủy ban nhân dân tỉnh Lâm Đồng")
    assert (own.place, own.signatures[0].lines) == ("Lâm Đồng", ("GIÁM ĐỐC",))
    assert "Ủy ban nhân dân tỉnh Lâm Đồng (để báo cáo)" in own.recipients


def test_minutes_hold_what_the_team_noted_and_are_signed_by_both_sides(who: Province) -> None:
    case = working(who, [who.health])
    unit = unit_of(case, who.health)
    draft = minutes_of(seen(who.member, case), unit, TODAY)
    assert (draft.marks, draft.symbol, draft.number) == (("DỰ THẢO",), "BB-ĐKT", None)
    assert [one.name for one in draft.signatures] == ["", ""]
    answered(who.member, unit, result="PARTLY", text="Ban hành chậm 12 ngày")
    said = words(minutes_of(seen(who.member, case), unit, TODAY))
    assert "Đạt một phần\nBan hành chậm 12 ngày" in said
    assert "Ô ghi “—” là nội dung đoàn chưa ghi nhận." in said
    assert "Hôm nay, ngày 25 tháng 3 năm 2026, tại Sở Y tế, Đoàn kiểm tra 1228" in said
    assert "- Phó Giám đốc Sở Nội vụ, Sở Nội vụ: Trưởng đoàn" in said
    signed = minuted_again(who, case)
    assert [line for one in signed.signatures for line in one.lines] == [
        "ĐẠI DIỆN Đoàn kiểm tra",
        "ĐẠI DIỆN Sở Y tế",
    ]
    assert [one.name for one in signed.signatures] == ["Phó Giám đốc Sở Nội vụ", "Giám đốc"]
    assert (signed.number, signed.day, signed.marks) == (unit.pk, VISIT.date(), ())


def minuted_again(who: Province, case: Inspection) -> OfficialDocument:
    """The minutes of the same unit once both sides have signed."""
    unit = unit_of(case, who.health)
    unit.answers.all().delete()
    minuted(who, unit)
    unit = case.units.select_related("minutes").get(pk=unit.pk)
    return minutes_of(seen(who.member, case), unit, TODAY)


def test_the_announcement_names_units_days_team_and_the_outline(who: Province) -> None:
    case = opened(who, [who.health, who.ward])
    draft = words(announcement(seen(who.manager, case), TODAY))
    assert "Quyết định số 1228/QĐ-UBND ngày 05/03/2026 thành lập Đoàn kiểm tra" in draft
    assert "chậm nhất ngày ……" in draft
    sent = notified(who, [who.commune])
    said = words(announcement(seen(who.commune.head, sent), TODAY))
    assert "Số: 200/TB-SNV" in said
    assert "1\nXã Hòa Bắc\n25/03/2026" in said
    assert "b) Chuyên viên tài chính, Sở Tài chính: Thành viên" in said
    assert "Thời kỳ kiểm tra từ ngày 01/01/2025 đến hết ngày 30/06/2026." in said
    assert "chậm nhất ngày 20/03/2026" in said
    assert "ĐỀ CƯƠNG BÁO CÁO TỰ KIỂM TRA" in said.upper()


def test_at_the_desk_there_is_no_working_day(who: Province) -> None:
    case = notified(who, [who.health], mode=Mode.DESK)
    said = words(announcement(seen(who.manager, case), TODAY))
    assert "Kiểm tra qua báo cáo, hồ sơ:\na) Sở Y tế" in said
    assert "Ngày làm việc" not in said


@pytest.mark.parametrize("name", ["announcement", "conclusion", "minutes"])
def test_every_paper_is_written_as_pdf_and_keeps_to_the_decree(who: Province, name: str) -> None:
    case = concluded(who, [who.health, who.ward])
    view = seen(who.manager, case)
    unit = case.units.select_related("minutes").order_by("id")[0]
    made = {
        "announcement": lambda: announcement(view, TODAY),
        "conclusion": lambda: conclusion(view, TODAY),
        "minutes": lambda: minutes_of(view, unit, TODAY),
    }[name]()
    content = pdf_bytes(made)
    assert standard_faults(content) == []
    with pikepdf.open(BytesIO(content)) as file:
        assert len(file.pages) >= 1
    hidden = replace(made, abstract="Kiểm tra\u202e")
    assert [gap.code for gap in gaps_of(hidden)] == ["control-character"]


def test_a_commune_issues_through_its_committee_and_one_head_is_named(who: Province) -> None:
    found = letterhead_of(who.commune.agency.pk, TODAY)
    assert (found.agency, found.superior, found.symbol) == ("Ủy ban nhân dân xã Hòa Bắc", "", "UBND")
    assert (found.place, found.head) == ("Hòa Bắc", "Thủ trưởng Xã Hòa Bắc")
    # Who of two heads signs is not for the program to say.
    factories.actor_as(Role.AGENCY_HEAD, who.commune.agency, "Người thứ hai")
    found = letterhead_of(who.commune.agency.pk, TODAY)
    assert (found.head, found.position) == ("", "CHỦ TỊCH")
    assert letterhead_of(10**6, TODAY).agency == "……"


def test_where_no_title_is_known_the_accounts_of_the_heads_tell_it() -> None:
    station = factories.organisation("Đài Phát thanh tỉnh")
    assert letterhead_of(station.pk, TODAY).position == ""
    for name, position in (("Người thứ nhất", "Giám đốc"), ("Người thứ hai", "Phó Giám đốc")):
        person = factories.person_as(Role.AGENCY_HEAD, station, name)
        User.objects.filter(pk=person.pk).update(position=position)
    found = letterhead_of(station.pk, TODAY)
    assert (found.head, found.position) == ("", "GIÁM ĐỐC")
    User.objects.update(position="")
    assert letterhead_of(station.pk, TODAY).position == ""
