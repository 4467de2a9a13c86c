"""The sheets of a period: who has signed, who has not begun; and the roll-up of a province."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.common.errors import Refused
from openpar.delivery.figures.actions.opening import open_sheet
from openpar.delivery.figures.forms import block_label, form_valid_on
from openpar.delivery.figures.models import RevisionState
from openpar.delivery.figures.permissions import agencies_entered_by, sees_all_figures
from openpar.delivery.figures.queries.listing import AgencyLine, agencies_of_period
from openpar.delivery.figures.queries.rollup import RollUp, RollUpRow, roll_up
from openpar.reports.figure_forms import form_by_agency, rollup_remarks, rollup_workbook
from openpar.web.components.paging import slice_of
from openpar.web.figures.behind import rollup_links
from openpar.web.figures.common import PILLS, Asked, asked_of, choices, frame, heads
from openpar.web.http import AuthenticatedRequest, actor, now, only, page, refused, today
from openpar.web.procedures.listing import workbook_answer

HERE = "figures"


@dataclass(frozen=True)
class Row:
    """One agency of the list, its values prepared."""

    line: AgencyLine
    pill: tuple[str, str]
    may_open: bool


@page("GET")
def figures(request: AuthenticatedRequest) -> HttpResponse:
    asked = asked_of(request.GET, today())
    context = _context(request, asked)
    status = 200
    if asked.gaps:
        context["refused_gaps"], status = asked.gaps, 422
    return render(request, "figures/figures.html", context, status=status)


def _context(request: AuthenticatedRequest, asked: Asked) -> dict[str, object]:
    base = frame(request, HERE, asked)
    who, day = actor(request), today()
    sees_all = sees_all_figures(who)
    own = agencies_entered_by(who)
    lines = agencies_of_period(asked.form_code, asked.period, None if sees_all else own)
    signed = sum(line.is_signed for line in lines)
    shown = [line for line in lines if not (request.GET.get("state") == "waiting" and line.is_signed)]
    found = slice_of(request, shown)
    form = form_valid_on(asked.form_code, asked.period.until_on)
    return {
        **base,
        **choices(asked, day),
        "form": form,
        "sees_all": sees_all,
        "signed": signed,
        "total": len(lines),
        "slice": found,
        "state": request.GET.get("state", ""),
        "rows": [_row(line, own, asked, day >= asked.period.until_on) for line in found.items],
        "is_over": day > asked.period.until_on,
        "address": reverse(HERE),
        "placements": [(each.id, each.name) for each in form.placements] if form else [],
    }


def _row(line: AgencyLine, own: frozenset[int], asked: Asked, is_over: bool) -> Row:
    if line.state is None:
        pill = ("bad", _("chưa lập")) if is_over else ("empty", _("chưa lập"))
    elif line.return_reason:
        pill = ("bad", _("bị trả lại, đang lập lại"))
    elif line.is_signed and line.state is RevisionState.DRAFT:
        pill = ("active", _("đã ký, đang sửa đổi"))
    else:
        pill = (PILLS[line.state], str(line.state.label))
    return Row(line, pill, line.sheet_id is None and line.organisation_id in own)


@page("POST")
def open_new(request: AuthenticatedRequest) -> HttpResponse:
    """Begins the sheet of an agency; one that is there already is opened."""
    who = actor(request)
    asked = asked_of(request.POST, today())
    text = request.POST.get("organisation", "")
    agency = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
    if agency not in agencies_entered_by(who):
        raise Http404
    try:
        if asked.gaps:
            raise Refused(asked.gaps)
        sheet = open_sheet(
            by=who,
            at=now(),
            organisation_id=agency,
            form_code=asked.form_code,
            asked=asked.asked,
            placement=request.POST.get("placement", ""),
        )
    except Refused as error:
        return refused(request, error, template="figures/figures.html", context=_context(request, asked))
    return redirect("figure-sheet-edit", sheet.pk)


@page("GET")
def rollup(request: AuthenticatedRequest) -> HttpResponse:
    """The figures of the province, by agency and by field."""
    only(request, sees_all_figures)
    asked = asked_of(request.GET, today())
    found = roll_up(asked.form_code, asked.period)
    by_field = request.GET.get("view") == "fields"
    context: dict[str, object] = {
        **frame(request, "figures-rollup", asked),
        **choices(asked, today()),
        "roll": found,
        "by_field": by_field,
        "heads": heads(found.form if by_field else form_by_agency(found.form)) if found else [],
        "rows": _rollup_rows(found, by_field) if found else [],
        "total": _values(found.total, found) if found else [],
        "remarks": list(rollup_remarks(found)) if found else [],
        "address": reverse(HERE),
    }
    if asked.gaps:
        context["refused_gaps"] = asked.gaps
    return render(request, "figures/rollup.html", context, status=422 if asked.gaps else 200)


def _rollup_rows(roll: RollUp, by_field: bool) -> list[dict[str, object]]:
    chosen = roll.fields if by_field else roll.agencies
    return [
        {
            "number": number,
            "label": row.label,
            "block": block_label(row.block),
            "sheet_id": row.sheet_id,
            "values": _values(row, roll, is_field=by_field),
        }
        for number, row in enumerate(chosen, start=1)
    ]


def _values(row: RollUpRow, roll: RollUp, *, is_field: bool = False) -> list[tuple[int | None, bool, str]]:
    """Each figure, whether somebody's is missing in it, and the list behind it."""
    links = rollup_links(roll, row, is_field=is_field)
    return [
        (row.value(column.key), bool(row.sums[column.key].blank), link)
        for column, link in zip(roll.columns, links, strict=True)
    ]


@page("GET")
def rollup_export(request: AuthenticatedRequest) -> HttpResponse:
    only(request, sees_all_figures)
    asked = asked_of(request.GET, today())
    found = roll_up(asked.form_code, asked.period)
    if found is None or asked.gaps:
        raise Http404
    word = asked.form_code.split("/")[0].lower()
    return workbook_answer(rollup_workbook(found), f"tong-hop-{word}-{asked.period.until_on:%Y-%m-%d}.xlsx")
