"""An event with its counters beside the bare write, a board, a thousand new dossiers, provinces joined.

As a program (`facts_events`) it measures the database of its environment and prints one JSON object.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

from bench.lines import Line, tell
from bench.processes import ours
from scripts.postgres import postgresql

EVENTS, TURNS, PROVINCES, NEW, A_MONTH = 150, 5, 34, 1000, 67_000
EVENT_RATIO, BOARD_MS, JOIN_SECONDS = 2.5, 5.0, 0.2


@dataclass(frozen=True)
class Costs:
    """Seconds of one call, the median of many."""

    wall: float
    cpu: float


def costs(do: Callable[[], object], repeats: int) -> Costs:
    walls, cpus = [], []
    for _ in range(repeats):
        started, cpu = time.perf_counter(), time.process_time()
        do()
        walls.append(time.perf_counter() - started)
        cpus.append(time.process_time() - cpu)
    return Costs(statistics.median(walls), statistics.median(cpus))


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
        bare.append(costs(lambda: write(False), EVENTS))
        whole.append(costs(lambda: write(True), EVENTS))
    ratios = [one.wall / other.wall for one, other in zip(whole, bare, strict=True)]
    return {
        "event_ratio": statistics.median(ratios),
        "bare_ms": statistics.median(each.wall for each in bare) * 1000,
        "event_ms": statistics.median(each.wall for each in whole) * 1000,
        "bare_cpu_ms": statistics.median(each.cpu for each in bare) * 1000,
        "event_cpu_ms": statistics.median(each.cpu for each in whole) * 1000,
    }


def reading() -> dict[str, float]:
    """Milliseconds to read a year of 164 agencies out of a province's counters."""
    from openpar.base.facts.counting import board

    first = 2024 * 12
    read = partial(board, "dossiers", basis="received", first=first, last=first + 11)
    assert len(read()) == 164
    found = costs(read, 60)
    return {"board_ms": found.wall * 1000, "board_cpu_ms": found.cpu * 1000}


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

        took = costs(join, 10)
        return {
            "join_seconds": took.wall,
            "join_cpu": took.cpu,
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
    months = [columns_of_month(chance, FIRST_MONTH + month, A_MONTH) for month in range(12)]
    made = {name: np.concatenate([each[name] for each in months]) for name in months[0]}
    made["sector"] = np.minimum(made["sector"], 12).astype(np.int16)
    keys = [f"{number // A_MONTH:02}-{number % A_MONTH:06}" for number in range(12 * A_MONTH)]
    put_facts(by=HOUSE, at=MOMENT, staged=stage_facts(dataset="dossiers", facts={"key": keys, **made}))
    return {**events(), **reading(), **joined(), **thousand_new()}


def thousand_new() -> dict[str, float]:
    """Seconds from a thousand new dossiers of a year of facts to boards that say them; then held against a
    count of everything anew.
    """
    import numpy as np

    from bench.facts_made import FIRST_MONTH, columns_of_month
    from openpar.base.facts.actions.facts import put_facts
    from openpar.base.facts.counting import board, counters
    from openpar.base.facts.staged_facts import stage_facts
    from tests.base.facts.sample import HOUSE
    from tests.factories import MOMENT

    chance, times, cpus = np.random.default_rng(2), [], []
    first, last = FIRST_MONTH, FIRST_MONTH + 11
    for turn in range(TURNS):
        made = columns_of_month(chance, last, NEW)
        made["sector"] = np.minimum(made["sector"], 12).astype(np.int16)
        keys = [f"new-{turn}-{number:04}" for number in range(NEW)]
        started, cpu = time.perf_counter(), time.process_time()
        put_facts(by=HOUSE, at=MOMENT, staged=stage_facts(dataset="dossiers", facts={"key": keys, **made}))
        seen = board("dossiers", basis="received", first=first, last=last)
        times.append(time.perf_counter() - started)
        cpus.append(time.process_time() - cpu)
        anew = counters("dossiers", basis="received").during(first, last).summed("agency")
        if len(seen.minus(anew)) or seen.total("received") != anew.total("received"):
            raise SystemExit("the board differs from a count of everything anew")
    return {"new_seconds": statistics.median(times), "new_cpu": statistics.median(cpus)}


def lines() -> list[Line]:
    """On SQLite and on PostgreSQL, each in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="openpar-bench-") as name:
        folder = Path(name)
        found = _lines_of("SQLite", folder / "sqlite", "")
        with postgresql() as address:
            return [*found, *_lines_of("PostgreSQL", folder / "postgresql", address)]


def _lines_of(database: str, var: Path, address: str) -> list[Line]:
    tell(f"events: a year of facts on {database}")
    var.mkdir()
    said = ours(var, "bench.facts_events", address=address).said
    note = f"{said['event_ms']:.2f} ÷ {said['bare_ms']:.2f} ms wall, "
    note += f"{said['event_cpu_ms']:.2f} ÷ {said['bare_cpu_ms']:.2f} ms CPU"
    read = f"wall {said['board_ms']:.2f} ms"
    cpu = f"CPU {said['new_cpu']:.2f} s; equal to a count of everything anew"
    joined = f"CPU {said['join_cpu']:.3f} s; {said['file_kilobytes']:.0f} KB a file"
    return [
        Line(
            f"an event with its counters ÷ the bare write, {database}",
            said["event_ratio"],
            at_most=EVENT_RATIO,
            note=note,
        ),
        Line(
            f"a board of a year, 164 agencies, CPU, {database}",
            said["board_cpu_ms"],
            "ms",
            at_most=BOARD_MS,
            note=read,
        ),
        Line(
            f"boards right after 1,000 new dossiers, {database}",
            said["new_seconds"],
            "s",
            at_most=1,
            note=cpu,
        ),
        Line(
            f"34 counters files merged, {database}",
            said["join_seconds"],
            "s",
            at_most=JOIN_SECONDS,
            note=joined,
        ),
    ]


def main() -> None:
    import django

    django.setup()
    sys.stdout.write(json.dumps(measure()) + "\n")


if __name__ == "__main__":
    main()
