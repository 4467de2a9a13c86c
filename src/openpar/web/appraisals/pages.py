"""Drawing the pages of rows: whole, or only the row that was worked on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.common.errors import Refused
from openpar.parindex.assessments.cohort import awaited
from openpar.parindex.assessments.models import Assessment, RoundStage
from openpar.parindex.assessments.permissions import may_manage, may_record_penalty
from openpar.parindex.assessments.queries.appraisal_rows import DIFFERENT, FLAGGED, OPEN, Row, Tally, filtered
from openpar.parindex.assessments.queries.figures import Asked, figures_of, takes_figure, used_figures
from openpar.parindex.assessments.queries.sheets import own_total
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.web.appraisals.scenes import EXPLAINED, LEAF, Editor, Place, Scene
from openpar.web.findings.about_leaf import Line, lines_about
from openpar.web.http import AuthenticatedRequest, now, refused
from openpar.web.indicators.of_leaves import ShownLeafFigure, shown_leaf_figure


@dataclass(frozen=True)
class Opened:
    """The row whose form is open, with its form."""

    assessment_id: int
    code: str
    editor: Editor


@dataclass(frozen=True)
class Correcting:
    """Where corrections are proposed, once the appraisals are over; `manages` the round, so proposes too."""

    prefix: str
    manages: bool

    def may(self, row: Row) -> bool:
        """Offers the button: the question of may_propose_correction over rows that are loaded."""
        if row.is_silent or row.is_being_corrected or row.counted is None:
            return False
        return row.barred is None or (self.manages and row.barred.code != "own_unit")


def _correcting(scene: Scene) -> Correcting | None:
    if scene.stand.stage != RoundStage.DECISION or scene.axis == EXPLAINED:
        return None
    round = scene.stand.round
    prefix = f"{reverse('round-corrections', args=[round.pk])}new/"
    return Correcting(prefix, may_manage(scene.stand.viewer.actor, round))


def filters_of(tally: Tally) -> list[tuple[str, str, int]]:
    """Which rows a page may show: the key in the address, the label, how many."""
    return [
        ("", _("Tất cả"), tally.rows),
        (OPEN, _("Chưa thẩm định"), tally.open),
        (DIFFERENT, _("Khác điểm"), tally.different),
        (FLAGGED, _("Yêu cầu giải trình"), tally.flagged),
    ]


def _common(scene: Scene, opened: Opened | None) -> dict[str, Any]:
    round_id = scene.stand.round.pk
    return {
        "scene": scene,
        "round": scene.stand.round,
        "closed": scene.stand.answers_closed if scene.axis == EXPLAINED else scene.stand.closed,
        "desk_link": reverse("appraisal-desk", args=[round_id]),
        "row_prefix": f"{reverse('appraisal-desk', args=[round_id])}score/",
        "axis": scene.axis,
        "opened": opened,
        "correcting": _correcting(scene),
        "figures": measured_figures(scene, opened),
    }


def measured_figures(scene: Scene, opened: Opened | None) -> dict[tuple[int, int], ShownLeafFigure]:
    """(agency, leaf) → the measured figure beside what the unit says, of the leaves that name an indicator.

    What the owner of a dataset warns of is asked for the row whose form is open.
    """
    today = timezone.localdate(scene.stand.at)
    asked = [row for row in scene.rows if takes_figure(row.leaf)]
    used = used_figures([row.own.score_id for row in asked if row.own]) if asked else {}
    found = figures_of(
        (
            Asked(
                row.organisation_id,
                row.leaf,
                row.own.answer if row.own else None,
                used.get(row.own.score_id) if row.own else None,
            )
            for row in asked
        ),
        year=scene.stand.round.year,
        today=today,
    )
    at = (opened.assessment_id, opened.code) if opened else None
    return {
        (row.organisation_id, row.leaf.id): shown_leaf_figure(
            found[row.organisation_id, row.leaf.id],
            row.organisation_id,
            today,
            with_warnings=(row.assessment_id, row.leaf.code) == at,
        )
        for row in asked
    }


def _drawn(
    request: AuthenticatedRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    error: Refused | None,
    status: int,
) -> HttpResponse:
    if error is not None:
        return refused(request, error, template=template, context=context, status=422)
    return render(request, template, context, status=status)


def draw_leaf(
    request: AuthenticatedRequest,
    place: Place,
    leaf: LoadedLeaf,
    scene: Scene,
    *,
    opened: Opened | None = None,
    error: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """One leaf across units. The neighbours are the leaves of the person's own fields."""
    leaves = list(place.leaves)
    codes = [one.code for one in leaves]
    at = codes.index(leaf.code) if leaf.code in codes else -1
    show = request.GET.get("show", "")
    prefix = f"{reverse('appraisal-desk', args=[place.round.pk])}{place.block.block.code}/"
    context = _common(scene, opened) | {
        "place": place,
        "leaf": leaf,
        "field_title": place.criteria.titles[leaf.field_code],
        "scale": leaf.engine.rule.describe(leaf.maximum),
        "awaited": awaited(leaf, place.stage),
        "rows": filtered(scene.rows, show),
        "earlier_findings": _earlier_findings(place, leaf, scene),
        "filters": filters_of(scene.tally),
        "show": show,
        "leaves": leaves,
        "leaf_prefix": prefix,
        "previous": f"{prefix}{codes[at - 1]}/" if at > 0 else "",
        "following": f"{prefix}{codes[at + 1]}/" if 0 <= at < len(codes) - 1 else "",
    }
    return _drawn(request, "appraisals/leaf.html", context, error=error, status=status)


