"""Writing of this package. What every other package needs is named here."""

from __future__ import annotations

from openpar.base.notifications.actions.telling import mark_all_read as mark_all_read
from openpar.base.notifications.actions.telling import mark_read as mark_read
from openpar.base.notifications.actions.telling import mark_read_below as mark_read_below
from openpar.base.notifications.actions.telling import tell as tell
