"""What holds at every request of somebody who has logged in."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from openpar.base.access.actions.sessions import touch_session
from openpar.base.access.queries import has_second_factor
from openpar.base.access.rules import TOUCH_STEP, needs_second_factor
from openpar.web.account.session_store import SessionStore
from openpar.web.account.stamps import SECOND_FACTOR, Passed
from openpar.web.http import AuthenticatedRequest, actor, now, today

_log = logging.getLogger("openpar.access")
# Where somebody may go who has not shown the second factor that the role demands; by name of address.
_OPEN = frozenset({"logout", "login", "demo-login", "set_language"})
_SET_UP = frozenset({"second-factor", "second-factor-app", "passkey-new-options", "passkey-new"})
_CONFIRM = frozenset({"confirm", "confirm-passkey-options", "confirm-passkey"})


class SignedInPeople:
    """The session lasts on while it is used; a role that demands a second factor gets nowhere without one;
    no copy of a page stays in a browser or a proxy.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        _touch(cast(AuthenticatedRequest, request))
        answer = self.get_response(request)
        if not answer.has_header("Cache-Control"):
            answer["Cache-Control"] = "no-store"
        return answer

    def process_view(
        self, request: HttpRequest, _view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        if not request.user.is_authenticated or request.resolver_match is None:
            return None
        where = request.resolver_match.url_name or ""
        asking = cast(AuthenticatedRequest, request)
        if where in _OPEN or not _is_due(asking):
            return None
        is_set_up = has_second_factor(asking.user.pk)
        if where in (_CONFIRM if is_set_up else _SET_UP | _CONFIRM):
            return None
        wanted = reverse("confirm") if is_set_up else reverse("second-factor")
        return HttpResponseClientRedirect(wanted) if asking.htmx else redirect(wanted)


def _is_due(request: AuthenticatedRequest) -> bool:
    """Holds a role that demands a second factor, in a session that has not shown one.

    A session says that it has, or that it is one of the demo; silence is no proof.
    """
    said = request.session.get(SECOND_FACTOR)
    if said == Passed.SHOWN or (said == Passed.DEMO and settings.OPENPAR_DEMO):
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
