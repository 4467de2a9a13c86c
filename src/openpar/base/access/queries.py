"""What ways in a person has, which sessions are open, which systems are connected, which brakes are on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet

from openpar.base.access.api_keys import is_of, prefix_of
from openpar.base.access.models import ApiKey, Brake, BrowserSession, Passkey, RecoveryCode, Totp
from openpar.base.access.rules import ROLES_THAT_CONNECT
from openpar.base.accounts.models import User
from openpar.base.accounts.queries import actor_of
from openpar.base.organisations.roles import Actor


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


@dataclass(frozen=True)
class Connected:
    """A connected system: the account it acts as, with the roles held now, and what its key is called."""

    actor: Actor
    key_id: int
    name: str
    used_on: date | None


def account_of_key(key: str, *, at: datetime) -> Connected | None:
    """Whom a key lets in; None for a key that is none, that was ended, or whose account was stopped."""
    prefix = prefix_of(key)
    found = ApiKey.objects.filter(prefix=prefix, ended_at=None).first() if prefix else None
    if found is None or not is_of(key, found.digest):
        return None
    try:
        return Connected(actor_of(found.user_id, at=at), found.pk, found.name, found.used_on)
    except User.DoesNotExist:
        return None


def api_keys_of(user_id: int) -> QuerySet[ApiKey]:
    """The keys of an account: those in use first, the latest first."""
    rows = ApiKey.objects.filter(user_id=user_id).select_related("made_by")
    return rows.order_by(F("ended_at").desc(nulls_first=True), "-made_at", "-id")


def api_keys_made_by(user_id: int) -> QuerySet[ApiKey]:
    """The keys that a person made, for whichever account, in the order they were made."""
    return ApiKey.objects.filter(made_by_id=user_id).order_by("made_at", "id")


def may_be_connected(user_id: int, *, at: datetime) -> bool:
    """May a key be made for the account: is it in use, with a role that brings dossiers in?"""
    try:
        who = actor_of(user_id, at=at)
    except User.DoesNotExist:
        return False
    return any(who.has(role) for role in ROLES_THAT_CONNECT)


def brakes_to_show(at: datetime) -> QuerySet[Brake]:
    """Pauses that last, and those of the last day, the latest first."""
    recent = Q(blocked_until__gt=at - timedelta(days=1))
    return Brake.objects.filter(recent).select_related("user").order_by("-blocked_until", "-id")
