"""The checklist on a phone: each answer is saved by itself, kept in the browser until it is acknowledged.

A program asks with `Accept: application/json` and gets the version saved, or 409 with the one that is stored;
without a script every line is a form with a button of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.documents.actions import add_document
from openpar.base.documents.permissions import owners_added_to_by
from openpar.base.documents.queries import documents_of_owners
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from openpar.common.formats import format_moment
from openpar.reform.inspections.actions.answers import (
    answering_gaps,
    attach_to_answer,
    detach_from_answer,
    return_self_report,
    save_answer,
    self_report_gaps,
    send_self_report,
)
from openpar.reform.inspections.actions.shared import is_in_team
from openpar.reform.inspections.errors import StaleInspection
from openpar.reform.inspections.models import (
    AnswerEvidence,
    CaseState,
    ChecklistAnswer,
    InspectedUnit,
    Result,
    Side,
)
from openpar.reform.inspections.permissions import agencies_of
from openpar.reform.inspections.queries.checklists import checklist_view, visible_unit
from openpar.web.components.documents import read_particulars
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say, today
from openpar.web.inspections.common import frame, whole_of

_PAGE = "inspections/checklist.html"
_RECENT = 30
RESULT_PILLS = {
    Result.MET: "done",
    Result.PARTLY: "warning",
    Result.NOT_MET: "bad",
    Result.NOT_APPLICABLE: "ended",
}


@dataclass(frozen=True)
class Typed:
    """What somebody typed at a line that was refused, and what is stored there."""

    item: str
    result: str
    text: str
    stored: ChecklistAnswer | None = None


@page("GET", "POST")
def checklist(request: AuthenticatedRequest, unit_id: int) -> HttpResponse:
    """What the team observes, line by line, beside what the unit says of itself."""
    return _page(request, unit_id, Side.TEAM)


@page("GET", "POST")
def self_report(request: AuthenticatedRequest, unit_id: int) -> HttpResponse:
    """What the unit says of itself, line by line."""
    return _page(request, unit_id, Side.UNIT)


def _page(request: AuthenticatedRequest, unit_id: int, side: Side) -> HttpResponse:
    unit = _seen(request, unit_id, side)
    if request.method == "GET":
        return render(request, _PAGE, _context(request, unit, side))
    wants_json = "application/json" in request.headers.get("Accept", "")
    item = request.POST.get("item", "")[:20]
    result, text = request.POST.get("result", ""), request.POST.get("text", "")
    try:
        answer = save_answer(
            by=actor(request),
            at=now(),
            unit_id=unit_id,
            side=side,
            item=item,
            result=result,
            text=text,
            expected_version=whole_of(request, "version") or 0,
        )
    except StaleInspection as error:
        stored = unit.answers.select_related("saved_by").filter(side=side, item=item).first()
        if wants_json:
            return JsonResponse(_stale(error, stored), status=409)
        typed = Typed(item, result, text, stored)
        return refused(
            request, error, template=_PAGE, context=_context(request, unit, side, typed), status=409
        )
    except Refused as error:
        if wants_json:
            return JsonResponse({"said": str(error)}, status=422)
        typed = Typed(item, result, text)
        return refused(request, error, template=_PAGE, context=_context(request, unit, side, typed))
    if wants_json:
        return JsonResponse(_saved(answer))
    say(request, _("Đã lưu nội dung %s.") % item)
    return redirect(f"{request.path}#item-{item}")


def _saved(answer: ChecklistAnswer) -> dict[str, object]:
    saved = format_moment(answer.saved_at)
    return {"version": answer.version, "said": _("đã lưu lúc %s") % saved}


def _stale(error: Refused, stored: ChecklistAnswer | None) -> dict[str, object]:
    """Both sides can be shown: what is stored, by whom and since when."""
    if stored is None:
        return {"said": str(error), "version": 0, "result": "", "text": "", "by": "", "at": ""}
    return {
        "said": str(error),
        "version": stored.version,
        "result": stored.result,
        "label": str(Result(stored.result).label) if stored.result else "—",
        "text": stored.text,
        "by": stored.saved_by.full_name,
        "at": format_moment(stored.saved_at),
    }


def _seen(request: AuthenticatedRequest, unit_id: int, side: Side) -> InspectedUnit:
    """The unit for somebody who sees this side of its checklist; 404 for everybody else."""
    unit = visible_unit(actor(request), unit_id)
    if unit is None:
        raise Http404
    is_own = unit.organisation_id in agencies_of(actor(request))
    is_told = unit.minutes_id is not None or unit.inspection.state in (
        CaseState.CONCLUDED,
        CaseState.CLOSED,
    )
    if side == Side.TEAM and is_own and not is_told:
        raise Http404
    return unit


def _context(
    request: AuthenticatedRequest, unit: InspectedUnit, side: Side, typed: Typed | None = None
) -> dict[str, object]:
    who = actor(request)
    view = checklist_view(who, unit, today())
    gaps = answering_gaps(who, unit, side, now())
    own = {line.item.code: line.of(side) for line in view.lines()}
    answered = sum(1 for found in own.values() if found is not None and found.answer.result)
    other = Side.UNIT if side == Side.TEAM else Side.TEAM
    may_answer = not gaps
    return {
        **frame(request, "inspections"),
        "view": view,
        "unit": unit,
        "case": unit.inspection,
        "side": side,
        "side_label": side.label,
        "other_label": other.label,
        "other": {line.item.code: line.of(other) for line in view.lines()},
        "own": own,
        "answered": answered,
        "total": len(own),
        "may_answer": may_answer,
        "closed_because": gaps[0] if gaps and gaps[0].code != "not-allowed" else None,
        "results": Result.choices,
        "result_pills": RESULT_PILLS,
        "result_labels": dict(Result.choices),
        "papers": _papers(who) if may_answer else [],
        "typed": typed,
        "send_gaps": self_report_gaps(unit) if side == Side.UNIT and may_answer else None,
        "may_return": side == Side.UNIT
        and is_in_team(who, unit.inspection)
        and unit.self_report_sent_at is not None
        and unit.inspection.state in (CaseState.NOTIFIED, CaseState.WORKING)
        and unit.minutes_id is None,
        "person_id": who.person_id,
        "address": request.path,
        "prefix": reverse("inspection", args=[unit.inspection_id]),
        "evidence_address": reverse("inspection-evidence", args=[unit.pk]),
    }


def _papers(who: Actor) -> list[tuple[int, str]]:
    found = documents_of_owners(owners_added_to_by(who))[:_RECENT]
    return [(one.pk, f"{one.number or one.file_name or '—'} – {one.title}"[:140]) for one in found]


@page("POST")
def attach(request: AuthenticatedRequest, unit_id: int) -> HttpResponse:
    """A document of the own store, or a new one, at one line of the checklist."""
    side = Side.UNIT if request.POST.get("side") == Side.UNIT else Side.TEAM
    unit = _seen(request, unit_id, side)
    item = request.POST.get("item", "")[:20]
    who = actor(request)
    try:
        gaps = answering_gaps(who, unit, side, now())
        if gaps:
            raise Refused(gaps)
        document_id = whole_of(request, "document") or _new_document(request)
        attach_to_answer(by=who, at=now(), unit_id=unit_id, side=side, item=item, document_id=document_id)
    except Refused as error:
        return refused(request, error, template=_PAGE, context=_context(request, unit, side))
    say(request, _("Đã gắn tài liệu."))
    return redirect(f"{_address(unit_id, side)}#item-{item}")


def _new_document(request: AuthenticatedRequest) -> int:
    """A photo or paper taken on the spot goes into the own store; the title is that of the line."""
    particulars = read_particulars(request)
    particulars["title"] = particulars.get("title") or _("Ghi nhận tại chỗ")
    who = actor(request)
    owner = min(owners_added_to_by(who), default=0)
    if not owner:
        raise Http404
    return add_document(by=who, at=now(), owner_id=owner, **particulars).pk


def _address(unit_id: int, side: Side) -> str:
    name = "inspection-self-report" if side == Side.UNIT else "inspection-checklist"
    return reverse(name, args=[unit_id])


@page("POST")
def detach(request: AuthenticatedRequest, evidence_id: int) -> HttpResponse:
    found = AnswerEvidence.objects.select_related("answer").filter(pk=evidence_id).first()
    if found is None:
        raise Http404
    answer = found.answer
    side = Side(answer.side)
    unit = _seen(request, answer.unit_id, side)
    try:
        detach_from_answer(by=actor(request), at=now(), evidence_id=evidence_id)
    except Refused as error:
        return refused(request, error, template=_PAGE, context=_context(request, unit, side))
    say(request, _("Đã gỡ tài liệu."))
    return redirect(f"{_address(unit.pk, side)}#item-{answer.item}")


@page("POST")
def send(request: AuthenticatedRequest, unit_id: int) -> HttpResponse:
    unit = _seen(request, unit_id, Side.UNIT)
    if unit.organisation_id not in agencies_of(actor(request)):
        raise Http404
    try:
        send_self_report(by=actor(request), at=now(), unit_id=unit_id)
    except Refused as error:
        return refused(request, error, template=_PAGE, context=_context(request, unit, Side.UNIT))
    say(request, _("Đã gửi báo cáo tự kiểm tra đến đoàn."))
    return redirect("inspection", unit.inspection_id)


@page("POST")
def give_back(request: AuthenticatedRequest, unit_id: int) -> HttpResponse:
    unit = _seen(request, unit_id, Side.UNIT)
    if not is_in_team(actor(request), unit.inspection):
        raise Http404
    try:
        return_self_report(
            by=actor(request), at=now(), unit_id=unit_id, reason=request.POST.get("reason", "")
        )
    except Refused as error:
        return refused(request, error, template=_PAGE, context=_context(request, unit, Side.UNIT))
    say(request, _("Đã trả lại báo cáo tự kiểm tra."))
    return redirect("inspection", unit.inspection_id)
