"""Notes on the progress of the work; the first that says so begins it (“đã triển khai”)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import people_holding
from openpar.base.notifications.actions import tell
from openpar.base.organisations.roles import Actor, Role
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import nfc
from openpar.reform.plans.actions.shared import (
    acting_for,
    as_side,
    evidence,
    legal_day,
    refuse_if,
    refuse_unless,
    take_assignment,
    trace_task,
)
from openpar.reform.plans.models import Assignment, Cooperation, Progress
from openpar.reform.plans.permissions import UNIT_ROLES, may_note_progress
from openpar.reform.plans.rules import text_gaps


def note_progress(
    *,
    by: Actor,
    at: datetime,
    assignment_id: int,
    text: str,
    is_started: bool = False,
    is_ready: bool = False,
    duty_id: int | None = None,
    document_id: int | None = None,
) -> Progress:
    """What somebody who works on it, or cooperates, says of the work. Raises PlansRefused.

    `is_started`: the work has begun, from today. `is_ready`: the head is told that it may be reported done.
    Only the agency that owes it says either; who cooperates adds notes and documents.
    """
    with write_transaction():
        assignment, side = take_assignment(assignment_id), as_side(by, at)
        cooperating = cooperating_on(assignment)
        refuse_unless(
            may_note_progress(side, assignment, cooperating),
            by,
            _("Đơn vị chủ trì hoặc phối hợp ghi tiến độ"),
        )
        is_own = may_note_progress(side, assignment)
        gaps = text_gaps(_("Tiến độ"), text, _("Ghi đã làm gì, còn gì"))
        if (is_started or is_ready) and not is_own:
            what = _("đơn vị phối hợp không kết luận thay đơn vị chủ trì")
            gaps.append(Gap(_("Tiến độ"), what, _("Bỏ đánh dấu"), code="not-lead"))
        if duty_id is not None and not assignment.duties.filter(pk=duty_id).exists():
            gaps.append(Gap(_("Kỳ"), _("không thuộc nhiệm vụ này"), _("Chọn lại kỳ"), code="no-duty"))
        refuse_if(gaps)
        owners = {assignment.organisation_id, *([assignment.division_id] if assignment.division_id else [])}
        document = evidence(document_id, by, owners, _("Tài liệu")) if document_id is not None else None
        note = Progress.objects.create(
            assignment=assignment,
            duty_id=duty_id,
            text=nfc(text).strip(),
            is_started=is_started,
            is_ready=is_ready,
            document=document,
            organisation_id=_speaks_for(side, assignment, is_own, cooperating, at),
            by_id=by.id,
            at=at,
        )
        if is_started and assignment.started_on is None:
            assignment.started_on = legal_day(at)
            assignment.version += 1
            assignment.save(update_fields=["started_on", "version"])
        after = {"text": note.text, "is_started": is_started, "is_ready": is_ready, "document": document_id}
        trace_task(assignment, "task.progress_noted", by=by, at=at, after=after)
        if is_ready:
            heads = people_holding(
                [Role.AGENCY_HEAD], [acting_for(assignment.organisation_id, at)], legal_day(at)
            )
            words = _("Có thể báo cáo hoàn thành: %s") % assignment.line.text[:400]
            tell(recipients=heads, text=words, link=f"/tasks/{assignment.pk}/", at=at)
        return note


def cooperating_on(assignment: Assignment) -> frozenset[int]:
    """The agencies that cooperate on its task now; one query."""
    rows = Cooperation.objects.filter(task=assignment.task_id, ended_on__isnull=True)
    return frozenset(rows.values_list("organisation_id", flat=True))


def _speaks_for(
    by: Actor, assignment: Assignment, is_own: bool, cooperating: frozenset[int], at: datetime
) -> int:
    if is_own:
        return acting_for(assignment.organisation_id, at)
    return min(cooperating & by.organisations(*UNIT_ROLES))
