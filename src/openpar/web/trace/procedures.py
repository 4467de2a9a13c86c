"""The words of the trace for the catalogue of procedures: verbs, keys and stored values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from openpar.base.organisations.models import Kind
from openpar.delivery.procedures.words import (
    AgencyKind,
    Channel,
    FeeKind,
    Level,
    LimitUnit,
    LineChange,
    OnlineLevel,
    Part,
    PostedAt,
    ProcedureKind,
    QualityState,
    Tier,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VERBS: Mapping[str, StrPromise] = {
    "procedures.loaded": gettext_lazy("Nạp danh mục thủ tục"),
    "procedure.added": gettext_lazy("Thêm phiên bản thủ tục"),
    "procedure.corrected": gettext_lazy("Sửa phiên bản thủ tục theo tệp"),
    "procedure.ended": gettext_lazy("Phiên bản thủ tục hết hiệu lực"),
    "procedure.offered": gettext_lazy("Ghi việc cung cấp thủ tục"),
    "procedures.posted": gettext_lazy("Ghi niêm yết thủ tục"),
    "decision.prepared": gettext_lazy("Lập dự thảo quyết định công bố"),
    "decision.changed": gettext_lazy("Sửa dự thảo quyết định công bố"),
    "decision.discarded": gettext_lazy("Bỏ dự thảo quyết định công bố"),
    "decision.line_added": gettext_lazy("Thêm thủ tục vào dự thảo"),
    "decision.line_changed": gettext_lazy("Sửa nội dung thủ tục trong dự thảo"),
    "decision.line_removed": gettext_lazy("Bỏ thủ tục khỏi dự thảo"),
    "decision.issued": gettext_lazy("Công bố thủ tục"),
    "decision.brought_in": gettext_lazy("Nạp quyết định công bố từ tệp"),
    "decision.uploaded": gettext_lazy("Ghi ngày đăng tải quyết định"),
    "review.planned": gettext_lazy("Ghi kế hoạch rà soát thủ tục"),
    "review.added": gettext_lazy("Thêm thủ tục vào kế hoạch rà soát"),
    "review.finished": gettext_lazy("Ghi kết quả rà soát thủ tục"),
    "review.problem_found": gettext_lazy("Ghi vấn đề phát hiện qua rà soát"),
    "review.problem_decided": gettext_lazy("Ghi quyết định đơn giản hóa"),
    "review.problem_handled": gettext_lazy("Ghi xử lý xong vấn đề"),
    "quality.recorded": gettext_lazy("Ghi hệ thống quản lý chất lượng"),
}
KEYS: Mapping[str, StrPromise] = {
    "sector": gettext_lazy("Lĩnh vực"),
    "levels": gettext_lazy("Cấp thực hiện"),
    "agencies": gettext_lazy("Cơ quan thực hiện"),
    "steps": gettext_lazy("Trình tự thực hiện"),
    "manner": gettext_lazy("Cách thức thực hiện"),
    "sets": gettext_lazy("Số bộ hồ sơ"),
    "applicants": gettext_lazy("Đối tượng thực hiện"),
    "for_citizens": gettext_lazy("Cá nhân"),
    "for_businesses": gettext_lazy("Doanh nghiệp, tổ chức"),
    "forms": gettext_lazy("Mẫu đơn, tờ khai"),
    "result": gettext_lazy("Kết quả thực hiện"),
    "conditions": gettext_lazy("Yêu cầu, điều kiện"),
    "legal_bases": gettext_lazy("Căn cứ pháp lý"),
    "terms": gettext_lazy("Thời hạn, phí"),
    "papers": gettext_lazy("Thành phần hồ sơ"),
    "bodies": gettext_lazy("Cơ quan liên thông"),
    "channel": gettext_lazy("Kênh"),
    "case": gettext_lazy("Trường hợp"),
    "limit": gettext_lazy("Thời hạn"),
    "count": gettext_lazy("Số"),
    "limit_note": gettext_lazy("Ghi chú thời hạn"),
    "fee_kind": gettext_lazy("Loại thu"),
    "fee": gettext_lazy("Mức thu (đồng)"),
    "fee_note": gettext_lazy("Ghi chú phí"),
    "originals": gettext_lazy("Bản chính"),
    "copies": gettext_lazy("Bản sao"),
    "is_lead": gettext_lazy("Đầu mối"),
    "key": gettext_lazy("Khóa đơn vị"),
    "online_level": gettext_lazy("Mức độ trực tuyến"),
    "partial_reason": gettext_lazy("Lý do chưa toàn trình"),
    "reason_published": gettext_lazy("Nơi công bố lý do"),
    "on_national_portal_since": gettext_lazy("Tích hợp Cổng quốc gia từ"),
    "pays_online": gettext_lazy("Thanh toán trực tuyến"),
    "any_place": gettext_lazy("Phi địa giới"),
    "at_one_stop": gettext_lazy("Tại Bộ phận Một cửa"),
    "has_internal_workflow": gettext_lazy("Quy trình nội bộ"),
    "workflow_basis": gettext_lazy("Quyết định quy trình nội bộ"),
    "tier": gettext_lazy("Cấp ban hành"),
    "effective_on": gettext_lazy("Ngày có hiệu lực"),
    "bases_effective_on": gettext_lazy("Văn bản quy định có hiệu lực từ"),
    "is_fast_track": gettext_lazy("Trình tự rút gọn"),
    "basis_signed_on": gettext_lazy("Ngày ký văn bản quy định"),
    "uploaded_on": gettext_lazy("Ngày đăng tải"),
    "posted_on": gettext_lazy("Ngày niêm yết"),
    "places": gettext_lazy("Nơi niêm yết"),
    "reviewed_on": gettext_lazy("Ngày rà soát xong"),
    "part": gettext_lazy("Bộ phận của thủ tục"),
    "proposal": gettext_lazy("Phương án"),
    "found_on": gettext_lazy("Ngày phát hiện"),
    "decision_number": gettext_lazy("Số quyết định đơn giản hóa"),
    "decided_on": gettext_lazy("Ngày quyết định"),
    "handled_on": gettext_lazy("Ngày xử lý xong"),
    "handling": gettext_lazy("Cách xử lý"),
    "standard": gettext_lazy("Tiêu chuẩn"),
}
# By the key under which they are stored; some keys have words of other subjects too.
STORED_WORDS: Mapping[str, Mapping[str, Any]] = {
    key: {word.value: word.label for word in words}
    for key, words in {
        "online_level": OnlineLevel,
        "levels": Level,
        "channel": Channel,
        "unit": LimitUnit,
        "fee_kind": FeeKind,
        "tier": Tier,
        "places": PostedAt,
        "part": Part,
        "state": QualityState,
        "change": LineChange,
        "kind": [word for word in (*ProcedureKind, *AgencyKind) if word.value not in Kind.values],
    }.items()
}