def _earlier_findings(place: Place, leaf: LoadedLeaf, scene: Scene) -> list[Line]:
    """What is known against the criterion at the units of the page, from earlier years."""
    units = {row.organisation_id: row.unit_name for row in scene.rows}
    return lines_about(place.viewer.actor, leaf, place.round.year, units)


def draw_unit(
    request: AuthenticatedRequest,
    place: Place,
    sheet: Assessment,
    scene: Scene,
    *,
    opened: Opened | None = None,
    error: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    """One unit by the leaves of the person's fields; the neighbours are the units of the block."""
    show = request.GET.get("show", "")
    order = list(place.sheets().order_by("unit__name_sort", "pk").values_list("pk", flat=True))
    at = order.index(sheet.pk)
    context = _common(scene, opened) | {
        "place": place,
        "sheet": sheet,
        "own_total": own_total(sheet),
        "may_record_penalty": may_record_penalty(place.viewer.actor, sheet, place.round),
        "titles": place.criteria.titles,
        "rows": filtered(scene.rows, show),
        "filters": filters_of(scene.tally),
        "show": show,
        "previous": _unit_link(place, order[at - 1]) if at > 0 else "",
        "following": _unit_link(place, order[at + 1]) if at < len(order) - 1 else "",
    }
    return _drawn(request, "appraisals/unit.html", context, error=error, status=status)


def _unit_link(place: Place, assessment_id: int) -> str:
    return reverse("appraisal-unit", args=[place.round.pk, assessment_id])


def draw_explanations(
    request: AuthenticatedRequest, scene: Scene, *, opened: Opened | None = None, status: int = 200
) -> HttpResponse:
    """What units explained, those without an answer first."""
    waiting = [row for row in scene.rows if row.waits_for_answer]
    show_all = request.GET.get("show") == "all"
    context = _common(scene, opened) | {
        "stand": scene.stand,
        "rows": scene.rows if show_all else waiting,
        "waiting": len(waiting),
        "answered": len(scene.rows) - len(waiting),
        "show_all": show_all,
    }
    return _drawn(request, "appraisals/explanations.html", context, error=None, status=status)


def draw_row(
    request: AuthenticatedRequest, scene: Scene, row: Row, *, editor: Editor | None, status: int = 200
) -> HttpResponse:
    """Only the row, with the progress of the page beside it: what htmx exchanges."""
    opened = Opened(row.assessment_id, row.leaf.code, editor) if editor else None
    template = "appraisals/row_explained.html" if scene.axis == EXPLAINED else "appraisals/row_answer.html"
    context = _common(scene, opened) | {"row": row, "saved_at": now()}
    if scene.axis != EXPLAINED:
        context["filters"] = filters_of(scene.tally)
        context["base_link"] = base_link(scene, row)
        context["show"] = _shown_filter(request)
    return render(request, template, context, status=status)


def _shown_filter(request: AuthenticatedRequest) -> str:
    """The filter of the page that htmx exchanges a row of; it stands in the address of that page."""
    asked = parse_qs(urlsplit(request.htmx.current_url or "").query)
    return asked.get("show", [""])[-1]


def base_link(scene: Scene, row: Row) -> str:
    """The page that the row stands on."""
    round_id = scene.stand.round.pk
    if scene.axis == EXPLAINED:
        return reverse("appraisal-explanations", args=[round_id])
    if scene.axis == LEAF and isinstance(scene.stand, Place):
        code = scene.stand.block.block.code
        return reverse("appraisal-leaf", args=[round_id, code, row.leaf.code])
    return reverse("appraisal-unit", args=[round_id, row.assessment_id])
