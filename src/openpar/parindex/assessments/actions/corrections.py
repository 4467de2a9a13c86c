"""An error found once the appraisals are over is mended by two people: one proposes, another decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role, RoleHeld
from openpar.base.accounts.queries import Actor, people_holding
from openpar.base.audit.actions import record
from openpar.base.documents.permissions import owners_seen_by
from openpar.base.documents.queries import documents_of_owners
from openpar.base.notifications.actions import tell
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_decimal
from openpar.engine.answers import Answer
from openpar.engine.numbers import plain
from openpar.engine.outcomes import Earned, Outcome
from openpar.parindex.assessments.actions.councils import set_aside_conclusion, take_round_of_sheet
from openpar.parindex.assessments.actions.scores import (
    Entry,
    Typed,
    entry_for,
    evaluated,
    keep_score,
    refuse_stale,
    scores_of_leaf,
    told,
)
from openpar.parindex.assessments.errors import Incomplete, NotAllowed, NotNow
from openpar.parindex.assessments.models import AppraiserAssignment, Correction, Layer, Round, Score
from openpar.parindex.assessments.permissions import (
    belongs_to_unit,
    may_decide_correction,
    may_propose_correction,
)
from openpar.parindex.assessments.rules import decided_layer, why_not_alone, why_not_correctable
from openpar.parindex.assessments.sheets import Sheet, renew_standings, take_sheet
from openpar.parindex.criteria.queries import LoadedLeaf


def propose_correction(
    *,
    assessment_id: int,
    code: str,
    entry: Typed,
    document_id: int | None,
    expected_version: int,
    by: Actor,
    at: datetime,
) -> Correction:
    """Other figures for one leaf, with the reason in the note of `entry`; they count once another confirms.

    `expected_version` is that of the corrected score the proposer looked at, 0 where there was none. Raises
    NotAllowed (field not assigned, own unit), NotNow, BadAnswer, Incomplete, StaleScore, UnknownLeaf.
    """
    with write_transaction():
        sheet = take_sheet(assessment_id)
        leaf = sheet.leaf(code)
        _refuse_unless_proposer(sheet, leaf, by)
        _refuse_unless_correctable(sheet, leaf)
        scores = scores_of_leaf(sheet, leaf)
        entry = entry_for(leaf, entry)
        refuse_stale(scores.get(Layer.CORRECTED), expected_version, leaf=leaf, entry=entry)
        if sheet.assessment.corrections.filter(criterion_id=leaf.id, state=_PROPOSED).exists():
            what = _("đã có đề nghị đính chính đang chờ quyết định.")
            raise NotNow(Gap(leaf.code, what, code="proposed_already"))
        given = _given(entry, evaluated(leaf, entry))
        gaps = _gaps(leaf, entry, given, scores, document_id, by)
        if gaps:
            raise Incomplete(gaps)
        correction = Correction.objects.create(
            assessment=sheet.assessment,
            criterion_id=leaf.id,
            answer=entry.answer.as_json(),
            given_points=given,
            reason=entry.note.strip(),
            document_id=document_id,
            replaces_version=scores[Layer.CORRECTED].version if Layer.CORRECTED in scores else 0,
            proposed_by_id=by.person_id,
            proposed_at=at,
        )
        _trace(sheet, leaf, correction, "correction.proposed", by=by, at=at, reason=correction.reason)
        _tell_deciders(sheet, leaf, correction, at)
        return correction


_PROPOSED = Correction.State.PROPOSED


def _refuse_unless_proposer(sheet: Sheet, leaf: LoadedLeaf, by: Actor) -> None:
    fields = AppraiserAssignment.objects.filter(
        round_block_id=sheet.assessment.round_block_id, appraiser_id=by.id
    ).values_list("field_code", flat=True)
    if may_propose_correction(
        by, sheet.assessment, sheet.round, field_code=leaf.field_code, assigned_fields=list(fields)
    ):
        return
    if belongs_to_unit(by, sheet.assessment):
        raise NotAllowed(_own_unit(leaf))
    raise NotAllowed(
        Gap(
            leaf.code,
            _("chỉ người thẩm định lĩnh vực này hoặc quản lý kỳ đề nghị đính chính."),
            code="not_assigned",
        )
    )


def _own_unit(leaf: LoadedLeaf) -> Gap:
    return Gap(
        leaf.code,
        _("không ai đính chính điểm của đơn vị mình công tác."),
        _("Nhờ người có thẩm quyền ở cơ quan khác."),
        code="own_unit",
    )


def _refuse_unless_correctable(sheet: Sheet, leaf: LoadedLeaf) -> None:
    is_silent = not (sheet.assessment.self_count or sheet.assessment.appraised_count)
    gap = why_not_correctable(sheet.round.stage, is_outside=leaf.is_outside, is_silent=is_silent)
    if gap is not None:
        raise NotNow(gap)


def _given(entry: Entry, outcome: Outcome) -> Decimal | None:
    """The points given instead of the computed ones; the same points are not given instead."""
    computed = outcome.points if isinstance(outcome, Earned) else None
    if outcome.state == "MISSING" and entry.given_points is None:
        raise Incomplete(Gap("", _("chưa nhập số liệu hoặc điểm đúng."), code="blank"))
    return None if entry.given_points == computed else entry.given_points


def _gaps(
    leaf: LoadedLeaf,
    entry: Entry,
    given: Decimal | None,
    scores: dict[str, Score],
    document_id: int | None,
    by: Actor,
) -> list[Gap]:
    gaps = []
    if not entry.note.strip():
        what = _("chưa nêu lý do đính chính.")
        gaps.append(Gap(leaf.code, what, _("Nói rõ sai ở đâu, căn cứ nào."), code="no_reason"))
    counted = decided_layer(scores)
    if counted is not None:
        now = scores[counted]
        if now.answer == entry.answer.as_json() and now.given_points == given:
            what = _("số liệu và điểm vẫn như đang tính.")
            gaps.append(Gap(leaf.code, what, _("Nhập số liệu hoặc điểm đúng."), code="no_change"))
    if document_id is not None:
        seen = documents_of_owners(owners_seen_by(by), with_superseded=True)
        if not seen.filter(pk=document_id).exists():
            what = _("không có trong kho tài liệu của bạn.")
            gaps.append(Gap(_("Tài liệu"), what, code="unknown_document"))
    return gaps


def _tell_deciders(sheet: Sheet, leaf: LoadedLeaf, correction: Correction, at: datetime) -> None:
    held = RoleHeld.objects.as_of(timezone.localdate(at)).filter(user__is_active=True)
    managers = held.filter(role=Role.ROUND_MANAGER, organisation=sheet.round.manager_id)
    people = (managers | held.filter(role=Role.COUNCIL_CHAIR)).values_list("user_id", flat=True)
    tell(
        recipients=set(people) - {correction.proposed_by_id},
        text=_("Đề nghị đính chính tiêu chí %(code)s của %(unit)s: %(reason)s")
        % {"code": leaf.code, "unit": sheet.unit_name, "reason": correction.reason},
        link=f"/rounds/{sheet.round.pk}/corrections/",
        at=at,
    )


# ---- the second person ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Taken:
    """An open correction with its round, sheet and leaf, all locked."""

    round: Round
    sheet: Sheet
    leaf: LoadedLeaf
    correction: Correction


def _take(correction_id: int) -> _Taken:
    found = Correction.objects.get(pk=correction_id)
    round = take_round_of_sheet(found.assessment_id)
    sheet = take_sheet(found.assessment_id)
    correction = Correction.objects.select_for_update().get(pk=correction_id)
    leaf = sheet.leaf(sheet.criteria.code_of[correction.criterion_id])
    return _Taken(round, sheet, leaf, correction)


def why_not_decided_by(correction: Correction, sheet: Sheet, leaf: LoadedLeaf, by: Actor) -> Gap | None:
    """Why this person neither confirms nor refuses this correction; None when they may."""
    if not may_decide_correction(by, sheet.assessment, sheet.round):
        if belongs_to_unit(by, sheet.assessment):
            return _own_unit(leaf)
        what = _("chỉ Chủ tịch Hội đồng thẩm định hoặc quản lý kỳ quyết định đề nghị đính chính.")
        return Gap(leaf.code, what, code="not_decider")
    return why_not_alone(correction.proposed_by_id, by.person_id)


def _take_for_decision(correction_id: int, by: Actor) -> _Taken:
    taken = _take(correction_id)
    gap = why_not_decided_by(taken.correction, taken.sheet, taken.leaf, by)
    if gap is not None:
        raise NotAllowed(gap)
    _refuse_settled(taken)
    return taken


def _refuse_settled(taken: _Taken) -> None:
    if taken.correction.state != _PROPOSED:
        raise NotNow(Gap(taken.leaf.code, _("đề nghị này đã được giải quyết."), code="settled"))
    _refuse_unless_correctable(taken.sheet, taken.leaf)


def confirm_correction(*, correction_id: int, by: Actor, at: datetime) -> Score:
    """The second person: from now on the corrected points count. A council that had concluded on the old
    totals has to conclude anew.

    Raises NotAllowed (the proposer, own unit), NotNow, StaleScore.
    """
    with write_transaction():
        taken = _take_for_decision(correction_id, by)
        correction, sheet, leaf = taken.correction, taken.sheet, taken.leaf
        scores = scores_of_leaf(sheet, leaf)
        stored, entry = scores.get(Layer.CORRECTED), entry_of_correction(correction)
        refuse_stale(stored, correction.replaces_version, leaf=leaf, entry=entry)
        counted = decided_layer(scores)
        before = told(scores[counted]) if counted else None
        before_words = points_words(scores[counted]) if counted else "—"
        _settle(correction, Correction.State.CONFIRMED, by=by, at=at)
        score = keep_score(
            sheet=sheet,
            leaf=leaf,
            layer=Layer.CORRECTED,
            entry=entry,
            stored=stored,
            outcome=evaluated(leaf, entry),
            verb="score.corrected",
            by=by,
            at=at,
            entered_by_id=correction.proposed_by_id,
        )
        renew_standings(sheet, Layer.CORRECTED)
        _trace(sheet, leaf, correction, "correction.confirmed", by=by, at=at, before=before)
        why = _("đính chính tiêu chí %(code)s của %(unit)s.") % {"code": leaf.code, "unit": sheet.unit_name}
        set_aside_conclusion(taken.round, why=why, by=by, at=at)
        _tell_unit(taken, before_words, points_words(score), at)
        return score


def refuse_correction(*, correction_id: int, reason: str, by: Actor, at: datetime) -> None:
    """The second person says no, and why. Raises NotAllowed, NotNow, Incomplete."""
    with write_transaction():
        taken = _take_for_decision(correction_id, by)
        if not reason.strip():
            raise Incomplete(Gap(taken.leaf.code, _("nêu lý do không chấp nhận."), code="no_reason"))
        correction = taken.correction
        correction.decision_reason = reason.strip()
        _settle(correction, Correction.State.REFUSED, by=by, at=at)
        _trace(taken.sheet, taken.leaf, correction, "correction.refused", by=by, at=at, reason=reason.strip())
        tell(
            recipients=[correction.proposed_by_id],
            text=_("Đề nghị đính chính %(code)s của %(unit)s không được chấp nhận: %(reason)s")
            % {"code": taken.leaf.code, "unit": taken.sheet.unit_name, "reason": reason.strip()},
            link=f"/appraisals/{taken.round.pk}/unit/{taken.sheet.assessment.pk}/",
            at=at,
        )


def withdraw_correction(*, correction_id: int, by: Actor, at: datetime) -> None:
    """The proposer takes an open correction back. Raises NotAllowed, NotNow."""
    with write_transaction():
        taken = _take(correction_id)
        if taken.correction.proposed_by_id != by.id:
            what = _("chỉ người đề nghị rút lại đề nghị của mình.")
            raise NotAllowed(Gap(taken.leaf.code, what, code="not_proposer"))
        _refuse_settled(taken)
        _settle(taken.correction, Correction.State.WITHDRAWN, by=None, at=at)
        _trace(taken.sheet, taken.leaf, taken.correction, "correction.withdrawn", by=by, at=at)


def entry_of_correction(correction: Correction) -> Entry:
    """What was proposed, as it would be typed."""
    answer = Answer.from_json(correction.answer)
    return Entry(answer, note=correction.reason, given_points=correction.given_points)


def _settle(correction: Correction, state: Correction.State, *, by: Actor | None, at: datetime) -> None:
    correction.state = state
    correction.decided_by_id = None if by is None else by.person_id
    correction.decided_at = at
    correction.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])


def _trace(
    sheet: Sheet,
    leaf: LoadedLeaf,
    correction: Correction,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    before: dict[str, object] | None = None,
    reason: str = "",
) -> None:
    """The story of the correction; `before` is the score that it takes the place of."""
    entry = entry_of_correction(correction)
    outcome = evaluated(leaf, entry)
    points = outcome.points if isinstance(outcome, Earned) else None
    after: dict[str, object] = {
        "answer": correction.answer,
        "points": _text(points if entry.given_points is None else entry.given_points),
        "given_points": _text(entry.given_points),
        "note": correction.reason,
        "document": correction.document_id,
        "state": correction.state,
    }
    record(
        by=by,
        at=at,
        verb=verb,
        object=f"correction:{correction.pk}",
        about=sheet.about,
        label=f"{leaf.code} {leaf.title} · {sheet.unit_name}",
        before=before,
        after=after,
        reason=reason or correction.reason,
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def points_words(score: Score) -> str:
    """The points of a score in a sentence."""
    if score.points is not None:
        return format_decimal(score.points, 4, trim=True)
    return _("không áp dụng") if score.outcome == "NOT_APPLICABLE" else _("chờ tính")


def _tell_unit(taken: _Taken, before: str, after: str, at: datetime) -> None:
    sheet, correction = taken.sheet, taken.correction
    told = (Role.FOCAL_OFFICER, Role.AGENCY_HEAD)
    held = people_holding(told, [sheet.assessment.organisation_id], timezone.localdate(at))
    tell(
        recipients=[*held, correction.proposed_by_id],
        text=_(
            "Tiêu chí %(code)s của %(unit)s được đính chính từ %(before)s thành %(after)s điểm: %(reason)s"
        )
        % {
            "code": taken.leaf.code,
            "unit": sheet.unit_name,
            "before": before,
            "after": after,
            "reason": correction.reason,
        },
        link=f"/assessments/{sheet.assessment.pk}/{taken.leaf.code}/",
        at=at,
    )
