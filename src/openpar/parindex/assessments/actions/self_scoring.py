"""The unit scores itself: save, hand leaves to divisions, submit to the head, send back, lock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role, RoleHeld
from openpar.base.accounts.queries import Actor, people_holding
from openpar.base.audit.actions import record
from openpar.base.notifications.actions import tell
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
from openpar.parindex.assessments.models import Layer, LeafAssignment, Score, SheetState
from openpar.parindex.assessments.permissions import (
    may_coordinate_for_unit,
    may_lock,
    may_score_for_unit,
)
from openpar.parindex.assessments.queries.completeness import leaf_entries
from openpar.parindex.assessments.rules import (
    gaps_before_submission,
    why_not_alone,
    why_not_assigned,
    why_not_self_scoring,
)
from openpar.parindex.assessments.sheets import Sheet, renew_standings, take_sheet
from openpar.parindex.criteria.queries import LoadedLeaf


def _leaf_officer(sheet: Sheet, leaf: LoadedLeaf, by: Actor) -> int | None:
    """Who the leaf was handed to; asked only for people whose right depends on it."""
    if not by.has(Role.DIVISION_OFFICER, sheet.assessment.organisation_id):
        return None
    return (
        LeafAssignment.objects.filter(assessment=sheet.assessment, criterion_id=leaf.id)
        .values_list("officer_id", flat=True)
        .first()
    )


def refuse_unless_scoring(sheet: Sheet, leaf: LoadedLeaf, by: Actor, at: datetime) -> None:
    """May this person score this leaf now? Raises NotAllowed or NotNow."""
    if not may_score_for_unit(by, sheet.assessment, leaf_officer_id=_leaf_officer(sheet, leaf, by)):
        raise NotAllowed(
            Gap(
                leaf.code,
                _("bạn không được giao chấm tiêu chí này."),
                _("Cán bộ đầu mối của đơn vị phân công tiêu chí cho từng người."),
                code="not_assigned",
            )
        )
    gap = why_not_self_scoring(sheet.window, sheet.assessment.state, at, reopened_until=sheet.reopened_until)
    if gap is not None:
        raise NotNow(gap)
    if not leaf.is_self_scored:
        raise NotNow(Gap(leaf.code, _("đơn vị không tự đánh giá tiêu chí này."), code="not_self_scored"))


def save_self_score(
    *, assessment_id: int, code: str, entry: Typed, expected_version: int, by: Actor, at: datetime
) -> tuple[Score, Sheet]:
    """The unit's own figures for one leaf. Raises NotAllowed, NotNow, BadAnswer, StaleScore, UnknownLeaf."""
    with write_transaction():
        sheet = take_sheet(assessment_id)
        leaf = sheet.leaf(code)
        refuse_unless_scoring(sheet, leaf, by, at)
        entry = entry_for(leaf, entry)
        stored = scores_of_leaf(sheet, leaf).get(Layer.SELF)
        refuse_stale(stored, expected_version, leaf=leaf, entry=entry)
        score = keep_score(
            sheet=sheet,
            leaf=leaf,
            layer=Layer.SELF,
            entry=entry,
            stored=stored,
            outcome=evaluated(leaf, entry),
            verb="score.self_saved",
            by=by,
            at=at,
        )
        sheet.assessment.self_saved_at = at
        renew_standings(sheet, Layer.SELF)
        return score, sheet


def assign_leaves(
    *, assessment_id: int, codes: Iterable[str], officer_id: int | None, by: Actor, at: datetime
) -> None:
    """Hands leaves to a person of the unit; None takes them back. Raises NotAllowed, NotNow, Incomplete."""
    with write_transaction():
        sheet = take_sheet(assessment_id)
        if not may_coordinate_for_unit(by, sheet.assessment):
            raise NotAllowed(
                Gap("", _("chỉ cán bộ đầu mối hoặc thủ trưởng phân công tiêu chí."), code="not_focal")
            )
        closed = why_not_assigned(sheet.round.stage)
        if closed is not None:
            raise NotNow(closed)
        leaves = [sheet.leaf(code) for code in codes]
        unit = sheet.assessment.organisation_id
        if (
            officer_id is not None
            and not RoleHeld.objects.as_of(timezone.localdate(at))
            .filter(user_id=officer_id, organisation_id=unit, role=Role.DIVISION_OFFICER)
            .exists()
        ):
            raise Incomplete(
                Gap("", _("người được giao phải là chuyên viên của đơn vị."), code="not_of_the_unit")
            )
        for leaf in leaves:
            LeafAssignment.objects.filter(assessment=sheet.assessment, criterion_id=leaf.id).delete()
            if officer_id is not None:
                LeafAssignment.objects.create(
                    assessment=sheet.assessment, criterion_id=leaf.id, officer_id=officer_id
                )
        record(
            by=by,
            at=at,
            verb="sheet.leaves_assigned",
            object=f"assessment:{assessment_id}",
            about=sheet.about,
            label=sheet.unit_name,
            after={"codes": [leaf.code for leaf in leaves], "officer": officer_id},
        )
        if officer_id is not None:
            tell(
                recipients=[officer_id],
                text=_("Bạn được giao chấm %(count)d tiêu chí của kỳ “%(round)s”.")
                % {"count": len(leaves), "round": sheet.round.title},
                link=f"/assessments/{assessment_id}/",
                at=at,
            )


def submission_gaps(sheet: Sheet) -> tuple[Gap, ...]:
    """Everything that keeps the sheet from being handed in, in the order of the table."""
    return gaps_before_submission(leaf_entries(sheet.assessment.pk, sheet.criteria))


def _people_of(sheet: Sheet, role: Role, at: datetime) -> list[int]:
    return people_holding([role], [sheet.assessment.organisation_id], timezone.localdate(at))


