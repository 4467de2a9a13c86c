"""Which statements of the program each test sends to the database.

By them `./run test` chooses what runs on PostgreSQL after everything ran on SQLite (docs/decisions/0016).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.db.backends.utils import CursorWrapper

from tests import worlds

# A folder; each process of a run leaves there one line for every test that asks for the database.
TOLD = "OPENPAR_TEST_STATEMENTS"
_PROGRAM = str(Path(__file__).resolve().parents[1] / "src" / "openpar") + os.sep
# What differs from run to run of the same statement: numbers, names of savepoints, how many were asked for.
_SAVEPOINT = re.compile(r'"s\d+_x\d+"')
_LIST = re.compile(r"\((?:%s(?:, )?)+\)")
_ROWS = re.compile(r"\bVALUES \(.*", re.DOTALL)
_NUMBER = re.compile(r"\b\d+\b")


def shape_of(statement: str) -> str:
    """The statement without what differs from one time to the next."""
    for pattern, instead in ((_SAVEPOINT, "s"), (_LIST, "(…)"), (_ROWS, "VALUES …"), (_NUMBER, "0")):
        statement = pattern.sub(instead, statement)
    return statement


@cache
def _number_of(place: str, statement: str) -> str:
    return hashlib.blake2b(f"{place} {shape_of(statement)}".encode(), digest_size=8).hexdigest()


def _place() -> str | None:
    """The function of the program nearest to the database; None where a test asks by itself."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_filename.startswith(_PROGRAM):
            return f"{frame.f_code.co_filename.removeprefix(_PROGRAM)}:{frame.f_code.co_qualname}"
        frame = frame.f_back  # type: ignore[assignment]  # None behind the last
    return None


class Listener:
    """Hears every statement of a process, and writes down of which test it was.

    `heard`: since the test began, by digests of place and shape; `refused`: the database refused one.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"{os.getpid()}.jsonl"
        self.heard: set[str] = set()
        self.refused = False

    def listen(self, replace: Callable[[object, str, object], None] = setattr) -> None:
        """From now on."""
        for name in ("execute", "executemany"):
            replace(CursorWrapper, name, self._heard_by(getattr(CursorWrapper, name)))

    def _heard_by(self, send: Any) -> Any:
        def sent(cursor: CursorWrapper, statement: Any, *given: Any, **named: Any) -> Any:
            if (place := _place()) is not None:
                self.heard.add(_number_of(place, str(statement)))
            try:
                return send(cursor, statement, *given, **named)
            except DatabaseError:
                self.refused = True
                raise

        return sent

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.heard, self.refused, began = set(), False, time.monotonic()
        result = yield
        if worlds.touches_database(item):
            told = {
                "test": item.nodeid,
                "statements": sorted(self.heard),
                "seconds": time.monotonic() - began,
                # What is refused, and who waits for whom, is another matter on every database.
                "always": self.refused or worlds.commits(item),
            }
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(told, ensure_ascii=False) + "\n")
        return result


def pytest_configure(config: pytest.Config) -> None:
    """Listens where `./run test` wants to know."""
    if folder := os.environ.get(TOLD):
        listener = Listener(Path(folder))
        listener.listen()
        config.pluginmanager.register(listener)
