"""The sheet as a whole: what is missing, handing it in, locking it, opening it again, who does which leaf."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role, RoleHeld
from openpar.common.errors import Gap, Refused
from openpar.parindex.assessments.actions.reopenings import ask_reopening
from openpar.parindex.assessments.actions.self_scoring import (
    assign_leaves,
    lock_sheet,
    send_back,
    submit_sheet,
)
from openpar.parindex.assessments.errors import UnknownLeaf
from openpar.parindex.assessments.models import Assessment, Reopening, RoundStage, SheetState
from openpar.parindex.assessments.permissions import may_coordinate_for_unit, may_lock
from openpar.parindex.assessments.queries.sheets import SheetView
from openpar.parindex.assessments.rules import why_not_alone, why_not_assigned, why_not_self_scoring
from openpar.web.assessments.frame import frame, seen_sheet
from openpar.web.assessments.trees import LeafRow, leaf_rows, progress_of, tree_of
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say, today
from openpar.web.seals.receipts import newest_receipt


@dataclass(frozen=True)
class Officer:
    """A division officer of the unit, with how many leaves are theirs."""

    id: int
    name: str
    leaves: int


@page("GET")
def overview(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    view = seen_sheet(request, pk)
    return _overview(request, view)


def _overview(request: AuthenticatedRequest, view: SheetView, error: Refused | None = None) -> HttpResponse:
    context = {
        **frame(request, view, page="submission"),
        **submission_context(request, view),
        "is_tree_page": False,
    }
    if error is None:
        return render(request, "assessments/submission.html", context)
    return refused(request, error, template="assessments/submission.html", context=context)


def submission_context(request: AuthenticatedRequest, view: SheetView) -> dict[str, Any]:
    """What the overview shows: gaps, the steps that are open to this person, why others are not."""
    who, at = actor(request), now()
    sheet, state = view.sheet, view.assessment.state
    base = reverse("assessment", args=[view.assessment.pk])
    gaps = tuple(replace(gap, link=f"{base}{gap.where}/") for gap in view.gaps)
    closed = why_not_self_scoring(sheet.window, state, at, reopened_until=sheet.reopened_until)
    open_state = SheetState.DRAFTING if state != SheetState.LOCKED else SheetState.LOCKED
    late = why_not_self_scoring(sheet.window, open_state, at, reopened_until=sheet.reopened_until)
    coordinates = may_coordinate_for_unit(who, view.assessment)
    is_head = may_lock(who, view.assessment)
    alone = why_not_alone(view.assessment.submitted_by_id, who.person_id)
    reopenings = _reopenings(view) if state == SheetState.LOCKED or sheet.reopened_until else ()
    return {
        "gaps": gaps,
        "gap_groups": _by_field(view, gaps),
        "progress": tuple(progress_of(view).values()),
        "guide": sheet.round.guide,
        "closed": closed,
        "offers_submit": coordinates and state == SheetState.DRAFTING,
        "why_not_submit": (closed,) if closed else gaps,
        "offers_lock": is_head and state == SheetState.AWAITING_HEAD,
        "why_not_lock": (late,) if late else (alone,) if alone else gaps,
        "offers_send_back": is_head and state == SheetState.AWAITING_HEAD,
        "waits_for_head": state == SheetState.AWAITING_HEAD and not is_head,
        "is_locked": state == SheetState.LOCKED,
        "receipt": newest_receipt(sheet.about) if state != SheetState.DRAFTING else None,
        # The reason of a step that was refused.
        "typed_reason": request.POST.get("reason", ""),
        "reopenings": reopenings,
        "offers_reopening": coordinates
        and state == SheetState.LOCKED
        and not any(one.granted_at is None and one.closed_at is None for one in reopenings)
        and sheet.round.stage in (RoundStage.SELF_SCORING, RoundStage.APPRAISAL),
        "to_explain": _to_explain(view, base),
        "explains": coordinates and sheet.round.stage == RoundStage.EXPLANATION,
    }


def _by_field(view: SheetView, gaps: Iterable[Gap]) -> tuple[tuple[str, tuple[Gap, ...]], ...]:
    """The gaps under the names of their fields."""
    found: dict[str, list[Gap]] = {}
    for gap in gaps:
        field = view.lines[gap.where].leaf.field_code
        found.setdefault(f"{field}. {view.criteria.titles[field]}", []).append(gap)
    return tuple((title, tuple(group)) for title, group in found.items())


def _to_explain(view: SheetView, base: str) -> tuple[LeafRow, ...]:
    """The leaves flagged or given other points, in the order of the table."""
    wanted = {line.leaf.code for line in view.to_explain}
    return leaf_rows(view, base=base, current="", only=wanted) if wanted else ()


def _reopenings(view: SheetView) -> tuple[Reopening, ...]:
    return tuple(view.assessment.reopenings.select_related("asked_by", "granted_by"))


@page("POST")
def submit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    return _step(
        request,
        pk,
        lambda: submit_sheet(assessment_id=pk, by=actor(request), at=now()),
        _("Đã trình thủ trưởng duyệt."),
    )


@page("POST")
def give_back(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _step(
        request,
        pk,
        lambda: send_back(assessment_id=pk, reason=reason, by=actor(request), at=now()),
        _("Đã trả lại phiếu để sửa."),
    )


@page("GET", "POST")
def lock(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Asks once more, naming the total and what locking means; then locks."""
    if request.method == "POST":
        return _step(
            request,
            pk,
            lambda: lock_sheet(assessment_id=pk, by=actor(request), at=now()),
            _("Đã duyệt và chốt phiếu tự chấm."),
        )
    view = seen_sheet(request, pk)
    if not may_lock(actor(request), view.assessment):
        raise Http404
    context = {**frame(request, view, page="submission"), **submission_context(request, view)}
    return render(request, "assessments/lock.html", context)


