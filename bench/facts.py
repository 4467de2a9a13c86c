"""Counting made facts: ours beside DuckDB by hand, pandas and a plain loop, each in a process of its own.

Usage: python -m bench.facts [ROWS …] [--ways ours,duckdb,…]; 5,000,000 rows unless others are named.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
REPEATS = 3
CPU_RATIO, MEGABYTES = 1.3, 300


def environment(var: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "DJANGO_SETTINGS_MODULE": "openpar.config.settings",
        "OPENPAR_VAR_DIR": str(var),
        "DATABASE_URL": f"sqlite:///{var}/bench.sqlite3",
    }


def measured(var: Path, folder: Path, way: str, rows: int) -> dict[str, Any] | None:
    """The best of several runs by CPU time; None when the way is not there."""
    runs = []
    for _repeat in range(1 if way == "loop" or rows > 20_000_000 else REPEATS):
        command = [sys.executable, str(ROOT / "bench" / "facts_ways.py"), str(folder), way, str(rows)]
        done = subprocess.run(
            command, env=environment(var), cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            sys.stderr.write(f"{way}: {done.stderr.strip().splitlines()[-1]}\n")
            return None
        runs.append(json.loads(done.stdout.splitlines()[-1]))
    return min(runs, key=lambda run: run["cpu"])


def stored(var: Path, rows: int) -> Path:
    """Makes the facts in the folder of a new store, and the rows that speak of their files."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.facts_stored", str(rows)],
        env=environment(var),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr[-2000:])
    return Path(done.stdout.splitlines()[-1])


def compare(rows: int, ways: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="openpar-bench-") as name:
        var = Path(name)
        folder = stored(var, rows)
        size = sum(path.stat().st_size for path in folder.glob("*.parquet"))
        sys.stdout.write(f"\n{rows:,} facts, {size / rows:.2f} bytes each\n")
        found = {way: told for way in ways if (told := measured(var, folder, way, rows)) is not None}
    for way, told in found.items():
        share = f"{told['cpu'] / found['ours']['cpu']:7.1f} × ours" if "ours" in found else ""
        times = f"CPU {told['cpu']:8.2f} s · {told['seconds']:8.2f} s"
        sys.stdout.write(f"{way:8} {times} · {told['megabytes']:6.0f} MB {share}\n")
    if {"ours", "duckdb"} <= found.keys():
        ratio = found["ours"]["cpu"] / found["duckdb"]["cpu"]
        verdict = "ok  " if ratio <= CPU_RATIO else "OVER"
        sys.stdout.write(f"{verdict} ours ÷ DuckDB by hand {ratio:.2f}, at most {CPU_RATIO}\n")
    if "ours" in found and rows <= 5_000_000:
        verdict = "ok  " if found["ours"]["megabytes"] <= MEGABYTES else "OVER"
        sys.stdout.write(f"{verdict} memory of the process, at most {MEGABYTES} MB\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.facts")
    parser.add_argument("rows", nargs="*", type=int)
    parser.add_argument("--ways", default="ours,duckdb,pandas,loop")
    chosen = parser.parse_args()
    for rows in chosen.rows or [5_000_000]:
        compare(rows, chosen.ways.split(","))


if __name__ == "__main__":
    main()
