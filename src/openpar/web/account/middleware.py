"""What holds at every request of somebody who has logged in."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, cast

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from openpar.base.access.actions.sessions import touch_session
from openpar.base.access.queries import has_second_factor
from openpar.base.access.rules import TOUCH_STEP, needs_second_factor
from openpar.web.account.session_store import SessionStore
from openpar.web.account.stamps import SECOND_FACTOR, Passed, in_demo, is_given
from openpar.web.failures import answer_to
from openpar.web.http import AuthenticatedRequest, actor, now, today

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_log = logging.getLogger("openpar.access")
# Where somebody may go who has not shown the second factor that the role demands; by name of address.
_OPEN = frozenset({"logout", "login", "demo-login", "set_language"})
_SET_UP = frozenset({"second-factor", "second-factor-app", "passkey-new-options", "passkey-new"})
_CONFIRM = frozenset({"confirm", "confirm-passkey-options", "confirm-passkey"})


class SignedInPeople:
    """The session lasts on while it is used; a role that demands a second factor gets nowhere without one,
    nobody with a password that somebody else gave; no copy of a page stays in a browser or a proxy.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            if request.method in _READING_METHODS and request.user.is_authenticated:
                # Before the guard that keeps reading pages from writing.
                _touch(cast(AuthenticatedRequest, request))
        except Exception as error:
            return _answer_or_raise(request, error)
        answer = self.get_response(request)
        # Without a view nobody was asked for, and there is nothing of anybody in the answer.
        if getattr(request, "is_of_a_person", False) and not answer.has_header("Cache-Control"):
            answer["Cache-Control"] = "no-store"
        return answer

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """A form is looked at here and not in __call__: only after it was found to be one of ours (CSRF)."""
        try:
            if not request.user.is_authenticated:
                return None
            request.is_of_a_person = True  # type: ignore[attr-defined]  # kept on the request on purpose
            asking = cast(AuthenticatedRequest, request)
            if request.method not in _READING_METHODS:
                _touch(asking)
            return _led_elsewhere(asking)
        except Exception as error:
            return _answer_or_raise(request, error)


def _answer_or_raise(request: HttpRequest, error: Exception) -> HttpResponse:
    """A database that is away, or a full disk, is said; anything else is a defect."""
    answer = answer_to(request, error)
    if answer is None:
        raise error
    return answer


def _led_elsewhere(request: AuthenticatedRequest) -> HttpResponse | None:
    """To showing the second factor that the role demands, to a password of one's own, to the set-up.

    In this order: whoever gave the password must not set up the factor with it.
    """
    where = (request.resolver_match.url_name or "") if request.resolver_match else ""
    if where in _OPEN:
        return None
    is_due = _is_due(request)
    if is_due and has_second_factor(request.user.pk):
        wanted, there = "confirm", _CONFIRM
    elif is_given(request):
        wanted, there = "password", frozenset({"password"})
    elif is_due:
        wanted, there = "second-factor", _SET_UP | _CONFIRM
    else:
        return None
    if where in there:
        return None
    address = reverse(wanted)
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


def _is_due(request: AuthenticatedRequest) -> bool:
    """Holds a role that demands a second factor, in a session that has not shown one.

    A session says that it has, or that it is one of the demo; silence is no proof.
    """
    if request.session.get(SECOND_FACTOR) == Passed.SHOWN or in_demo(request):
        return False
    return needs_second_factor(actor(request), today())


def _touch(request: AuthenticatedRequest) -> None:
    session = request.session
    if not isinstance(session, SessionStore) or session.row is None or session.session_key is None:
        return
    at = now()
    if at - session.row.seen_at < TOUCH_STEP:
        return
    try:
        touch_session(by=actor(request), at=at, session_key=session.session_key)
    except DatabaseError:
        # A disk that is full must not close the pages that only read.
        _log.warning("a session could not be prolonged", exc_info=True)
