"""States are sound: random walks through the real actions and the pure rules, beside an independent model."""

from __future__ import annotations

import time
from typing import Any

from trust.check import BOTH, POSTGRESQL, SQLITE, Check, Found, Scale

_PLANTED_SHORT = 4
_MOST_TOLD = 20
# The walk over the tables alone needs no database and is walked once, beside SQLite.
_LAPS = {SQLITE: 50, POSTGRESQL: 12}
# So many moves until a planted defect counts as missed; walks near it are short, at a given moment shorter.
_MOST_DIRECTED, _WALK, _WALK_AT_A_MOMENT = 1000, 25, 5
_PURE_SHORT, _PURE_FULL = 50_000, 10_000_000
_COMMITTED = (
    "scored",
    "opened",
    "handed in",
    "appraisal",
    "reopened",
    "explanation",
    "reappraisal",
    "decision",
)


def run(scale: Scale) -> Found:
    from django.db import connection

    from trust import walking
    from trust.walks.world import build

    figures: dict[str, int | float | str] = {}
    world = build()
    seen = walking.Seen()
    started = time.perf_counter()
    planted = _lap(world, seen, scale, 0, plant=True)
    directed = seen.planted_moves
    violations = _replayed(world, scale)
    for number in range(1, scale.of(_LAPS[connection.vendor], short=1)):
        _lap(world, seen, scale, number, plant=False)
    _committed(world, seen, scale)
    seconds = time.perf_counter() - started
    covered, possible = seen.covered()
    figures["moves"] = seen.moves
    figures["accepted"] = seen.done
    figures["walks broken"] = len(seen.broken)
    figures["moves a second"] = round((seen.moves + directed) / seconds)
    figures["pairs of phase, state, action, outcome"] = f"{covered} of {possible}"
    figures["moves until the defects were found"] = directed
    if connection.vendor == SQLITE:
        pure, differences = _pure(scale, planted)
        figures.update(pure)
        violations += differences
    return Found(figures, (*seen.broken[:_MOST_TOLD], *violations), planted)


def _lap(world: Any, seen: Any, scale: Scale, number: int, *, plant: bool) -> dict[str, bool]:
    """One round through its stations, with walks at each; on the first lap the defects, too."""
    from trust import walking

    found: dict[str, bool] = {}
    chosen = _chosen(scale) if plant else ()

    def visit(station: str, way: Any) -> None:
        for walk in range(scale.of(5, short=1)):
            name = f"seed {scale.seed}, lap {number}, {station}, walk {walk}"
            walking.walk_from(world, way, scale.random(name), seen, name, moves=scale.of(50, short=20))
        for defect in chosen:
            if defect.station == station:
                found[defect.name] = _is_found(world, way, defect, seen, scale)

    walking.lap(world, visit)
    return {defect.name: found[defect.name] for defect in chosen}


def _chosen(scale: Scale) -> tuple[Any, ...]:
    """All defects, or a few that go round with the seed."""
    from trust.walks.defects import DEFECTS

    if not scale.short:
        return DEFECTS
    first = scale.seed * _PLANTED_SHORT
    return tuple(DEFECTS[(first + place) % len(DEFECTS)] for place in range(_PLANTED_SHORT))


def _is_found(world: Any, way: Any, defect: Any, seen: Any, scale: Scale) -> bool:
    """Walks near the defect until something is broken."""
    from trust import walking
    from trust.walks.defects import planted

    near = walking.Seen()
    with planted(defect):
        while near.moves < _MOST_DIRECTED and not near.broken:
            name = f"seed {scale.seed}, {defect.name}, from move {near.moves}"
            walking.walk_from(
                world,
                way,
                scale.random(name),
                near,
                name,
                moves=_WALK if defect.at is None else _WALK_AT_A_MOMENT,
                at=defect.at,
                favourites=defect.favourites,
                crowd=defect.crowd,
            )
    seen.planted_moves += near.moves
    return bool(near.broken)


def _replayed(world: Any, scale: Scale) -> list[str]:
    """The same seed walks the same way twice."""
    from trust import walking

    told = []

    def visit(station: str, way: Any) -> None:
        if station == "scored":
            for _turn in range(2):
                seen = walking.Seen()
                name = "replay"
                walk = walking.walk_from(
                    world, way, scale.random(name), seen, name, moves=scale.of(200, short=20)
                )
                told.append((walk.course, seen.pairs))

    walking.lap(world, visit, until="scored")
    return [] if told[0] == told[1] else ["the same seed walked another way"]


def _committed(world: Any, seen: Any, scale: Scale) -> None:
    """Walks whose every move is committed by itself; the rounds stand beside each other."""
    from trust import walking
    from trust.walks.world import STATIONS, Way

    for place, station in enumerate(_COMMITTED[: scale.of(len(_COMMITTED), short=1)]):
        way = Way(world)
        for name, go in STATIONS.items():
            go(way)
            if name == station:
                break
        name = f"seed {scale.seed}, committed {place}, {station}"
        walk = walking.Walk(world, way.round, way.at, scale.random(name), seen, name)
        walk.go(scale.of(150, short=30))


def _pure(scale: Scale, planted: dict[str, bool]) -> tuple[dict[str, int | float | str], list[str]]:
    """The tables and questions that need no database, and the defects planted in them."""
    from django.utils import translation

    from trust.walks.defects import PURE_DEFECTS
    from trust.walks.pure import PureWalk

    with translation.override(None):
        for name, plant in PURE_DEFECTS.items():
            with plant():
                planted[name] = bool(PureWalk(scale.random(name)).walk(_PURE_SHORT))
        walk = PureWalk(scale.random("pure"))
        started = time.perf_counter()
        difference = walk.walk(scale.of(_PURE_FULL, short=_PURE_SHORT))
        seconds = time.perf_counter() - started
    figures: dict[str, int | float | str] = {
        "pure steps": walk.steps,
        "pure steps a second": round(walk.steps / seconds),
        "pure pairs": len(walk.seen),
    }
    return figures, [f"seed {scale.seed}, pure walk: {difference}"] if difference else []


CHECK = Check(
    "state_walk",
    "states are sound: no sequence of actions leads where the law does not",
    run,
    BOTH,
)
