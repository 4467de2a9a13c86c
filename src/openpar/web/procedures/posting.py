"""Postings: who is late, and recording what an agency posted after a decision."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openpar.base.organisations.queries import names_on
from openpar.common.errors import Gap, Refused
from openpar.common.formats import parse_date
from openpar.delivery.procedures.actions.postings import posting_facts, record_posting
from openpar.delivery.procedures.actions.shared import mark_of
from openpar.delivery.procedures.errors import StaleProcedures
from openpar.delivery.procedures.models import DecisionLine, Posting, PublishingDecision
from openpar.delivery.procedures.permissions import agencies_recorded_by, may_record_posting
from openpar.delivery.procedures.queries.duties import (
    agencies_of_lines,
    duties_of,
    late_postings,
    work_calendar,
)
from openpar.delivery.procedures.words import PostedAt
from openpar.web.components.paging import slice_of
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say, today
from openpar.web.procedures.common import asked_number, frame, visible_decision
from openpar.web.procedures.conflicts import conflict_of_days
from openpar.web.procedures.decisions import line_names

HERE = "procedures-postings"
_TEMPLATE = "procedures/posting.html"


@page("GET")
def postings(request: AuthenticatedRequest) -> HttpResponse:
    """Late postings of the decisions of this year and the last."""
    day = today()
    since = date(day.year - 1, 1, 1)
    own = agencies_recorded_by(actor(request))
    # Who works in an agency sees that agency first; everybody may see all.
    only_own = bool(own) and request.GET.get("all") != "1"
    late = late_postings(day, since=since, organisation_ids=own if only_own else None)
    found = slice_of(request, late)
    context = {
        **frame(request, HERE),
        "slice": found,
        "rows": [(one, one.days_late(day), own is None or one.organisation_id in own) for one in found.items],
        "open_count": sum(not one.is_done for one in late),
        "since": since,
        "only_own": only_own,
        "has_own": bool(own),
    }
    return render(request, "procedures/postings.html", context)


@page("GET", "POST")
def posting(request: AuthenticatedRequest, decision_id: int) -> HttpResponse:
    """What one agency posted of one decision; the agency stands in the address."""
    found = visible_decision(request, decision_id)
    organisation_id = asked_number(request, "agency") or _first_own(request, found)
    lines = _handled(found, organisation_id)
    if not organisation_id or not lines or not may_record_posting(actor(request), organisation_id):
        raise Http404
    context = _context(request, found, organisation_id, lines)
    if request.method == "GET":
        return render(request, _TEMPLATE, context)
    chosen = {int(one) for one in request.POST.getlist("line") if one.isascii() and one.isdecimal()}
    places = [PostedAt(one) for one in request.POST.getlist("place") if one in PostedAt.values]
    context |= {"chosen": chosen, "places_chosen": places, "posted_on": request.POST.get("posted_on", "")}
    context["seen"] = request.POST.get("seen", "")
    try:
        day = parse_date(request.POST.get("posted_on", ""), where=_("Ngày niêm yết"))
        touched = record_posting(
            by=actor(request),
            at=now(),
            decision_id=decision_id,
            organisation_id=organisation_id,
            line_ids=chosen,
            places=places,
            posted_on=day,
            seen=request.POST.get("seen", ""),
        )
    except StaleProcedures as error:
        names = {
            f"{line.code} {place}": f"{line.code} · {place.label}"
            for line in lines
            if line.pk in chosen
            for place in places
        }
        context |= {
            "conflict": conflict_of_days(request, error.there, names, day),
            "seen": mark_of(error.there),
        }
        return refused(request, error, template=_TEMPLATE, context=context, status=409)
    except Refused as error:
        gaps = [Gap(gap.where, gap.what, gap.remedy, gap.code, gap.link) for gap in error.gaps]
        return refused(request, Refused(gaps), template=_TEMPLATE, context=context)
    say(request, _("Đã ghi %d lượt niêm yết.") % touched)
    return redirect("publishing-decision", decision_id)


def _handled(found: PublishingDecision, organisation_id: int | None) -> list[DecisionLine]:
    if found.issued_at is None or organisation_id is None:
        return []
    lines = list(found.lines.order_by("code"))
    agencies = agencies_of_lines(lines, {found.pk: found.effective_on})
    return [line for line in lines if organisation_id in agencies.get(line.pk, {})]


def _first_own(request: AuthenticatedRequest, found: PublishingDecision) -> int | None:
    """The agency of whoever asks, or for those who manage the first that handles something."""
    own = agencies_recorded_by(actor(request))
    agencies = agencies_of_lines(list(found.lines.all()), {found.pk: found.effective_on})
    here = dict.fromkeys(one for of_line in agencies.values() for one in of_line)
    return next((one for one in here if own is None or one in own), None)


def _context(
    request: AuthenticatedRequest, found: PublishingDecision, organisation_id: int, lines: list[DecisionLine]
) -> dict[str, object]:
    there: dict[int, list[Posting]] = {}
    for row in Posting.objects.filter(line__in=lines, organisation=organisation_id).order_by("place"):
        there.setdefault(row.line_id, []).append(row)
    names = line_names(found, lines)
    return {
        **frame(request, "publishing-decisions"),
        "decision": found,
        "duty": duties_of(found, work_calendar()).post,
        "organisation_id": organisation_id,
        "organisation": names_on([organisation_id], found.effective_on).get(organisation_id, ""),
        "lines": [
            (
                line,
                names[line.pk],
                [(str(PostedAt(row.place).label), row.posted_on) for row in there.get(line.pk, [])],
            )
            for line in lines
        ],
        "places": [(place.value, place.label) for place in PostedAt],
        "chosen": {line.pk for line in lines if line.pk not in there},
        "places_chosen": [PostedAt.BOARD, PostedAt.WEBSITE],
        "posted_on": "",
        "seen": mark_of(posting_facts(found, organisation_id)),
    }
