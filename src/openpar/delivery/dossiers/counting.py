"""Stocks out of counters: what was carried over into a month, and what is still here at its end.

Counters add up over months, stocks do not: a stock is everything received before, less everything that left.
"""

from __future__ import annotations

import numpy as np

from openpar.base.facts.counters import Counters, added
from openpar.base.facts.declarations import AGENCY, MONTH

_LEFT, _RECEIVED = "gone", "received"


def carried_over(received: Counters, ended: Counters, first: int) -> Counters:
    """The dossiers received before the month `first` that had not left before it, by agency, field, channel.

    `received` and `ended` are the counters of the two bases of one calendar (received, ended; received_15,
    ended_15); the stock stands in the count “carried_over”.
    """
    return _stock(received, ended, first, "carried_over")


def remaining(received: Counters, ended: Counters, last: int) -> Counters:
    """The dossiers received up to the month `last`, included, that had not left by its end; the stock stands
    in the count “remaining” and is what the next month carries over.
    """
    return _stock(received, ended, last + 1, "remaining")


def _stock(received: Counters, ended: Counters, before: int, name: str) -> Counters:
    came = _only(received.during(1, before - 1), _RECEIVED, name)
    # Month 0 is "not ended".
    left = _only(ended.during(1, before - 1), _LEFT, name)
    minus = Counters(left.cells, {name: -left[name]})
    return added((came, minus)).summed(AGENCY, "sector", "channel")


def _only(counters: Counters, count: str, name: str) -> Counters:
    cells = {of: values if of != MONTH else np.zeros_like(values) for of, values in counters.cells.items()}
    return Counters(cells, {name: counters[count]})
