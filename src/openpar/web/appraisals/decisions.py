"""Deciding on one row: open its form, agree, save, flag; and the answer to an explanation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from openpar.common.errors import Gap, Refused
from openpar.parindex.assessments.actions.appraisals import (
    agree_with_self,
    save_appraisal,
    save_reappraisal,
)
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.errors import StaleScore
from openpar.parindex.assessments.models import Assessment
from openpar.parindex.assessments.queries.appraisal_rows import Row, Side, rows_of
from openpar.parindex.criteria.queries import LoadedLeaf
from openpar.web.appraisals.pages import (
    Opened,
    base_link,
    draw_explanations,
    draw_leaf,
    draw_row,
    draw_unit,
)
from openpar.web.appraisals.scenes import (
    EXPLAINED,
    LEAF,
    UNIT,
    Editor,
    Place,
    Scene,
    against,
    answer_editor,
    appraisal_editor,
    explained_scene,
    leaf_row_scene,
    leaf_scene,
    sheet_of,
    typed_editor,
    unit_scene,
)
from openpar.web.assessments.forms import read_entry
from openpar.web.http import AuthenticatedRequest, actor, now, page, say


@dataclass(frozen=True)
class Spot:
    """One leaf of one sheet on the page that the person works on."""

    place: Place
    sheet: Assessment
    leaf: LoadedLeaf
    axis: str

    def scene(self) -> Scene:
        """The page as it is now; asked again after a change."""
        if self.axis == EXPLAINED:
            return explained_scene(self.place)
        return unit_scene(self.place, self.sheet) if self.axis == UNIT else leaf_scene(self.place, self.leaf)

    def row_scene(self) -> Scene:
        """As much of the page as one row needs."""
        if self.axis == LEAF:
            return leaf_row_scene(self.place, self.leaf, self.sheet)
        return self.scene()

    def row(self, scene: Scene | None = None) -> Row:
        """The row as it is now, or as a page that is loaded has it."""
        if scene is None:
            sheets = self.place.sheets().filter(pk=self.sheet.pk)
            [row] = rows_of(sheets, [self.leaf], self.place.viewer, self.place.stage)
            return row
        return scene.row(self.sheet.pk, self.leaf.code)


def _spot(request: AuthenticatedRequest, round_id: int, assessment_id: int, code: str) -> Spot:
    place, sheet = sheet_of(request, round_id, assessment_id)
    leaf = place.criteria.leaves.get(code)
    if leaf is None or leaf.is_outside:
        raise Http404
    axis = request.GET.get("axis", LEAF)
    return Spot(place, sheet, leaf, axis if axis in (LEAF, UNIT) else LEAF)


def _answered(
    request: AuthenticatedRequest, spot: Spot, *, editor: Editor | None = None, status: int = 200
) -> HttpResponse:
    """The row for htmx; without it the whole page, or the way back to it after a change."""
    if request.htmx or editor is None:
        scene = spot.row_scene()
        row = spot.row(scene)
        if request.htmx:
            return draw_row(request, scene, row, editor=editor, status=status)
        return redirect(f"{base_link(scene, row)}#row-{row.assessment_id}-{row.leaf.code}")
    scene = spot.scene()
    row = spot.row(scene)
    opened = Opened(row.assessment_id, row.leaf.code, editor)
    if spot.axis == EXPLAINED:
        return draw_explanations(request, scene, opened=opened, status=status)
    if spot.axis == UNIT:
        return draw_unit(request, spot.place, spot.sheet, scene, opened=opened, status=status)
    return draw_leaf(request, spot.place, spot.leaf, scene, opened=opened, status=status)


@page("GET", "POST")
def score(request: AuthenticatedRequest, round_id: int, assessment_id: int, code: str) -> HttpResponse:
    """GET opens (`?open=1`) or closes the form of a row; POST saves own figures and points."""
    spot = _spot(request, round_id, assessment_id, code)
    if request.method == "GET":
        editor = appraisal_editor(spot.row()) if request.GET.get("open") else None
        return _answered(request, spot, editor=editor)
    wanted = bool(request.POST.get("explanation_wanted"))

    def save(entry: Entry, version: int) -> None:
        save_appraisal(
            assessment_id=assessment_id,
            code=code,
            entry=Entry(entry.answer, entry.note, entry.given_points, explanation_wanted=wanted),
            expected_version=version,
            by=actor(request),
            at=now(),
        )

    return _saved(request, spot, save, stored=lambda row: row.appraised)


@page("POST")
def agree(request: AuthenticatedRequest, round_id: int, assessment_id: int, code: str) -> HttpResponse:
    """“Đồng ý”: the points of the unit become the appraised ones."""
    spot = _spot(request, round_id, assessment_id, code)
    try:
        done = agree_with_self(assessment_id=assessment_id, codes=[code], by=actor(request), at=now())
    except Refused as error:
        return _refused_row(request, spot, error)
    if not done:
        return _refused_row(request, spot, Refused(_nothing_to_agree(spot)))
    return _answered(request, spot)


def _nothing_to_agree(spot: Spot) -> Gap:
    row = spot.row()
    if row.is_decided:
        return Gap(spot.leaf.code, _("đã có người thẩm định dòng này."), _("Sửa nếu cần."), code="decided")
    return Gap(
        spot.leaf.code,
        _("đơn vị chưa chấm nên không có gì để đồng ý."),
        _("Nhập số liệu hoặc điểm thẩm định, nêu lý do."),
        code="not_scored",
    )


@page("POST")
def flag(request: AuthenticatedRequest, round_id: int, assessment_id: int, code: str) -> HttpResponse:
    """Wants an explanation, or no longer; a row that is not decided opens its form with the flag set."""
    spot = _spot(request, round_id, assessment_id, code)
    row = spot.row()
    side = row.appraised
    if side is None or side.is_blank:
        return _answered(request, spot, editor=appraisal_editor(row, is_flagged=True))
    entry = Entry(side.answer, side.note, side.given, explanation_wanted=not side.explanation_wanted)
    try:
        save_appraisal(
            assessment_id=assessment_id,
            code=code,
            entry=entry,
            expected_version=side.version,
            by=actor(request),
            at=now(),
        )
    except Refused as error:
        return _refused_row(request, spot, error)
    return _answered(request, spot)


@page("GET", "POST")
def answer(request: AuthenticatedRequest, round_id: int, assessment_id: int, code: str) -> HttpResponse:
    """The decision on an explanation: GET opens its form, POST saves it."""
    found = _spot(request, round_id, assessment_id, code)
    spot = Spot(found.place, found.sheet, found.leaf, EXPLAINED)
    if request.method == "GET":
        editor = None
        if request.GET.get("open"):
            editor = answer_editor(spot.row(), start=request.GET.get("start", ""))
        return _answered(request, spot, editor=editor)

    def save(entry: Entry, version: int) -> None:
        save_reappraisal(
            assessment_id=assessment_id,
            code=code,
            entry=entry,
            expected_version=version,
            by=actor(request),
            at=now(),
        )

    return _saved(request, spot, save, stored=lambda row: row.reappraised)


def _saved(
    request: AuthenticatedRequest,
    spot: Spot,
    save: Callable[[Entry, int], None],
    *,
    stored: Callable[[Row], Side | None],
) -> HttpResponse:
    """Saves what was typed; refused, the form stays as typed with every gap in it."""
    texts = {name: [str(value) for value in values] for name, values in request.POST.lists()}
    version = int(text) if (text := request.POST.get("version", "0")).isdecimal() else 0
    row = spot.row()
    try:
        save(read_entry(spot.leaf, texts), version)
    except StaleScore as stale:
        editor = typed_editor(row, texts, version, stale.gaps)
        found = stored(row)
        return _answered(request, spot, editor=against(editor, found) if found else editor, status=409)
    except Refused as error:
        return _answered(request, spot, editor=typed_editor(row, texts, version, error.gaps), status=422)
    say(request, _("Đã lưu %(code)s, %(unit)s.") % {"code": spot.leaf.code, "unit": row.unit_name})
    return _answered(request, spot)


def _refused_row(request: AuthenticatedRequest, spot: Spot, error: Refused) -> HttpResponse:
    """A refusal without a form: shown in the form of the row, which opens for it."""
    row = spot.row()
    editor = appraisal_editor(row)
    return _answered(
        request,
        spot,
        editor=Editor(editor.texts, editor.version, editor.is_flagged, editor.asked, error.gaps),
        status=422,
    )
