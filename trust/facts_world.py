"""What the proof of the facts store needs: processes that die at a chosen point, and the store's state.

Everything that touches the store runs in a child made by fork: one that is killed leaves nothing behind, and
the engine's threads never cross a fork.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DEAD = "killed"


def in_child(do: Callable[[], Any]) -> Any:
    """What `do` returned in a process of its own, as JSON has it; DEAD when it was killed.

    Raises RuntimeError with its traceback when it broke.
    """
    from django.db import connections

    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            told = {"returned": do()}
        except BaseException:
            told = {"broke": traceback.format_exc()}
        with os.fdopen(writing, "w") as pipe:
            json.dump(told, pipe)
        # No clean-up of what belongs to the parent.
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return DEAD
    said = json.loads(text)
    if "broke" in said:
        raise RuntimeError(said["broke"])
    return said["returned"]


@contextmanager
def dying(at: int) -> Iterator[list[str]]:
    """Kills this process (-9) at the `at`-th point on its way: before and after every statement,
    every fsync, every rename. 0: never; the list holds the names of the points that were passed.
    """
    from django.db import connection

    passed: list[str] = []

    def point(name: str) -> None:
        passed.append(name)
        if len(passed) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        point(f"before {sql[:40]}")
        answer = execute(sql, params, many, context)
        point(f"after {sql[:40]}")
        return answer

    fsync, rename = os.fsync, Path.rename

    def synced(descriptor: Any) -> None:
        point("before fsync")
        fsync(descriptor)

    def renamed(path: Path, target: Any) -> Path:
        point("before rename")
        moved = rename(path, target)
        point("after rename")
        return moved

    # The two are put back below; the process is thrown away in any case.
    for owner, name, instead in ((os, "fsync", synced), (Path, "rename", renamed)):
        setattr(owner, name, instead)
    try:
        with connection.execute_wrapper(around):
            yield passed
    finally:
        for owner, name, original in ((os, "fsync", fsync), (Path, "rename", rename)):
            setattr(owner, name, original)


def state(dataset: str) -> str:
    """A digest of everything the store says of a dataset: manifests and the view, whatever files hold it."""
    from openpar.base.facts.current import current
    from openpar.base.facts.queries import batches

    manifests = [
        [batch.code, batch.rows, batch.content_sha256] for batch in batches(dataset).order_by("code")
    ]
    return digest([manifests, view(dataset, current)])


def view(dataset: str, read: Callable[[str], Any]) -> list[str]:
    return [repr(sorted(row.items(), key=lambda item: item[0])) for row in read(dataset).plain()]


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()
