"""Counting the dossiers of a store: by the program, and by SQL that somebody wrote for this one question.

Usage: facts_ways ours | duckdb FOLDER | share FOLDER | spread | provinces COUNT. Prints one JSON object.
Counters by month of reception; the index of QĐ 766 of every agency over the last twelve months, its place.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

from bench.digests import of_cells, of_places, since_start

# Counts by hand. Verdicts: 1 early, 2 in time, 3 late, 5 open and overdue, 6 without a due date, 7 waits
# for a supplement, 8 paused. Outcomes: 0 open, 1 done, 2 returned, 3 withdrawn, 4 refused, 5 stopped.
CELLS = """
SELECT agency, month_received AS month, sector, channel,
  count(*) FILTER (accepted = 1) AS received,
  count(*) FILTER (accepted = 1 AND channel = 2) AS received_online,
  count(*) FILTER (accepted = 1 AND outcome IN (1, 2, 3, 5)) AS gone,
  count(*) FILTER (accepted = 1 AND outcome = 1) AS resolved,
  count(*) FILTER (verdict = 1) AS early,
  count(*) FILTER (verdict = 2) AS on_time,
  count(*) FILTER (verdict = 3) AS late,
  count(*) FILTER (accepted = 1 AND outcome = 1 AND verdict = 6) AS untimed,
  count(*) FILTER (accepted = 1 AND outcome = 0) AS in_process,
  count(*) FILTER (verdict = 5) AS overdue,
  count(*) FILTER (verdict = 7) AS waiting_supplement,
  count(*) FILTER (verdict = 8) AS paused,
  count(*) FILTER (accepted = 1 AND outcome = 2) AS returned,
  count(*) FILTER (accepted = 1 AND outcome = 3) AS withdrawn,
  count(*) FILTER (accepted = 1 AND outcome = 5) AS stopped,
  count(*) FILTER (outcome = 4) AS refused,
  count(*) FILTER (accepted = 1 AND supplements IN (1, 2)) AS supplemented,
  count(*) FILTER (accepted = 1 AND index_verdict = 1) AS on_time_766,
  count(*) FILTER (verdict IN (3, 5) AND extension = 1) AS apologised,
  count(*) FILTER (accepted = 1 AND obligation = 1) AS obligation,
  count(*) FILTER (accepted = 1 AND obligation = 1 AND paid_online IN (1, 2)) AS paid_online,
  count(*) FILTER (accepted = 1 AND digitised = 1) AS digitised,
  count(*) FILTER (accepted = 1 AND reused = 1) AS reused,
  count(*) FILTER (accepted = 1 AND electronic = 1) AS electronic
FROM read_parquet('{files}') GROUP BY ALL
"""
# Points in hundredths, half up, each indicator by itself; 3.3 is full at a half, 4.3 at four fifths.
WHOLE = """
WITH cells AS MATERIALIZED ({cells}),
year AS (
  SELECT agency, sum(received)::BIGINT AS received, sum(on_time_766)::BIGINT AS on_time,
    sum(received_online)::BIGINT AS online, sum(paid_online)::BIGINT AS paid,
    sum(obligation)::BIGINT AS obligation, sum(electronic)::BIGINT AS electronic,
    sum(digitised)::BIGINT AS digitised, sum(reused)::BIGINT AS reused
  FROM cells WHERE month BETWEEN {first} AND {last} GROUP BY agency HAVING sum(received) > 0),
points AS (
  SELECT agency, (4000 * on_time + received) // (2 * received)
    + (1200 * least(2 * online, received) + received) // (2 * received)
    + CASE WHEN obligation > 0 THEN (1200 * paid + obligation) // (2 * obligation) ELSE 0 END
    + (1200 * electronic + received) // (2 * received)
    + (800 * digitised + received) // (2 * received)
    + (400 * least(5 * reused, 4 * received) + 4 * received) // (8 * received) AS points
  FROM year),
places AS (SELECT agency, points, rank() OVER (ORDER BY points DESC) AS place FROM points)
SELECT * FROM cells LEFT JOIN places USING (agency)
"""


def clocked(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What it gives; CPU and wall seconds of it alone, everything loaded before."""
    started, cpu = time.perf_counter(), time.process_time()
    found = work()
    costs = {"cpu": time.process_time() - cpu, "seconds": time.perf_counter() - started}
    return found, {**costs, **since_start()}


