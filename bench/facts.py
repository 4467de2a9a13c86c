"""Counters, the index 766 and places of made dossiers: the program, DuckDB by hand, pandas and a plain loop.

All start from the same dossiers and must say the same before anything is said about their costs.
"""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from bench.lines import Line, median, tell
from bench.processes import Run, must_agree, ours, peers, turn_by_turn

ROWS, GROWTH = 5_000_000, (1_000_000, 5_000_000, 50_000_000)
# From here on as whole provinces: each counted by itself, then all added up.
MANY, PROVINCES = 100_000_000, 34
# The loop is about a share of the rows; its time is told for all of them.
SAME = ("cells", "places", "received", "count")


class Store:
    """A store of so many dossiers below a folder that is gone at the end, and the raw files beside it."""

    def __init__(self, folder: Path, rows: int) -> None:
        self.var, self.raw, self.rows = folder / "var", folder / "raw", rows
        self.var.mkdir()
        self.raw.mkdir()
        tell(f"facts: making {rows:,} dossiers")
        self.made = ours(self.var, "bench.facts_stored", rows, self.raw).said
        (self.files,) = self.var.glob("**/facts/made")

    def counted(self, way: str, *arguments: object) -> Run:
        return ours(self.var, "bench.facts_ways", way, *arguments)


def lines(rows: int | None, turns: int) -> list[Line]:
    """All figures; with `rows` those of so many dossiers only."""
    if rows is None:
        return [*side_by_side(ROWS, turns), *growth(turns)]
    return many(rows) if rows >= MANY else side_by_side(rows, turns)


def side_by_side(rows: int, turns: int) -> list[Line]:
    with tempfile.TemporaryDirectory(prefix="openpar-bench-") as name:
        store = Store(Path(name), rows)
        tell(f"facts: all ways of counting, {turns} turns and one that does not count")
        ways = {
            "ours": partial(store.counted, "ours"),
            "duckdb": partial(store.counted, "duckdb", store.files),
            "loop": partial(peers, "bench.facts_peers", "loop", store.raw),
        }
        if (store.raw / "raw.csv").exists():
            ways["pandas"] = partial(peers, "bench.facts_peers", "pandas", store.raw)
            ways["typed"] = partial(peers, "bench.facts_peers", "typed", store.raw)
        runs = turn_by_turn(ways, turns)
        share = store.counted("share", store.raw).said
    wholes = {way: each[0].said for way, each in runs.items() if way != "loop"}
    must_agree(wholes, SAME)
    must_agree({"loop": runs["loop"][0].said, "duckdb": share}, ("cells", "received"))
    return _told(rows, store, runs)


def _told(rows: int, store: Store, runs: dict[str, list[Run]]) -> list[Line]:
    def of(way: str, name: str) -> float:
        return median([float(run.said[name]) for run in runs[way]])

    million = rows / 1_000_000
    note = f"{of('ours', 'count'):,.0f} cells of {million:g} million dossiers"
    loop = of("loop", "cpu") * rows / of("loop", "rows")
    found = [
        Line("ours ÷ DuckDB by hand, CPU", of("ours", "cpu") / of("duckdb", "cpu"), at_most=1.3, note=note),
        Line("counters, 766 and places: ours, CPU", of("ours", "cpu"), "s"),
        Line("the same by hand in one SQL, CPU", of("duckdb", "cpu"), "s"),
        Line("ours as a whole process, CPU", of("ours", "whole_cpu"), "s"),
        Line("ours as a whole process, wall", of("ours", "whole_seconds"), "s"),
        Line("ours as a whole process, memory", of("ours", "whole_megabytes"), "MB", at_most=300),
        Line("a fact in its files", float(store.made["bytes"]), "bytes"),
    ]
    if "pandas" in runs:
        for name, unit, least in (("cpu", "CPU", 3), ("seconds", "wall", 4), ("megabytes", "memory", 4)):
            share = of("pandas", f"whole_{name}") / of("ours", f"whole_{name}")
            found.append(Line(f"pandas on the raw list ÷ ours, whole process, {unit}", share, at_least=least))
        # Somebody has read the list, and every day in it, before: how far that alone would get.
        for name, unit in (("cpu", "CPU"), ("seconds", "wall"), ("megabytes", "memory")):
            share = of("typed", f"whole_{name}") / of("ours", f"whole_{name}")
            found.append(Line(f"pandas on the list as typed Parquet ÷ ours, whole process, {unit}", share))
        found += [
            Line(f"pandas on {what} as a whole process, {unit}", of(way, f"whole_{name}"), sign)
            for way, what in (("pandas", "the list"), ("typed", "typed Parquet"))
            for name, unit, sign in (
                ("cpu", "CPU", "s"),
                ("seconds", "wall", "s"),
                ("megabytes", "memory", "MB"),
            )
        ]
    note = f"{of('loop', 'rows'):,.0f} rows walked, {loop / rows * 1e6:.1f} µs each"
    found.append(
        Line("plain loop over the raw rows ÷ ours, CPU", loop / of("ours", "cpu"), at_least=100, note=note)
    )
    whole = loop / of("ours", "whole_cpu")
    return [*found, Line("plain loop ÷ ours as a whole process, CPU", whole)]


def growth(turns: int) -> list[Line]:
    """CPU of counting a million dossiers, where there are few and where there are many."""
    found, each = [], []
    for rows in GROWTH:
        with tempfile.TemporaryDirectory(prefix="openpar-bench-") as name:
            store = Store(Path(name), rows)
            few = turns if rows < max(GROWTH) else min(turns, 3)
            runs = turn_by_turn({"ours": partial(store.counted, "spread")}, few)["ours"]
        each.append(median([run.said["cpu"] for run in runs]) / rows * 1e6)
        memory = max(run.megabytes for run in runs)
        note = f"median of {few}, {memory:.0f} MB"
        found.append(Line(f"counting {rows // 1_000_000} million: CPU a million", each[-1], "s", note=note))
    ratio = max(each) / min(each)
    return [*found, Line("largest ÷ smallest CPU a million", ratio, note="1: linear")]


def many(rows: int) -> list[Line]:
    """The nation: provinces one after the other, once."""
    with tempfile.TemporaryDirectory(prefix="openpar-bench-") as name:
        store = Store(Path(name), rows)
        tell(f"facts: {PROVINCES} provinces")
        run = store.counted("provinces", PROVINCES)
    counted = run.said["received"] + run.said["refused"]
    note = f"{counted:,} dossiers counted, one run"
    million = rows / 1_000_000
    return [
        Line(
            f"{million:g} million dossiers of {PROVINCES} provinces, wall",
            run.seconds,
            "s",
            at_most=120,
            note=note,
        ),
        Line(f"{million:g} million dossiers, CPU", run.cpu, "s"),
        Line(f"{million:g} million dossiers, memory", run.megabytes, "MB", at_most=2000),
    ]
