"""The words of the trace for dossiers: verbs and keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VERBS: Mapping[str, StrPromise] = {
    "dossiers.imported": gettext_lazy("Nạp danh sách hồ sơ"),
    "dossiers.judged": gettext_lazy("Tính lại hồ sơ đến hạn"),
    "dossiers.due_moved": gettext_lazy("Tính lại hạn hồ sơ theo lịch mới"),
    "dossiers.mapping_saved": gettext_lazy("Lưu cách ghép cột của nguồn hồ sơ"),
    "dossiers.mapping_forgotten": gettext_lazy("Bỏ cách ghép cột của nguồn hồ sơ"),
}
KEYS: Mapping[str, StrPromise] = {
    "dossiers": gettext_lazy("Hồ sơ"),
    "batches": gettext_lazy("Lô và dòng"),
    "rows_erased": gettext_lazy("Số dòng dữ liệu cá nhân đã xóa"),
    "hits": gettext_lazy("Số lỗi dữ liệu"),
    "moved": gettext_lazy("Số hồ sơ đổi hạn"),
    "columns": gettext_lazy("Cột của tệp"),
}
