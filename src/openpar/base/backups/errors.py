"""What a backup or a restore refuses; each says what, where, and what would be right."""

from __future__ import annotations

from openpar.common.errors import FileRefused, Refused


class BackupRefused(Refused):
    """No backup was made; nothing was left behind."""


class BadBackup(FileRefused):
    """The file is no backup, is damaged, or does not say the truth about itself."""


class RestoreRefused(Refused):
    """Nothing was restored; database and folder are as they were."""
