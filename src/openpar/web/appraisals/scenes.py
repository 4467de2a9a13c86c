"""What the pages of an appraiser stand on: the round and block, the rows of a page, the row that is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from openpar.common.errors import Gap
from openpar.parindex.assessments.models import Assessment, Round, RoundBlock, RoundStage
from openpar.parindex.assessments.queries.appraisal import Viewer, viewer_of, window_of
from openpar.parindex.assessments.queries.appraisal_rows import (
    Row,
    Side,
    Tally,
    explained_rows,
    rows_of,
    tally_of,
    tally_of_leaf,
)
from openpar.parindex.assessments.queries.visibility import visible_assessments, visible_rounds
from openpar.parindex.assessments.rules import Window
from openpar.parindex.criteria.queries import LoadedLeaf, LoadedSet, loaded_set
from openpar.web.assessments.forms import texts_of
from openpar.web.assessments.questions import Questions, questions_of
from openpar.web.components.given import Texts
from openpar.web.http import AuthenticatedRequest, actor, now

LEAF, UNIT, EXPLAINED = "leaf", "unit", "explained"


@dataclass(frozen=True)
class Stand:
    """A round with the person who looks at its appraisal."""

    round: Round
    viewer: Viewer
    window: Window
    at: datetime

    @property
    def stage(self) -> RoundStage:
        return RoundStage(self.round.stage)

    @property
    def closed(self) -> Gap | None:
        """Why no appraisal is taken now."""
        return self.window.why_closed(RoundStage.APPRAISAL, self.at)

    @property
    def answers_closed(self) -> Gap | None:
        """Why no decision on an explanation is taken now."""
        return self.window.why_closed(RoundStage.REAPPRAISAL, self.at)


@dataclass(frozen=True)
class Place(Stand):
    """A block of that round."""

    block: RoundBlock
    criteria: LoadedSet

    @property
    def leaves(self) -> tuple[LoadedLeaf, ...]:
        """The appraised leaves that belong to the person; all of them for those who oversee."""
        handed = self.viewer.fields.get(self.block.pk, frozenset())
        return tuple(
            leaf
            for leaf in self.criteria.leaves.values()
            if not leaf.is_outside and (not handed or leaf.field_code in handed)
        )

    def sheets(self) -> QuerySet[Assessment]:
        visible = visible_assessments(self.viewer.actor.person_id, self.at)
        return visible.filter(round_block=self.block)


@dataclass(frozen=True)
class Editor:
    """The form of one row as it stands open: what is typed, against which version, what is wrong with it.

    `stored` is what somebody else saved in between.
    """

    texts: Texts
    version: int
    is_flagged: bool
    asked: Questions
    gaps: Sequence[Gap] = ()
    errors: Mapping[str, str] = field(default_factory=dict)
    stored: Side | None = None

    def value(self, name: str) -> str:
        values = self.texts.get(name) or ("",)
        return values[-1]

    def has(self, name: str, value: str) -> bool:
        return value in (self.texts.get(name) or ())


@dataclass(frozen=True)
class Scene:
    """The rows of one page: of a leaf, of a unit, or the explanations of a round."""

    stand: Stand
    axis: str
    rows: tuple[Row, ...]
    tally: Tally

    def row(self, assessment_id: int, code: str) -> Row:
        """Raises Http404 when it is not on this page."""
        for row in self.rows:
            if row.assessment_id == assessment_id and row.leaf.code == code:
                return row
        raise Http404


def stand_of(request: AuthenticatedRequest, round_id: int) -> Stand:
    """A round whose appraisal the person may open; anybody else gets 404."""
    at = now()
    round = get_object_or_404(visible_rounds(request.user.pk, at), pk=round_id)
    viewer = viewer_of(actor(request), round_id)
    if not viewer.may_open:
        raise Http404
    return Stand(round, viewer, window_of(round), at)


def place_of(request: AuthenticatedRequest, round_id: int, **which: Any) -> Place:
    """The block of a round that `which` finds (`block__code`, `pk`); 404 when it is nothing to the person."""
    stand = stand_of(request, round_id)
    blocks = RoundBlock.objects.filter(round=stand.round).select_related("block", "criteria_set")
    block = get_object_or_404(blocks, **which)
    if not stand.viewer.sees_block(block.pk):
        raise Http404
    criteria = loaded_set(block.criteria_set_id, block.criteria_set.version)
    return Place(stand.round, stand.viewer, stand.window, stand.at, block, criteria)


def leaf_scene(place: Place, leaf: LoadedLeaf) -> Scene:
    """One leaf of every unit."""
    rows = rows_of(place.sheets(), [leaf], place.viewer, place.stage)
    return Scene(place, LEAF, rows, tally_of(rows))


def leaf_row_scene(place: Place, leaf: LoadedLeaf, sheet: Assessment) -> Scene:
    """One row of that page with the tally of all: what the answer to a save shows."""
    rows = rows_of(place.sheets().filter(pk=sheet.pk), [leaf], place.viewer, place.stage)
    return Scene(place, LEAF, rows, tally_of_leaf(place.sheets(), leaf, place.viewer))


def unit_scene(place: Place, sheet: Assessment) -> Scene:
    """Every leaf of one unit that belongs to the person."""
    sheets = place.sheets().filter(pk=sheet.pk)
    rows = rows_of(sheets, place.leaves, place.viewer, place.stage)
    return Scene(place, UNIT, rows, tally_of(rows))


def explained_scene(stand: Stand) -> Scene:
    """What units explained, over all blocks."""
    rows = explained_rows(stand.round, stand.viewer, stand.at)
    return Scene(stand, EXPLAINED, rows, tally_of(rows))


def sheet_of(request: AuthenticatedRequest, round_id: int, assessment_id: int) -> tuple[Place, Assessment]:
    """A sheet that the person may see, with its block."""
    sheets = visible_assessments(request.user.pk, now()).select_related("unit")
    sheet = get_object_or_404(sheets, pk=assessment_id, round_block__round_id=round_id)
    return place_of(request, round_id, pk=sheet.round_block_id), sheet


def appraisal_editor(row: Row, *, is_flagged: bool | None = None) -> Editor:
    """The form of a first appraisal: what was appraised, else a copy of what the unit says."""
    source = row.appraised or row.own
    flagged = row.is_flagged if is_flagged is None else is_flagged
    return _editor(row, source, row.appraised, note=row.appraised.note if row.appraised else "", flag=flagged)


def answer_editor(row: Row, *, start: str = "") -> Editor:
    """The form of a decision on an explanation; `start` says whose points it begins with."""
    note = row.reappraised.note if row.reappraised else ""
    source = row.reappraised or row.explained or row.appraised
    if start == "appraised":
        source = row.appraised
    elif start == "explained":
        source = row.explained
    return _editor(row, source, row.reappraised, note=note, flag=False)


def _editor(row: Row, source: Side | None, stored: Side | None, *, note: str, flag: bool) -> Editor:
    texts: Texts = {"note": [note]}
    if source is not None:
        texts = texts_of(row.leaf, source.answer, note=note, given_points=source.given)
    return Editor(
        texts=texts,
        version=stored.version if stored else 0,
        is_flagged=flag,
        asked=questions_of(row.leaf.engine.rule, row.leaf.maximum),
    )


def typed_editor(row: Row, texts: Texts, version: int, gaps: Sequence[Gap]) -> Editor:
    """The form as it was sent, with what is wrong."""
    return Editor(
        texts=texts,
        version=version,
        is_flagged=bool(texts.get("explanation_wanted")),
        asked=questions_of(row.leaf.engine.rule, row.leaf.maximum),
        gaps=gaps,
    )


def against(editor: Editor, stored: Side) -> Editor:
    """The same form beside what somebody else saved; saving it again replaces that knowingly."""
    return replace(editor, stored=stored, version=stored.version)
