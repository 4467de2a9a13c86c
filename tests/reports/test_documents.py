"""Official documents and tables, read back from the files: what they say, and how they are laid out."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from io import BytesIO

import docx
import openpyxl
import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import override
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Pt
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import Role, User
from openpar.parindex.assessments.models import Assessment, Round
from openpar.parindex.assessments.queries.results import blocks_of, source_of
from openpar.reports.decision import decision_document, decision_pdf
from openpar.reports.documents.authorities import place_of
from openpar.reports.documents.wording import NATIONAL_MOTTO, NATIONAL_NAME, day_words
from openpar.reports.matrix import matrix_workbook
from openpar.reports.notice import notice_document, notice_pdf, unit_notice
from openpar.reports.round_data import Issuer, head_of, round_report
from openpar.reports.self_assessment import report_document, report_pdf, report_workbook, self_report
from tests import factories
from tests.parindex import rounds
from tests.parindex.other_rounds import silent_round
from tests.parindex.rounds import SmallRound
from tests.reports.documents.standards import standard_faults

pytestmark = pytest.mark.django_db


def document_in(content: bytes) -> Document:
    return docx.Document(BytesIO(content))


def words_of(document: Document) -> str:
    """Everything in the body, tables included, in its order."""
    return "\n".join(paragraph_text(element) for element in document.element.body.iter(qn("w:p")))


def paragraph_text(element: object) -> str:
    return "".join(text.text or "" for text in element.iter(qn("w:t")))  # type: ignore[attr-defined]  # lxml


def rows_of(document: Document, number: int) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in document.tables[number].rows]


def sheet_rows(content: bytes, number: int) -> list[tuple[object, ...]]:
    workbook = openpyxl.load_workbook(BytesIO(content))
    return [tuple(row) for row in workbook.worksheets[number].iter_rows(values_only=True)]


def decision(small: SmallRound) -> Document:
    return document_in(decision_document(round_report(small.round, small.manager)))


def notice(small: SmallRound) -> Document:
    (block,) = blocks_of(small.round.pk)
    source = source_of(small.round)
    row = next(row for row in source.rows(block) if row.assessment_id == small.sheet().pk)
    return document_in(notice_document(unit_notice(small.round, block, row, source, is_provisional=False)))


def loaded(sheet: Assessment) -> Assessment:
    return Assessment.objects.select_related("round_block__round", "round_block__criteria_set", "unit").get(
        pk=sheet.pk
    )


# ---- layout ----


def decree(cell: str, element: str) -> dict[str, str]:
    """A line of data/decree30_layout.csv."""
    with (settings.OPENPAR_DATA_DIR / "decree30_layout.csv").open(encoding="utf-8") as file:
        return next(row for row in csv.DictReader(file) if (row["cell"], row["element"]) == (cell, element))


def test_the_page_is_a4_with_the_margins_of_the_decree(published: SmallRound) -> None:
    assert decree("page", "Lề")["rules"] == "use 20/20/30/15"
    for document in (decision(published), notice(published)):
        section = document.sections[0]
        edges = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
        page = [section.page_width, section.page_height, *edges]
        assert [round(length.mm) for length in page if length is not None] == [210, 297, 20, 20, 30, 15]
        assert document.styles["Normal"].font.name == "Times New Roman"
        assert decree("page", "Phông")["content"].startswith("Times New Roman")


def test_national_name_and_motto_stand_as_the_decree_writes_them(published: SmallRound) -> None:
    assert decree("1", "Quốc hiệu")["content"] == NATIONAL_NAME
    assert decree("1", "Tiêu ngữ")["content"] == NATIONAL_MOTTO
    nation = decision(published).tables[0].rows[0].cells[1].paragraphs
    assert [paragraph.text for paragraph in nation[:2]] == [NATIONAL_NAME, NATIONAL_MOTTO]
    assert [paragraph.runs[0].font.size for paragraph in nation[:2]] == [Pt(13), Pt(14)]
    assert all(paragraph.runs[0].bold for paragraph in nation[:2])
    # A rule below.
    assert nation[2]._p.find(f".//{qn('w:pBdr')}") is not None


def test_the_number_of_the_page_stands_in_the_header_but_not_on_the_first_page(published: SmallRound) -> None:
    document = decision(published)
    for section in document.sections:
        assert section.different_first_page_header_footer
        assert "PAGE" in section.header._element.xml
        assert "PAGE" not in section.first_page_header._element.xml


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2022, 2, 6), "ngày 06 tháng 02 năm 2022"),
        (date(2026, 1, 15), "ngày 15 tháng 01 năm 2026"),
        (date(2026, 3, 9), "ngày 09 tháng 3 năm 2026"),
        (date(2026, 11, 21), "ngày 21 tháng 11 năm 2026"),
        (None, "ngày … tháng … năm ……"),
    ],
)
def test_days_are_written_as_the_decree_asks(day: date | None, expected: str) -> None:
    assert day_words(day) == expected


@pytest.mark.parametrize(
    ("committee", "place"),
    [
        ("Ủy ban nhân dân tỉnh Lâm Đồng", "Lâm Đồng"),
        ("Ủy ban nhân dân thành phố Huế", "Huế"),
        ("Ủy ban nhân dân xã Đạ Tẻh", "Đạ Tẻh"),
        ("Sở Nội vụ", ""),
    ],
)
def test_the_place_of_a_document_is_read_from_the_committee(committee: str, place: str) -> None:
    assert place_of(committee) == place


@pytest.mark.parametrize(
    ("agency", "head"),
    [
        ("Sở Nội vụ", "GIÁM ĐỐC"),
        ("Thanh tra tỉnh", "CHÁNH THANH TRA"),
        ("Ban Quản lý các khu công nghiệp", "TRƯỞNG BAN"),
        ("Ủy ban nhân dân tỉnh Lâm Đồng", "CHỦ TỊCH"),
        ("Đài Phát thanh tỉnh", "THỦ TRƯỞNG ĐƠN VỊ"),
    ],
)
def test_papers_of_a_round_are_signed_in_the_position_of_the_head(agency: str, head: str) -> None:
    assert head_of(Issuer(agency, "", "", "", "")) == head


# ---- decision ----


def test_the_decision_names_number_day_grounds_articles_and_signer(published: SmallRound) -> None:
    text = words_of(decision(published))
    for expected in (
        "Số: 99/QĐ-UBND",
        "ngày 20 tháng 01 năm 2027",
        "QUYẾT ĐỊNH",
        "Căn cứ Quyết định số 01/QĐ-UBND ngày 01/10/2026 của UBND tỉnh ban hành “Bộ tiêu chí mẫu nhỏ” "
        "(bộ tiêu chí mẫu);",
        "Căn cứ kết luận phiên họp Hội đồng thẩm định ngày 20/01/2027;",
        "Điều 1. Phê duyệt và công bố kết quả Chỉ số CCHC năm 2026 (số liệu từ 15/12/2025 đến 14/12/2026)",
        "Điều 4.",
        "Nơi nhận:",
        "CHỦ TỊCH",
        "Nguyễn Văn Chủ",
    ):
        assert expected in text


def test_a_deputy_signs_for_the_chair(published: SmallRound) -> None:
    block = silent_round(published, [published.health], year=2027)
    report = round_report(Round.objects.get(pk=block.round_id), published.manager)
    text = words_of(document_in(decision_document(report)))
    assert "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH" in text


def test_the_appendices_are_tables_on_their_own_pages(published: SmallRound) -> None:
    document = decision(published)
    assert [section.orientation for section in document.sections] == [
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
        WD_ORIENT.LANDSCAPE,
    ]
    ranking = rows_of(document, 2)
    before, after = ["Hạng", "Đơn vị", "Điểm thẩm định"], ["Thưởng", "Trừ", "Tổng điểm", "Chỉ số (%)"]
    assert ranking[0] == [*before, "2.2.1 SIPAS", *after, "Xếp loại"]
    assert ranking[3] == ["3", "Sở Y tế", "5,80", "2,40", "0,00", "0,00", "8,20", "82,00", "Tốt"]
    fields = rows_of(document, 3)
    assert fields[3] == ["3", "Sở Y tế", "82,00", "70,00", "90,00"]
    text = words_of(document)
    assert "Phụ lục I\n" in text
    assert "(Kèm theo Quyết định số 99/QĐ-UBND ngày 20 tháng 01 năm 2027" in text
    assert "Hiển thị 2 chữ số thập phân, làm tròn nửa lên" in text


def test_before_publication_the_decision_is_a_draft_with_blanks(deciding: SmallRound) -> None:
    text = words_of(decision(deciding))
    assert "DỰ THẢO" in text
    assert "Số:       /QĐ-UBND" in text
    assert "ngày … tháng … năm ……" in text


def test_sample_sets_and_demo_data_are_called_so(published: SmallRound, settings: Settings) -> None:
    settings.OPENPAR_DEMO = True
    report = round_report(published.round, published.manager)
    for text in (
        words_of(decision(published)),
        words_of(notice(published)),
        words_of(document_in(report_document(self_report(loaded(published.sheet()))))),
        str(sheet_rows(matrix_workbook(report), 0)),
        str(sheet_rows(report_workbook(self_report(loaded(published.sheet()))), 0)),
    ):
        assert "Bộ tiêu chí mẫu" in text
        assert "Dữ liệu mẫu, không có giá trị pháp lý" in text
    settings.OPENPAR_DEMO = False
    assert "Dữ liệu mẫu, không" not in words_of(decision(published))


def test_documents_stay_vietnamese_whatever_language_the_reader_has(published: SmallRound) -> None:
    with override("en"):
        assert "Hiển thị 2 chữ số thập phân" in words_of(decision(published))


# ---- notice ----


def test_the_notice_tells_a_unit_its_totals_fields_and_lost_points(published: SmallRound) -> None:
    document = notice(published)
    totals = dict(rows_of(document, 1))
    assert totals["Điểm tự chấm"] == "8,80"
    assert totals["Tổng điểm được công nhận"] == "8,20"
    assert totals["Chênh lệch"] == "−0,60"
    assert totals["Xếp hạng trong khối Sở, ban, ngành"] == "3/3"
    assert rows_of(document, 2)[1] == ["1. Chỉ đạo, điều hành", "4", "3,40", "2,80", "−0,60", "70,00"]
    lost = rows_of(document, 3)
    assert len(lost) == 2
    assert lost[1][:5] == ["1.1.2 Tỷ lệ hoàn thành", "3", "2,40", "1,80", "−0,60"]
    assert "Chỉ có sản phẩm của 30 nhiệm vụ" in lost[1][5]
    text = words_of(document)
    assert "Số:       /TB-" in text
    assert "GIÁM ĐỐC" in text


# ---- self-assessment report ----


def test_the_report_lists_every_leaf_and_explains_those_without_evidence(opened: SmallRound) -> None:
    rounds.score_unit(opened, opened.health)
    document = document_in(report_document(self_report(loaded(opened.sheet()))))
    table = {row[0]: row for row in rows_of(document, 2)[1:]}
    assert table["1.1.1"] == ["1.1.1", "Ban hành kế hoạch", "1", "1,00", "02/KH, trang 1"]
    assert table["1.1.2"][3:] == ["2,40", ""]
    assert table["1"][3] == "3,40"
    # What comes from outside is not the unit's: a dash, never 0.
    assert table["2.2.1"][3:] == ["—", "Điều tra xã hội học"]
    assert table["2.2"][3] == "—"
    explained = {row[0].split()[0]: row for row in rows_of(document, 3)[1:]}
    assert explained["1.1.2"][2:] == ["Chưa có tài liệu kiểm chứng", "Theo báo cáo năm"]
    assert explained["1.1.1"][2] == "1 tài liệu"
    text = words_of(document)
    assert "tự đánh giá đạt 6,40 trên 7 điểm của phần tự đánh giá; 3 điểm còn lại" in text
    assert "IV. Khó khăn, vướng mắc và đề xuất, kiến nghị" in text
    assert "BẢN NHÁP – phiếu chưa chốt" in text
    assert "Kính gửi: Sở Nội vụ" in text


def test_the_report_of_a_locked_sheet_is_no_draft(published: SmallRound) -> None:
    assert "BẢN NHÁP" not in words_of(document_in(report_document(self_report(loaded(published.sheet())))))


def test_a_unit_that_scored_nothing_reports_just_that(opened: SmallRound) -> None:
    text = words_of(document_in(report_document(self_report(loaded(opened.sheet())))))
    assert "Sở Y tế chưa chấm điểm." in text


def test_the_sheet_of_the_report_holds_numbers(published: SmallRound) -> None:
    rows = {row[0]: row for row in sheet_rows(report_workbook(self_report(loaded(published.sheet()))), 0)}
    assert rows["1.1.2"][2:4] == (3, 2.4)
    assert rows["2.2.1"][3] is None


# ---- matrix ----


def test_the_matrix_ranks_with_parts_bonus_penalty_total_index_and_class(published: SmallRound) -> None:
    content = matrix_workbook(round_report(published.round, published.manager))
    rows = sheet_rows(content, 0)
    header = next(place for place, row in enumerate(rows) if row[0] == "Hạng")
    assert rows[header][4] == "2.2.1 SIPAS (tối đa 3)"
    assert rows[header + 3] == (3, "Sở Y tế", 8.8, 5.8, 2.4, 0, 0, 8.2, 82, "Tốt", "")
    cell = openpyxl.load_workbook(BytesIO(content)).worksheets[0].cell(header + 4, 8)
    assert (cell.value, cell.number_format) == (8.2, "0.00")
    text = str(rows)
    assert "Kèm theo Quyết định số 99/QĐ-UBND ngày 20/01/2027" in text
    assert "Làm tròn: Hiển thị 2 chữ số thập phân" in text
    assert "Bộ tiêu chí: Bộ tiêu chí mẫu nhỏ (Quyết định số 01/QĐ-UBND)" in text


def test_the_matrix_of_fields_begins_with_the_total(published: SmallRound) -> None:
    rows = sheet_rows(matrix_workbook(round_report(published.round, published.manager)), 1)
    line = next(row for row in rows if row[1] == "Sở Y tế")
    # outside, appraised, total, index: total, then field 1 (nothing from outside), then field 2
    assert line[2:] == (2.4, 5.8, 8.2, 82, None, 2.8, 2.8, 70, 2.4, 3, 5.4, 90)


def test_parts_and_totals_agree_for_every_unit(published: SmallRound) -> None:
    for unit in round_report(published.round, published.manager).blocks[0].units:
        outside = sum((points or Decimal(0) for points in unit.outside), Decimal(0))
        assert unit.appraised + outside == unit.row.total
        assert sum((field.total or Decimal(0) for field in unit.fields), Decimal(0)) == unit.row.total


def test_downloads_are_attachments_under_vietnamese_names(published: SmallRound) -> None:
    client = Client()
    client.force_login(User.objects.get(pk=published.manager.person_id))
    sheet, round_ = published.sheet().pk, published.round.pk
    for address, name in (
        (f"/results/{round_}/matrix.xlsx", "K%E1%BA%BFt%20qu%E1%BA%A3"),
        (f"/results/{round_}/decision.docx", "Quy%E1%BA%BFt"),
        (f"/results/{round_}/{sheet}/notice.docx", "Th%C3%B4ng%20b%C3%A1o"),
        (f"/assessments/{sheet}/report.docx", "B%C3%A1o%20c%C3%A1o"),
        (f"/assessments/{sheet}/report.xlsx", "B%C3%A1o%20c%C3%A1o"),
        (f"/results/{round_}/decision.pdf", "Quy%E1%BA%BFt"),
        (f"/results/{round_}/{sheet}/notice.pdf", "Th%C3%B4ng%20b%C3%A1o"),
        (f"/assessments/{sheet}/report.pdf", "B%C3%A1o%20c%C3%A1o"),
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        disposition = answer["Content-Disposition"]
        assert disposition.startswith("attachment; filename*=utf-8''"), disposition
        assert name in disposition


def test_the_decision_is_for_those_who_oversee(published: SmallRound) -> None:
    client = Client()
    client.force_login(factories.person_as(Role.FOCAL_OFFICER, published.health))
    for kind in ("docx", "pdf"):
        assert client.get(f"/results/{published.round.pk}/decision.{kind}").status_code == 404
    assert client.get(f"/results/{published.round.pk}/matrix.xlsx").status_code == 200


def test_every_paper_of_a_round_is_also_printed_as_the_standards_ask(published: SmallRound) -> None:
    told = round_report(published.round, published.manager)
    block = next(one for one in blocks_of(published.round.pk) if one.code == "so")
    source = source_of(published.round)
    row = source.rows(block)[0]
    papers = (
        decision_pdf(told, digest="ab" * 32),
        notice_pdf(unit_notice(published.round, block, row, source, is_provisional=False)),
        report_pdf(self_report(published.sheet())),
    )
    for content in papers:
        assert standard_faults(content) == []


def test_a_paper_that_the_decree_would_not_have_is_edited_and_not_printed(deciding: SmallRound) -> None:
    Round.objects.filter(pk=deciding.round.pk).update(decision_signer="TS. Trần Văn A")
    client = Client()
    client.force_login(User.objects.get(pk=deciding.manager.person_id))
    address = f"/results/{deciding.round.pk}/decision"
    assert client.get(f"{address}.docx").status_code == 200
    refused = client.get(f"{address}.pdf")
    assert refused.status_code == 422
    assert "có học hàm, học vị" in refused.content.decode()
