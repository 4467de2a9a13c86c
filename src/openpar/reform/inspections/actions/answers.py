"""The checklist: each side answers line by line, with evidence; the unit sends its report on itself.

Answers are saved one by one, from a phone with a poor connection too: what arrives twice is saved once, what
meets an answer of somebody else is refused and loses nothing.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.documents.models import Document
from openpar.base.documents.permissions import owners_added_to_by
from openpar.base.organisations.permissions import not_allowed
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction
from openpar.common.errors import Gap
from openpar.common.text import nfc
from openpar.reform.inspections.actions.cases import conflict_gaps
from openpar.reform.inspections.actions.shared import (
    is_in_team,
    refuse_if,
    refuse_if_stale,
    refuse_unless,
    refuse_unless_in,
    take_unit,
    text_gaps,
    trace_case,
)
from openpar.reform.inspections.errors import InspectionRefused
from openpar.reform.inspections.models import (
    AnswerEvidence,
    CaseState,
    ChecklistAnswer,
    InspectedUnit,
    Inspection,
    Result,
    Side,
)
from openpar.reform.inspections.permissions import answers_for, may_send_for
from openpar.reform.inspections.words import items_of


def save_answer(
    *,
    by: Actor,
    at: datetime,
    unit_id: int,
    side: str,
    item: str,
    result: str,
    text: str,
    expected_version: int,
) -> ChecklistAnswer:
    """One line of the checklist, by the unit or by the team; version 0 is a line without an answer.

    The same answer again changes nothing, whatever version it names: an acknowledgement may have been lost on
    the way. Raises InspectionRefused; StaleInspection when somebody else has saved another answer.
    """
    with write_transaction():
        unit = take_unit(unit_id)
        refuse_unless_answers(by, unit, side, at)
        words = nfc(text).strip()
        refuse_if(_answer_gaps(unit.inspection, item, result, words))
        stored = unit.answers.filter(side=side, item=item).first()
        if stored is not None and (stored.result, stored.text) == (result, words):
            return stored
        refuse_if_stale(stored.version if stored else 0, expected_version)
        before = _said(stored)
        answer = stored or ChecklistAnswer(unit=unit, side=side, item=item, version=0)
        answer.result, answer.text = result, words
        answer.version += 1
        answer.saved_by_id, answer.saved_at = by.person_id, at
        answer.save()
        trace_case(
            unit.inspection,
            "inspection.answered",
            by=by,
            at=at,
            before=before,
            after=_said(answer),
            unit=unit,
        )
        return answer


def attach_to_answer(
    *, by: Actor, at: datetime, unit_id: int, side: str, item: str, document_id: int
) -> AnswerEvidence:
    """A document of a store of one's own shows what the answer says. Raises InspectionRefused."""
    with write_transaction():
        unit = take_unit(unit_id)
        refuse_unless_answers(by, unit, side, at)
        refuse_if(_answer_gaps(unit.inspection, item, "", ""))
        document = Document.objects.filter(pk=document_id, owner__in=owners_added_to_by(by)).first()
        if document is None:
            remedy = _("Chọn tài liệu trong kho của đơn vị mình")
            raise InspectionRefused(
                Gap(_("Tài liệu"), _("không có tài liệu này"), remedy, code="no-document")
            )
        answer, _is_new = ChecklistAnswer.objects.get_or_create(
            unit=unit, side=side, item=item, defaults={"saved_by_id": by.person_id, "saved_at": at}
        )
        evidence, is_new = AnswerEvidence.objects.get_or_create(
            answer=answer, document=document, defaults={"added_by_id": by.person_id, "added_at": at}
        )
        if is_new:
            after = {"item": item, "checklist_side": side, "document": document.title}
            trace_case(unit.inspection, "inspection.evidence_added", by=by, at=at, after=after, unit=unit)
        return evidence


def detach_from_answer(*, by: Actor, at: datetime, evidence_id: int) -> None:
    """The document no longer belongs to the answer; it stays in its store. Raises InspectionRefused."""
    with write_transaction():
        answer = ChecklistAnswer.objects.get(evidence=evidence_id)
        unit = take_unit(answer.unit_id)
        refuse_unless_answers(by, unit, answer.side, at)
        evidence = AnswerEvidence.objects.select_related("document").get(pk=evidence_id)
        before = {
            "item": answer.item,
            "checklist_side": answer.side,
            "document": evidence.document.title,
        }
        evidence.delete()
        trace_case(unit.inspection, "inspection.evidence_removed", by=by, at=at, before=before, unit=unit)


def send_self_report(*, by: Actor, at: datetime, unit_id: int) -> InspectedUnit:
    """The unit has answered every line and hands its report on itself to the team; it stands from now on."""
    with write_transaction():
        unit = take_unit(unit_id)
        refuse_unless(
            may_send_for(by, unit.organisation_id), by, _("Người của chính đơn vị gửi báo cáo của đơn vị")
        )
        refuse_unless_in(unit.inspection, CaseState.NOTIFIED, CaseState.WORKING)
        refuse_if(self_report_gaps(unit))
        unit.self_report_sent_at, unit.self_report_sent_by_id, unit.return_reason = at, by.person_id, ""
        unit.save(update_fields=["self_report_sent_at", "self_report_sent_by", "return_reason"])
        trace_case(unit.inspection, "inspection.self_report_sent", by=by, at=at, unit=unit)
        return unit


