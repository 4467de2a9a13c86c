"""Open sessions: that they were used, and their end."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from openpar.base.access.actions.brakes import not_allowed, reason_missing
from openpar.base.access.errors import AccessRefused
from openpar.base.access.models import BrowserSession
from openpar.base.access.permissions import may_end_sessions
from openpar.base.access.queries import public_id
from openpar.base.access.rules import session_ends_at
from openpar.base.accounts.actions import end_sessions_of
from openpar.base.accounts.models import User
from openpar.base.accounts.traces import record_about
from openpar.base.audit.actions import record
from openpar.base.notifications.actions import tell
from openpar.base.organisations.roles import Actor
from openpar.common.db import write_transaction


def touch_session(*, by: Actor, at: datetime, session_key: str) -> None:
    """The session was used: it lasts on, up to its greatest age. One that has ended meanwhile stays ended."""
    with write_transaction():
        session = BrowserSession.objects.select_for_update().filter(session_key=session_key).first()
        if session is None:
            return
        session.seen_at = at
        session.expire_date = session_ends_at(opened_at=session.opened_at, seen_at=at)
        session.save(update_fields=["seen_at", "expire_date"])


def end_session(*, by: Actor, at: datetime, session: str) -> bool:
    """Ends one of one's own sessions, named by its public id; False when it has ended already."""
    with write_transaction():
        mine = BrowserSession.objects.select_for_update().filter(user_id=by.person_id)
        found = next((one for one in mine if public_id(one.session_key) == session), None)
        if found is None:
            return False
        _trace(1, by=by, at=at, device=found.device)
        found.delete()
        return True


def end_other_sessions(*, by: Actor, at: datetime, session_key: str) -> int:
    """Ends all of one's own sessions but `session_key`; returns how many."""
    with write_transaction():
        others = BrowserSession.objects.filter(user_id=by.person_id, expire_date__gt=at)
        ended, _by_model = others.exclude(session_key=session_key).delete()
        if ended:
            _trace(ended, by=by, at=at)
        return ended


def end_sessions_of_person(*, by: Actor, at: datetime, user_id: int, reason: str) -> int:
    """An administrator ends every session of a person, with a reason; the person is told. Returns how many.

    Raises AccessRefused, User.DoesNotExist.
    """
    with write_transaction():
        user = User.objects.select_for_update().get(pk=user_id)
        if not may_end_sessions(by):
            raise AccessRefused(not_allowed(by))
        if not reason.strip():
            raise AccessRefused(reason_missing())
        # The epoch also ends what is being opened at this moment.
        end_sessions_of(user_id)
        open_ones = BrowserSession.objects.filter(user_id=user_id, expire_date__gt=at)
        ended, _by_model = open_ones.delete()
        told = {"sessions_ended": ended}
        record_about(user, "end_sessions_of_person", by=by, at=at, after=told, reason=reason.strip())
        tell(
            recipients=[user_id],
            text=_("%(who)s đã đóng mọi phiên đăng nhập của bạn. Lý do: %(reason)s")
            % {"who": by.full_name, "reason": reason.strip()},
            link="/account/sessions/",
            at=at,
            by_mail=True,
        )
        return ended


def _trace(ended: int, *, by: Actor, at: datetime, device: str = "") -> None:
    record(
        by=by,
        at=at,
        verb="end_sessions",
        object=f"user:{by.person_id}",
        about=f"user:{by.person_id}",
        label=by.full_name,
        after={"sessions_ended": ended, "device": device},
    )
