"""Leaving a trace, in the transaction of the change itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from django.db import connection

from openpar.base.audit.canonical import canonical
from openpar.base.audit.models import Entry


class Acting(Protocol):
    """Somebody who acts: a person of `accounts`, or a job of the system with id None."""

    @property
    def id(self) -> int | None: ...
    @property
    def full_name(self) -> str: ...


class NotInTransaction(Exception):
    """A trace outside the transaction of its change could be lost while the change stays."""


_COLUMNS = (
    *("at", "actor_id", "actor_name", "verb", "object", "about", "label"),
    *("before", "after", "reason", "salt", "digest"),
)
# Written out: every save leaves a trace with the writer's turn in hand, and composing the statement cost more
# than running it.
_NAMES = ", ".join(f'"{name}"' for name in _COLUMNS)
_PLACES = ", ".join(["%s"] * len(_COLUMNS))
_INSERT = f"INSERT INTO audit_entry ({_NAMES}) VALUES ({_PLACES})"  # noqa: S608  # the names above; values are parameters


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
) -> None:
    """Writes one entry with the digest of what it says.

    Raises NotInTransaction when no transaction is open, and NotCanonical when `before` or `after` hold
    anything but texts, whole numbers, truth values and lists and tables of them.
    """
    if not connection.in_atomic_block:
        raise NotInTransaction(verb)
    entry = Entry(
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
        salt=os.urandom(16).hex(),
    )
    entry.digest = entry.computed_digest()
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            [
                connection.ops.adapt_datetimefield_value(at),
                *(entry.actor_id, entry.actor_name, verb, object, about, entry.label),
                None if entry.before is None else canonical(entry.before),
                None if entry.after is None else canonical(entry.after),
                *(reason, entry.salt, entry.digest),
            ],
        )
