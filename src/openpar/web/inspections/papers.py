"""The papers that the program composes for a case, as a file to edit and as PDF/A: who may have which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor
from openpar.reform.inspections.models import CaseState, InspectedUnit, Mode
from openpar.reform.inspections.permissions import agencies_of
from openpar.reform.inspections.queries.cases import CaseView
from openpar.reports.documents import OfficialDocument
from openpar.reports.inspections import announcement, conclusion, minutes_of
from openpar.web.components.files import paper_answer
from openpar.web.http import AuthenticatedRequest, actor, page, today
from openpar.web.inspections.common import seen_case

_BEGUN = (CaseState.WORKING, CaseState.REPORTED, CaseState.CONCLUDED, CaseState.CLOSED)
_PAPERS: Mapping[str, tuple[Callable[[CaseView, date], OfficialDocument], str]] = {
    "announcement": (announcement, "Thông báo kiểm tra"),
    "conclusion": (conclusion, "Thông báo kết luận"),
}


@dataclass(frozen=True)
class PaperLink:
    """A composed paper on the page of a case: what it is, where its files are, whether it is a draft."""

    label: str
    address: str
    is_draft: bool


def has_announcement(view: CaseView) -> bool:
    """The inspecting side drafts it; units have it once it went out. There is none of a surprise."""
    if view.case.mode == Mode.UNANNOUNCED or view.case.state == CaseState.CANCELLED:
        return False
    return view.is_inside or view.case.notice_id is not None


def has_conclusion(view: CaseView) -> bool:
    """The inspecting side drafts it while the team works; all units have the issued one, which is of all."""
    return view.is_concluded or (view.is_inside and view.case.state in _BEGUN)


def has_minutes(who: Actor, view: CaseView, unit: InspectedUnit) -> bool:
    """The inspecting side drafts them from the beginning of the checks; the unit has those that it signed."""
    if view.case.mode == Mode.DESK:
        return False
    if view.is_inside:
        return view.case.state in _BEGUN
    return unit.minutes_id is not None and unit.organisation_id in agencies_of(who)


def paper_links(view: CaseView, prefix: str) -> list[PaperLink]:
    """The papers of the whole case that the reader may have."""
    found = []
    if has_announcement(view):
        is_draft = view.case.notice_id is None
        found.append(PaperLink(_("Thông báo kiểm tra"), f"{prefix}papers/announcement/", is_draft))
    if has_conclusion(view):
        is_draft = view.case.conclusion_id is None
        found.append(PaperLink(_("Thông báo kết luận"), f"{prefix}papers/conclusion/", is_draft))
    return found


@page("GET")
def paper(request: AuthenticatedRequest, inspection_id: int, paper: str, file_kind: str) -> HttpResponse:
    """The announcement or the conclusion."""
    view = seen_case(request, inspection_id)
    may = {"announcement": has_announcement, "conclusion": has_conclusion}
    if paper not in _PAPERS or not may[paper](view):
        raise Http404
    compose, name = _PAPERS[paper]
    return paper_answer(request, lambda: compose(view, today()), f"{name} {inspection_id}", file_kind)


@page("GET")
def minutes(request: AuthenticatedRequest, unit_id: int, file_kind: str) -> HttpResponse:
    """The minutes of one unit."""
    unit = InspectedUnit.objects.select_related("minutes").filter(pk=unit_id).first()
    if unit is None:
        raise Http404
    view = seen_case(request, unit.inspection_id)
    if not has_minutes(actor(request), view, unit):
        raise Http404
    return paper_answer(
        request, lambda: minutes_of(view, unit, today()), f"Biên bản kiểm tra {unit_id}", file_kind
    )
