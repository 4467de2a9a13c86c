"""Backups restore: taken while people write, restored elsewhere, compared; damaged ones are refused."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from trust.check import BOTH, POSTGRESQL, SQLITE, Check, Found, Scale
from trust.restored import Back, restored

# How often the job backs up the changes (openpar.jobs.schedule), in seconds.
_PERIOD = 240
_SEALED_EVERY, _UNTIL_THEY_WRITE = 0.2, 0.4


class _People:
    """Writers who each add document after document; `kept` are the titles that were acknowledged."""

    def __init__(self, pause: float) -> None:
        from openpar.base.accounts.models import Role
        from openpar.base.accounts.queries import Actor
        from tests import factories

        self.unit = factories.organisation("Sở Tư pháp")
        person = factories.person_as(Role.FOCAL_OFFICER, self.unit)
        held = frozenset({(Role.FOCAL_OFFICER, self.unit.pk)})
        self.by = Actor(id=person.pk, full_name=person.full_name, held=held)
        self.kept: set[str] = set()
        self.failures: list[str] = []
        self.pause = pause
        self._numbers = itertools.count()

    def add(self, title: str, content: bytes | None = None) -> None:
        from django.utils import timezone

        from openpar.base.documents.actions import add_document

        add_document(
            by=self.by,
            at=timezone.now(),
            owner_id=self.unit.pk,
            title=title,
            number="1/BC",
            upload=content,
            file_name="so-lieu.csv",
        )
        self.kept.add(title)

    def write(self, writer: int, stop: threading.Event) -> None:
        from django.db import connection

        try:
            for turn in itertools.count():
                title = f"Báo cáo {writer}-{next(self._numbers)}"
                self.add(title, f"{title},số\n".encode() if turn % 5 == 0 else None)
                if stop.wait(self.pause):
                    return
        except Exception as failure:
            self.failures.append(f"writer {writer}: {failure!r}")
        finally:
            connection.close()

    def seal(self, stop: threading.Event) -> None:
        from django.db import connection
        from django.utils import timezone

        from openpar.base.audit.sealing import seal

        while not stop.wait(_SEALED_EVERY):
            seal(at=timezone.now())
        connection.close()

    @contextmanager
    def at_work(self, writers: int) -> Iterator[None]:
        stop = threading.Event()
        threads = [threading.Thread(target=self.write, args=(number, stop)) for number in range(writers)]
        threads.append(threading.Thread(target=self.seal, args=(stop,)))
        for thread in threads:
            thread.start()
        time.sleep(_UNTIL_THEY_WRITE)
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()


@contextmanager
def _empty_database(kind: str) -> Iterator[tuple[str, Path]]:
    """Address and folder of a new place to restore into; PostgreSQL on the server that is running."""
    from trust.runner import empty_database

    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="openpar-restored-"))
        if kind == POSTGRESQL:
            stack.enter_context(mock.patch.dict(os.environ, TEST_DATABASE_URL=os.environ["DATABASE_URL"]))
        yield stack.enter_context(empty_database(kind, folder)), Path(folder)


def _faults(back: Back | str, acknowledged: set[str], data_sha256: str) -> list[str]:
    """What a restore that holds would not show."""
    if isinstance(back, str):
        return [f"refused: {back}"]
    titles = set(back.titles)
    return [
        *([f"{len(acknowledged - titles)} acknowledged are missing"] if acknowledged - titles else []),
        *([f"{len(back.titles)} documents, {len(back.traced)} traces"] if back.titles != back.traced else []),
        *([f"data {back.data_sha256}, snapshot {data_sha256}"] if back.data_sha256 != data_sha256 else []),
        *([f"{back.wrong_rows} rows of the log disagree with the seals"] if back.wrong_rows else []),
    ]


def run(scale: Scale) -> Found:
    from openpar.base.backups.envelope import new_key_pair

    kind = os.environ["TRUST_DATABASE"]
    keys, people = new_key_pair(), _People(scale.of(300, short=50) / 1000)
    folder = Path(os.environ["OPENPAR_VAR_DIR"]) / "backups"
    people.add("Tệp lớn", _csv(scale, 400_000))
    people.add("Tệp nhỏ", _csv(scale, 1_000))
    writers = scale.of(64, short=8)
    cycles = [_cycle(number, people, writers, kind, keys, folder) for number in range(scale.of(50, short=1))]
    violations = [f"cycle {number}: {fault}" for number, one in enumerate(cycles) for fault in one.faults]
    planted = {"tables read one after the other, without a snapshot": _torn(people, writers, keys, folder)}
    if kind == SQLITE:
        planted["a plain copy of the live file"] = _plain_copy_fails(people, writers, keys.identity, folder)
    whole = next(folder.glob("*-full.age"))
    accepted, refused = _accepted(whole, keys, scale, scale.of(500, short=16))
    violations += [f"accepted a damaged backup: {how}" for how in accepted]
    with mock.patch("openpar.base.backups.reading._believed", lambda path, counts: counts.manifest):
        planted["a verification that compares no digests"] = bool(_accepted(whole, keys, scale, 16)[0])
    if not _made_anew_is_seen(whole, keys):
        violations.append("a backup made anew with the public key passed for the one whose digest was told")
    slowest = max(one.saved_in for one in cycles)
    return Found(
        figures={
            "cycles": len(cycles),
            "writers": writers,
            "documents": len(people.kept),
            "damaged refused": refused,
            "backup s at most": round(slowest, 2),
            "restore s at most": max(one.restored_in for one in cycles),
            "lost at most, s": round(_PERIOD + slowest),
        },
        violations=(*violations, *people.failures),
        planted=planted,
    )


@dataclass(frozen=True)
class _Cycle:
    faults: list[str]
    saved_in: float
    restored_in: float


def _cycle(number: int, people: _People, writers: int, kind: str, keys: Any, folder: Path) -> _Cycle:
    """One backup while everybody writes: every fifth a full one, the others of the changes."""
    from openpar.base.backups import kept
    from openpar.base.backups.writing import write_backup

    base = kept.base_among(kept.kept_in(folder)) if number % 5 else None
    form = kept.CHANGES if base else kept.FULL
    path = folder / f"openpar-{20260101 + number}T000000Z-{form}.age"
    with people.at_work(writers):
        acknowledged, started = set(people.kept), time.monotonic()
        written = write_backup(path, at=_now(), recipients=[keys.recipient], contained=base)
        saved_in = time.monotonic() - started
    kept.note(written, form)
    # Every tenth backup of PostgreSQL comes back on SQLite: the form belongs to neither.
    with _empty_database(SQLITE if number % 10 == 9 else kind) as (database, place):
        back = restored(path, keys.identity, database=database, folder=place)
    faults = _faults(back, acknowledged, written.manifest.data_sha256)
    return _Cycle(faults, saved_in, back.seconds if isinstance(back, Back) else 0.0)


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


def _csv(scale: Scale, size: int) -> bytes:
    return scale.random("csv", size).randbytes(size // 2).hex().encode() + b"\n"


def _torn(people: _People, writers: int, keys: Any, folder: Path) -> bool:
    """Is a dump without a transaction seen to disagree with itself?"""
    from openpar.base.backups import tables, writing

    lines_of = tables.lines_of

    def slowly(model: Any, using: str = "default") -> Iterator[bytes]:
        time.sleep(0.02)
        yield from lines_of(model, using)

    @contextmanager
    def no_snapshot() -> Iterator[str]:
        yield "default"

    path = folder / "torn.age"
    with (
        people.at_work(writers),
        mock.patch.object(writing, "snapshot", no_snapshot),
        mock.patch.object(tables, "lines_of", slowly),
    ):
        writing.write_backup(path, at=_now(), recipients=[keys.recipient])
    documents, traced = _documents_and_traces(path, keys.identity)
    return documents != traced


def _documents_and_traces(path: Path, identity: str) -> tuple[int, int]:
    """How many documents a backup holds, and how many rows of its log tell of one."""
    from openpar.base.backups.reading import Reader, read_backup

    counts = {"documents_document": 0, "audit_entry": 0}

    def count(table: str, lines: Sequence[bytes]) -> None:
        if table == "audit_entry":
            lines = [line for line in lines if b'"add_document"' in line]
        if table in counts:
            counts[table] += len(lines)

    read_backup(path, [identity], reader=Reader(lines=count))
    return counts["documents_document"], counts["audit_entry"]


def _plain_copy_fails(people: _People, writers: int, identity: str, folder: Path) -> bool:
    """Does a copied database file lack what was acknowledged, and is it refused as a backup?"""
    copy = folder / "copy.sqlite3"
    with people.at_work(writers):
        acknowledged = set(people.kept)
        shutil.copyfile(os.environ["DATABASE_URL"].removeprefix("sqlite:///"), copy)
    return not _passes(copy, identity) and _lacks(copy, acknowledged)


def _lacks(copy: Path, acknowledged: set[str]) -> bool:
    connection = sqlite3.connect(copy)
    try:
        there = {title for (title,) in connection.execute("SELECT title FROM documents_document")}
    except sqlite3.DatabaseError:
        return True
    finally:
        connection.close()
    return bool(acknowledged - there)


def _accepted(whole: Path, keys: Any, scale: Scale, times: int) -> tuple[list[str], int]:
    """Which damaged forms pass, and how many were refused."""
    from trust.damaged_backups import damaged_backups

    place, accepted, refused = whole.with_name("damaged.age"), [], 0
    original = whole.read_bytes()
    for number, one in enumerate(damaged_backups(original, keys, scale.random("damage"), times)):
        if one.content == original:
            continue
        place.write_bytes(one.content)
        if _passes(place, keys.identity):
            accepted.append(f"{number}: {one.how}")
        else:
            refused += 1
    return accepted, refused


def _passes(path: Path, identity: str, **expected: str) -> bool:
    from openpar.base.backups.actions import verify_backup
    from openpar.base.backups.errors import BadBackup

    try:
        verify_backup(path=path, identities=[identity], **expected)
    except BadBackup:
        return False
    return True


def _made_anew_is_seen(whole: Path, keys: Any) -> bool:
    """The very same content closed again: inside nothing is wrong, only the told digest gives it away."""
    import hashlib

    import pyrage

    told = hashlib.sha256(whole.read_bytes()).hexdigest()
    plain = pyrage.decrypt(whole.read_bytes(), [pyrage.x25519.Identity.from_str(keys.identity)])
    anew = whole.with_name("anew.age")
    anew.write_bytes(pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(keys.recipient)]))
    return _passes(anew, keys.identity) and not _passes(anew, keys.identity, expected_sha256=told)


CHECK = Check("backup_cycles", "backups restore: what was acknowledged before a backup is in it", run, BOTH)