def ours() -> dict[str, Any]:
    """The store as it is used: a registered dataset, files that count, the engine of the setting."""
    from datetime import date

    from bench.dossiers_made import LAST_MONTH
    from openpar.base.facts.counters import Counters
    from openpar.base.facts.counting import counters
    from openpar.base.facts.declarations import AGENCY, MONTH
    from openpar.delivery.dossiers.declarations import DATASET, RECEIVED
    from openpar.delivery.service_quality.of_dossiers import FROM_DOSSIERS
    from openpar.delivery.service_quality.sets import needed_set
    from openpar.engine.qd766 import score
    from openpar.engine.ranking import Place, rank

    def work() -> tuple[Counters, dict[int, Decimal | None], dict[int, Place]]:
        whole = counters(DATASET, basis=RECEIVED)
        # Of two dozen counts the index asks for seven.
        asked = {name: whole[name] for pair in FROM_DOSSIERS.values() for name in pair}
        year = (
            Counters(whole.cells, asked)
            .summed(AGENCY, MONTH)
            .during(LAST_MONTH - 11, LAST_MONTH)
            .summed(AGENCY)
        )
        indicators = needed_set(date(2026, 6, 30))
        points = {}
        for place, agency in enumerate(year.cells[AGENCY].tolist()):
            figures = {
                name: (Decimal(int(year[above][place])), Decimal(int(year[below][place])))
                for name, (above, below) in FROM_DOSSIERS.items()
            }
            points[agency] = score(indicators, figures).points
        return whole, points, rank(points)

    (whole, points, places), costs = clocked(work)
    ranked = [
        (agency, int(value * 100), places[agency].rank)
        for agency, value in points.items()
        if value is not None
    ]
    columns = {**whole.cells, **whole.counts}
    return {
        **costs,
        "cells": of_cells(columns),
        "places": of_places(ranked),
        "received": whole.total("received"),
        "count": len(whole),
    }


def by_hand(folder: str) -> dict[str, Any]:
    import duckdb

    from bench.dossiers_made import LAST_MONTH

    cells = CELLS.format(files=f"{folder}/*.parquet")
    sql = WHOLE.format(cells=cells, first=LAST_MONTH - 11, last=LAST_MONTH)

    def work() -> dict[str, Any]:
        with duckdb.connect(":memory:", config={"threads": 2}) as duck:
            found: dict[str, Any] = duck.execute(sql).fetchnumpy()
            return found

    found, costs = clocked(work)
    ranked = set(zip(*(found[name].tolist() for name in ("agency", "points", "place")), strict=True))
    return {
        **costs,
        "cells": of_cells(found),
        "places": of_places([row for row in ranked if None not in row]),
        "received": int(found["received"].sum()),
        "count": len(found["agency"]),
    }


def share_by_hand(folder: str) -> dict[str, Any]:
    """The digest of the share that the loop walks over."""
    import duckdb

    with duckdb.connect(":memory:") as duck:
        found = duck.execute(CELLS.format(files=f"{folder}/share.parquet")).fetchnumpy()
    return {"cells": of_cells(found), "received": int(found["received"].sum())}


def spread() -> dict[str, Any]:
    """Counting alone, for how it grows."""
    from openpar.base.facts.counting import counters
    from openpar.delivery.dossiers.declarations import DATASET, RECEIVED

    found, costs = clocked(lambda: counters(DATASET, basis=RECEIVED))
    return {**costs, "received": found.total("received"), "refused": found.total("refused")}


def provinces(count: int) -> dict[str, Any]:
    """So many provinces, each counted over its own files, then all added up."""
    from openpar.base.facts.counters import added
    from openpar.base.facts.counting import counted_over
    from openpar.base.facts.datasets import registered
    from openpar.base.facts.months import base_of
    from openpar.delivery.dossiers.declarations import DATASET, RECEIVED

    to = registered(DATASET)

    def work() -> Any:
        paths = tuple(base_of(to).paths.values())
        each = len(paths) / count
        edges = [round(number * each) for number in range(count + 1)]
        whole = None
        for first, last in pairwise(edges):
            province = counted_over(to, RECEIVED, paths[first:last])
            whole = province if whole is None else added((whole, province))
        return whole

    found, costs = clocked(work)
    return {**costs, "received": found.total("received"), "refused": found.total("refused")}


def main() -> None:
    way, *rest = sys.argv[1:]
    if way not in ("duckdb", "share"):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openpar.config.settings")
        import django

        django.setup()
        # Loaded before anything is clocked, as in a server.
        from openpar.base.facts import counting  # noqa: F401  # imported for its time only
    ways: dict[str, Callable[[], dict[str, Any]]] = {
        "ours": ours,
        "duckdb": lambda: by_hand(rest[0]),
        "share": lambda: share_by_hand(rest[0]),
        "spread": spread,
        "provinces": lambda: provinces(int(rest[0])),
    }
    sys.stdout.write(json.dumps(ways[way]()) + "\n")


if __name__ == "__main__":
    main()
