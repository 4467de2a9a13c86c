"""All provinces together, from the counters files that count."""

from __future__ import annotations

from collections.abc import Iterable

from openpar.base.facts import files
from openpar.base.facts.counter_files import Joined, join_tables
from openpar.base.facts.datasets import registered
from openpar.base.facts.queries import path_of_received, received_counters


class CountersDamaged(Exception):
    """The file of a province is no longer what it signed; names the provinces. `openpar facts verify`."""


def joined_counters(dataset: str, *, basis: str, by: Iterable[str]) -> Joined:
    """The counters of every province that sent them, added up by some of province, agency, month, sector and
    channel; every file is held against the digest that its province signed.

    Raises UnknownDataset, KeyError for an unknown basis or dimension, CountersDamaged.
    """
    to = registered(dataset)
    received = received_counters(dataset)
    paths = [path_of_received(one) for one in received]
    damaged = [
        one.province
        for one, path in zip(received, paths, strict=True)
        if not files.is_whole(path, one.sha256)
    ]
    if damaged:
        raise CountersDamaged(", ".join(damaged))
    return join_tables(to.counting, basis, paths, by)
