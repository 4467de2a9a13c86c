"""The boards of a plan that fans sixty tasks out to a hundred and thirty agencies (bench/plan_boards.py)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.lines import Line, tell
from bench.processes import ours
from scripts.postgres import postgresql

LIMIT_MS = 200


def lines() -> list[Line]:
    """What opening each view costs, on either database."""
    with tempfile.TemporaryDirectory(prefix="openpar-bench-") as name:
        var = Path(name)
        tell("plans: SQLite")
        address = f"sqlite:///{var}/plans.sqlite3"
        found = {"SQLite": ours(var, "bench.plan_boards", address=address).said}
        tell("plans: PostgreSQL")
        with postgresql() as address:
            found["PostgreSQL"] = ours(var, "bench.plan_boards", address=address).said
    return [
        Line(
            f"{view}, {database}",
            figures["wall_ms"],
            "ms",
            at_most=LIMIT_MS,
            note=f"CPU {figures['cpu_ms']:.0f} ms, {figures['queries']} queries",
        )
        for database, views in found.items()
        for view, figures in views.items()
    ]
