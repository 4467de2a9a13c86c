"""The words of the trace for models, initiatives and the registers: verbs, keys, stored values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from openpar.reform.initiatives.models import Evaluation, Level, Measurement

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VERBS: Mapping[str, StrPromise] = {
    "initiative.proposed": gettext_lazy("Nhập mô hình, sáng kiến"),
    "initiative.changed": gettext_lazy("Sửa thông tin mô hình, sáng kiến"),
    "initiative.recognised": gettext_lazy("Ghi nhận công nhận"),
    "initiative.started": gettext_lazy("Bắt đầu triển khai"),
    "initiative.stopped": gettext_lazy("Dừng mô hình, sáng kiến"),
    "initiative.measure_added": gettext_lazy("Thêm chỉ số so sánh"),
    "initiative.measured": gettext_lazy("Ghi số liệu trước, sau"),
    "initiative.evaluated": gettext_lazy("Đánh giá theo kỳ"),
    "initiative.replicated": gettext_lazy("Ghi đơn vị nhân rộng"),
    "initiative.contest_entered": gettext_lazy("Ghi việc dự thi"),
    "initiative.awarded": gettext_lazy("Ghi kết quả hội thi"),
    "initiative.target_set": gettext_lazy("Nhập chỉ tiêu sáng kiến"),
    "monitor.saved": gettext_lazy("Nhập sổ theo dõi"),
    "monitor.withdrawn": gettext_lazy("Bỏ mục khỏi sổ theo dõi"),
}
KEYS: Mapping[str, StrPromise] = {
    "said": gettext_lazy("Nội dung ghi"),
    "council": gettext_lazy("Hội đồng"),
    "recognised_on": gettext_lazy("Ngày công nhận"),
    "started_on": gettext_lazy("Bắt đầu"),
    "stopped_on": gettext_lazy("Dừng"),
    "replicated_on": gettext_lazy("Áp dụng từ ngày"),
    "agency": gettext_lazy("Đơn vị"),
    "scope": gettext_lazy("Phạm vi"),
    "measure": gettext_lazy("Chỉ số"),
    "side": gettext_lazy("Trước hay sau"),
    "measured_figure": gettext_lazy("Số liệu"),
    "verdict": gettext_lazy("Kết quả đánh giá"),
    "advice": gettext_lazy("Đề nghị"),
    "contest": gettext_lazy("Hội thi"),
    "award": gettext_lazy("Giải thưởng"),
    "planned": gettext_lazy("Chỉ tiêu"),
}
STORED_WORDS: Mapping[str, Mapping[str, Any]] = {
    "verdict": {one.value: one.label for one in Evaluation.Verdict},
    "advice": {one.value: one.label for one in Evaluation.Advice},
    "level": {one.value: one.label for one in Level},
    "side": {one.value: one.label for one in Measurement.Side},
}
