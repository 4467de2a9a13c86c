"""Acknowledged is kept when the power is cut: every disk image that may remain is opened and read.

A writer saves on SQLite under strace. Its writes are replayed to every moment, and what was not synced is
dropped, reordered and torn. Each image must be whole and hold every save acknowledged before that moment.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from trust.check import SQLITE, Check, Found, Scale
from trust.images import KINDS, Disk, Event, events

_CALLS = "pwrite64,write,pwritev,writev,fsync,fdatasync,ftruncate,fallocate,openat,rename,unlink"
_LEFT_OUT = "left out: strace is not on this machine, or tracing is not allowed"
_PLANTED = {"NORMAL": "synchronous=NORMAL", "OFF": "synchronous=OFF"}


@dataclass
class Seen:
    """What the images of one phase showed."""

    images: int = 0
    problems: list[str] = field(default_factory=list)


def run(scale: Scale) -> Found:
    if not _may_trace():
        return Found(figures={"images": 0}, violations=(_LEFT_OUT,))
    folder = Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///")).parent
    contents, recorded = _recorded(folder, scale)
    seen = {phase: Seen() for phase in ("FULL", *_PLANTED)}
    images = scale.of(10_000, short=40)
    with tempfile.TemporaryDirectory(prefix="openpar-images-", dir=_fast_folder()) as place:
        for phase, problem in _looked_at(contents, recorded, images, scale, Path(place)):
            seen[phase].images += 1
            if problem:
                seen[phase].problems.append(problem)
    kept = sum(event.data.count(b"KEPT FULL") for event in recorded)
    return Found(
        figures={
            "images": seen["FULL"].images,
            "acknowledged saves": kept,
            "syncs": sum(event.kind == "sync" for event in recorded),
            "writes": sum(event.kind == "write" for event in recorded),
            **{f"images of {name} that lost": len(seen[key].problems) for key, name in _PLANTED.items()},
        },
        violations=tuple(seen["FULL"].problems),
        planted={name: bool(seen[key].problems) for key, name in _PLANTED.items()},
    )


def _may_trace() -> bool:
    """Is strace here, and allowed? Installs Debian's package when this user may."""
    if shutil.which("strace") is None and os.getuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", "strace"], capture_output=True, check=False)
    with suppress(OSError):
        return (
            subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False).returncode
            == 0
        )
    return False


def _recorded(folder: Path, scale: Scale) -> tuple[dict[str, bytes], list[Event]]:
    """The files before, and every step of the writer. Raises RuntimeError when the writer fails."""
    from django.db import connection

    from trust.saving import seats

    [seat] = seats(1)
    # The last connection moves the WAL into the database and removes it.
    connection.close()
    files = [path for path in folder.iterdir() if ".sqlite3" in path.name and path.suffix != ".writer"]
    contents = {str(path): path.read_bytes() for path in files if not path.name.endswith("-shm")}
    trace = folder / "trace"
    saves = [str(scale.of(150, short=10)), str(scale.of(40, short=6))]
    command = ["strace", "-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={_CALLS}", "-o", str(trace)]
    done = subprocess.run(
        [*command, sys.executable, "-m", "trust.writer", str(seat.sheet), *saves],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the writer ended with {done.returncode}: {done.stderr[-2000:]}")
    with trace.open(encoding="ascii", errors="replace") as lines:
        recorded = list(events(lines, folder))
    return contents, [event for event in recorded if event.kind == "said" or _is_kept(event.file)]


def _is_kept(file: str) -> bool:
    """The database and its WAL; the index of the WAL is made anew after a cut."""
    return file.endswith((".sqlite3", ".sqlite3-wal", ".sqlite3-journal"))


def _looked_at(
    contents: dict[str, bytes], recorded: Sequence[Event], images: int, scale: Scale, place: Path
) -> Iterator[tuple[str, str]]:
    """(phase, problem or nothing) of every image: every kind at every sync, and as many as wanted between."""
    disk, random = Disk(contents), scale.random("images")
    moments = [number for number, event in enumerate(recorded) if event.kind != "said"]
    # Rounded up: no fewer than were asked for.
    each = -(-images // max(1, _in_phase_full(recorded)))
    share = min(1.0, images / max(1, len(moments)))
    phase, kept = "", set[str]()
    for number, event in enumerate(recorded):
        if event.kind == "said":
            for word in event.data.decode().splitlines():
                what, _, name = word.partition(" ")
                phase = name if what == "PHASE" else phase
                if what == "KEPT":
                    kept.add(name)
        is_wanted = phase and (event.kind in ("sync", "said") or random.random() < share)
        if is_wanted:
            for turn in range(each if event.kind == "write" else max(each, len(KINDS))):
                kind = KINDS[turn % len(KINDS)]
                problem = _problem(disk.image(kind, random), kept, place)
                yield phase, f"step {number}, {kind}: {problem}" if problem else ""
        disk.follow(event)


def _in_phase_full(recorded: Sequence[Event]) -> int:
    ends = [number for number, event in enumerate(recorded) if b"PHASE NORMAL" in event.data]
    return ends[0] if ends else len(recorded)


def _problem(image: dict[str, bytes], kept: set[str], place: Path) -> str:
    """What is wrong with an image, or nothing."""
    database = ""
    for path in place.iterdir():
        path.unlink()
    for name, content in image.items():
        (place / Path(name).name).write_bytes(content)
        database = Path(name).name if name.endswith(".sqlite3") else database
    connection = sqlite3.connect(place / database)
    try:
        [integrity] = connection.execute("PRAGMA integrity_check").fetchone()
        if integrity != "ok":
            return f"damaged: {integrity}"
        rows = connection.execute("SELECT reason FROM audit_entry WHERE verb = 'score.self_saved'")
        missing = kept - {reason for (reason,) in rows}
        stored = connection.execute("SELECT COALESCE(SUM(version), 0) FROM assessments_score").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return f"unreadable: {error}"
    finally:
        connection.close()
    if missing:
        return f"{len(missing)} acknowledged saves are not there, among them {min(missing)}"
    return "" if stored >= len(kept) else f"{len(kept)} saves acknowledged, scores tell of {stored}"


def _fast_folder() -> str | None:
    """Images are written to memory, when there is such a place."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


_UNTRACED = (
    "" if shutil.which("strace") else "strace is not on this machine; ./run trust installs it or says so"
)
CHECK = Check(
    "power_cut", "acknowledged is kept when the power is cut", run, (SQLITE,), only_in_full=_UNTRACED
)
