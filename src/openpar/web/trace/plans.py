"""The words of the trace for plans, tasks and meetings: verbs, keys and stored values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from openpar.reform.plans.models import (
    DeadlineKind,
    DutyRequest,
    LineChange,
    Meeting,
    MeetingOutcome,
    Operator,
    PlanLevel,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VERBS: Mapping[str, StrPromise] = {
    "plan.created": gettext_lazy("Lập kế hoạch CCHC"),
    "plan.changed": gettext_lazy("Sửa kế hoạch CCHC"),
    "plan.line_added": gettext_lazy("Thêm nhiệm vụ vào dự thảo kế hoạch"),
    "plan.line_changed": gettext_lazy("Sửa nhiệm vụ trong dự thảo kế hoạch"),
    "plan.line_removed": gettext_lazy("Bỏ nhiệm vụ khỏi dự thảo kế hoạch"),
    "plan.line_settled": gettext_lazy("Xác định nhiệm vụ trong bản thay thế"),
    "plan.rest_carried": gettext_lazy("Giữ nguyên các nhiệm vụ còn lại"),
    "plan.version_drafted": gettext_lazy("Lập bản kế hoạch thay thế"),
    "plan.discarded": gettext_lazy("Bỏ dự thảo kế hoạch"),
    "plan.issued": gettext_lazy("Ban hành kế hoạch CCHC"),
    "plan.task_supplemented": gettext_lazy("Bổ sung nhiệm vụ vào kế hoạch"),
    "plan.target_added": gettext_lazy("Thêm chỉ tiêu"),
    "plan.target_changed": gettext_lazy("Sửa chỉ tiêu"),
    "plan.target_removed": gettext_lazy("Bỏ chỉ tiêu"),
    "plan.target_read": gettext_lazy("Ghi kết quả chỉ tiêu"),
    "plan.target_corrected": gettext_lazy("Sửa kết quả chỉ tiêu"),
    "task.condition_recorded": gettext_lazy("Ghi nhận điều kiện của nhiệm vụ"),
    "task.handed_down": gettext_lazy("Giao nhiệm vụ trong đơn vị"),
    "task.progress_noted": gettext_lazy("Ghi tiến độ nhiệm vụ"),
    "task.reported_done": gettext_lazy("Báo cáo hoàn thành nhiệm vụ"),
    "task.report_withdrawn": gettext_lazy("Rút báo cáo hoàn thành"),
    "task.confirmed": gettext_lazy("Xác nhận hoàn thành nhiệm vụ"),
    "task.returned": gettext_lazy("Trả lại báo cáo hoàn thành"),
    "task.extension_asked": gettext_lazy("Xin gia hạn nhiệm vụ"),
    "task.objective_asked": gettext_lazy("Đề nghị chấp nhận nguyên nhân khách quan"),
    "task.request_withdrawn": gettext_lazy("Rút đề nghị về nhiệm vụ"),
    "task.request_approved": gettext_lazy("Đồng ý đề nghị về nhiệm vụ"),
    "task.request_refused": gettext_lazy("Không đồng ý đề nghị về nhiệm vụ"),
    "meeting.recorded": gettext_lazy("Ghi cuộc họp"),
    "meeting.changed": gettext_lazy("Sửa thông tin cuộc họp"),
    "meeting.outcome_added": gettext_lazy("Thêm kết luận cuộc họp"),
    "meeting.outcome_removed": gettext_lazy("Bỏ kết luận cuộc họp"),
    "meeting.task_ordered": gettext_lazy("Giao nhiệm vụ từ cuộc họp"),
    "meeting.concluded": gettext_lazy("Kết luận cuộc họp"),
}
KEYS: Mapping[str, StrPromise] = {
    "parent": gettext_lazy("Kế hoạch cấp trên"),
    "secret_lines": gettext_lazy("Số nhiệm vụ mật ngoài hệ thống"),
    "task": gettext_lazy("Nhiệm vụ"),
    "tasks": gettext_lazy("Số nhiệm vụ"),
    "assignments": gettext_lazy("Số lượt giao"),
    "product": gettext_lazy("Sản phẩm"),
    "deadline_kind": gettext_lazy("Loại thời hạn"),
    "deadline_on": gettext_lazy("Thời hạn"),
    "plan_level": gettext_lazy("Cấp kế hoạch"),
    "request_kind": gettext_lazy("Loại đề nghị"),
    "meeting_kind": gettext_lazy("Loại cuộc họp"),
    "outcome_kind": gettext_lazy("Loại kết luận"),
    "agencies": gettext_lazy("Chủ trì, phối hợp"),
    "clause": gettext_lazy("Điều, khoản"),
    "carried": gettext_lazy("Số nhiệm vụ giữ nguyên"),
    "operator": gettext_lazy("So sánh"),
    "unit": gettext_lazy("Đơn vị tính"),
    "source_text": gettext_lazy("Nguồn giao"),
    "happened_on": gettext_lazy("Ngày xảy ra"),
    "division": gettext_lazy("Phòng, đơn vị"),
    "is_started": gettext_lazy("Đã triển khai"),
    "is_ready": gettext_lazy("Có thể báo cáo hoàn thành"),
    "duty": gettext_lazy("Kỳ thứ"),
    "completed_on": gettext_lazy("Ngày hoàn thành"),
    "old_due_on": gettext_lazy("Thời hạn cũ"),
    "new_due_on": gettext_lazy("Thời hạn mới"),
    "is_objective": gettext_lazy("Nguyên nhân khách quan"),
    "held_on": gettext_lazy("Ngày họp"),
    "chair": gettext_lazy("Chủ trì"),
    "place": gettext_lazy("Địa điểm, hình thức"),
    "participants": gettext_lazy("Thành phần"),
    "outcomes": gettext_lazy("Số kết luận"),
}
STORED_WORDS: Mapping[str, Mapping[str, Any]] = {
    "change": {change.value: change.label for change in LineChange},
    "deadline_kind": {kind.value: kind.label for kind in DeadlineKind},
    "plan_level": {level.value: level.label for level in PlanLevel},
    "request_kind": {kind.value: kind.label for kind in DutyRequest.Kind},
    "meeting_kind": {kind.value: kind.label for kind in Meeting.Kind},
    "outcome_kind": {kind.value: kind.label for kind in MeetingOutcome.Kind},
    "operator": {operator.value: operator.value for operator in Operator},
}
