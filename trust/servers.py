"""A granian with workers, started, killed without warning and started again."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from trust.runner import ROOT


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def children_of(pid: int) -> list[int]:
    """The processes this one has started, and theirs."""
    with suppress(OSError):
        text = " ".join(
            path.read_text(encoding="ascii") for path in Path(f"/proc/{pid}/task").glob("*/children")
        )
        direct = [int(child) for child in text.split()]
        return [*direct, *(below for child in direct for below in children_of(child))]
    return []


def kill(pids: list[int]) -> None:
    """kill -9, all at once."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class WebServer:
    """The program behind granian on a port of this machine."""

    def __init__(self, environment: Mapping[str, str], *, workers: int = 2) -> None:
        self.port = free_port()
        self._environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", **environment}
        self._workers = workers
        self._process: subprocess.Popen[bytes] | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the server

    def start(self) -> None:
        """Starts it and waits until it answers; raises RuntimeError with its last words when it does not."""
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", str(self._workers)]
        options = ["--port", str(self.port), "--blocking-threads", "16", "--log-level", "warning"]
        options += ["--respawn-failed-workers", "--backlog", "512", "trust.served:application"]
        self._process = subprocess.Popen(
            [*command, *options], env=self._environment, cwd=ROOT, stdout=self._log, stderr=self._log
        )
        self.wait()

    def wait(self, seconds: float = 60.0) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.is_over():
                break
            with suppress(OSError, http.client.HTTPException):
                asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                asked.request("GET", "/health/live")
                # Any answer will do: a planted defect may have taken the page of the probes away.
                asked.getresponse()
                return
            time.sleep(0.02)
        raise RuntimeError(f"the server does not answer: {self.last_words()}")

    def is_over(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def last_words(self) -> str:
        self._log.seek(0)
        return self._log.read()[-2000:].decode(errors="replace")

    def workers(self) -> list[int]:
        return [] if self._process is None else children_of(self._process.pid)

    def kill_workers(self) -> None:
        """Every worker at once; granian starts others, or ends when it was killed twice in a row."""
        kill(self.workers())

    def kill_one_worker(self, number: int) -> None:
        found = self.workers()
        kill(found[number % len(found) :][:1] if found else [])

    def kill_all(self) -> None:
        if self._process is None:
            return
        kill([self._process.pid, *self.workers()])
        self._process.wait()
        self._process = None

    def restart_if_over(self) -> None:
        if self.is_over():
            self.kill_all()
            self.start()
