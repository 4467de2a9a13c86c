"""What happened to a person's account, in the story of the person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from openpar.base.accounts.models import User
from openpar.base.audit.actions import record
from openpar.base.organisations.roles import Actor


def record_about(
    user: User,
    verb: str,
    *,
    by: Actor,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """Part of an action, in its transaction; no secret is in it."""
    name = f"user:{user.pk}"
    record(
        by=by,
        at=at,
        verb=verb,
        object=name,
        about=name,
        label=user.full_name,
        before=before,
        after=after,
        reason=reason,
    )
