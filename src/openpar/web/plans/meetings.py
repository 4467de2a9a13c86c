"""Management meetings: the list, one meeting with its conclusions, and orders that become tasks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.organisations.queries import names_on
from openpar.common.errors import Refused
from openpar.common.formats import format_date
from openpar.common.text import fold, sort_key
from openpar.reform.plans.actions.meetings import (
    NewMeeting,
    Participant,
    add_outcome,
    change_meeting,
    conclude_meeting,
    order_task,
    record_meeting,
    remove_outcome,
)
from openpar.reform.plans.classes import members_of
from openpar.reform.plans.errors import StalePlan
from openpar.reform.plans.models import (
    Assignment,
    Meeting,
    MeetingOutcome,
    Plan,
    PlanVersion,
    VersionState,
)
from openpar.reform.plans.permissions import may_edit_plan, may_keep_meetings
from openpar.reform.plans.queries.meetings import MeetingView, meeting_view, meetings_seen_by
from openpar.reform.plans.queries.plans import plans_seen_by
from openpar.reform.plans.words import agencies_from_words
from openpar.web.components.documents import stored_file_answer
from openpar.web.components.fields import DayField, LineField, TextField
from openpar.web.components.paging import Slice, slice_of
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, refused, say, today
from openpar.web.plans.common import (
    Pill,
    asked_year,
    changed,
    document_given,
    frame,
    offered_documents,
    typed,
    whole_number,
    years_offered,
)
from openpar.web.plans.forms import LineForm, said_at_field

_KINDS = {
    MeetingOutcome.Kind.CONCLUSION: "info",
    MeetingOutcome.Kind.PRAISE: "done",
    MeetingOutcome.Kind.CORRECTION: "warning",
    MeetingOutcome.Kind.REMINDER: "warning",
    MeetingOutcome.Kind.REPRIMAND: "bad",
    MeetingOutcome.Kind.ORDER: "sent",
}
_TYPED = ("document", "title", "number", "issued_on")


class MeetingForm(forms.Form):
    """A meeting as its minutes head it; who took part in the words of the minutes."""

    organisation = forms.ChoiceField(label=gettext_lazy("Đơn vị họp"))
    kind = forms.ChoiceField(label=gettext_lazy("Loại"), choices=Meeting.Kind.choices)
    subject = LineField(label=gettext_lazy("Nội dung"), max_length=300)
    held_on = DayField(label=gettext_lazy("Ngày họp"))
    place = LineField(label=gettext_lazy("Địa điểm, hình thức"), max_length=200, required=False)
    chair = LineField(label=gettext_lazy("Chủ trì"), max_length=200)
    participants = LineField(
        label=gettext_lazy("Đơn vị dự"),
        max_length=8000,
        required=False,
        help_text=gettext_lazy(
            "Tên đơn vị hoặc nhóm, cách nhau bằng dấu chấm phẩy; đơn vị dự đọc được kết luận."
        ),
    )
    summary = TextField(label=gettext_lazy("Tóm tắt"), max_length=20_000, required=False)

    def __init__(self, *args: Any, owners: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(one), name) for one, name in owners]

    def clean_participants(self) -> tuple[int, ...]:
        """Classes are written out as the agencies of today."""
        text = self.cleaned_data["participants"]
        if not text:
            return ()
        try:
            found = agencies_from_words(text, today())
        except Refused as refused:
            raise said_at_field(refused) from refused
        own = whole_number(self.data.get("organisation")) or 0
        members = members_of({one.agency_class for one in found if one.agency_class}, own, today())
        ids = [
            one
            for each in found
            for one in (
                (each.organisation_id,) if each.organisation_id else members.get(each.agency_class, ())
            )
        ]
        return tuple(dict.fromkeys(one for one in ids if one is not None))

    def to_meeting(self, document_id: int | None) -> NewMeeting:
        given = self.cleaned_data
        return NewMeeting(
            organisation_id=int(given["organisation"]),
            kind=given["kind"],
            title=given["subject"],
            held_on=given["held_on"],
            chair=given["chair"],
            place=given["place"],
            summary=given["summary"],
            document_id=document_id,
            participants=tuple(Participant(one) for one in given["participants"]),
        )


@dataclass(frozen=True)
class Row:
    """One meeting of the list."""

    meeting: Meeting
    organisation: str
    outcomes: int
    orders: int
    pill: Pill


@page("GET")
def meetings(request: AuthenticatedRequest) -> HttpResponse:
    base = frame(request, "meetings")
    who, day = actor(request), today()
    year, search = asked_year(request.GET, day), request.GET.get("q", "").strip()
    kind = request.GET.get("kind", "")
    found: QuerySet[Meeting] = meetings_seen_by(who).filter(held_on__year=year).order_by("-held_on", "-id")
    if kind in Meeting.Kind.values:
        found = found.filter(kind=kind)
    kept = [one for one in found if all(word in fold(one.title) for word in fold(search).split())]
    shown: Slice[Meeting] = slice_of(request, kept)
    names = names_on({one.organisation_id for one in shown.items}, day)
    context = {
        **base,
        "year": year,
        "years": years_offered(day, year),
        "kinds": Meeting.Kind.choices,
        "kind": kind,
        "search": search,
        "slice": shown,
        "rows": [_row(one, names) for one in shown.items],
        "may_keep": bool(_owners(who)),
    }
    return render(request, "plans/meetings.html", context)


def _row(meeting: Meeting, names: dict[int, str]) -> Row:
    is_draft = meeting.state == Meeting.State.DRAFT
    return Row(
        meeting,
        names.get(meeting.organisation_id, ""),
        getattr(meeting, "outcome_count", 0),
        getattr(meeting, "order_count", 0),
        ("draft" if is_draft else "done", meeting.get_state_display()),
    )


def _owners(who: Actor) -> list[tuple[int, str]]:
    """The organisations whose meetings this person writes down."""
    held = who.organisations(Role.FOCAL_OFFICER, Role.AGENCY_HEAD, Role.ROUND_MANAGER)
    own = {one for one in held if may_keep_meetings(who, one)}
    names = names_on(own, today())
    return sorted(((one, names.get(one, "")) for one in own), key=lambda pair: sort_key(pair[1]))


@page("GET", "POST")
def new(request: AuthenticatedRequest) -> HttpResponse:
    owners = _owners(actor(request))
    if not owners:
        raise Http404
    form = MeetingForm(request.POST or None, owners=owners, initial={"kind": Meeting.Kind.REFORM})
    return _edited(request, form, None, owners)


@page("GET", "POST")
def edit(request: AuthenticatedRequest, meeting_id: int) -> HttpResponse:
    view = _kept(request, meeting_id)
    if view.meeting.state != Meeting.State.DRAFT:
        raise Http404
    one = view.meeting
    owners = [(one.organisation_id, view.organisation)]
    initial = {
        "kind": one.kind,
        "subject": one.title,
        "held_on": one.held_on,
        "place": one.place,
        "chair": one.chair,
        "summary": one.summary,
        "participants": "; ".join(view.names.get(each.organisation_id, "") for each in view.participants),
    }
    form = MeetingForm(request.POST or None, owners=owners, initial=initial)
    return _edited(request, form, one, owners)


def _stored(form: MeetingForm) -> list[tuple[str, str]]:
    """What is stored, under the labels of the form, which begins with it."""
    return [(str(form[name].label), _words(name, value)) for name, value in form.initial.items()]


def _words(name: str, value: object) -> str:
    if name == "kind":
        return str(Meeting.Kind(str(value)).label)
    return format_date(value) if isinstance(value, date) else str(value or "—")


def _edited(
    request: AuthenticatedRequest, form: MeetingForm, meeting: Meeting | None, owners: list[tuple[int, str]]
) -> HttpResponse:
    own = {one for one, _name in owners}
    texts = dict.fromkeys(_TYPED, "")
    if meeting is not None and meeting.document_id is not None:
        texts["document"] = str(meeting.document_id)
    context: dict[str, object] = {
        **frame(request, "meetings"),
        "form": form,
        "meeting": meeting,
        "documents": offered_documents(own),
        "typed": texts,
    }
    if request.method == "GET":
        return render(request, "plans/meeting_form.html", context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        owner = int(form.cleaned_data["organisation"])
        given = form.to_meeting(document_given(request, owner))
        if meeting is None:
            meeting = record_meeting(by=actor(request), at=now(), meeting=given)
        else:
            seen = whole_number(request.POST.get("version")) or 0
            change_meeting(
                by=actor(request), at=now(), meeting_id=meeting.pk, expected_version=seen, meeting=given
            )
    except Refused as error:
        context["typed"] = typed(request, *_TYPED)
        context["documents"] = offered_documents(own)
        status = 422
        if isinstance(error, StalePlan):
            # Saved once more, the words typed here replace what is stored now, which stands beside them.
            status, context["newer"] = 409, _stored(form)
        return refused(request, error, template="plans/meeting_form.html", context=context, status=status)
    say(request, _("Đã lưu cuộc họp."))
    return redirect("meeting", meeting.pk)


# ---- one meeting ----


@dataclass(frozen=True)
class OutcomeRow:
    """One conclusion; an order leads to its task, when this person may see it."""

    outcome: MeetingOutcome
    pill: Pill
    about: str
    task_link: str
    may_order: bool


def _seen(request: AuthenticatedRequest, meeting_id: int) -> MeetingView:
    frame(request, "meetings")
    view = meeting_view(actor(request), meeting_id)
    if view is None:
        raise Http404
    return view


def _kept(request: AuthenticatedRequest, meeting_id: int) -> MeetingView:
    """For somebody who writes the meeting down; 404 for everybody else."""
    view = _seen(request, meeting_id)
    if not may_keep_meetings(actor(request), view.meeting.organisation_id):
        raise Http404
    return view


def _context(request: AuthenticatedRequest, view: MeetingView) -> dict[str, object]:
    one = view.meeting
    keeps = may_keep_meetings(actor(request), one.organisation_id)
    is_draft = one.state == Meeting.State.DRAFT
    links = _task_links(view)
    return {
        **frame(request, "meetings"),
        "view": view,
        "meeting": one,
        "is_draft": is_draft,
        "keeps": keeps,
        "may_edit": keeps and is_draft,
        "pill": ("draft" if is_draft else "done", one.get_state_display()),
        "outcomes": [_outcome(each, view, links, keeps) for each in view.outcomes],
        "participants": [
            (view.names.get(each.organisation_id, ""), each.people) for each in view.participants
        ],
        "kinds": MeetingOutcome.Kind.choices,
        "agencies": [
            (each.organisation_id, view.names.get(each.organisation_id, "")) for each in view.participants
        ],
        "prefix": reverse("meeting", args=[one.pk]),
        "typed": {"kind": "", "text": "", "agency": ""},
    }


def _outcome(outcome: MeetingOutcome, view: MeetingView, links: dict[int, str], keeps: bool) -> OutcomeRow:
    kind = MeetingOutcome.Kind(outcome.kind)
    return OutcomeRow(
        outcome,
        (_KINDS[kind], str(kind.label)),
        view.names.get(outcome.organisation_id or 0, ""),
        links.get(outcome.task_id or 0, ""),
        keeps and kind is MeetingOutcome.Kind.ORDER and outcome.task_id is None,
    )


def _task_links(view: MeetingView) -> dict[int, str]:
    """Where each ordered task is followed: the list of its agencies on the board of its plan."""
    tasks = [each.task for each in view.outcomes if each.task is not None]
    single = dict(
        Assignment.objects.filter(task__in=tasks, ended_on__isnull=True)
        .order_by("-id")
        .values_list("task_id", "pk")
    )
    found = {}
    for task in tasks:
        plan = reverse("plan", args=[task.plan_id])
        found[task.pk] = f"{plan}?view=list&task={task.pk}" if task.pk in single else f"{plan}draft/"
    return found


@page("GET")
def meeting(request: AuthenticatedRequest, meeting_id: int) -> HttpResponse:
    return render(request, "plans/meeting.html", _context(request, _seen(request, meeting_id)))


@page("GET")
def document(request: AuthenticatedRequest, meeting_id: int) -> HttpResponse:
    """The minutes or the notice, for everybody who may see the meeting."""
    found = _seen(request, meeting_id).meeting.document
    if found is None:
        raise Http404
    return stored_file_answer(found)


def _version(request: AuthenticatedRequest) -> int:
    return whole_number(request.POST.get("version")) or 0


@page("POST")
def add(request: AuthenticatedRequest, meeting_id: int) -> HttpResponse:
    """One more conclusion."""
    view = _kept(request, meeting_id)
    context = _context(request, view) | {"typed": typed(request, "kind", "text", "agency")}

    def act() -> None:
        add_outcome(
            by=actor(request),
            at=now(),
            meeting_id=meeting_id,
            expected_version=_version(request),
            kind=request.POST.get("kind", ""),
            text=request.POST.get("text", ""),
            organisation_id=whole_number(request.POST.get("agency")),
        )

    to = f"{reverse('meeting', args=[meeting_id])}#outcomes"
    return changed(request, act, _("Đã ghi kết luận."), context, "plans/meeting.html", to)


@page("POST")
def remove(request: AuthenticatedRequest, meeting_id: int, outcome_id: int) -> HttpResponse:
    view = _kept(request, meeting_id)
    if outcome_id not in {each.pk for each in view.outcomes}:
        raise Http404

    def act() -> None:
        remove_outcome(by=actor(request), at=now(), outcome_id=outcome_id, expected_version=_version(request))

    to = f"{reverse('meeting', args=[meeting_id])}#outcomes"
    return changed(request, act, _("Đã bỏ kết luận."), _context(request, view), "plans/meeting.html", to)


@page("POST")
def conclude(request: AuthenticatedRequest, meeting_id: int) -> HttpResponse:
    view = _kept(request, meeting_id)

    def act() -> None:
        conclude_meeting(
            by=actor(request), at=now(), meeting_id=meeting_id, expected_version=_version(request)
        )

    to = reverse("meeting", args=[meeting_id])
    told = _("Đã kết luận cuộc họp; đơn vị dự đọc được.")
    return changed(request, act, told, _context(request, view), "plans/meeting.html", to)


@page("GET", "POST")
def order(request: AuthenticatedRequest, meeting_id: int, outcome_id: int) -> HttpResponse:
    """An order becomes a task of a plan that this person writes."""
    view = _kept(request, meeting_id)
    outcome = next((each for each in view.outcomes if each.pk == outcome_id), None)
    if outcome is None or outcome.kind != MeetingOutcome.Kind.ORDER:
        raise Http404
    plans = _plans(request)
    chosen = whole_number(request.POST.get("plan") or request.GET.get("plan")) or (
        plans[0][0] if plans else 0
    )
    year = next((one.year for one in Plan.objects.filter(pk=chosen)), view.meeting.held_on.year)
    initial = {"field": "F0", "text": outcome.text, "leads": view.names.get(outcome.organisation_id or 0, "")}
    form = LineForm(request.POST or None, on=today(), year=year, initial=initial)
    context = {
        **frame(request, "meetings"),
        "view": view,
        "outcome": outcome,
        "form": form,
        "plans": plans,
        "plan_id": chosen,
        "prefix": reverse("meeting", args=[meeting_id]),
    }
    if request.method == "GET":
        return render(request, "plans/order.html", context)

    def act() -> None:
        if chosen not in {one for one, _title in plans}:
            raise Http404
        if not form.is_valid():
            raise form_refused(form, form.gaps_of_the_rest(Plan.objects.get(pk=chosen)))
        line = replace(form.to_line(), parent_task_id=None)
        order_task(by=actor(request), at=now(), outcome_id=outcome_id, plan_id=chosen, line=line)

    to = f"{reverse('meeting', args=[meeting_id])}#outcomes"
    return changed(request, act, _("Đã giao thành nhiệm vụ của kế hoạch."), context, "plans/order.html", to)


def _plans(request: AuthenticatedRequest) -> list[tuple[int, str]]:
    """The plans this person writes, those in force first, the newest year first."""
    who = actor(request)
    found = [one for one in plans_seen_by(who).order_by("-year", "id") if may_edit_plan(who, one)]
    in_force = set(
        PlanVersion.objects.filter(plan__in=found, state=VersionState.IN_FORCE).values_list(
            "plan_id", flat=True
        )
    )
    return [(one.pk, one.title) for one in sorted(found, key=lambda one: one.pk not in in_force)]
