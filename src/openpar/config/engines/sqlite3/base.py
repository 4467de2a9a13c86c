"""Django's engine for SQLite, which refuses a connection that could lose what was acknowledged."""

from __future__ import annotations

from django.db.backends.sqlite3 import base

from openpar.config.engines.sound import SoundConnection


class DatabaseWrapper(SoundConnection, base.DatabaseWrapper):
    """Django looks for this name."""
