"""What waits for a decision, as rows that the control room and everybody's task list show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.common.errors import Gap, Refused
from openpar.reform.plans.actions.together import confirm_together
from openpar.reform.plans.models import Claim, DutyRequest
from openpar.reform.plans.queries.pages_control import agencies_of_rows, claims_to_confirm
from openpar.web.findings.common import side
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say
from openpar.web.plans.common import Pill, frame, whole_number

_MOST_AT_ONCE = 200
_BACK = {"control": "plans-control", "tasks": "tasks"}


@dataclass(frozen=True)
class ClaimRow:
    """A report that waits for its confirmation."""

    claim: Claim
    agency: str
    text: str
    assignment_id: int
    due_on: date | None
    pill: Pill


@dataclass(frozen=True)
class RequestRow:
    """A request that waits for its decision."""

    request: DutyRequest
    agency: str
    text: str
    assignment_id: int
    asked: str


def claim_rows(found: Iterable[Claim], day: date) -> list[ClaimRow]:
    kept = list(found)
    names = agencies_of_rows(kept, day)
    rows = []
    for claim in kept:
        assignment, due_on = claim.duty.assignment, claim.duty.due_on
        is_late = due_on is not None and claim.completed_on > due_on
        pill: Pill = ("warning", _("trễ hạn")) if is_late else ("done", _("đúng hạn"))
        agency = names.get(assignment.organisation_id, "")
        rows.append(ClaimRow(claim, agency, assignment.line.text, assignment.pk, due_on, pill))
    return rows


def request_rows(found: Iterable[DutyRequest], day: date) -> list[RequestRow]:
    kept = list(found)
    names = agencies_of_rows(kept, day)
    rows = []
    for request in kept:
        assignment = request.duty.assignment
        asked = _("Nguyên nhân khách quan")
        if request.kind == DutyRequest.Kind.EXTENSION and request.new_due_on is not None:
            asked = _("Gia hạn đến %s") % f"{request.new_due_on:%d/%m/%Y}"
        agency = names.get(assignment.organisation_id, "")
        rows.append(RequestRow(request, agency, assignment.line.text, assignment.pk, asked))
    return rows


@page("POST")
def confirm_many(request: AuthenticatedRequest) -> HttpResponse:
    """Confirms the ticked reports, all of them or none."""
    frame(request, "tasks")
    who = actor(request)
    wanted = [number for text in request.POST.getlist("claim") if (number := whole_number(text))]
    # Whatever else was sent is not there for this person.
    claims = list(claims_to_confirm(side(request)).filter(pk__in=wanted[:_MOST_AT_ONCE]))
    back = _BACK.get(request.POST.get("back", ""), "tasks")
    try:
        if not claims:
            what, remedy = _("chưa chọn báo cáo nào"), _("Đánh dấu các báo cáo cần xác nhận")
            raise Refused(Gap(_("Xác nhận"), what, remedy, code="nothing-chosen"))
        confirm_together(by=who, at=now(), claim_ids=[claim.pk for claim in claims])
    except Refused as error:
        return refused(request, error)
    say(request, _("Đã xác nhận %d nhiệm vụ.") % len(claims))
    return redirect(reverse(back) + ("?view=decide" if back == "tasks" else ""))
