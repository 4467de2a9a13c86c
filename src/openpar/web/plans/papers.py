"""The papers that the program composes for a version of a plan, as files to edit and as PDF/A: who may have
which.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.organisations.roles import Actor, Role
from openpar.reform.plans.export import plan_table
from openpar.reform.plans.models import PlanLevel, PlanVersion, VersionState
from openpar.reform.plans.permissions import may_edit_plan
from openpar.reports.documents import OfficialDocument
from openpar.reports.plans import plan_decision, plan_document, plan_submission
from openpar.web.components.files import file_answer, paper_answer
from openpar.web.http import AuthenticatedRequest, actor, page, today
from openpar.web.plans.common import seen_version, visible_plan

_NAMES = {
    "plan": "Kế hoạch",
    "decision": "Quyết định ban hành kế hoạch",
    "submission": "Tờ trình ban hành kế hoạch",
}


@dataclass(frozen=True)
class PaperLink:
    """A composed paper on the page of a version: what it is, and its files by kind."""

    label: str
    files: tuple[tuple[str, str], ...]


def paper_links(who: Actor, version: PlanVersion) -> list[PaperLink]:
    """The papers of a version that the reader, who sees the version, may have."""
    words = {"plan": _("Kế hoạch"), "decision": _("Quyết định ban hành"), "submission": _("Tờ trình")}
    return [
        PaperLink(
            words[paper],
            tuple((kind, _address(version, paper, kind)) for kind in _kinds(paper)),
        )
        for paper in _NAMES
        if _may_have(who, version, paper)
    ]


@page("GET")
def paper(
    request: AuthenticatedRequest, plan_id: int, number: int, paper: str, file_kind: str
) -> HttpResponse:
    """The file, or a page that says everything the document lacks. 404 for a paper or kind there is not."""
    version = seen_version(request, visible_plan(request, plan_id), number)
    who = actor(request)
    if paper not in _NAMES or file_kind not in _kinds(paper) or not _may_have(who, version, paper):
        raise Http404
    name, day = f"{_NAMES[paper]} {version.plan.year}-{number}", today()
    if file_kind == "xlsx":
        return file_answer(plan_table(version, version.issued_on or day), name, file_kind)
    compose: dict[str, Callable[[], OfficialDocument]] = {
        "plan": lambda: plan_document(version, day),
        "decision": lambda: plan_decision(version, day),
        "submission": lambda: plan_submission(version, _sender(who), day),
    }
    return paper_answer(request, compose[paper], name, file_kind)


def _kinds(paper: str) -> tuple[str, ...]:
    return ("docx", "pdf", "xlsx") if paper == "plan" else ("docx", "pdf")


def _may_have(who: Actor, version: PlanVersion, paper: str) -> bool:
    """The plan: whoever sees the version. What leads to it, while it is drawn up: who draws it up; of an
    agency's own plan there is no submission.
    """
    if paper == "plan":
        return True
    is_draft = version.state == VersionState.DRAFT
    if not may_edit_plan(who, version.plan):
        return False
    return paper == "decision" or (is_draft and version.plan.level == PlanLevel.PROVINCE)


def _sender(who: Actor) -> int:
    """Where the person who draws up the plan of the province works."""
    return min(who.organisations(Role.ROUND_MANAGER))


def _address(version: PlanVersion, paper: str, kind: str) -> str:
    return reverse("plan-paper", args=[version.plan_id, version.number, paper, kind])
