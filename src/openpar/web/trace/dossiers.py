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
    "dossiers.mapping_saved": gettext_lazy("Lưu cách ghép cột của nguồn hồ sơ"),
}
KEYS: Mapping[str, StrPromise] = {
    "hits": gettext_lazy("Số lỗi dữ liệu"),
    "columns": gettext_lazy("Cột của tệp"),
}
