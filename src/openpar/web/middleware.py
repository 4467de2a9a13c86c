"""What stands around every page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware

from openpar.common.db import reading_only

_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


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
        request.user.is_authenticated  # noqa: B018  # read for its effect: the user is loaded lazily
        with reading_only():
            return self.get_response(request)


class ChosenLanguage(LocaleMiddleware):
    """Vietnamese unless the person has chosen otherwise: the language of the browser is not asked.

    Many offices run an English Windows; their officials read Vietnamese.
    """

    def process_request(self, request: HttpRequest) -> None:
        request.META.pop("HTTP_ACCEPT_LANGUAGE", None)
        super().process_request(request)
