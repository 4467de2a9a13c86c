"""One sheet: read, explained, signed, returned, revised, printed, exported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.common.errors import Refused
from openpar.delivery.figures.actions.opening import discard_draft
from openpar.delivery.figures.actions.signing import (
    explain_gaps,
    return_figures,
    revise_figures,
    sign_off,
    signing_gaps,
)
from openpar.delivery.figures.errors import StaleFigures
from openpar.delivery.figures.forms import block_label, total_label
from openpar.delivery.figures.models import RevisionState
from openpar.delivery.figures.queries.sheets import SheetView
from openpar.delivery.figures.rows import Line, key_of, shown_total
from openpar.delivery.figures.rules import Judged
from openpar.reports.figure_forms import sheet_workbook, used_origins
from openpar.web.figures.behind import SheetLinks
from openpar.web.figures.common import (
    PILLS,
    Rights,
    frame,
    heads,
    own_draft,
    rights,
    visible_sheet,
)
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say
from openpar.web.procedures.listing import workbook_answer

_PAGE = "figures/sheet.html"


@dataclass(frozen=True)
class ShownRow:
    """One row of the table as it is read: figures with the word for their origin and the list behind."""

    ordinal: str
    label: str
    kind: str
    cells: tuple[tuple[int | None, str, str], ...]
    judged: tuple[Judged, ...] = ()


def shown_rows(view: SheetView) -> tuple[ShownRow, ...]:
    """Level by level, sums bold, each with what does not hold in it."""
    judged: dict[str, list[Judged]] = {}
    for each in view.judged:
        judged.setdefault(each.found.place, []).append(each)
    rows = []
    figures, links = view.figures, SheetLinks(view)
    for block in figures.blocks():
        if block:
            place = key_of(block, "", is_total=True)
            rows.append(_sum(view, links, block, block_label(block), "block", judged.get(place, [])))
        for number, line in enumerate(figures.lines_of(block), start=1):
            cells = tuple(_cell(view, links, line, key) for key in figures.keys)
            rows.append(ShownRow(str(number), line.label, "line", cells, tuple(judged.get(line.key, ()))))
    if figures.lines:
        place = key_of("", "", is_total=True)
        rows.append(_sum(view, links, None, total_label(), "total", judged.get(place, [])))
    return tuple(rows)


def _cell(view: SheetView, links: SheetLinks, line: Line, key: str) -> tuple[int | None, str, str]:
    value = line.counts.get(key)
    return value, _origin(view, line, key), links.of([line], key, line.counts, sector=line.label)


def _sum(
    view: SheetView, links: SheetLinks, block: str | None, label: str, kind: str, judged: list[Judged]
) -> ShownRow:
    figures = view.figures
    counts = shown_total(figures, block)
    lines = figures.lines if block is None else figures.lines_of(block)
    stated = {key for line in figures.stated if line.block == (block or "") for key in line.counts}

    def link(key: str) -> str:
        """A sum that was stated otherwise nobody counted; a level is the agency's own only if it is alone."""
        is_whole = len(lines) == len(figures.lines)
        return links.of(lines, key, counts) if is_whole and key not in stated else ""

    return ShownRow(
        "", label, kind, tuple((counts.get(key), "", link(key)) for key in figures.keys), tuple(judged)
    )


def _origin(view: SheetView, line: Line, key: str) -> str:
    origin = view.origins.get(line.origins.get(key, 0))
    if origin is None:
        return ""
    return " ".join(part for part in (str(origin.origin.label), origin.file_name or origin.source) if part)


def sheet_context(request: AuthenticatedRequest, view: SheetView) -> dict[str, object]:
    """What the page of a sheet shows."""
    may: Rights = rights(request, view)
    is_draft = view.is_draft and view.is_newest
    signed = next((one for one in view.revisions if one.state == RevisionState.SIGNED), None)
    return {
        **frame(request, "figures"),
        "view": view,
        "may": may,
        "pill": (PILLS[RevisionState(view.revision.state)], view.revision.get_state_display()),
        "heads": heads(view.figures.form),
        "rows": shown_rows(view),
        "is_draft": is_draft,
        "signing_gaps": signing_gaps(view.revision, now()) if is_draft and (may.enters or may.signs) else [],
        "may_explain": is_draft and may.enters,
        "may_return": may.returns and view.revision.state == RevisionState.SIGNED,
        "may_revise": may.enters and view.is_newest and view.revision.state == RevisionState.SIGNED,
        "may_discard": is_draft and may.enters and (signed is not None or not view.origins),
        "origins": used_origins(view),
        "older": [(one, PILLS[RevisionState(one.state)]) for one in reversed(view.revisions)],
        "prefix": reverse("figure-sheet", args=[view.sheet.pk]),
        "back": _list_address(view),
        "told": "",
        "ticked": frozenset(),
    }


