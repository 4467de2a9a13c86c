"""What was done, in words: the verbs of the trace, subject by subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from openpar.web.trace import (
    dossiers,
    figures,
    findings,
    indicators,
    inspections,
    notifications,
    plans,
    procedures,
    registers,
    reports,
    service_quality,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class VerbGroup:
    """Verbs of one subject; `key` stands in addresses."""

    key: str
    label: StrPromise
    verbs: Mapping[str, StrPromise]


ACCOUNTS = VerbGroup(
    "accounts",
    gettext_lazy("Tài khoản, vai trò"),
    {
        "create_user": gettext_lazy("Tạo tài khoản"),
        "change_user": gettext_lazy("Sửa tài khoản"),
        "set_password": gettext_lazy("Đặt mật khẩu"),
        "deactivate_user": gettext_lazy("Ngừng tài khoản"),
        "reactivate_user": gettext_lazy("Mở lại tài khoản"),
        "give_role": gettext_lazy("Giao vai trò"),
        "end_role": gettext_lazy("Kết thúc vai trò"),
    },
)
ACCESS = VerbGroup(
    "access",
    gettext_lazy("Đăng nhập, dữ liệu cá nhân"),
    {
        "add_totp": gettext_lazy("Thêm ứng dụng tạo mã"),
        "add_passkey": gettext_lazy("Thêm khóa truy cập"),
        "renew_recovery_codes": gettext_lazy("Tạo mã khôi phục"),
        "use_recovery_code": gettext_lazy("Dùng mã khôi phục"),
        "refuse_passkey": gettext_lazy("Từ chối khóa truy cập có dấu hiệu bị sao chép"),
        "remove_totp": gettext_lazy("Gỡ ứng dụng tạo mã"),
        "remove_passkey": gettext_lazy("Gỡ khóa truy cập"),
        "clear_factors": gettext_lazy("Gỡ xác thực hai lớp của người khác"),
        "api_key.made": gettext_lazy("Tạo khóa kết nối"),
        "api_key.ended": gettext_lazy("Chấm dứt khóa kết nối"),
        "brake_log_in": gettext_lazy("Tạm dừng nhận đăng nhập"),
        "lift_brake": gettext_lazy("Mở lại đăng nhập"),
        "end_sessions": gettext_lazy("Kết thúc phiên đăng nhập"),
        "end_sessions_of_person": gettext_lazy("Đóng mọi phiên đăng nhập của người khác"),
        "ask_about_data": gettext_lazy("Yêu cầu về dữ liệu cá nhân"),
        "answer_data_request": gettext_lazy("Trả lời yêu cầu về dữ liệu cá nhân"),
    },
)
ORGANISATIONS = VerbGroup(
    "organisations",
    gettext_lazy("Đơn vị"),
    {
        "found_organisation": gettext_lazy("Thành lập đơn vị"),
        "rename_organisation": gettext_lazy("Đổi tên đơn vị"),
        "retype_organisation": gettext_lazy("Đổi loại hình đơn vị"),
        "recode_organisation": gettext_lazy("Đổi mã đơn vị"),
        "move_organisation": gettext_lazy("Chuyển đơn vị sang cấp trên khác"),
        "flag_organisation": gettext_lazy("Đổi diện chấm điểm, xếp hạng, công bố"),
        "merge_organisations": gettext_lazy("Hợp nhất, sáp nhập đơn vị"),
        "split_organisation": gettext_lazy("Chia tách đơn vị"),
        "hand_over_duties": gettext_lazy("Chuyển giao nhiệm vụ"),
        "dissolve_organisation": gettext_lazy("Giải thể đơn vị"),
        "link_organisations": gettext_lazy("Nối đơn vị trước và sau sắp xếp"),
        "load_organisations": gettext_lazy("Nạp danh mục đơn vị"),
        "load_organisation": gettext_lazy("Nạp đơn vị"),
        "load_block": gettext_lazy("Nạp khối xếp hạng"),
    },
)
CALENDARS = VerbGroup(
    "calendars",
    gettext_lazy("Lịch làm việc"),
    {
        "calendar.loaded": gettext_lazy("Nạp lịch làm việc từ tệp"),
        "calendar.year_begun": gettext_lazy("Lập bản soạn lịch năm"),
        "calendar.year_described": gettext_lazy("Sửa nguồn của lịch năm"),
        "calendar.days_changed": gettext_lazy("Sửa ngày của lịch năm"),
        "calendar.draft_discarded": gettext_lazy("Bỏ bản soạn lịch năm"),
        "calendar.year_in_force": gettext_lazy("Cho lịch năm hiệu lực"),
        "calendar.hours_set": gettext_lazy("Đặt giờ làm việc"),
    },
)
DOCUMENTS = VerbGroup(
    "documents",
    gettext_lazy("Tài liệu"),
    {
        "add_document": gettext_lazy("Thêm tài liệu"),
        "supersede_document": gettext_lazy("Thay bằng bản mới"),
        "recheck_signatures": gettext_lazy("Kiểm tra lại chữ ký số"),
        "evidence.attached": gettext_lazy("Gắn tài liệu"),
        "evidence.detached": gettext_lazy("Gỡ tài liệu"),
        "accept_file": gettext_lazy("Nhận tệp nhập"),
        "refuse_file": gettext_lazy("Từ chối tệp nhập"),
    },
)
CRITERIA = VerbGroup(
    "criteria",
    gettext_lazy("Bộ tiêu chí"),
    {
        "criteria.brought_in": gettext_lazy("Đưa bộ tiêu chí vào"),
        "criteria.copied": gettext_lazy("Chép bộ tiêu chí"),
        "criteria.settings": gettext_lazy("Sửa thông tin bộ tiêu chí"),
        "criteria.moved": gettext_lazy("Chuyển bước bộ tiêu chí"),
        "criterion.added": gettext_lazy("Thêm tiêu chí"),
        "criterion.changed": gettext_lazy("Sửa tiêu chí"),
        "criterion.removed": gettext_lazy("Bỏ tiêu chí"),
        "criterion.moved": gettext_lazy("Đổi thứ tự tiêu chí"),
    },
)
ROUNDS = VerbGroup(
    "rounds",
    gettext_lazy("Kỳ đánh giá"),
    {
        "round.created": gettext_lazy("Tạo kỳ đánh giá"),
        "round.changed": gettext_lazy("Sửa thông tin kỳ đánh giá"),
        "round.phases_set": gettext_lazy("Đặt thời hạn các bước"),
        "round.block_added": gettext_lazy("Thêm khối vào kỳ"),
        "round.block_removed": gettext_lazy("Bỏ khối khỏi kỳ"),
        "round.units_enrolled": gettext_lazy("Đưa đơn vị vào kỳ"),
        "round.unit_withdrawn": gettext_lazy("Rút đơn vị khỏi kỳ"),
        "round.appraiser_assigned": gettext_lazy("Phân công thẩm định"),
        "round.appraiser_unassigned": gettext_lazy("Thôi phân công thẩm định"),
        "round.moved": gettext_lazy("Chuyển bước"),
        "round.units_reminded": gettext_lazy("Nhắc đơn vị"),
        "council.concluded": gettext_lazy("Hội đồng kết luận"),
        "council.set_aside": gettext_lazy("Kết luận của Hội đồng phải lập lại"),
        "round.published": gettext_lazy("Công bố kết quả"),
    },
)
SHEETS = VerbGroup(
    "sheets",
    gettext_lazy("Phiếu"),
    {
        "sheet.leaves_assigned": gettext_lazy("Phân công tiêu chí"),
        "sheet.submitted": gettext_lazy("Trình thủ trưởng"),
        "sheet.sent_back": gettext_lazy("Thủ trưởng trả lại"),
        "sheet.locked": gettext_lazy("Duyệt và chốt phiếu"),
        "sheet.locked_automatically": gettext_lazy("Tự động chốt khi hết hạn"),
        "sheet.reopening_asked": gettext_lazy("Đề nghị mở lại phiếu"),
        "sheet.reopened": gettext_lazy("Mở lại phiếu"),
        "sheet.reopening_lapsed": gettext_lazy("Đề nghị mở lại hết hiệu lực"),
        "sheet.reopening_refused": gettext_lazy("Không chấp thuận mở lại"),
    },
)
SCORES = VerbGroup(
    "scores",
    gettext_lazy("Điểm"),
    {
        "score.self_saved": gettext_lazy("Lưu điểm tự chấm"),
        "score.filled": gettext_lazy("Lấy điểm từ số liệu của hệ thống"),
        "score.opened": gettext_lazy("Mở tiêu chí để gắn tài liệu"),
        "score.explained": gettext_lazy("Lưu giải trình"),
        "score.appraised": gettext_lazy("Thẩm định"),
        "score.reappraised": gettext_lazy("Thẩm định lần 2"),
        "score.corrected": gettext_lazy("Đính chính điểm"),
        "correction.proposed": gettext_lazy("Đề nghị đính chính"),
        "correction.confirmed": gettext_lazy("Xác nhận đính chính"),
        "correction.refused": gettext_lazy("Không chấp nhận đính chính"),
        "correction.withdrawn": gettext_lazy("Rút đề nghị đính chính"),
        "score.outside_recorded": gettext_lazy("Nhập kết quả từ bên ngoài"),
        "score.outside_cleared": gettext_lazy("Xóa kết quả từ bên ngoài nhập nhầm"),
        "bonus.claimed": gettext_lazy("Đề nghị điểm thưởng"),
        "penalty.recorded": gettext_lazy("Nhập điểm trừ"),
        "adjustment.decided": gettext_lazy("Quyết định điểm thưởng, điểm trừ"),
    },
)
LOG = VerbGroup(
    "log",
    gettext_lazy("Niêm phong nhật ký"),
    {
        "log.key_added": gettext_lazy("Thêm khóa niêm phong"),
        "log.key_retired": gettext_lazy("Bỏ khóa niêm phong cũ"),
    },
)
FACTS = VerbGroup(
    "facts",
    gettext_lazy("Kho dữ kiện"),
    {
        "facts.dataset_registered": gettext_lazy("Khai báo tập dữ kiện"),
        "facts.batch_appended": gettext_lazy("Nạp lô dữ kiện"),
        "facts.facts_put": gettext_lazy("Cập nhật dữ kiện đã chuẩn hóa"),
        "facts.recounted": gettext_lazy("Đếm lại các bộ đếm"),
        "facts.compacted": gettext_lazy("Gộp tệp dữ kiện"),
        "facts.personal_erased": gettext_lazy("Xóa dữ liệu cá nhân trong dữ kiện"),
        "facts.province_trusted": gettext_lazy("Chấp nhận khóa của tỉnh"),
        "facts.province_distrusted": gettext_lazy("Thôi chấp nhận khóa của tỉnh"),
        "facts.counters_received": gettext_lazy("Nhận tệp bộ đếm của tỉnh"),
    },
)
INDICATORS = VerbGroup("indicators", gettext_lazy("Chỉ tiêu, số liệu"), indicators.VERBS)
PROCEDURES = VerbGroup("procedures", gettext_lazy("Thủ tục hành chính"), procedures.VERBS)
DOSSIERS = VerbGroup("dossiers", gettext_lazy("Hồ sơ thủ tục"), dossiers.VERBS)
PLANS = VerbGroup("plans", gettext_lazy("Kế hoạch, nhiệm vụ, họp giao ban"), plans.VERBS)
FINDINGS = VerbGroup("findings", gettext_lazy("Tồn tại, hạn chế"), findings.VERBS)
INSPECTIONS = VerbGroup("inspections", gettext_lazy("Kiểm tra"), inspections.VERBS)
REGISTERS = VerbGroup("registers", gettext_lazy("Mô hình, sáng kiến, sổ theo dõi"), registers.VERBS)
FIGURES = VerbGroup("figures", gettext_lazy("Số liệu báo cáo"), figures.VERBS)
REPORTS = VerbGroup("reports", gettext_lazy("Báo cáo định kỳ"), reports.VERBS)
SERVICE_QUALITY = VerbGroup("service_quality", gettext_lazy("Chỉ số phục vụ"), service_quality.VERBS)
NOTIFICATIONS = VerbGroup("notifications", gettext_lazy("Thông báo, tin nhắn"), notifications.VERBS)
GROUPS = (
    SCORES,
    SHEETS,
    DOCUMENTS,
    ROUNDS,
    CRITERIA,
    INDICATORS,
    ORGANISATIONS,
    CALENDARS,
    PROCEDURES,
    DOSSIERS,
    FIGURES,
    PLANS,
    FINDINGS,
    INSPECTIONS,
    REGISTERS,
    REPORTS,
    SERVICE_QUALITY,
    ACCOUNTS,
    ACCESS,
    NOTIFICATIONS,
    LOG,
    FACTS,
)
VERBS: Mapping[str, StrPromise] = {verb: label for group in GROUPS for verb, label in group.verbs.items()}
