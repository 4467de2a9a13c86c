"""Where sessions are kept: Django's store, with whose they are, from which device, and when they end."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from openpar.base.access.models import BrowserSession
from openpar.base.access.rules import session_ends_at
from openpar.web.http import now

if TYPE_CHECKING:
    _Store = DatabaseStore[BrowserSession]
else:
    _Store = DatabaseStore

# What the log-in page writes into a session.
OPENED_AT, DEVICE, ADDRESS = "opened_at", "device", "address"


class SessionStore(_Store):
    """Django's way of adding columns; the end is a column, so that an ended session is not even found."""

    # The row as it was read; its `seen_at` tells when it was last touched.
    row: BrowserSession | None = None

    @classmethod
    def get_model_class(cls) -> type[BrowserSession]:
        return BrowserSession

    def _get_session_from_db(self) -> BrowserSession | None:
        self.row = super()._get_session_from_db()  # type: ignore[misc]  # Django's own hook, not in its stubs
        return self.row

    def create_model_instance(self, data: dict[str, Any]) -> BrowserSession:
        at = now()
        data.setdefault(OPENED_AT, at.isoformat())
        session = super().create_model_instance(data)
        user_id = data.get("_auth_user_id")
        session.user_id = int(user_id) if user_id else None
        session.device, session.address = data.get(DEVICE, ""), data.get(ADDRESS, "")
        session.opened_at, session.seen_at = datetime.fromisoformat(data[OPENED_AT]), at
        session.expire_date = session_ends_at(opened_at=session.opened_at, seen_at=at)
        return session
