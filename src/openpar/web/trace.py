"""The trace in words: what each verb, each key and each value of an entry is called on the pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openpar.base.access.models import Brake
from openpar.base.accounts.models import Role
from openpar.base.audit.queries import Difference
from openpar.base.calendars.models import CalendarDay, Certainty
from openpar.base.organisations.models import Kind, Succession
from openpar.base.privacy.models import DataRequest
from openpar.common.formats import format_date, format_decimal, format_moment
from openpar.parindex.assessments.models import Adjustment, Correction, RoundStage, SheetState
from openpar.parindex.criteria.models import ScoredBy, SetStage
from openpar.web import (
    trace_dossiers,
    trace_figures,
    trace_findings,
    trace_indicators,
    trace_inspections,
    trace_notifications,
    trace_plans,
    trace_procedures,
    trace_registers,
    trace_reports,
    trace_service_quality,
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
INDICATORS = VerbGroup("indicators", gettext_lazy("Chỉ tiêu, số liệu"), trace_indicators.VERBS)
PROCEDURES = VerbGroup("procedures", gettext_lazy("Thủ tục hành chính"), trace_procedures.VERBS)
DOSSIERS = VerbGroup("dossiers", gettext_lazy("Hồ sơ thủ tục"), trace_dossiers.VERBS)
PLANS = VerbGroup("plans", gettext_lazy("Kế hoạch, nhiệm vụ, họp giao ban"), trace_plans.VERBS)
FINDINGS = VerbGroup("findings", gettext_lazy("Tồn tại, hạn chế"), trace_findings.VERBS)
INSPECTIONS = VerbGroup("inspections", gettext_lazy("Kiểm tra"), trace_inspections.VERBS)
REGISTERS = VerbGroup("registers", gettext_lazy("Mô hình, sáng kiến, sổ theo dõi"), trace_registers.VERBS)
FIGURES = VerbGroup("figures", gettext_lazy("Số liệu báo cáo"), trace_figures.VERBS)
REPORTS = VerbGroup("reports", gettext_lazy("Báo cáo định kỳ"), trace_reports.VERBS)
SERVICE_QUALITY = VerbGroup("service_quality", gettext_lazy("Chỉ số phục vụ"), trace_service_quality.VERBS)
NOTIFICATIONS = VerbGroup("notifications", gettext_lazy("Thông báo, tin nhắn"), trace_notifications.VERBS)
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

KEYS: Mapping[str, StrPromise] = {
    "points": gettext_lazy("Điểm"),
    "given_points": gettext_lazy("Điểm cho khác"),
    "note": gettext_lazy("Giải trình, lý do"),
    "answer": gettext_lazy("Số liệu"),
    "outcome": gettext_lazy("Cách tính"),
    "explanation_wanted": gettext_lazy("Cần giải trình"),
    "self_total": gettext_lazy("Tổng điểm tự chấm"),
    "pointer": gettext_lazy("Mục, trang"),
    "codes": gettext_lazy("Tiêu chí"),
    "officer": gettext_lazy("Người được giao"),
    "ground": gettext_lazy("Căn cứ"),
    "explanation": gettext_lazy("Giải trình"),
    "open_until": gettext_lazy("Mở đến"),
    "state": gettext_lazy("Trạng thái"),
    "vkey": gettext_lazy("Khóa công khai"),
    "stage": gettext_lazy("Bước"),
    "reason": gettext_lazy("Lý do"),
    "numerator": gettext_lazy("tử số"),
    "denominator": gettext_lazy("mẫu số"),
    "choice": gettext_lazy("lựa chọn"),
    "counts": gettext_lazy("số lượng"),
    "document": gettext_lazy("Tài liệu số"),
    "title": gettext_lazy("Tên"),
    "number": gettext_lazy("Số, ký hiệu"),
    "issuer": gettext_lazy("Cơ quan ban hành"),
    "issued_on": gettext_lazy("Ngày ban hành"),
    "signed_at": gettext_lazy("Thời điểm ký số"),
    "signed_on": gettext_lazy("Ngày ký"),
    "sha256": gettext_lazy("Mã SHA-256"),
    "file_name": gettext_lazy("Tên tệp"),
    "link": gettext_lazy("Đường dẫn"),
    "is_secret": gettext_lazy("Tài liệu mật"),
    "supersedes": gettext_lazy("Thay tài liệu số"),
    "rows": gettext_lazy("Số dòng"),
    "refusals": gettext_lazy("Số lỗi"),
    "username": gettext_lazy("Tên đăng nhập"),
    "full_name": gettext_lazy("Họ và tên"),
    "email": gettext_lazy("Thư điện tử"),
    "position": gettext_lazy("Chức vụ, thứ tự"),
    "is_active": gettext_lazy("Đang dùng"),
    "role": gettext_lazy("Vai trò"),
    "organisation": gettext_lazy("Đơn vị"),
    "held_from": gettext_lazy("Từ ngày"),
    "held_until": gettext_lazy("Đến trước ngày"),
    "kind": gettext_lazy("Loại"),
    "name": gettext_lazy("Tên"),
    "short_name": gettext_lazy("Tên gọn"),
    "name_en": gettext_lazy("Tên tiếng Anh"),
    "code": gettext_lazy("Mã"),
    "parent_id": gettext_lazy("Cấp trên số"),
    "block_id": gettext_lazy("Khối số"),
    "block": gettext_lazy("Khối"),
    "is_scored": gettext_lazy("Được chấm điểm"),
    "is_ranked": gettext_lazy("Được xếp hạng"),
    "is_published": gettext_lazy("Được công bố"),
    "valid_from": gettext_lazy("Có hiệu lực từ ngày"),
    "valid_until": gettext_lazy("Hết hiệu lực từ ngày"),
    "legal_basis": gettext_lazy("Căn cứ pháp lý"),
    "predecessor": gettext_lazy("Đơn vị trước"),
    "successor": gettext_lazy("Đơn vị sau"),
    "change": gettext_lazy("Thay đổi"),
    "on": gettext_lazy("Ngày"),
    "is_main": gettext_lazy("Nhận phần chính"),
    "added": gettext_lazy("Số thêm"),
    "changed": gettext_lazy("Số đổi"),
    "year": gettext_lazy("Năm"),
    "from": gettext_lazy("Chép từ bộ số"),
    "level": gettext_lazy("Cấp"),
    "is_sample": gettext_lazy("Bộ tiêu chí mẫu"),
    "total": gettext_lazy("Tổng điểm"),
    "maximum": gettext_lazy("Điểm tối đa"),
    "survey_points": gettext_lazy("Điểm điều tra"),
    "appraisal_points": gettext_lazy("Điểm thẩm định"),
    "scored_by": gettext_lazy("Người chấm"),
    "rule": gettext_lazy("Quy tắc chấm"),
    "order": gettext_lazy("Thứ tự"),
    "criteria_set": gettext_lazy("Bộ tiêu chí"),
    "assessed_from": gettext_lazy("Số liệu từ ngày"),
    "assessed_until": gettext_lazy("Số liệu đến hết ngày"),
    "field": gettext_lazy("Lĩnh vực"),
    "fields": gettext_lazy("Lĩnh vực"),
    "appraiser": gettext_lazy("Người thẩm định số"),
    "unit": gettext_lazy("Đơn vị"),
    "units": gettext_lazy("Đơn vị"),
    "text": gettext_lazy("Nội dung"),
    "met_on": gettext_lazy("Ngày họp"),
    "conclusion": gettext_lazy("Kết luận"),
    "decision": gettext_lazy("Quyết định"),
    "results": gettext_lazy("Kết quả"),
    "rank": gettext_lazy("hạng"),
    "rank_of": gettext_lazy("trong số"),
    "grade": gettext_lazy("xếp loại"),
    "brake": gettext_lazy("Tính theo"),
    "address": gettext_lazy("Địa chỉ mạng"),
    "failures": gettext_lazy("Số lần sai"),
    "blocked_until": gettext_lazy("Dừng đến"),
    "totp": gettext_lazy("Ứng dụng tạo mã"),
    "passkey": gettext_lazy("Khóa truy cập"),
    "passkeys": gettext_lazy("Khóa truy cập"),
    "api_key": gettext_lazy("Khóa kết nối"),
    "codes_left": gettext_lazy("Số mã khôi phục còn lại"),
    "uses_counted": gettext_lazy("Số lần dùng do khóa đếm"),
    "sessions_ended": gettext_lazy("Số phiên kết thúc"),
    "device": gettext_lazy("Thiết bị"),
    "request": gettext_lazy("Yêu cầu"),
    "received_at": gettext_lazy("Nhận lúc"),
    "due_on": gettext_lazy("Hạn trả lời"),
    "request_outcome": gettext_lazy("Kết quả"),
    "reply": gettext_lazy("Trả lời"),
    "source": gettext_lazy("Nguồn"),
    "certainty": gettext_lazy("Độ chắc chắn"),
    "edition": gettext_lazy("Phiên bản chung"),
    "shifts": gettext_lazy("Giờ làm việc"),
    "saturday_reception": gettext_lazy("Giờ nhận hồ sơ thứ Bảy"),
    "same_day_until": gettext_lazy("Mốc giải quyết trong ngày"),
    **trace_procedures.KEYS,
    **trace_dossiers.KEYS,
    **trace_figures.KEYS,
    **trace_plans.KEYS,
    **trace_findings.KEYS,
    **trace_inspections.KEYS,
    **trace_indicators.KEYS,
    **trace_service_quality.KEYS,
    **trace_reports.KEYS,
    **trace_notifications.KEYS,
    **trace_registers.KEYS,
}
_NUMBERS = frozenset(
    [
        "points",
        "given_points",
        "self_total",
        "total",
        "maximum",
        "survey_points",
        "appraisal_points",
        "numerator",
        "denominator",
    ]
)
# Words that are stored as they stand in the program, by the key under which they are stored.
_STORED_WORDS: Mapping[str, Mapping[str, Any]] = {
    "state": {
        **{state.value: state.label for state in SheetState},
        **{state.value: state.label for state in Adjustment.State},
        **{state.value: state.label for state in Correction.State},
    },
    "stage": {
        **{stage.value: stage.label for stage in RoundStage},
        **{stage.value: stage.label for stage in SetStage},
    },
    "role": {role.value: role.label for role in Role},
    "kind": {
        **{kind.value: kind.label for kind in Kind},
        **{kind.value: kind.label for kind in Adjustment.Kind},
        **{kind.value: kind.label for kind in CalendarDay.Kind},
    },
    "certainty": {one.value: one.label for one in Certainty},
    "change": {change.value: change.label for change in Succession.Change},
    "scored_by": {one.value: one.label for one in ScoredBy},
    "outcome": {
        "EARNED": gettext_lazy("Có điểm"),
        "NOT_APPLICABLE": gettext_lazy("Không áp dụng"),
        "PENDING": gettext_lazy("Chờ số liệu"),
        "INVALID": gettext_lazy("Số liệu mâu thuẫn"),
        "MISSING": gettext_lazy("Chưa chấm"),
    },
    "choice": {"yes": gettext_lazy("có"), "no": gettext_lazy("không")},
    "brake": {kind.value: kind.label for kind in Brake.Kind},
    "request": {kind.value: kind.label for kind in DataRequest.Kind},
    "request_outcome": {outcome.value: outcome.label for outcome in DataRequest.Outcome},
    **trace_findings.STORED_WORDS,
    **trace_inspections.STORED_WORDS,
}
_DECIMALS = 4
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")


@dataclass(frozen=True)
class Change:
    """One value before and after, as people read it; "" where there was none."""

    label: str
    before: str
    after: str


def verb_words(verb: str) -> str:
    """What was done; a verb without a label stands as it is stored."""
    return str(VERBS.get(verb, verb))


def key_words(key: str) -> str:
    """The name of a value; stages of a round and days of a calendar, which are keys too, have theirs."""
    if _DAY.fullmatch(key):
        return format_date(date.fromisoformat(key))
    return str(KEYS.get(key) or _STORED_WORDS["stage"].get(key, key))


def change_of(difference: Difference) -> Change:
    return Change(
        label=key_words(difference.key),
        before=value_words(difference.key, difference.before),
        after=value_words(difference.key, difference.after),
    )


def value_words(key: str, value: Any) -> str:
    """A stored value as people read it: days, moments, figures, yes and no, lists; "" for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, Mapping):
        lines = ((key_words(str(one)), value_words(str(one), value[one])) for one in value)
        return "; ".join(f"{label}: {words}" for label, words in lines if words)
    if isinstance(value, list):
        return ", ".join(value_words(key, one) for one in value)
    text = str(value)
    if key in _NUMBERS:
        return _figure(text)
    if _DAY.fullmatch(text):
        return format_date(date.fromisoformat(text))
    if _MOMENT.fullmatch(text):
        return _moment(text)
    words: Mapping[str, Any] = {
        **trace_procedures.STORED_WORDS.get(key, {}),
        **trace_indicators.STORED_WORDS.get(key, {}),
        **trace_plans.STORED_WORDS.get(key, {}),
        **trace_notifications.STORED_WORDS.get(key, {}),
        **trace_registers.STORED_WORDS.get(key, {}),
        **_STORED_WORDS.get(key, {}),
    }
    return str(words.get(text, text))


def _figure(text: str) -> str:
    """As it is stored; a share with no end (7/33 of 3 points) is cut to four decimals, and says so."""
    try:
        number = Decimal(text)
        shown = format_decimal(number, trim=True)
        rounded = format_decimal(number, _DECIMALS, trim=True)
    except (InvalidOperation, ValueError):
        return text
    return shown if len(shown) <= len(rounded) else f"≈ {rounded}"


def _moment(text: str) -> str:
    try:
        return format_moment(datetime.fromisoformat(text))
    except ValueError:
        return text
