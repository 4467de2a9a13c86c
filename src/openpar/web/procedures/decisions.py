"""Publishing decisions: the list with their duties, one decision, drafts, issuing, uploading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.common.errors import Refused
from openpar.common.text import sort_key
from openpar.delivery.procedures.actions.decisions import (
    change_decision,
    discard_decision,
    head_of,
    prepare_decision,
    record_upload,
    upload_facts,
)
from openpar.delivery.procedures.actions.issuing import issue_decision, issue_gaps
from openpar.delivery.procedures.actions.shared import mark_of
from openpar.delivery.procedures.errors import StaleProcedures
from openpar.delivery.procedures.models import DecisionLine, ProcedureVersion, PublishingDecision
from openpar.delivery.procedures.permissions import agencies_recorded_by
from openpar.delivery.procedures.queries.duties import (
    AgencyPosting,
    DecisionDuties,
    decisions,
    duties_of,
    postings_of,
    work_calendar,
)
from openpar.delivery.procedures.words import LineChange
from openpar.web.components.paging import slice_of
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, refused, say, today
from openpar.web.procedures.common import frame, manager, visible_decision
from openpar.web.procedures.conflicts import conflict_of
from openpar.web.procedures.forms import DecisionForm, UploadForm

HERE = "publishing-decisions"
_HEAD = "procedures/decision_head.html"


@dataclass(frozen=True)
class DecisionRow:
    """A decision of the list with its duties."""

    decision: PublishingDecision
    duties: DecisionDuties
    lines: int


@dataclass(frozen=True)
class LineRow:
    """A line as the page of its decision shows it."""

    line: DecisionLine
    name: str
    change: str
    procedure_id: int | None
    has_contents: bool


@page("GET")
def all_decisions(request: AuthenticatedRequest) -> HttpResponse:
    shown = decisions()
    context = frame(request, HERE)
    if not context["may_manage"]:
        shown = shown.filter(issued_at__isnull=False)
    found, calendar = slice_of(request, shown), work_calendar()
    context["slice"] = found
    context["rows"] = [
        DecisionRow(one, duties_of(one, calendar), one.line_count)  # type: ignore[attr-defined]  # annotated
        for one in found.items
    ]
    context["address"] = reverse(HERE)
    context["has_calendar"] = calendar is not None
    return render(request, "procedures/decisions.html", context)


@page("GET", "POST")
def new(request: AuthenticatedRequest) -> HttpResponse:
    who = manager(request)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    context = {**frame(request, HERE), "form": form, "decision": None}
    if request.method == "GET":
        return render(request, _HEAD, context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        made = prepare_decision(by=who, at=now(), head=form.head())
    except Refused as error:
        return refused(request, error, template=_HEAD, context=context)
    say(request, _("Đã lập dự thảo. Thêm các thủ tục, rồi công bố."))
    return redirect("publishing-decision", made.pk)


@page("GET", "POST")
def edit(request: AuthenticatedRequest, decision_id: int) -> HttpResponse:
    who = manager(request)
    found = visible_decision(request, decision_id)
    initial = asdict(head_of(found))
    form = DecisionForm(request.POST if request.method == "POST" else None, initial=initial)
    context = {**frame(request, HERE), "form": form, "decision": found}
    if request.method == "GET":
        return render(request, _HEAD, context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        change_decision(
            by=who,
            at=now(),
            decision_id=decision_id,
            head=form.head(),
            expected_version=_expected(request),
        )
    except StaleProcedures as error:
        found.refresh_from_db()
        context["conflict"] = conflict_of(request, error.there, form, version=found.version)
        return refused(request, error, template=_HEAD, context=context, status=409)
    except Refused as error:
        return refused(request, error, template=_HEAD, context=context)
    say(request, _("Đã lưu."))
    return redirect("publishing-decision", decision_id)


@page("GET")
def decision(request: AuthenticatedRequest, decision_id: int) -> HttpResponse:
    found = visible_decision(request, decision_id)
    return render(request, "procedures/decision.html", _context(request, found))


def _context(request: AuthenticatedRequest, found: PublishingDecision) -> dict[str, object]:
    calendar, day = work_calendar(), today()
    postings = postings_of([found], calendar) if found.issued_at else ()
    own = agencies_recorded_by(actor(request))
    is_draft = found.issued_at is None
    return {
        **frame(request, HERE),
        "decision": found,
        "is_draft": is_draft,
        "has_calendar": calendar is not None,
        "duties": duties_of(found, calendar),
        "lines": _lines(found),
        "gaps": issue_gaps(found, now()) if is_draft else [],
        "postings": [
            (one, one.is_late(day), one.days_late(day), own is None or one.organisation_id in own)
            for one in sorted(postings, key=_open_first)
        ],
        "posted_count": sum(one.is_done for one in postings),
        "upload_form": UploadForm(initial={"uploaded_on": found.uploaded_on}),
        "upload_seen": mark_of(upload_facts(found)),
        "prefix": reverse("publishing-decision", args=[found.pk]),
    }


def _open_first(one: AgencyPosting) -> tuple[bool, str]:
    return one.is_done, sort_key(one.name)


def line_names(found: PublishingDecision, lines: list[DecisionLine]) -> dict[int, str]:
    """The names of the procedures of lines: as the decision writes them, else as they are on its day."""
    names: dict[int, str] = {}
    known = [one.procedure_id for one in lines if one.procedure_id]
    versions = ProcedureVersion.objects.filter(procedure__in=known).order_by("valid_from")
    for procedure_id, name, since in versions.values_list("procedure_id", "name", "valid_from"):
        if since <= found.effective_on or procedure_id not in names:
            names[procedure_id] = name
    return {
        line.pk: (line.contents or {}).get("name") or names.get(line.procedure_id or 0, "") for line in lines
    }


def _lines(found: PublishingDecision) -> list[LineRow]:
    lines = list(found.lines.order_by("code"))
    names = line_names(found, lines)
    return [
        LineRow(
            line=line,
            name=names[line.pk],
            change=str(LineChange(line.change).label),
            procedure_id=line.procedure_id,
            has_contents=line.change in (LineChange.NEW, LineChange.AMENDED),
        )
        for line in lines
    ]


def _expected(request: AuthenticatedRequest) -> int:
    text = request.POST.get("expected_version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


Act = Callable[[Actor, datetime], Any]


def _carried_out(
    request: AuthenticatedRequest,
    decision_id: int,
    act: Act,
    told: str,
    *,
    leads_to: str = "",
    form: UploadForm | None = None,
) -> HttpResponse:
    """One action on a decision, then its page again; a refusal is shown on the page, with what was typed in
    `form` beside what somebody else has recorded meanwhile.
    """
    who = manager(request)
    visible_decision(request, decision_id)
    try:
        act(who, now())
    except Refused as error:
        context = _context(request, visible_decision(request, decision_id))
        status = 422
        if isinstance(error, StaleProcedures):
            status = 409
            context["conflict"] = conflict_of(request, error.there, form) if form else None
        return refused(request, error, template="procedures/decision.html", context=context, status=status)
    say(request, told)
    return redirect(leads_to) if leads_to else redirect("publishing-decision", decision_id)


@page("POST")
def issue(request: AuthenticatedRequest, decision_id: int) -> HttpResponse:
    def act(who: Actor, at: datetime) -> None:
        issue_decision(by=who, at=at, decision_id=decision_id, expected_version=_expected(request))

    return _carried_out(request, decision_id, act, _("Đã công bố; danh mục đã được cập nhật."))


@page("POST")
def discard(request: AuthenticatedRequest, decision_id: int) -> HttpResponse:
    def act(who: Actor, at: datetime) -> None:
        discard_decision(by=who, at=at, decision_id=decision_id, expected_version=_expected(request))

    return _carried_out(request, decision_id, act, _("Đã bỏ dự thảo."), leads_to=HERE)


@page("POST")
def upload(request: AuthenticatedRequest, decision_id: int) -> HttpResponse:
    form = UploadForm(request.POST)

    def act(who: Actor, at: datetime) -> None:
        if not form.is_valid():
            raise form_refused(form)
        day = form.cleaned_data["uploaded_on"]
        seen = request.POST.get("seen", "")
        record_upload(by=who, at=at, decision_id=decision_id, uploaded_on=day, seen=seen)

    return _carried_out(request, decision_id, act, _("Đã ghi ngày đăng tải."), form=form)
