"""The database itself refused a change: the person gets 409 and a number, the log gets everything."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from openpar.common.errors import Refused
from openpar.common.triggers import guard_that_fired
from openpar.web.http import refused

_log = logging.getLogger(__name__)


class FrozenRows:
    """Answers for a guard that fired (common/triggers.py); nothing was written, the transaction is undone.

    The action should have refused first, so somebody has to look at it: hence the incident.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        guard = guard_that_fired(exception)
        if guard is None:
            return None
        incident = secrets.token_hex(4)
        _log.error(
            "incident %s: guard %s stopped %s %s of person %s",
            *(incident, guard, request.method, request.path, request.user.pk),
            exc_info=exception,
        )
        refusal = Refused.because(
            "",
            _("nội dung này đã khóa, cơ sở dữ liệu không nhận thay đổi."),
            _("Báo cho quản trị hệ thống mã sự cố %s.") % incident,
            code="frozen",
        )
        return refused(request, refusal, status=409)
