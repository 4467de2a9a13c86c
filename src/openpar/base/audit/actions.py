"""Leaving a trace, in the transaction of the change itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from django.db import connection

from openpar.base.audit.models import Entry


class Acting(Protocol):
    """Somebody who acts: a person of `accounts`, or a job of the system with id None."""

    @property
    def id(self) -> int | None: ...
    @property
    def full_name(self) -> str: ...


class NotInTransaction(Exception):
    """A trace outside the transaction of its change could be lost while the change stays."""


def record(
    *,
    by: Acting,
    at: datetime,
    verb: str,
    object: str,
    label: str,
    about: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> Entry:
    """Writes one entry; raises NotInTransaction when no transaction is open."""
    if not connection.in_atomic_block:
        raise NotInTransaction(verb)
    return Entry.objects.create(
        at=at,
        actor_id=by.id,
        actor_name=by.full_name,
        verb=verb,
        object=object,
        about=about,
        label=label[:300],
        before=None if before is None else dict(before),
        after=None if after is None else dict(after),
        reason=reason,
    )
