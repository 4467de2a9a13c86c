"""What stands around every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware

from openpar.common.db import reading_only
from openpar.common.disk import is_short_of_space
from openpar.common.outages import Outage
from openpar.web.failures import answer_to, outage_answer

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Who cannot log in cannot read either; a session is some hundred bytes out of the reserve.
_ALSO_WITHOUT_SPACE = frozenset({"login", "logout", "demo-login", "set_language"})


class AnswersUnderFailure:
    """The database away or the disk full is 503 with what was typed, never an error page.

    With little space left (OPENPAR_DISK_RESERVE) pages are read and nothing is written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        # Here and not in __call__: a form is given back only after it was found to be one of ours (CSRF).
        if request.method in _READING_METHODS or not is_short_of_space():
            return None
        page = request.resolver_match.url_name if request.resolver_match else None
        return None if page in _ALSO_WITHOUT_SPACE else outage_answer(request, Outage.DISK_FULL)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer_to(request, error)


class ReadingPagesMayNotWrite:
    """A request that only reads runs on a connection that refuses to write.

    A page that writes on GET is a defect (a prefetching browser would change data), and shows as one:
    `WritingForbidden` is not caught here. Who asks is found out first: Django throws away a session
    whose password has changed, and that is no business of the page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in _READING_METHODS:
            return self.get_response(request)
        try:
            request.user.is_authenticated  # noqa: B018  # read for its effect: the user is loaded lazily
        except Exception as error:
            answer = answer_to(request, error)
            if answer is None:
                raise
            return answer
        with reading_only():
            return self.get_response(request)


class ChosenLanguage(LocaleMiddleware):
    """Vietnamese unless the person has chosen otherwise: the language of the browser is not asked.

    Many offices run an English Windows; their officials read Vietnamese.
    """

    def process_request(self, request: HttpRequest) -> None:
        request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        super().process_request(request)
