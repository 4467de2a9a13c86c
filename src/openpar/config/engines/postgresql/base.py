"""Django's engine for PostgreSQL, which refuses a connection that could lose what was acknowledged."""

from __future__ import annotations

from django.db.backends.postgresql import base

from openpar.common.durability import UnsoundDatabase, refuse_unless_sound


class DatabaseWrapper(base.DatabaseWrapper):
    """Raises UnsoundDatabase instead of connecting when a setting is wrong; Django looks for this name."""

    def init_connection_state(self) -> None:
        super().init_connection_state()
        try:
            refuse_unless_sound(self)
        except UnsoundDatabase:
            # Django keeps the connection it has just made; the next question must not find it open.
            self.close()
            raise
