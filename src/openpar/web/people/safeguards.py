"""What administrators do about other people's ways in and personal data."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from openpar.base.access.actions.brakes import lift_brake
from openpar.base.access.actions.factors import clear_factors
from openpar.base.access.actions.sessions import end_sessions_of_person
from openpar.base.access.models import Brake
from openpar.base.access.permissions import may_end_sessions, may_lift_brakes
from openpar.base.access.queries import brakes_to_show
from openpar.base.accounts.models import User
from openpar.base.accounts.permissions import may_manage_people
from openpar.base.privacy.actions import answer_data_request, ask_about_data
from openpar.base.privacy.holders import holder
from openpar.base.privacy.models import DataRequest
from openpar.base.privacy.permissions import may_see_data_requests
from openpar.base.privacy.queries import data_requests
from openpar.common.errors import Refused
from openpar.common.formats import VIETNAM
from openpar.web.account.stamps import requires_recent_factor
from openpar.web.components.paging import slice_of
from openpar.web.http import AuthenticatedRequest, form_refused, now, only, page, refused, say, today
from openpar.web.people.forms import AnswerForm, NewDataRequestForm, ReasonForm
from openpar.web.people.views import person_refused


@page("POST")
def clear_a_persons_factors(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    who = only(request, may_manage_people)
    user = get_object_or_404(User, pk=pk, is_active=True)
    form = ReasonForm(request.POST)
    try:
        if not form.is_valid():
            raise form_refused(form)
        requires_recent_factor(request)
        clear_factors(by=who, at=now(), user_id=user.pk, reason=form.cleaned_data["reason"])
    except Refused as error:
        return person_refused(request, pk, error, factor_form=form)
    say(request, _("Đã gỡ lớp xác thực thứ hai của %s.") % user.full_name)
    return redirect("person", pk)


@page("POST")
def end_a_persons_sessions(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    who = only(request, may_end_sessions)
    user = get_object_or_404(User, pk=pk)
    form = ReasonForm(request.POST, prefix="sessions")
    try:
        if not form.is_valid():
            raise form_refused(form)
        reason = form.cleaned_data["reason"]
        ended = end_sessions_of_person(by=who, at=now(), user_id=user.pk, reason=reason)
    except Refused as error:
        return person_refused(request, pk, error, session_form=form)
    say(
        request,
        _("Đã đóng %(count)s phiên đăng nhập của %(name)s.") % {"count": ended, "name": user.full_name},
    )
    return redirect("person", pk)


@page("GET")
def brakes(request: AuthenticatedRequest) -> HttpResponse:
    only(request, may_lift_brakes)
    return render(request, "people/brakes.html", _brakes(request))


@page("POST")
def lift_a_brake(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    who = only(request, may_lift_brakes)
    form = ReasonForm(request.POST, prefix=f"brake-{pk}")
    get_object_or_404(Brake, pk=pk)
    try:
        if not form.is_valid():
            raise form_refused(form)
        lift_brake(by=who, at=now(), brake_id=pk, reason=form.cleaned_data["reason"])
    except Refused as error:
        context = _brakes(request, {pk: form})
        return refused(request, error, template="people/brakes.html", context=context)
    say(request, _("Đã mở lại."))
    return redirect("brakes")


@page("GET", "POST")
def requests_of_people(request: AuthenticatedRequest) -> HttpResponse:
    """The register, those that wait first; and a form for what came on paper."""
    who = only(request, may_see_data_requests)
    form = NewDataRequestForm(request.POST or None, initial={"received_on": today()})
    if request.method == "GET":
        return render(request, "people/data_requests.html", _requests(request, form))
    try:
        if not form.is_valid():
            raise form_refused(form)
        given = form.cleaned_data
        # Paper carries a day: its last hour would still be ahead of us today.
        received = datetime.combine(given["received_on"], time(0, 0), VIETNAM)
        ask_about_data(
            by=who,
            at=now(),
            subject_id=given["subject"].pk if given["subject"] else None,
            dossiers=given["dossiers"].splitlines(),
            kind=given["kind"],
            text=given["text"],
            received_at=received,
        )
    except Refused as error:
        context = _requests(request, form)
        return refused(request, error, template="people/data_requests.html", context=context)
    say(request, _("Đã ghi yêu cầu vào sổ."))
    return redirect("data-requests")


@page("POST")
def answer_a_request(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    who = only(request, may_see_data_requests)
    form = AnswerForm(request.POST, prefix=f"answer-{pk}")
    get_object_or_404(DataRequest, pk=pk)
    try:
        if not form.is_valid():
            raise form_refused(form)
        answer_data_request(by=who, at=now(), request_id=pk, **form.cleaned_data)
    except Refused as error:
        context = _requests(request, NewDataRequestForm(initial={"received_on": today()}), {pk: form})
        return refused(request, error, template="people/data_requests.html", context=context)
    answered = DataRequest.objects.get(pk=pk)
    if answered.codes:
        rows = sum(one["rows"] for one in answered.erased)
        say(request, _("Đã trả lời; đã xóa %d dòng dữ liệu cá nhân.") % rows)
    else:
        say(request, _("Đã trả lời; người yêu cầu được báo."))
    return redirect("data-requests")


def _brakes(request: AuthenticatedRequest, bound: dict[int, ReasonForm] | None = None) -> dict[str, Any]:
    at = now()
    found = slice_of(request, brakes_to_show(at))
    forms = bound or {}
    rows = [(one, forms.get(one.pk) or ReasonForm(prefix=f"brake-{one.pk}")) for one in found.items]
    return {"slice": found, "rows": rows, "now": at}


def _requests(
    request: AuthenticatedRequest, form: NewDataRequestForm, bound: dict[int, AnswerForm] | None = None
) -> dict[str, Any]:
    found = slice_of(request, data_requests())
    forms = bound or {}
    rows = [
        (one, forms.get(one.pk) or AnswerForm(prefix=f"answer-{one.pk}"), _erased(one)) for one in found.items
    ]
    return {"slice": found, "rows": rows, "new_form": form, "today": today(), "me": request.user.pk}


def _erased(one: DataRequest) -> list[str]:
    """What an answer erased, a sentence for each dossier."""
    keeps = holder()
    titles = keeps.titles() if keeps is not None else {}
    return [
        _("%(dossier)s: %(rows)s dòng (%(columns)s)")
        % {
            "dossier": each["dossier"],
            "rows": each["rows"],
            "columns": ", ".join(titles.get(name, name) for name in each["columns"]),
        }
        for each in one.erased
    ]
