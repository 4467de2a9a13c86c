"""One's own sessions and one's own data."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openpar.base.access.actions.sessions import end_other_sessions, end_session
from openpar.base.access.queries import open_sessions
from openpar.base.privacy.actions import ask_about_data
from openpar.base.privacy.queries import data_requests_of, personal_data_of
from openpar.common.errors import Refused
from openpar.web.account.forms import DataRequestForm
from openpar.web.http import AuthenticatedRequest, actor, form_refused, now, page, refused, say, today


@page("GET")
def sessions(request: AuthenticatedRequest) -> HttpResponse:
    found = open_sessions(request.user.pk, at=now(), session_key=request.session.session_key)
    return render(request, "account/sessions.html", {"sessions": found})


@page("POST")
def end_sessions(request: AuthenticatedRequest) -> HttpResponse:
    """Ends the session named, or all others."""
    named = request.POST.get("session", "")
    if named:
        end_session(by=actor(request), at=now(), session=named)
        say(request, _("Đã kết thúc phiên đăng nhập."))
    else:
        key = request.session.session_key or ""
        ended = end_other_sessions(by=actor(request), at=now(), session_key=key)
        say(request, _("Đã kết thúc %s phiên đăng nhập khác.") % ended)
    return redirect("sessions")


@page("GET", "POST")
def own_data(request: AuthenticatedRequest) -> HttpResponse:
    """What the program holds about me, and what I ask to be done with it."""
    form = DataRequestForm(request.POST or None)
    context = {"form": form, "requests": data_requests_of(request.user.pk), "today": today()}
    if request.method == "GET":
        return render(request, "account/data.html", context)
    try:
        if not form.is_valid():
            raise form_refused(form)
        found = ask_about_data(by=actor(request), at=now(), subject_id=request.user.pk, **form.cleaned_data)
    except Refused as error:
        return refused(request, error, template="account/data.html", context=context)
    say(request, _("Đã gửi yêu cầu. Hạn trả lời: ngày %s.") % f"{found.due_on:%d/%m/%Y}")
    return redirect("own-data")


@page("GET")
def export_own_data(request: AuthenticatedRequest) -> HttpResponse:
    content = json.dumps(personal_data_of(request.user.pk, day=today()), ensure_ascii=False, indent=1)
    answer = HttpResponse(content, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="du-lieu-ca-nhan.json"'
    return answer
