"""Logging in and out, the password."""

from __future__ import annotations

from django.contrib.auth import logout, update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from openpar.base.access.actions.passwords import change_password
from openpar.common.errors import Refused
from openpar.web.account.demo import demo_people, demo_person
from openpar.web.account.forms import LoginForm, PasswordForm
from openpar.web.account.signing_in import check_own_password, enter, person_with_password, wanted_page
from openpar.web.account.stamps import Passed, is_given, open_session
from openpar.web.http import (
    AuthenticatedRequest,
    actor,
    form_refused,
    now,
    open_page,
    page,
    refused,
    say,
    today,
)


@open_page("GET", "POST")
def log_in(request: HttpRequest) -> HttpResponse:
    wanted = wanted_page(request)
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(wanted)
    form = LoginForm(request.POST or None)
    context = {"form": form, "next": wanted, "demo_people": demo_people(today())}
    if request.method == "POST":
        try:
            if not form.is_valid():
                raise form_refused(form)
            user = person_with_password(request, **form.cleaned_data)
        except Refused as error:
            return refused(request, error, template="account/login.html", context=context)
        return enter(request, user, wanted)
    return render(request, "account/login.html", context)


@open_page("POST")
def demo_log_in(request: HttpRequest) -> HttpResponse:
    user = demo_person(request.POST.get("user", ""))
    if user is None:
        raise Http404
    return open_session(request, user, passed=Passed.DEMO, answer=redirect(wanted_page(request)))


@page("POST")
def log_out(request: AuthenticatedRequest) -> HttpResponse:
    logout(request)
    answer = redirect("login")
    if request.is_secure():
        # Browsers obey it by HTTPS only. Cookies stay: the language is no secret.
        answer["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@page("GET", "POST")
def own_password(request: AuthenticatedRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    context = {"form": form, "is_given": is_given(request)}
    if request.method == "POST":
        try:
            _change_password(request, form)
        except Refused as error:
            return refused(request, error, template="account/password.html", context=context)
        say(request, _("Đã đổi mật khẩu. Các phiên đăng nhập khác của bạn đã đóng."))
        return redirect("home")
    return render(request, "account/password.html", context)


def _change_password(request: AuthenticatedRequest, form: PasswordForm) -> None:
    if not form.is_valid():
        raise form_refused(form)
    check_own_password(request, request.user, form.cleaned_data["old_password"])
    change_password(
        by=actor(request), at=now(), user_id=request.user.pk, password=form.cleaned_data["new_password"]
    )
    keep_this_session(request)


def keep_this_session(request: AuthenticatedRequest) -> None:
    """All sessions of the person have just ended; the one in which it was done goes on, under a new key."""
    request.user.refresh_from_db()
    update_session_auth_hash(request, request.user)
