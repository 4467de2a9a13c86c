"""Calling a function in a child process that may use only so much memory and time.

The checks before parsing refuse every hostile file we know of; this is the wall behind them for the one
we do not know. Arguments and results cross as plain data (`openpar.common.plain`), never as pickles.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from openpar.common import plain
from openpar.common.errors import FileRefused, Gap, Refused
from openpar.common.limited_server import OUT_OF_MEMORY
from openpar.common.wording import gettext as _

P = ParamSpec("P")
Result = TypeVar("Result")

_MEBIBYTE = 1024 * 1024
_CHUNK = 256 * 1024
_AT_ONCE = 4
_CLOCK_FOR_CPU = 5  # a busy machine may take this many times as long as the processor alone would
_COMMAND = "import sys; from openpar.common.limited_server import serve; serve(int(sys.argv[1]))"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """How much a child may use: seconds of processor time (five times as many on the clock), MiB of address
    space beyond what an idle child has. `called` is the file as its person knows it, for the refusal; `loads`
    a module that the function needs and that is to be loaded once for all children.
    """

    seconds: int = 2
    mebibytes: int = 256
    network: bool = False
    called: str = ""
    loads: str = ""


@dataclass(frozen=True)
class Spent:
    """What a child used: milliseconds on the clock and of the processor, and its largest memory in KiB,
    of which an idle child has some 40,000 already.
    """

    milliseconds: int
    cpu_milliseconds: int
    peak_kibibytes: int


DEFAULT_LIMITS = Limits()


def run_limited(function: Callable[P, Result], *arguments: P.args, **options: P.kwargs) -> Result:
    """The result of the function, computed in a child process within 2 seconds and 256 MiB; costs some ten
    milliseconds, the first time half a second.

    The function must be importable by name; arguments and result must be plain (`plain.allow`). What it
    refuses is refused here; a child that runs out of memory or time, or dies, becomes FileRefused.
    """
    return run_within(DEFAULT_LIMITS, function, *arguments, **options)


def run_within(
    limits: Limits, function: Callable[P, Result], *arguments: P.args, **options: P.kwargs
) -> Result:
    """As `run_limited`, with limits of one's own."""
    return run_measured(limits, function, *arguments, **options)[0]


def run_measured(
    limits: Limits, function: Callable[P, Result], *arguments: P.args, **options: P.kwargs
) -> tuple[Result, Spent]:
    """As `run_within`, and what the child used."""
    answer, told = _ask(limits, f"{function.__module__}:{function.__qualname__}", (arguments, options))
    said, content = _understood(answer)
    if said == "done":
        used = [int(told.get(name, 0)) for name in ("milliseconds", "cpu_milliseconds", "peak_kibibytes")]
        return content, Spent(*used)
    if said.startswith("refused"):
        raise (FileRefused if said == "refused file" else Refused)(content)
    where = limits.called or _("Tệp")
    if told.get("is_out_of_time"):
        what = _("xử lý tệp mất hơn %(most)s giây", most=limits.seconds)
    elif told.get("code") == OUT_OF_MEMORY:
        what = _("xử lý tệp cần hơn %(most)s MB bộ nhớ", most=limits.mebibytes)
    elif said == "failed":
        # A defect of ours or of a library, met by this file: the log says which, the person what to do.
        _log.error("%s could not read a file: %s", function.__qualname__, content)
        what = _("không đọc được tệp")
    else:
        _log.error("a child died in %s: %s", function.__qualname__, told)
        what = _("không xử lý được tệp trong giới hạn bộ nhớ và thời gian")
    raise FileRefused.because(
        where, what, _("Chia nhỏ tệp hoặc lưu lại thành tệp mới."), code="file-too-costly"
    )


def _understood(answer: bytearray) -> tuple[str, Any]:
    """What the child says, distrusted: only the two forms it may have."""
    if not answer:
        return "died", None
    try:
        said, content = plain.from_bytes(answer)
    except (plain.NotPlain, TypeError, ValueError):
        return "died", None
    if said in {"refused file", "refused other"}:
        is_right = isinstance(content, tuple) and content and all(isinstance(gap, Gap) for gap in content)
        return (said, content) if is_right else ("died", None)
    return (said, content) if said in {"done", "failed"} else ("died", None)


class _Server:
    """Our end of the process that starts the children."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        paths = os.pathsep.join(path for path in sys.path if path)
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  # our own interpreter and a constant command
                [sys.executable, "-c", _COMMAND, str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                # numpy would start threads, and a process that has some must not fork.
                env={
                    "PYTHONPATH": paths,
                    "LANG": "C.UTF-8",
                    "PYTHONDONTWRITEBYTECODE": "1",
                    # Where this process has its compiled modules, if not beside their sources.
                    "PYTHONPYCACHEPREFIX": sys.pycache_prefix or "",
                    "OPENBLAS_NUM_THREADS": "1",
                },
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def is_ours(self) -> bool:
        """Alive, and started by this process rather than by one that forked us."""
        return self.owner == os.getpid() and self.process.poll() is None

    def close(self) -> None:
        self.control.close()
        if self.owner == os.getpid():
            self.process.kill()
            self.process.wait()


_guard = threading.Lock()
_places = threading.BoundedSemaphore(_AT_ONCE)
_started: list[_Server] = []


def _ask(limits: Limits, function: str, task: object) -> tuple[bytearray, dict[str, Any]]:
    """The child's answer, empty when it died, and how it ended."""
    header = {
        "function": function,
        "loads": limits.loads,
        "seconds": limits.seconds,
        "mebibytes": limits.mebibytes,
        "network": limits.network,
        "clock": limits.seconds * _CLOCK_FOR_CPU,
        "language": _language(),
    }
    sent = plain.to_bytes(task)
    ours, theirs = socket.socketpair()
    report, their_report = os.pipe()
    with _places, ours, os.fdopen(report, "rb") as ending:
        try:
            with theirs:
                _send(json.dumps(header).encode(), [theirs.fileno(), their_report])
        finally:
            os.close(their_report)
        # The server kills what is overdue; this is for a server that was killed itself.
        ours.settimeout(limits.seconds * _CLOCK_FOR_CPU + 10)
        answer = bytearray()
        with contextlib.suppress(OSError):
            ours.sendall(sent)
            ours.shutdown(socket.SHUT_WR)
            answer = _read(ours, limits.mebibytes * _MEBIBYTE)
        told = ending.read(4096)
    return answer, json.loads(told) if told else {}


def _send(header: bytes, places: list[int]) -> None:
    """One message to the server; a server that has gone is started anew, once."""
    with _guard:
        for is_last in (False, True):
            if not _started or not _started[0].is_ours:
                for old in _started:
                    old.close()
                _started[:] = [_Server()]
            try:
                socket.send_fds(_started[0].control, [header], places)
            except OSError:
                _started.pop().close()
                if is_last:
                    raise
            else:
                return


def _read(stream: socket.socket, most: int) -> bytearray:
    content = bytearray()
    while chunk := stream.recv(_CHUNK):
        content += chunk
        if len(content) > most:
            return bytearray()
    return content


def _language() -> str:
    """The language the person reads, when Django knows one: refusals are worded in the child."""
    translation = sys.modules.get("django.utils.translation")
    settings = getattr(sys.modules.get("django.conf"), "settings", None)
    if translation is None or not getattr(settings, "configured", False):
        return "vi"
    return translation.get_language() or "vi"


@atexit.register
def _stop() -> None:
    for server in _started:
        server.close()
