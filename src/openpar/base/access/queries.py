"""What ways in a person has, which sessions are open, which brakes are on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from openpar.base.access.models import Brake, BrowserSession, Passkey, RecoveryCode, Totp


@dataclass(frozen=True)
class KnownKey:
    """A passkey as its owner sees it."""

    id: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Factors:
    """The second factors of one person; recovery codes alone are none."""

    app_added_at: datetime | None
    passkeys: tuple[KnownKey, ...]
    codes_left: int

    @property
    def are_there(self) -> bool:
        return self.app_added_at is not None or bool(self.passkeys)

    @property
    def is_single(self) -> bool:
        """Is only one left?"""
        return len(self.passkeys) + (self.app_added_at is not None) == 1


def factors_of(user_id: int) -> Factors:
    """Three queries."""
    app = Totp.objects.filter(user_id=user_id).values_list("added_at", flat=True).first()
    keys = Passkey.objects.filter(user_id=user_id)
    return Factors(
        app_added_at=app,
        passkeys=tuple(KnownKey(key.pk, key.name, key.added_at, key.used_at) for key in keys),
        codes_left=RecoveryCode.objects.filter(user_id=user_id, used_at__isnull=True).count(),
    )


def has_second_factor(user_id: int) -> bool:
    return Totp.objects.filter(user_id=user_id).exists() or Passkey.objects.filter(user_id=user_id).exists()


def credentials_of(user_id: int) -> tuple[bytes, ...]:
    """The public halves of the person's passkeys."""
    return tuple(
        bytes(one) for one in Passkey.objects.filter(user_id=user_id).values_list("credential", flat=True)
    )


@dataclass(frozen=True)
class OpenSession:
    """One browser in which a person is logged in; `id` may be shown, it opens nothing."""

    id: str
    device: str
    address: str
    opened_at: datetime
    seen_at: datetime
    is_this: bool


def open_sessions(user_id: int, *, at: datetime, session_key: str | None) -> tuple[OpenSession, ...]:
    """A person's sessions, this one first, then the last used; `session_key` is that of this one."""
    rows = BrowserSession.objects.filter(user_id=user_id, expire_date__gt=at).order_by("-seen_at")
    found = [
        OpenSession(
            public_id(row.session_key),
            row.device,
            row.address,
            row.opened_at,
            row.seen_at,
            row.session_key == session_key,
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda session: not session.is_this))


def public_id(session_key: str) -> str:
    """Names a session on a page without telling its key."""
    return hashlib.sha256(f"openpar.session:{session_key}".encode()).hexdigest()[:20]


def brakes_to_show(at: datetime) -> QuerySet[Brake]:
    """Pauses that last, and those of the last day, the latest first."""
    recent = Q(blocked_until__gt=at - timedelta(days=1))
    return Brake.objects.filter(recent).select_related("user").order_by("-blocked_until", "-id")
