"""Requests about personal data: asked, reminded of, answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import people_holding
from openpar.base.audit.actions import record
from openpar.base.facts.actions.personal import ErasedRow, erase_personal
from openpar.base.notifications.actions import tell
from openpar.base.organisations.roles import Actor
from openpar.base.privacy.holders import holder
from openpar.base.privacy.models import DataRequest
from openpar.base.privacy.permissions import may_answer_data_request, may_enter_data_request
from openpar.base.privacy.working_days import calendar, days_to_answer, last_day
from openpar.common.db import write_transaction
from openpar.common.errors import Gap, Refused
from openpar.common.formats import format_date
from openpar.common.text import nfc

_LONGEST_TEXT, _LONGEST_CODE, _MOST_DOSSIERS = 4000, 100, 50
_REGISTER = "/people/data-requests/"
_OWN_PAGE = "/account/data/"


class DataRequestRefused(Refused):
    """The request or its answer is not taken so; nothing was changed."""


def ask_about_data(
    *,
    by: Actor,
    at: datetime,
    subject_id: int | None,
    kind: DataRequest.Kind,
    text: str,
    received_at: datetime | None = None,
    dossiers: Sequence[str] = (),
) -> DataRequest:
    """Enters a request; it is due two working days after it was received (`received_at`: when on paper).

    It is of a user (`subject_id`), or of somebody without an account who handed in the `dossiers` of these
    codes: then `subject_id` is None. Raises DataRequestRefused with everything that is missing.
    """
    with write_transaction():
        subject = None if subject_id is None else User.objects.select_for_update().get(pk=subject_id)
        if not may_enter_data_request(by, subject_id):
            raise DataRequestRefused(_not_allowed(by))
        received = received_at or at
        codes = list(dict.fromkeys(nfc(code).strip() for code in dossiers if code.strip()))
        gaps = [*_whose_gaps(subject, codes), *_text_gaps(_("Nội dung yêu cầu"), text)]
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
            dossiers="\n".join(codes),
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
                "who": request.who,
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
    """Answers a request, once; the person is told, who has an account.

    An applicant's request to erase that is answered with “done” or “partly” erases here and now what is kept
    of the people of its dossiers; what was erased stays with the request, by name and not by content.
    """
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
        if request.erases:
            request.erased = _erase_applicants(request, by=by, at=at)
        request.save(update_fields=["answered_at", "answered_by", "outcome", "answer", "erased"])
        _trace(request, by=by, at=at, verb="answer_data_request", before=before, after=_facts_of(request))
        tell(
            recipients=[] if request.subject_id is None else [request.subject_id],
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
            facts = {"who": request.who, "due": format_date(request.due_on)}
            tell(recipients=recipients, text=text % facts, link=_REGISTER, at=at)
        return len(due)


def _whose_gaps(subject: User | None, codes: Sequence[str]) -> list[Gap]:
    """Somebody with an account, or dossiers that were told of; never both."""
    where = _("Mã hồ sơ")
    if (subject is None) == (not codes):
        remedy = _("Ghi tên đăng nhập, hoặc mã các hồ sơ nếu người yêu cầu không có tài khoản")
        return [Gap(_("Người yêu cầu"), _("chưa rõ là ai"), remedy, code="whose")]
    if len(codes) > _MOST_DOSSIERS:
        what = _("nhiều hơn %d hồ sơ") % _MOST_DOSSIERS
        return [Gap(where, what, _("Ghi thành nhiều yêu cầu"), code="too-many-dossiers")]
    keeps = holder()
    fit = [code for code in codes if len(code) <= _LONGEST_CODE]
    known = keeps.known(fit) if keeps is not None and fit else frozenset()
    what, remedy = _("chưa có danh sách nào báo về hồ sơ này"), _("Kiểm tra lại mã; mỗi dòng một mã hồ sơ")
    return [
        Gap(f"{where} {code[:_LONGEST_CODE]}", what, remedy, code="unknown-dossier")
        for code in codes
        if code not in known
    ]


def _erase_applicants(request: DataRequest, *, by: Actor, at: datetime) -> list[dict[str, object]]:
    """What is kept of the people of the request's dossiers goes; what it was, as the request keeps it."""
    keeps = holder()
    if keeps is None:
        return []
    reason = _("Yêu cầu số %(number)s về dữ liệu cá nhân, nhận ngày %(day)s") % {
        "number": request.pk,
        "day": format_date(request.received_at),
    }
    keys = [(code,) for code in request.codes]
    rows: dict[str, list[ErasedRow]] = {}
    for row in erase_personal(by=by, at=at, dataset=keeps.dataset, keys=keys, reason=reason):
        rows.setdefault(str(row.key[0]), []).append(row)
    return [
        {
            "dossier": code,
            "rows": len(of_code),
            "columns": sorted({name for row in of_code for name in row.columns}),
        }
        for code, of_code in rows.items()
    ]


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
    """What the trace keeps for good: of an applicant no words, which may name what is to be erased."""
    of_all = {
        "request": request.kind,
        "received_at": request.received_at.isoformat(),
        "due_on": request.due_on.isoformat(),
        "request_outcome": request.outcome,
    }
    if not request.codes:
        return {**of_all, "text": request.text, "reply": request.answer}
    return {**of_all, "dossiers": request.codes, "rows_erased": sum(one["rows"] for one in request.erased)}


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
        about="" if request.subject_id is None else f"user:{request.subject_id}",
        label=f"{request.who}: {request.get_kind_display()}",
        before=before,
        after=after,
    )
