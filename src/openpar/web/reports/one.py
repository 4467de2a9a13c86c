"""One report: read, signed and sent, returned, accepted, corrected; its revisions side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.documents.models import Document
from openpar.base.documents.queries import documents_of_owners
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Refused
from openpar.reports.periodic.actions.opening import discard_report_draft
from openpar.reports.periodic.actions.submitting import (
    accept_report,
    attach_signed,
    return_report,
    revise_report,
    submit_report,
)
from openpar.reports.periodic.comparing import reasons_not_compared
from openpar.reports.periodic.completeness import submission_gaps
from openpar.reports.periodic.errors import StaleReport
from openpar.reports.periodic.models import ReportRevision, RevisionState
from openpar.reports.periodic.queries.loading import IN_FORCE
from openpar.reports.periodic.reading import ReportView
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say
from openpar.web.reports.common import (
    PILLS,
    asked_number,
    frame,
    own_draft,
    rights,
    sent_words,
    visible_report,
)
from openpar.web.reports.shown import ShownField, comparison_rows, shown_fields

_PAGE = "reports/report.html"
_MOST_DOCUMENTS = 50


@dataclass(frozen=True)
class OlderRevision:
    """One line of the list of revisions."""

    revision: ReportRevision
    pill: tuple[str, str]
    said: str
    is_late: bool


def report_context(request: AuthenticatedRequest, view: ReportView) -> dict[str, object]:
    """What the page of a report shows."""
    who, revision = actor(request), view.revision
    may = rights(who, view)
    is_draft = view.is_draft and view.is_newest
    reads_draft = is_draft and (may.writes or may.submits)
    fields: tuple[ShownField, ...] = shown_fields(view)
    said, is_late = sent_words(revision)
    signs = (
        may.writes and view.is_newest and revision.state not in (RevisionState.DRAFT, RevisionState.RETURNED)
    )
    may_attach = signs and revision.signed_document_id is None
    return {
        **frame(request, "reports"),
        "view": view,
        "may": may,
        "is_draft": is_draft,
        "pill": (PILLS[RevisionState(revision.state)], revision.get_state_display()),
        "sent_words": said,
        "is_late": is_late,
        "fields": fields,
        "not_compared": reasons_not_compared(view),
        "gaps": submission_gaps(revision, now()) if reads_draft else [],
        "reads_draft": reads_draft,
        "may_answer": may.answers and revision.state == RevisionState.SUBMITTED,
        "may_revise": may.writes and view.is_newest and revision.state in IN_FORCE,
        "may_attach": may_attach,
        "documents": _documents(who, view) if may_attach else [],
        "older": [_older(one) for one in reversed(view.revisions)],
        "prefix": reverse("report", args=[view.report.pk]),
        "query": "" if view.is_newest else f"?revision={revision.number}",
        "back": f"{reverse('reports')}?year={view.report.year}&report={view.report.code}",
    }


def _older(one: ReportRevision) -> OlderRevision:
    said, is_late = sent_words(one)
    return OlderRevision(one, (PILLS[RevisionState(one.state)], one.get_state_display()), said, is_late)


def _documents(who: Actor, view: ReportView) -> list[tuple[int, str]]:
    """The newest documents with a file and a number, of the organisation and of the person's own."""
    owners = {*who.organisations(), view.report.organisation_id}
    rows = documents_of_owners(owners).filter(file__isnull=False, issued_on__isnull=False).exclude(number="")
    return [(row.pk, _document_words(row)) for row in rows[:_MOST_DOCUMENTS]]


def _document_words(row: Document) -> str:
    return f"{row.number} ({row.issued_on:%d/%m/%Y}) {row.title}"[:120]


