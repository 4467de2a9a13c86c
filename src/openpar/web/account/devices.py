"""From where somebody comes: the address, the browser in words, and whether it is known for an account."""

from __future__ import annotations

import re
import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from openpar.base.access.rules import KNOWN_DEVICE
from openpar.base.accounts.models import User

_COOKIE = "known-device"
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("coc_coc", "Cốc Cốc"), ("Firefox/", "Firefox"))
_LATER_BROWSERS = (("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def address_of(request: HttpRequest) -> str:
    """The address the person comes from. What clients write into the header stands further left."""
    if settings.OPENPAR_PROXIES:
        forwarded = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(forwarded) >= settings.OPENPAR_PROXIES and forwarded[-settings.OPENPAR_PROXIES]:
            return forwarded[-settings.OPENPAR_PROXIES][:45]
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def device_of(request: HttpRequest) -> str:
    """The browser and the system in words, as “Firefox, Windows”; good enough to tell one's own apart."""
    agent = re.sub(r"[^\x20-\x7e]", "", request.headers.get("User-Agent", ""))[:300]
    browser = next((name for mark, name in (*_BROWSERS, *_LATER_BROWSERS) if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return ", ".join(part for part in (browser, system) if part) or _("Thiết bị không rõ")


def known_device(request: HttpRequest, username: str) -> str:
    """The mark of a browser that has logged this person in before; empty for any other."""
    try:
        kept = request.get_signed_cookie(_COOKIE, salt=_COOKIE, max_age=KNOWN_DEVICE)
    except (KeyError, signing.BadSignature):
        return ""
    name, _space, mark = str(kept).partition(" ")
    return mark if name == username.strip().lower() else ""


def remember_device(request: HttpRequest, answer: HttpResponse, user: User) -> None:
    """So that strangers who guess this person's password elsewhere do not lock out this browser."""
    mark = known_device(request, user.username) or secrets.token_urlsafe(16)
    answer.set_signed_cookie(
        _COOKIE,
        f"{user.username} {mark}",
        salt=_COOKIE,
        max_age=KNOWN_DEVICE,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
