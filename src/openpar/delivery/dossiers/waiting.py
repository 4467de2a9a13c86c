"""Lists that were uploaded and wait: for their columns to be understood, for the job that takes them in.

They lie on disk beside the store, a day at most, in no backup: they name people. What became of one is kept
beside it until then, so that whoever left the page finds it again.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings

from openpar.common.errors import Gap
from openpar.delivery.dossiers.mappings import ColumnMapping, from_mapping, to_mapping
from openpar.delivery.dossiers.stages import ImportStage

_KEPT = timedelta(days=1)
_TOKEN_BYTES = 18


class WaitingState(StrEnum):
    """Where a list stands."""

    MAPPING = "mapping"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True)
class WaitingList:
    """One list with everything that is needed to take it in, and what became of it."""

    token: str
    user_id: int
    name: str
    source: str
    as_of: datetime
    size: int
    kept_at: datetime
    state: WaitingState = WaitingState.MAPPING
    mapping: ColumnMapping | None = None
    changed_at: datetime | None = None
    # How far it is while it runs: the stage, and how many rows were read of how many.
    stage: ImportStage | None = None
    read: int = 0
    rows: int = 0
    batch_id: int | None = None
    is_new: bool = True
    gaps: tuple[Gap, ...] = ()

    @property
    def content(self) -> bytes:
        """The file as it came. Raises FileNotFoundError once it is gone."""
        return _path(self.token, "list").read_bytes()

    @property
    def sha256(self) -> str:
        """The digest of the file, by which its batch is known."""
        return hashlib.sha256(self.content).hexdigest()


def keep_list(
    *, user_id: int, name: str, source: str, as_of: datetime, content: bytes, at: datetime
) -> WaitingList:
    """Puts a file down; those older than a day go."""
    forget_old_lists(at=at)
    found = WaitingList(
        secrets.token_urlsafe(_TOKEN_BYTES), user_id, name, source, as_of, len(content), kept_at=at
    )
    _folder().mkdir(parents=True, exist_ok=True)
    _path(found.token, "list").write_bytes(content)
    write_state(found)
    return found


def waiting_list(token: str) -> WaitingList | None:
    """The list of a token; None when there is none any more."""
    if not token.replace("-", "").replace("_", "").isalnum():
        return None
    try:
        said = json.loads(_path(token, "json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return _from(said)


def waiting_lists(*, user_id: int | None = None, state: WaitingState | None = None) -> list[WaitingList]:
    """All of them, the oldest first."""
    found = [one for one in _all() if user_id in (None, one.user_id) and state in (None, one.state)]
    return sorted(found, key=lambda one: one.kept_at)


def write_state(waiting: WaitingList) -> None:
    """Keeps what is known of a list, whole or not at all; a list that has ended needs its file no more."""
    said = asdict(replace(waiting, mapping=None))
    said["mapping"] = to_mapping(waiting.mapping) if waiting.mapping else None
    for name in ("as_of", "kept_at", "changed_at"):
        said[name] = said[name].isoformat() if said[name] else None
    path = _path(waiting.token, "json")
    made = path.with_suffix(".new")
    made.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    os.replace(made, path)
    if waiting.state in (WaitingState.DONE, WaitingState.REFUSED):
        _path(waiting.token, "list").unlink(missing_ok=True)


def forget_old_lists(*, at: datetime) -> int:
    """Removes what was kept longer than a day; how many they were."""
    old = [one for one in _all() if one.kept_at < at - _KEPT and one.state is not WaitingState.RUNNING]
    for one in old:
        for kind in ("list", "json"):
            _path(one.token, kind).unlink(missing_ok=True)
    return len(old)


def _all() -> Iterator[WaitingList]:
    for path in sorted(_folder().glob("*.json")):
        found = waiting_list(path.stem)
        if found is not None:
            yield found


def _from(said: dict[str, Any]) -> WaitingList:
    moments = {
        name: datetime.fromisoformat(said[name]) if said[name] else None
        for name in ("as_of", "kept_at", "changed_at")
    }
    return WaitingList(
        **{
            **said,
            **moments,
            "state": WaitingState(said["state"]),
            "stage": ImportStage(said["stage"]) if said.get("stage") else None,
            "mapping": from_mapping(said["mapping"]) if said["mapping"] else None,
            "gaps": tuple(Gap(**gap) for gap in said["gaps"]),
        }
    )


def _folder() -> Path:
    return Path(settings.OPENPAR_FILES_DIR) / "incoming" / "dossier-lists"


def _path(token: str, kind: str) -> Path:
    return _folder() / f"{token}.{kind}"
