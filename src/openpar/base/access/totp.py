"""Codes of an authenticator app (RFC 6238: SHA-1, six figures, thirty seconds). Pure: the moment is given."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp

_SECONDS = 30
# A clock may be half a minute off, either way.
_TOLERANCE = 1
_LENGTH = 6


def new_secret() -> str:
    """160 random bits, as apps read them."""
    return pyotp.random_base32(length=32)


def address_for_app(secret: str, *, username: str, site: str) -> str:
    """What the QR code says."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=f"OpenPAR {site}")


def step_at(at: datetime) -> int:
    """The number of the half minute that contains `at`."""
    return int(at.timestamp()) // _SECONDS


def code_of_step(secret: str, step: int) -> str:
    """The six figures that the app shows during a step."""
    return pyotp.TOTP(secret).generate_otp(step)


def matching_step(secret: str, code: str, *, at: datetime, after: int) -> int | None:
    """The step whose code was typed; None when none matches. Steps up to `after` are used up."""
    typed = "".join(code.split())
    if len(typed) != _LENGTH or not typed.isascii() or not typed.isdecimal():
        return None
    now = step_at(at)
    for step in range(now - _TOLERANCE, now + _TOLERANCE + 1):
        if step > after and hmac.compare_digest(code_of_step(secret, step), typed):
            return step
    return None
