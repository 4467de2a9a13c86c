"""What the jobs do with backups: a full one with its trial every night, the changes every few minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from openpar.base.backups import kept
from openpar.base.backups.envelope import new_key_pair
from openpar.base.backups.errors import BadBackup
from openpar.base.backups.kept import Kept, Retention
from openpar.base.backups.trial import Trial, try_restore
from openpar.base.backups.writing import write_backup


@dataclass(frozen=True)
class Tried:
    """A full backup, what its trial brought back, and which older ones went."""

    kept: Kept
    trial: Trial
    removed: int
    files_lost: tuple[str, ...]


def full_backup(
    folder: Path, *, at: datetime, recipients: Sequence[str], retention: Retention = kept.RETENTION
) -> Tried:
    """A full backup that was restored for trial before it counts, and retention.

    The server holds no key that opens backups. For the trial this one backup is also closed for a key made
    here and now, which lives in memory only and is gone when the trial ends. Raises BackupRefused or
    BadBackup; older backups are removed only after the newer one came back.
    """
    kept.remove_unfinished(folder, at=at)
    for_trial = new_key_pair()
    path = folder / kept.name_for(at, kept.FULL)
    written = write_backup(path, at=at, recipients=[*recipients, for_trial.recipient])
    trial = try_restore(path, [for_trial.identity], expected_sha256=written.sha256, folder=None)
    if trial.data_sha256 != written.manifest.data_sha256 or trial.log_sha256 != written.manifest.log.sha256:
        raise BadBackup.because(path.name, _("khôi phục thử ra dữ liệu khác"), code="trial-differs")
    noted = kept.note(written, kept.FULL)
    old = kept.to_remove(kept.kept_in(folder), at=at, retention=retention)
    for one in old:
        kept.remove(one)
    return Tried(noted, trial, len(old), written.manifest.files_lost)


def changes_backup(folder: Path, *, at: datetime, recipients: Sequence[str]) -> Kept | None:
    """All rows, and the evidence that came after the last full backup; None when nothing changed.

    Without a full backup to build on it holds all evidence.
    """
    there = kept.kept_in(folder)
    path = folder / kept.name_for(at, kept.CHANGES)
    written = write_backup(path, at=at, recipients=recipients, contained=kept.base_among(there))
    if there and there[-1].data_sha256 == written.manifest.data_sha256:
        path.unlink()
        return None
    return kept.note(written, kept.CHANGES)


def damaged(folder: Path) -> list[Kept]:
    """The kept backups whose bytes are no longer those that were written; needs no key."""
    return [one for one in kept.kept_in(folder) if not one.is_whole()]
