"""Lists of dossiers: with all checks beside pandas that only reads; workbooks beside openpyxl."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from bench.lines import Line, median, tell
from bench.processes import Run, must_agree, ours, peers, turn_by_turn

ROWS = 100_000


def lines(rows: int | None, turns: int) -> list[Line]:
    """A CSV list of so many dossiers, and a workbook of a quarter of them."""
    rows = rows or ROWS
    with tempfile.TemporaryDirectory(prefix="openpar-bench-") as name:
        var, folder = Path(name) / "var", Path(name) / "lists"
        var.mkdir()
        folder.mkdir()
        tell(f"import: making a list of {rows:,} dossiers")
        made = ours(var, "bench.import_ways", "prepare", rows, folder).said
        tell(f"import: {turns} turns and one that does not count")
        runs = turn_by_turn(
            {
                "read": partial(ours, var, "bench.import_ways", "read", folder),
                "pandas": partial(peers, "bench.import_peers", "pandas", folder),
                "whole": partial(ours, var, "bench.import_ways", "whole", folder),
                "workbook": partial(ours, var, "bench.import_ways", "workbook", folder),
                "openpyxl": partial(peers, "bench.import_peers", "openpyxl", folder),
            },
            turns,
        )
    first = {way: each[0].said for way, each in runs.items()}
    must_agree({way: first[way] for way in ("read", "pandas")}, ("rows", "codes", "finished"))
    must_agree({way: first[way] for way in ("workbook", "openpyxl")}, ("rows", "codes"))
    return _told(rows, made["megabytes"], runs)


def _told(rows: int, megabytes: dict[str, float], runs: dict[str, list[Run]]) -> list[Line]:
    def of(way: str, name: str = "cpu") -> float:
        return median([float(run.said[name]) for run in runs[way]])

    first = runs["whole"][0].said
    note = f"{rows:,} rows, {megabytes['list.csv']:.0f} MB"
    written = f"{first['accepted']:,} taken in, {first['refused']:,} refused"
    book = f"{runs['workbook'][0].said['rows']:,} rows, {megabytes['list.xlsx']:.1f} MB"
    return [
        Line(
            "CSV read, understood, checked, judged ÷ pandas reading, CPU",
            of("read") / of("pandas"),
            at_most=3,
            note=note,
        ),
        Line(
            "the same ÷ pandas reading and telling moments, CPU",
            of("read") / of("pandas", "dated_cpu"),
        ),
        Line(
            "CSV imported into the database ÷ pandas reading, CPU", of("whole") / of("pandas"), note=written
        ),
        Line("pandas (pyarrow) reading the CSV, CPU", of("pandas"), "s"),
        Line("CSV read, understood, checked, judged, CPU", of("read"), "s"),
        Line("CSV imported into the database, CPU", of("whole"), "s"),
        Line("CSV imported into the database, wall", of("whole", "seconds"), "s"),
        Line(
            "openpyxl ÷ ours reading a workbook, CPU", of("openpyxl") / of("workbook"), at_least=8, note=book
        ),
        Line(
            "openpyxl ÷ ours reading a workbook, wall", of("openpyxl", "seconds") / of("workbook", "seconds")
        ),
        Line("openpyxl ÷ ours as far as typed rows, CPU", of("openpyxl") / of("workbook", "understood_cpu")),
        Line("openpyxl reading the workbook, CPU", of("openpyxl"), "s"),
    ]
