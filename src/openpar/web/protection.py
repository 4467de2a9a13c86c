"""What browsers are told to forbid, on every answer, and names of cookies that no other host can set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

# Passkeys are asked for on our own pages; nothing else of the device is ever wanted.
_NOT_WANTED: Final = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "hid",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
    "xr-spatial-tracking",
)
_PERMISSIONS: Final = ", ".join(
    [
        *(f"{name}=()" for name in _NOT_WANTED),
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    ]
)
# Of answers that are no pages (files of the program, early errors): shown by themselves they run nothing.
_NO_PAGE: Final = "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
_PREFIX: Final = "__Host-"
# What this program understands at all; TRACE, CONNECT and whatever somebody made up is refused first.
_METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


class ResponseHeaders:
    """Stands outermost, so that files of the program and errors carry the headers as pages do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in _METHODS:
            answer = self.get_response(request)
        else:
            answer = HttpResponse(status=405, headers={"Allow": ", ".join(_METHODS)})
        answer.headers.setdefault("X-Content-Type-Options", "nosniff")
        policy = answer.headers.get("Content-Security-Policy", _NO_PAGE)
        if "frame-ancestors" not in policy:
            # A policy of its own (evidence in a sandbox) is no leave to be shown inside of other pages.
            policy = f"{policy}; frame-ancestors 'none'"
        answer.headers["Content-Security-Policy"] = policy
        answer.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        answer.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        answer.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        return answer


class SmallEnough:
    """Refuses a body larger than the largest file and a form around it, before any of it is read."""

    _ROOM: Final = 2 * 1024 * 1024

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        most = settings.OPENPAR_MAX_UPLOAD_BYTES
        told = str(request.META.get("CONTENT_LENGTH") or "0")
        if told.isdecimal() and int(told) <= most + self._ROOM:
            return self.get_response(request)
        text = _(
            "Nội dung gửi lên lớn hơn mức cho phép %s MB. Nén tệp hoặc tách thành nhiều tệp rồi gửi lại."
        )
        plain = "text/plain; charset=utf-8"
        return HttpResponse(text % (most // 1024 // 1024), status=413, content_type=plain)


class HostCookies:
    """By HTTPS every cookie goes out as `__Host-…` and only such ones come in.

    Browsers take a cookie of that name from this very host only, by HTTPS only: neither a sub-domain nor
    somebody on the line can plant one. Inside, cookies keep their short names.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.SESSION_COOKIE_SECURE:
            return self.get_response(request)
        request.COOKIES = {
            name.removeprefix(_PREFIX): value
            for name, value in request.COOKIES.items()
            if name.startswith(_PREFIX)
        }
        answer = self.get_response(request)
        for name in list(answer.cookies):
            cookie = answer.cookies.pop(name)
            cookie.set(_PREFIX + name, cookie.value, cookie.coded_value)
            cookie["secure"], cookie["path"], cookie["domain"] = True, "/", ""
            answer.cookies[_PREFIX + name] = cookie
        return answer