def _refuse_unless_open(sheet: Sheet, at: datetime) -> None:
    state = SheetState.DRAFTING if sheet.assessment.state != SheetState.LOCKED else SheetState.LOCKED
    gap = why_not_self_scoring(sheet.window, state, at, reopened_until=sheet.reopened_until)
    if gap is not None:
        raise NotNow(gap)


def submit_sheet(*, assessment_id: int, by: Actor, at: datetime) -> None:
    """The focal officer hands the sheet to the head. Raises NotAllowed, NotNow, Incomplete with all gaps."""
    with write_transaction():
        sheet = take_sheet(assessment_id)
        if not may_coordinate_for_unit(by, sheet.assessment):
            raise NotAllowed(Gap("", _("chỉ cán bộ đầu mối hoặc thủ trưởng trình phiếu."), code="not_focal"))
        _refuse_unless_open(sheet, at)
        if sheet.assessment.state != SheetState.DRAFTING:
            raise NotNow(Gap("", _("phiếu đã trình thủ trưởng."), code="already_submitted"))
        gaps = submission_gaps(sheet)
        if gaps:
            raise Incomplete(gaps)
        sheet.assessment.state = SheetState.AWAITING_HEAD
        sheet.assessment.submitted_at = at
        sheet.assessment.submitted_by_id = by.person_id
        sheet.assessment.save(update_fields=["state", "submitted_at", "submitted_by"])
        _trace_state(sheet, "sheet.submitted", SheetState.DRAFTING, by=by, at=at)
        tell(
            recipients=_people_of(sheet, Role.AGENCY_HEAD, at),
            text=_("Phiếu tự chấm “%s” chờ bạn duyệt và chốt.") % sheet.round.title,
            link=f"/assessments/{assessment_id}/",
            at=at,
        )


def send_back(*, assessment_id: int, reason: str, by: Actor, at: datetime) -> None:
    """The head gives the sheet back to be mended. Raises NotAllowed, NotNow, Incomplete."""
    with write_transaction():
        sheet = take_sheet(assessment_id)
        if not may_lock(by, sheet.assessment):
            raise NotAllowed(Gap("", _("chỉ thủ trưởng đơn vị trả lại phiếu."), code="not_head"))
        if sheet.assessment.state != SheetState.AWAITING_HEAD:
            raise NotNow(Gap("", _("phiếu không ở trạng thái chờ duyệt."), code="not_awaiting"))
        if not reason.strip():
            raise Incomplete(
                Gap("", _("Nêu lý do trả lại để người chấm biết phải sửa gì."), code="no_reason")
            )
        sheet.assessment.state = SheetState.DRAFTING
        sheet.assessment.submitted_at = None
        sheet.assessment.submitted_by = None
        sheet.assessment.save(update_fields=["state", "submitted_at", "submitted_by"])
        _trace_state(sheet, "sheet.sent_back", SheetState.AWAITING_HEAD, by=by, at=at, reason=reason)
        tell(
            recipients=_people_of(sheet, Role.FOCAL_OFFICER, at),
            text=_("Thủ trưởng trả lại phiếu tự chấm: %s") % reason,
            link=f"/assessments/{assessment_id}/",
            at=at,
        )


def lock_sheet(*, assessment_id: int, by: Actor, at: datetime) -> Sheet:
    """The head approves and locks (chốt): from now on nothing is accepted and the total is frozen.

    Raises NotAllowed, NotNow, Incomplete with all gaps.
    """
    with write_transaction():
        sheet = take_sheet(assessment_id)
        if not may_lock(by, sheet.assessment):
            raise NotAllowed(Gap("", _("chỉ thủ trưởng đơn vị duyệt và chốt phiếu."), code="not_head"))
        _refuse_unless_open(sheet, at)
        if sheet.assessment.state != SheetState.AWAITING_HEAD:
            raise NotNow(Gap("", _("phiếu chưa được cán bộ đầu mối trình duyệt."), code="not_submitted"))
        alone = why_not_alone(sheet.assessment.submitted_by_id, by.person_id)
        if alone is not None:
            raise NotAllowed(alone)
        gaps = submission_gaps(sheet)
        if gaps:
            raise Incomplete(gaps)
        freeze(sheet, by=by, at=at, automatically=False)
        return sheet


def freeze(sheet: Sheet, *, by: Actor, at: datetime, automatically: bool) -> None:
    """Locks a sheet that the caller has taken: total from the stored scores, in this very transaction."""
    before = SheetState(sheet.assessment.state)
    renew_standings(sheet)
    sheet.assessment.state = SheetState.LOCKED
    sheet.assessment.locked_at = at
    sheet.assessment.locked_by_id = None if automatically else by.person_id
    sheet.assessment.locked_automatically = automatically
    sheet.assessment.reopened_until = None
    sheet.assessment.save(
        update_fields=["state", "locked_at", "locked_by", "locked_automatically", "reopened_until"]
    )
    sheet.assessment.reopenings.filter(granted_at__isnull=False, closed_at__isnull=True).update(closed_at=at)
    verb = "sheet.locked_automatically" if automatically else "sheet.locked"
    _trace_state(sheet, verb, before, by=by, at=at)


def _trace_state(
    sheet: Sheet, verb: str, before: SheetState, *, by: Actor, at: datetime, reason: str = ""
) -> None:
    # Without what comes from outside: the unit reads this, and may not know the leaders' points yet.
    total = sheet.assessment.standings.get("self", {}).get("own_total")
    record(
        by=by,
        at=at,
        verb=verb,
        object=f"assessment:{sheet.assessment.pk}",
        about=sheet.about,
        label=sheet.unit_name,
        before={"state": before},
        after={"state": sheet.assessment.state, "self_total": total},
        reason=reason,
    )
