"""Times of the pages, and SQLite beside PostgreSQL (bench/measure.py measures one database)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from bench.lines import Line, tell
from bench.processes import ours
from scripts.postgres import postgresql

# What a page may cost: server CPU in milliseconds, memory in megabytes.
LIMITS = {
    "save_cpu_ms": ("a save, CPU", "ms", 15),
    "sheet_cpu_ms": ("the sheet of 100 leaves with one open, CPU", "ms", 60),
    "opening_cpu_ms": ("opening an assessment of 100 leaves, CPU", "ms", 50),
    "ranking_cpu_ms": ("the ranking of 150 agencies, CPU", "ms", 50),
    "two_workers_mb": ("two workers", "MB", 300),
}
P99_LIMIT_MS, SHARE_OF_POSTGRESQL, TABLE_RATIO = 250, 0.9, 2.5


def lines() -> list[Line]:
    """Each database by itself, then side by side."""
    with tempfile.TemporaryDirectory(prefix="openpar-bench-") as name:
        var = Path(name)
        tell("pages: SQLite")
        address = f"sqlite:///{var}/pages.sqlite3"
        sqlite = ours(var, "bench.measure", address, address=address).said
        tell("pages: PostgreSQL")
        with postgresql() as address:
            on_postgresql = ours(var, "bench.measure", address, address=address).said
    share = sqlite["saving"]["saves_per_second"] / on_postgresql["saving"]["saves_per_second"]
    return [
        *_of("SQLite", sqlite),
        *_of("PostgreSQL", on_postgresql),
        Line("SQLite ÷ PostgreSQL, saves a second", share, at_least=SHARE_OF_POSTGRESQL),
        Line("stock Django template ÷ ours, 100 rows", sqlite["table_ratio"], at_least=TABLE_RATIO),
    ]


def _of(database: str, found: dict[str, Any]) -> list[Line]:
    told = [
        Line(f"{name}, {database}", found[key], unit, at_most=most)
        for key, (name, unit, most) in LIMITS.items()
    ]
    saving, together = found["saving"], f"64 people saving at once, {database}"
    slowest = P99_LIMIT_MS if database == "SQLite" else None
    return [
        *told,
        Line(f"{together}: refused", saving["failures"], at_most=0),
        Line(f"{together}: p50", saving["p50_ms"], "ms"),
        Line(f"{together}: p99", saving["p99_ms"], "ms", at_most=slowest),
        Line(f"{together}: saves a second", saving["saves_per_second"]),
    ]
