"""The process that starts the limited children: one for each worker of ours, with a single thread.

A process with threads must not fork, and a fresh interpreter takes half a second to load the parsers. So one
quiet process loads them once and forks a child for every file, which costs some milliseconds. It knows
neither the database nor the keys of the installation: its environment is empty, so the children have
nothing to tell.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from openpar.common import plain
from openpar.common.confinement import confine, die_with_parent
from openpar.common.errors import FileRefused, Gap, Refused

OUT_OF_MEMORY = 3
_HEADER = 64 * 1024
_CHUNK = 256 * 1024
_DATA_PLACE = 3
plain.allow(Gap)


@dataclass
class _Child:
    pid: int
    report: int
    started: float
    deadline: float
    is_overdue: bool = False


def serve(control_place: int) -> None:
    """Starts children as they are asked for, until whoever asks is gone."""
    _prepare_texts()
    control = socket.socket(fileno=control_place)
    control.setblocking(True)
    children: dict[int, _Child] = {}
    with selectors.DefaultSelector() as waiting:
        waiting.register(control, selectors.EVENT_READ)
        while True:
            for key, _events in waiting.select(_next_deadline(children)):
                if key.fileobj is control:
                    if not _accept(control, children, waiting):
                        return
                else:
                    _bury(key.fd, children, waiting)
            _kill_overdue(children)


def _prepare_texts() -> None:
    """Django's texts without the settings of the installation, which hold its secrets."""
    import django
    from django.conf import settings

    locale = Path(__file__).resolve().parents[1] / "locale"
    settings.configure(USE_I18N=True, LANGUAGE_CODE="vi", LOCALE_PATHS=[locale], INSTALLED_APPS=[])
    django.setup()


def _accept(control: socket.socket, children: dict[int, _Child], waiting: selectors.BaseSelector) -> bool:
    """One task: two file descriptors (its data, its report) and a header; False when there are no more."""
    header, places, _flags, _address = socket.recv_fds(control, _HEADER, 2)
    if not header:
        for child in children.values():
            os.kill(child.pid, signal.SIGKILL)
        return False
    task: dict[str, Any] = json.loads(header)
    data, report = places
    # Loaded here, once, and not in every child; a fault shows in the child, which tries again.
    for module in (task["function"].partition(":")[0], task["loads"]):
        with contextlib.suppress(Exception):
            importlib.import_module(module)
    gc.freeze()
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _be_child(data, task)
    os.close(data)
    watched = os.pidfd_open(pid)
    children[watched] = _Child(pid, report, started, started + task["clock"])
    waiting.register(watched, selectors.EVENT_READ)
    return True


def _next_deadline(children: dict[int, _Child]) -> float | None:
    deadlines = [child.deadline for child in children.values() if not child.is_overdue]
    return max(0.0, min(deadlines) - time.monotonic()) if deadlines else None


def _kill_overdue(children: dict[int, _Child]) -> None:
    for child in children.values():
        if not child.is_overdue and child.deadline <= time.monotonic():
            os.kill(child.pid, signal.SIGKILL)
            child.is_overdue = True


def _bury(watched: int, children: dict[int, _Child], waiting: selectors.BaseSelector) -> None:
    """The child has ended: what it used and how it ended is written into its report."""
    waiting.unregister(watched)
    os.close(watched)
    child = children.pop(watched)
    _pid, status, used = os.wait4(child.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    told = {
        "code": code,
        "is_out_of_time": child.is_overdue or code == -signal.SIGXCPU,
        "milliseconds": round((time.monotonic() - child.started) * 1000),
        "cpu_milliseconds": round((used.ru_utime + used.ru_stime) * 1000),
        "peak_kibibytes": used.ru_maxrss,
    }
    # Whoever asked may have given up.
    with contextlib.suppress(BrokenPipeError):
        os.write(child.report, json.dumps(told).encode())
    os.close(child.report)


def _be_child(data: int, task: dict[str, Any]) -> NoReturn:
    """The child: nothing of the server stays open, limits before the first byte of the file, one answer."""
    code = 1
    try:
        die_with_parent()
        os.dup2(data, _DATA_PLACE)
        os.closerange(_DATA_PLACE + 1, os.sysconf("SC_OPEN_MAX"))
        with socket.socket(fileno=_DATA_PLACE) as stream:
            arguments, options = plain.from_bytes(_read_all(stream))
            _in_language(task["language"])
            function = _function(task["function"])
            confine(seconds=task["seconds"], mebibytes=task["mebibytes"], network=task["network"])
            answer = plain.to_bytes(_answer(function, arguments, options))
            stream.sendall(answer)
            code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    finally:
        os._exit(code)


def _answer(function: Callable[..., Any], arguments: Any, options: Any) -> tuple[str, object]:
    """What became of the task: done, refused (by a reason) or failed (by a defect, told to the log)."""
    try:
        return "done", function(*arguments, **options)
    except Refused as refused:
        kind = "file" if isinstance(refused, FileRefused) else "other"
        texts = (
            Gap(str(gap.where), str(gap.what), str(gap.remedy), gap.code, gap.link) for gap in refused.gaps
        )
        return f"refused {kind}", tuple(texts)
    except MemoryError:
        raise
    except RecursionError:
        return "failed", "RecursionError"
    except Exception as error:  # whatever a parser does wrong, the file is refused
        return "failed", f"{type(error).__name__}: {error}"[:500]


def _read_all(stream: socket.socket) -> bytearray:
    content = bytearray()
    while chunk := stream.recv(_CHUNK):
        content += chunk
    return content


def _in_language(language: str) -> None:
    from django.utils import translation

    translation.activate(language)


def _function(named: str) -> Callable[..., Any]:
    module, _, name = named.partition(":")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]  # named by our own parent, which has checked that it can be called


if __name__ == "__main__":
    serve(int(sys.argv[1]))
