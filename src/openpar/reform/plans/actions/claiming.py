"""A duty is reported done with its product, confirmed by the assigning side, or sent back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.utils.translation import gettext as _

from openpar.base.accounts.queries import people_holding
from openpar.base.documents.models import Document
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
    stale,
    store_duty,
    take_duty,
    trace_task,
)
from openpar.reform.plans.errors import PlansRefused
from openpar.reform.plans.models import (
    Assignment,
    Claim,
    Duty,
    DutyRequest,
    DutyState,
    PlanLevel,
)
from openpar.reform.plans.models.planning import LONGEST_TEXT
from openpar.reform.plans.permissions import may_confirm, may_report_done
from openpar.reform.plans.rules import text_gaps

MOST_AT_ONCE = 200
_REPORT = ("state", "reported_on", "claimed_on")


def report_done(
    *,
    by: Actor,
    at: datetime,
    duty_id: int,
    expected_version: int,
    completed_on: date,
    document_id: int,
    text: str = "",
) -> Claim:
    """The agency says that it is done, on which day, by which document. Raises PlansRefused, StalePlan.

    The day of completion is not before the document was issued, and not in the future. Until the assigning
    side confirms it, the duty counts as open.
    """
    with write_transaction():
        assignment, duty = take_duty(duty_id)
        refuse_unless(
            may_report_done(as_side(by, at), assignment),
            by,
            _("Thủ trưởng đơn vị chủ trì báo cáo nhiệm vụ của tỉnh"),
        )
        if duty.version != expected_version:
            raise stale()
        owners = {assignment.organisation_id, *([assignment.division_id] if assignment.division_id else [])}
        if duty.state != DutyState.OPEN:
            what = _("nhiệm vụ đã báo cáo, đã hoàn thành hoặc thôi thực hiện")
            raise PlansRefused(Gap("", what, _("Xem lịch sử nhiệm vụ"), code="not-open"))
        document = evidence(document_id, by, owners, _("Sản phẩm"))
        refuse_if(_report_gaps(assignment, duty, document, completed_on, text, legal_day(at)))
        claim = Claim.objects.create(
            duty=duty,
            completed_on=completed_on,
            document=document,
            text=nfc(text).strip(),
            by_id=by.id,
            at=at,
        )
        duty.state, duty.reported_on, duty.claimed_on = DutyState.REPORTED, legal_day(at), completed_on
        store_duty(duty, *_REPORT)
        assignment.started_on = assignment.started_on or legal_day(at)
        settle(assignment)
        after = {
            "duty": duty.number,
            "completed_on": iso(completed_on),
            "document": document.number or document.title,
        }
        trace_task(assignment, "task.reported_done", by=by, at=at, after=after)
        _tell_assigners(assignment, at)
        return claim


def withdraw_report(*, by: Actor, at: datetime, claim_id: int) -> Claim:
    """The agency takes its report back before it was decided. Raises PlansRefused."""
    with write_transaction():
        assignment, duty, claim = _take_claim(claim_id)
        refuse_unless(may_report_done(as_side(by, at), assignment), by, _("Đơn vị đã báo cáo mới rút được"))
        _decide(claim, Claim.State.WITHDRAWN, "", by=by, at=at)
        _open_again(assignment, duty)
        trace_task(assignment, "task.report_withdrawn", by=by, at=at, after={"duty": duty.number})
        return claim


def confirm_done(*, by: Actor, at: datetime, claim_id: int, words: str = "") -> Claim:
    """The assigning side agrees that it is done, on the day that was reported. Raises PlansRefused.

    Nobody confirms what they reported themselves. Requests that were still open lapse.
    """
    with write_transaction():
        assignment, duty, claim = _take_claim(claim_id)
        _refuse_unless_confirms(assignment, claim, as_side(by, at))
        if len(words) > LONGEST_TEXT:
            refuse_if(text_gaps(_("Ý kiến"), words, ""))
        _decide(claim, Claim.State.CONFIRMED, words, by=by, at=at)
        duty.state, duty.reported_on, duty.claimed_on = DutyState.DONE, None, None
        duty.completed_on, duty.confirmed_on = claim.completed_on, legal_day(at)
        store_duty(duty, *_REPORT, "completed_on", "confirmed_on")
        duty.requests.filter(state=DutyRequest.State.ASKED, kind=DutyRequest.Kind.EXTENSION).update(
            state=DutyRequest.State.WITHDRAWN, decided_at=at
        )
        settle(assignment)
        after = {
            "duty": duty.number,
            "completed_on": iso(claim.completed_on),
            "deadline_on": iso(duty.due_on),
        }
        trace_task(assignment, "task.confirmed", by=by, at=at, after=after, reason=words)
        _tell_agency(assignment, _("Đã xác nhận hoàn thành: %s"), at)
        return claim


def confirm_many(*, by: Actor, at: datetime, claim_ids: Collection[int], words: str = "") -> int:
    """Confirms several reports, all of them or none; how many. Raises PlansRefused."""
    with write_transaction():
        if len(set(claim_ids)) > MOST_AT_ONCE:
            what = _("quá %d báo cáo một lần") % MOST_AT_ONCE
            raise PlansRefused(Gap("", what, _("Chọn ít hơn"), code="too-many"))
        for claim_id in sorted(set(claim_ids)):
            confirm_done(by=by, at=at, claim_id=claim_id, words=words)
        return len(set(claim_ids))


def return_report(*, by: Actor, at: datetime, claim_id: int, reason: str) -> Claim:
    """The assigning side sends the report back with a reason; the duty is open again. Raises PlansRefused."""
    with write_transaction():
        assignment, duty, claim = _take_claim(claim_id)
        _refuse_unless_confirms(assignment, claim, as_side(by, at))
        refuse_if(text_gaps(_("Lý do"), reason, _("Ghi rõ còn thiếu gì")))
        _decide(claim, Claim.State.RETURNED, reason, by=by, at=at)
        _open_again(assignment, duty)
        trace_task(assignment, "task.returned", by=by, at=at, after={"duty": duty.number}, reason=reason)
        _tell_agency(assignment, _("Báo cáo hoàn thành bị trả lại: %s"), at)
        return claim


def _report_gaps(
    assignment: Assignment, duty: Duty, document: Document, completed_on: date, text: str, today: date
) -> list[Gap]:
    where = _("Ngày hoàn thành")
    gaps = []
    if completed_on > today:
        gaps.append(Gap(where, _("chưa đến ngày"), _("Ghi ngày đã hoàn thành"), code="in-future"))
    if completed_on < assignment.assigned_on:
        what = _("trước ngày giao %s") % format_date(assignment.assigned_on)
        gaps.append(Gap(where, what, _("Ghi ngày từ đó trở đi"), code="before-assigned"))
    if document.issued_on is not None and completed_on < document.issued_on:
        what = _("trước ngày ban hành sản phẩm %s") % format_date(document.issued_on)
        gaps.append(Gap(where, what, _("Ghi ngày của sản phẩm hoặc sau đó"), code="before-product"))
    if duty.from_on is not None and completed_on < duty.from_on:
        what = _("trước khi kỳ bắt đầu %s") % format_date(duty.from_on)
        gaps.append(Gap(where, what, _("Báo cáo đúng kỳ"), code="before-period"))
    if len(text) > LONGEST_TEXT:
        gaps += text_gaps(_("Kết quả"), text, "")
    return gaps


def _take_claim(claim_id: int) -> tuple[Assignment, Duty, Claim]:
    duty_id = Claim.objects.values_list("duty_id", flat=True).get(pk=claim_id)
    assignment, duty = take_duty(duty_id)
    claim = Claim.objects.select_for_update(of=("self",)).get(pk=claim_id)
    if claim.state != Claim.State.REPORTED:
        what = _("báo cáo này đã được xử lý")
        raise PlansRefused(Gap("", what, _("Tải lại trang"), code="decided"))
    return assignment, duty, claim


def _refuse_unless_confirms(assignment: Assignment, claim: Claim, by: Actor) -> None:
    refuse_unless(
        may_confirm(by, assignment), by, _("Bên giao nhiệm vụ, không thuộc đơn vị chủ trì, xác nhận")
    )
    if by.id is None or claim.by_id == by.id:
        what = _("người báo cáo không tự xác nhận")
        raise PlansRefused(Gap("", what, _("Người khác của bên giao xác nhận"), code="own-report"))


def _decide(claim: Claim, state: Claim.State, words: str, *, by: Actor, at: datetime) -> None:
    claim.state, claim.decision = state, nfc(words).strip()
    claim.decided_by_id, claim.decided_at = by.id, at
    claim.save(update_fields=["state", "decision", "decided_by", "decided_at"])


def _open_again(assignment: Assignment, duty: Duty) -> None:
    duty.state, duty.reported_on, duty.claimed_on = DutyState.OPEN, None, None
    store_duty(duty, *_REPORT)
    settle(assignment)


def _tell_assigners(assignment: Assignment, at: datetime) -> None:
    plan, today = assignment.task.plan, legal_day(at)
    if plan.level == PlanLevel.PROVINCE:
        people = people_holding([Role.ROUND_MANAGER], None, today)
    else:
        people = people_holding([Role.AGENCY_HEAD], [acting_for(plan.organisation_id, at)], today)
    agency = names_on([assignment.organisation_id], today).get(assignment.organisation_id, "")
    text = _("%(agency)s báo cáo hoàn thành: %(task)s") % {
        "agency": agency,
        "task": assignment.line.text[:300],
    }
    tell(recipients=people, text=text, link=f"/tasks/{assignment.pk}/", at=at)


def _tell_agency(assignment: Assignment, sentence: str, at: datetime) -> None:
    text, link = sentence % assignment.line.text[:400], f"/tasks/{assignment.pk}/"
    tell_agencies([acting_for(assignment.organisation_id, at)], text, link, at)
    if assignment.officer_id is not None:
        tell(recipients=[assignment.officer_id], text=text, link=link, at=at)
