"""How procedures are offered: one procedure from a day on, what is owed, quality systems of agencies."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.organisations.models import OrganisationVersion
from openpar.base.organisations.queries import organisations_as_of
from openpar.common.errors import Refused
from openpar.delivery.procedures.actions.provisions import last_facts, last_provision, offer_of, set_provision
from openpar.delivery.procedures.actions.quality import record_quality
from openpar.delivery.procedures.actions.shared import mark_of
from openpar.delivery.procedures.errors import StaleProcedures
from openpar.delivery.procedures.levels import partial_needs_reason_from
from openpar.delivery.procedures.models import Procedure
from openpar.delivery.procedures.permissions import agencies_recorded_by
from openpar.delivery.procedures.queries.counting import online_counts
from openpar.delivery.procedures.queries.offering import partial_without_reason, quality_on
from openpar.delivery.procedures.queries.reviewing import names_of
from openpar.delivery.procedures.words import QualityState
from openpar.web.components.paging import slice_of
from openpar.web.http import (
    AuthenticatedRequest,
    actor,
    asked_day,
    form_refused,
    now,
    page,
    refused,
    say,
    today,
)
from openpar.web.people.forms import choice_of
from openpar.web.procedures.common import frame, manager
from openpar.web.procedures.conflicts import conflict_of
from openpar.web.procedures.forms import OfferForm, QualityForm

_OFFER, _QUALITY = "procedures/offer.html", "procedures/quality.html"
_QUALITY_STATES = {
    QualityState.ANNOUNCED: "done",
    QualityState.REANNOUNCED: "done",
    QualityState.MAINTAINED: "done",
    QualityState.NOT_MAINTAINED: "bad",
    QualityState.WITHDRAWN: "ended",
}


@page("GET", "POST")
def offer(request: AuthenticatedRequest, procedure_id: int) -> HttpResponse:
    """How a procedure is offered from a day on; the form begins with what is recorded now."""
    who = manager(request)
    found = get_object_or_404(Procedure, pk=procedure_id)
    day = today()
    last = last_provision(found, None)
    initial = {**vars(offer_of(last)), "on": day} if last else {"on": day}
    form = OfferForm(request.POST if request.method == "POST" else None, initial=initial, day=day)
    context = {
        **frame(request, "procedures"),
        "procedure": found,
        "name": names_of({found.pk}, day).get(found.pk, found.full_code),
        "form": form,
        "organisations": [choice_of(version) for version in organisations_as_of(day)],
        "reason_from": partial_needs_reason_from(),
        "seen": mark_of(last_facts(last)),
    }
    if request.method == "GET":
        return render(request, _OFFER, context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        set_provision(
            by=who,
            at=now(),
            procedure_id=procedure_id,
            organisation_id=form.cleaned_data["organisation"],
            on=form.cleaned_data["on"],
            offer=form.offer(),
            seen=request.POST.get("seen", ""),
        )
    except StaleProcedures as error:
        context |= {"conflict": conflict_of(request, error.there, form), "seen": mark_of(error.there)}
        return refused(request, error, template=_OFFER, context=context, status=409)
    except Refused as error:
        context["seen"] = request.POST.get("seen", "")
        return refused(request, error, template=_OFFER, context=context)
    say(request, _("Đã ghi việc cung cấp thủ tục từ ngày %s.") % f"{form.cleaned_data['on']:%d/%m/%Y}")
    return redirect(f"{reverse('procedure', args=[procedure_id])}?view=offers")


@page("GET")
def offers(request: AuthenticatedRequest) -> HttpResponse:
    """How much of the catalogue is online on a day, and what owes a published reason."""
    day, gaps = asked_day(request)
    context: dict[str, object] = {
        **frame(request, "procedures-offers"),
        "day": day,
        "counts": online_counts(day),
        "slice": (found := slice_of(request, partial_without_reason(day))),
        "rows": found.items,
        "reason_from": partial_needs_reason_from(),
        "prefix": reverse("procedures"),
    }
    if gaps:
        context["refused_gaps"] = gaps
    return render(request, "procedures/offers.html", context, status=422 if gaps else 200)


@page("GET", "POST")
def quality(request: AuthenticatedRequest) -> HttpResponse:
    """Quality systems of agencies; those who work in one record it."""
    who, day = actor(request), today()
    own = agencies_recorded_by(who)
    form = QualityForm(request.POST if request.method == "POST" else None, initial=_initial(who))
    context = {
        **frame(request, "procedures-quality"),
        "rows": [
            (line, _QUALITY_STATES[QualityState(line.latest.state)], line.latest.get_state_display())
            for line in quality_on(day)
        ],
        "may_record": own is None or bool(own),
        "form": form,
        "seen": request.POST.get("seen", ""),
        "organisations": [
            choice_of(version)
            for version in organisations_as_of(day)
            if own is None or version.organisation_id in own
        ],
    }
    if request.method == "GET":
        return render(request, _QUALITY, context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        given = form.cleaned_data
        record_quality(
            by=who,
            at=now(),
            organisation_id=given["organisation"],
            on=given["on"],
            state=given["state"],
            standard=given["standard"],
            legal_basis=given["legal_basis"],
            seen=request.POST.get("seen", ""),
        )
    except StaleProcedures as error:
        context |= {"conflict": conflict_of(request, error.there, form), "seen": mark_of(error.there)}
        return refused(request, error, template=_QUALITY, context=context, status=409)
    except Refused as error:
        return refused(request, error, template=_QUALITY, context=context)
    say(request, _("Đã ghi tình trạng hệ thống chất lượng."))
    return redirect("procedures-quality")


def _initial(who: Actor) -> dict[str, object]:
    """The own agency of somebody who works in one only."""
    own = agencies_recorded_by(who)
    if own is None or len(own) != 1:
        return {}
    version = OrganisationVersion.objects.select_related("organisation").filter(
        organisation__in=own, valid_until=None
    )
    found = version.first()
    return {"organisation": choice_of(found)} if found else {}
