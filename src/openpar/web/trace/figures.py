"""The words of the trace for reported figures: verbs, keys and stored values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VERBS: Mapping[str, StrPromise] = {
    "figures.opened": gettext_lazy("Lập phiếu số liệu"),
    "figures.head_changed": gettext_lazy("Sửa cách tính của phiếu số liệu"),
    "figures.saved": gettext_lazy("Nhập số liệu"),
    "figures.brought_in": gettext_lazy("Nạp số liệu từ tệp"),
    "figures.filled": gettext_lazy("Lấy số liệu từ nguồn đã đếm"),
    "figures.explained": gettext_lazy("Giải trình chỗ lệch của số liệu"),
    "figures.signed": gettext_lazy("Ký số liệu"),
    "figures.returned": gettext_lazy("Trả lại số liệu"),
    "figures.revised": gettext_lazy("Lập bản sửa đổi số liệu"),
    "figures.discarded": gettext_lazy("Bỏ bản số liệu đang lập"),
    "figures.evaluated": gettext_lazy("Nhập số liệu đánh giá TT 01/2018"),
}
KEYS: Mapping[str, StrPromise] = {
    "cells": gettext_lazy("Ô"),
    "gaps": gettext_lazy("Chỗ lệch"),
    "revision": gettext_lazy("Bản số"),
    "explained": gettext_lazy("Số chỗ đã giải trình"),
    "form_version": gettext_lazy("Phiên bản biểu"),
    "placement": gettext_lazy("Cách đặt hồ sơ không có cột"),
    "until_on": gettext_lazy("Số liệu đến hết ngày"),
    "tallies": gettext_lazy("Số phiếu theo mức điểm"),
    "figures": gettext_lazy("Số liệu của đơn vị"),
}
