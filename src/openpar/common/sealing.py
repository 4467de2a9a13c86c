"""Secrets at rest: sealed with a key of the installation, bound to what and whose they are.

A copy of the database alone opens none of them; a sealed text moved to another person's row does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_BYTES = 12


class CannotUnseal(Exception):
    """Sealed with another key, for another purpose, or altered."""


def seal(text: str, *, purpose: str) -> str:
    """`text` so that only this installation reads it, and only for the same `purpose` (“totp:12”)."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(_key("seal")).encrypt(nonce, text.encode(), purpose.encode())
    return urlsafe_b64encode(nonce + sealed).decode()


def unseal(sealed: str, *, purpose: str) -> str:
    """The text that was sealed. Raises CannotUnseal."""
    try:
        raw = urlsafe_b64decode(sealed)
        opened = AESGCM(_key("seal")).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode())
    except (InvalidTag, ValueError) as error:
        raise CannotUnseal(purpose) from error
    return opened.decode()


def keyed_digest(text: str, *, purpose: str) -> str:
    """64 letters that say whether two texts are equal and, without the key, nothing else."""
    return hmac.new(_key("digest"), f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def _key(use: str) -> bytes:
    secret = settings.OPENPAR_FACTOR_KEY or settings.SECRET_KEY
    return hmac.new(secret.encode(), f"openpar.access.{use}".encode(), hashlib.sha256).digest()
