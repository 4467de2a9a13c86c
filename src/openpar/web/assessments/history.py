"""Who did what to a sheet or a leaf: the trace, as far as its reader may see the points in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openpar.base.audit.queries import Difference, Told, history_about
from openpar.common.formats import format_decimal, format_moment
from openpar.engine.answers import Answer, BadAnswer
from openpar.parindex.assessments.models import Adjustment, SheetState
from openpar.parindex.assessments.queries.sheets import SheetView
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.web.assessments.facts import facts_of
from openpar.web.assessments.frame import frame, seen_sheet
from openpar.web.components.paging import slice_of
from openpar.web.http import AuthenticatedRequest, page

VERBS = {
    "score.self_saved": gettext_lazy("Lưu điểm tự chấm"),
    "score.opened": gettext_lazy("Mở tiêu chí để gắn tài liệu"),
    "score.explained": gettext_lazy("Lưu giải trình"),
    "score.appraised": gettext_lazy("Thẩm định"),
    "score.reappraised": gettext_lazy("Thẩm định lần 2"),
    "score.outside_recorded": gettext_lazy("Nhập kết quả từ bên ngoài"),
    "evidence.attached": gettext_lazy("Gắn tài liệu"),
    "evidence.detached": gettext_lazy("Gỡ tài liệu"),
    "sheet.leaves_assigned": gettext_lazy("Phân công tiêu chí"),
    "sheet.submitted": gettext_lazy("Trình thủ trưởng"),
    "sheet.sent_back": gettext_lazy("Thủ trưởng trả lại"),
    "sheet.locked": gettext_lazy("Duyệt và chốt phiếu"),
    "sheet.locked_automatically": gettext_lazy("Tự động chốt khi hết hạn"),
    "sheet.reopening_asked": gettext_lazy("Đề nghị mở lại phiếu"),
    "sheet.reopened": gettext_lazy("Mở lại phiếu"),
    "sheet.reopening_refused": gettext_lazy("Không chấp thuận mở lại"),
    "bonus.claimed": gettext_lazy("Đề nghị điểm thưởng"),
    "penalty.recorded": gettext_lazy("Nhập điểm trừ"),
    "adjustment.decided": gettext_lazy("Quyết định điểm thưởng, điểm trừ"),
}
_KEYS = {
    "points": gettext_lazy("Điểm"),
    "given_points": gettext_lazy("Điểm cho khác"),
    "note": gettext_lazy("Giải trình, lý do"),
    "answer": gettext_lazy("Số liệu"),
    "self_total": gettext_lazy("Tổng điểm tự chấm"),
    "pointer": gettext_lazy("Mục, trang"),
    "codes": gettext_lazy("Tiêu chí"),
    "ground": gettext_lazy("Căn cứ"),
    "open_until": gettext_lazy("Mở đến"),
    "state": gettext_lazy("Trạng thái"),
}
_STATES: dict[str, Any] = {
    **{state.value: state.label for state in SheetState},
    **{state.value: state.label for state in Adjustment.State},
}
_NUMBERS = ("points", "given_points", "self_total")
# Told of bonus and penalty only with the appraisal.
_WITH_APPRAISAL = ("penalty.recorded", "adjustment.decided")


@dataclass(frozen=True)
class Change:
    """One value before and after, as people read it; "" where there was none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Event:
    """One entry of the trace."""

    at: datetime
    who: str
    what: str
    label: str
    reason: str
    changes: tuple[Change, ...]


@page("GET")
def of_sheet(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    view = seen_sheet(request, pk)
    slice = slice_of(request, tuple(reversed(_told(view))))
    leaves = _leaves_by_object(view)
    context = {
        **frame(request, view, page="history"),
        "slice": slice,
        "events": [_event(told, leaves.get(told.object)) for told in slice.items],
        "leaf": None,
    }
    return render(request, "assessments/history.html", context)


@page("GET")
def of_leaf(request: AuthenticatedRequest, pk: int, code: str) -> HttpResponse:
    view = seen_sheet(request, pk)
    if code not in view.lines:
        raise Http404
    leaf = view.lines[code].leaf
    objects = {key for key, found in _leaves_by_object(view).items() if found.code == code}
    told = [one for one in reversed(_told(view)) if one.object in objects]
    slice = slice_of(request, told)
    context = {
        **frame(request, view, current=code),
        "slice": slice,
        "events": [_event(one, leaf) for one in slice.items],
        "leaf": leaf,
    }
    return render(request, "assessments/history.html", context)


def _told(view: SheetView) -> tuple[Told, ...]:
    """The story of the sheet without what its reader may not know yet."""
    visible = set(_leaves_by_object(view))
    return tuple(told for told in history_about(view.sheet.about) if _is_shown(told, view, visible))


def _is_shown(told: Told, view: SheetView, visible: set[str]) -> bool:
    if told.object.startswith("score:"):
        return told.object in visible
    return view.shown.appraised or told.verb not in _WITH_APPRAISAL


def _leaves_by_object(view: SheetView) -> dict[str, LoadedLeaf]:
    """ "score:12" → its leaf, for the scores that the reader may see; they are loaded already."""
    return {f"score:{score.pk}": line.leaf for line in view.lines.values() for score in line.scores.values()}


def _event(told: Told, leaf: LoadedLeaf | None) -> Event:
    reason = told.reason if not any(one.key == "note" for one in told.differences) else ""
    return Event(
        at=told.at,
        who=told.actor_name,
        what=str(VERBS.get(told.verb, told.verb)),
        label=told.label,
        reason=reason,
        changes=tuple(
            _change(one, leaf) for one in told.differences if one.key in _KEYS and (one.before or one.after)
        ),
    )


def _change(difference: Difference, leaf: LoadedLeaf | None) -> Change:
    return Change(
        label=str(_KEYS[difference.key]),
        before=_words(difference.key, difference.before, leaf),
        after=_words(difference.key, difference.after, leaf),
    )


def _words(key: str, value: Any, leaf: LoadedLeaf | None) -> str:
    if value is None or value == "":
        return ""
    if key == "answer" and isinstance(value, Mapping):
        return _answer_words(value, leaf)
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if key in _NUMBERS:
        return format_decimal(Decimal(str(value)), trim=True)
    if key == "open_until":
        return format_moment(datetime.fromisoformat(str(value)))
    return str(_STATES.get(str(value), value)) if key == "state" else str(value)


def _answer_words(found: Mapping[str, object], leaf: LoadedLeaf | None) -> str:
    """The figures under the names that the rule gives them."""
    if leaf is None:
        return ""
    try:
        facts = facts_of(leaf, Answer.from_json(found))
    except BadAnswer:
        return _("không đọc được")
    return "; ".join(f"{label}: {value}" for label, value in facts)
