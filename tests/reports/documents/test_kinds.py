"""Every type of document, made from plain values and written in both forms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO

import docx
import pytest

from openpar.reports.documents import OfficialDocument, docx_bytes, gaps_of, pdf_bytes
from openpar.reports.documents.composing import compose
from openpar.reports.documents.kinds import (
    Conclusions,
    Frame,
    Side,
    Signer,
    apology_letter,
    conclusion_notice,
    decision,
    invitation,
    minutes,
    plan,
    report,
    submission,
)
from openpar.reports.documents.model import Appendix, Heading, Paragraph
from tests.reports.documents.specimen import TASKS
from tests.reports.documents.standards import standard_faults

FRAME = Frame(
    agency="Sở Nội vụ",
    symbol="SNV",
    place="Lâm Đồng",
    signer=Signer("Phó Giám đốc", "Nguyễn Thị Ánh"),
    superior="Ủy ban nhân dân tỉnh Lâm Đồng",
    day=date(2026, 3, 9),
    recipients=("Như trên", "Lưu: VT, CCHC"),
)
KINDS: dict[str, tuple[Callable[[], OfficialDocument], str, str]] = {
    "plan": (
        lambda: plan(
            FRAME,
            abstract="Cải cách hành chính năm 2026",
            body=(Heading("MỤC ĐÍCH"), Paragraph("Nâng cao chất lượng phục vụ.")),
            appendices=(Appendix("Danh mục nhiệm vụ", (TASKS,), landscape=True),),
        ),
        "Số:       /KH-SNV",
        "KẾ HOẠCH",
    ),
    "decision": (
        lambda: decision(
            FRAME,
            abstract="Thành lập Đoàn kiểm tra",
            grounds=("Căn cứ Kế hoạch số 12/KH-UBND",),
            articles=("Thành lập Đoàn kiểm tra.", "Quyết định này có hiệu lực kể từ ngày ký."),
        ),
        "Số:       /QĐ-SNV",
        "GIÁM ĐỐC SỞ NỘI VỤ",
    ),
    "report": (
        lambda: report(
            FRAME, abstract="Quý I năm 2026", body=(Paragraph("Kết quả."),), addressees=("UBND tỉnh",)
        ),
        "Số:       /BC-SNV",
        "Kính gửi: UBND tỉnh",
    ),
    "conclusion notice": (
        lambda: conclusion_notice(
            FRAME,
            abstract="Kết luận kiểm tra cải cách hành chính",
            opening="Ngày 05/3/2026, Đoàn kiểm tra 1228 làm việc trực tuyến với bốn đơn vị.",
            conclusions=(
                Conclusions("UBND xã A", ("Ban hành kế hoạch đúng hạn",), ("Trễ 5 hồ sơ",), ("Khắc phục",)),
                Conclusions("UBND xã B", limitations=("Chưa có kế hoạch kiểm tra",)),
            ),
            remedy_due=date(2026, 12, 31),
        ),
        "Số:       /TB-SNV",
        "báo cáo kết quả chậm nhất ngày 31/12/2026./.",
    ),
    "minutes": (
        lambda: minutes(
            FRAME,
            abstract="Kiểm tra cải cách hành chính",
            opening="Hôm nay, ngày 05/3/2026, tại UBND xã A.",
            sides=(
                Side("Đoàn kiểm tra", ("Ông Trần A, Trưởng đoàn",), "Trần A"),
                Side("UBND xã A", ("Bà Lê B, Chủ tịch",), "Lê B"),
            ),
            body=(Heading("NỘI DUNG"), Paragraph("Xem sổ theo dõi hồ sơ.")),
            closing="Biên bản lập thành 02 bản, mỗi bên giữ 01 bản.",
        ),
        "Số:       /BB-SNV",
        "ĐẠI DIỆN ĐOÀN KIỂM TRA",
    ),
    "apology letter": (
        lambda: apology_letter(
            FRAME,
            person="Bà Trần Thị B",
            dossier="H36.12-260105-0001",
            procedure="Công nhận ban vận động thành lập hội",
            due_on=date(2026, 3, 5),
            reason="phải lấy ý kiến cơ quan khác",
            new_date=date(2026, 3, 12),
        ),
        "Số:       /SNV-CCHC",
        "V/v xin lỗi về việc trễ hẹn trả kết quả hồ sơ H36.12-260105-0001",
    ),
    "submission": (
        lambda: submission(
            FRAME, abstract="Phê duyệt kết quả", addressees=("UBND tỉnh",), body=(Paragraph("Kính trình."),)
        ),
        "Số:       /TTr-SNV",
        "KT. GIÁM ĐỐC",
    ),
    "invitation": (
        lambda: invitation(
            FRAME,
            abstract="Hội nghị công bố kết luận kiểm tra",
            addressees=("UBND xã A", "UBND xã B"),
            time="8 giờ 00, ngày 12/3/2026",
            venue="Hội trường Sở Nội vụ",
            content=("Công bố kết luận", "Thảo luận"),
        ),
        "Số:       /GM-SNV",
        "Thời gian: 8 giờ 00, ngày 12/3/2026",
    ),
}


def words(document: OfficialDocument) -> list[str]:
    made = docx.Document(BytesIO(docx_bytes(document)))
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in made.paragraphs), *cells]).split("\n")


@pytest.mark.parametrize("name", KINDS)
def test_each_type_is_complete_and_says_what_it_must(name: str) -> None:
    make, number, sentence = KINDS[name]
    document = make()
    assert gaps_of(document) == ()
    said = words(document)
    assert number in said
    assert any(sentence in line for line in said)
    assert "Lâm Đồng, ngày 09 tháng 3 năm 2026" in said


@pytest.mark.parametrize("name", KINDS)
def test_each_type_is_archivable_and_accessible_as_pdf(name: str) -> None:
    assert standard_faults(pdf_bytes(KINDS[name][0]())) == []


def test_a_letter_has_no_title_and_every_other_type_has_its_own() -> None:
    titles = {name: [line.text for line in compose(make()).title] for name, (make, *_rest) in KINDS.items()}
    assert titles["apology letter"] == []
    assert {title[0] for name, title in titles.items() if title} == {
        *("KẾ HOẠCH", "QUYẾT ĐỊNH", "BÁO CÁO", "THÔNG BÁO", "BIÊN BẢN", "TỜ TRÌNH", "GIẤY MỜI"),
    }


def test_a_joint_conclusion_tells_every_agency_apart() -> None:
    said = words(KINDS["conclusion notice"][0]())
    assert [line for line in said if line.startswith(("I. ", "II. "))] == ["I. UBND xã A", "II. UBND xã B"]
    assert said.count("2. Tồn tại, hạn chế") == 2
    assert "Không có." in said
