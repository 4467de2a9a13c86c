"""What `./run bench` says: one line a figure, with what it may be at most or must be at least."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

TURNS = 5


@dataclass(frozen=True)
class Line:
    """One figure; without a limit it is told only. `note` says what was measured where the name does not."""

    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None
    note: str = ""

    @property
    def is_ok(self) -> bool:
        """Within its limit, or without one."""
        too_much = self.at_most is not None and self.value > self.at_most
        return not too_much and not (self.at_least is not None and self.value < self.at_least)

    @property
    def limit(self) -> str:
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return f"≥ {self.at_least:g}" if self.at_least is not None else ""

    def as_mapping(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {**asdict(self), "ok": self.is_ok}

    def told(self) -> str:
        mark = "    " if not self.limit else "ok  " if self.is_ok else "OVER"
        name = f"{self.name}, {self.unit}" if self.unit else self.name
        return f"{mark}  {name:<66} {self.value:>11.3f}   {self.limit:<8} {self.note}".rstrip()


def median(values: Sequence[float]) -> float:
    return float(statistics.median(values))


def tell(text: str) -> None:
    """Says on standard error what is being done: some of it takes minutes."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
