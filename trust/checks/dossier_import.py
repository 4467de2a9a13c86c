"""A list of dossiers comes in whole or not at all, wherever it is interrupted, and whole afterwards."""

from __future__ import annotations

import hashlib
import importlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from trust.check import SQLITE, Check, Found, Scale
from trust.facts_world import DEAD, dying, in_child

# Words of lists get their numbers beforehand, one by one: a number that nothing uses does no harm. What is
# kept of people has chance in it, as have the digests over it: these tables are compared by what they say.
_BUT = ("facts_dimensionvalue", "facts_batch", "facts_storedpart", "facts_personalpart")
_FIRST, _SECOND = date(2026, 5, 29), date(2026, 6, 30)
_DOSSIERS = 40


def run(scale: Scale) -> Found:
    for name in ("tests.delivery.dossiers.lists", "openpar.base.facts.verification", "tests.imports"):
        importlib.import_module(name)
    in_child(_prepare)
    with _kept() as again:
        before = in_child(_state)
        again()
        whole = in_child(partial(_done, 0))
        points, after = whole["points"], whole["state"]
        violations = []
        if before == after:
            violations.append("the second list changes nothing: there is nothing to prove")
        every = list(range(1, points + 1))
        chosen = scale.random("points").sample(every, min(points, scale.of(points, short=1)))
        for point in sorted(chosen):
            again()
            violations += _interrupted(point, before, after)
        again()
        halves = _interrupted(0, before, after, _careless)
    return Found(
        figures={"points of an import": points, "killed with -9": len(chosen), "dossiers": _DOSSIERS},
        violations=tuple(violations[:50]),
        planted={"a batch that is kept before its counters": bool(halves)},
    )


@contextmanager
def _kept() -> Iterator[Callable[[], None]]:
    """The database and the files as they are now; the function puts them back."""
    from django.conf import settings
    from django.db import connections

    connections.close_all()
    database, files = Path(settings.DATABASES["default"]["NAME"]), Path(settings.OPENPAR_FILES_DIR)
    copy = database.with_name("kept.sqlite3")
    with closing(sqlite3.connect(database)) as here, closing(sqlite3.connect(copy)) as there:
        # With what still lies in the log of whoever ended without closing.
        here.backup(there)
    shutil.copytree(files, files.with_name("kept-files"))

    def again() -> None:
        for ending in ("-wal", "-shm"):
            database.with_name(database.name + ending).unlink(missing_ok=True)
        shutil.copyfile(copy, database)
        shutil.rmtree(files)
        shutil.copytree(files.with_name("kept-files"), files)

    yield again


def _prepare() -> None:
    """A province that has brought one list in."""
    from tests.delivery.dossiers import lists

    lists.province()
    lists.brought_year(lists.year(_DOSSIERS), _FIRST)


def _bring_in() -> None:
    from tests.delivery.dossiers import lists

    lists.brought_year(lists.year(_DOSSIERS), _SECOND)


def _careless() -> None:
    """Planted: the batch counts at once, its facts and counters come later, and then there is no later."""
    import os
    import signal

    from openpar.delivery.dossiers.actions import importing

    def killed(**_given: Any) -> None:
        from django.db import connection

        # What was written so far stays: the database's own connection is asked, and not Django's block.
        connection.connection.execute("COMMIT")
        os.kill(os.getpid(), signal.SIGKILL)

    # In a process that is thrown away.
    vars(importing)["put_facts"] = killed
    _bring_in()


def _done(point: int) -> dict[str, Any]:
    """The list brought in, killed at a point (0: never)."""
    with dying(point) as passed:
        _bring_in()
    return {"points": len(passed), "state": _state()}


def _state() -> str:
    """Everything that the database says, and what is wrong with the files."""
    from openpar.base.audit.models import Entry
    from openpar.base.facts.models import Batch, PersonalPart, StoredPart
    from openpar.base.facts.verification import verify_facts
    from tests.imports import state

    said = (
        state(but=_BUT),
        Entry.objects.filter(verb__startswith="dossiers.").count(),
        list(Batch.objects.order_by("pk").values_list("dataset", "code", "rows", "content_sha256")),
        list(StoredPart.objects.order_by("pk").values_list("dataset", "what", "rows", "retired_at")),
        list(PersonalPart.objects.order_by("pk").values_list("batch", "row", "content", "erased_at")),
        [f"{fault.kind} {fault.path}" for fault in verify_facts().faults],
    )
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _interrupted(point: int, before: str, after: str, do: Callable[[], object] | None = None) -> list[str]:
    """What is neither as before nor as after once the import was killed, or does not come in afterwards."""
    if in_child(do or partial(_done, point)) != DEAD:
        return [f"nothing was interrupted at point {point}"]
    try:
        seen = in_child(_state)
        in_child(_bring_in)
        then = in_child(_state)
    except RuntimeError as broke:
        return [f"killed at point {point}: {str(broke).splitlines()[-1]}"]
    wrong = []
    if seen not in (before, after):
        wrong.append(f"killed at point {point}: neither as before nor as after")
    if then != after:
        wrong.append(f"killed at point {point}: brought in again, it is not as after")
    return wrong


CHECK = Check(
    "dossier_import",
    "a list of dossiers comes in whole or not at all, wherever it is interrupted",
    run,
    (SQLITE,),
    only_in_full="a province, two lists and a process for every look take longer than all other short forms",
)
