"""One line in the log for every attempt to get in, every change of who may, and every refusal.

Meant for whoever watches the machine: who, from where, what, how it ended; never what was typed. The trace
(base.audit) tells what was done; this tells also what was only tried.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from openpar.web.account.devices import address_of

_log = logging.getLogger("openpar.security")
# Addresses whose POST is an event however it ends, by name.
_EVENTS: Final = frozenset(
    {
        "login",
        "login-second-factor",
        "login-passkey",
        "demo-login",
        "logout",
        "confirm",
        "confirm-passkey",
        "password",
        "second-factor-app",
        "second-factor-app-remove",
        "recovery-codes",
        "passkey-new",
        "passkey-remove",
        "sessions-end",
        "new-person",
        "set-password",
        "set-active",
        "give-role",
        "end-role",
        "clear-factors",
        "end-person-sessions",
        "lift-brake",
        "make-api-key",
        "end-api-key",
    }
)
# Not found is how this program says “not yours”; 409, 413, 422, 429: what was sent is not taken.
_REFUSALS: Final = frozenset({400, 401, 403, 404, 405, 409, 413, 422, 429})


class SecurityEvents:
    """Stands inside the middleware that finds out who asks; asks the database nothing itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        page = (request.resolver_match.url_name or "") if request.resolver_match else ""
        is_refused = answer.status_code in _REFUSALS
        if is_refused or (request.method == "POST" and page in _EVENTS):
            before, now = _people(request)
            _log.log(
                logging.WARNING if is_refused else logging.INFO,
                "%s page=%s status=%s person=%s before=%s address=%s method=%s path=%s",
                "refused" if is_refused else "event",
                page or "-",
                answer.status_code,
                now or "-",
                before or "-",
                address_of(request) or "-",
                request.method,
                request.path,
            )
        return answer


def _people(request: HttpRequest) -> tuple[int | None, int | None]:
    """Whose session it was, and whose it is now, as far as the page itself has asked."""
    known = getattr(request, "_cached_user", None)
    before = known.pk if known else None
    # Logging in and out put a person of their own in place of the one who is found when asked for.
    return before, before if isinstance(request.user, SimpleLazyObject) else request.user.pk
