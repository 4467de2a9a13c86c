"""One way of counting made facts, in a process of its own; prints one JSON object.

Usage: facts_ways.py FOLDER WAY ROWS. Ways: ours, duckdb (by hand), pandas, loop (a share of the rows).
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

# Rows that the plain loop walks over; its time is told for all of them.
LOOP_ROWS = 250_000
BY_HAND = """
SELECT agency, month_received AS month, sector, channel, count(*) AS received,
  count(*) FILTER (carried = 1) AS carried_over, count(*) FILTER (verdict_legal = 1) AS early,
  count(*) FILTER (verdict_legal = 2) AS on_time, count(*) FILTER (verdict_legal = 3) AS late,
  count(*) FILTER (verdict_legal IN (4, 5)) AS in_process, count(*) FILTER (verdict_legal = 5) AS overdue,
  count(*) FILTER (outcome = 2) AS returned, count(*) FILTER (outcome = 3) AS withdrawn,
  count(*) FILTER (outcome = 4) AS refused, count(*) FILTER (supplement = 1) AS supplement,
  count(*) FILTER (paused = 1) AS paused, count(*) FILTER (channel = 2) AS online,
  count(*) FILTER (obligation = 1) AS obligation,
  count(*) FILTER (obligation = 1 AND paid_online = 1) AS paid_online,
  count(*) FILTER (digitised = 1) AS digitised,
  count(*) FILTER (verdict_766 IN (1, 2, 4, 6)) AS on_time_766
FROM read_parquet('{folder}/*.parquet') GROUP BY ALL
"""


def ours(folder: Path) -> int:
    """The store as it is used: a registered dataset, files that count, the engine of the setting."""
    from django.conf import settings

    from openpar.base.facts.counting import counters

    assert settings.OPENPAR_FACTS_ENGINE == "duckdb"
    return counters("dossiers", basis="received").total("received")


def by_hand(folder: Path) -> int:
    import duckdb

    with duckdb.connect(":memory:", config={"threads": 2}) as duck:
        return int(duck.execute(BY_HAND.format(folder=folder)).fetchnumpy()["received"].sum())


def with_pandas(folder: Path) -> int:
    import pandas

    whole = pandas.concat(
        [pandas.read_parquet(path).drop(columns="key") for path in folder.glob("*.parquet")]
    )
    flags = whole.assign(
        early=whole.verdict_legal == 1,
        on_time=whole.verdict_legal == 2,
        late=whole.verdict_legal == 3,
        in_process=whole.verdict_legal.isin((4, 5)),
        overdue=whole.verdict_legal == 5,
        returned=whole.outcome == 2,
        withdrawn=whole.outcome == 3,
        refused=whole.outcome == 4,
        online=whole.channel == 2,
        paid=(whole.obligation == 1) & (whole.paid_online == 1),
        on_time_766=whole.verdict_766.isin((1, 2, 4, 6)),
        received=1,
    )
    names = [
        "received",
        "early",
        "on_time",
        "late",
        "in_process",
        "overdue",
        "returned",
        "withdrawn",
        "refused",
    ]
    names += ["online", "paid", "on_time_766", "carried", "supplement", "paused", "obligation", "digitised"]
    found = flags.groupby(["agency", "month_received", "sector", "channel"], sort=False)[names].sum()
    return int(found["received"].sum())


def in_a_loop(folder: Path) -> int:
    import duckdb

    from tests.base.facts.sample import COUNTING

    found: Counter[tuple[int, ...]] = Counter()
    with duckdb.connect(":memory:") as duck:
        answer = duck.execute(
            f"SELECT * EXCLUDE key FROM read_parquet('{folder}/*.parquet') LIMIT {LOOP_ROWS}"
        )
        names = [column[0] for column in answer.description]
        rows = answer.fetchall()
    started = time.process_time()
    for row in rows:
        fact = dict(zip(names, row, strict=True))
        cell = (fact["agency"], fact["month_received"], fact["sector"], fact["channel"])
        for place, count in enumerate(COUNTING.counts):
            if count.holds(fact):
                found[(*cell, place)] += 1
    in_a_loop.cpu = time.process_time() - started  # type: ignore[attr-defined]  # told beside the answer
    return len(rows)


WAYS = {"ours": ours, "duckdb": by_hand, "pandas": with_pandas, "loop": in_a_loop}


def main() -> None:
    folder, way, rows = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    if way in ("ours", "loop"):
        import django

        django.setup()
    started, cpu = time.perf_counter(), time.process_time()
    counted = WAYS[way](folder)
    told: dict[str, Any] = {
        "way": way,
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - cpu,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "rows": counted,
    }
    if way == "loop":
        told["cpu"] = in_a_loop.cpu * rows / counted  # type: ignore[attr-defined]  # set by the loop itself
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openpar.config.settings")
    main()
