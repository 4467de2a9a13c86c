"""What differs between two criteria sets."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from openpar.common.formats import format_maximum
from openpar.parindex.criteria.compare import Change, Pair, compare_sets
from openpar.parindex.criteria.models import CriteriaSet
from openpar.parindex.criteria.table import visible_sets
from openpar.web.criteria.common import the_set
from openpar.web.http import AuthenticatedRequest, actor, page


@dataclass(frozen=True)
class ShownChange:
    """One aspect in words, before and after."""

    aspect: str
    before: str
    after: str


@dataclass(frozen=True)
class ShownPair:
    """A line of both sets with what changed."""

    code: str
    title: str
    changes: tuple[ShownChange, ...]


@page("GET")
def compare(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """This set against an older one; by default the one it was copied from or replaces."""
    criteria_set = the_set(request, pk)
    visible = visible_sets(actor(request)).exclude(pk=pk)
    wanted = request.GET.get("with", "")
    older: CriteriaSet | None = None
    if wanted.isdecimal():
        older = get_object_or_404(visible, pk=int(wanted))
    else:
        origin = criteria_set.replaces_id or criteria_set.copied_from_id
        older = visible.filter(pk=origin).first() if origin else None
    found = compare_sets(older, criteria_set) if older else None
    others = [
        (
            str(each.pk),
            f"{each.year} · {each.title}" + (" (" + _("bộ tiêu chí mẫu") + ")" if each.is_sample else ""),
        )
        for each in visible.order_by("-year", "title")
    ]
    return render(
        request,
        "criteria/compare.html",
        {
            "set": criteria_set,
            "older": older,
            "found": found,
            "pairs": [_shown(pair) for pair in found.changed] if found else [],
            "others": others,
        },
    )


def _shown(pair: Pair) -> ShownPair:
    return ShownPair(
        pair.after.code, pair.after.title, tuple(_shown_change(change) for change in pair.changes)
    )


def _shown_change(change: Change) -> ShownChange:
    names = {
        "code": _("Mã"),
        "title": _("Tên"),
        "maximum": _("Điểm tối đa"),
        "scale": _("Cách tính điểm"),
        "printed_scale": _("Lời trong quyết định"),
        "scored_by": _("Người chấm"),
        "evidence": _("Tài liệu kiểm chứng"),
        "not_applicable": _("Không áp dụng"),
        "owner": _("Đơn vị chủ trì theo dõi"),
        "article": _("Căn cứ, điều khoản"),
        "note": _("Ghi chú"),
        "indicator": _("Chỉ tiêu số liệu tự động"),
    }
    return ShownChange(names[change.aspect], _text(change.before), _text(change.after))


def _text(value: str | Decimal) -> str:
    if isinstance(value, Decimal):
        return format_maximum(value)
    return value or "—"
