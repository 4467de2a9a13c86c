"""What a session remembers about how its person got in, and what follows from it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from openpar.base.access.queries import has_second_factor
from openpar.base.access.rules import RECENT
from openpar.base.accounts.models import User
from openpar.common.db import write_transaction
from openpar.common.errors import Gap, Refused
from openpar.web.account.devices import address_of, device_of, remember_device
from openpar.web.account.session_store import ADDRESS, DEVICE, OPENED_AT
from openpar.web.http import AuthenticatedRequest, now

SECOND_FACTOR = "second_factor"
_CONFIRMED_AT = "confirmed_at"
_BACKEND = "django.contrib.auth.backends.ModelBackend"


class Passed(StrEnum):
    """What a session has shown beside the password."""

    SHOWN = "shown"
    NONE = "none"
    # One click in the demo: skips it, and only where the demo runs.
    DEMO = "demo"


def open_session(request: HttpRequest, user: User, *, passed: Passed, answer: HttpResponse) -> HttpResponse:
    """Logs the person in; the only place that does. `answer` gets the cookie that makes the browser known."""
    at = now()
    with write_transaction():
        login(request, user, backend=_BACKEND)
    request.session[OPENED_AT] = request.session[_CONFIRMED_AT] = at.isoformat()
    request.session[DEVICE], request.session[ADDRESS] = device_of(request), address_of(request)
    request.session[SECOND_FACTOR] = str(passed)
    if passed is not Passed.DEMO:
        remember_device(request, answer, user)
    return answer


def confirm_now(request: AuthenticatedRequest, *, with_factor: bool) -> None:
    """The person has shown the second factor, or without one the password, once more: under a new key."""
    with write_transaction():
        request.session.cycle_key()
    request.session[_CONFIRMED_AT] = now().isoformat()
    if with_factor:
        request.session[SECOND_FACTOR] = str(Passed.SHOWN)


def is_given(request: AuthenticatedRequest) -> bool:
    """Did the person come in by a password that somebody else gave, and has not chosen one yet?"""
    return request.user.password_given_at is not None and not in_demo(request)


def in_demo(request: AuthenticatedRequest) -> bool:
    """Came in by one click, where the demo runs."""
    return request.session.get(SECOND_FACTOR) == Passed.DEMO and bool(settings.OPENPAR_DEMO)


def is_recent(request: AuthenticatedRequest) -> bool:
    """Has the person shown the second factor (without one: the password) in the last fifteen minutes?"""
    stamp = request.session.get(_CONFIRMED_AT)
    return bool(stamp) and now() - datetime.fromisoformat(str(stamp)) <= RECENT


def recent_factor_gaps(request: AuthenticatedRequest) -> list[Gap]:
    """The gap of a grave act: who has a second factor shows it afresh. Who has none is not held up here."""
    if is_recent(request) or not has_second_factor(request.user.pk):
        return []
    return [_confirm_gap(request)]


def requires_recent_factor(request: AuthenticatedRequest) -> None:
    """Refuses a grave act (publishing, reopening a sheet) until the second factor has been shown afresh."""
    if gaps := recent_factor_gaps(request):
        raise Refused(gaps)


def requires_recent_proof(request: AuthenticatedRequest) -> None:
    """Refuses a change of the ways in until the factor, or lacking one the password, was shown afresh."""
    if not is_recent(request):
        raise Refused(_confirm_gap(request))


def confirm_address(request: HttpRequest) -> str:
    """The page that asks once more and leads back to the page the person is on."""
    page = request.get_full_path()
    if request.method != "GET":
        page = str(request.META.get("HTTP_REFERER", "")) or page
    return reverse("confirm") + "?" + urlencode({"next": page})


def _confirm_gap(request: HttpRequest) -> Gap:
    return Gap(
        "",
        _("Việc này cần xác nhận lại là chính bạn"),
        _("Bấm vào đây để xác nhận, rồi làm lại; xác nhận có giá trị 15 phút"),
        code="confirm",
        link=confirm_address(request),
    )
