"""One task of one agency: how it stands, what happened, and what the person who looks may do with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.accounts.models import RoleHeld
from openpar.base.accounts.queries import Actor
from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import names_on
from openpar.common.formats import format_date, format_moment
from openpar.reform.fields import field_name
from openpar.reform.heirs import heirs_on
from openpar.reform.plans.classes import class_names
from openpar.reform.plans.models import (
    Claim,
    DeadlineKind,
    DueChange,
    Duty,
    DutyRequest,
    DutyState,
    EndKind,
    LineAgency,
    LineChange,
)
from openpar.reform.plans.permissions import (
    UNIT_ROLES,
    may_ask,
    may_confirm,
    may_coordinate,
    may_decide_request,
    may_edit_plan,
    may_note_progress,
    may_report_done,
)
from openpar.reform.plans.queries.task import Happened, Step, TaskView, task_view
from openpar.reform.plans.words import agencies_words, budget_words, deadline_words
from openpar.web.components.documents import stored_file_answer
from openpar.web.findings.common import side, source_link
from openpar.web.http import AuthenticatedRequest, page, today
from openpar.web.plans.common import (
    Pill,
    assignment_pill,
    duty_pill,
    frame,
    offered_documents,
    overdue_words,
)

TYPED = (
    *("document", "title", "number", "issued_on", "text", "completed_on", "new_due_on", "reason"),
    *("happened_on", "due_on", "note", "division", "officer"),
)


@dataclass(frozen=True)
class DutyRow:
    """One period, or the task itself."""

    duty: Duty
    label: str
    pill: Pill
    extended: str


@dataclass(frozen=True)
class ShownStep:
    """One step of the history, in words."""

    when: str
    who: str
    what: str
    reason: str
    document_link: str
    document: str


@dataclass(frozen=True)
class Rights:
    """What the person who looks may do, whatever the state."""

    notes: bool
    works: bool
    reports: bool
    asks: bool
    hands_down: bool
    confirms: bool
    decides: bool
    records_condition: bool


def visible_task(request: AuthenticatedRequest, assignment_id: int) -> TaskView:
    """The obligation; 404 for whoever may not see it."""
    frame(request, "tasks")
    view = task_view(side(request), assignment_id, today())
    if view is None:
        raise Http404
    return view


def acting_agency(view: TaskView, day: date) -> int:
    """The agency that owes it, or whoever carries it on: their store, their divisions."""
    owes = view.assignment.organisation_id
    return heirs_on([owes], day)[owes]


def rights_of(who: Actor, view: TaskView) -> Rights:
    one = view.assignment
    is_live = one.ended_on is None
    is_open = is_live and one.done_on is None
    return Rights(
        notes=is_open and may_note_progress(who, one, frozenset(view.cooperating)),
        works=is_open and may_note_progress(who, one),
        reports=is_live and may_report_done(who, one),
        asks=is_live and may_ask(who, one),
        hands_down=is_open and may_coordinate(who, one),
        confirms=is_live and may_confirm(who, one),
        decides=is_live and may_decide_request(who, one),
        records_condition=is_live
        and view.condition is None
        and view.line.deadline_kind == DeadlineKind.AFTER_EVENT
        and may_edit_plan(who, one.task.plan),
    )


def task_context(
    request: AuthenticatedRequest, view: TaskView, typed: dict[str, str] | None = None
) -> dict[str, object]:
    """What the page of a task shows."""
    who, day = side(request), today()
    one, line, plan = view.assignment, view.line, view.assignment.task.plan
    may = rights_of(who, view)
    acting = acting_agency(view, day)
    classes = class_names()
    pressing = _pressing(view)
    return {
        **frame(request, "tasks"),
        "view": view,
        "one": one,
        "line": line,
        "plan": plan,
        "may": may,
        "agency": view.names.get(one.organisation_id, ""),
        "acting": "" if acting == one.organisation_id else names_on([acting], day).get(acting, ""),
        "pill": assignment_pill(one, day),
        "field": field_name(line.field, day),
        "deadline": deadline_words(line),
        "budget": budget_words(line.budget, line.budget_source),
        "leads": agencies_words(view.agencies, LineAgency.Part.LEAD, view.names, classes),
        "cooperating": agencies_words(view.agencies, LineAgency.Part.COOPERATING, view.names, classes),
        "division": view.names.get(one.division_id or 0, ""),
        "duties": [_duty_row(duty, day) for duty in view.duties],
        "pressing": pressing,
        "claims": [(claim, claim.by_id == who.id) for claim in view.waiting],
        "requests": [(asked, asked.by_id == who.id) for asked in view.open_requests],
        "steps": [_step(step, one.pk) for step in reversed(view.steps)],
        "prefix": reverse("task", args=[one.pk]),
        "typed": typed or dict.fromkeys(TYPED, ""),
        "documents": offered_documents({acting}) if may.notes else [],
        "divisions": _divisions(acting, day) if may.hands_down else [],
        "officers": _officers(acting, day) if may.hands_down else [],
        "has_ended": EndKind(one.end_kind).label if one.end_kind else "",
        "may_ask_objective": may.asks and _is_late(view, day),
        "today_words": format_date(day),
        "plan_link": reverse("plan", args=[plan.pk]),
        "source_link": source_link(who, one.task.source_kind, one.task.source_id),
    }


def _pressing(view: TaskView) -> Duty | None:
    """What is to be reported next: the first that is open."""
    return next((duty for duty in view.duties if duty.state == DutyState.OPEN), None)


def _is_late(view: TaskView, day: date) -> bool:
    """Some duty is late or overdue, and not yet excused."""
    return late_duty(view, day) is not None


def late_duty(view: TaskView, day: date) -> Duty | None:
    """The first duty for which an objective reason may be asked."""
    for duty in view.duties:
        if duty.due_on is None or duty.excused_on is not None or duty.state == DutyState.DROPPED:
            continue
        ended = duty.completed_on or day
        if ended > duty.due_on:
            return duty
    return None


def _duty_row(duty: Duty, day: date) -> DutyRow:
    pill = duty_pill(duty.state)
    if duty.state == DutyState.OPEN and duty.due_on is not None and duty.due_on < day:
        pill = ("bad", overdue_words((day - duty.due_on).days))
    elif (
        duty.state == DutyState.DONE and duty.due_on and duty.completed_on and duty.completed_on > duty.due_on
    ):
        pill = ("warning", _("hoàn thành trễ hạn"))
    label = ""
    if duty.from_on is not None and duty.until_on is not None:
        label = f"{format_date(duty.from_on)} – {format_date(duty.until_on)}"
    extended = ""
    if duty.extensions and duty.first_due_on is not None:
        extended = _("hạn đầu %s") % format_date(duty.first_due_on)
    return DutyRow(duty, label, pill, extended)


def _divisions(organisation_id: int, day: date) -> list[tuple[int, str]]:
    """The divisions of the agency."""
    below = OrganisationVersion.objects.as_of(day).filter(parent=organisation_id).order_by("name_sort", "id")
    return list(below.values_list("organisation_id", "name"))


def _officers(organisation_id: int, day: date) -> list[tuple[int, str]]:
    """Who works in the agency or in one of its divisions."""
    below = OrganisationVersion.objects.as_of(day).filter(parent=organisation_id).values("organisation_id")
    held = RoleHeld.objects.as_of(day).filter(role__in=UNIT_ROLES, user__is_active=True)
    here = held.filter(organisation=organisation_id) | held.filter(organisation__in=below)
    people = here.order_by("user__name_sort").values_list("user_id", "user__full_name")
    return list(dict(people).items())


# ---- history in words ----


def _step(step: Step, assignment_id: int) -> ShownStep:
    document = step.document
    link = ""
    if document is not None and document.file_id is not None:
        link = reverse("task-document", args=[assignment_id, document.pk])
    name = " · ".join(filter(None, (document.number, document.title))) if document is not None else ""
    return ShownStep(
        when=format_moment(step.at) if step.at is not None else format_date(step.on),
        who=step.by,
        what=_what(step),
        reason=step.text,
        document_link=link,
        document=name,
    )


def _what(step: Step) -> str:
    after = format_date(step.after_on) if step.after_on is not None else ""
    before = format_date(step.before_on) if step.before_on is not None else ""
    kind = step.kind
    if kind is Happened.ASSIGNED:
        return _("Được giao")
    if kind is Happened.WORDING:
        return _("Kế hoạch thay thế: %s") % str(LineChange(step.state).label).lower()
    if kind is Happened.HANDED:
        return _("Giao trong đơn vị")
    if kind is Happened.PROGRESS:
        words = {
            "ready": _("Tiến độ: đủ điều kiện báo cáo hoàn thành"),
            "started": _("Tiến độ: đã triển khai"),
        }
        return words.get(step.state, _("Tiến độ"))
    if kind is Happened.REPORTED:
        return _("Báo cáo hoàn thành ngày %s") % after
    if kind is Happened.DECIDED:
        return _("Báo cáo hoàn thành: %s") % str(Claim.State(step.state).label).lower()
    if kind is Happened.ASKED:
        if step.state == DutyRequest.Kind.EXTENSION:
            return _("Xin gia hạn từ %(before)s đến %(after)s") % {"before": before, "after": after}
        return _("Đề nghị xác nhận nguyên nhân khách quan")
    if kind is Happened.ANSWERED:
        return _("Trả lời đề nghị: %s") % str(DutyRequest.State(step.state).label).lower()
    if kind is Happened.DEADLINE:
        words_of = {"why": DueChange.Why(step.state).label, "before": before or "—", "after": after or "—"}
        return _("Thời hạn đổi từ %(before)s thành %(after)s (%(why)s)") % words_of
    if kind is Happened.CONDITION:
        return _("Điều kiện đã có, thời hạn %s") % after
    return _("Kết thúc: %s") % str(EndKind(step.state).label).lower() if step.state else _("Kết thúc")


@page("GET")
def task(request: AuthenticatedRequest, assignment_id: int) -> HttpResponse:
    return render(request, "plans/task.html", task_context(request, visible_task(request, assignment_id)))


@page("GET")
def document(request: AuthenticatedRequest, assignment_id: int, evidence_id: int) -> HttpResponse:
    """Evidence, for everybody who may see the task it proves."""
    view = visible_task(request, assignment_id)
    found = next(
        (
            step.document
            for step in view.steps
            if step.document is not None and step.document.pk == evidence_id
        ),
        None,
    )
    if found is None:
        raise Http404
    return stored_file_answer(found)
