"""The grid of the appendix: figures are typed, computed anew, brought in from a file, explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.documents.queries import documents_of
from openpar.base.intake.queries import batches, refusals_of
from openpar.common.errors import FileRefused, Gap, Refused
from openpar.common.formats import parse_date
from openpar.common.text import nfc
from openpar.engine.report_lines import Line, Value
from openpar.reports.periodic.actions.computing import (
    BATCH_KIND,
    Entry,
    bring_in_values,
    refresh_computed,
    save_values,
)
from openpar.reports.periodic.actions.opening import change_cut_off_day
from openpar.reports.periodic.actions.submitting import explain_difference
from openpar.reports.periodic.errors import StaleReport
from openpar.reports.periodic.files import AppendixFile, whole_figure
from openpar.reports.periodic.reading import LineView, ReportView
from openpar.reports.periodic.wording import figure_words
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say
from openpar.web.reports.common import asked_number, frame, own_draft
from openpar.web.reports.shown import ShownField, ShownLine, shown_fields

_PAGE = "reports/figures.html"
_RECENT, _MOST_DOCUMENTS = 5, 200


@dataclass(frozen=True)
class Cell:
    """One field of the grid."""

    name: str
    value: str
    spoken: str
    is_wrong: bool


@dataclass(frozen=True)
class GridLine:
    """One line of the grid with its fields; a derived one has none."""

    shown: ShownLine
    cells: tuple[Cell, ...]
    reason: str
    document: str
    options: tuple[tuple[int, str], ...]
    is_open: bool


@dataclass
class Typed:
    """What came with the form: entries by line, texts of fields, every field that is no figure."""

    entries: dict[str, Entry] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)

    @property
    def wrong(self) -> frozenset[str]:
        return frozenset(gap.link.removeprefix("#") for gap in self.gaps)


@dataclass(frozen=True)
class Difference:
    """A figure that somebody else saved meanwhile, beside what was typed here."""

    where: str
    typed: str
    stored: str


def typed_in(given: Mapping[str, str], lines: tuple[LineView, ...]) -> Typed:
    """The lines as they were typed; lines whose fields did not come are left alone."""
    typed = Typed(texts={name: nfc(str(value)).strip() for name, value in given.items()})
    for one in lines:
        code = one.line.code
        if one.line.is_derived or f"v-{code}" not in typed.texts:
            continue
        figures = [_figure(typed, f"v-{code}", one.line)]
        if one.line.cells == 2:
            figures.append(_figure(typed, f"w-{code}", one.line))
        document = typed.texts.get(f"d-{code}", "").partition(" ")[0].removeprefix("#")
        typed.entries[code] = Entry(
            Value(*figures),
            typed.texts.get(f"r-{code}", ""),
            int(document) if document.isascii() and document.isdecimal() and len(document) < 19 else None,
        )
    return typed


def _figure(typed: Typed, name: str, line: Line) -> Decimal | None:
    text = typed.texts.get(name, "")
    if not text or text == "—":
        return None
    try:
        return whole_figure(text)
    except Refused as refused_:
        where = f"{line.code} {line.name}"
        typed.gaps += [Gap(where, gap.what, gap.remedy, gap.code, f"#{name}") for gap in refused_.gaps]
        return None


def _grid(view: ReportView, typed: Typed | None) -> list[tuple[ShownField, list[GridLine]]]:
    views = {one.line.code: one for one in view.lines}
    return [
        (group, [_grid_line(views[shown.code], shown, typed) for shown in group.lines])
        for group in shown_fields(view)
    ]


def _grid_line(one: LineView, shown: ShownLine, typed: Typed | None) -> GridLine:
    code = shown.code
    cells = []
    if not one.line.is_derived:
        cells.append(_cell(f"v-{code}", one.value.first, _spoken(one.line, 0), typed))
    if one.line.cells == 2:
        cells.append(_cell(f"w-{code}", one.value.second, _spoken(one.line, 1), typed))
    document = f"#{shown.document_id} {shown.document}" if shown.document_id else ""
    reason = typed.texts.get(f"r-{code}", shown.reason) if typed else shown.reason
    return GridLine(
        shown=shown,
        cells=tuple(cells),
        reason=reason,
        document=typed.texts.get(f"d-{code}", document) if typed else document,
        options=tuple(one.line.meanings.items()),
        is_open=bool(reason or document) or shown.differs,
    )


def _spoken(line: Line, place: int) -> str:
    part = f": {line.parts[place]}" if line.parts else ""
    return f"{line.code} {line.name}{part}"


def _cell(name: str, figure: Decimal | None, spoken: str, typed: Typed | None) -> Cell:
    text = typed.texts.get(name, "") if typed else "" if figure is None else f"{figure:f}"
    return Cell(name, text, spoken, bool(typed and name in typed.wrong))


def _context(
    request: AuthenticatedRequest, view: ReportView, typed: Typed | None = None
) -> dict[str, object]:
    about = f"report:{view.report.pk}"
    recent = [(batch, refusals_of(batch)) for batch in batches(kind=BATCH_KIND, about=about)[:_RECENT]]
    documents = documents_of(view.report.organisation_id).filter(is_secret=False)[:_MOST_DOCUMENTS]
    grid = _grid(view, typed)
    return {
        **frame(request, "reports"),
        "view": view,
        "grid": grid,
        "counted": view.counted,
        "open_gaps": sum(bool(line.shown.gap) for _group, lines in grid for line in lines),
        "document_choices": [f"#{row.pk} {row.number or row.title}"[:120] for row in documents],
        "recent": recent,
        "failing": [one for one in view.reconciled if one.holds is False],
        "holding": [one for one in view.reconciled if one.holds],
        "unknown": [one for one in view.reconciled if one.holds is None],
        "prefix": reverse("report", args=[view.report.pk]),
        "changed_meanwhile": (),
        "told": request.POST.get("text", ""),
        "told_of": request.POST.get("identity", ""),
    }


@page("GET", "POST")
def edit(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    """The grid; saving hinders nothing and shows at once what is missing or does not add up."""
    view = own_draft(request, report_id)
    if not view.is_draft:
        return _not_a_draft(request, view)
    if request.method == "GET":
        return render(request, _PAGE, _context(request, view))
    typed = typed_in(request.POST, view.lines)
    try:
        if typed.gaps:
            raise Refused(typed.gaps)
        saved = save_values(
            by=actor(request),
            at=now(),
            revision_id=view.revision.pk,
            expected_figures=_seen(request),
            entries=typed.entries,
        )
    except StaleReport as error:
        meanwhile = own_draft(request, report_id)
        context = {**_context(request, meanwhile, typed), "changed_meanwhile": _differences(meanwhile, typed)}
        return refused(request, error, template=_PAGE, context=context, status=409)
    except Refused as error:
        return refused(request, error, template=_PAGE, context=_context(request, view, typed))
    told = _("Đã lưu %d dòng.") % saved.figures if saved.figures else _("Đã lưu; số liệu không đổi.")
    say(request, told)
    return redirect("report-figures", report_id)


def _seen(request: AuthenticatedRequest) -> int:
    return asked_number(request, "figures_version") or 0


def _differences(view: ReportView, typed: Typed) -> tuple[Difference, ...]:
    """Where what was typed is not what is stored now."""
    found = []
    for one in view.lines:
        entry = typed.entries.get(one.line.code)
        if entry is None or entry.value == one.value:
            continue
        found.append(Difference(f"{one.line.code} {one.line.name}", _words(entry.value), _words(one.value)))
    return tuple(found)


def _words(value: Value) -> str:
    first = figure_words(value.first)
    return first if value.second is None else f"{first} / {figure_words(value.second)}"


def _not_a_draft(request: AuthenticatedRequest, view: ReportView) -> HttpResponse:
    say(request, _("Bản này đã gửi. Lập bản sửa đổi để sửa số liệu."))
    return redirect("report", view.report.pk)


def _refused(request: AuthenticatedRequest, report_id: int, error: Refused) -> HttpResponse:
    status = 409 if isinstance(error, StaleReport) else 422
    view = own_draft(request, report_id)
    return refused(request, error, template=_PAGE, context=_context(request, view), status=status)


@page("POST")
def compute(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    """Asks every source anew."""
    view = own_draft(request, report_id)
    if not view.is_draft:
        return _not_a_draft(request, view)
    try:
        saved = refresh_computed(
            by=actor(request), at=now(), revision_id=view.revision.pk, expected_figures=_seen(request)
        )
    except Refused as error:
        return _refused(request, report_id, error)
    told = (
        _("Đã tính lại: %d dòng đổi.") % saved.figures
        if saved.figures
        else _("Đã tính lại; không dòng nào đổi.")
    )
    say(request, told)
    return redirect("report-figures", report_id)


@page("POST")
def bring_in(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    """A file in the layout of the appendix, whole or not at all."""
    view = own_draft(request, report_id)
    if not view.is_draft:
        return _not_a_draft(request, view)
    try:
        saved = bring_in_values(
            by=actor(request),
            at=now(),
            revision_id=view.revision.pk,
            expected_figures=_seen(request),
            file=_file(request),
        )
    except Refused as error:
        return _refused(request, report_id, error)
    say(request, _("Đã nhận %d dòng từ tệp.") % saved.figures)
    return redirect("report-figures", report_id)


def _file(request: AuthenticatedRequest) -> AppendixFile:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        raise Refused(Gap(_("Tệp"), _("chưa chọn tệp nào."), code="no-file", link="#id_file"))
    name, limit = nfc(upload.name or ""), settings.OPENPAR_MAX_UPLOAD_BYTES
    if (upload.size or 0) > limit:
        what = _("tệp lớn hơn %d MB") % (limit // 2**20)
        raise FileRefused.because(name, what, code="too-large", link="#id_file")
    return AppendixFile(name, upload.read())


@page("POST")
def cut_off(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    """Until which day the figures count."""
    view = own_draft(request, report_id)
    if not view.is_draft:
        return _not_a_draft(request, view)
    try:
        change_cut_off_day(
            by=actor(request),
            at=now(),
            revision_id=view.revision.pk,
            expected_version=asked_number(request, "version") or 0,
            until_on=parse_date(request.POST.get("until_on", ""), where=_("Số liệu đến hết ngày")),
        )
    except Refused as error:
        return _refused(request, report_id, error)
    say(request, _("Đã sửa ngày chốt số liệu."))
    return redirect("report-figures", report_id)


@page("POST")
def explain(request: AuthenticatedRequest, report_id: int) -> HttpResponse:
    """Why an identity does not hold."""
    view = own_draft(request, report_id)
    if not view.is_draft:
        return _not_a_draft(request, view)
    try:
        explain_difference(
            by=actor(request),
            at=now(),
            revision_id=view.revision.pk,
            expected_version=asked_number(request, "version") or 0,
            identity=request.POST.get("identity", "")[:60],
            text=request.POST.get("text", ""),
        )
    except Refused as error:
        return _refused(request, report_id, error)
    say(request, _("Đã ghi giải trình."))
    return redirect(f"{reverse('report-figures', args=[report_id])}#reconciling")
