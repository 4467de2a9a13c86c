"""Facts stay as they were told: replayed, in any order, damaged, interrupted at any point."""

from __future__ import annotations

import importlib
import itertools
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from trust.check import BOTH, Check, Found, Scale
from trust.facts_world import DEAD, digest, dying, in_child, state, view

_BATCHES = 5
# The planted ways end themselves, between two of their steps.
_NOWHERE = 0


def run(scale: Scale) -> Found:
    _read_in()
    violations: list[str] = []
    replays = in_child(lambda: _replayed(scale, _same_code))
    orders = in_child(lambda: _in_orders(scale, None))
    flips = in_child(lambda: _flipped(scale))
    violations += [*replays["wrong"], *orders["wrong"], *flips["wrong"]]
    kills = 0
    for what in ("append", "compaction"):
        points = in_child(partial(_points, what))
        chosen = _chosen(scale, what, points)
        for point in chosen:
            violations += _killed(what, point)
        kills += len(chosen)
    return Found(
        figures={
            "replays": replays["tried"],
            "orders": orders["tried"],
            "bytes flipped": flips["tried"],
            "killed with -9": kills,
        },
        violations=tuple(violations[:50]),
        planted={
            "a store that keeps a replayed file again": bool(
                in_child(lambda: _replayed(Scale(scale.seed, short=True), _new_code))["wrong"]
            ),
            "a view in the order of arrival": bool(
                in_child(lambda: _in_orders(Scale(scale.seed, short=True), _by_arrival))["wrong"]
            ),
            "a look at files that compares sizes": flips["seen by size"] < flips["tried"],
            "a manifest before its file": bool(_killed("manifest first", _NOWHERE)),
            "files retired before the new one counts": bool(_killed("retired first", _NOWHERE)),
        },
    )


def _chosen(scale: Scale, what: str, points: int) -> list[int]:
    """Every point in the full form, some in the short one."""
    every = list(range(1, points + 1))
    return scale.random(what).sample(every, min(len(every), scale.of(len(every), short=2)))


def _read_in() -> None:
    """Imports what every child needs, once: a child that imports it itself takes ten times as long."""
    importlib.import_module("openpar.base.facts.actions.compaction")
    importlib.import_module("openpar.base.facts.verification")
    importlib.import_module("tests.base.facts.sample")


# --- what is done, in children ------------------------------------------------------------------------------


def _store(name: str) -> None:
    from openpar.base.facts.actions.datasets import register_dataset
    from openpar.base.facts.declarations import Declaration
    from tests.base.facts.sample import DOSSIERS, HOUSE
    from tests.factories import MOMENT

    register_dataset(by=HOUSE, at=MOMENT, declaration=Declaration(name, DOSSIERS.columns))


def _append(name: str, day: int, rows: list[dict[str, Any]]) -> bool:
    from openpar.base.facts.actions.batches import append_batch
    from openpar.base.facts.staging import stage_batch
    from tests.base.facts import sample
    from tests.factories import MOMENT

    staged = stage_batch(
        dataset=name,
        columns=sample.columns_of(rows),
        source=sample.source_of(rows),
        as_of=MOMENT + timedelta(days=day),
    )
    return append_batch(by=sample.HOUSE, at=MOMENT + timedelta(days=900), staged=staged).is_new


def _told(chance: Random, batches: int = _BATCHES) -> list[tuple[int, list[dict[str, Any]]]]:
    from tests.base.facts.sample import random_batches

    return random_batches(chance, batches=batches, keys=14, rows=9)


def _same_code(_staging: Any) -> None:
    """The store as it is."""


def _new_code(staging: Any) -> None:
    """Planted: every file that comes is another one."""
    numbers = itertools.count()
    staging._code = lambda *_said: digest(next(numbers))


def _replayed(scale: Scale, change: Callable[[Any], None]) -> dict[str, Any]:
    from openpar.base.facts import staging

    change(staging)
    name = f"replayed_{change.__name__.strip('_')}"
    _store(name)
    told = _told(scale.random("replay"), 3)
    for day, rows in told:
        _append(name, day, rows)
    before, wrong, tried = state(name), [], 0
    for turn in range(scale.of(100, short=3)):
        for day, rows in told:
            is_new = _append(name, day + turn, rows)
            tried += 1
            if is_new:
                wrong.append(f"replay {turn}: kept again")
        if state(name) != before:
            wrong.append(f"replay {turn}: the state changed")
    return {"tried": tried, "wrong": wrong[:10]}


def _by_arrival(current: Any) -> None:
    """Planted: the batch that came last wins, whatever it speaks of."""
    from openpar.base.facts.models import Batch

    current._in_time = lambda to: list(
        Batch.objects.filter(dataset_id=to.dataset_id).order_by("pk").values_list("code", flat=True)
    )