@page("POST")
def reopening(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _step(
        request,
        pk,
        lambda: ask_reopening(assessment_id=pk, reason=reason, by=actor(request), at=now()),
        _("Đã gửi đề nghị mở lại phiếu tới cơ quan quản lý kỳ."),
    )


def _step(request: AuthenticatedRequest, pk: int, act: Callable[[], object], said: str) -> HttpResponse:
    """One step of the whole sheet. Whoever may not see it gets 404, whoever may not take it the reasons."""
    view = seen_sheet(request, pk)
    try:
        act()
    except Refused as error:
        linked = [replace(gap, link=_link_of(view, gap)) for gap in error.gaps]
        return _overview(request, view, Refused(linked))
    say(request, said)
    return redirect("assessment-submission", pk)


def _link_of(view: SheetView, gap: Gap) -> str:
    if gap.where not in view.lines:
        return gap.link
    return reverse("assessment-leaf", args=[view.assessment.pk, gap.where])


@page("GET", "POST")
def assign(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Leaves ticked in the tree, handed to a division officer or taken back."""
    view = seen_sheet(request, pk)
    if not may_coordinate_for_unit(actor(request), view.assessment):
        raise Http404
    if request.method == "POST":
        try:
            said = _assign(request, view)
        except (Refused, Assessment.DoesNotExist) as error:
            gaps = error if isinstance(error, Refused) else UnknownLeaf(Gap("", str(error)))
            context = _assigning(request, view)
            return refused(request, gaps, template="assessments/assign.html", context=context)
        say(request, said)
        return redirect("assessment-assign", pk)
    return render(request, "assessments/assign.html", _assigning(request, view))


def _assign(request: AuthenticatedRequest, view: SheetView) -> str:
    ticked = set(request.POST.getlist("code"))
    fields = set(request.POST.getlist("field"))
    codes = [
        line.leaf.code
        for line in view.self_lines
        if line.leaf.code in ticked or line.leaf.field_code in fields
    ]
    if not codes:
        raise Refused(Gap("", _("Chưa chọn tiêu chí nào."), _("Đánh dấu tiêu chí hoặc cả lĩnh vực.")))
    chosen = request.POST.get("officer", "")
    if not chosen:
        raise Refused(Gap(_("Người được giao"), _("chưa chọn."), link="#id_officer"))
    officer_id = int(chosen) if chosen.isdigit() and len(chosen) < 18 else None
    assign_leaves(
        assessment_id=view.assessment.pk, codes=codes, officer_id=officer_id, by=actor(request), at=now()
    )
    if officer_id is None:
        return _("Đã thu lại %d tiêu chí.") % len(codes)
    return _("Đã giao %d tiêu chí.") % len(codes)


def _assigning(request: AuthenticatedRequest, view: SheetView) -> dict[str, Any]:
    around = frame(request, view, page="assign")
    ticked = set(request.POST.getlist("code"))
    return {
        **around,
        "open_tree": tree_of(view, base=around["base"], open_all=True),
        "self_codes": {line.leaf.code for line in view.self_lines},
        "ticked": ticked,
        "officers": _officers(view),
        "closed": why_not_assigned(view.sheet.round.stage),
    }


def _officers(view: SheetView) -> tuple[Officer, ...]:
    held = (
        RoleHeld.objects.as_of(today())
        .filter(
            organisation_id=view.assessment.organisation_id, role=Role.DIVISION_OFFICER, user__is_active=True
        )
        .order_by("user__name_sort")
        .values_list("user_id", "user__full_name")
        .distinct()
    )
    leaves = [line.officer_id for line in view.lines.values()]
    return tuple(Officer(id_, name, leaves.count(id_)) for id_, name in held)
