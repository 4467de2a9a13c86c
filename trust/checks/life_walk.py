"""Life cycles are sound: random walks through the real actions of each, beside an independent model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trust.check import BOTH, POSTGRESQL, SQLITE, Check, Found, Scale
from trust.lives.defects import DEFECTS, Defect

# Towards a defect a walk goes on for longer.
_WALK, _WALK_SHORT, _DIRECTED_WALK = 60, 12, 150
_WALKS, _PATIENCE = {SQLITE: 30, POSTGRESQL: 20}, 5
# So many walks until a planted defect counts as missed.
_MOST_DIRECTED = 150
_MOST_TOLD = 10


def run(scale: Scale) -> Found:
    from django.db import connection

    from openpar.common.db import write_transaction
    from trust.lives.place import place
    from trust.lives.walking import Seen

    with write_transaction():
        at_place = place()
    lives = _lives()
    figures: dict[str, int | float | str] = {}
    violations: list[str] = []
    for name, life in lives.items():
        seen = Seen()
        for number in range(scale.of(_WALKS[connection.vendor] * _PATIENCE, short=1)):
            # Rare states take some lives longer: they go on until all were seen.
            if number >= _WALKS[connection.vendor] and not seen.never_seen(life):
                break
            _walk(life, at_place, scale, f"seed {scale.seed}, {name} {number}", seen)
        figures[name] = seen.told(life)
        violations += seen.broken[:_MOST_TOLD]
        if not scale.short:
            violations += [f"{name}: {gap}" for gap in seen.never_seen(life)]
            violations += _replayed(life, at_place, scale, name)
    planted = {
        defect.name: _is_found(lives[defect.life], at_place, scale, defect) for defect in _chosen(scale)
    }
    return Found(figures, tuple(violations), planted)


def _lives() -> Mapping[str, Any]:
    from trust.lives.conferences import ConferenceLife
    from trust.lives.criteria_sets import CriteriaSetLife
    from trust.lives.figures import FigureLife
    from trust.lives.initiatives import InitiativeLife
    from trust.lives.inspection_plans import InspectionPlanLife
    from trust.lives.meetings import MeetingLife
    from trust.lives.plan_versions import PlanVersionLife
    from trust.lives.registers import RegisterLife

    known = (
        *(MeetingLife, InitiativeLife, InspectionPlanLife, ConferenceLife),
        *(RegisterLife, PlanVersionLife, FigureLife, CriteriaSetLife),
    )
    return {life.name: life for life in known}


def _chosen(scale: Scale) -> tuple[Defect, ...]:
    """All defects, or one that goes round with the seed."""
    return tuple(scale.random("chosen").sample(DEFECTS, 1)) if scale.short else DEFECTS


def _walk(
    life: Any, at_place: Any, scale: Scale, name: str, seen: Any, near: Defect | None = None
) -> list[str]:
    """One life, taken back afterwards; `near` a defect it comes near to it more often. Returns its course."""
    from openpar.common.db import taken_back

    moves = _DIRECTED_WALK if near else _WALK_SHORT if scale.short else _WALK
    with taken_back():
        walk = life(at_place, scale.random(name), near.crowd if near else ())
        walk.go(moves, seen, name, near.favourites if near else ())
        course: list[str] = walk.course
    return course


def _replayed(life: Any, at_place: Any, scale: Scale, name: str) -> list[str]:
    """The same seed walks the same way twice."""
    from trust.lives.walking import Seen

    first, second = (_walk(life, at_place, scale, f"replay {name}", Seen()) for _turn in range(2))
    return [] if first == second else [f"{name}: the same seed walked another way"]


def _is_found(life: Any, at_place: Any, scale: Scale, defect: Defect) -> bool:
    from trust.lives.walking import Seen
    from trust.planting import words_changed

    near = Seen()
    with words_changed(defect.name, defect.where, defect.old, defect.new):
        for number in range(_MOST_DIRECTED):
            _walk(life, at_place, scale, f"seed {scale.seed}, {defect.name}, {number}", near, defect)
            if near.broken:
                return True
    return False


CHECK = Check(
    "life_walk",
    "life cycles are sound: what a meeting, an initiative, a plan, a conference, a register and reported "
    "figures may become, and by whom",
    run,
    BOTH,
)
