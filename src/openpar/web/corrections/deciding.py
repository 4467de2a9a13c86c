"""The corrections of a round: read by who oversees it, decided by the council's chair and the manager."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from openpar.common.errors import Refused
from openpar.parindex.assessments.actions.corrections import confirm_correction, refuse_correction
from openpar.parindex.assessments.errors import StaleScore
from openpar.parindex.assessments.models import Correction, RoundStage
from openpar.parindex.assessments.queries.corrections import corrections_of_round
from openpar.web.account.stamps import recent_factor_gaps, requires_recent_factor
from openpar.web.corrections.shown import shown_correction
from openpar.web.http import AuthenticatedRequest, page, refused, say
from openpar.web.rounds.frame import Standpoint, overseen, tabs_of

_TEMPLATE = "corrections/corrections.html"


def _context(request: AuthenticatedRequest, here: Standpoint) -> dict[str, object]:
    lines = corrections_of_round(here.round)
    waiting = [shown_correction(line, here.actor) for line in lines if line.is_open]
    is_open = here.stage == RoundStage.DECISION
    decides = is_open and any(one.barred is None for one in waiting)
    return {
        "here": here,
        "round": here.round,
        "tabs": tabs_of(here, "round-corrections"),
        "waiting": waiting,
        "settled": [shown_correction(line, here.actor) for line in lines if not line.is_open],
        "is_open": is_open,
        "confirm_gaps": recent_factor_gaps(request) if decides else [],
        "concluded": here.round.council_met_on is not None,
    }


@page("GET")
def corrections(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    return render(request, _TEMPLATE, _context(request, overseen(request, round_id)))


@page("POST")
def decide(request: AuthenticatedRequest, round_id: int, correction_id: int) -> HttpResponse:
    """Confirms a correction, or refuses it with a reason."""
    here = overseen(request, round_id)
    get_object_or_404(Correction, pk=correction_id, assessment__round_block__round_id=round_id)
    try:
        if request.POST.get("answer") == "refuse":
            reason = request.POST.get("reason", "")
            refuse_correction(correction_id=correction_id, reason=reason, by=here.actor, at=here.at)
            say(request, _("Đã trả lời không chấp nhận đính chính."))
        else:
            requires_recent_factor(request)
            confirm_correction(correction_id=correction_id, by=here.actor, at=here.at)
            say(request, _("Đã đính chính; đơn vị nhận thông báo."))
    except Refused as error:
        status = 409 if isinstance(error, StaleScore) else 422
        return refused(request, error, template=_TEMPLATE, context=_context(request, here), status=status)
    return redirect("round-corrections", round_id)
