"""Requests about personal data: asked, reminded of, answered."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import people_holding
from openpar.base.audit.actions import record
from openpar.base.notifications.actions import tell
from openpar.base.organisations.roles import Actor
from openpar.base.privacy.models import DataRequest
from openpar.base.privacy.permissions import may_answer_data_request, may_enter_data_request
from openpar.base.privacy.working_days import calendar, days_to_answer, last_day
from openpar.common.db import write_transaction
from openpar.common.errors import Gap, Refused
from openpar.common.formats import format_date
from openpar.common.text import nfc

_LONGEST_TEXT = 4000
_REGISTER = "/people/data-requests/"
_OWN_PAGE = "/account/data/"


class DataRequestRefused(Refused):
    """The request or its answer is not taken so; nothing was changed."""


def ask_about_data(
    *,
    by: Actor,
    at: datetime,
    subject_id: int,
    kind: DataRequest.Kind,
    text: str,
    received_at: datetime | None = None,
) -> DataRequest:
    """Enters a request; it is due two working days after it was received (`received_at`: when on paper)."""
    with write_transaction():
        subject = User.objects.select_for_update().get(pk=subject_id)
        if not may_enter_data_request(by, subject_id):
            raise DataRequestRefused(_not_allowed(by))
        received = received_at or at
        gaps = _text_gaps(_("Nội dung yêu cầu"), text)
        received_on = timezone.localdate(received)
        days = days_to_answer(received_on)
        if days is None:
            what = _("ngày %s, khi luật chưa có hiệu lực") % format_date(received_on)
            gaps.append(Gap(_("Ngày nhận"), what, _("Kiểm tra lại ngày nhận"), code="before-the-law"))
        if received > at:
            gaps.append(Gap(_("Ngày nhận"), _("còn ở phía trước"), _("Ghi ngày đã nhận"), code="not-yet"))
        if gaps or days is None:
            raise DataRequestRefused(gaps)
        request = DataRequest.objects.create(
            subject=subject,
            entered_by_id=by.person_id,
            kind=kind,
            text=nfc(text).strip(),
            received_at=received,
            due_on=last_day(received_on, days, calendar()),
        )
        _trace(request, by=by, at=at, verb="ask_about_data", after=_facts_of(request))
        tell(
            recipients=_administrators(at),
            text=_("%(who)s yêu cầu: %(kind)s. Trả lời chậm nhất ngày %(due)s.")
            % {
                "who": subject.full_name,
                "kind": request.get_kind_display(),
                "due": format_date(request.due_on),
            },
            link=_REGISTER,
            at=at,
        )
        return request


def answer_data_request(
    *, by: Actor, at: datetime, request_id: int, outcome: DataRequest.Outcome, answer: str
) -> None:
    """Answers a request, once; the person is told."""
    with write_transaction():
        request = DataRequest.objects.select_for_update().get(pk=request_id)
        if not may_answer_data_request(by, request.subject_id):
            raise DataRequestRefused(_not_allowed(by))
        gaps = _text_gaps(_("Nội dung trả lời"), answer)
        if request.answered_at is not None:
            what = _("đã được trả lời ngày %s") % format_date(request.answered_at)
            gaps.append(Gap(_("Yêu cầu"), what, code="answered"))
        if gaps:
            raise DataRequestRefused(gaps)
        before = _facts_of(request)
        request.answered_at, request.answered_by_id = at, by.person_id
        request.outcome, request.answer = outcome, nfc(answer).strip()
        request.save(update_fields=["answered_at", "answered_by", "outcome", "answer"])
        _trace(request, by=by, at=at, verb="answer_data_request", before=before, after=_facts_of(request))
        tell(
            recipients=[request.subject_id],
            text=_("Yêu cầu về dữ liệu cá nhân của bạn đã được trả lời: %s.") % request.get_outcome_display(),
            link=_OWN_PAGE,
            at=at,
        )


def remind_of_data_requests(*, by: Actor, at: datetime) -> int:
    """Tells administrators of requests due tomorrow, today or late, once a day; returns how many."""
    with write_transaction():
        today = timezone.localdate(at)
        waiting = DataRequest.objects.select_for_update(of=("self",)).select_related("subject")
        waiting = waiting.filter(answered_at__isnull=True, due_on__lte=today + timedelta(days=1))
        due = [one for one in waiting.order_by("due_on", "id") if one.reminded_on != today]
        recipients = _administrators(at)
        for request in due:
            request.reminded_on = today
            request.save(update_fields=["reminded_on"])
            text = _("Yêu cầu của %(who)s về dữ liệu cá nhân: hạn trả lời ngày %(due)s.")
            facts = {"who": request.subject.full_name, "due": format_date(request.due_on)}
            tell(recipients=recipients, text=text % facts, link=_REGISTER, at=at)
        return len(due)


def _administrators(at: datetime) -> list[int]:
    return people_holding([Role.ADMINISTRATOR], None, timezone.localdate(at))


def _text_gaps(where: str, text: str) -> list[Gap]:
    if text.strip() and len(text) <= _LONGEST_TEXT:
        return []
    what = _("để trống hoặc dài quá %s ký tự") % _LONGEST_TEXT
    return [Gap(where, what, _("Ghi rõ, ngắn gọn"), code="text-unfit")]


def _not_allowed(by: Actor) -> Gap:
    return Gap(
        "",
        _("%s không được làm việc này") % by.full_name,
        _("Mỗi người gửi yêu cầu của mình; một quản trị hệ thống khác trả lời"),
        code="not-allowed",
    )


def _facts_of(request: DataRequest) -> dict[str, object]:
    return {
        "request": request.kind,
        "text": request.text,
        "received_at": request.received_at.isoformat(),
        "due_on": request.due_on.isoformat(),
        "request_outcome": request.outcome,
        "reply": request.answer,
    }


def _trace(
    request: DataRequest,
    *,
    by: Actor,
    at: datetime,
    verb: str,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    record(
        by=by,
        at=at,
        verb=verb,
        object=f"data_request:{request.pk}",
        about=f"user:{request.subject_id}",
        label=f"{request.subject.full_name}: {request.get_kind_display()}",
        before=before,
        after=after,
    )
