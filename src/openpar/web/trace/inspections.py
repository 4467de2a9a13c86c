"""The words of the trace for inspections: verbs, keys and stored values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from openpar.reform.inspections.models import Mode, Result, Side, TeamMember, UnitResponse

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VERBS: Mapping[str, StrPromise] = {
    "inspection.plan_opened": gettext_lazy("Lập kế hoạch kiểm tra"),
    "inspection.plan_changed": gettext_lazy("Sửa kế hoạch kiểm tra"),
    "inspection.units_planned": gettext_lazy("Thêm đơn vị vào kế hoạch kiểm tra"),
    "inspection.unit_dropped": gettext_lazy("Bỏ đơn vị khỏi kế hoạch kiểm tra"),
    "inspection.plan_issued": gettext_lazy("Ban hành kế hoạch kiểm tra"),
    "inspection.draw_committed": gettext_lazy("Công bố danh sách và mã cam kết chọn ngẫu nhiên"),
    "inspection.drawn": gettext_lazy("Chọn ngẫu nhiên đơn vị kiểm tra"),
    "inspection.opened": gettext_lazy("Mở vụ kiểm tra"),
    "inspection.member_added": gettext_lazy("Thêm thành viên đoàn kiểm tra"),
    "inspection.member_removed": gettext_lazy("Đưa thành viên ra khỏi đoàn kiểm tra"),
    "inspection.cancelled": gettext_lazy("Không tiến hành kiểm tra"),
    "inspection.notified": gettext_lazy("Gửi thông báo kiểm tra"),
    "inspection.begun": gettext_lazy("Bắt đầu kiểm tra"),
    "inspection.answered": gettext_lazy("Ghi nội dung kiểm tra"),
    "inspection.evidence_added": gettext_lazy("Gắn tài liệu vào nội dung kiểm tra"),
    "inspection.evidence_removed": gettext_lazy("Gỡ tài liệu khỏi nội dung kiểm tra"),
    "inspection.self_report_sent": gettext_lazy("Gửi báo cáo tự kiểm tra"),
    "inspection.self_report_returned": gettext_lazy("Trả lại báo cáo tự kiểm tra"),
    "inspection.minutes": gettext_lazy("Ghi biên bản kiểm tra"),
    "inspection.reported": gettext_lazy("Đoàn kiểm tra báo cáo"),
    "inspection.conclusion_written": gettext_lazy("Soạn kết luận kiểm tra"),
    "inspection.limitation_added": gettext_lazy("Thêm hạn chế vào kết luận"),
    "inspection.limitation_changed": gettext_lazy("Sửa hạn chế trong kết luận"),
    "inspection.limitation_dropped": gettext_lazy("Bỏ hạn chế khỏi kết luận"),
    "inspection.concluded": gettext_lazy("Ban hành kết luận kiểm tra"),
    "inspection.responded": gettext_lazy("Đơn vị có ý kiến về kết luận"),
    "inspection.closed": gettext_lazy("Báo cáo tổng hợp, kết thúc kiểm tra"),
}
KEYS: Mapping[str, StrPromise] = {
    "covers_from": gettext_lazy("Thời kỳ kiểm tra từ ngày"),
    "covers_until": gettext_lazy("Thời kỳ kiểm tra đến ngày"),
    "outline": gettext_lazy("Nội dung kiểm tra"),
    "inspected_units": gettext_lazy("Đơn vị được kiểm tra"),
    "units_planned": gettext_lazy("Số đơn vị trong kế hoạch"),
    "inspection_mode": gettext_lazy("Hình thức kiểm tra"),
    "topic": gettext_lazy("Chuyên đề"),
    "draw_list": gettext_lazy("Danh sách để chọn"),
    "draw_count": gettext_lazy("Số đơn vị chọn"),
    "draw_method": gettext_lazy("Phương pháp chọn"),
    "seed_digest": gettext_lazy("Mã cam kết"),
    "seed": gettext_lazy("Chuỗi khởi tạo"),
    "public_source": gettext_lazy("Giá trị công khai dùng kèm"),
    "public_value": gettext_lazy("Giá trị công khai"),
    "picked": gettext_lazy("Đơn vị được chọn"),
    "member": gettext_lazy("Thành viên"),
    "team_part": gettext_lazy("Vai trò trong đoàn"),
    "self_report_due": gettext_lazy("Hạn gửi báo cáo tự kiểm tra"),
    "visits": gettext_lazy("Ngày làm việc"),
    "signed_on": gettext_lazy("Ngày ký"),
    "signed_for_team": gettext_lazy("Người ký phía đoàn"),
    "signed_for_unit": gettext_lazy("Người ký phía đơn vị"),
    "item": gettext_lazy("Mục"),
    "checklist_side": gettext_lazy("Bên ghi"),
    "checklist_result": gettext_lazy("Kết quả kiểm tra"),
    "strengths": gettext_lazy("Kết quả đạt được"),
    "requests": gettext_lazy("Kiến nghị"),
    "remedy_due": gettext_lazy("Hạn khắc phục"),
    "response_due": gettext_lazy("Hạn đơn vị có ý kiến"),
    "unit_response": gettext_lazy("Ý kiến của đơn vị"),
}
# Words that are stored as they stand in the program, by the key under which they are stored.
STORED_WORDS: Mapping[str, Mapping[str, Any]] = {
    "inspection_mode": {mode.value: mode.label for mode in Mode},
    "team_part": {part.value: part.label for part in TeamMember.Part},
    "checklist_side": {side.value: side.label for side in Side},
    "checklist_result": {result.value: result.label for result in Result},
    "unit_response": {kind.value: kind.label for kind in UnitResponse.Kind},
}
