"""A report that has every cell of the decree, and a letter; both as values, no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from openpar.reports.documents.model import (
    Agency,
    Appendix,
    Article,
    Clause,
    Column,
    Heading,
    Level,
    OfficialDocument,
    Paragraph,
    Point,
    Signature,
    Table,
)

LONG = "Các cơ quan, đơn vị đã triển khai đầy đủ nhiệm vụ được giao, đúng hạn, có minh chứng kèm theo. " * 4
TASKS = Table(
    (
        Column("TT", Decimal(12), "center"),
        Column("Nhiệm vụ", Decimal(120)),
        Column("Hạn", Decimal(33), "right"),
    ),
    tuple((str(number), f"Nhiệm vụ thứ {number} của kế hoạch", "30/6/2026") for number in range(1, 26)),
    frozenset({0}),
)

REPORT = OfficialDocument(
    type_code="BC",
    agency=Agency("Văn phòng", "Ủy ban nhân dân tỉnh Lâm Đồng"),
    symbol="BC-VPUB",
    number=2,
    day=date(2026, 2, 6),
    place="Lâm Đồng",
    abstract="Công tác cải cách hành chính quý I năm 2026",
    urgency="Khẩn",
    addressees=("Bộ Nội vụ", "Ủy ban nhân dân tỉnh"),
    grounds=("Căn cứ Nghị quyết số 76/NQ-CP", "Thực hiện Công văn số 581/BNV-CCHC"),
    body=(
        Heading("Kết quả chung", Level.PART),
        Heading("Chỉ đạo, điều hành", Level.SECTION),
        Heading("Kế hoạch", Level.ARABIC),
        Paragraph(LONG),
        Point("Ban hành kế hoạch"),
        Point("Giao nhiệm vụ"),
        Article("Các cơ quan báo cáo theo mẫu sau"),
        Clause("Báo cáo quý gửi trước ngày 20"),
        replace(TASKS, rows=TASKS.rows[:3]),
        *(Clause(LONG) for _number in range(5)),
        Paragraph("Trên đây là báo cáo của Văn phòng."),
    ),
    signatures=(Signature(("TL. Chủ tịch", "KT. Chánh Văn phòng", "Phó Chánh Văn phòng"), "Nguyễn Thị Ánh"),),
    recipients=("Như trên", "Lãnh đạo UBND tỉnh", "Lưu: VT, CCHC"),
    appendices=(
        Appendix("Danh mục nhiệm vụ", (TASKS,), landscape=True),
        Appendix("Danh mục văn bản", (Paragraph(LONG),)),
    ),
)
LETTER = OfficialDocument(
    type_code="CV",
    agency=Agency("Sở Nội vụ", "Ủy ban nhân dân tỉnh Lâm Đồng"),
    symbol="SNV-CCHC",
    abstract="xin lỗi về việc trễ hẹn",
    place="Lâm Đồng",
    addressees=("Bà Trần Thị B",),
    body=(Paragraph("Sở Nội vụ xin lỗi Bà."),),
    signatures=(Signature(("KT. Giám đốc", "Phó Giám đốc"), "Lê Văn C"),),
    recipients=("Như trên", "Lưu: VT"),
)
