"""Lists of dossiers brought in by the program.

Usage: import_ways prepare ROWS FOLDER | read FOLDER | whole FOLDER | workbook FOLDER.

`prepare` makes a province and its lists, `list.csv` (all columns) and `list.xlsx` (the thirteen usual ones).
Prints one JSON object.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

AGENCIES, PROCEDURES = 120, 40
SEED, AS_OF = 7, date(2026, 6, 30)
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds() -> float:
    """CPU of this process and of everything it started, also of what still runs (the reader of workbooks)."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = time.process_time() + ended.ru_utime + ended.ru_stime
    for task in Path("/proc/self/task").iterdir():
        for child in (task / "children").read_text().split():
            fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15])) / _TICKS
    return total


def clocked(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    started, cpu = time.perf_counter(), cpu_seconds()
    found = work()
    return found, {"cpu": cpu_seconds() - cpu, "seconds": time.perf_counter() - started}


def prepare(rows: int, folder: Path) -> dict[str, Any]:
    """A province of communes with a catalogue, and what its system exports."""
    import xlsxwriter
    from django.core.management import call_command

    from openpar.base.calendars.queries import work_calendar
    from openpar.base.organisations.models import Kind
    from openpar.delivery.dossiers.actions.storing import prepare_datasets
    from openpar.demo.dossiers_made import (
        FULL,
        USUAL,
        MadeProcedure,
        MadeYear,
        as_csv,
        as_rows,
        made_year,
        with_defects,
    )
    from tests import factories
    from tests.delivery.dossiers import lists
    from tests.delivery.procedures import catalogue

    call_command("migrate", verbosity=0)
    catalogue.calendar()
    agencies = [f"Xã Số {number}" for number in range(1, AGENCIES + 1)]
    for name in agencies:
        factories.organisation(name, kind=Kind.COMMUNE)
    made = [
        MadeProcedure(f"1.{number:06}", f"Thủ tục mẫu số {number}", number % 15 + 1, 1 / number)
        for number in range(1, PROCEDURES + 1)
    ]
    catalogue.bring_in(
        *(catalogue.row(one.code, "2025-01-01", name=one.name) for one in made),
        terms=[
            {"code": one.code, "valid_from": "2025-01-01", "limit": one.days, "unit": "ngày làm việc"}
            for one in made
        ],
    )
    prepare_datasets(at=factories.MOMENT)

    def made_of(count: int) -> MadeYear:
        return made_year(
            SEED,
            count,
            calendar=work_calendar(),
            agencies=agencies,
            procedures=made,
            first=date(2026, 1, 5),
            last=date(2026, 6, 30),
        )

    year = with_defects(made_of(rows), SEED, 0.01)
    moment = lists.moment(AS_OF)
    (folder / "list.csv").write_bytes(as_csv(year, moment, FULL))
    few = made_of(rows // 4)
    with xlsxwriter.Workbook(folder / "list.xlsx") as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(as_rows(few, moment, USUAL)):
            sheet.write_row(at, 0, row)
    sizes = {path.name: path.stat().st_size / 2**20 for path in sorted(folder.glob("list.*"))}
    return {"megabytes": sizes}


def read(folder: Path) -> dict[str, Any]:
    """Everything of an import that is no writing: read, understood, checked, judged, rules of quality."""
    import numpy as np

    from openpar.base.calendars.queries import work_calendar
    from openpar.common.formats import VIETNAM
    from openpar.delivery.dossiers.declarations import AGENCIES, PROCEDURES, SECTORS
    from openpar.delivery.dossiers.mappings import suggested
    from openpar.delivery.dossiers.normalising import context_for, facts_of, reckon
    from openpar.delivery.dossiers.quality import Before, hits_of
    from openpar.delivery.dossiers.reading.rows import read_rows
    from openpar.delivery.dossiers.reading.tables import DossierFile, table_of
    from openpar.delivery.dossiers.resolving import Register
    from openpar.delivery.dossiers.understanding import Years, understand
    from tests.delivery.dossiers import lists

    today = lists.moment(AS_OF).astimezone(VIETNAM).date()

    def work() -> dict[str, Any]:
        table = table_of(DossierFile("list.csv", (folder / "list.csv").read_bytes()))
        mapping, register = suggested(table.headers), Register.load()
        rows = read_rows(table, mapping)
        calendar = work_calendar()
        years = Years(
            np.datetime64(calendar.day(0), "D"), np.datetime64(date(calendar.last_year, 12, 31), "D")
        )
        understood = understand(rows, mapping, register, years)
        taken = understood.rows
        agencies, procedures = taken.words["agency"].words, taken.words["procedure"].words
        context = context_for(agencies, register.ids, procedures, today)
        reckoned = reckon(taken, taken.days["due_on"], context)
        hits = hits_of(
            reckoned,
            Before.none(len(taken)),
            guessed=understood.guessed,
            doubled=understood.doubled,
            agency_ids=taken.words["agency"].looked_up(register.ids, 0),
            as_of=today,
            context=context,
        )
        numbers = {
            AGENCIES: {word: at for at, word in enumerate(agencies, 1)},
            SECTORS: {word: at for at, word in enumerate(reckoned.sectors.words, 1)},
            PROCEDURES: {word: at for at, word in enumerate(procedures, 1)},
        }
        facts = facts_of(reckoned, numbers)
        finished = int((~np.isnat(rows.moments["finished_at"])).sum())
        return {
            "rows": len(rows) + rows.unread,
            "codes": len(set(rows.codes.tolist())),
            "finished": finished,
            "facts": len(facts["agency"]),
            "hits": len(hits),
        }

    work()
    found, costs = clocked(work)
    return {**found, **costs}


def whole(folder: Path) -> dict[str, Any]:
    """The import as a person starts it: batch, facts, counters, open dossiers, trace; then undone."""
    from django.db import transaction

    from tests.delivery.dossiers import lists

    content = (folder / "list.csv").read_bytes()
    with transaction.atomic():
        done, costs = clocked(lambda: lists.brought(content, lists.moment(AS_OF)))
        transaction.set_rollback(True)
    return {**costs, "accepted": done.accepted, "refused": done.refused}


def workbook(folder: Path) -> dict[str, Any]:
    """A workbook as a table, and as far as rows that are understood cell by cell."""
    from openpar.delivery.dossiers.mappings import suggested
    from openpar.delivery.dossiers.reading.rows import read_rows
    from openpar.delivery.dossiers.reading.tables import DossierFile, table_of

    file = DossierFile("list.xlsx", (folder / "list.xlsx").read_bytes())
    # Once without the clock: the child that reads workbooks is there in a server.
    table_of(file)
    table, costs = clocked(lambda: table_of(file))
    rows, further = clocked(lambda: read_rows(table, suggested(table.headers)))
    return {
        **costs,
        "understood_cpu": costs["cpu"] + further["cpu"],
        "rows": len(rows),
        "cells": len(rows) * len(table.headers),
        "codes": len(set(rows.codes.tolist())),
    }


def main() -> None:
    way, *rest = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openpar.config.settings")
    import django

    django.setup()
    # Loaded before anything is clocked, as in a server.
    from tests.delivery.dossiers import lists

    assert lists
    ways: dict[str, Callable[[], dict[str, Any]]] = {
        "prepare": lambda: prepare(int(rest[0]), Path(rest[1])),
        "read": lambda: read(Path(rest[0])),
        "whole": lambda: whole(Path(rest[0])),
        "workbook": lambda: workbook(Path(rest[0])),
    }
    sys.stdout.write(json.dumps(ways[way]()) + "\n")


if __name__ == "__main__":
    main()
