"""Makes a store of dossiers to count, and the raw files they come from. Usage: facts_stored ROWS FOLDER.

Below FOLDER: `raw.csv` as a one-stop exports its list, `raw.parquet` the same with days and moments as such,
`share.csv` and `share.parquet` a share of the list and its facts, `calendar.json` the working days. Above
MOST_MADE rows the files are linked again and again, as those of further provinces, and there is no raw file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bench.dossiers_made import (
    AGENCIES,
    AGENCY,
    FIRST_MONTH,
    MONTHS,
    ON,
    PROCEDURE,
    PROCEDURES,
    SECTOR,
    SECTORS,
    Array,
    month_of_dossiers,
)

MOST_MADE, SHARE_ROWS = 5_000_000, 40_000
# A dossier's code much as the one-stop writes it, in the order of the rows.
_CODE = (
    "printf('H36.%03d-%06d-%05d', agency, 240101 + row_number() OVER () // 100000, "
    "row_number() OVER () % 100000)"
)
_WRITTEN = "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE 122880"
_CHANNEL = {1: "Trực tiếp", 2: "Trực tuyến", 3: "Bưu chính công ích"}
_STATUS = {3: "Từ chối tiếp nhận", 4: "Đang xử lý", 5: "Yêu cầu bổ sung", 7: "Rút hồ sơ", 8: "Dừng xử lý"}
_STATUS |= {9: "Đã xử lý xong", 10: "Đã trả kết quả"}


class Facts:
    """Facts out of dossiers by the program itself: `reckon` and `facts_of`, as an import makes them."""

    def __init__(self) -> None:
        from openpar.delivery.dossiers.normalising import context_for

        self.agencies = tuple(AGENCY % number for number in range(1, AGENCIES + 1))
        self.procedures = tuple(PROCEDURE % number for number in range(1, PROCEDURES + 1))
        self.sectors = tuple(SECTOR % number for number in range(1, SECTORS + 1))
        self.context = context_for(self.agencies, {}, self.procedures, ON)

    def of(self, made: Mapping[str, Array]) -> dict[str, Array]:
        """One small whole number a column, as they lie in the files of facts; without keys."""
        from openpar.base.facts.months import _ARRAY_TYPES
        from openpar.delivery.dossiers.declarations import AGENCIES as AGENCY_NUMBERS
        from openpar.delivery.dossiers.declarations import COUNTING
        from openpar.delivery.dossiers.declarations import PROCEDURES as PROCEDURE_NUMBERS
        from openpar.delivery.dossiers.declarations import SECTORS as SECTOR_NUMBERS
        from openpar.delivery.dossiers.normalising import facts_of, reckon

        rows = self._rows(made)
        reckoned = reckon(rows, rows.days["due_on"], self.context)
        assert not reckoned.unjudged.any()
        numbers = {
            AGENCY_NUMBERS: {word: place for place, word in enumerate(self.agencies, 1)},
            PROCEDURE_NUMBERS: {word: place for place, word in enumerate(self.procedures, 1)},
            SECTOR_NUMBERS: {word: place for place, word in enumerate(self.sectors, 1)},
        }
        found = facts_of(reckoned, numbers)
        return {
            column.name: np.asarray(found[column.name]).astype(_ARRAY_TYPES[column.bits])
            for column in COUNTING.columns
        }

    def _rows(self, made: Mapping[str, Array]) -> Any:
        from openpar.delivery.dossiers.reading.rows import Coded
        from openpar.delivery.dossiers.rows import DAYS, FLAGS, MOMENTS, NUMBERS, DossierRows

        size = len(made["agency"])
        unknown, never = np.full(size, -1, np.int64), np.full(size, np.datetime64("NaT", "us"))
        return DossierRows(
            codes=np.arange(size),
            words={
                "agency": Coded(made["agency"].astype(np.int64) - 1, self.agencies),
                "procedure": Coded(made["procedure"].astype(np.int64) - 1, self.procedures),
                "sector": Coded(made["sector"].astype(np.int64) - 1, self.sectors),
                "case_name": Coded(unknown, ()),
            },
            numbers={
                name: made[name].astype(np.int64) if name in made else unknown for name in (*NUMBERS, *FLAGS)
            },
            moments={name: made.get(name, never) for name in MOMENTS},
            days={name: made.get(name, never).astype("datetime64[D]") for name in DAYS},
        )


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    from openpar.base.facts import files
    from openpar.delivery.dossiers.actions.storing import prepare_datasets
    from tests.delivery.procedures import catalogue
    from tests.factories import MOMENT

    call_command("migrate", verbosity=0)
    catalogue.calendar()
    prepare_datasets(at=MOMENT)
    rows, folder = int(sys.argv[1]), Path(sys.argv[2])
    store = files.folder() / "made"
    store.mkdir(parents=True)
    made = make(folder, store, rows)
    size = sum(path.stat().st_size for path, _rows in made[:MONTHS])
    spoken_of(made)
    sys.stdout.write(
        json.dumps({"files": len(made), "bytes": size / sum(each[1] for each in made[:MONTHS])}) + "\n"
    )


def make(folder: Path, store: Path, rows: int) -> list[tuple[Path, int]]:
    """The files of facts and how many each holds; the same numbers make the same dossiers."""
    import duckdb

    from openpar.base.calendars.columns import CalendarColumns
    from openpar.base.calendars.queries import work_calendar

    chance, calendar, facts = np.random.default_rng(1), CalendarColumns(work_calendar()), Facts()
    share = min(rows, MOST_MADE) // MONTHS
    raw: list[dict[str, Array]] = []
    made: list[tuple[Path, int]] = []
    with duckdb.connect(":memory:", config={"threads": 2}) as duck:
        for number in range(MONTHS):
            path = store / f"{number:04}.parquet"
            dossiers = month_of_dossiers(chance, calendar, FIRST_MONTH + number, share)
            counted = facts.of(dossiers)
            duck.register("made", counted)
            duck.execute(f"COPY (SELECT {_CODE} AS key, * FROM made) TO '{path}' ({_WRITTEN})")
            made.append((path, share))
            if number == 0:
                _share(duck, folder, dossiers, counted)
            if rows <= MOST_MADE:
                raw.append(dossiers)
        if raw:
            duck.register("made", {name: np.concatenate([each[name] for each in raw]) for name in raw[0]})
            duck.execute(f"COPY ({_raw()}) TO '{folder}/raw.parquet' ({_WRITTEN})")
            _listed(duck, raw[0], folder / "raw.csv")
    _calendar(calendar, folder)
    for copy in range(1, rows // MOST_MADE):
        for number in range(MONTHS):
            path = store / f"{copy:04}-{number:04}.parquet"
            path.hardlink_to(made[number][0])
            made.append((path, share))
    return made


def _raw() -> str:
    """The columns of an export: words where a list has words."""
    words = [f"printf('{AGENCY}', agency) AS agency", f"printf('{PROCEDURE}', procedure) AS procedure"]
    words += [f"printf('{SECTOR}', sector) AS sector", "due_on::DATE AS due_on"]
    words += [f"{_word('status', _STATUS)} AS status", f"{_word('channel', _CHANNEL)} AS channel"]
    return f"SELECT {_CODE} AS code, * REPLACE ({', '.join(words)}) FROM made"


def _word(column: str, words: Mapping[int, str]) -> str:
    cases = " ".join(f"WHEN {number} THEN '{word}'" for number, word in words.items())
    return f"CASE {column} {cases} END"


def _share(duck: Any, folder: Path, dossiers: Mapping[str, Array], facts: Mapping[str, Array]) -> None:
    """Some of the dossiers as a list, and their facts beside."""
    step = max(1, len(dossiers["agency"]) // SHARE_ROWS)
    duck.register("share", {name: values[::step] for name, values in facts.items()})
    duck.execute(f"COPY share TO '{folder}/share.parquet' ({_WRITTEN})")
    duck.register("made", {name: values[::step] for name, values in dossiers.items()})
    _listed(duck, dossiers, folder / "share.csv")


def _listed(duck: Any, names: Iterable[str], path: Path) -> None:
    """The dossiers of `made` as a CSV file, with days and yes or no as lists write them."""
    moments = ", ".join(
        f"strftime({name}, '%d/%m/%Y %H:%M:%S') AS {name}" for name in names if name.endswith("_at")
    )
    duck.execute(
        f"COPY (SELECT * REPLACE ({moments}, strftime(due_on, '%d/%m/%Y') AS due_on, "
        "is_returned::INT AS is_returned, "
        "has_obligation::INT AS has_obligation, is_digitised::INT AS is_digitised, "
        "is_reused::INT AS is_reused, has_electronic_result::INT AS has_electronic_result) "
        f"FROM ({_raw()})) TO '{path}' (HEADER)"
    )


def _calendar(calendar: Any, folder: Path) -> None:
    """The working days, as anybody may look them up."""
    days = (calendar.working_days[1:] + calendar.first_day).astype("datetime64[D]")
    said = {"on": str(ON), "last_month": FIRST_MONTH + MONTHS - 1, "working_days": [str(day) for day in days]}
    (folder / "calendar.json").write_text(json.dumps(said))


def spoken_of(made: list[tuple[Path, int]]) -> None:
    """The rows that speak of the files, so that they count; a month of its own each, as there are so many."""
    from openpar.base.facts import files
    from openpar.base.facts.datasets import registered
    from openpar.base.facts.declarations import year_and_month
    from openpar.base.facts.files import Place
    from openpar.base.facts.models import StoredPart
    from openpar.delivery.dossiers.declarations import DATASET
    from tests.factories import MOMENT

    to = registered(DATASET)
    parts = []
    for number, (path, rows) in enumerate(made):
        year, month = year_and_month(100 * 12 + number)
        name = f"{number:064}"
        place = files.path_of(Place(to.name, "facts", year, month), name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.hardlink_to(path)
        parts.append(
            StoredPart(
                dataset_id=to.dataset_id,
                schema_id=to.schema_id,
                what="facts",
                year=year,
                month=month,
                sha256=name,
                size=path.stat().st_size,
                rows=rows,
                added_at=MOMENT,
            )
        )
    StoredPart.objects.bulk_create(parts)


if __name__ == "__main__":
    main()
