"""The same question answered from the raw file by pandas, and by a plain loop over the rows of a list.

Usage: facts_peers pandas | typed | loop FOLDER; `typed`: pandas, where the list lies as Parquet with days and
moments as such. Runs where OpenPAR is not: verdicts, months, counters, index and
places are worked out here. Prints one JSON object; the answers are held against those of the program.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bench.digests import COUNTS, of_cells, of_places, since_start

NEEDED = (
    *("agency", "sector", "channel", "status", "is_returned", "received_at", "refused_at", "due_on"),
    *("finished_at", "supplement_asked_at", "supplement_answered_at", "supplements", "extended_at"),
    *("has_obligation", "paid_online", "is_digitised", "is_reused", "has_electronic_result"),
)
WORDS = ("agency", "sector", "channel", "status")
STATUS = {"Từ chối tiếp nhận": 3, "Đang xử lý": 4, "Yêu cầu bổ sung": 5, "Rút hồ sơ": 7, "Dừng xử lý": 8}
STATUS |= {"Đã xử lý xong": 9, "Đã trả kết quả": 10}
CHANNEL = {"Trực tiếp": 1, "Trực tuyến": 2, "Bưu chính công ích": 3}
# Indicator: above the line, below it, most points, full at (as a fraction).
INDICATORS = (
    ("on_time_766", "received", 20, 1, 1),
    ("received_online", "received", 6, 1, 2),
    ("paid_online", "obligation", 6, 1, 1),
    ("electronic", "received", 6, 1, 1),
    ("digitised", "received", 4, 1, 1),
    ("reused", "received", 2, 4, 5),
)


class Calendar:
    """Working days as tables over all days: how many up to a day, and the day of a number."""

    def __init__(self, folder: Path) -> None:
        said = json.loads((folder / "calendar.json").read_text())
        self.on = np.datetime64(said["on"], "D").astype(np.int64)
        self.last_month = int(said["last_month"])
        self.days = np.array(said["working_days"], "datetime64[D]").astype(np.int64)
        self.first = self.days[0]
        self.until = np.searchsorted(self.days, np.arange(self.first, self.days[-1] + 1), side="right")

    def number(self, days: Any) -> Any:
        """Working days up to these days."""
        return self.until[days - self.first]


def with_pandas(folder: Path, read: Callable[[Path], Any]) -> dict[str, Any]:
    """Whole columns at once, only those that are needed, texts as categories, days as whole numbers."""
    import pandas as pd

    calendar = Calendar(folder)
    rows = _columns(read(folder))
    told = {name: _days(rows.pop(name)) for name in list(rows) if name.endswith(("_at", "_on"))}
    made = _verdicts(rows, told, calendar)
    keys = ["agency", "month", "sector", "channel"]
    frame = pd.DataFrame(
        {"agency": rows["agency"], "month": made.pop("month"), "sector": rows["sector"]}
        | {"channel": rows["channel"]}
        | {name: made[name] for name in COUNTS},
        copy=False,
    )
    cells = frame.groupby(keys, observed=True, sort=False).sum().reset_index()
    year = cells[cells["month"].between(calendar.last_month - 11, calendar.last_month)]
    ranked = _index(year.drop(columns=["month", "sector", "channel"]).groupby("agency", observed=True).sum())
    costs = since_start()
    columns = {name: cells[name].to_numpy() for name in ("month", *COUNTS)}
    columns["channel"] = _meant(cells["channel"], CHANNEL)
    for name in ("agency", "sector"):
        columns[name] = _numbers(cells[name])
    agencies = _numbers(ranked.index.to_series())
    places = zip(agencies, ranked["points"], ranked["place"], strict=True)
    return {
        **costs,
        "cells": of_cells(columns),
        "places": of_places(list(places)),
        "received": int(columns["received"].sum()),
        "count": len(cells),
    }


def _typed(folder: Path) -> Any:
    import pyarrow.parquet as parquet

    return parquet.read_table(folder / "raw.parquet", columns=list(NEEDED), read_dictionary=list(WORDS))


def _listed(folder: Path) -> Any:
    """The list as it was exported, by the quickest reader of CSV that pandas has: said what every column is,
    so that nothing is guessed.
    """
    import pyarrow as arrow
    from pyarrow import csv as arrow_csv

    kinds = {name: arrow.bool_() for name in NEEDED}
    kinds |= {name: arrow.timestamp("s") for name in NEEDED if name.endswith(("_at", "_on"))}
    kinds |= dict.fromkeys(WORDS, arrow.dictionary(arrow.int32(), arrow.string()))
    kinds |= dict.fromkeys(("supplements", "paid_online"), arrow.int8())
    wanted = arrow_csv.ConvertOptions(
        column_types=kinds, include_columns=list(NEEDED), timestamp_parsers=["%d/%m/%Y %H:%M:%S", "%d/%m/%Y"]
    )
    return arrow_csv.read_csv(folder / "raw.csv", convert_options=wanted)


def _columns(table: Any) -> dict[str, Any]:
    frame = table.to_pandas(split_blocks=True, self_destruct=True, date_as_object=False)
    del table
    return {name: frame.pop(name) for name in list(frame.columns)}


def _days(moments: Any) -> Any:
    """Days since 1970 as small numbers, 0 where there is none: half of the memory of moments."""
    values = moments.to_numpy().astype("datetime64[D]")
    found = values.astype(np.int32)
    found[np.isnat(values)] = 0
    return found


def _verdicts(rows: dict[str, Any], told: dict[str, Any], calendar: Calendar) -> dict[str, Any]:
    """Month and every count of every dossier, as truth values."""
    status, channel = _meant(rows["status"], STATUS), _meant(rows["channel"], CHANNEL)
    accepted = (status != 3) & (told["received_at"] > 0)
    done = accepted & (status >= 9) & (told["finished_at"] > 0)
    withdrawn, stopped = accepted & (status == 7), accepted & (status == 8)
    returned = stopped & rows["is_returned"].to_numpy()
    stopped &= ~returned
    is_open = accepted & ~(done | withdrawn | stopped | returned)
    due, index_due = _due(told, accepted, calendar)
    ended = told["finished_at"]
    waiting = (
        is_open & (status == 5) & (told["supplement_asked_at"] > 0) & (told["supplement_answered_at"] == 0)
    )
    waiting_in_time = waiting & (told["supplement_asked_at"] <= due)
    counts_now = waiting_in_time & (rows["supplements"].to_numpy() <= 1)
    late, overdue = done & (ended > due), is_open & ~counts_now & (calendar.on > due)
    measured = np.where(ended > 0, ended, np.where(waiting, told["supplement_asked_at"], calendar.on))
    in_time = accepted & (measured <= index_due) & (rows["supplements"].to_numpy() < 2)
    apologise_by = calendar.days[calendar.number(due - 1) - 1]
    apologised = (told["extended_at"] > 0) & (told["extended_at"] <= apologise_by)
    obligation = accepted & rows["has_obligation"].to_numpy()
    nothing = np.zeros(len(status), np.bool_)
    months = np.where(told["received_at"] > 0, told["received_at"], told["refused_at"])
    return {
        "month": _months(months),
        "received": accepted,
        "received_online": accepted & (channel == 2),
        "gone": accepted & ~is_open,
        "resolved": done,
        "early": done & (ended < due),
        "on_time": done & (ended == due),
        "late": late,
        "untimed": nothing,
        "in_process": is_open,
        "overdue": overdue,
        "waiting_supplement": counts_now,
        "paused": nothing,
        "returned": returned,
        "withdrawn": withdrawn,
        "stopped": stopped,
        "refused": status == 3,
        "supplemented": accepted & (rows["supplements"].to_numpy() > 0),
        "on_time_766": in_time,
        "apologised": (late | overdue) & apologised,
        "obligation": obligation,
        "paid_online": obligation & (rows["paid_online"].to_numpy() > 0),
        "digitised": accepted & rows["is_digitised"].to_numpy(),
        "reused": accepted & rows["is_reused"].to_numpy(),
        "electronic": accepted & rows["has_electronic_result"].to_numpy(),
    }


def _meant(words: Any, numbers: dict[str, int]) -> Any:
    """The numbers of words, by their categories."""
    return np.array([numbers[word] for word in words.cat.categories], np.int8)[words.cat.codes]


def _months(days: Any) -> Any:
    """Year × 12 + month − 1, looked up by the day."""
    first = int(days.min())
    table = np.arange(first, int(days.max()) + 1).astype("datetime64[D]").astype("datetime64[M]")
    return (table.astype(np.int64) + 1970 * 12).astype(np.int16)[days - first]


def _due(told: dict[str, Any], accepted: Any, calendar: Calendar) -> tuple[Any, Any]:
    """The due day of the law, which starts anew after a supplement, and that of QĐ 766, later by the working
    days that were waited.
    """
    due, index_due = told["due_on"].copy(), told["due_on"].copy()
    some = np.flatnonzero(accepted & (told["supplement_answered_at"] > 0))
    answered = calendar.number(told["supplement_answered_at"][some])
    stated = calendar.number(due[some])
    limit = stated - calendar.number(told["received_at"][some])
    waited = answered - calendar.number(told["supplement_asked_at"][some])
    due[some] = calendar.days[answered + limit - 1]
    later = waited > 0
    index_due[some[later]] = calendar.days[(stated + waited)[later] - 1]
    return due, index_due


def _index(year: Any) -> Any:
    """Points in hundredths, half up, each indicator by itself, and places."""
    points = 0
    for above, below, most, part, whole in INDICATORS:
        full = year[below] * part
        counted = np.minimum(year[above] * whole, full)
        each = (200 * most * counted + full) // (2 * full).where(full > 0, 1)
        points = points + each.where(full > 0, 0)
    ranked = year.assign(points=points)[year["received"] > 0]
    return ranked.assign(place=ranked["points"].rank(method="min", ascending=False).astype(int))


def _numbers(texts: Any) -> Any:
    """The number at the end of a name, for the digest."""
    numbers = {text: int(text.rpartition(" ")[2]) for text in texts.astype(str).unique()}
    return texts.astype(str).map(numbers).to_numpy()


# --- the loop -----------------------------------------------------------------------------------------------


def in_a_loop(folder: Path) -> dict[str, Any]:
    """A list read row by row, days by `strptime`, due days by walking over the days."""
    said = json.loads((folder / "calendar.json").read_text())
    working = frozenset(date.fromisoformat(day) for day in said["working_days"])
    on = date.fromisoformat(said["on"])
    began = time.process_time()
    found: dict[tuple[str, int, str, int], dict[str, int]] = {}
    rows = 0
    with (folder / "share.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows += 1
            day = _moment(row["received_at"]) or _moment(row["refused_at"])
            assert day is not None
            cell = (row["agency"], day.year * 12 + day.month - 1, row["sector"], CHANNEL[row["channel"]])
            if cell not in found:
                found[cell] = defaultdict(int)
            for name in _counts_of(row, working, on):
                found[cell][name] += 1
    cpu = time.process_time() - began
    columns: dict[str, Any] = {name: [counts[name] for counts in found.values()] for name in COUNTS}
    columns["agency"] = [int(cell[0].rpartition(" ")[2]) for cell in found]
    columns["month"], columns["channel"] = [cell[1] for cell in found], [cell[3] for cell in found]
    columns["sector"] = [int(cell[2].rpartition(" ")[2]) for cell in found]
    return {"cells": of_cells(columns), "received": sum(columns["received"]), "cpu": cpu, "rows": rows}


def _moment(text: str) -> datetime | None:
    return datetime.strptime(text, "%d/%m/%Y %H:%M:%S") if text else None  # noqa: DTZ007  # local clocks


def _working_days(working: frozenset[date], after: date, until: date) -> int:
    count = 0
    while after < until:
        after += timedelta(days=1)
        count += after in working
    return count


def _after(working: frozenset[date], day: date, count: int) -> date:
    while count > 0:
        day += timedelta(days=1)
        count -= day in working
    return day


def _counts_of(row: dict[str, str], working: frozenset[date], on: date) -> list[str]:
    """The names of the counts that a dossier is in."""
    status = row["status"]
    received, finished = _moment(row["received_at"]), _moment(row["finished_at"])
    if received is None:
        return ["refused"]
    stated = due = index_due = datetime.strptime(row["due_on"], "%d/%m/%Y").date()  # noqa: DTZ007  # a day
    asked, answered = _moment(row["supplement_asked_at"]), _moment(row["supplement_answered_at"])
    # The limit is what the receipt promises, counted day by day.
    limit = _working_days(working, received.date(), stated)
    if asked and answered:
        due = _after(working, answered.date(), limit)
        index_due = _after(working, stated, _working_days(working, asked.date(), answered.date()))
    waits = status == "Yêu cầu bổ sung" and asked is not None and answered is None
    told = ["received"]
    is_late, ended = False, finished.date() if finished else None
    if ended is not None:
        told.append("gone")
        if status in ("Đã xử lý xong", "Đã trả kết quả"):
            is_late = ended > due
            told += ["resolved", "late" if is_late else "on_time" if ended == due else "early"]
        elif status == "Rút hồ sơ":
            told.append("withdrawn")
        else:
            told.append("returned" if row["is_returned"] == "1" else "stopped")
    else:
        told.append("in_process")
        if waits and asked is not None and asked.date() <= due and int(row["supplements"]) <= 1:
            told.append("waiting_supplement")
        elif on > due:
            is_late = True
            told.append("overdue")
    measured = ended or (asked.date() if waits and asked is not None else on)
    if measured <= index_due and int(row["supplements"]) < 2:
        told.append("on_time_766")
    extended = _moment(row["extended_at"])
    if is_late and extended is not None:
        last = due - timedelta(days=1)
        while last not in working:
            last -= timedelta(days=1)
        if extended.date() <= last:
            told.append("apologised")
    return told + _flags(row)


def _flags(row: dict[str, str]) -> list[str]:
    told = []
    if row["channel"] == "Trực tuyến":
        told.append("received_online")
    if int(row["supplements"]) > 0:
        told.append("supplemented")
    if row["has_obligation"] == "1":
        told.append("obligation")
        if row["paid_online"] != "0":
            told.append("paid_online")
    for name, count in (
        ("is_digitised", "digitised"),
        ("is_reused", "reused"),
        ("has_electronic_result", "electronic"),
    ):
        if row[name] == "1":
            told.append(count)
    return told


def main() -> None:
    ways: dict[str, Callable[[Path], dict[str, Any]]] = {
        "pandas": lambda folder: with_pandas(folder, _listed),
        "typed": lambda folder: with_pandas(folder, _typed),
        "loop": in_a_loop,
    }
    way, folder = sys.argv[1], Path(sys.argv[2])
    sys.stdout.write(json.dumps(ways[way](folder)) + "\n")


if __name__ == "__main__":
    main()
