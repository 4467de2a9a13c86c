"""Preparing a round: blocks with their sets, units, the calendar; and who appraises what."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.common.errors import Gap, Refused
from openpar.parindex.assessments.actions.rounds import (
    add_block,
    assign_appraiser,
    enrol_units,
    set_phases,
    unassign_appraiser,
    withdraw_unit,
)
from openpar.parindex.assessments.models import Assessment, RoundBlock, RoundStage
from openpar.parindex.assessments.queries.completeness import opening_gaps
from openpar.parindex.assessments.queries.control import (
    appraisers_on,
    block_lines,
    blocks_to_add,
    handed_blocks,
    phase_lines,
    sets_to_use,
    units_to_enrol,
)
from openpar.parindex.assessments.rules import why_not_assigned
from openpar.web.http import AuthenticatedRequest, form_refused, page, refused, say, today
from openpar.web.rounds.forms import PhasesForm
from openpar.web.rounds.frame import Standpoint, managed, overseen, tabs_of


def setup_context(here: Standpoint) -> dict[str, object]:
    """Everything the page of blocks, units and calendar shows."""
    lines = block_lines(here.round, None, here.at)
    preparing = here.stage == RoundStage.PREPARATION
    addable = {}
    if preparing and here.manages:
        block_ids = dict(RoundBlock.objects.filter(round=here.round).values_list("pk", "block_id"))
        addable = {
            line.round_block_id: list(units_to_enrol(here.round, block_ids[line.round_block_id]))
            for line in lines
        }
    return {
        "here": here,
        "round": here.round,
        "tabs": tabs_of(here, "round-setup"),
        "phases": phase_lines(here.round),
        "blocks": lines,
        "preparing": preparing,
        "addable": addable,
        "more_blocks": list(blocks_to_add(here.round)) if preparing else [],
        "sets": list(sets_to_use()) if preparing else [],
        "opening": opening_gaps(here.round) if preparing else [],
        "today": today(),
    }


@page("GET")
def setup(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    return render(request, "rounds/setup.html", setup_context(overseen(request, round_id)))


def _back(request: AuthenticatedRequest, here: Standpoint, error: Refused) -> HttpResponse:
    return refused(request, error, template="rounds/setup.html", context=setup_context(here))


@page("POST")
def put_block(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    """Adds a block with its set, or gives a block another set."""
    here = managed(request, round_id)
    block, criteria = request.POST.get("block", ""), request.POST.get("criteria_set", "")
    try:
        if not (block.isdecimal() and criteria.isdecimal()):
            raise Refused(Gap("", _("Chọn khối và bộ tiêu chí."), code="blank"))
        add_block(
            round_id=round_id,
            block_id=int(block),
            criteria_set_id=int(criteria),
            by=here.actor,
            at=here.at,
        )
    except Refused as error:
        return _back(request, here, error)
    say(request, _("Đã lưu khối và bộ tiêu chí."))
    return redirect("round-setup", round_id)


@page("POST")
def enrol(request: AuthenticatedRequest, round_id: int, round_block_id: int) -> HttpResponse:
    """Enrols the ticked units, or with `all` every unit of the block that is marked as scored."""
    here = managed(request, round_id)
    get_object_or_404(RoundBlock, pk=round_block_id, round_id=round_id)
    chosen = [int(text) for text in request.POST.getlist("unit") if text.isdecimal()]
    try:
        count = enrol_units(
            round_block_id=round_block_id,
            organisation_ids=None if "all" in request.POST else chosen,
            by=here.actor,
            at=here.at,
        )
    except Refused as error:
        return _back(request, here, error)
    say(request, ngettext("Đã ghi danh %d đơn vị.", "Đã ghi danh %d đơn vị.", count) % count)
    return redirect("round-setup", round_id)


@page("POST")
def withdraw(request: AuthenticatedRequest, round_id: int, assessment_id: int) -> HttpResponse:
    here = managed(request, round_id)
    get_object_or_404(Assessment, pk=assessment_id, round_block__round_id=round_id)
    try:
        withdraw_unit(assessment_id=assessment_id, by=here.actor, at=here.at)
    except Refused as error:
        return _back(request, here, error)
    say(request, _("Đã đưa đơn vị ra khỏi kỳ."))
    return redirect("round-setup", round_id)


@page("GET", "POST")
def phases(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    """The calendar; after opening every change needs a reason."""
    here = managed(request, round_id)
    form = PhasesForm(
        request.POST or None,
        phases=here.round.phases.all(),
        asks_reason=here.stage != RoundStage.PREPARATION,
    )
    context = {"here": here, "round": here.round, "form": form}
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise form_refused(form)
            set_phases(
                round_id=round_id,
                phases=form.phases(),
                reason=form.cleaned_data.get("reason", ""),
                by=here.actor,
                at=here.at,
            )
        except Refused as error:
            return refused(request, error, template="rounds/phases.html", context=context)
        say(request, _("Đã lưu lịch của kỳ."))
        return redirect("round-setup", round_id)
    return render(request, "rounds/phases.html", context)


def _appraisers_context(here: Standpoint) -> dict[str, object]:
    blocks = handed_blocks(here.round, here.at)
    assigns = here.manages and not why_not_assigned(here.stage)
    return {
        "here": here,
        "round": here.round,
        "tabs": tabs_of(here, "round-appraisers"),
        "blocks": blocks,
        "holes": sum(block.holes for block in blocks),
        "assigns": assigns,
        "people": appraisers_on(today()) if assigns else (),
    }


def _assigning_refused(request: AuthenticatedRequest, here: Standpoint, error: Refused) -> HttpResponse:
    return refused(request, error, template="rounds/appraisers.html", context=_appraisers_context(here))


@page("GET")
def appraisers(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    return render(request, "rounds/appraisers.html", _appraisers_context(overseen(request, round_id)))


@page("POST")
def assign(request: AuthenticatedRequest, round_id: int, round_block_id: int) -> HttpResponse:
    here = managed(request, round_id)
    get_object_or_404(RoundBlock, pk=round_block_id, round_id=round_id)
    person, codes = request.POST.get("appraiser", ""), request.POST.getlist("field")
    try:
        gaps = []
        if not person.isdecimal():
            gaps.append(Gap(_("Người thẩm định"), _("chưa chọn."), code="no_person"))
        if not codes:
            gaps.append(Gap(_("Lĩnh vực"), _("chưa chọn."), code="no_field"))
        if gaps:
            raise Refused(gaps)
        assign_appraiser(
            round_block_id=round_block_id,
            field_codes=codes,
            appraiser_id=int(person),
            by=here.actor,
            at=here.at,
        )
    except Refused as error:
        return _assigning_refused(request, here, error)
    say(request, _("Đã phân công; người được phân công nhận thông báo."))
    return redirect("round-appraisers", round_id)


@page("POST")
def unassign(request: AuthenticatedRequest, round_id: int, round_block_id: int) -> HttpResponse:
    here = managed(request, round_id)
    get_object_or_404(RoundBlock, pk=round_block_id, round_id=round_id)
    # One button of a field and a person: "3:17".
    code, _colon, person = request.POST.get("take_back", "").rpartition(":")
    if code and person.isdecimal():
        try:
            unassign_appraiser(
                round_block_id=round_block_id,
                field_code=code,
                appraiser_id=int(person),
                by=here.actor,
                at=here.at,
            )
        except Refused as error:
            return _assigning_refused(request, here, error)
        say(request, _("Đã thôi phân công; những gì đã thẩm định được giữ nguyên."))
    return redirect("round-appraisers", round_id)
