"""Made facts of the sample dataset (tests/base/facts/sample.py), month by month, as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

AGENCIES, PROCEDURES, SECTORS = 164, 900, 37
FIRST_MONTH = 2024 * 12


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
    small = {"channel", "verdict_legal", "verdict_766", "outcome", "carried", "supplement", "paused"}
    small |= {"obligation", "paid_online", "digitised"}
    return {name: values.astype(np.int8) if name in small else values for name, values in made.items()}
