"""Review conferences: who owes one, one with its minutes, conclusions, orders and shortcomings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openpar.base.documents.permissions import owners_seen_by
from openpar.base.documents.queries import documents_of
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from openpar.reform.fields import field_short_name
from openpar.reform.findings.actions.conferences import (
    Held,
    add_order,
    hold_conference,
    name_shortcoming,
    report_missing_conferences,
)
from openpar.reform.findings.errors import StaleFinding
from openpar.reform.findings.limits import year_of
from openpar.reform.findings.models import Conference, ConferenceOrder, FoundBy
from openpar.reform.findings.permissions import may_hold_conference, may_report_missing
from openpar.reform.findings.queries.conferences import missing_conferences
from openpar.reform.findings.queries.counting import findings_of
from openpar.reform.findings.queries.story import plans_for
from openpar.reform.findings.queries.visibility import visible_conferences
from openpar.reform.heirs import heirs_on
from openpar.reform.plans.models import Plan
from openpar.reform.plans.permissions import may_edit_plan
from openpar.web.components.documents import stored_file_answer
from openpar.web.components.paging import slice_of
from openpar.web.findings.common import Choices, Pill, frame, side, state_pill, whole_number
from openpar.web.findings.forms import HeldForm, OrderForm, ShortcomingForm
from openpar.web.findings.remedying import document_words
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, only, page, refused, say, today

_MOST_DOCUMENTS = 60
_STATES = ("missing", "open", "held")


@dataclass(frozen=True)
class Row:
    """One conference of the list."""

    found: Conference
    pill: Pill


def _pill(one: Conference, day: date) -> Pill:
    if one.held_on is not None:
        return "done", _("đã tổ chức")
    if one.due_on < day:
        return "bad", _("quá hạn %d ngày, chưa tổ chức") % (day - one.due_on).days
    return "open", _("chưa tổ chức")


@page("GET")
def conferences(request: AuthenticatedRequest) -> HttpResponse:
    """Every conference a person may see, those not held first."""
    who, day = side(request), today()
    base = frame(request, "findings-conferences")
    found = visible_conferences(who).select_related("unit").order_by("-year", "held_on", "unit__name_sort")
    state = request.GET.get("state", "")
    if state == "missing":
        found = found.filter(held_on__isnull=True, due_on__lt=day)
    elif state == "open":
        found = found.filter(held_on__isnull=True, due_on__gte=day)
    elif state == "held":
        found = found.filter(held_on__isnull=False)
    listed = slice_of(request, found)
    context = {
        **base,
        "rows": [Row(one, _pill(one, day)) for one in listed.items],
        "slice": listed,
        "state": state if state in _STATES else "",
        "states": [
            ("missing", _("Quá hạn")),
            ("open", _("Chưa tổ chức, còn hạn")),
            ("held", _("Đã tổ chức")),
        ],
        "unreported": missing_conferences(day).count() if may_report_missing(who) else 0,
    }
    return render(request, "findings/conferences.html", context)


@page("POST")
def missing(request: AuthenticatedRequest) -> HttpResponse:
    """Those not held in time become findings."""
    who = only(request, may_report_missing)
    try:
        made = report_missing_conferences(by=who, at=now())
    except Refused as error:
        return refused(request, error)
    say(request, _("Đã ghi nhận %d đơn vị không tổ chức hội nghị.") % len(made))
    return redirect("findings-conferences")


def _seen(request: AuthenticatedRequest, conference_id: int) -> Conference:
    found = visible_conferences(side(request)).select_related("unit", "minutes", "recorded_by")
    one = found.filter(pk=conference_id).first()
    if one is None:
        raise Http404
    return one


@page("GET")
def conference(request: AuthenticatedRequest, conference_id: int) -> HttpResponse:
    one = _seen(request, conference_id)
    return render(request, "findings/conference.html", _context(request, one))


@page("GET")
def minutes(request: AuthenticatedRequest, conference_id: int) -> HttpResponse:
    """The file of the minutes, for everybody who may see the conference."""
    one = _seen(request, conference_id)
    if one.minutes is None:
        raise Http404
    return stored_file_answer(one.minutes)


def _context(request: AuthenticatedRequest, one: Conference, **bound: object) -> dict[str, object]:
    who, day = actor(request), today()
    plans = _plans(who, one)
    orders = one.orders.select_related("task").order_by("id")
    named = findings_of(FoundBy.CONFERENCE, one.pk).order_by("id")
    return {
        **frame(request, "findings-conferences"),
        "conference": one,
        "pill": _pill(one, day),
        "may_write": may_hold_conference(side(request), one),
        "owners": owners_seen_by(who),
        "orders": [_order_line(order, day) for order in orders],
        "named": [(each, state_pill(each)) for each in named],
        "held_form": HeldForm(documents=_documents(one) if one.held_on is None else []),
        "order_form": OrderForm(plans=plans, day=day),
        "named_form": ShortcomingForm(day=day),
        **bound,
    }


def _order_line(order: ConferenceOrder, day: date) -> tuple[ConferenceOrder, str]:
    return order, field_short_name(order.field, day)


def _documents(one: Conference) -> Choices:
    found = documents_of(_heir(one))[:_MOST_DOCUMENTS]
    return [(str(each.pk), " · ".join(filter(None, (each.title, document_words(each))))) for each in found]


def _heir(one: Conference) -> int:
    """The agency, or whoever carries it on."""
    return heirs_on([one.organisation_id], today())[one.organisation_id]


def _plans(who: Actor, one: Conference) -> Choices:
    offered = dict(plans_for(_heir(one), year_of(today())))
    plans = Plan.objects.filter(pk__in=list(offered))
    return [(str(each.pk), offered[each.pk]) for each in plans if may_edit_plan(who, each)]


@page("POST")
def hold(request: AuthenticatedRequest, conference_id: int) -> HttpResponse:
    """The conference as it took place."""
    one = _own(request, conference_id)
    form = HeldForm(request.POST, documents=_documents(one))

    def act() -> None:
        if not form.is_valid():
            raise form_refused(form)
        given = form.cleaned_data
        held = Held(given["held_on"], given["attendance"], given["conclusions"], given["minutes"])
        # A version that cannot be read fits none.
        version = whole_number(request.POST.get("version")) or 0
        hold_conference(
            conference_id=one.pk, held=held, expected_version=version, by=actor(request), at=now()
        )

    return _written(request, one, act, _("Đã ghi nhận hội nghị."), held_form=form)


@page("POST")
def order(request: AuthenticatedRequest, conference_id: int) -> HttpResponse:
    """A task for the coming year."""
    one = _own(request, conference_id)
    form = OrderForm(request.POST, plans=_plans(actor(request), one), day=today())

    def act() -> None:
        if not form.is_valid():
            raise form_refused(form)
        given = form.cleaned_data
        add_order(
            conference_id=one.pk,
            field=given["field"],
            text=given["text"],
            deadline=given["deadline"],
            plan_id=given.get("plan"),
            by=actor(request),
            at=now(),
        )

    return _written(request, one, act, _("Đã ghi nhiệm vụ."), order_form=form)


@page("POST")
def shortcoming(request: AuthenticatedRequest, conference_id: int) -> HttpResponse:
    """A shortcoming the conference named."""
    one = _own(request, conference_id)
    form = ShortcomingForm(request.POST, day=today())

    def act() -> None:
        if not form.is_valid():
            raise form_refused(form)
        given = form.cleaned_data
        name_shortcoming(
            conference_id=one.pk, field=given["named_field"], text=given["named"], by=actor(request), at=now()
        )

    return _written(request, one, act, _("Đã ghi nhận tồn tại, hạn chế."), named_form=form)


def _own(request: AuthenticatedRequest, conference_id: int) -> Conference:
    one = _seen(request, conference_id)
    if not may_hold_conference(side(request), one):
        raise Http404
    return one


def _written(
    request: AuthenticatedRequest, one: Conference, act: Callable[[], None], done: str, **bound: object
) -> HttpResponse:
    try:
        act()
    except Refused as error:
        status = 409 if isinstance(error, StaleFinding) else 422
        context = _context(request, _seen(request, one.pk), **bound)
        return refused(request, error, template="findings/conference.html", context=context, status=status)
    say(request, done)
    return redirect("findings-conference", one.pk)
