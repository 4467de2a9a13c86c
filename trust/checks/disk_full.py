"""The disk is full: pages are read with a notice, writes are refused with what was typed; then it goes on.

The database lies on a small disk of its own (a tmpfs). Where mounting is not allowed the database is told to
stop growing instead (PRAGMA max_page_count), and the figures say so.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trust.check import Check, Found, Scale

_DISK = 48 * 1024 * 1024
_NOTICE = "Chỉ xem được, chưa lưu được"
_SWALLOWED = "a handler that swallows the error"


@dataclass
class Small:
    """The small disk: `fill` leaves so many bytes free, `free` gives the room back."""

    kind: str
    fill: Callable[[int], None]
    free: Callable[[], None]


def run(scale: Scale) -> Found:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="openpar-disk-")))
        is_mounted = stack.enter_context(_mounted(folder))
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/data/disk.sqlite3"
        os.environ["OPENPAR_FILES_DIR"] = f"{folder}/data/files"
        _make_tables()
        small = _disk(folder) if is_mounted else _page_limit()
        found = _tried(small, scale)
        _close()
    return found


def _tried(small: Small, scale: Scale) -> Found:
    from tests.parindex import rounds
    from trust.saving import at_the_rounds_time, seats

    places = seats(scale.of(16, short=2))
    with at_the_rounds_time(rounds.DURING_SELF):
        people = [_Person(seat, number) for number, seat in enumerate(places)]
        violations: list[str] = []
        rounds_of_it = scale.of(20, short=2)
        for turn in range(rounds_of_it):
            if small.kind == "tmpfs":
                violations += _nearly_full(small, people)
            violations += _full(small, people, turn)
        swallowed = _swallowing(small, people)
    lost = [problem for person in people for problem in person.lost()]
    return Found(
        figures={
            "times full": rounds_of_it,
            "disk": small.kind,
            "acknowledged saves": sum(len(person.kept) for person in people),
            "refused with what was typed": sum(person.refused for person in people),
        },
        violations=tuple(violations + lost),
        planted={_SWALLOWED: swallowed},
    )


class _Person:
    """Somebody who saves leaves of one sheet with Django's test client."""

    def __init__(self, seat: Any, number: int) -> None:
        from trust.saving import browser_at

        self.kept: list[Any] = []
        self.refused = 0
        self._seat, self._number, self._turn = seat, number, 0
        self._client = browser_at(seat)
        self._versions = dict.fromkeys(seat.codes, 0)

    def page(self) -> tuple[int, str]:
        answer = self._client.get(f"/assessments/{self._seat.sheet}/{self._seat.codes[0]}/")
        return answer.status_code, answer.content.decode()

    def save(self) -> tuple[int, list[str]]:
        """Saves the next leaf; the status, and what is wrong with a refusal."""
        from trust.saving import Acknowledged

        code = self._seat.codes[self._turn % len(self._seat.codes)]
        self._turn += 1
        # Long, so that a full disk is met soon.
        note = f"save {self._number}-{self._turn} " + "nội dung " * 300
        note = note.strip()
        version = self._versions[code]
        form = {"choice": "yes", "note": note, "expected_version": str(version)}
        answer = self._client.post(f"/assessments/{self._seat.sheet}/{code}/", form)
        if answer.status_code in (200, 302):
            self._versions[code] += 1
            self.kept.append(Acknowledged(note, self._seat.sheet, code, version + 1))
            return 200, []
        wrong = []
        if answer.status_code != 503 or "Retry-After" not in answer:
            wrong.append(f"{note[:20]}: answered {answer.status_code}, not 503 with Retry-After")
        elif note not in answer.content.decode():
            wrong.append(f"{note[:20]}: the refusal does not give back what was typed")
        else:
            self.refused += 1
        return answer.status_code, wrong

    def lost(self) -> list[str]:
        from trust.saving import lost

        return lost(self.kept)


def _nearly_full(small: Small, people: list[_Person]) -> list[str]:
    """Less than the reserve is free: everything can be read, nothing is written."""
    with _reserve(8 * 1024 * 1024):
        small.fill(4 * 1024 * 1024)
        violations = _only_reading(people)
        small.free()
        _look_again()
        for person in people:
            status, wrong = person.save()
            violations += wrong if status == 200 else [f"nearly full: writing did not go on ({status})"]
        if _NOTICE in people[0].page()[1]:
            violations.append("nearly full: the notice stayed")
    return violations


