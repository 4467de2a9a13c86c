"""Recovery codes: ten on paper, each good once, 54 random bits each."""

from __future__ import annotations

import secrets

from openpar.common.sealing import keyed_digest

# No i, l, o, 0, 1: people type these codes from paper.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_LENGTH = 11


def new_codes(count: int) -> tuple[str, ...]:
    """Codes as they are shown: “abcd2-fghjkm”."""
    return tuple(_shown("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))) for _ in range(count))


def digest_of_code(user_id: int, code: str) -> str:
    """What is stored; capitals, blanks and hyphens do not matter when it is typed."""
    typed = "".join(letter for letter in code.lower() if letter.isalnum())
    return keyed_digest(typed, purpose=f"recovery:{user_id}")


def _shown(code: str) -> str:
    return f"{code[:5]}-{code[5:]}"
