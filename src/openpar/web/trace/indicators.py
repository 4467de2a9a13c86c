"""The trace of indicators in words: verbs, keys and stored words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from openpar.parindex.indicators.models import IndicatorValue, IndicatorVersion

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VERBS: Mapping[str, StrPromise] = {
    "indicator.version_issued": gettext_lazy("Ban hành phiên bản chỉ tiêu"),
    "indicator.version_ended": gettext_lazy("Kết thúc phiên bản chỉ tiêu"),
    "indicator.value_computed": gettext_lazy("Tính số liệu từ dữ liệu"),
    "indicator.value_reported": gettext_lazy("Báo cáo số liệu"),
    "indicator.value_imported": gettext_lazy("Nhập số liệu từ tệp"),
}
KEYS: Mapping[str, StrPromise] = {
    "measured_unit": gettext_lazy("Đơn vị tính"),
    "numerator_label": gettext_lazy("Tử số là"),
    "denominator_label": gettext_lazy("Mẫu số là"),
    "numerator_counts": gettext_lazy("Số đếm của tử số"),
    "denominator_counts": gettext_lazy("Số đếm của mẫu số"),
    "inclusion": gettext_lazy("Cách tính vào"),
    "legal_source": gettext_lazy("Căn cứ"),
    "calendar": gettext_lazy("Lịch"),
    "period_kind": gettext_lazy("Kỳ"),
    "period": gettext_lazy("Kỳ số"),
    "cut_off_month": gettext_lazy("Chốt cuối tháng"),
    "dataset": gettext_lazy("Tập dữ liệu"),
    "basis": gettext_lazy("Tính theo tháng"),
    "value_state": gettext_lazy("Tình trạng số liệu"),
    "facts_sha256": gettext_lazy("Dấu của dữ liệu"),
    "batch": gettext_lazy("Lô số"),
    "figure": gettext_lazy("Số liệu số"),
}
STORED_WORDS: Mapping[str, Mapping[str, Any]] = {
    "calendar": {one.value: one.label for one in IndicatorVersion.CalendarOf},
    "period_kind": {one.value: one.label for one in IndicatorVersion.Kind},
    "value_state": {one.value: one.label for one in IndicatorValue.State},
}