def _only_reading(people: list[_Person]) -> list[str]:
    violations = []
    _look_again()
    for person in people:
        status, text = person.page()
        if status != 200 or _NOTICE not in text:
            violations.append(f"nearly full: the page was {status}, notice {_NOTICE in text}")
        status, wrong = person.save()
        violations += wrong if status != 200 else ["nearly full: a save was taken in"]
    return violations


def _full(small: Small, people: list[_Person], turn: int) -> list[str]:
    """Nothing is free and no reserve warned of it: SQLite itself says that the disk is full."""
    violations: list[str] = []
    _shrink_the_journal()
    small.fill(0)
    statuses = []
    for person in people * 3:
        status, wrong = person.save()
        statuses.append(status)
        violations += wrong
    if 503 not in statuses:
        violations.append(f"time {turn}: the disk was not full; nothing was tried")
    status, _text = people[0].page()
    if status != 200:
        violations.append(f"time {turn}: on a full disk the page was {status}")
    small.free()
    for person in people:
        status, wrong = person.save()
        violations += wrong if status == 200 else [f"time {turn}: writing did not go on ({status})"]
    return violations


def _shrink_the_journal() -> None:
    """What is written next needs room again: a journal that grew before takes it in on a full disk, too."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _swallowing(small: Small, people: list[_Person]) -> bool:
    """With the planted handler a refused save looks kept; it must be missed."""
    from unittest import mock

    from django.http import HttpResponse

    victim = _Person(people[0]._seat, 1000 + people[0]._number)
    victim._versions = dict(people[0]._versions)
    _shrink_the_journal()
    small.fill(0)
    with mock.patch("openpar.web.failures.outage_answer", return_value=HttpResponse("saved")):
        for _attempt in range(6):
            victim.save()
    small.free()
    return bool(victim.lost())


@contextmanager
def _reserve(size: int) -> Iterator[None]:
    from django.test import override_settings

    from openpar.common.disk import Reserve

    with override_settings(OPENPAR_DISK_RESERVE=Reserve(size=size)):
        yield
    _look_again()


def _look_again() -> None:
    from openpar.common.disk import forget_what_was_seen

    # What a person does by waiting some seconds.
    forget_what_was_seen()


@contextmanager
def _mounted(folder: Path) -> Iterator[bool]:
    """A tmpfs at folder/data, when this user may mount."""
    data = folder / "data"
    data.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(data)]
    is_mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield is_mounted
    finally:
        if is_mounted:
            subprocess.run(["umount", "--lazy", str(data)], check=False)


def _disk(folder: Path) -> Small:
    filler = folder / "data" / "filler"

    def fill(left: int) -> None:
        filler.unlink(missing_ok=True)
        found = os.statvfs(folder / "data")
        size = found.f_bavail * found.f_frsize - left
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(size, 1))

    def free() -> None:
        filler.unlink(missing_ok=True)

    return Small("tmpfs", fill, free)


def _page_limit() -> Small:
    """No disk of its own: the database file may not grow. Only the second half of the check is tried."""
    from django.db import connection

    def limit(pages: int) -> None:
        connection.ensure_connection()
        connection.connection.execute(f"PRAGMA max_page_count={pages}")

    def fill(_left: int) -> None:
        limit(1)

    def free() -> None:
        limit(2**31 - 2)

    return Small("PRAGMA max_page_count, because mounting is not allowed here", fill, free)


def _make_tables() -> None:
    os.environ["OPENPAR_DISK_RESERVE"] = "0"
    os.environ["OPENPAR_HOSTS"] = "127.0.0.1"
    os.environ["OPENPAR_STOP_WITHOUT_SEAL_MINUTES"] = "100000000"
    from django.core.management import call_command

    from trust.loaded import take_on

    take_on(dict(os.environ))
    call_command("migrate", verbosity=0)


def _close() -> None:
    from django.db import connection

    connection.close()


CHECK = Check("disk_full", "on a full disk pages are read, writes are refused and nothing is lost", run)
