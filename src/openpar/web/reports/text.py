"""The text of a report, part by part: the first draft with what it tells from, and what people write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.common.errors import Refused
from openpar.reports.periodic.actions.writing import redraft_section, save_section
from openpar.reports.periodic.calendar import Section
from openpar.reports.periodic.errors import StaleReport
from openpar.reports.periodic.models import ReportSection
from openpar.reports.periodic.reading import ReportView
from openpar.reports.periodic.sources import source_labels
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say
from openpar.web.reports.common import asked_number, frame, own_draft

_PAGE = "reports/text.html"


@dataclass(frozen=True)
class Told:
    """A sentence of the first draft, with its page and its source."""

    text: str
    link: str
    source: str


@dataclass(frozen=True)
class Part:
    """One part of the editor."""

    key: str
    heading: str
    is_required: bool
    row: ReportSection
    text: str
    told: tuple[Told, ...]
    is_written: bool
    # The newest draft says other things than the text that somebody wrote.
    has_other_draft: bool
    may_draft: bool
    rows: int


def _context(
    request: AuthenticatedRequest, view: ReportView, typed: Mapping[str, str] | None = None
) -> dict[str, object]:
    labels = source_labels()
    return {
        **frame(request, "reports"),
        "view": view,
        "parts_of_text": [
            _part(one.section, one.row, labels, typed or {}) for one in view.sections if one.row
        ],
        "prefix": reverse("report", args=[view.report.pk]),
        "stale": "",
    }


def _part(section: Section, row: ReportSection, labels: Mapping[str, str], typed: Mapping[str, str]) -> Part:
    told = tuple(
        Told(one["text"], one["link"], labels.get(one["source"], one["source"])) for one in row.draft_sources
    )
    text = typed.get(row.key, row.text)
    return Part(
        key=row.key,
        heading=f"{section.number}. {section.title}",
        is_required=section.is_required,
        row=row,
        text=text,
        told=told,
        is_written=row.is_written,
        has_other_draft=row.is_written and bool(row.draft_text) and row.draft_text != row.text,
        may_draft=bool(section.topics),
        rows=max(3, min(14, text.count("\n") + len(text) // 110 + 2)),
    )


@page("GET")
def edit(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    view = own_draft(request, report_id)
    if not view.is_draft:
        return _not_a_draft(request, view)
    return render(request, _PAGE, _context(request, view))


@page("POST")
def save(request: AuthenticatedRequest, report_id: int, section: str) -> HttpResponse:
    """What was written in one part; nobody's words are lost when somebody else was faster."""
    key, view = section, _part_of(request, report_id, section)
    if not view.is_draft:
        return _not_a_draft(request, view)
    text = request.POST.get("text", "")
    try:
        save_section(
            by=actor(request),
            at=now(),
            revision_id=view.revision.pk,
            key=key,
            expected_version=asked_number(request, "version") or 0,
            text=text,
        )
    except Refused as error:
        return _refused(request, report_id, key, error, text)
    say(request, _("Đã lưu phần “%s”.") % _heading(view, key))
    return redirect(f"{reverse('report-text', args=[report_id])}#s-{key}")


@page("POST")
def draft(request: AuthenticatedRequest, report_id: int, section: str) -> HttpResponse:
    """A new first draft; in place of what was written only where that was asked for."""
    key, view = section, _part_of(request, report_id, section)
    if not view.is_draft:
        return _not_a_draft(request, view)
    try:
        redraft_section(
            by=actor(request),
            at=now(),
            revision_id=view.revision.pk,
            key=key,
            expected_version=asked_number(request, "version") or 0,
            overwrite=request.POST.get("overwrite") == "yes",
        )
    except Refused as error:
        return _refused(request, report_id, key, error, None)
    say(request, _("Đã soạn lại dự thảo phần “%s”.") % _heading(view, key))
    return redirect(f"{reverse('report-text', args=[report_id])}#s-{key}")


def _part_of(request: AuthenticatedRequest, report_id: int, key: str) -> ReportView:
    view = own_draft(request, report_id)
    if key not in {one.section.id for one in view.sections}:
        raise Http404
    return view


def _heading(view: ReportView, key: str) -> str:
    return next(one.section.title for one in view.sections if one.section.id == key)


def _refused(
    request: AuthenticatedRequest, report_id: int, key: str, error: Refused, text: str | None
) -> HttpResponse:
    view = own_draft(request, report_id)
    is_stale = isinstance(error, StaleReport)
    context = {
        **_context(request, view, {} if text is None else {key: text}),
        "stale": key if is_stale else "",
    }
    return refused(request, error, template=_PAGE, context=context, status=409 if is_stale else 422)


def _not_a_draft(request: AuthenticatedRequest, view: ReportView) -> HttpResponse:
    say(request, _("Bản này đã gửi. Lập bản sửa đổi để sửa nội dung."))
    return redirect("report", view.report.pk)
