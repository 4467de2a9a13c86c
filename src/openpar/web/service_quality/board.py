"""The table of a period: agencies with six groups and total; and the same as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.organisations.models import Block
from openpar.common.text import sort_key
from openpar.delivery.service_quality.exports import board_workbook
from openpar.delivery.service_quality.permissions import agencies_seen_by
from openpar.delivery.service_quality.queries.boards import Board, BoardRow, board
from openpar.web.http import AuthenticatedRequest, actor, page, today
from openpar.web.procedures.listing import workbook_answer
from openpar.web.service_quality.common import Asked, asked_of, frame

HERE = "service-quality"
BY_NAME, BY_TOTAL = "name", "total"


@dataclass(frozen=True)
class Shown:
    """One row, its values prepared; `shares` are per cents of the maximum of each group, for the colours."""

    organisation_id: int
    name: str
    rank: str
    groups: tuple[tuple[str, Decimal | None, Decimal | None], ...]
    total: Decimal | None
    label: str
    lacking: str


def chosen_rows(found: Board, request: AuthenticatedRequest, seen: frozenset[int] | None) -> list[BoardRow]:
    """Those that the person may see, of the block asked for, in the order asked for."""
    block, order = request.GET.get("block", ""), request.GET.get("sort", "")
    rows = [
        row
        for row in (*found.agencies, *found.above)
        if (seen is None or row.organisation_id in seen) and (not block or row.block == block)
    ]
    above = {row.organisation_id for row in found.above}
    groups = {group.id for group in found.indicators.groups} if found.indicators else set()

    def place(row: BoardRow) -> tuple[bool, bool, Decimal, str]:
        points = _points(row, order) if order == BY_TOTAL or order in groups else Decimal(0)
        # Roll-ups stand above the agencies; who has no points comes last.
        return (
            row.organisation_id not in above,
            points is None,
            -(points or Decimal(0)),
            sort_key(row.name),
        )

    return sorted(rows, key=place)


def _ids(rows: Sequence[BoardRow]) -> frozenset[int]:
    return frozenset(row.organisation_id for row in rows)


def _points(row: BoardRow, order: str) -> Decimal | None:
    if order == BY_TOTAL:
        return row.index.points
    return next((group.points for group in row.index.groups if group.group.id == order), None)


def shown(row: BoardRow) -> Shown:
    missing, waiting = row.rolled.missing, row.index.waiting
    lacking = ""
    if waiting:
        lacking = _("chưa có số liệu: %s") % ", ".join(waiting)
    elif missing:
        lacking = _("thiếu số liệu của %d đơn vị") % len(missing)
    return Shown(
        organisation_id=row.organisation_id,
        name=row.name,
        rank=f"{row.place.rank}/{row.place.of}" if row.place else "",
        groups=tuple(
            (
                group.group.name,
                group.points,
                None if group.points is None else 100 * group.points / group.group.maximum,
            )
            for group in row.index.groups
        ),
        total=row.index.points,
        label=row.index.label or "" if not row.rolled.is_provisional else "",
        lacking=lacking,
    )


@page("GET")
def index(request: AuthenticatedRequest) -> HttpResponse:
    asked = asked_of(request.GET, today())
    context = {**frame(request, HERE, asked), **_context(request, asked)}
    if asked.gaps:
        context["refused_gaps"] = asked.gaps
    return render(request, "service_quality/board.html", context, status=422 if asked.gaps else 200)


def _context(request: AuthenticatedRequest, asked: Asked) -> dict[str, object]:
    seen = _seen(request, asked)
    found = board(asked.period, known_on=asked.known_on)
    rows = chosen_rows(found, request, seen)
    above = _ids(found.above)
    order, block = request.GET.get("sort", BY_NAME), request.GET.get("block", "")
    here = f"{reverse(HERE)}?{asked.query}"
    totals = [row.index.points for row in rows if row.organisation_id not in above]
    known = [points for points in totals if points is not None]
    return {
        "found": found,
        "rows": [shown(row) for row in rows if row.organisation_id not in above],
        "above": [shown(row) for row in rows if row.organisation_id in above],
        "order": order,
        "block": block,
        "blocks": list(Block.objects.values_list("code", "name")),
        "address": reverse(HERE),
        "sort_prefix": f"{here}&block={block}&sort=" if block else f"{here}&sort=",
        "with_points": len(known),
        "provisional": sum(row.rolled.is_provisional for row in rows if row.organisation_id not in above),
    }


def _seen(request: AuthenticatedRequest, asked: Asked) -> frozenset[int] | None:
    """The agencies to be shown, None is all; 404 for whoever has none."""
    frame(request, HERE, asked)
    return agencies_seen_by(actor(request))


@page("GET")
def export(request: AuthenticatedRequest) -> HttpResponse:
    asked = asked_of(request.GET, today())
    seen = _seen(request, asked)
    found = board(asked.period, known_on=asked.known_on)
    if asked.gaps or found.indicators is None:
        raise Http404
    content = board_workbook(found, chosen_rows(found, request, seen), known_on=asked.known_on)
    return workbook_answer(content, f"chi-so-766-{asked.period.until_on:%Y-%m-%d}.xlsx")
