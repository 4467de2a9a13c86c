"""Figures are typed in the grid, brought in from a file, or filled from a source."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.intake.queries import batches, refusals_of
from openpar.common.errors import FileRefused, Gap, Refused
from openpar.common.formats import parse_date
from openpar.common.text import nfc
from openpar.delivery.figures.actions.filling import (
    BATCH_KIND,
    bring_in_figures,
    fill_from_source,
    save_figures,
)
from openpar.delivery.figures.actions.opening import change_head
from openpar.delivery.figures.errors import StaleFigures
from openpar.delivery.figures.files import FigureFile
from openpar.delivery.figures.forms import block_label, blocks_of, text_column
from openpar.delivery.figures.queries.sheets import SheetView
from openpar.delivery.figures.rules import Judged
from openpar.delivery.figures.sources import all_sources
from openpar.delivery.procedures.queries.listing import sectors
from openpar.web.figures.common import frame, heads, own_draft
from openpar.web.figures.grid import Typed, differences, grid_rows, typed_in
from openpar.web.figures.sheet import asked_version
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say

_PAGE = "figures/edit.html"
_RECENT = 5


def _context(request: AuthenticatedRequest, view: SheetView, typed: Typed | None = None) -> dict[str, object]:
    rows, totals = grid_rows(view, typed)
    blocks = blocks_of(view.base, view.revision.until_on)
    about = f"figure_sheet:{view.sheet.pk}"
    recent = [(batch, refusals_of(batch)) for batch in batches(kind=BATCH_KIND, about=about)[:_RECENT]]
    return {
        **frame(request, "figures"),
        "view": view,
        "heads": heads(view.figures.form),
        "rows": rows,
        "totals": totals,
        "blocks": [(block, block_label(block)) for block in blocks],
        "needs_block": bool(view.base.blocks),
        "width": len(view.figures.form.columns),
        "label_title": text_column(view.base).path[-1],
        "by_sector": text_column(view.base).key == "field",
        "sectors": [name for _id, name in sectors()] if text_column(view.base).key == "field" else [],
        "placements": [(each.id, each.name) for each in view.base.placements],
        "sources": [(source.name, str(source.label)) for source in all_sources()],
        "recent": recent,
        "sheet_gaps": _of_no_row(view, {row.label for row in (*rows, *totals)}),
        "prefix": reverse("figure-sheet", args=[view.sheet.pk]),
        "changed_meanwhile": (),
    }


def _of_no_row(view: SheetView, shown: set[str]) -> tuple[Judged, ...]:
    """What does not hold and is told at no row of the grid."""
    keys = {line.key for line in view.figures.lines} | {f"={block}" for block in (*view.figures.blocks(), "")}
    return tuple(
        each for each in view.judged if each.found.place not in keys and each.found.where not in shown
    )


@page("GET", "POST")
def edit(request: AuthenticatedRequest, sheet_id: int) -> HttpResponse:
    """The grid; saving checks every identity and shows what does not hold, and hinders nothing."""
    view = own_draft(request, sheet_id)
    if not view.is_draft:
        return _not_a_draft(request, view)
    if request.method == "GET":
        return render(request, _PAGE, _context(request, view))
    typed = typed_in(request.POST, view.figures.columns, blocks_of(view.base, view.revision.until_on))
    try:
        if typed.gaps:
            raise Refused(typed.gaps)
        changed = save_figures(
            by=actor(request),
            at=now(),
            revision_id=view.revision.pk,
            expected_version=asked_version(request),
            lines=typed.lines,
        )
    except StaleFigures as error:
        meanwhile = own_draft(request, sheet_id)
        context = {**_context(request, meanwhile, typed), "changed_meanwhile": differences(meanwhile, typed)}
        return refused(request, error, template=_PAGE, context=context, status=409)
    except Refused as error:
        return refused(request, error, template=_PAGE, context=_context(request, view, typed))
    _say_changed(request, own_draft(request, sheet_id), changed.cells)
    return redirect("figure-sheet-edit", sheet_id)


def _not_a_draft(request: AuthenticatedRequest, view: SheetView) -> HttpResponse:
    say(request, _("Bản này đã ký. Lập bản sửa đổi để sửa số liệu."))
    return redirect("figure-sheet", view.sheet.pk)


def _say_changed(request: AuthenticatedRequest, view: SheetView, cells: int) -> None:
    open_ones = len(view.unexplained)
    said = _("Đã lưu %d ô.") % cells if cells else _("Đã lưu; số liệu không đổi.")
    if open_ones:
        said += " " + _("%d chỗ chưa khớp hoặc chưa kiểm tra được.") % open_ones
    say(request, said)


@page("POST")
def bring_in(request: AuthenticatedRequest, sheet_id: int) -> HttpResponse:
    """A file in the form's own layout, whole or not at all."""
    view = own_draft(request, sheet_id)
    if not view.is_draft:
        return _not_a_draft(request, view)
    try:
        changed = bring_in_figures(
            by=actor(request),
            at=now(),
            revision_id=view.revision.pk,
            expected_version=asked_version(request),
            file=_file(request),
        )
    except Refused as error:
        return _refused(request, sheet_id, error)
    _say_changed(request, own_draft(request, sheet_id), changed.cells)
    return redirect("figure-sheet-edit", sheet_id)


def _file(request: AuthenticatedRequest) -> FigureFile:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise Refused(Gap(_("Tệp"), _("chưa chọn tệp nào."), code="no-file", link="#id_file"))
    name, limit = nfc(upload.name or ""), settings.OPENPAR_MAX_UPLOAD_BYTES
    if (upload.size or 0) > limit:
        what = _("tệp lớn hơn %d MB") % (limit // 2**20)
        raise FileRefused.because(name, what, code="too-large", link="#id_file")
    return FigureFile(name, upload.read())


def _refused(request: AuthenticatedRequest, sheet_id: int, error: Refused) -> HttpResponse:
    status = 409 if isinstance(error, StaleFigures) else 422
    view = own_draft(request, sheet_id)
    return refused(request, error, template=_PAGE, context=_context(request, view), status=status)


@page("POST")
def fill(request: AuthenticatedRequest, sheet_id: int) -> HttpResponse:
    """Figures that a source counts."""
    view = own_draft(request, sheet_id)
    if not view.is_draft:
        return _not_a_draft(request, view)
    try:
        changed = fill_from_source(
            by=actor(request),
            at=now(),
            revision_id=view.revision.pk,
            expected_version=asked_version(request),
            source=request.POST.get("source", "")[:40],
        )
    except Refused as error:
        return _refused(request, sheet_id, error)
    _say_changed(request, own_draft(request, sheet_id), changed.cells)
    return redirect("figure-sheet-edit", sheet_id)


@page("POST")
def head(request: AuthenticatedRequest, sheet_id: int) -> HttpResponse:
    """Where counts without a column go, and the last day that was counted."""
    view = own_draft(request, sheet_id)
    if not view.is_draft:
        return _not_a_draft(request, view)
    text = request.POST.get("until_on", "").strip()
    try:
        change_head(
            by=actor(request),
            at=now(),
            revision_id=view.revision.pk,
            expected_version=asked_version(request),
            placement=request.POST.get("placement", ""),
            until_on=parse_date(text, where=_("Số liệu đến hết ngày")) if text else None,
        )
    except Refused as error:
        return _refused(request, sheet_id, error)
    say(request, _("Đã lưu."))
    return redirect("figure-sheet-edit", sheet_id)
