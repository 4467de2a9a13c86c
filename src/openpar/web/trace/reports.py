"""The words of the trace for periodic reports: verbs, keys and stored values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VERBS: Mapping[str, StrPromise] = {
    "report.opened": gettext_lazy("Lập báo cáo"),
    "report.cut_off_changed": gettext_lazy("Sửa ngày chốt số liệu của báo cáo"),
    "report.computed": gettext_lazy("Tính lại số liệu báo cáo"),
    "report.figures_saved": gettext_lazy("Nhập số liệu báo cáo"),
    "report.figures_brought_in": gettext_lazy("Nạp số liệu báo cáo từ tệp"),
    "report.explained": gettext_lazy("Giải trình số liệu báo cáo"),
    "report.text_saved": gettext_lazy("Viết nội dung báo cáo"),
    "report.text_drafted": gettext_lazy("Soạn lại dự thảo báo cáo"),
    "report.submitted": gettext_lazy("Ký gửi báo cáo"),
    "report.returned": gettext_lazy("Trả lại báo cáo"),
    "report.accepted": gettext_lazy("Tiếp nhận báo cáo"),
    "report.revised": gettext_lazy("Lập bản sửa đổi báo cáo"),
    "report.signed_attached": gettext_lazy("Gắn văn bản đã ký của báo cáo"),
    "report.locked": gettext_lazy("Chốt số liệu kỳ báo cáo"),
    "report.discarded": gettext_lazy("Bỏ bản báo cáo đang soạn"),
}
KEYS: Mapping[str, StrPromise] = {
    "appendix_version": gettext_lazy("Phiên bản phụ lục"),
    "section": gettext_lazy("Phần"),
    "drafted": gettext_lazy("Dự thảo"),
    "working_days_late": gettext_lazy("Số ngày làm việc muộn"),
    "reports": gettext_lazy("Số báo cáo"),
    "missing": gettext_lazy("Chưa có báo cáo"),
}
