"""A restore for trial: into a scratch SQLite database in a process of its own, thrown away afterwards.

Run as a module (`python -m openpar.base.backups.trial FILE`) it is that process: it takes the secret key on
its standard input and answers with one line of JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from openpar.base.backups.errors import BadBackup


@dataclass(frozen=True)
class Trial:
    """What came back from the backup; counted from the scratch database, not from what the backup says."""

    data_sha256: str
    rows: int
    files: int
    log_entries: int
    log_sha256: str
    # Rows that do not agree with the seals; the first hundred at most.
    log_wrong_rows: int


def try_restore(
    path: Path, identities: Sequence[str], *, expected_sha256: str = "", folder: Path | None = None
) -> Trial:
    """Restores `path` into a scratch folder (inside `folder`, which needs room for everything in it).

    The secret keys reach the child through a pipe and are nowhere on disk. Raises BadBackup with what the
    child said when anything differs.
    """
    with tempfile.TemporaryDirectory(prefix="openpar-trial-", dir=folder) as scratch:
        environment = {
            **os.environ,
            "DATABASE_URL": f"sqlite:///{scratch}/trial.sqlite3",
            "OPENPAR_VAR_DIR": scratch,
            "OPENPAR_FILES_DIR": f"{scratch}/files",
        }
        done = subprocess.run(  # noqa: S603  # our own module, with our own arguments
            [sys.executable, "-m", "openpar.base.backups.trial", str(path.resolve()), expected_sha256],
            input="\n".join(identities),
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
    if done.returncode != 0:
        raise BadBackup.because(
            path.name, _("không khôi phục thử được: %s") % done.stderr.strip()[-2000:], code="trial-failed"
        )
    return Trial(**json.loads(done.stdout.splitlines()[-1]))


def main() -> int:
    import django

    django.setup()
    from openpar.base.audit.checking import wrong_rows
    from openpar.base.backups.actions import restore_backup
    from openpar.common.errors import Refused

    identities = sys.stdin.read().split()
    try:
        restored = restore_backup(path=Path(sys.argv[1]), identities=identities, expected_sha256=sys.argv[2])
    except Refused as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    log = restored.manifest.log
    told = Trial(
        data_sha256=restored.data_sha256,
        rows=restored.rows,
        files=restored.files,
        log_entries=log.entries,
        log_sha256=log.sha256,
        log_wrong_rows=len(wrong_rows()),
    )
    sys.stdout.write(json.dumps(asdict(told)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
