"""A new model or initiative, and other words for one that is there."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from openpar.base.organisations.queries import names_on
from openpar.common.errors import Refused
from openpar.reform.initiatives.actions.proposing import change, propose
from openpar.reform.initiatives.errors import StaleInitiative
from openpar.reform.initiatives.models import State
from openpar.reform.initiatives.permissions import agencies_entered_by, may_enter_initiatives
from openpar.reform.initiatives.queries.visibility import visible_initiatives
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, refused, say, today
from openpar.web.initiatives.common import field_choices
from openpar.web.initiatives.forms import ProposalForm, initial_of

_TEMPLATE = "initiatives/edit.html"


@page("GET", "POST")
def new(request: AuthenticatedRequest) -> HttpResponse:
    own = agencies_entered_by(actor(request))
    if not own:
        raise Http404
    names = names_on(own, today())
    chosen = request.POST.get("organisation", str(min(own)))
    form = ProposalForm(request.POST or None, fields=field_choices())
    context: dict[str, Any] = {
        "form": form,
        "initiative": None,
        "agencies": sorted((str(one), names.get(one, "")) for one in own),
        "agency": chosen,
    }
    if request.method == "GET":
        return render(request, _TEMPLATE, context)
    organisation_id = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19 else 0
    if organisation_id not in own:
        raise Http404
    try:
        if not form.is_valid():
            raise form_refused(form)
        made = propose(organisation_id=organisation_id, proposal=form.proposal(), by=actor(request), at=now())
    except Refused as error:
        return refused(request, error, template=_TEMPLATE, context=context)
    say(request, _("Đã nhập."))
    return redirect("initiative", made.pk)


@page("GET", "POST")
def edit(request: AuthenticatedRequest, initiative_id: int) -> HttpResponse:
    who = actor(request)
    there = get_object_or_404(visible_initiatives(who), pk=initiative_id)
    if not may_enter_initiatives(who, there.organisation_id) or there.state == State.STOPPED:
        raise Http404
    text = request.POST.get("version", str(there.version))
    form = ProposalForm(request.POST or None, fields=field_choices(), initial=initial_of(there))
    context: dict[str, Any] = {"form": form, "initiative": there, "version": there.version, "newer": None}
    if request.method == "GET":
        return render(request, _TEMPLATE, context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        change(
            initiative_id=there.pk,
            proposal=form.proposal(),
            expected_version=int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0,
            by=who,
            at=now(),
        )
    except StaleInitiative as error:
        # Saved once more, the words typed here replace those of the other person, which stand beside them.
        context["newer"] = [(form[name].label, value) for name, value in initial_of(there).items()]
        return refused(request, error, template=_TEMPLATE, context=context, status=409)
    except Refused as error:
        context["version"] = text
        return refused(request, error, template=_TEMPLATE, context=context)
    say(request, _("Đã lưu."))
    return redirect("initiative", there.pk)