def return_self_report(*, by: Actor, at: datetime, unit_id: int, reason: str) -> InspectedUnit:
    """The team gives the report back, with a reason; the unit goes on with it. Raises InspectionRefused."""
    with write_transaction():
        unit = take_unit(unit_id)
        case = unit.inspection
        refuse_unless(is_in_team(by, case), by, _("Thành viên đoàn kiểm tra trả lại báo cáo"))
        refuse_unless_in(case, CaseState.NOTIFIED, CaseState.WORKING)
        gaps = text_gaps(_("Lý do"), reason, _("Ghi rõ cần bổ sung gì"))
        if unit.self_report_sent_at is None:
            gaps.append(Gap("", _("đơn vị chưa gửi báo cáo"), _("Chờ đơn vị gửi"), code="not-sent"))
        if unit.minutes_id is not None:
            gaps.append(Gap("", _("đã có biên bản hai bên ký"), code="signed"))
        refuse_if(gaps)
        unit.self_report_sent_at, unit.self_report_sent_by = None, None
        unit.return_reason = nfc(reason).strip()
        unit.save(update_fields=["self_report_sent_at", "self_report_sent_by", "return_reason"])
        trace_case(
            case, "inspection.self_report_returned", by=by, at=at, reason=unit.return_reason, unit=unit
        )
        return unit


def self_report_gaps(unit: InspectedUnit) -> list[Gap]:
    """What keeps the report of a unit back; the page asks the same."""
    if unit.self_report_sent_at is not None:
        return [Gap("", _("báo cáo tự kiểm tra đã gửi"), code="sent")]
    given = unit.answers.filter(side=Side.UNIT).exclude(result="")
    answered = set(given.values_list("item", flat=True))
    link = f"/inspections/units/{unit.pk}/self-report/"
    what, remedy = _("chưa có câu trả lời"), _("Chọn một kết quả")
    return [
        Gap(item.code, what, remedy, code="no-answer", link=f"{link}#item-{item.code}")
        for item in items_of(unit.inspection)
        if item.code not in answered
    ]


def refuse_unless_answers(by: Actor, unit: InspectedUnit, side: str, at: datetime) -> None:
    """Raises InspectionRefused unless `by` may answer for this side now; the page asks `answering_gaps`."""
    refuse_if(answering_gaps(by, unit, side, at))


def answering_gaps(by: Actor, unit: InspectedUnit, side: str, at: datetime) -> list[Gap]:
    """What keeps somebody from answering for one side: right, own agency, step, what is signed or sent."""
    case = unit.inspection
    if by.id is None or side not in Side.values:
        return [not_allowed(by, _("Chỉ người dùng có tài khoản trả lời"))]
    if side == Side.UNIT:
        if not answers_for(by, unit.organisation_id):
            return [not_allowed(by, _("Người của chính đơn vị tự kiểm tra"))]
        states: tuple[CaseState, ...] = (CaseState.NOTIFIED, CaseState.WORKING)
        is_closed, what = unit.self_report_sent_at is not None, _("báo cáo tự kiểm tra đã gửi")
        remedy = _("Đề nghị đoàn kiểm tra trả lại nếu cần sửa")
    else:
        if not is_in_team(by, case):
            return [not_allowed(by, _("Thành viên đoàn kiểm tra ghi nhận"))]
        conflict = conflict_gaps([unit.organisation_id], by, timezone.localdate(at))
        if conflict:
            return conflict
        states = (CaseState.WORKING,)
        is_closed, what = unit.minutes_id is not None, _("biên bản đã có hai bên ký")
        remedy = _("Ghi nhận không sửa sau khi ký biên bản")
    if case.state not in states:
        said = _("vụ kiểm tra đang ở bước “%s”") % case.get_state_display()
        when = ", ".join(str(state.label) for state in states)
        return [Gap("", said, _("Việc này làm ở bước: %s") % when, code="not-now")]
    return [Gap("", what, remedy, code="closed")] if is_closed else []


def _answer_gaps(case: Inspection, item: str, result: str, text: str) -> list[Gap]:
    if item not in {each.code for each in items_of(case)}:
        what = _("không có nội dung %s trong đề cương của vụ này") % item[:20]
        return [Gap("", what, _("Tải lại trang"), code="no-item")]
    gaps = text_gaps(item, text, "", is_needed=False)
    if result and result not in Result.values:
        gaps.append(Gap(item, _("không có kết quả này"), _("Chọn trong danh sách"), code="no-result"))
    return gaps


def _said(answer: ChecklistAnswer | None) -> dict[str, object] | None:
    if answer is None or answer.pk is None:
        return None
    return {
        "item": answer.item,
        "checklist_side": answer.side,
        "checklist_result": answer.result,
        "text": answer.text,
    }
