"""What people do with a task: notes, reports, requests, decisions; each is one form of its page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from openpar.common.errors import Gap, Refused
from openpar.reform.plans.actions.claiming import confirm_done, report_done, return_report, withdraw_report
from openpar.reform.plans.actions.conditions import record_condition
from openpar.reform.plans.actions.handing import hand_down
from openpar.reform.plans.actions.requesting import (
    approve_request,
    ask_extension,
    ask_objective,
    refuse_request,
    withdraw_request,
)
from openpar.reform.plans.actions.working import note_progress
from openpar.reform.plans.errors import StalePlan
from openpar.reform.plans.models import Claim, DutyRequest
from openpar.reform.plans.queries.pages_board import list_rows
from openpar.reform.plans.queries.task import TaskView
from openpar.web.components.given import Given
from openpar.web.findings.common import side
from openpar.web.http import AuthenticatedRequest, actor, now, page, refused, say, today
from openpar.web.plans.board import listed_rows
from openpar.web.plans.common import document_given, typed, whole_number
from openpar.web.plans.task import (
    TYPED,
    Rights,
    acting_agency,
    late_duty,
    rights_of,
    task_context,
    visible_task,
)

_PAGE = "plans/task.html"


def _allowed(request: AuthenticatedRequest, assignment_id: int, may: Callable[[Rights], bool]) -> TaskView:
    """The task for somebody who may do this with it; 404 for everybody else."""
    view = visible_task(request, assignment_id)
    if not may(rights_of(side(request), view)):
        raise Http404
    return view


def _done(
    request: AuthenticatedRequest, view: TaskView, act: Callable[[], object], told: str
) -> HttpResponse:
    """One action, then the page of the task; a refusal is shown there with what was typed."""
    try:
        act()
    except Refused as error:
        status = 409 if isinstance(error, StalePlan) else 422
        shown = visible_task(request, view.assignment.pk)
        context = task_context(request, shown, typed(request, *TYPED))
        return refused(request, error, template=_PAGE, context=context, status=status)
    say(request, told)
    return redirect("task", view.assignment.pk)


def _given(request: AuthenticatedRequest) -> Given:
    return Given(dict(request.POST.lists()))


def _refuse_unread(given: Given, labels: dict[str, str]) -> None:
    if given.errors:
        gaps = [
            Gap(labels.get(name, name), text, code="unreadable", link=f"#id_{name}")
            for name, text in given.errors.items()
        ]
        raise Refused(gaps)


def _duty(request: AuthenticatedRequest, view: TaskView) -> int:
    """The duty of the form, which has to be one of this task; the first when the form names none."""
    known = [duty.pk for duty in view.duties]
    wanted = whole_number(request.POST.get("duty")) if request.POST.get("duty") else known[0]
    if wanted not in known:
        raise Http404
    return wanted or 0


@page("POST")
def progress(request: AuthenticatedRequest, assignment_id: int) -> HttpResponse:
    """A note; from the list of tasks it gives the row back."""
    view = _allowed(request, assignment_id, lambda may: may.notes)

    def act() -> None:
        note_progress(
            by=actor(request),
            at=now(),
            assignment_id=assignment_id,
            text=request.POST.get("text", ""),
            is_started="started" in request.POST,
            is_ready="ready" in request.POST,
            document_id=document_given(request, acting_agency(view, today())),
        )

    if not (request.htmx and "row" in request.POST):
        return _done(request, view, act, _("Đã ghi tiến độ."))
    try:
        act()
    except Refused as error:
        return refused(request, error)
    say(request, _("Đã ghi tiến độ."))
    shown = visible_task(request, assignment_id)
    row = listed_rows(list_rows([shown.assignment], today()), today())[0]
    context = {"row": row, "task_prefix": reverse("tasks"), "is_fresh": True, "works": True}
    return render(request, "plans/task_row.html", context)


@page("POST")
def report(request: AuthenticatedRequest, assignment_id: int) -> HttpResponse:
    """The agency says that it is done, with the product."""
    view = _allowed(request, assignment_id, lambda may: may.reports)
    duty_id = _duty(request, view)

    def act() -> None:
        given = _given(request)
        completed_on = given.day("completed_on")
        _refuse_unread(given, {"completed_on": _("Ngày hoàn thành")})
        gaps = []
        if completed_on is None:
            gaps.append(Gap(_("Ngày hoàn thành"), _("chưa ghi"), link="#id_completed_on", code="no-day"))
        document_id = document_given(request, acting_agency(view, today()))
        if document_id is None:
            what, remedy = _("chưa có văn bản, sản phẩm"), _("Chọn trong kho hoặc ghi văn bản mới")
            gaps.append(Gap(_("Văn bản, sản phẩm"), what, remedy, code="no-document", link="#id_document"))
        if gaps or completed_on is None or document_id is None:
            raise Refused(gaps)
        report_done(
            by=actor(request),
            at=now(),
            duty_id=duty_id,
            expected_version=whole_number(request.POST.get("version")) or 0,
            completed_on=completed_on,
            document_id=document_id,
            text=request.POST.get("text", ""),
        )

    return _done(request, view, act, _("Đã báo cáo hoàn thành; chờ nơi giao xác nhận."))


@page("POST")
def decide_claim(request: AuthenticatedRequest, assignment_id: int, claim_id: int, word: str) -> HttpResponse:
    """Confirmed, sent back with a reason, or taken back by the agency."""
    is_own = word == "withdraw"
    view = _allowed(request, assignment_id, lambda may: may.reports if is_own else may.confirms)
    if claim_id not in _claims_of(view):
        raise Http404
    who, words = actor(request), request.POST.get("reason", "")
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "confirm": (
            lambda: confirm_done(by=who, at=now(), claim_id=claim_id, words=words),
            _("Đã xác nhận hoàn thành."),
        ),
        "return": (
            lambda: return_report(by=who, at=now(), claim_id=claim_id, reason=words),
            _("Đã trả lại cho đơn vị."),
        ),
        "withdraw": (
            lambda: withdraw_report(by=who, at=now(), claim_id=claim_id),
            _("Đã rút báo cáo hoàn thành."),
        ),
    }
    if word not in acts:
        raise Http404
    return _done(request, view, *acts[word])


def _claims_of(view: TaskView) -> list[int]:
    """The ids of all claims of the task, decided ones too: a second answer is refused, not lost."""
    return list(Claim.objects.filter(duty__assignment=view.assignment).values_list("pk", flat=True))


@page("POST")
def ask(request: AuthenticatedRequest, assignment_id: int, word: str) -> HttpResponse:
    """For a later deadline, or that a reason counts as objective."""
    view = _allowed(request, assignment_id, lambda may: may.asks)
    if word not in ("extension", "objective"):
        raise Http404

    def act() -> None:
        given = _given(request)
        new_due_on = given.day("new_due_on")
        _refuse_unread(given, {"new_due_on": _("Thời hạn mới")})
        document_id = document_given(request, acting_agency(view, today()))
        if word == "extension":
            if new_due_on is None:
                where = _("Thời hạn mới")
                raise Refused(Gap(where, _("chưa ghi"), link="#id_new_due_on", code="no-day"))
            ask_extension(
                by=actor(request),
                at=now(),
                duty_id=_duty(request, view),
                new_due_on=new_due_on,
                reason=request.POST.get("reason", ""),
                is_objective="objective" in request.POST,
                document_id=document_id,
            )
            return
        late = late_duty(view, today())
        if late is None:
            raise Refused(Gap("", _("nhiệm vụ không trễ hạn"), code="not-late"))
        ask_objective(
            by=actor(request),
            at=now(),
            duty_id=late.pk,
            reason=request.POST.get("reason", ""),
            document_id=document_id,
        )

    return _done(request, view, act, _("Đã gửi đề nghị."))


@page("POST")
def decide_request(
    request: AuthenticatedRequest, assignment_id: int, request_id: int, word: str
) -> HttpResponse:
    """Agreed, refused with a reason, or taken back by the agency."""
    is_own = word == "withdraw"
    view = _allowed(request, assignment_id, lambda may: may.asks if is_own else may.decides)
    if request_id not in _requests_of(view):
        raise Http404
    who, words = actor(request), request.POST.get("reason", "")
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "approve": (
            lambda: approve_request(by=who, at=now(), request_id=request_id, words=words),
            _("Đã đồng ý đề nghị."),
        ),
        "refuse": (
            lambda: refuse_request(by=who, at=now(), request_id=request_id, reason=words),
            _("Đã từ chối đề nghị."),
        ),
        "withdraw": (
            lambda: withdraw_request(by=who, at=now(), request_id=request_id),
            _("Đã rút đề nghị."),
        ),
    }
    if word not in acts:
        raise Http404
    return _done(request, view, *acts[word])


def _requests_of(view: TaskView) -> list[int]:
    return list(DutyRequest.objects.filter(duty__assignment=view.assignment).values_list("pk", flat=True))


@page("POST")
def hand(request: AuthenticatedRequest, assignment_id: int) -> HttpResponse:
    """To a division, a person, or both; with neither it is taken back."""
    view = _allowed(request, assignment_id, lambda may: may.hands_down)

    def act() -> None:
        hand_down(
            by=actor(request),
            at=now(),
            assignment_id=assignment_id,
            expected_version=whole_number(request.POST.get("version")) or 0,
            division_id=whole_number(request.POST.get("division")),
            officer_id=whole_number(request.POST.get("officer")),
            note=request.POST.get("note", ""),
        )

    return _done(request, view, act, _("Đã giao trong đơn vị."))


@page("POST")
def condition(request: AuthenticatedRequest, assignment_id: int) -> HttpResponse:
    """What the task waited for has happened: every agency gets its deadline."""
    view = _allowed(request, assignment_id, lambda may: may.records_condition)

    def act() -> None:
        given = _given(request)
        happened_on, due_on = given.day("happened_on"), given.day("due_on")
        _refuse_unread(given, {"happened_on": _("Ngày xảy ra"), "due_on": _("Thời hạn")})
        if happened_on is None:
            raise Refused(Gap(_("Ngày xảy ra"), _("chưa ghi"), link="#id_happened_on", code="no-day"))
        record_condition(
            by=actor(request),
            at=now(),
            task_id=view.assignment.task_id,
            happened_on=happened_on,
            due_on=due_on,
        )

    return _done(request, view, act, _("Đã ghi nhận; mọi đơn vị được giao đã có thời hạn."))
