"""The unit explains leaves whose points were reduced or flagged, in the dated window."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.parindex.assessments.actions.scores import (
    Typed,
    entry_for,
    evaluated,
    keep_score,
    refuse_stale,
    scores_of_leaf,
)
from openpar.parindex.assessments.errors import Incomplete, NotAllowed, NotNow
from openpar.parindex.assessments.models import Layer, RoundStage, Score
from openpar.parindex.assessments.permissions import may_coordinate_for_unit
from openpar.parindex.assessments.rules import may_be_explained
from openpar.parindex.assessments.sheets import Sheet, renew_standings, take_sheet
from openpar.parindex.criteria.queries import LoadedLeaf


def refuse_unless_explaining(
    sheet: Sheet, leaf: LoadedLeaf, scores: Mapping[str, Score], by: Actor, at: datetime
) -> None:
    """May this person explain this leaf now? Raises NotAllowed or NotNow."""
    if not may_coordinate_for_unit(by, sheet.assessment):
        raise NotAllowed(
            Gap(leaf.code, _("chỉ cán bộ đầu mối hoặc thủ trưởng giải trình."), code="not_focal")
        )
    gap = sheet.window.why_closed(RoundStage.EXPLANATION, at)
    if gap is not None:
        raise NotNow(gap)
    if not may_be_explained(scores):
        raise NotNow(
            Gap(
                leaf.code,
                _("điểm thẩm định bằng điểm tự chấm, không cần giải trình."),
                code="nothing_to_explain",
            )
        )


def save_explanation(
    *, assessment_id: int, code: str, entry: Typed, expected_version: int, by: Actor, at: datetime
) -> tuple[Score, Sheet]:
    """What the unit claims now, and why. Raises NotAllowed, NotNow, BadAnswer, Incomplete, StaleScore."""
    with write_transaction():
        sheet = take_sheet(assessment_id)
        leaf = sheet.leaf(code)
        scores = scores_of_leaf(sheet, leaf)
        refuse_unless_explaining(sheet, leaf, scores, by, at)
        entry = entry_for(leaf, entry)
        stored = scores.get(Layer.EXPLAINED)
        refuse_stale(stored, expected_version, leaf=leaf, entry=entry)
        if not entry.note.strip():
            raise Incomplete(Gap(leaf.code, _("chưa có nội dung giải trình."), code="no_text"))
        score = keep_score(
            sheet=sheet,
            leaf=leaf,
            layer=Layer.EXPLAINED,
            entry=entry,
            stored=stored,
            outcome=evaluated(leaf, entry),
            verb="score.explained",
            by=by,
            at=at,
        )
        renew_standings(sheet, Layer.EXPLAINED)
        return score, sheet
