"""An event with its counters beside the bare write, a board, and thirty-four provinces joined.

Usage: python -m bench.facts_events; on SQLite and on PostgreSQL, each in a process of its own.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
EVENTS, TURNS, PROVINCES = 150, 5, 34
EVENT_RATIO, BOARD_MS, JOIN_SECONDS = 2.5, 5.0, 0.2


def seconds(do: Callable[[], object], repeats: int) -> float:
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        do()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def least(do: Callable[[], object], repeats: int) -> float:
    """The shortest of many: what it costs where nobody else works on the machine."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        do()
        times.append(time.perf_counter() - started)
    return min(times)


def events() -> dict[str, float]:
    """The median of a committed write of one event, bare and with its counters, turn by turn."""
    from django.db import connection

    from openpar.base.facts.actions.facts import put_fact
    from openpar.common.db import write_transaction
    from tests.base.facts.sample import LATE, OPEN_IN_TIME, fact

    chance = Random(1)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_event (id INTEGER PRIMARY KEY, dossier TEXT, kind TEXT, said TEXT)")
    facts = {
        f"H36-{number:06}": fact(agency=1 + number % 164, sector=1 + number % 12) for number in range(EVENTS)
    }
    for key, each in facts.items():
        with write_transaction():
            put_fact(dataset="dossiers", key=key, before=None, after=each)
    number = 0

    def write(counted: bool) -> None:
        nonlocal number
        number += 1
        key = chance.choice(list(facts))
        before = facts[key]
        after = {**before, "verdict_legal": LATE if before["verdict_legal"] == OPEN_IN_TIME else OPEN_IN_TIME}
        with write_transaction():
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO bare_event VALUES (%s, %s, %s, %s)", [number, key, "done", str(after)]
                )
            if counted:
                put_fact(dataset="dossiers", key=key, before=before, after=after)
                facts[key] = after

    bare, whole = [], []
    for _turn in range(TURNS):
        bare.append(seconds(lambda: write(False), EVENTS))
        whole.append(seconds(lambda: write(True), EVENTS))
    return {"bare_ms": min(bare) * 1000, "event_ms": min(whole) * 1000}


def board_ms() -> float:
    """Milliseconds to read a year of 164 agencies out of a province's counters."""
    from openpar.base.facts.counting import board

    first = 2024 * 12
    read = partial(board, "dossiers", basis="received", first=first, last=first + 11)
    assert len(read()) == 164
    return least(read, 60) * 1000


def joined() -> dict[str, float]:
    """Seconds to hold thirty-four files against their signatures and to add them up by province and month."""
    from openpar.base.audit.signing import vkeys
    from openpar.base.facts import files
    from openpar.base.facts.counter_files import counters_file, join_tables, open_counters_file
    from tests.base.facts.sample import COUNTING
    from tests.factories import MOMENT

    contents = [
        counters_file(dataset="dossiers", province=f"H{number:02}", as_of=MOMENT + timedelta(days=1))
        for number in range(PROVINCES)
    ]
    keys = {f"H{number:02}": vkeys() for number in range(PROVINCES)}
    opened = [open_counters_file(content, keys) for content in contents]
    with files.incoming() as folder:
        paths = []
        for one in opened:
            paths.append(folder / f"{one.statement.province}.parquet")
            paths[-1].write_bytes(one.table)

        def join() -> None:
            for path, one in zip(paths, opened, strict=True):
                assert files.is_whole(path, one.statement.sha256)
            assert len(join_tables(COUNTING, "received", paths, ["province", "month"]).keys) >= 34 * 12

        cpu = time.process_time()
        took = least(join, 10)
        return {
            "join_seconds": took,
            "join_cpu": (time.process_time() - cpu) / 10,
            "file_kilobytes": len(contents[0]) / 1024,
            "file_cells": opened[0].statement.cells,
        }


def measure() -> dict[str, float]:
    import numpy as np
    from django.core.management import call_command

    from bench.facts_made import FIRST_MONTH, columns_of_month
    from openpar.base.facts.actions.datasets import number_values
    from openpar.base.facts.actions.facts import put_facts
    from openpar.base.facts.staged_facts import stage_facts
    from tests.base.facts.sample import HOUSE, registered_dossiers
    from tests.factories import MOMENT

    call_command("migrate", verbosity=0)
    registered_dossiers()
    number_values(dimension="agency", values=[f"co-quan-{number:03}" for number in range(164)])
    number_values(dimension="sector", values=[f"linh-vuc-{number:02}" for number in range(37)])
    chance = np.random.default_rng(1)
    for month in range(12):
        made = columns_of_month(chance, FIRST_MONTH + month, 67_000)
        made["sector"] = np.minimum(made["sector"], 12).astype(np.int16)
        keys = [f"{month:02}-{number:06}" for number in range(67_000)]
        put_facts(by=HOUSE, at=MOMENT, staged=stage_facts(dataset="dossiers", facts={"key": keys, **made}))
    return {**events(), "board_ms": board_ms(), **joined()}


def told(name: str, address: str, var: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "DJANGO_SETTINGS_MODULE": "openpar.config.settings",
        "OPENPAR_VAR_DIR": str(var),
        "DATABASE_URL": address,
    }
    command = [sys.executable, "-m", "bench.facts_events", "--measure"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr[-2000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    ratio = found["event_ms"] / found["bare_ms"]
    sys.stdout.write(f"\n{name}\n")
    for text, value, most in (
        ("an event with its counters ÷ the bare write", ratio, EVENT_RATIO),
        ("a board of a year, 164 agencies, ms", found["board_ms"], BOARD_MS),
        ("34 provinces joined, s", found["join_seconds"], JOIN_SECONDS),
    ):
        sys.stdout.write(f"{'ok  ' if value <= most else 'OVER'}  {text:<46} {value:9.3f}   ≤ {most}\n")
    for text, key in (
        ("the bare write, ms", "bare_ms"),
        ("an event with its counters, ms", "event_ms"),
        ("34 provinces joined, CPU s", "join_cpu"),
        ("a counters file, KB", "file_kilobytes"),
        ("its cells, three bases", "file_cells"),
    ):
        sys.stdout.write(f"      {text:<46} {found[key]:9.3f}\n")


def main() -> None:
    if "--measure" in sys.argv:
        import django

        django.setup()
        sys.stdout.write(json.dumps(measure()) + "\n")
        return
    sys.path.insert(0, str(ROOT / "scripts"))
    from postgres import postgresql

    with tempfile.TemporaryDirectory(prefix="openpar-bench-") as folder:
        told("SQLite", f"sqlite:///{folder}/bench.sqlite3", Path(folder))
        with postgresql() as address:
            told("PostgreSQL", address, Path(folder) / "postgresql")


if __name__ == "__main__":
    main()
