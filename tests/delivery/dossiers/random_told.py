"""Random dossiers, sensible and senseless, as columns."""

from __future__ import annotations

from datetime import date

import numpy as np

from openpar.delivery.dossiers.told import Told

ON = date(2026, 9, 30)
_NAT = np.datetime64("NaT", "us")


def _moments(chance: np.random.Generator, since: np.ndarray, days: int, share: float) -> np.ndarray:
    """Some days after, half of them with the hour; `share` of the rows have one."""
    size = len(since)
    whole = since.astype("datetime64[D]") + chance.integers(0, days, size)
    hour = chance.integers(6 * 60, 19 * 60, size).astype("timedelta64[m]")
    without = chance.random(size) < 0.2
    found = np.where(without, whole.astype("datetime64[us]"), whole + hour)
    found = found.astype("datetime64[us]")
    found[(chance.random(size) >= share) | np.isnat(since)] = _NAT
    return found


def random_told(seed: int, size: int, *, calendars: int = 1) -> Told:
    """Columns of `size` dossiers received in 2025 and 2026, every status, pause and unit among them."""
    chance = np.random.default_rng(seed)
    begin = np.full(size, np.datetime64("2025-06-01", "us"))
    received = _moments(chance, begin, 500, 0.99)
    asked = _moments(chance, received, 12, 0.25)
    payment = _moments(chance, received, 12, 0.2)
    paused = _moments(chance, received, 12, 0.15)
    finished = _moments(chance, received, 25, 0.8)
    # Some ended before they were received, some asked before: what lists really say.
    early = chance.random(size) < 0.02
    asked[early] = asked[early] - np.timedelta64(20, "D")
    due_on = (received.astype("datetime64[D]") + chance.integers(0, 20, size)).astype("datetime64[D]")
    due_on[chance.random(size) < 0.5] = np.datetime64("NaT", "D")
    units = chance.integers(0, 4, size)
    amounts = np.where(units == 3, 1, chance.integers(1, 25, size))
    amounts[chance.random(size) < 0.2] = 0
    return Told(
        status=chance.choice([1, 2, 3, 4, 4, 5, 6, 7, 8, 9, 9, 9, 10, 10], size),
        is_returned=chance.random(size) < 0.4,
        received=received,
        due_on=due_on,
        finished=finished,
        handed_over=_moments(chance, finished, 5, 0.5),
        refused=_moments(chance, received, 9, 0.1),
        supplement_asked=asked,
        supplement_answered=_moments(chance, asked, 10, 0.7),
        supplements=np.where(
            np.isnat(asked),
            chance.choice([-1, 0, 2], size, p=(0.7, 0.28, 0.02)),
            chance.choice([-1, 1, 2, 3], size),
        ),
        payment_asked=payment,
        paid=_moments(chance, payment, 6, 0.7),
        paused=paused,
        resumed=_moments(chance, paused, 6, 0.7),
        amounts=amounts,
        units=units,
        calendars=chance.integers(0, calendars, size),
    )
