"""A penalty for one unit, entered by an appraiser from the page of that unit."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.documents.permissions import owners_seen_by
from openpar.base.documents.queries import documents_of_owners
from openpar.common.errors import Gap, Refused
from openpar.parindex.assessments.actions.adjustments import DECIDE_STAGES, record_penalty
from openpar.parindex.assessments.models import Adjustment, RoundStage
from openpar.parindex.assessments.permissions import may_record_penalty
from openpar.parindex.assessments.queries.visibility import visible_assessments
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, refused, say
from openpar.web.rounds.forms import PenaltyForm

_TEMPLATE = "rounds/penalty.html"
_DOCUMENTS_OFFERED = 200


def documents_offered(who: Actor) -> list[tuple[int, str]]:
    """The latest documents of the stores the person may look into."""
    return [
        (document.pk, f"{document.number} {document.title}".strip())
        for document in documents_of_owners(owners_seen_by(who))[:_DOCUMENTS_OFFERED]
    ]


@page("GET", "POST")
def penalty(request: AuthenticatedRequest, round_id: int, assessment_id: int) -> HttpResponse:
    who, at = actor(request), now()
    sheets = visible_assessments(who.person_id, at).select_related("unit", "round_block__round")
    sheet = get_object_or_404(sheets, pk=assessment_id, round_block__round_id=round_id)
    round = sheet.round_block.round
    if not may_record_penalty(who, sheet, round):
        raise Http404
    form = PenaltyForm(request.POST or None, documents=documents_offered(who))
    back = reverse("appraisal-unit", args=[round_id, assessment_id])
    entered = Adjustment.objects.filter(
        assessment=sheet, kind=Adjustment.Kind.PENALTY, entered_by_id=who.person_id
    )
    context = {
        "round": round,
        "sheet": sheet,
        "form": form,
        "back": back,
        "gap": _why_not(RoundStage(round.stage)),
        "entered": list(entered.select_related("document").order_by("pk")),
    }
    if request.method == "GET":
        return render(request, _TEMPLATE, context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        record_penalty(
            assessment_id=assessment_id,
            ground=form.cleaned_data["ground"],
            points=form.cleaned_data["points"],
            document_id=form.cleaned_data["document"],
            by=who,
            at=at,
        )
    except Refused as error:
        return refused(request, error, template=_TEMPLATE, context=context)
    say(request, _("Đã ghi điểm trừ; người khác quyết định."))
    return redirect(back)


def _why_not(stage: RoundStage) -> Gap | None:
    if stage in DECIDE_STAGES:
        return None
    return Gap("", _("Điểm trừ nhập từ giai đoạn thẩm định đến trước khi công bố."), code="other_stage")
