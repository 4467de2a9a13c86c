"""What stands around every page of a sheet: the bar with deadline and totals, the tree, the ways on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.common.formats import days_left_words, format_deadline, last_day_before
from openpar.parindex.assessments.models import Assessment, RoundStage, SheetState
from openpar.parindex.assessments.permissions import (
    may_coordinate_for_unit,
    may_lock,
)
from openpar.parindex.assessments.queries.sheets import SheetView, maximum_of, own_total, sheet_view
from openpar.parindex.assessments.rules import why_not_assigned
from openpar.parindex.assessments.sheets import Sheet
from openpar.web.assessments.trees import is_explaining, leaf_rows, tree_of
from openpar.web.http import AuthenticatedRequest, actor, now

SHEET_STATES = {
    SheetState.DRAFTING: "draft",
    SheetState.AWAITING_HEAD: "waiting",
    SheetState.LOCKED: "locked",
}


@dataclass(frozen=True)
class Bar:
    """The sticky line of context: where, until when, how far, how many points."""

    title: str
    deadline: str
    done: int
    total: int
    self_total: Decimal | None
    appraised_total: Decimal | None
    shows_appraised: bool
    maximum: Decimal
    state: str
    state_label: str


@dataclass(frozen=True)
class Link:
    """A page of the sheet beside the tree."""

    label: str
    address: str
    drawing: str
    is_current: bool = False


@dataclass(frozen=True)
class FirstLeaves:
    """Leaves that stand above the tree for this reader, and why."""

    title: str
    codes: frozenset[str]


def seen_sheet(request: AuthenticatedRequest, pk: int) -> SheetView:
    """The sheet as the person who asks may see it; a stranger gets 404."""
    try:
        return sheet_view(actor(request), pk, now())
    except Assessment.DoesNotExist:
        raise Http404 from None


def frame(
    request: AuthenticatedRequest, view: SheetView, *, current: str = "", page: str = ""
) -> dict[str, Any]:
    """What templates/assessments/sheet_base.html asks for."""
    who = actor(request)
    base = reverse("assessment", args=[view.assessment.pk])
    first = first_leaves(view, who)
    tree = tree_of(view, base=base, current=current, first=first.codes)
    return {
        "view": view,
        "base": base,
        "bar": bar_of(view, now()),
        "first_title": first.title,
        "first": leaf_rows(view, base=base, current=current, only=first.codes) if first.codes else (),
        "tree": tree,
        "links": links_of(view, who, base, page),
        "button": button_of(view, who, base),
        "current": current,
    }


def bar_of(view: SheetView, at: datetime) -> Bar:
    sheet = view.sheet
    return Bar(
        title=f"{view.sheet.unit_name} · {sheet.round.title}",
        deadline=deadline_words(sheet, at),
        done=view.done,
        total=view.total,
        self_total=view.own_total,
        appraised_total=None if view.appraised is None else view.appraised.total,
        shows_appraised=view.shown.appraised,
        maximum=view.criteria.engine.maximum,
        state=SHEET_STATES[SheetState(view.assessment.state)],
        state_label=str(SheetState(view.assessment.state).label),
    )


def bar_after_saving(sheet: Sheet, at: datetime) -> Bar:
    """The same from the standings that the save has renewed, without another query."""
    assessment = sheet.assessment
    return Bar(
        title="",
        deadline=deadline_words(sheet, at),
        done=assessment.self_count,
        total=len(sheet.criteria.self_leaves),
        self_total=own_total(assessment),
        appraised_total=None,
        shows_appraised=False,
        maximum=maximum_of(assessment),
        state=SHEET_STATES[SheetState(assessment.state)],
        state_label=str(SheetState(assessment.state).label),
    )


def deadline_words(sheet: Sheet, at: datetime) -> str:
    """“Tự đánh giá, chấm điểm: hạn 17:00 ngày 30/11/2026, còn 9 ngày”."""
    stage = RoundStage(sheet.round.stage)
    today = timezone.localdate(at)
    if sheet.reopened_until is not None and at < sheet.reopened_until:
        until = sheet.reopened_until
        return _("Mở lại đến %(until)s, %(left)s") % {
            "until": format_deadline(until),
            "left": days_left_words(last_day_before(until), today),
        }
    closes = sheet.window.closes_at
    if stage not in (RoundStage.SELF_SCORING, RoundStage.EXPLANATION) or closes is None:
        return str(stage.label)
    left = _("đã hết hạn") if at >= closes else days_left_words(last_day_before(closes), today)
    return _("%(stage)s: hạn %(until)s, %(left)s") % {
        "stage": stage.label,
        "until": format_deadline(closes),
        "left": left,
    }


def is_division_officer(who: Actor, assessment: Assessment) -> bool:
    """Works on the leaves handed to them, and on no others."""
    return who.has(Role.DIVISION_OFFICER, assessment.organisation_id) and not may_coordinate_for_unit(
        who, assessment
    )


def first_leaves(view: SheetView, who: Actor) -> FirstLeaves:
    """What stands above the tree: the leaves to be explained, or those handed to a division officer."""
    if is_explaining(view):
        return FirstLeaves(
            _("Khác điểm hoặc cần giải trình"),
            frozenset(
                line.leaf.code for line in view.lines.values() if line.may_be_explained or line.is_corrected
            ),
        )
    if is_division_officer(who, view.assessment):
        mine = (code for code, line in view.lines.items() if line.officer_id == who.id)
        return FirstLeaves(_("Giao cho tôi"), frozenset(mine))
    return FirstLeaves("", frozenset())


def links_of(view: SheetView, who: Actor, base: str, page: str) -> tuple[Link, ...]:
    """The pages of a sheet besides its leaves."""
    found = [Link(_("Tổng quan"), f"{base}submission/", "list-check", page == "submission")]
    if may_coordinate_for_unit(who, view.assessment) and not why_not_assigned(view.sheet.round.stage):
        found.append(Link(_("Phân công"), f"{base}assign/", "users", page == "assign"))
    found.append(Link(_("Điểm thưởng"), f"{base}bonus/", "award", page == "bonus"))
    found.append(Link(_("Lịch sử"), f"{base}history/", "history", page == "history"))
    found.append(Link(_("Bản in"), f"{base}print/", "printer", page == "print"))
    others = [(_("Báo cáo tự chấm"), "assessment-report", "file-text")]
    if may_coordinate_for_unit(who, view.assessment) and view.assessment.state == SheetState.DRAFTING:
        others.append((_("Nhập từ Excel"), "sheet-upload", "table"))
    for label, name, drawing in others:
        address = optional_address(name, view.assessment.pk)
        if address:
            found.append(Link(label, address, drawing))
    return tuple(found)


def button_of(view: SheetView, who: Actor, base: str) -> Link | None:
    """The next step of the whole sheet, for whom it is theirs."""
    state = view.assessment.state
    if state == SheetState.DRAFTING and view.sheet.round.stage == RoundStage.PREPARATION:
        return None
    if state == SheetState.DRAFTING and may_coordinate_for_unit(who, view.assessment):
        return Link(_("Kiểm tra và trình"), f"{base}submission/", "send")
    if state == SheetState.AWAITING_HEAD and may_lock(who, view.assessment):
        return Link(_("Duyệt và chốt"), f"{base}submission/", "lock")
    return None


def optional_address(name: str, *args: object) -> str:
    """The address of a page that may not exist; then ""."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
