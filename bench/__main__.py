"""`./run bench`: times of the pages, and SQLite beside PostgreSQL, in one run on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

# What a page may cost: server CPU in milliseconds, memory in megabytes.
LIMITS = {
    "save_cpu_ms": ("a save", 15),
    "sheet_cpu_ms": ("the sheet of 100 leaves with one open", 60),
    "opening_cpu_ms": ("opening an assessment of 100 leaves", 50),
    "ranking_cpu_ms": ("the ranking of 150 agencies", 50),
    "two_workers_mb": ("two workers, MB", 300),
}
P99_LIMIT_MS, SHARE_OF_POSTGRESQL, TABLE_RATIO = 250, 0.9, 2.5


def measured(address: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.measure", address],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(done.stderr[-3000:])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def line(name: str, value: float, limit: str, ok: bool) -> None:
    sys.stdout.write(f"{'ok  ' if ok else 'OVER'}  {name:<46} {value:>9.2f}   {limit}\n")


def main() -> None:
    from postgres import postgresql

    folder = tempfile.mkdtemp(prefix="openpar-bench-")
    sqlite = measured(f"sqlite:///{folder}/bench.sqlite3")
    with postgresql() as address:
        on_postgresql = measured(address)
    for name, found in (("SQLite", sqlite), ("PostgreSQL", on_postgresql)):
        sys.stdout.write(f"\n{name}\n")
        for key, (text, most) in LIMITS.items():
            line(text, found[key], f"≤ {most}", found[key] <= most)
        saving = found["saving"]
        line("64 people saving at once: refused", saving["failures"], "0", saving["failures"] == 0)
        line("64 people saving at once: p50, ms", saving["p50_ms"], "", True)
        p99, is_limited = saving["p99_ms"], name == "SQLite"
        limit = f"≤ {P99_LIMIT_MS}" if is_limited else ""
        line("64 people saving at once: p99, ms", p99, limit, not is_limited or p99 <= P99_LIMIT_MS)
        line("64 people saving at once: saves a second", saving["saves_per_second"], "", True)
    sys.stdout.write("\nSide by side\n")
    share = sqlite["saving"]["saves_per_second"] / on_postgresql["saving"]["saves_per_second"]
    line(
        "SQLite ÷ PostgreSQL, saves a second", share, f"≥ {SHARE_OF_POSTGRESQL}", share >= SHARE_OF_POSTGRESQL
    )
    ratio = sqlite["table_ratio"]
    line("stock Django template ÷ ours, 100 rows", ratio, f"≥ {TABLE_RATIO}", ratio >= TABLE_RATIO)


if __name__ == "__main__":
    main()
