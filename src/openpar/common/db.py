"""The one way to write: `write_transaction`; and the guard that keeps reading pages from writing.

SQLite has one writer. Without a queue of our own, sixty-four people saving at once meet "database is
locked" or wait a second and more; with a thread lock inside the process and an flock between processes,
writers pass one by one and nobody is refused (docs/decisions/0005).
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


class _Queue:
    """A lock that serves in the order of arrival.

    Python's own lock lets whoever wakes first go first: of sixty-four people saving at once, somebody waits
    seconds. Here everybody waits about as long as the queue is.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._is_taken = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        # Released by whoever leaves before; the place is handed over, never free in between.
        mine.acquire()

    def __exit__(self, *_error: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False


_turn = _Queue()
# Told how many seconds each write waited for its turn (SQLite); the figures of `/metrics` listen here.
wait_observers: list[Callable[[float], None]] = []
_WRITING_WORDS = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "ALTER", "DROP", "TRUNCATE")


class WritingForbidden(Exception):
    """A page that only reads tried to write: a defect of the page, never of its reader."""


@contextmanager
def _one_writer_between_processes(lock_path: str) -> Iterator[None]:
    descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def write_transaction() -> Iterator[None]:
    """One transaction for one intention; joins the surrounding one when there is one.

    On SQLite it waits for its turn before `BEGIN IMMEDIATE`; on PostgreSQL rows are locked one by one by
    the action itself (`select_for_update`).
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    name = str(connection.settings_dict["NAME"])
    asked_at = time.perf_counter()
    with _turn:
        if "memory" in name:
            with transaction.atomic():
                yield
            return
        with _one_writer_between_processes(name + ".writer"):
            for observe in wait_observers:
                observe(time.perf_counter() - asked_at)
            with transaction.atomic():
                yield


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done inside leaves no trace: for a preview that asks the very rules of the action."""
    with write_transaction():
        yield
        transaction.set_rollback(True)


def _refuse_writes(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    if sql.lstrip().upper().startswith(_WRITING_WORDS):
        raise WritingForbidden(sql[:80])
    return execute(sql, params, many, context)


@contextmanager
def reading_only() -> Iterator[None]:
    """Refuses every writing statement on this connection while it lasts."""
    with connection.execute_wrapper(_refuse_writes):
        yield
