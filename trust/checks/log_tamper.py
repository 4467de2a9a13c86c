"""Tampering shows: a log in a folder, changed in every way, against a checkpoint kept outside."""

from __future__ import annotations

import contextlib
import io
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from trust.check import Check, Found, Scale

_SECONDS = 10
_KINDS = ("column", "deleted", "inserted", "swapped", "cut", "re-hashed", "signed by another", "signed by us")
_OTHER: dict[str, Any] = {
    "v": 2,
    "at": "2026-03-05T08:00:00.999999Z",
    "actor": 12345,
    "before": {"points": "0.125"},
    "after": {},
    "salt": "f" * 32,
}


def run(scale: Scale) -> Found:
    from tests.verify import writing

    size = scale.of(10_000, short=1_000)
    lines = writing.some_rows(size)
    sizes = sorted({*range(size // 20, size, size // 20), size})
    violations: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        writing.write_log(log, lines, writing.Key(), sizes)
        (Path(folder) / "outside").write_text((log / "checkpoint").read_text("utf-8"), "utf-8")
        if _told(log) is not None:
            violations.append(f"the untouched log is refused: {_told(log)}")
        columns = _every_row(log, lines, violations)
        tried = dict.fromkeys(_KINDS, 0)
        for number in range(scale.of(400, short=16)):
            kind = _KINDS[number % len(_KINDS)]
            tried[kind] += 1
            random = scale.random(kind, number)
            violations += _violations(random, Path(folder), kind, lines, sizes)
        chain_missed = _chain_misses(scale.random("chain"), lines)
        figures: dict[str, int | float | str] = {"rows": size, "columns of every row": columns, **tried}
        if not scale.short:
            figures |= _a_million(Path(folder), violations)
    return Found(
        figures={
            **figures,
            "not found": len(violations),
            "a chain missed": f"{chain_missed} of 50 truncations",
        },
        violations=tuple(violations[:20]),
        planted={"a hash chain without an outside checkpoint": chain_missed > 0},
    )


def _told(log: Path, *more: str) -> list[str] | None:
    """The lines about what is wrong; None when the log holds."""
    from tests.verify.loaded import load
    from tests.verify.writing import Key

    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        status = load().main(
            ["log", str(log), "--checkpoint", str(log.parent / "outside"), "--key", Key().vkey, *more]
        )
    return None if status == 0 else said.getvalue().splitlines()


def _every_row(log: Path, lines: Sequence[bytes], violations: list[str]) -> int:
    """One column changed in every row at once: every row must be found, for every column."""
    from tests.verify import writing

    columns = list(writing.row(0))
    for column in columns:
        changed = [
            writing.plain({**writing.row(number), column: _OTHER.get(column, "khác")})
            for number in range(len(lines))
        ]
        writing.write_rows(log, changed)
        told = _told(log) or []
        if not any(f"; {len(lines)} in all" in line for line in told):
            violations.append(f"column {column}: not every changed row was found: {told[:1]}")
    writing.write_rows(log, lines)
    return len(columns)


def _violations(
    random: Random, folder: Path, kind: str, lines: Sequence[bytes], sizes: Sequence[int]
) -> list[str]:
    """One tampering: found, and the first wrong row named (or the stretch it lies in)."""
    from tests.verify import writing

    log = folder / "tampered"
    place = random.randrange(len(lines) - 1)
    changed, first = _tampered(random, kind, list(lines), place)
    if kind in ("column", "deleted", "inserted", "swapped"):
        shutil.copytree(folder / "log", log)
        writing.write_rows(log, changed)
    elif kind == "re-hashed":
        shutil.copytree(folder / "log", log)
        shutil.rmtree(log / "tile")
        writing.write_tiles(log, [writing.leaf(line) for line in changed])
        writing.write_rows(log, changed)
    else:
        key = writing.Key("another") if kind == "signed by another" else writing.Key()
        kept = [size for size in sizes if size < len(changed)]
        writing.write_log(log, changed, key, [*kept, len(changed)])
    told = _told(log)
    shutil.rmtree(log)
    if told is None:
        return [f"{kind} at row {first}: not found"]
    return [] if _names(kind, first, told) else [f"{kind} at row {first}: named as: {told[0]}"]


def _tampered(random: Random, kind: str, lines: list[bytes], place: int) -> tuple[list[bytes], int]:
    """The changed rows and the first that is wrong."""
    from tests.verify import writing

    if kind == "deleted":
        return lines[:place] + lines[place + 1 :], place
    if kind == "inserted":
        return [*lines[:place], writing.plain(writing.row(10**9 + place)), *lines[place:]], place
    if kind == "swapped":
        return writing.swapped(random, lines)
    if kind == "cut":
        return lines[: place + 1], place + 1
    column = random.choice([name for name in writing.row(place) if name != "v"])
    lines[place] = writing.plain({**writing.row(place), column: _OTHER.get(column, "khác")})
    return lines, place


def _names(kind: str, first: int, told: list[str]) -> bool:
    if kind in ("column", "deleted", "inserted", "swapped", "cut"):
        return any(re.match(rf"WRONG row {first} is ", line) for line in told)
    if kind == "signed by another":
        return "no signature by a trusted key" in told[0]
    stretch = re.search(r"first changed row is one of (\d+) to (\d+)", "\n".join(told))
    return stretch is not None and int(stretch[1]) <= first <= int(stretch[2])


def _chain_misses(random: Random, lines: Sequence[bytes]) -> int:
    """The planted defect: each row hashed together with the one before, and nothing kept outside."""

    def chain(rows: Sequence[bytes]) -> list[bytes]:
        links, last = [], b""
        for row in rows:
            last = sha256(last + row).digest()
            links.append(last)
        return links

    stored = chain(lines)
    missed = 0
    for _ in range(50):
        left = random.randrange(1, len(lines))
        missed += chain(lines[:left]) == stored[:left]  # all that such a log can ask of itself
    return missed


def _a_million(folder: Path, violations: list[str]) -> dict[str, int | float | str]:
    """How long a bare Python takes for a million rows."""
    from tests.verify import writing
    from tests.verify.loaded import PATH

    log = folder / "million"
    writing.write_log(log, writing.some_rows(1_000_000), writing.Key(), [500_000, 1_000_000])
    command = [sys.executable, "-I", "-S", str(PATH), "log", str(log)]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        [*command, "--checkpoint", str(log / "checkpoints.txt"), "--key", writing.Key().vkey],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    took, after = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode:
        violations.append(f"a million untouched rows are refused: {done.stdout[:200]}{done.stderr[-200:]}")
    # Time on the processor: how busy the machine is otherwise is no property of the verifier.
    if busy > _SECONDS:
        violations.append(f"a million rows took {busy:.1f} s of a processor")
    return {
        "a million rows": f"{busy:.1f} s of a processor, {took:.1f} s on the clock",
        "memory": f"{after.ru_maxrss // 1024} MiB",
    }


CHECK = Check(
    "log_tamper", "tampering shows: every change of the sealed log is found, its first row named", run
)
