"""One digest of an answer, the same in every way and every environment: numpy only."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

DIMENSIONS = ("agency", "month", "sector", "channel")
# The counts of a dossier by their names in delivery/dossiers/declarations.py.
COUNTS = (
    *("received", "received_online", "left", "resolved", "early", "on_time", "late", "untimed"),
    *("in_process", "overdue", "waiting_supplement", "paused", "returned", "withdrawn", "stopped"),
    *("refused", "supplemented", "on_time_766", "apologised", "obligation", "paid_online", "digitised"),
    *("reused", "electronic"),
)


def of_cells(columns: Mapping[str, Any]) -> str:
    """The digest of counters, whatever the order of the cells."""
    order = np.lexsort([np.asarray(columns[name]) for name in reversed(DIMENSIONS)])
    digest = hashlib.sha256()
    for name in (*DIMENSIONS, *COUNTS):
        digest.update(name.encode())
        digest.update(np.asarray(columns[name])[order].astype("<i8").tobytes())
    return digest.hexdigest()


def of_places(rows: Sequence[tuple[int, int, int]]) -> str:
    """The digest of (agency, hundredths of a point, place), whatever their order."""
    return hashlib.sha256(repr(sorted((int(a), int(b), int(c)) for a, b, c in rows)).encode()).hexdigest()
