"""The agency asks for a later deadline, or that a reason counts as objective; the assigning side decides."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import people_holding
from openpar.base.notifications.actions import tell
from openpar.base.organisations.queries import names_on
from openpar.base.organisations.roles import Actor, Role
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.formats import format_date
from openpar.common.text import nfc
from openpar.reform.plans.actions.issuing import tell_agencies
from openpar.reform.plans.actions.shared import (
    acting_for,
    as_side,
    evidence,
    iso,
    legal_day,
    refuse_if,
    refuse_unless,
    settle,
    store_duty,
    take_duty,
    trace_task,
)
from openpar.reform.plans.errors import PlansRefused
from openpar.reform.plans.models import (
    Assignment,
    DueChange,
    Duty,
    DutyRequest,
    DutyState,
    PlanLevel,
)
from openpar.reform.plans.models.planning import LONGEST_TEXT
from openpar.reform.plans.permissions import may_ask, may_decide_request
from openpar.reform.plans.rules import text_gaps
from openpar.reform.plans.settling import is_late

_KIND, _STATE = DutyRequest.Kind, DutyRequest.State


def ask_extension(
    *,
    by: Actor,
    at: datetime,
    duty_id: int,
    new_due_on: date,
    reason: str,
    is_objective: bool = False,
    document_id: int | None = None,
) -> DutyRequest:
    """For a later deadline; `is_objective`: the cause lies outside the agency. Raises PlansRefused."""
    with write_transaction():
        assignment, duty = take_duty(duty_id)
        refuse_unless(may_ask(as_side(by, at), assignment), by, _("Đơn vị chủ trì xin gia hạn"))
        gaps = _asking_gaps(duty, _KIND.EXTENSION, reason)
        if duty.state != DutyState.OPEN:
            what = _("nhiệm vụ đã báo cáo, đã hoàn thành hoặc thôi thực hiện")
            gaps.append(Gap("", what, _("Rút báo cáo trước"), code="not-open"))
        if duty.due_on is None:
            what = _("nhiệm vụ chưa có thời hạn cụ thể")
            gaps.append(Gap(_("Thời hạn mới"), what, _("Chờ ghi nhận điều kiện"), code="no-deadline"))
        elif new_due_on <= duty.due_on or new_due_on < legal_day(at):
            what = _("phải sau thời hạn %s và không ở quá khứ") % format_date(duty.due_on)
            gaps.append(Gap(_("Thời hạn mới"), what, _("Chọn ngày khác"), code="not-later"))
        refuse_if(gaps)
        return _ask(
            assignment,
            duty,
            DutyRequest(
                kind=_KIND.EXTENSION, new_due_on=new_due_on, reason=reason, is_objective=is_objective
            ),
            document_id,
            by=by,
            at=at,
        )


def ask_objective(
    *, by: Actor, at: datetime, duty_id: int, reason: str, document_id: int | None = None
) -> DutyRequest:
    """That being late has a cause outside the agency. It stays late or overdue, and is shown so, with this.

    Raises PlansRefused for a duty that is neither.
    """
    with write_transaction():
        assignment, duty = take_duty(duty_id)
        refuse_unless(may_ask(as_side(by, at), assignment), by, _("Đơn vị chủ trì giải trình"))
        gaps = _asking_gaps(duty, _KIND.OBJECTIVE, reason)
        is_over = duty.due_on is not None and legal_day(at) > duty.due_on
        is_open = duty.state in (DutyState.OPEN, DutyState.REPORTED)
        if not (is_late(duty) or (is_over and is_open)) or duty.excused_on is not None:
            what = _("nhiệm vụ không trễ hạn, hoặc đã được chấp nhận nguyên nhân khách quan")
            gaps.append(Gap("", what, "", code="not-late"))
        refuse_if(gaps)
        request = DutyRequest(kind=_KIND.OBJECTIVE, reason=reason, is_objective=True)
        return _ask(assignment, duty, request, document_id, by=by, at=at)


def withdraw_request(*, by: Actor, at: datetime, request_id: int) -> DutyRequest:
    """The agency takes its request back. Raises PlansRefused."""
    with write_transaction():
        assignment, duty, request = _take_request(request_id)
        refuse_unless(may_ask(as_side(by, at), assignment), by, _("Đơn vị đã đề nghị mới rút được"))
        _decide(request, _STATE.WITHDRAWN, "", by=by, at=at)
        trace_task(assignment, "task.request_withdrawn", by=by, at=at, after=_told(request, duty))
        return request


def approve_request(*, by: Actor, at: datetime, request_id: int, words: str = "") -> DutyRequest:
    """An extension: the deadline is the new one from today, the old one stays readable. An objective reason:
    the duty is excused. Raises PlansRefused.
    """
    with write_transaction():
        assignment, duty, request = _take_request(request_id)
        _refuse_unless_decides(assignment, request, as_side(by, at))
        if len(words) > LONGEST_TEXT:
            refuse_if(text_gaps(_("Ý kiến"), words, ""))
        _decide(request, _STATE.APPROVED, words, by=by, at=at)
        if request.kind == _KIND.EXTENSION:
            _extend(duty, request, legal_day(at))
        else:
            duty.excused_on = legal_day(at)
            store_duty(duty, "excused_on")
        settle(assignment)
        trace_task(
            assignment, "task.request_approved", by=by, at=at, after=_told(request, duty), reason=words
        )
        _tell_agency(assignment, _("Đã đồng ý đề nghị: %s"), at)
        return request


def refuse_request(*, by: Actor, at: datetime, request_id: int, reason: str) -> DutyRequest:
    """The assigning side does not agree, with a reason. Raises PlansRefused."""
    with write_transaction():
        assignment, duty, request = _take_request(request_id)
        _refuse_unless_decides(assignment, request, as_side(by, at))
        refuse_if(text_gaps(_("Lý do"), reason, _("Ghi vì sao không đồng ý")))
        _decide(request, _STATE.REFUSED, reason, by=by, at=at)
        trace_task(
            assignment, "task.request_refused", by=by, at=at, after=_told(request, duty), reason=reason
        )
        _tell_agency(assignment, _("Không đồng ý đề nghị: %s"), at)
        return request


def _asking_gaps(duty: Duty, kind: str, reason: str) -> list[Gap]:
    gaps = text_gaps(_("Lý do"), reason, _("Ghi rõ nguyên nhân"))
    if duty.requests.filter(kind=kind, state=_STATE.ASKED).exists():
        what = _("đề nghị trước chưa được quyết định")
        gaps.append(Gap("", what, _("Chờ quyết định hoặc rút đề nghị trước"), code="asked"))
    return gaps


def _ask(
    assignment: Assignment,
    duty: Duty,
    request: DutyRequest,
    document_id: int | None,
    *,
    by: Actor,
    at: datetime,
) -> DutyRequest:
    if document_id is not None:
        request.document = evidence(document_id, by, {assignment.organisation_id}, _("Tài liệu"))
    request.duty, request.old_due_on = duty, duty.due_on
    request.reason = nfc(request.reason).strip()
    request.by_id, request.at = by.id, at
    request.save()
    verb = "task.extension_asked" if request.kind == _KIND.EXTENSION else "task.objective_asked"
    trace_task(assignment, verb, by=by, at=at, after=_told(request, duty), reason=request.reason)
    _tell_deciders(assignment, at)
    return request


def _extend(duty: Duty, request: DutyRequest, on: date) -> None:
    """Raises PlansRefused when the deadline was moved meanwhile, or the duty is not open any more."""
    if duty.state != DutyState.OPEN or duty.due_on != request.old_due_on or request.new_due_on is None:
        what = _("nhiệm vụ hoặc thời hạn đã thay đổi từ khi đề nghị")
        raise PlansRefused(Gap("", what, _("Từ chối, hoặc đề nghị lại"), code="moved"))
    DueChange.objects.create(
        duty=duty,
        on=on,
        before_on=duty.due_on,
        after_on=request.new_due_on,
        why=DueChange.Why.EXTENSION,
        text=request.reason[:300],
    )
    duty.due_on = request.new_due_on
    duty.extensions += 1
    store_duty(duty, "due_on", "extensions")


def _take_request(request_id: int) -> tuple[Assignment, Duty, DutyRequest]:
    duty_id = DutyRequest.objects.values_list("duty_id", flat=True).get(pk=request_id)
    assignment, duty = take_duty(duty_id)
    request = DutyRequest.objects.select_for_update(of=("self",)).get(pk=request_id)
    if request.state != _STATE.ASKED:
        what = _("đề nghị này đã được xử lý")
        raise PlansRefused(Gap("", what, _("Tải lại trang"), code="decided"))
    return assignment, duty, request


def _refuse_unless_decides(assignment: Assignment, request: DutyRequest, by: Actor) -> None:
    refuse_unless(may_decide_request(by, assignment), by, _("Lãnh đạo bên giao nhiệm vụ quyết định"))
    if by.id is None or request.by_id == by.id:
        what = _("người đề nghị không tự quyết định")
        raise PlansRefused(Gap("", what, _("Người khác của bên giao quyết định"), code="own-request"))


def _decide(request: DutyRequest, state: str, words: str, *, by: Actor, at: datetime) -> None:
    request.state, request.decision = state, nfc(words).strip()
    request.decided_by_id, request.decided_at = by.id, at
    request.save(update_fields=["state", "decision", "decided_by", "decided_at"])


def _told(request: DutyRequest, duty: Duty) -> dict[str, object]:
    return {
        "duty": duty.number,
        "request_kind": request.kind,
        "old_due_on": iso(request.old_due_on),
        "new_due_on": iso(request.new_due_on),
        "is_objective": request.is_objective,
    }


def _tell_deciders(assignment: Assignment, at: datetime) -> None:
    plan, today = assignment.task.plan, legal_day(at)
    if plan.level == PlanLevel.PROVINCE:
        people = people_holding([Role.LEADER], None, today)
    else:
        people = people_holding([Role.AGENCY_HEAD], [acting_for(plan.organisation_id, at)], today)
    agency = names_on([assignment.organisation_id], today).get(assignment.organisation_id, "")
    text = _("%(agency)s có đề nghị về nhiệm vụ: %(task)s") % {
        "agency": agency,
        "task": assignment.line.text[:300],
    }
    tell(recipients=people, text=text, link=f"/tasks/{assignment.pk}/", at=at)


def _tell_agency(assignment: Assignment, sentence: str, at: datetime) -> None:
    text = sentence % assignment.line.text[:400]
    tell_agencies([acting_for(assignment.organisation_id, at)], text, f"/tasks/{assignment.pk}/", at)
