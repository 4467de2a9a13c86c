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
from collections.abc import Callable, Generator, Iterator
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from django.db import DatabaseError, connections
from django.db.backends.utils import CursorWrapper
from django.utils.connection import ConnectionProxy

from tests import worlds

# A folder; each process of a run leaves there one line for every test that asks for the database.
TOLD = "OPENPAR_TEST_STATEMENTS"
_PROGRAM = str(Path(__file__).resolve().parents[1] / "src" / "openpar") + os.sep
# What differs from run to run of the same statement: numbers, names of savepoints, how many were asked for.
_SAVEPOINT = re.compile(r'"s\d+_x\d+"')
_LIST = re.compile(r"\(%s(?:, %s)+\)")
_ROWS = re.compile(r"(\bVALUES (\([^()]*\)))(?:, \2)+")
_NUMBER = re.compile(r"\b\d+\b")


def shape_of(statement: str) -> str:
    """The statement without what differs from one time to the next."""
    statement = _ROWS.sub(r"\1", _LIST.sub("(%s)", statement))
    return _NUMBER.sub("0", _SAVEPOINT.sub("s", statement))


@cache
def _number_of(place: str, statement: str) -> str:
    return hashlib.blake2b(f"{place} {shape_of(statement)}".encode(), digest_size=8).hexdigest()


def _place(frame: FrameType | None) -> str | None:
    """The function of the program nearest to the database; None where a test asks by itself."""
    while frame is not None:
        if frame.f_code.co_filename.startswith(_PROGRAM):
            return f"{frame.f_code.co_filename.removeprefix(_PROGRAM)}:{frame.f_code.co_qualname}"
        frame = frame.f_back
    return None


class Listener:
    """Hears every statement of a process, and writes down of which test it was.

    `heard`: since the test began, by digests of place and shape; also the places that ask which database it
    is, for what they send may differ. `always`: the test runs on every database, whatever it sends: the
    database refused something, or the test was left out on this one.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"{os.getpid()}.jsonl"
        self.heard: set[str] = set()
        self.always = False

    def listen(self, replace: Callable[[object, str, object], None] = setattr) -> None:
        """From now on."""
        for name in ("execute", "executemany"):
            replace(CursorWrapper, name, self._heard_by(getattr(CursorWrapper, name)))
        # Of the proxy only, `django.db.connection`: Django itself asks the connection with every expression.
        database = connections["default"]
        replace(ConnectionProxy, "vendor", property(self._asked(database.vendor)))

    def _heard_by(self, send: Any) -> Any:
        def sent(cursor: CursorWrapper, statement: Any, *given: Any, **named: Any) -> Any:
            if (place := _place(sys._getframe(1))) is not None:
                self.heard.add(_number_of(place, str(statement)))
            try:
                return send(cursor, statement, *given, **named)
            except DatabaseError:
                self.always = True
                raise

        return sent

    def _asked(self, vendor: str) -> Callable[[object], str]:
        def asked(_proxy: object) -> str:
            asker = sys._getframe(1)
            if asker.f_code.co_filename.startswith(_PROGRAM):
                self.heard.add(_number_of(str(_place(asker)), ""))
            return vendor

        return asked

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.heard, self.always, began = set(), False, time.monotonic()
        result = yield
        if worlds.touches_database(item):
            told = {
                "test": item.nodeid,
                "statements": sorted(self.heard),
                "seconds": time.monotonic() - began,
                # Who waits for whom is another matter on every database.
                "always": self.always or worlds.commits(item),
            }
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(told, ensure_ascii=False) + "\n")
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        self.always = self.always or report.skipped
        return report


def pytest_configure(config: pytest.Config) -> None:
    """Listens where `./run test` wants to know."""
    if folder := os.environ.get(TOLD):
        listener = Listener(Path(folder))
        listener.listen()
        config.pluginmanager.register(listener)
