"""The pages of results: all rounds, one round, one unit."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.parindex.assessments.models import Assessment, Round, RoundBundle, RoundStage
from openpar.parindex.assessments.permissions import may_manage_rounds, oversees
from openpar.parindex.assessments.queries.result_sheets import (
    adjustment_lines,
    past_result,
    trails_of,
)
from openpar.parindex.assessments.queries.results import (
    ResultBlock,
    ResultSource,
    UnitRow,
    blocks_of,
    may_see_unit,
    result_rounds,
    round_lines,
    source_of,
)
from openpar.parindex.assessments.queries.visibility import visible_assessments
from openpar.reports.figures import Printed, settings_lines
from openpar.web.http import AuthenticatedRequest, actor, now, page
from openpar.web.results.asked import Asked, asked
from openpar.web.results.boards import (
    block_figures,
    field_means,
    heat_lines,
    in_order,
    place_text,
    ranking_lines,
)
from openpar.web.results.losses import loss_lines, removed_lines
from openpar.web.results.units import (
    by_field,
    field_lines,
    leaf_views,
    lost_leaves,
    spokes_of,
    sum_note,
)

# Up to so many units the heat map stands under the ranking; above, it is a view of its own.
_UNITS_ON_ONE_PAGE = 30
# In a smaller block the sums of all would tell the points of each.
_LEAST_UNITS_SUMMED = 3


@page("GET")
def rounds(request: AuthenticatedRequest) -> HttpResponse:
    who = actor(request)
    lines = round_lines(result_rounds(who, now()), own=who.organisations())
    return render(request, "results/rounds.html", {"lines": lines, "oversees": oversees(who)})


@page("GET")
def round_results(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    who, at = actor(request), now()
    seen = list(result_rounds(who, at))
    round = next((one for one in seen if one.pk == round_id), None)
    if round is None:
        raise Http404
    blocks = blocks_of(round.pk)
    if not blocks:
        raise Http404
    wanted = asked(request.GET, blocks)
    block = next(one for one in blocks if one.id == wanted.block)
    source = source_of(round)
    everyone = source.rows(block)
    shown = in_order([row for row in everyone if may_see_unit(who, row)], wanted)
    context: dict[str, Any] = {
        "round": round,
        "rounds": seen,
        "is_provisional": round.stage != RoundStage.PUBLISHED,
        "block": block,
        "asked": wanted,
        "tabs": _block_tabs(blocks, wanted),
        "views": _view_tabs(wanted),
        "figures": block_figures(everyone, block),
        "settings": settings_lines(
            block.criteria.engine.settings, block.code, is_sample=block.criteria.is_sample
        ),
        "oversees": oversees(who),
        "sample": block.criteria.is_sample,
        "bundle": RoundBundle.objects.filter(round=round).first(),
    }
    prefix = request.path
    if wanted.view in ("ranking", "fields"):
        context |= _ranking(source, block, everyone, shown, wanted, prefix, own=who.organisations())
    else:
        mine = visible_assessments(who.person_id, at).filter(round_block_id=block.id)
        readable = frozenset(mine.values_list("pk", flat=True))
        context |= _leaves(source, block, everyone, shown, wanted, prefix, readable)
    return render(request, "results/round.html", context)


def _block_tabs(blocks: tuple[ResultBlock, ...], wanted: Asked) -> list[tuple[str, str, bool, int]]:
    return [
        (block.name, Asked(block.id, wanted.view).link(), block.id == wanted.block, block.unit_count)
        for block in blocks
    ]


def _view_tabs(wanted: Asked) -> list[tuple[str, str, bool, None]]:
    names = {
        "ranking": _("Xếp hạng"),
        "fields": _("Theo lĩnh vực"),
        "lost": _("Điểm bị mất"),
        "removed": _("Tiêu chí không áp dụng"),
    }
    return [
        (name, Asked(wanted.block, view).link(), view == wanted.view, None) for view, name in names.items()
    ]


def _ranking(
    source: ResultSource,
    block: ResultBlock,
    everyone: tuple[UnitRow, ...],
    shown: tuple[UnitRow, ...],
    wanted: Asked,
    prefix: str,
    *,
    own: frozenset[int],
) -> dict[str, Any]:
    """The ranking, and the fields when they are asked for or the block is small enough."""
    context: dict[str, Any] = {"ranking": (), "heat": (), "means": (), "spokes": ()}
    if wanted.view == "ranking":
        context["ranking"] = ranking_lines(shown, block, prefix, own=own, chart=wanted.chart)
    if wanted.view == "fields" or len(everyone) <= _UNITS_ON_ONE_PAGE:
        shares = source.fields(block)
        context["heat"] = heat_lines(shown, shares, prefix)
        context["means"], context["spokes"] = field_means(everyone, shares, block)
    context["fields"] = [(code, block.criteria.titles[code]) for code in block.field_codes]
    maximum = block.criteria.engine.maximum
    context["maximum"] = maximum
    context["has_index"] = maximum != 100
    return context


def _leaves(
    source: ResultSource,
    block: ResultBlock,
    everyone: tuple[UnitRow, ...],
    shown: tuple[UnitRow, ...],
    wanted: Asked,
    prefix: str,
    readable: frozenset[int],
) -> dict[str, Any]:
    """Lost points or removed leaves. Sums are open to all who see the round, single sheets are not."""
    leaves = source.leaves(block)
    fields = [(code, f"{code}. {block.criteria.titles[code]}") for code in block.field_codes]
    if wanted.view == "removed":
        lines = removed_lines(shown, leaves, block, source, prefix, readable=readable)
        return {"removed": lines, "fields": fields}
    ranked = [row for row in everyone if row.is_ranked]
    is_hidden = len(ranked) < _LEAST_UNITS_SUMMED and not {row.assessment_id for row in ranked} <= readable
    losses = () if is_hidden else loss_lines(ranked, leaves, block, wanted, named=readable)
    return {"losses": losses, "fields": fields, "is_hidden": is_hidden, "names_units": bool(readable)}


@page("GET")
def unit(request: AuthenticatedRequest, round_id: int, assessment_id: int) -> HttpResponse:
    who, at = actor(request), now()
    round = get_object_or_404(result_rounds(who, at), pk=round_id)
    block, source, rows, row = seen_unit(who, round, assessment_id)
    nodes = source.nodes(block, [assessment_id])[assessment_id]
    may_read = visible_assessments(who.person_id, at).filter(pk=assessment_id).exists()
    past = past_result(row.organisation_id, round, block_id=block.block_id, criteria_set_id=block.criteria.id)
    if past is not None and not (
        past.is_published or oversees(who) or row.organisation_id in who.organisations()
    ):
        past = None
    show = Printed.of(block.criteria.engine.settings)
    ranked = [one.assessment_id for one in rows if one.is_ranked]
    context: dict[str, Any] = {
        "round": round,
        "is_provisional": round.stage != RoundStage.PUBLISHED,
        "block": block,
        "unit": row,
        "figures": _unit_figures(row, show),
        "fields": field_lines(nodes, block, source.fields(block), ranked, past),
        "spokes": spokes_of(nodes, block),
        "explanation": source.explanation(assessment_id) if row.submitted else (),
        "settings": settings_lines(
            block.criteria.engine.settings, block.code, is_sample=block.criteria.is_sample
        ),
        "past": past,
        "past_link": reverse("unit-result", args=(past.round_id, past.assessment_id)) if past else "",
        "past_place": place_text(past.rank, past.rank_of) if past else "",
        "past_change": show.signed(row.index - past.index)
        if past and past.index is not None and row.index is not None
        else "",
        "show": show,
        "may_read": may_read,
        "is_own": row.organisation_id in who.organisations(),
        "may_manage": may_manage_rounds(who),
        "oversees": oversees(who),
        "sample": block.criteria.is_sample,
    }
    if may_read:
        lines = source.lines(block, [assessment_id])[assessment_id]
        leaves = leaf_views(lines, block, trails_of(assessment_id, block.criteria))
        context |= {
            "lost": lost_leaves(leaves),
            "by_field": by_field(leaves, block),
            "adjustments": adjustment_lines(assessment_id),
            "sum_note": sum_note(row, leaves),
        }
    return render(request, "results/unit.html", context)


def seen_unit(
    who: Actor, round: Round, assessment_id: int
) -> tuple[ResultBlock, ResultSource, tuple[UnitRow, ...], UnitRow]:
    """The unit's line with its block, the block's lines and their source; 404 for what may not be seen."""
    block_id = (
        Assessment.objects.filter(pk=assessment_id, round_block__round=round)
        .values_list("round_block_id", flat=True)
        .first()
    )
    block = next((one for one in blocks_of(round.pk) if one.id == block_id), None)
    if block is None:
        raise Http404
    source = source_of(round)
    rows = source.rows(block)
    row = next((one for one in rows if one.assessment_id == assessment_id), None)
    if row is None or not may_see_unit(who, row):
        raise Http404
    return block, source, rows, row


def _unit_figures(row: UnitRow, show: Printed) -> list[tuple[str, str, str]]:
    note = "" if row.submitted else _("Chưa chấm điểm")
    return [
        (_("Tự chấm"), show.text(row.self_total), row.self_grade),
        (_("Được công nhận"), show.text(row.total), note),
        (_("Chênh lệch"), show.signed(row.difference), ""),
        (_("Chỉ số"), f"{show.text(row.index)} %" if row.index is not None else show.text(None), ""),
        (_("Xếp hạng"), place_text(row.rank, row.rank_of), "" if row.is_ranked else _("Không xếp hạng")),
        (_("Xếp loại"), row.grade or "—", ""),
    ]
