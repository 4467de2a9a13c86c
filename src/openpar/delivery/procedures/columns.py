"""The tables that procedures come in and go out with: one sheet or one CSV file each, first row the titles.

Titles are Vietnamese whatever language the reader has chosen: the file goes on to others, and comes back.
Every column may also be headed by its key. docs/data/procedures.md describes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openpar.delivery.procedures.words import (
    AgencyKind,
    Channel,
    FeeKind,
    Level,
    LimitUnit,
    OnlineLevel,
    ProcedureKind,
    Tier,
)


@dataclass(frozen=True)
class TableColumn:
    """One column: its key, its title, whether a file must have it, its width on paper in characters."""

    key: str
    title: str
    is_needed: bool = False
    width: int = 16
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableLayout:
    """One table: the word by which the program knows it, the title of its sheet, its columns."""

    word: str
    title: str
    columns: tuple[TableColumn, ...]


# What stands in a cell for a stored word; the stored word itself is understood too.
LEVEL_WORDS: Mapping[str, Level] = {"tỉnh": Level.PROVINCE, "huyện": Level.DISTRICT, "xã": Level.COMMUNE}
CHANNEL_WORDS: Mapping[str, Channel] = {
    "trực tiếp": Channel.IN_PERSON,
    "trực tuyến": Channel.ONLINE,
    "bưu chính": Channel.POST,
}
UNIT_WORDS: Mapping[str, LimitUnit] = {
    "ngày làm việc": LimitUnit.WORKING_DAY,
    "ngày": LimitUnit.CALENDAR_DAY,
    "giờ": LimitUnit.HOUR,
    "trong ngày": LimitUnit.SAME_DAY,
}
FEE_WORDS: Mapping[str, FeeKind] = {
    "không thu": FeeKind.FREE,
    "cố định": FeeKind.FIXED,
    "theo quy định riêng": FeeKind.VARIABLE,
}
KIND_WORDS: Mapping[str, ProcedureKind] = {
    "chuẩn hóa": ProcedureKind.STANDARD,
    "đặc thù": ProcedureKind.LOCAL,
    "nội bộ": ProcedureKind.INTERNAL,
}
AGENCY_WORDS: Mapping[str, AgencyKind] = {
    "UBND cấp tỉnh": AgencyKind.PROVINCE,
    "sở, ban, ngành": AgencyKind.DEPARTMENT,
    "cơ quan ngành dọc": AgencyKind.VERTICAL_AGENCY,
    "đơn vị sự nghiệp": AgencyKind.SERVICE_UNIT,
    "UBND cấp huyện": AgencyKind.DISTRICT,
    "UBND cấp xã": AgencyKind.COMMUNE,
}
ONLINE_WORDS: Mapping[str, OnlineLevel] = {
    "cung cấp thông tin": OnlineLevel.INFORMATION,
    "một phần": OnlineLevel.PARTIAL,
    "toàn trình": OnlineLevel.FULL,
    "mức độ 1": OnlineLevel.LEVEL_1,
    "mức độ 2": OnlineLevel.LEVEL_2,
    "mức độ 3": OnlineLevel.LEVEL_3,
    "mức độ 4": OnlineLevel.LEVEL_4,
}
TIER_WORDS: Mapping[str, Tier] = {"bộ": Tier.MINISTRY, "tỉnh": Tier.PROVINCE}

_IDENTITY = (
    TableColumn("code", "Mã TTHC", True, 24),
    TableColumn("valid_from", "Hiệu lực từ", True, 12),
)
PROCEDURES = TableLayout(
    "procedures",
    "Thủ tục",
    (
        *_IDENTITY,
        TableColumn("valid_until", "Hết hiệu lực từ", width=12),
        TableColumn("name", "Tên thủ tục", True, 48),
        TableColumn("sector", "Lĩnh vực", True, 24),
        TableColumn("sector_code", "Mã lĩnh vực", width=12),
        TableColumn("kind", "Loại thủ tục", width=14, choices=tuple(KIND_WORDS)),
        TableColumn("levels", "Cấp thực hiện", True, 14),
        TableColumn("agencies", "Cơ quan thực hiện", width=30),
        TableColumn("decision_number", "Số QĐ công bố", width=20),
        TableColumn("decision_signed_on", "Ngày QĐ công bố", width=12),
        TableColumn("decision_issuer", "Cơ quan công bố", width=24),
        TableColumn("decision_tier", "Cấp công bố", width=10, choices=tuple(TIER_WORDS)),
        TableColumn("steps", "Trình tự thực hiện", width=48),
        TableColumn("manner", "Cách thức thực hiện", width=30),
        TableColumn("sets", "Số bộ hồ sơ", width=8),
        TableColumn("applicants", "Đối tượng thực hiện", width=24),
        TableColumn("for_citizens", "Cá nhân", width=8),
        TableColumn("for_businesses", "Doanh nghiệp, tổ chức", width=10),
        TableColumn("forms", "Mẫu đơn, tờ khai", width=30),
        TableColumn("result", "Kết quả thực hiện", width=30),
        TableColumn("conditions", "Yêu cầu, điều kiện", width=30),
        TableColumn("legal_bases", "Căn cứ pháp lý", width=30),
        TableColumn("sample", "Mẫu", width=8),
    ),
)
TERMS = TableLayout(
    "terms",
    "Thời hạn, phí",
    (
        *_IDENTITY,
        TableColumn("channel", "Kênh", width=14, choices=tuple(CHANNEL_WORDS)),
        TableColumn("case", "Trường hợp", width=30),
        TableColumn("limit", "Thời hạn", width=10),
        TableColumn("unit", "Đơn vị tính", width=14, choices=tuple(UNIT_WORDS)),
        TableColumn("limit_note", "Ghi chú thời hạn", width=30),
        TableColumn("fee_kind", "Loại thu", width=16, choices=tuple(FEE_WORDS)),
        TableColumn("fee", "Mức thu (đồng)", width=14),
        TableColumn("fee_note", "Ghi chú phí, lệ phí", width=30),
    ),
)
PAPERS = TableLayout(
    "papers",
    "Thành phần hồ sơ",
    (
        *_IDENTITY,
        TableColumn("case", "Trường hợp", width=30),
        TableColumn("name", "Tên giấy tờ", True, 60),
        TableColumn("originals", "Bản chính", width=8),
        TableColumn("copies", "Bản sao", width=8),
    ),
)
BODIES = TableLayout(
    "bodies",
    "Liên thông",
    (
        *_IDENTITY,
        TableColumn("name", "Cơ quan", True, 36),
        TableColumn("lead", "Đầu mối", width=8),
        TableColumn("limit", "Thời hạn", width=10),
        TableColumn("unit", "Đơn vị tính", width=14, choices=tuple(UNIT_WORDS)),
    ),
)
PROVISIONS = TableLayout(
    "provisions",
    "Cung cấp",
    (
        TableColumn("code", "Mã TTHC", True, 24),
        TableColumn("agency", "Cơ quan", width=24),
        TableColumn("valid_from", "Từ ngày", True, 12),
        TableColumn("online_level", "Mức độ trực tuyến", True, 18, tuple(ONLINE_WORDS)),
        TableColumn("partial_reason", "Lý do chưa toàn trình", width=30),
        TableColumn("reason_published", "Nơi công bố lý do", width=24),
        TableColumn("portal_since", "Tích hợp Cổng quốc gia từ", width=12),
        TableColumn("pays_online", "Thanh toán trực tuyến", width=10),
        TableColumn("any_place", "Phi địa giới", width=10),
        TableColumn("at_one_stop", "Tại Bộ phận Một cửa", width=10),
        TableColumn("internal_workflow", "Quy trình nội bộ", width=10),
        TableColumn("workflow_basis", "QĐ quy trình nội bộ", width=24),
        TableColumn("legal_basis", "Căn cứ", width=24),
    ),
)
LAYOUTS = {layout.word: layout for layout in (PROCEDURES, TERMS, PAPERS, BODIES, PROVISIONS)}
