"""Logging in and out, the password, one's own messages."""

from __future__ import annotations

from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from openpar.base.accounts.actions import set_password
from openpar.base.accounts.models import User
from openpar.base.notifications.actions import mark_all_read
from openpar.base.notifications.models import Message
from openpar.common.db import write_transaction
from openpar.common.errors import Gap, Refused
from openpar.web.account.demo import demo_people, demo_person
from openpar.web.account.forms import LoginForm, PasswordForm
from openpar.web.components.paging import slice_of
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

_BACKEND = "django.contrib.auth.backends.ModelBackend"


@open_page("GET", "POST")
def log_in(request: HttpRequest) -> HttpResponse:
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(_next(request))
    form = LoginForm(request, data=request.POST or None)
    context = {"form": form, "next": _next(request), "demo_people": demo_people(today())}
    if request.method == "POST":
        if not form.is_valid():
            return refused(request, form_refused(form), template="account/login.html", context=context)
        _open_session(request, form.get_user())
        return redirect(_next(request))
    return render(request, "account/login.html", context)


@open_page("POST")
def demo_log_in(request: HttpRequest) -> HttpResponse:
    user = demo_person(request.POST.get("user", ""))
    if user is None:
        raise Http404
    _open_session(request, user)
    return redirect(_next(request))


@page("POST")
def log_out(request: AuthenticatedRequest) -> HttpResponse:
    logout(request)
    return redirect("login")


@page("GET", "POST")
def change_password(request: AuthenticatedRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if request.method == "POST":
        try:
            _change_password(request, form)
        except Refused as error:
            return refused(request, error, template="account/password.html", context={"form": form})
        say(request, _("Đã đổi mật khẩu. Các phiên đăng nhập khác của bạn đã đóng."))
        return redirect("home")
    return render(request, "account/password.html", {"form": form})


@page("GET")
def messages(request: AuthenticatedRequest) -> HttpResponse:
    mine = Message.objects.filter(recipient_id=request.user.pk)
    return render(
        request,
        "account/messages.html",
        {"slice": slice_of(request, mine), "unread": mine.filter(read_at__isnull=True).count()},
    )


@page("POST")
def mark_messages_read(request: AuthenticatedRequest) -> HttpResponse:
    mark_all_read(user_id=request.user.pk, at=now())
    return redirect("messages")


def _change_password(request: AuthenticatedRequest, form: PasswordForm) -> None:
    if not form.is_valid():
        raise form_refused(form)
    if not request.user.check_password(form.cleaned_data["old_password"]):
        raise Refused(
            Gap(_("Mật khẩu hiện tại"), _("chưa đúng"), link="#" + form["old_password"].id_for_label)
        )
    set_password(
        by=actor(request), at=now(), user_id=request.user.pk, password=form.cleaned_data["new_password"]
    )
    request.user.refresh_from_db()
    update_session_auth_hash(request, request.user)


def _open_session(request: HttpRequest, user: User) -> None:
    with write_transaction():
        login(request, user, backend=_BACKEND)


def _next(request: HttpRequest) -> str:
    """Where the person wanted to go; only pages of our own."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url("home")
