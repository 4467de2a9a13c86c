"""The words of the trace for findings and review conferences: verbs and keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from openpar.reform.findings.models import Cause, Extension, FindingState, FoundBy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

VERBS: Mapping[str, StrPromise] = {
    "finding.added": gettext_lazy("Ghi nhận tồn tại, hạn chế"),
    "finding.classified": gettext_lazy("Phân loại tồn tại, hạn chế"),
    "finding.planned": gettext_lazy("Lập kế hoạch khắc phục"),
    "finding.reported": gettext_lazy("Báo cáo khắc phục"),
    "finding.closed": gettext_lazy("Xác nhận đã khắc phục"),
    "finding.sent_back": gettext_lazy("Yêu cầu khắc phục tiếp"),
    "finding.extension_asked": gettext_lazy("Xin gia hạn khắc phục"),
    "finding.extension_decided": gettext_lazy("Quyết định gia hạn khắc phục"),
    "conference.held": gettext_lazy("Ghi nhận hội nghị rút kinh nghiệm"),
    "conference.ordered": gettext_lazy("Hội nghị giao nhiệm vụ"),
}
KEYS: Mapping[str, StrPromise] = {
    "finding_state": gettext_lazy("Trạng thái"),
    "extension_state": gettext_lazy("Đề nghị gia hạn"),
    "documents": gettext_lazy("Tài liệu số"),
    "task": gettext_lazy("Nhiệm vụ số"),
    "deadline": gettext_lazy("Hạn"),
    "findings": gettext_lazy("Tồn tại, hạn chế"),
    "found_by": gettext_lazy("Nguồn"),
    "remedy": gettext_lazy("Biện pháp khắc phục"),
    "leaf": gettext_lazy("Tiêu chí"),
    "cause": gettext_lazy("Nguyên nhân"),
    "division": gettext_lazy("Phòng chịu trách nhiệm"),
    "wanted_until": gettext_lazy("Xin gia hạn đến"),
    "held_on": gettext_lazy("Ngày tổ chức"),
    "minutes": gettext_lazy("Biên bản"),
}
# Words that are stored as they stand in the program, by the key under which they are stored.
STORED_WORDS: Mapping[str, Mapping[str, Any]] = {
    "finding_state": {state.value: state.label for state in FindingState},
    "extension_state": {state.value: state.label for state in Extension.State},
    "found_by": {one.value: one.label for one in FoundBy},
    "cause": {one.value: one.label for one in Cause},
}
