"""What the pages of inspections share: the tabs, the case of the address, documents typed with a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypeVar

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.documents.actions import add_document
from openpar.base.documents.models import Document
from openpar.base.documents.permissions import owners_added_to_by
from openpar.base.documents.queries import documents_of_owners
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap, Refused
from openpar.reform.inspections.models import CampaignState, CaseState, Mode, TeamMember, UnitResponse
from openpar.reform.inspections.permissions import (
    may_plan_somewhere,
    oversees_inspections,
    works_in_agency,
)
from openpar.reform.inspections.queries.cases import CaseView, case_view
from openpar.reform.inspections.words import document_words
from openpar.web.components.documents import read_particulars
from openpar.web.components.given import Given
from openpar.web.http import AuthenticatedRequest, actor, now, today

T = TypeVar("T")

CASE_PILLS: Mapping[CaseState, str] = {
    CaseState.PREPARING: "draft",
    CaseState.NOTIFIED: "sent",
    CaseState.WORKING: "active",
    CaseState.REPORTED: "waiting",
    CaseState.CONCLUDED: "published",
    CaseState.CLOSED: "done",
    CaseState.CANCELLED: "ended",
}
PLAN_PILLS: Mapping[CampaignState, str] = {CampaignState.DRAFT: "draft", CampaignState.ISSUED: "done"}
RESPONSE_PILLS: Mapping[str, str] = {UnitResponse.Kind.AGREES: "done", UnitResponse.Kind.OBJECTS: "warning"}
MODES = tuple((mode.value, mode.label) for mode in Mode)
# How many documents of a store a step offers to choose from.
_RECENT = 30


def frame(request: AuthenticatedRequest, here: str) -> dict[str, object]:
    """The tabs of the subject. 404 for whoever has nothing to see here."""
    who = actor(request)
    sees_plans = oversees_inspections(who) or may_plan_somewhere(who)
    if not (sees_plans or works_in_agency(who) or _is_in_a_team(who)):
        raise Http404
    pages = [("inspections", _("Vụ kiểm tra"))]
    if sees_plans:
        pages += [("inspection-plans", _("Kế hoạch kiểm tra")), ("inspection-coverage", _("Độ bao phủ"))]
    return {"tabs": [(label, reverse(name), name == here, None) for name, label in pages]}


def _is_in_a_team(who: Actor) -> bool:
    return TeamMember.objects.filter(user=who.id).exists()


def seen_case(request: AuthenticatedRequest, inspection_id: int) -> CaseView:
    """The case as the person sees it; 404 for a stranger."""
    view = case_view(actor(request), inspection_id, today())
    if view is None:
        raise Http404
    return view


def whole(text: str) -> int | None:
    """A whole number of an address or a field; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def whole_of(request: AuthenticatedRequest, name: str) -> int | None:
    """The whole number in a field of the form."""
    return whole(request.POST.get(name, "").strip())


def days_of(request: AuthenticatedRequest, labels: Mapping[str, str]) -> dict[str, date]:
    """The days in fields of the form, by their names. Raises Refused with every faulty one."""
    given = Given(dict(request.POST.lists()))
    found = {name: given.day(name) for name in labels}
    gaps = [Gap(labels[name], text, code="unreadable") for name, text in given.errors.items()]
    gaps += [
        Gap(label, _("để trống"), _("Ghi ngày như 31/12/2026"), code="no-day")
        for name, label in labels.items()
        if found[name] is None and name not in given.errors
    ]
    if gaps:
        raise Refused(gaps)
    return {name: day for name, day in found.items() if day is not None}


def papers_for(request: AuthenticatedRequest, organisation_id: int) -> list[tuple[int, str]]:
    """The issued documents to choose from for a step: newest first, of the stores the person adds to."""
    owners = {organisation_id, *owners_added_to_by(actor(request))}
    issued = documents_of_owners(owners).exclude(number="").filter(issued_on__isnull=False)
    return [(one.pk, f"{document_words(one)} – {one.title}"[:160]) for one in issued[:_RECENT]]


def with_document(
    request: AuthenticatedRequest, organisation_id: int, title: str, act: Callable[[int | None], T]
) -> T:
    """One step with its document: one chosen from the store, or one typed with the step.

    The step is tried without the document first: when anything else stands in the way, nothing is added to
    the store. Raises Refused.
    """
    chosen = whole_of(request, "document")
    if chosen is not None:
        return act(chosen)
    try:
        return act(None)
    except Refused as refused:
        others = [gap for gap in refused.gaps if gap.code != "no-document"]
        if others:
            raise type(refused)(others) from None
        if not request.POST.get("number", "").strip():
            raise
    return act(_added(request, organisation_id, title).pk)


def _added(request: AuthenticatedRequest, organisation_id: int, title: str) -> Document:
    particulars = read_particulars(request)
    if particulars.get("issued_on") is None:
        remedy = _("Ghi ngày trên văn bản")
        raise Refused(Gap(_("Ngày ban hành"), _("để trống"), remedy, code="no-day"))
    particulars["title"] = particulars.get("title") or title
    who = actor(request)
    owners = owners_added_to_by(who)
    owner = organisation_id if organisation_id in owners else min(owners, default=organisation_id)
    return add_document(by=who, at=now(), owner_id=owner, **particulars)


def link_of(inspection_id: int, document: Document | None) -> tuple[str, str]:
    """The words of a document of a case, and where its file is (empty without one)."""
    if document is None:
        return ("—", "")
    address = reverse("inspection-document", args=[inspection_id, document.pk])
    return (document_words(document), address if document.file_id else "")
