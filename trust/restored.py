"""A restore in a process and a database of its own, telling what is there afterwards.

Its own question to the tables, not the counting of the code under test: which documents, which traces.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Back:
    """What came back."""

    data_sha256: str
    titles: list[str]
    traced: list[str]
    wrong_rows: int
    seconds: float


def restored(path: Path, identity: str, *, database: str, folder: Path) -> Back | str:
    """Restores into the empty `database`; a text is why it was refused."""
    environment = {
        **os.environ,
        "DATABASE_URL": database,
        "OPENPAR_VAR_DIR": str(folder),
        "OPENPAR_FILES_DIR": str(folder / "files"),
    }
    command = [sys.executable, "-m", "trust.restored", str(path)]
    done = subprocess.run(
        command, input=identity, capture_output=True, text=True, env=environment, check=False
    )
    if done.returncode:
        return done.stderr[-2000:]
    return Back(**json.loads(done.stdout.splitlines()[-1]))


def main(arguments: Sequence[str]) -> int:
    import django

    started = time.monotonic()
    django.setup()
    from openpar.base.audit.checking import wrong_rows
    from openpar.base.audit.models import Entry
    from openpar.base.backups.actions import restore_backup
    from openpar.base.documents.models import Document
    from openpar.common.errors import Refused

    try:
        told = restore_backup(path=Path(arguments[0]), identities=sys.stdin.read().split())
    except Refused as refused:
        sys.stderr.write(str(refused))
        return 1
    back = Back(
        data_sha256=told.data_sha256,
        titles=sorted(Document.objects.values_list("title", flat=True)),
        traced=sorted(Entry.objects.filter(verb="add_document").values_list("label", flat=True)),
        wrong_rows=len(wrong_rows()),
        seconds=round(time.monotonic() - started, 2),
    )
    sys.stdout.write(json.dumps(asdict(back)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
