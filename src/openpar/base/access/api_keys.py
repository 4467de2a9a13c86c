"""Keys of connected systems: `opk_<prefix>_<secret>`, 256 random bits, kept as a digest."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
from dataclasses import dataclass

_MARK = "opk"
PREFIX_LETTERS = 8
_SECRET_BYTES = 32
# Three parts of known length; nothing longer is looked at.
_LONGEST = 80


@dataclass(frozen=True)
class NewApiKey:
    """A key that was just made: `key` is shown once, the other two are kept."""

    key: str
    prefix: str
    digest: str


def new_api_key() -> NewApiKey:
    prefix = "".join(secrets.choice(string.ascii_lowercase) for _ in range(PREFIX_LETTERS))
    key = f"{_MARK}_{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    return NewApiKey(key, prefix, _digest(key))


def prefix_of(key: str) -> str | None:
    """The part that may be shown; None for what is no key of ours."""
    mark, _, rest = key.partition("_")
    prefix, _, secret = rest.partition("_")
    is_one = mark == _MARK and len(prefix) == PREFIX_LETTERS and bool(secret) and len(key) <= _LONGEST
    return prefix if is_one and key.isascii() else None


def is_of(key: str, digest: str) -> bool:
    """Is `digest` that of `key`? Takes the same time whatever they share."""
    return hmac.compare_digest(_digest(key), digest)


def _digest(key: str) -> str:
    # Not slowed down as passwords are: nobody guesses 256 random bits.
    return hashlib.sha256(key.encode()).hexdigest()
