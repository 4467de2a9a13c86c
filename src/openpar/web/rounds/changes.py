"""Corrections of a round by its manager: title, period, guide; a block taken out again."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from openpar.common.errors import Refused
from openpar.parindex.assessments.actions.round_changes import change_round, remove_block, why_not_changed
from openpar.parindex.assessments.models import RoundBlock, RoundStage
from openpar.web.http import AuthenticatedRequest, form_refused, page, refused, say
from openpar.web.rounds.forms import RoundChangeForm
from openpar.web.rounds.frame import managed
from openpar.web.rounds.setup import setup_context

_TEMPLATE = "rounds/change.html"


@page("GET", "POST")
def change(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    here = managed(request, round_id)
    preparing = here.stage == RoundStage.PREPARATION
    names = ("title", "assessed_from", "assessed_until", "guide")
    before = {name: getattr(here.round, name) for name in names}
    form = RoundChangeForm(request.POST or None, initial=before, preparing=preparing)
    context = {"round": here.round, "form": form, "preparing": preparing, "gap": why_not_changed(here.stage)}
    if request.method == "GET":
        return render(request, _TEMPLATE, context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        given = {**before, **{name: form.cleaned_data[name] for name in names if name in form.fields}}
        reason = form.cleaned_data.get("reason", "")
        change_round(round_id=round_id, **given, reason=reason, by=here.actor, at=here.at)
    except Refused as error:
        return refused(request, error, template=_TEMPLATE, context=context)
    say(request, _("Đã lưu thông tin của kỳ."))
    return redirect("round-setup", round_id)


@page("POST")
def take_out_block(request: AuthenticatedRequest, round_id: int, round_block_id: int) -> HttpResponse:
    here = managed(request, round_id)
    get_object_or_404(RoundBlock, pk=round_block_id, round_id=round_id)
    try:
        remove_block(round_block_id=round_block_id, by=here.actor, at=here.at)
    except Refused as error:
        return refused(request, error, template="rounds/setup.html", context=setup_context(here))
    say(request, _("Đã bỏ khối ra khỏi kỳ."))
    return redirect("round-setup", round_id)
