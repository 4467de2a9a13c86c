"""Which levels exist on which day: online levels before and after NĐ 42/2022, the district until 07/2025.

Everything comes from data/procedures/online_levels.yaml; a new law is a new row there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from openpar.common.yaml_files import data_of
from openpar.delivery.procedures.words import OnlineLevel


@dataclass(frozen=True)
class DatedLevel:
    """An online level during [since, until); `counts_as` is the level of today that it is counted with."""

    level: OnlineLevel
    counts_as: OnlineLevel
    exchange_code: int | None
    since: date | None
    until: date | None

    def is_valid_on(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


def _file() -> Path:
    return Path(settings.OPENPAR_DATA_DIR) / "procedures" / "online_levels.yaml"


@lru_cache(maxsize=4)
def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = data_of(path)
    return content


@lru_cache(maxsize=4)
def _levels(path: Path) -> tuple[DatedLevel, ...]:
    return tuple(
        DatedLevel(
            OnlineLevel(row["level"]),
            OnlineLevel(row["counts_as"]),
            row["exchange"],
            row["from"],
            row["until"],
        )
        for row in _read(path)["levels"]
    )


def online_levels_on(day: date) -> tuple[OnlineLevel, ...]:
    """The levels that could be stated on `day`."""
    return tuple(one.level for one in _levels(_file()) if one.is_valid_on(day))


def counts_as(level: OnlineLevel | str) -> OnlineLevel:
    """The level of today that an old one is counted with."""
    return next(one.counts_as for one in _levels(_file()) if one.level == level)


def levels_counted_as(level: OnlineLevel) -> tuple[OnlineLevel, ...]:
    """The level itself and the old ones counted with it."""
    return tuple(one.level for one in _levels(_file()) if one.counts_as == level)


def level_of_exchange(code: int) -> OnlineLevel | None:
    """The level of a code MucDo of the national synchronisation (2, 3, 4); None for any other."""
    return next((one.level for one in _levels(_file()) if one.exchange_code == code), None)


def partial_needs_reason_from() -> date:
    """The first day on which a partial level needs a published reason (NĐ 224/2026)."""
    day: date = _read(_file())["partial_needs_reason_from"]["day"]
    return day


def district_until() -> date:
    """The first day without a district level."""
    day: date = _read(_file())["district_until"]["day"]
    return day
