"""The sheet of a unit in Excel: download, upload, look at what would change, save."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.common.errors import FileRefused, Gap, Refused
from openpar.common.text import fold
from openpar.parindex.assessments.actions.sheet_upload import BATCH_KIND, Entries, SheetRefused, save_sheet
from openpar.parindex.assessments.models import Assessment
from openpar.parindex.assessments.permissions import works_for_unit
from openpar.parindex.assessments.queries.visibility import visible_assessments
from openpar.parindex.assessments.rules import why_not_self_scoring
from openpar.parindex.assessments.sheet_files import (
    SheetChanges,
    changes_of,
    read_sheet_file,
    sheet_head,
    stored_scores,
    write_sheet,
)
from openpar.parindex.assessments.sheets import Sheet, sheet_of, with_window
from openpar.web.components.uploads import keep_upload, upload_of
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say
from openpar.web.sheet_files.shown import shown_change

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _assessment(request: AuthenticatedRequest, pk: int) -> Assessment:
    """The sheet, for those who may see it; a stranger gets 404."""
    visible = visible_assessments(request.user.pk, now())
    return get_object_or_404(with_window(visible), pk=pk)


@page("GET")
def download(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """The sheet as it stands, to be filled in."""
    assessment = _assessment(request, pk)
    head, criteria = sheet_head(assessment)
    target = BytesIO()
    write_sheet(target, head, criteria, stored_scores(pk, criteria))
    name = "-".join(f"phieu tu cham {head.unit}".split())
    answer = HttpResponse(target.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{fold(name)}.xlsx"'
    return answer


def _gap(sheet: Sheet, by: Actor) -> Gap | None:
    """Why this person cannot upload now; the same questions as the action asks."""
    if not works_for_unit(by, sheet.assessment):
        return Gap("", _("Chỉ người của đơn vị nộp phiếu tự chấm của đơn vị."), code="not_of_the_unit")
    return why_not_self_scoring(
        sheet.window, sheet.assessment.state, now(), reopened_until=sheet.reopened_until
    )


@page("GET", "POST")
def upload(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Takes a filled file and leads to the page that shows what it would change."""
    assessment = _assessment(request, pk)
    by = actor(request)
    gap = _gap(sheet_of(assessment), by)
    context = {"assessment": assessment, "gap": gap}
    if request.method == "GET":
        return render(request, "sheet_files/upload.html", context)

    def check(path: Path, _name: str) -> SheetChanges:
        return _changes(assessment, path)

    try:
        if gap is not None:
            raise SheetRefused(gap)
        token, _changes_found = keep_upload(
            request.FILES.get("file"), check=check, kind=BATCH_KIND, about=f"assessment:{pk}", by=by, at=now()
        )
    except Refused as error:
        return refused(request, error, template="sheet_files/upload.html", context=context)
    return redirect("sheet-preview", pk, token)


def _changes(assessment: Assessment, path: Path) -> SheetChanges:
    head, criteria = sheet_head(assessment)
    rows = read_sheet_file(path, head, criteria)
    return changes_of(rows, criteria, stored_scores(assessment.pk, criteria))


@page("GET", "POST")
def preview(request: AuthenticatedRequest, pk: int, token: str) -> HttpResponse:
    """Shows leaf by leaf what the file would change; saves it when confirmed."""
    assessment = _assessment(request, pk)
    by = actor(request)
    kept = upload_of(token, about=f"assessment:{pk}", by=by)
    try:
        changes = _changes(assessment, kept.path)
    except FileRefused as error:
        context = {"assessment": assessment, "gap": None}
        return refused(request, error, template="sheet_files/upload.html", context=context)
    if request.method == "POST":
        try:
            saved = save_sheet(
                assessment_id=pk,
                entries=_entries(request, changes),
                by=by,
                at=now(),
                file_name=kept.file_name,
                sha256=kept.sha256,
            )
        except Refused as error:
            return refused(
                request,
                error,
                template="sheet_files/preview.html",
                context=_context(assessment, kept.file_name, changes),
                status=409 if any(gap.code == "stale" for gap in error.gaps) else 422,
            )
        say(
            request,
            _("Đã lưu %(count)d tiêu chí từ tệp %(name)s.") % {"count": len(saved), "name": kept.file_name},
        )
        return redirect(f"/assessments/{pk}/")
    return render(request, "sheet_files/preview.html", _context(assessment, kept.file_name, changes))


def _entries(request: AuthenticatedRequest, changes: SheetChanges) -> Entries:
    """What is to be saved: the plain changes, and of the conflicts those for which the file was chosen."""
    entries = {change.leaf.code: (change.row.entry, change.row.version) for change in changes.fresh}
    for change in changes.stale:
        code = change.leaf.code
        if request.POST.get(f"keep_{code}") == "file":
            seen = request.POST.get(f"version_{code}", "")
            entries[code] = (change.row.entry, int(seen) if seen.isdecimal() else -1)
    return entries


def _context(assessment: Assessment, file_name: str, changes: SheetChanges) -> dict[str, object]:
    return {
        "assessment": assessment,
        "file_name": file_name,
        "fresh": [shown_change(change) for change in changes.fresh],
        "stale": [shown_change(change) for change in changes.stale],
        "unchanged": changes.unchanged,
        "absent": changes.absent,
        "is_nothing": changes.is_nothing,
    }