def _in_orders(scale: Scale, change: Callable[[Any], None] | None) -> dict[str, Any]:
    from openpar.base.facts import current

    if change is not None:
        change(current)
    told = _told(scale.random("orders"), scale.of(_BATCHES, short=3))
    seen: set[str] = set()
    orders = list(itertools.permutations(told))
    for number, order in enumerate(orders):
        name = f"order_{number}" if change is None else f"arrival_{number}"
        _store(name)
        for day, rows in order:
            _append(name, day, rows)
        read: Callable[[str], Any] = current.current
        lines = view(name, read)
        # The code of a batch has the name of its dataset in it, which differs here.
        seen.add(digest([line.split("'newest_batch'")[0] for line in lines]))
    wrong = [] if len(seen) == 1 else [f"{len(seen)} different views of {len(orders)} orders"]
    return {"tried": len(orders), "wrong": wrong}


def _flipped(scale: Scale) -> dict[str, Any]:
    from openpar.base.facts import files
    from openpar.base.facts.models import Batch
    from openpar.base.facts.verification import verify_facts

    chance = scale.random("flips")
    _store("flipped")
    for day, rows in _told(chance):
        _append("flipped", day, rows)
    known = {batch.file_sha256: batch.pk for batch in Batch.objects.filter(dataset__name="flipped")}
    paths = [path for path in files.kept_files() if path.stem in known]
    sizes = {path: path.stat().st_size for path in paths}
    wrong, by_size, tried = [], 0, scale.of(1_000, short=4)
    for _turn in range(tried):
        path = chance.choice(paths)
        sound = path.read_bytes()
        changed = bytearray(sound)
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        path.chmod(0o644)
        path.write_bytes(changed)
        by_size += path.stat().st_size != sizes[path]
        named = [
            fault
            for fault in verify_facts().faults
            if fault.path.endswith(path.name) and fault.batches[0].startswith(f"{known[path.stem]} (")
        ]
        if not named:
            wrong.append(f"{path.name}: not named")
        path.write_bytes(sound)
    return {"tried": tried, "wrong": wrong[:10], "seen by size": by_size}


# --- killed -------------------------------------------------------------------------------------------------


def _points(what: str) -> int:
    """How many points the way has on which it can be interrupted."""
    name = f"points_{what}"
    _prepare(what, name)
    with dying(0) as passed:
        _do(what, name)
    return len(passed)


def _prepare(what: str, name: str) -> None:
    _store(name)
    told = _told(Random(7), 3)
    for day, rows in told if what in ("compaction", "retired first") else told[:2]:
        _append(name, day, rows)


def _do(what: str, name: str) -> None:
    from openpar.base.facts.actions.compaction import compact
    from tests.base.facts.sample import HOUSE
    from tests.factories import MOMENT

    if what == "append":
        _append(name, *_told(Random(7), 3)[2])
    elif what == "compaction":
        compact(by=HOUSE, at=MOMENT, dataset=name)
    else:
        _careless(what, name)


def _careless(what: str, name: str) -> None:
    """Planted: what could happen if the steps came in another order, interrupted between the two."""
    import os
    import signal

    from openpar.base.facts.models import StoredPart
    from openpar.base.facts.queries import path_of_part
    from tests.factories import MOMENT

    if what == "manifest first":
        _append(name, *_told(Random(7), 3)[2])
        part = StoredPart.objects.select_related("dataset").latest("pk")
        path_of_part(part, name).rename(Path(os.environ["OPENPAR_VAR_DIR"]) / "not-renamed-yet")
    else:
        StoredPart.objects.filter(dataset__name=name).update(retired_at=MOMENT)
    os.kill(os.getpid(), signal.SIGKILL)


def _killed(what: str, point: int) -> list[str]:
    """What is not whole or nothing after the way was interrupted at this point."""
    name = f"{what.replace(' ', '_')}_{point}"
    wanted = "append" if what == "manifest first" else "compaction" if what == "retired first" else what

    def prepared() -> str:
        _prepare(what, name)
        return state(name)

    before = in_child(prepared)

    def interrupted() -> None:
        with dying(point):
            _do(what, name)

    def looked_at() -> dict[str, Any]:
        from openpar.base.facts.verification import verify_facts

        ours = [f"{fault.kind} {fault.path} {fault.batches}" for fault in verify_facts().faults]
        return {"state": state(name), "faults": ours}

    def again() -> str:
        _do(wanted, name)
        return state(name)

    if in_child(interrupted) != DEAD:
        return [f"{what}: nothing was interrupted at point {point}"]
    try:
        seen = in_child(looked_at)
        after = in_child(again)
    except RuntimeError as broke:
        return [f"{what} killed at point {point}: {str(broke).splitlines()[-1]}"]
    wrong = [f"{what} killed at point {point}: {fault}" for fault in seen["faults"]]
    if seen["state"] not in (before, after) or (what == "compaction" and after != before):
        wrong.append(f"{what} killed at point {point}: neither as before nor as after")
    return wrong


CHECK = Check(
    "facts_store",
    "facts stay as they were told: replays change nothing, any order gives the same view, a flipped byte is "
    "named, an interruption at any point leaves whole or nothing",
    run,
    BOTH,
)
