"""Bonus and penalty: what units claim, what is recorded against them, and the decisions."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from openpar.common.errors import Refused
from openpar.parindex.assessments.actions.adjustments import (
    DECIDE_STAGES,
    decide_adjustment,
    record_penalty,
    why_not_settled_by,
)
from openpar.parindex.assessments.models import Adjustment, Assessment, RoundBlock
from openpar.parindex.criteria.queries import loaded_set
from openpar.web.http import AuthenticatedRequest, form_refused, page, refused, say
from openpar.web.rounds.forms import PenaltyForm
from openpar.web.rounds.frame import Standpoint, managed, overseen, tabs_of
from openpar.web.rounds.penalties import documents_offered


def _context(here: Standpoint, form: PenaltyForm | None = None) -> dict[str, object]:
    found = list(
        Adjustment.objects.filter(assessment__round_block__round=here.round)
        .select_related("assessment__unit", "document", "entered_by", "decided_by")
        .order_by("pk")
    )
    waiting = [one for one in found if one.state == Adjustment.State.CLAIMED]
    return {
        "here": here,
        "round": here.round,
        "tabs": tabs_of(here, "round-adjustments"),
        "waiting": [
            (one, why_not_settled_by(one, one.assessment, here.round, here.actor)) for one in waiting
        ],
        "settled": [one for one in found if one.state != Adjustment.State.CLAIMED],
        "caps": _caps(here),
        "is_open": here.stage in DECIDE_STAGES,
        "form": form or (_penalty_form(here) if here.manages else None),
    }


def _caps(here: Standpoint) -> list[tuple[str, Decimal, Decimal]]:
    blocks = RoundBlock.objects.filter(round=here.round).select_related("block", "criteria_set")
    caps = []
    for block in blocks:
        criteria = loaded_set(block.criteria_set_id, block.criteria_set.version).engine
        caps.append((block.block.name, criteria.settings.bonus_max, criteria.settings.penalty_max))
    return caps


def _penalty_form(here: Standpoint, data: object = None) -> PenaltyForm:
    sheets = Assessment.objects.filter(round_block__round=here.round).exclude(
        organisation_id__in=here.actor.organisations()
    )
    units = list(sheets.order_by("unit__name_sort").values_list("pk", "unit__name"))
    return PenaltyForm(data, units=units, documents=documents_offered(here.actor))


@page("GET", "POST")
def adjustments(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    """The list; POST records a penalty."""
    if request.method == "GET":
        return render(request, "rounds/adjustments.html", _context(overseen(request, round_id)))
    here = managed(request, round_id)
    form = _penalty_form(here, request.POST)
    try:
        if not form.is_valid():
            raise form_refused(form)
        record_penalty(
            assessment_id=form.cleaned_data["unit"],
            ground=form.cleaned_data["ground"],
            points=form.cleaned_data["points"],
            document_id=form.cleaned_data["document"],
            by=here.actor,
            at=here.at,
        )
    except Refused as error:
        return refused(request, error, template="rounds/adjustments.html", context=_context(here, form))
    say(request, _("Đã ghi điểm trừ; chờ một người khác quyết định."))
    return redirect("round-adjustments", round_id)


@page("POST")
def decide(request: AuthenticatedRequest, round_id: int, adjustment_id: int) -> HttpResponse:
    here = overseen(request, round_id)
    get_object_or_404(Adjustment, pk=adjustment_id, assessment__round_block__round_id=round_id)
    try:
        decide_adjustment(
            adjustment_id=adjustment_id,
            accept=request.POST.get("answer") == "accept",
            reason=request.POST.get("reason", ""),
            by=here.actor,
            at=here.at,
        )
    except Refused as error:
        return refused(request, error, template="rounds/adjustments.html", context=_context(here))
    say(request, _("Đã ghi quyết định."))
    return redirect("round-adjustments", round_id)
