"""What our engines add to Django's: a connection that could lose what was acknowledged is refused."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from openpar.common.durability import UnsoundDatabase, refuse_unless_sound


class SoundConnection(BaseDatabaseWrapper):
    """Stands before an engine of Django; UnsoundDatabase instead of connecting when a setting is wrong."""

    def init_connection_state(self) -> None:
        super().init_connection_state()
        try:
            refuse_unless_sound(self)
        except UnsoundDatabase:
            # Django keeps the connection it has just made; the next question must not find it open.
            self.close()
            raise
