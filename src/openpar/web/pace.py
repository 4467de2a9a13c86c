"""How often one person, or one address without a log-in, may ask for what costs much: 429 beyond it.

A brake on scripts that run wild. Guessing passwords has brakes of its own (base/access/brakes.py), which are
exact and outlive a restart. Connected systems are counted by the API itself, as the person of their key.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from openpar.common.errors import Refused
from openpar.common.pace import Limit as Limit
from openpar.common.pace import Pace as Pace
from openpar.common.pace import read_limits as read_limits
from openpar.web.account.devices import address_of
from openpar.web.http import refused


class Paced:
    """Stands inside the middleware that finds out who asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._pace = Pace(read_limits(settings.OPENPAR_DATA_DIR / "request_limits.yaml"))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        page = (request.resolver_match.url_name or "") if request.resolver_match else ""
        is_person = bool(request.user.is_authenticated)
        who = str(request.user.pk) if is_person else address_of(request)
        seconds = self._pace.wait(page, request.method or "", who, is_person=is_person)
        if not seconds:
            return None
        refusal = Refused.because(
            "",
            _("quá nhiều yêu cầu trong một thời gian ngắn."),
            _("Đợi %d giây rồi thử lại.") % seconds,
            code="too_many",
        )
        answer = refused(request, refusal, status=429)
        answer["Retry-After"] = str(seconds)
        return answer
