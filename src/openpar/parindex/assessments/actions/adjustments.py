"""Bonus claimed by a unit, penalty entered by an appraiser or the manager: outside the table's points."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import Actor
from openpar.base.audit.actions import record
from openpar.base.documents.permissions import owners_seen_by
from openpar.base.documents.queries import documents_of_owners
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.parindex.assessments.actions.councils import set_aside_conclusion, take_round_of_sheet
from openpar.parindex.assessments.errors import Incomplete, NotAllowed, NotNow
from openpar.parindex.assessments.models import Adjustment, Assessment, Layer, Round, RoundStage
from openpar.parindex.assessments.permissions import (
    belongs_to_unit,
    may_coordinate_for_unit,
    may_decide_adjustments,
    may_record_penalty,
)
from openpar.parindex.assessments.rules import why_not_alone
from openpar.parindex.assessments.sheets import Sheet, renew_standings, take_sheet

_CLAIM_STAGES = (RoundStage.SELF_SCORING, RoundStage.EXPLANATION)
DECIDE_STAGES = (RoundStage.APPRAISAL, RoundStage.EXPLANATION, RoundStage.REAPPRAISAL, RoundStage.DECISION)


def _told(adjustment: Adjustment) -> dict[str, object]:
    return {
        "kind": adjustment.kind,
        "ground": adjustment.ground,
        "points": str(adjustment.points),
        "state": adjustment.state,
        "document": adjustment.document_id,
        "explanation": adjustment.explanation,
    }


def _trace(
    sheet: Sheet,
    adjustment: Adjustment,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    before: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    record(
        by=by,
        at=at,
        verb=verb,
        object=f"adjustment:{adjustment.pk}",
        about=sheet.about,
        label=f"{sheet.unit_name} · {adjustment.ground}",
        before=before,
        after=_told(adjustment),
        reason=reason,
    )


def _ground_gaps(ground: str, points: Decimal) -> list[Gap]:
    gaps = []
    if not ground.strip():
        gaps.append(Gap(_("Căn cứ"), _("chưa nhập."), code="no_ground"))
    if points <= 0:
        gaps.append(Gap(_("Số điểm"), _("phải lớn hơn 0."), code="not_positive"))
    return gaps


def _document_gaps(document_id: int | None, by: Actor) -> list[Gap]:
    """A document must come from a store that the person may look into."""
    if document_id is None:
        return []
    if documents_of_owners(owners_seen_by(by), with_superseded=True).filter(pk=document_id).exists():
        return []
    return [Gap(_("Tài liệu"), _("không có trong kho tài liệu của bạn."), code="unknown_document")]


def claim_bonus(
    *,
    assessment_id: int,
    ground: str,
    points: Decimal,
    document_id: int | None,
    explanation: str,
    by: Actor,
    at: datetime,
) -> Adjustment:
    """The unit claims a bonus, with its document and explanation. Raises NotAllowed, NotNow, Incomplete."""
    with write_transaction():
        sheet = take_sheet(assessment_id)
        if not may_coordinate_for_unit(by, sheet.assessment):
            raise NotAllowed(
                Gap("", _("chỉ cán bộ đầu mối hoặc thủ trưởng đề nghị điểm thưởng."), code="not_focal")
            )
        gap = None
        if sheet.round.stage not in _CLAIM_STAGES:
            gap = Gap("", _("chỉ đề nghị điểm thưởng khi tự chấm hoặc giải trình."), code="other_stage")
        else:
            gap = sheet.window.why_closed(RoundStage(sheet.round.stage), at)
        if gap is not None:
            raise NotNow(gap)
        gaps = _ground_gaps(ground, points)
        if document_id is None and not explanation.strip():
            gaps.append(Gap(_("Tài liệu"), _("cần tài liệu hoặc giải trình."), code="no_evidence"))
        gaps += _document_gaps(document_id, by)
        if gaps:
            raise Incomplete(gaps)
        adjustment = Adjustment.objects.create(
            assessment=sheet.assessment,
            kind=Adjustment.Kind.BONUS,
            ground=ground.strip(),
            points=points,
            document_id=document_id,
            explanation=explanation.strip(),
            entered_by_id=by.person_id,
            entered_at=at,
        )
        _trace(sheet, adjustment, "bonus.claimed", by=by, at=at)
        return adjustment


def record_penalty(
    *,
    assessment_id: int,
    ground: str,
    points: Decimal,
    document_id: int | None,
    by: Actor,
    at: datetime,
) -> Adjustment:
    """A penalty with its ground, e.g. an inspection conclusion; it waits for another person's decision.

    Raises NotAllowed, NotNow, Incomplete.
    """
    with write_transaction():
        sheet = take_sheet(assessment_id)
        if not may_record_penalty(by, sheet.assessment, sheet.round):
            raise NotAllowed(
                Gap(
                    "",
                    _("chỉ người thẩm định và quản lý kỳ, ngoài đơn vị, nhập điểm trừ."),
                    code="not_appraiser",
                )
            )
        if sheet.round.stage not in DECIDE_STAGES:
            raise NotNow(Gap("", _("điểm trừ nhập từ giai đoạn thẩm định."), code="other_stage"))
        gaps = [*_ground_gaps(ground, points), *_document_gaps(document_id, by)]
        if gaps:
            raise Incomplete(gaps)
        adjustment = Adjustment.objects.create(
            assessment=sheet.assessment,
            kind=Adjustment.Kind.PENALTY,
            ground=ground.strip(),
            points=points,
            document_id=document_id,
            entered_by_id=by.person_id,
            entered_at=at,
        )
        _trace(sheet, adjustment, "penalty.recorded", by=by, at=at)
        return adjustment


def why_not_settled_by(adjustment: Adjustment, assessment: Assessment, round: Round, by: Actor) -> Gap | None:
    """Why this person does not decide this bonus or penalty; None when they may."""
    if not may_decide_adjustments(by, assessment, round):
        if belongs_to_unit(by, assessment):
            what = _("không ai quyết định điểm thưởng, điểm trừ của đơn vị mình công tác.")
            return Gap("", what, _("Nhờ người có thẩm quyền ở cơ quan khác."), code="own_unit")
        what = _("chỉ quản lý kỳ hoặc Chủ tịch Hội đồng thẩm định quyết định điểm thưởng, điểm trừ.")
        return Gap("", what, code="not_decider")
    return why_not_alone(adjustment.entered_by_id, by.person_id)


def decide_adjustment(*, adjustment_id: int, accept: bool, reason: str, by: Actor, at: datetime) -> None:
    """The second person accepts a bonus or penalty, or refuses it with a reason.

    A council that had concluded on another total has to conclude anew. Raises NotAllowed (who entered it, own
    unit), NotNow, Incomplete.
    """
    with write_transaction():
        found = Adjustment.objects.get(pk=adjustment_id)
        round = take_round_of_sheet(found.assessment_id)
        sheet = take_sheet(found.assessment_id)
        adjustment = Adjustment.objects.select_for_update().get(pk=adjustment_id)
        gap = why_not_settled_by(adjustment, sheet.assessment, round, by)
        if gap is not None:
            raise NotAllowed(gap)
        if sheet.round.stage not in DECIDE_STAGES:
            raise NotNow(
                Gap("", _("giai đoạn này không quyết định điểm thưởng, điểm trừ."), code="other_stage")
            )
        if not accept and not reason.strip():
            raise Incomplete(Gap("", _("Nêu lý do không chấp nhận."), code="no_reason"))
        before, counted = _told(adjustment), adjustment.state == Adjustment.State.ACCEPTED
        adjustment.state = Adjustment.State.ACCEPTED if accept else Adjustment.State.REFUSED
        adjustment.decided_by_id = by.person_id
        adjustment.decided_at = at
        adjustment.decision_reason = reason.strip()
        adjustment.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
        _trace(sheet, adjustment, "adjustment.decided", by=by, at=at, before=before, reason=reason)
        renew_standings(sheet, Layer.REAPPRAISED)
        if counted != accept:
            why = _("quyết định điểm thưởng, điểm trừ của %s.") % sheet.unit_name
            set_aside_conclusion(round, why=why, by=by, at=at)
