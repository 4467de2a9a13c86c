"""Appraisers give their own figures and points, by field across units; and decide on explanations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.engine.answers import Answer
from openpar.engine.outcomes import Earned
from openpar.parindex.assessments.actions.scores import (
    Entry,
    evaluated,
    keep_score,
    points_text,
    refuse_stale,
    scores_of_leaf,
)
from openpar.parindex.assessments.errors import Incomplete, NotAllowed, NotNow
from openpar.parindex.assessments.models import AppraiserAssignment, Layer, RoundStage, Score
from openpar.parindex.assessments.permissions import belongs_to_unit, may_appraise
from openpar.parindex.assessments.rules import needs_reason
from openpar.parindex.assessments.sheets import Sheet, renew_standings, take_sheet
from openpar.parindex.criteria.queries import LoadedLeaf


def _refuse_unless_appraiser(sheet: Sheet, leaf: LoadedLeaf, by: Actor) -> None:
    fields = AppraiserAssignment.objects.filter(
        round_block_id=sheet.assessment.round_block_id, appraiser_id=by.id
    ).values_list("field_code", flat=True)
    if may_appraise(by, sheet.assessment, field_code=leaf.field_code, assigned_fields=list(fields)):
        return
    if belongs_to_unit(by, sheet.assessment):
        raise NotAllowed(
            Gap(
                leaf.code,
                _("không ai được thẩm định đơn vị mình công tác."),
                _("Quản lý kỳ phân công người khác cho lĩnh vực này."),
                code="own_unit",
            )
        )
    raise NotAllowed(
        Gap(
            leaf.code,
            _("bạn không được phân công thẩm định lĩnh vực %s.") % leaf.field_code,
            code="not_assigned",
        )
    )


def _keep_appraisal(
    sheet: Sheet, leaf: LoadedLeaf, scores: dict[str, Score], entry: Entry, *, by: Actor, at: datetime
) -> Score:
    outcome = evaluated(leaf, entry)
    points = entry.given_points
    if points is None and isinstance(outcome, Earned):
        points = outcome.points
    if outcome.state == "MISSING" and points is None:
        raise Incomplete(Gap(leaf.code, _("chưa nhập số liệu hoặc điểm thẩm định."), code="blank"))
    if needs_reason(points_text(scores, Layer.SELF), points, entry.note):
        raise Incomplete(
            Gap(
                leaf.code,
                _("điểm thẩm định khác điểm tự chấm nhưng chưa nêu lý do."),
                _("Đơn vị sẽ đọc lý do này khi giải trình."),
                code="no_reason",
            )
        )
    return keep_score(
        sheet=sheet,
        leaf=leaf,
        layer=Layer.APPRAISED,
        entry=entry,
        stored=scores.get(Layer.APPRAISED),
        outcome=outcome,
        verb="score.appraised",
        by=by,
        at=at,
    )


def save_appraisal(
    *, assessment_id: int, code: str, entry: Entry, expected_version: int, by: Actor, at: datetime
) -> tuple[Score, Sheet]:
    """The appraiser's own figures and points for one leaf.

    Raises NotAllowed (field not assigned, own unit), NotNow, BadAnswer, Incomplete (no reason), StaleScore.
    """
    with write_transaction():
        sheet = take_sheet(assessment_id)
        leaf = sheet.leaf(code)
        _refuse_unless_appraiser(sheet, leaf, by)
        _refuse_unless_phase(sheet, leaf, RoundStage.APPRAISAL, at)
        scores = scores_of_leaf(sheet, leaf)
        stored = scores.get(Layer.APPRAISED)
        refuse_stale(stored, expected_version, leaf=leaf, entry=entry)
        was_flagged = stored is not None and stored.explanation_wanted
        score = _keep_appraisal(sheet, leaf, scores, entry, by=by, at=at)
        sheet.assessment.flagged_count += score.explanation_wanted - was_flagged
        renew_standings(sheet, Layer.APPRAISED)
        return score, sheet


def agree_with_self(*, assessment_id: int, codes: Iterable[str], by: Actor, at: datetime) -> int:
    """Appraises leaves as the unit scored them: the appraiser's own row, with the unit's figures.

    Leaves that are appraised already or were not scored by the unit are left as they are. Returns how many
    were appraised. Raises NotAllowed, NotNow.
    """
    done = 0
    with write_transaction():
        sheet = take_sheet(assessment_id)
        for code in codes:
            leaf = sheet.leaf(code)
            _refuse_unless_appraiser(sheet, leaf, by)
            _refuse_unless_phase(sheet, leaf, RoundStage.APPRAISAL, at)
            scores = scores_of_leaf(sheet, leaf)
            own = scores.get(Layer.SELF)
            if own is None or own.outcome == "MISSING" or Layer.APPRAISED in scores:
                continue
            note = own.note if own.given_points is not None else ""
            entry = Entry(Answer.from_json(own.answer), note=note, given_points=own.given_points)
            _keep_appraisal(sheet, leaf, scores, entry, by=by, at=at)
            done += 1
        if done:
            renew_standings(sheet, Layer.APPRAISED)
    return done


def save_reappraisal(
    *, assessment_id: int, code: str, entry: Entry, expected_version: int, by: Actor, at: datetime
) -> tuple[Score, Sheet]:
    """The decision on an explanation: points and, always, a reason. Raises as `save_appraisal`."""
    with write_transaction():
        sheet = take_sheet(assessment_id)
        leaf = sheet.leaf(code)
        _refuse_unless_appraiser(sheet, leaf, by)
        _refuse_unless_phase(sheet, leaf, RoundStage.REAPPRAISAL, at)
        scores = scores_of_leaf(sheet, leaf)
        if Layer.EXPLAINED not in scores:
            raise NotNow(Gap(leaf.code, _("đơn vị không giải trình tiêu chí này."), code="not_explained"))
        stored = scores.get(Layer.REAPPRAISED)
        refuse_stale(stored, expected_version, leaf=leaf, entry=entry)
        outcome = evaluated(leaf, entry)
        if not entry.note.strip():
            raise Incomplete(
                Gap(
                    leaf.code,
                    _("chưa trả lời giải trình của đơn vị."),
                    _("Nêu lý do giữ hoặc đổi điểm."),
                    code="no_reason",
                )
            )
        if outcome.state == "MISSING" and entry.given_points is None:
            raise Incomplete(Gap(leaf.code, _("chưa nhập số liệu hoặc điểm thẩm định."), code="blank"))
        score = keep_score(
            sheet=sheet,
            leaf=leaf,
            layer=Layer.REAPPRAISED,
            entry=entry,
            stored=stored,
            outcome=outcome,
            verb="score.reappraised",
            by=by,
            at=at,
        )
        renew_standings(sheet, Layer.REAPPRAISED)
        return score, sheet


def _refuse_unless_phase(sheet: Sheet, leaf: LoadedLeaf, stage: RoundStage, at: datetime) -> None:
    gap = sheet.window.why_closed(stage, at)
    if gap is not None:
        raise NotNow(gap)
    if leaf.is_outside:
        raise NotNow(
            Gap(leaf.code, _("tiêu chí này lấy kết quả từ bên ngoài, không thẩm định."), code="outside")
        )
