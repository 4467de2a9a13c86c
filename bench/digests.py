"""What an answer cost and one digest of it, the same in every way and every environment: numpy only."""

from __future__ import annotations

import hashlib
import os
import resource
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_STAT = Path("/proc/self/stat")
DIMENSIONS = ("agency", "month", "sector", "channel")
# The counts of a dossier by their names in delivery/dossiers/declarations.py.
COUNTS = (
    *("received", "received_online", "gone", "resolved", "early", "on_time", "late", "untimed"),
    *("in_process", "overdue", "waiting_supplement", "paused", "returned", "withdrawn", "stopped"),
    *("refused", "supplemented", "on_time_766", "apologised", "obligation", "paid_online", "digitised"),
    *("reused", "electronic"),
)


def since_start() -> dict[str, float]:
    """What this process has cost from its start up to now, when its answer is there and nothing else done."""
    now, born = time.clock_gettime(time.CLOCK_BOOTTIME), int(_STAT.read_text().rpartition(")")[2].split()[19])
    return {
        "whole_cpu": time.process_time(),
        "whole_seconds": now - born / os.sysconf("SC_CLK_TCK"),
        "whole_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def of_cells(columns: Mapping[str, Any]) -> str:
    """The digest of counters, whatever the order of the cells."""
    # Loaded only here: a way that needs numpy loads it when and as it does so by itself.
    import numpy as np

    order = np.lexsort([np.asarray(columns[name]) for name in reversed(DIMENSIONS)])
    digest = hashlib.sha256()
    for name in (*DIMENSIONS, *COUNTS):
        digest.update(name.encode())
        digest.update(np.asarray(columns[name])[order].astype("<i8").tobytes())
    return digest.hexdigest()


def of_places(rows: Sequence[tuple[int, int, int]]) -> str:
    """The digest of (agency, hundredths of a point, place), whatever their order."""
    return hashlib.sha256(repr(sorted((int(a), int(b), int(c)) for a, b, c in rows)).encode()).hexdigest()
