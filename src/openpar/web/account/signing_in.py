"""From a typed password or a passkey to an open session, with the brakes on guessing."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, JsonResponse, RawPostDataException
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from openpar.base.access.actions.brakes import count_attempt, forgive_attempt, trace_pause
from openpar.base.access.actions.proofs import use_code
from openpar.base.access.brakes import NOBODY, Watched, watched_at_log_in, watched_of_person
from openpar.base.access.passkeys import Question, Site
from openpar.base.access.queries import has_second_factor
from openpar.base.access.rules import PENDING, given_password_ends_at
from openpar.base.accounts.models import User
from openpar.base.accounts.queries import actor_of
from openpar.base.organisations.roles import Actor
from openpar.common.errors import Gap, Refused
from openpar.common.formats import format_date
from openpar.web.account.devices import address_of, known_device
from openpar.web.account.stamps import Passed, open_session
from openpar.web.http import now

_log = logging.getLogger("openpar.access")
_PENDING = "pending"
_QUESTION = "passkey"
_QUESTION_LASTS = timedelta(minutes=5)
_Found = TypeVar("_Found")


def person_with_password(request: HttpRequest, username: str, password: str) -> User:
    """The person whose password this is. Raises Refused, in the same words whether the account exists.

    A password that an administrator gave and that has lapsed is refused in other words.
    """
    account = User.objects.filter(username=username).values_list("pk", flat=True).first()
    watched = watched_at_log_in(
        username,
        address=address_of(request),
        user_id=account,
        known_device=known_device(request, username),
    )
    found = _counted(NOBODY, watched, lambda _at: authenticate(request, username=username, password=password))
    if not isinstance(found, User):
        _log.info("log-in refused: account %s from %s", account, address_of(request))
        raise Refused(
            Gap(
                "",
                _("Tên đăng nhập hoặc mật khẩu chưa đúng"),
                _("Hãy kiểm tra phím Caps Lock và bộ gõ tiếng Việt"),
                code="log-in-wrong",
            )
        )
    _refuse_lapsed(found)
    return found


def _refuse_lapsed(user: User) -> None:
    """Told only to whoever knows the password."""
    if user.password_given_at is None:
        return
    ends_at = given_password_ends_at(user.password_given_at)
    if now() >= ends_at:
        what = _("Mật khẩu được cấp đã hết hạn ngày %s") % format_date(ends_at)
        raise Refused(Gap("", what, _("Đề nghị quản trị hệ thống đặt lại"), code="password-lapsed"))


def check_own_password(request: HttpRequest, user: User, password: str) -> None:
    """The password of somebody who is in already, typed once more. Raises Refused."""
    watched = watched_of_person(user.pk, address=address_of(request))
    is_right = _counted(
        actor_of(user.pk, at=now()), watched, lambda _at: user.check_password(password) or None
    )
    if not is_right:
        raise Refused(
            Gap(_("Mật khẩu hiện tại"), _("chưa đúng"), link="#id_old_password", code="password-wrong")
        )


def check_code(request: HttpRequest, user_id: int, code: str) -> None:
    """A code of the app, or a recovery code, of this person. Raises Refused."""
    by = actor_of(user_id, at=now())

    def tried(at: datetime) -> bool:
        use_code(by=by, at=at, user_id=user_id, code=code)
        return True

    _counted(by, watched_of_person(user_id, address=address_of(request)), tried)


def enter(request: HttpRequest, user: User, wanted: str) -> HttpResponse:
    """After the password: in, or on to the second factor when the person has one."""
    if not has_second_factor(user.pk):
        return open_session(request, user, passed=Passed.NONE, answer=redirect(wanted))
    request.session[_PENDING] = {"user": user.pk, "at": now().isoformat(), "next": wanted}
    return redirect("login-second-factor")


def pending_person(request: HttpRequest) -> tuple[User, str] | None:
    """Who has given the password and not yet the second factor, and where they wanted to go."""
    pending = request.session.get(_PENDING)
    if not pending or now() - datetime.fromisoformat(pending["at"]) > PENDING:
        return None
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    return (user, str(pending["next"])) if user else None


def finish(request: HttpRequest, user: User, answer: HttpResponse) -> HttpResponse:
    """The second factor was shown as well: in."""
    request.session.pop(_PENDING, None)
    _log.info("log-in: account %s from %s", user.pk, address_of(request))
    return open_session(request, user, passed=Passed.SHOWN, answer=answer)


def site_of(request: HttpRequest) -> Site:
    host = request.get_host()
    return Site(host=host.rsplit(":", 1)[0], origin=f"{request.scheme}://{host}")


def ask_browser(request: HttpRequest, question: Question) -> HttpResponse:
    """Sends a question of a passkey ceremony, and keeps what is needed to judge the answer."""
    request.session[_QUESTION] = {"state": question.state, "at": now().isoformat()}
    return JsonResponse(question.options)


def browser_answer(request: HttpRequest) -> tuple[dict[str, Any], dict[str, Any]]:
    """The kept state and what the browser sent; each question is answered once. Raises Refused."""
    kept = request.session.pop(_QUESTION, None)
    try:
        sent = json.loads(request.body)
    except (ValueError, RawPostDataException):
        # No JSON; or a form, which has been read already.
        sent = None
    if kept is None or not isinstance(sent, dict) or not isinstance(sent.get("credential"), dict):
        raise Refused(Gap(_("Khóa truy cập"), _("chưa xác nhận được"), _("Tải lại trang và thử lại")))
    if now() - datetime.fromisoformat(kept["at"]) > _QUESTION_LASTS:
        raise Refused(Gap(_("Khóa truy cập"), _("chờ quá lâu"), _("Thử lại")))
    return kept["state"], sent


def refused_in_json(error: Refused) -> HttpResponse:
    return JsonResponse({"refused": [str(gap) for gap in error.gaps]}, status=422)


def wanted_page(request: HttpRequest) -> str:
    """Where the person wanted to go, as a form or an address says."""
    return own_page(request, request.POST.get("next") or request.GET.get("next") or "")


def own_page(request: HttpRequest, wanted: str) -> str:
    """`wanted` when it is a page of our own, else the home page."""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url("home")


def _counted(
    by: Actor, watched: Sequence[Watched], tried: Callable[[datetime], _Found | None]
) -> _Found | None:
    """Tries while the attempt counts as failed; None, or a refusal, leaves it so."""
    at = now()
    count_attempt(by=by, at=at, watched=watched)
    try:
        found = tried(at)
    except Refused:
        trace_pause(by=by, at=at, watched=watched)
        raise
    if found is None:
        trace_pause(by=by, at=at, watched=watched)
    else:
        forgive_attempt(by=by, at=at, watched=watched)
    return found