@page("GET")
def report(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    view = visible_report(request, report_id, asked_number(request, "revision"))
    return render(request, _PAGE, report_context(request, view))


@page("GET")
def compare(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    """Two revisions side by side: what changed in figures and text."""
    newest = visible_report(request, report_id)
    numbers = [one.number for one in newest.revisions]
    after = asked_number(request, "after") or numbers[-1]
    before = asked_number(request, "before") or max([one for one in numbers if one < after], default=after)
    one, other = visible_report(request, report_id, before), visible_report(request, report_id, after)
    texts = [
        (section.section, old.text, section.text)
        for old, section in zip(one.sections, other.sections, strict=False)
        if old.text != section.text
    ]
    context = {
        **frame(request, "reports"),
        "view": other,
        "before": one,
        "rows": comparison_rows(one, other),
        "texts": texts,
        "numbers": [(number, _("Bản %d") % number) for number in numbers],
        "prefix": reverse("report", args=[report_id]),
    }
    return render(request, "reports/compare.html", context)


Act = Callable[[Actor, datetime], object]


def act_on(request: AuthenticatedRequest, view: ReportView, act: Act, told: str) -> HttpResponse:
    """One action on a report, then its page again; a refusal is shown there."""
    try:
        act(actor(request), now())
    except Refused as error:
        status = 409 if isinstance(error, StaleReport) else 422
        context = report_context(request, visible_report(request, view.report.pk))
        context["typed"] = request.POST.get("reason", "")
        return refused(request, error, template=_PAGE, context=context, status=status)
    say(request, told)
    return redirect("report", view.report.pk)


def asked_version(request: AuthenticatedRequest) -> int:
    """The version that the person saw; one that cannot be read fits none."""
    return asked_number(request, "version") or 0


@page("POST")
def submit(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    view = visible_report(request, report_id)
    if not rights(actor(request), view).submits:
        raise Http404

    def act(who: Actor, at: datetime) -> None:
        submit_report(by=who, at=at, revision_id=view.revision.pk, expected_version=asked_version(request))

    return act_on(request, view, act, _("Đã ký gửi báo cáo."))


@page("POST")
def give_back(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    """A report that was sent goes back, with a reason."""
    view = visible_report(request, report_id)
    if not rights(actor(request), view).receives:
        raise Http404

    def act(who: Actor, at: datetime) -> None:
        return_report(by=who, at=at, revision_id=view.revision.pk, reason=request.POST.get("reason", ""))

    return act_on(request, view, act, _("Đã trả lại báo cáo."))


@page("POST")
def accept(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    view = visible_report(request, report_id)
    if not rights(actor(request), view).receives:
        raise Http404

    def act(who: Actor, at: datetime) -> None:
        accept_report(by=who, at=at, revision_id=view.revision.pk)

    return act_on(request, view, act, _("Đã tiếp nhận báo cáo."))


@page("POST")
def revise(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    view = own_draft(request, report_id)

    def act(who: Actor, at: datetime) -> None:
        revise_report(by=who, at=at, report_id=view.report.pk, reason=request.POST.get("reason", ""))

    told = _("Đã lập bản sửa đổi; bản đã tiếp nhận còn hiệu lực đến khi bản này được tiếp nhận.")
    return act_on(request, view, act, told)


@page("POST")
def attach(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    """The signed file of the registry; from then on it is what is read."""
    view = own_draft(request, report_id)
    document = asked_number(request, "document") or 0

    def act(who: Actor, at: datetime) -> None:
        attach_signed(by=who, at=at, revision_id=view.revision.pk, document_id=document)

    return act_on(request, view, act, _("Đã gắn văn bản đã ký."))


@page("POST")
def discard(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    view = own_draft(request, report_id)
    had_others = len(view.revisions) > 1
    try:
        discard_report_draft(
            by=actor(request),
            at=now(),
            revision_id=view.revision.pk,
            expected_version=asked_version(request),
        )
    except Refused as error:
        status = 409 if isinstance(error, StaleReport) else 422
        context = report_context(request, visible_report(request, report_id))
        return refused(request, error, template=_PAGE, context=context, status=status)
    say(request, _("Đã bỏ bản đang soạn."))
    return redirect("report", report_id) if had_others else redirect("reports")
