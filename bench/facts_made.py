"""Made facts: as many as wanted, month by month, straight into Parquet files of the store's own form."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

AGENCIES, PROCEDURES, SECTORS, MONTHS = 164, 900, 37, 24
FIRST_MONTH = 2024 * 12
# Rows that are really made; more of them are further names of the same files.
MOST_MADE = 50_000_000


def columns_of_month(chance: np.random.Generator, month: int, rows: int) -> dict[str, Any]:
    """The facts of one month, by agency as the keys of dossiers are; shares as provinces report them."""

    def flag(share: float) -> Any:
        return (chance.random(rows, np.float32) < share).astype(np.int16)

    agency = np.sort(chance.zipf(1.3, rows) % AGENCIES + 1).astype(np.int16)
    procedure = (chance.zipf(1.4, rows) % PROCEDURES + 1).astype(np.int16)
    ended = np.where(flag(0.93) == 1, month + flag(0.35), 0).astype(np.int16)
    verdict = chance.choice(np.array([1, 2, 3], np.int8), rows, p=[0.6, 0.33, 0.07])
    verdict = np.where(ended == 0, np.where(flag(0.1) == 1, 5, 4), verdict).astype(np.int8)
    outcome = chance.choice(np.array([0, 1, 2, 3, 4], np.int8), rows, p=[0.07, 0.88, 0.03, 0.01, 0.01])
    made = {
        "agency": agency,
        "procedure": procedure,
        "sector": (procedure % SECTORS + 1).astype(np.int16),
        "channel": chance.choice(np.array([1, 2, 3], np.int8), rows, p=[0.3, 0.65, 0.05]),
        "month_received": np.full(rows, month, np.int16),
        "month_due": (month + flag(0.4)).astype(np.int16),
        "month_ended": ended,
        "verdict_legal": verdict,
        "verdict_766": np.where(flag(0.03) == 1, 3, verdict).astype(np.int8),
        "outcome": outcome,
        "carried": ended != month,
        "supplement": flag(0.04),
        "paused": flag(0.01),
        "obligation": flag(0.35),
        "paid_online": flag(0.2),
        "digitised": flag(0.6),
        "calendar": np.full(rows, 3, np.int16),
    }
    small = ("channel", "verdict_legal", "verdict_766", "outcome", "carried", "supplement", "paused")
    small += ("obligation", "paid_online", "digitised")
    return {name: values.astype(np.int8) if name in small else values for name, values in made.items()}


# A dossier's code much as the one-stop writes it, in the order of the rows.
_KEY = (
    "printf('H36.%03d-%06d-%04d', agency, 240101 + row_number() OVER () // 10000, "
    "row_number() OVER () % 10000)"
)


def make(folder: Path, rows: int, seed: int = 1) -> list[tuple[int, Path, int]]:
    """Month, file and number of rows of each file below `folder`; the same seed makes the same facts."""
    import duckdb

    chance = np.random.default_rng(seed)
    made: list[tuple[int, Path, int]] = []
    really = min(rows, MOST_MADE)
    months = MONTHS if really == rows else 10
    share = really // months
    with duckdb.connect(":memory:", config={"threads": 2}) as duck:
        for number in range(months):
            path = folder / f"{number:04}.parquet"
            duck.register("made", columns_of_month(chance, FIRST_MONTH + number % MONTHS, share))
            duck.execute(
                f"COPY (SELECT {_KEY} AS key, * FROM made) TO '{path}' (FORMAT parquet, COMPRESSION zstd, "
                "PARQUET_VERSION v2, ROW_GROUP_SIZE 122880)"
            ).fetchall()
            duck.unregister("made")
            made.append((FIRST_MONTH + number % MONTHS, path, share))
    for copy in range(1, rows // really):
        for number in range(months):
            path = folder / f"{copy:04}-{number:04}.parquet"
            os.link(made[number][1], path)
            made.append((made[number][0], path, share))
    return made
