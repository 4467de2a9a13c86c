"""The list of sheets, the way into one, and its printed form."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.common.formats import days_left_words, format_deadline, format_moment, last_day_before
from openpar.parindex.assessments.models import RoundBlock, RoundStage, SheetState
from openpar.parindex.assessments.permissions import oversees
from openpar.parindex.assessments.queries.sheet_lists import SheetRow, rows_of, sheets_for
from openpar.web.assessments.frame import SHEET_STATES, frame, seen_sheet
from openpar.web.assessments.printing import printed_sheet
from openpar.web.assessments.submission import submission_context
from openpar.web.components.paging import slice_of
from openpar.web.http import AuthenticatedRequest, actor, now, page


@page("GET")
def sheets(request: AuthenticatedRequest) -> HttpResponse:
    who, at = actor(request), now()
    block, search = request.GET.get("block", ""), request.GET.get("q", "")
    found = sheets_for(who, at, block=block, search=search)
    slice = slice_of(request, found)
    rows = rows_of(slice.items, who)
    context = {
        "slice": slice,
        "rounds": [
            {
                "title": title,
                "stage": stage.label,
                "deadline": _deadline(stage, closes_at),
                "rows": list(group),
            }
            for (_id, title, stage, closes_at), group in groupby(rows, key=_round_of)
        ],
        "oversees": oversees(who),
        "blocks": _blocks() if oversees(who) else [],
        "block": block,
        "search": search,
        "states": {state: (SHEET_STATES[state], state.label) for state in SheetState},
        "base": reverse("assessments"),
        "shows_units": oversees(who) or len({row.unit_name for row in rows}) > 1,
    }
    return render(request, "assessments/sheets.html", context)


def _round_of(row: SheetRow) -> tuple[int, str, RoundStage, datetime | None]:
    return row.round_id, row.round_title, row.stage, row.closes_at


def _deadline(stage: RoundStage, closes_at: datetime | None) -> str:
    """When the running phase ends, where it is the unit's turn."""
    if closes_at is None or stage not in (RoundStage.SELF_SCORING, RoundStage.EXPLANATION):
        return ""
    if now() >= closes_at:
        return _("Đã hết hạn lúc %s") % format_moment(closes_at)
    left = days_left_words(last_day_before(closes_at), timezone.localdate(now()))
    return _("Hạn %(until)s, %(left)s") % {"until": format_deadline(closes_at), "left": left}


def _blocks() -> list[tuple[str, str]]:
    return list(
        RoundBlock.objects.order_by("block__position", "block__code")
        .values_list("block__code", "block__name")
        .distinct()
    )


@page("GET")
def sheet(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The tree, and beside it how the sheet stands; on the phone the tree alone."""
    view = seen_sheet(request, pk)
    context = {**frame(request, view), **submission_context(request, view), "is_tree_page": True}
    return render(request, "assessments/submission.html", context)


@page("GET")
def printed(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The whole sheet on paper, A4 across."""
    view = seen_sheet(request, pk)
    context = {**frame(request, view, page="print"), "printed": printed_sheet(view), "at": now()}
    return render(request, "assessments/print.html", context)