def _list_address(view: SheetView) -> str:
    sheet = view.sheet
    query = f"form={sheet.form_code}&calendar={sheet.calendar}&kind={sheet.kind}"
    return f"{reverse('figures')}?{query}&year={sheet.year}&number={sheet.number}"


@page("GET")
def sheet(request: AuthenticatedRequest, sheet_id: int) -> HttpResponse:
    return render(request, _PAGE, sheet_context(request, _asked(request, sheet_id)))


@page("GET")
def printed(request: AuthenticatedRequest, sheet_id: int) -> HttpResponse:
    return render(request, "figures/print.html", sheet_context(request, _asked(request, sheet_id)))


@page("GET")
def export(request: AuthenticatedRequest, sheet_id: int) -> HttpResponse:
    view = _asked(request, sheet_id)
    word = view.sheet.form_code.split("/")[0].lower()
    name = f"{word}-{view.sheet.pk}-{view.period.until_on:%Y-%m-%d}-ban-{view.revision.number}.xlsx"
    return workbook_answer(sheet_workbook(view), name)


def _asked(request: AuthenticatedRequest, sheet_id: int) -> SheetView:
    text = request.GET.get("revision", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None
    return visible_sheet(request, sheet_id, number)


def asked_version(request: AuthenticatedRequest) -> int:
    """The version that the person saw; one that cannot be read fits none."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


Act = Callable[[Actor, datetime], object]


def act_on(
    request: AuthenticatedRequest,
    view: SheetView,
    act: Act,
    told: str,
    typed: Mapping[str, object] | None = None,
) -> HttpResponse:
    """One action on a sheet, then its page again; a refusal is shown there with what was typed."""
    try:
        act(actor(request), now())
    except Refused as error:
        status = 409 if isinstance(error, StaleFigures) else 422
        shown = visible_sheet(request, view.sheet.pk)
        context = {**sheet_context(request, shown), **(typed or {})}
        return refused(request, error, template=_PAGE, context=context, status=status)
    say(request, told)
    return redirect("figure-sheet", view.sheet.pk)


@page("POST")
def explain(request: AuthenticatedRequest, sheet_id: int) -> HttpResponse:
    view = own_draft(request, sheet_id)
    chosen, text = request.POST.getlist("gap"), request.POST.get("text", "")
    places = [(place, identity) for each in chosen for identity, _mark, place in [each.partition("|")]]

    def act(who: Actor, at: datetime) -> None:
        explain_gaps(
            by=who,
            at=at,
            revision_id=view.revision.pk,
            expected_version=asked_version(request),
            places=places,
            text=text,
        )

    typed = {"told": text, "ticked": frozenset(chosen)}
    return act_on(request, view, act, _("Đã ghi giải trình."), typed)


@page("POST")
def sign(request: AuthenticatedRequest, sheet_id: int) -> HttpResponse:
    view = visible_sheet(request, sheet_id)
    if not rights(request, view).signs:
        raise Http404

    def act(who: Actor, at: datetime) -> None:
        sign_off(by=who, at=at, revision_id=view.revision.pk, expected_version=asked_version(request))

    return act_on(request, view, act, _("Đã ký số liệu."))


@page("POST")
def give_back(request: AuthenticatedRequest, sheet_id: int) -> HttpResponse:
    """Signed figures go back to the agency, with a reason."""
    view = visible_sheet(request, sheet_id)
    if not rights(request, view).returns:
        raise Http404
    signed = [one for one in view.revisions if one.state == RevisionState.SIGNED]
    revision = signed[0] if signed else view.revision

    def act(who: Actor, at: datetime) -> None:
        return_figures(by=who, at=at, revision_id=revision.pk, reason=request.POST.get("reason", ""))

    return act_on(request, view, act, _("Đã trả lại cho đơn vị."))


@page("POST")
def revise(request: AuthenticatedRequest, sheet_id: int) -> HttpResponse:
    view = own_draft(request, sheet_id)

    def act(who: Actor, at: datetime) -> None:
        revise_figures(by=who, at=at, sheet_id=view.sheet.pk, reason=request.POST.get("reason", ""))

    return act_on(
        request, view, act, _("Đã lập bản sửa đổi; bản đã ký còn hiệu lực đến khi bản này được ký.")
    )


@page("POST")
def discard(request: AuthenticatedRequest, sheet_id: int) -> HttpResponse:
    view = own_draft(request, sheet_id)
    had_others = len(view.revisions) > 1
    try:
        discard_draft(
            by=actor(request),
            at=now(),
            revision_id=view.revision.pk,
            expected_version=asked_version(request),
        )
    except Refused as error:
        status = 409 if isinstance(error, StaleFigures) else 422
        context = sheet_context(request, visible_sheet(request, sheet_id))
        return refused(request, error, template=_PAGE, context=context, status=status)
    say(request, _("Đã bỏ bản đang lập."))
    return redirect("figure-sheet", sheet_id) if had_others else redirect(_list_address(view))
