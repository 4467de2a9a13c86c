"""The page of one model or initiative, and each step that is taken on it."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from openpar.reform.initiatives.actions.measuring import add_measure, measure
from openpar.reform.initiatives.actions.moving import recognise, start, stop
from openpar.reform.initiatives.actions.spreading import award, enter_contest, replicate
from openpar.reform.initiatives.errors import StaleInitiative
from openpar.reform.initiatives.models import Initiative
from openpar.reform.initiatives.permissions import (
    may_enter_initiatives,
    may_recognise_above,
    may_recognise_at_base,
)
from openpar.reform.initiatives.queries.visibility import visible_initiatives
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, refused, say
from openpar.web.initiatives.common import document_choices
from openpar.web.initiatives.forms import (
    AwardForm,
    ContestForm,
    FigureForm,
    MeasureForm,
    RecogniseForm,
    ReplicateForm,
    StartForm,
    StopForm,
)
from openpar.web.initiatives.shown import agencies_but, levels_open_to, page_context

_TEMPLATE = "initiatives/initiative.html"


@page("GET")
def initiative(request: AuthenticatedRequest, initiative_id: int) -> HttpResponse:
    there = get_object_or_404(visible_initiatives(actor(request)), pk=initiative_id)
    return render(request, _TEMPLATE, page_context(request, there))


def _there(
    request: AuthenticatedRequest, initiative_id: int, may: Callable[[Actor, int], bool]
) -> Initiative:
    """What is acted on, by somebody who may do so; 404 for everybody else."""
    who = actor(request)
    there = get_object_or_404(visible_initiatives(who), pk=initiative_id)
    if not may(who, there.organisation_id):
        raise Http404
    return there


def _done(
    request: AuthenticatedRequest,
    there: Initiative,
    name: str,
    form: forms.Form,
    act: Callable[[], object],
    said: str,
    about: int = 0,
) -> HttpResponse:
    """Takes one step, and says so; refused, the page comes back with the form as it was typed."""
    try:
        if not form.is_valid():
            raise form_refused(form)
        act()
    except Refused as error:
        there.refresh_from_db()
        status = 409 if isinstance(error, StaleInitiative) else 422
        context = page_context(request, there, {name: form}, about)
        return refused(request, error, template=_TEMPLATE, context=context, status=status)
    say(request, said)
    return redirect("initiative", there.pk)


def _version(request: AuthenticatedRequest) -> int:
    """The version that the page showed; 0, which none has, for anything else."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _may_recognise(who: Actor, organisation_id: int) -> bool:
    return may_recognise_at_base(who, organisation_id) or may_recognise_above(who)


def _may_replicate(who: Actor, organisation_id: int) -> bool:
    return may_enter_initiatives(who, organisation_id) or may_recognise_above(who)


@page("POST")
def recognise_one(request: AuthenticatedRequest, initiative_id: int) -> HttpResponse:
    there, who = _there(request, initiative_id, _may_recognise), actor(request)
    form = RecogniseForm(
        request.POST,
        documents=document_choices(who.organisations()),
        levels=levels_open_to(there, who),
        auto_id="recognise_%s",
    )

    def act() -> object:
        return recognise(initiative_id=there.pk, decided=form.decided(), by=who, at=now())

    return _done(request, there, "recognise", form, act, _("Đã ghi nhận việc công nhận."))


@page("POST")
def start_one(request: AuthenticatedRequest, initiative_id: int) -> HttpResponse:
    there, who = _there(request, initiative_id, may_enter_initiatives), actor(request)
    documents = document_choices(who.organisations())
    form = StartForm(request.POST, documents=documents, auto_id="start_%s")

    def act() -> object:
        return start(
            initiative_id=there.pk,
            started_on=form.cleaned_data["started_on"],
            document_id=form.cleaned_data["document"],
            expected_version=_version(request),
            by=who,
            at=now(),
        )

    return _done(request, there, "start", form, act, _("Đã ghi nhận việc triển khai."))


@page("POST")
def stop_one(request: AuthenticatedRequest, initiative_id: int) -> HttpResponse:
    there, who = _there(request, initiative_id, may_enter_initiatives), actor(request)
    form = StopForm(request.POST, auto_id="stop_%s")

    def act() -> object:
        return stop(
            initiative_id=there.pk,
            stopped_on=form.cleaned_data["stopped_on"],
            reason=form.cleaned_data["reason"],
            expected_version=_version(request),
            by=who,
            at=now(),
        )

    return _done(request, there, "stop", form, act, _("Đã dừng."))


@page("POST")
def add_one_measure(request: AuthenticatedRequest, initiative_id: int) -> HttpResponse:
    there, who = _there(request, initiative_id, may_enter_initiatives), actor(request)
    form = MeasureForm(request.POST, auto_id="measure_%s")

    def act() -> object:
        return add_measure(initiative_id=there.pk, measure=form.measure(), by=who, at=now())

    return _done(request, there, "measure", form, act, _("Đã thêm chỉ số."))


@page("POST")
def measure_one(request: AuthenticatedRequest, initiative_id: int, measure_id: int) -> HttpResponse:
    there, who = _there(request, initiative_id, may_enter_initiatives), actor(request)
    found = get_object_or_404(there.measures.all(), pk=measure_id)
    documents = document_choices(who.organisations())
    form = FigureForm(request.POST, documents=documents, auto_id="figure_%s")

    def act() -> object:
        return measure(measure_id=found.pk, measured=form.measured(), by=who, at=now())

    return _done(request, there, "figure", form, act, _("Đã ghi số liệu."), found.pk)


@page("POST")
def replicate_one(request: AuthenticatedRequest, initiative_id: int) -> HttpResponse:
    there, who = _there(request, initiative_id, _may_replicate), actor(request)
    form = ReplicateForm(
        request.POST,
        documents=document_choices(who.organisations()),
        agencies=agencies_but(there.organisation_id),
        auto_id="replicate_%s",
    )

    def act() -> object:
        return replicate(initiative_id=there.pk, taken=form.taken(), by=who, at=now())

    return _done(request, there, "replicate", form, act, _("Đã ghi vào danh sách nhân rộng."))


@page("POST")
def contest_one(request: AuthenticatedRequest, initiative_id: int) -> HttpResponse:
    there, who = _there(request, initiative_id, may_enter_initiatives), actor(request)
    form = ContestForm(request.POST, auto_id="contest_%s")

    def act() -> object:
        given = form.cleaned_data
        return enter_contest(
            initiative_id=there.pk,
            contest=given["contest"],
            entered_on=given["entered_on"],
            by=who,
            at=now(),
        )

    return _done(request, there, "contest", form, act, _("Đã ghi việc dự thi."))


@page("POST")
def award_one(request: AuthenticatedRequest, initiative_id: int, entry_id: int) -> HttpResponse:
    there, who = _there(request, initiative_id, may_enter_initiatives), actor(request)
    entry = get_object_or_404(there.contests.all(), pk=entry_id)
    documents = document_choices(who.organisations())
    form = AwardForm(request.POST, documents=documents, auto_id="award_%s")

    def act() -> object:
        given = form.cleaned_data
        return award(
            entry_id=entry.pk,
            expected_version=_version(request),
            points=given["points"],
            award=given["award"],
            decision_id=given["document"],
            by=who,
            at=now(),
        )

    return _done(request, there, "award", form, act, _("Đã ghi kết quả hội thi."), entry.pk)
