"""Where an appraiser works: the desk, a leaf across units, a unit by leaves, the explanations."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from openpar.common.errors import Refused
from openpar.parindex.assessments.actions.agreements import agree_across_units
from openpar.parindex.assessments.actions.appraisals import agree_with_self
from openpar.parindex.assessments.models import Round, RoundStage
from openpar.parindex.assessments.queries.appraisal import (
    BlockProgress,
    Viewer,
    progress_of_round,
    rounds_to_appraise,
    viewer_of,
)
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.web.appraisals.pages import draw_explanations, draw_leaf, draw_unit
from openpar.web.appraisals.scenes import (
    Place,
    explained_scene,
    leaf_scene,
    place_of,
    sheet_of,
    stand_of,
    unit_scene,
)
from openpar.web.http import AuthenticatedRequest, actor, now, page, say


@dataclass(frozen=True)
class RoundLine:
    """A round in the list of what there is to appraise."""

    round: Round
    viewer: Viewer
    blocks: tuple[BlockProgress, ...]

    @property
    def done(self) -> int:
        return sum(block.done for block in self.blocks)

    @property
    def total(self) -> int:
        return sum(block.total for block in self.blocks)

    @property
    def explained(self) -> int:
        return sum(block.explained for block in self.blocks)


@page("GET")
def appraisals(request: AuthenticatedRequest) -> HttpResponse:
    who, at = actor(request), now()
    found = list(rounds_to_appraise(who, at))
    # Progress only of the rounds being appraised, which are few; of the others the name is enough.
    running = [round for round in found if round.stage in (RoundStage.APPRAISAL, RoundStage.REAPPRAISAL)]
    lines = []
    for round in running:
        viewer = viewer_of(who, round.pk)
        lines.append(RoundLine(round, viewer, progress_of_round(round, viewer, at)))
    others = [round for round in found if round not in running]
    return render(request, "appraisals/appraisals.html", {"lines": lines, "others": others})


@page("GET")
def desk(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    stand = stand_of(request, round_id)
    by_unit = request.GET.get("by") == "unit"
    blocks = progress_of_round(stand.round, stand.viewer, stand.at)
    return render(
        request,
        "appraisals/desk.html",
        {
            "stand": stand,
            "round": stand.round,
            "blocks": blocks,
            "done": sum(block.done for block in blocks),
            "total": sum(block.total for block in blocks),
            "explained": sum(block.explained for block in blocks),
            "by_unit": by_unit,
        },
    )


def leaf_of(place: Place, code: str) -> LoadedLeaf:
    """An appraised leaf of the block; 404 when there is none."""
    leaf = place.criteria.leaves.get(code)
    if leaf is None or leaf.is_outside:
        raise Http404
    return leaf


@page("GET")
def across_units(request: AuthenticatedRequest, round_id: int, block: str, code: str) -> HttpResponse:
    place = place_of(request, round_id, block__code=block)
    leaf = leaf_of(place, code)
    return draw_leaf(request, place, leaf, leaf_scene(place, leaf))


@page("POST")
def agree_across(request: AuthenticatedRequest, round_id: int, block: str, code: str) -> HttpResponse:
    """Agrees with the units that were ticked; with all of them or none."""
    place = place_of(request, round_id, block__code=block)
    leaf = leaf_of(place, code)
    chosen = {int(text) for text in request.POST.getlist("row") if text.isdecimal()}
    mine = {row.assessment_id for row in leaf_scene(place, leaf).rows}
    try:
        done = agree_across_units(assessment_ids=chosen & mine, code=code, by=actor(request), at=now())
    except Refused as error:
        scene = leaf_scene(place, leaf)
        return draw_leaf(request, place, leaf, scene, error=error)
    _say_agreed(request, done, len(chosen & mine))
    return redirect(f"{reverse('appraisal-leaf', args=[round_id, block, code])}{_kept_filter(request)}")


@page("GET")
def one_unit(request: AuthenticatedRequest, round_id: int, assessment_id: int) -> HttpResponse:
    place, sheet = sheet_of(request, round_id, assessment_id)
    return draw_unit(request, place, sheet, unit_scene(place, sheet))


@page("POST")
def agree_unit(request: AuthenticatedRequest, round_id: int, assessment_id: int) -> HttpResponse:
    """Agrees with the leaves of one unit that were ticked."""
    place, sheet = sheet_of(request, round_id, assessment_id)
    known = {leaf.code for leaf in place.leaves}
    codes = [code for code in request.POST.getlist("row") if code in known]
    try:
        done = agree_with_self(assessment_id=assessment_id, codes=codes, by=actor(request), at=now())
    except Refused as error:
        return draw_unit(request, place, sheet, unit_scene(place, sheet), error=error)
    _say_agreed(request, done, len(codes))
    return redirect(f"{reverse('appraisal-unit', args=[round_id, assessment_id])}{_kept_filter(request)}")


@page("GET")
def explanations(request: AuthenticatedRequest, round_id: int) -> HttpResponse:
    return draw_explanations(request, explained_scene(stand_of(request, round_id)))


def _kept_filter(request: AuthenticatedRequest) -> str:
    show = request.GET.get("show", "")
    return f"?show={show}" if show.isalpha() else ""


def _say_agreed(request: AuthenticatedRequest, done: int, chosen: int) -> None:
    if not chosen:
        say(request, _("Chưa chọn dòng nào."))
        return
    text = ngettext("Đã đồng ý %(done)d dòng.", "Đã đồng ý %(done)d dòng.", done) % {"done": done}
    if done < chosen:
        text += " " + _("%d dòng đã thẩm định từ trước hoặc đơn vị chưa chấm, giữ nguyên.") % (chosen - done)
    say(request, text)
