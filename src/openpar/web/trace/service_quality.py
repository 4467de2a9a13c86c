"""The trace of the service-quality index in words; the keys of its entries are the ids of indicators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VERBS: Mapping[str, StrPromise] = {
    "index.stated": gettext_lazy("Nhập số liệu chỉ số phục vụ"),
    "index.brought_in": gettext_lazy("Nạp số liệu chỉ số phục vụ từ tệp"),
    "index.counted": gettext_lazy("Đếm số liệu chỉ số phục vụ"),
    "index.portal_brought_in": gettext_lazy("Nạp điểm của Cổng Dịch vụ công quốc gia"),
}
KEYS: Mapping[str, StrPromise] = {
    "unchanged": gettext_lazy("Số giữ nguyên"),
    "kept": gettext_lazy("Số người nhập, giữ lại"),
    "withdrawn": gettext_lazy("Số không còn"),
}
