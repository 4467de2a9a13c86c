"""Plans and tasks are sound: random reform years through the real actions, beside an independent model."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from trust.check import BOTH, Check, Found, Scale

_MOST_DIRECTED, _WALK = 30, 60
_MOST_TOLD = 20


def run(scale: Scale) -> Found:
    from openpar.common.db import write_transaction
    from tests.reform.plans.year import province_plan
    from trust.plan_walking import Seen

    with write_transaction():
        who = province_plan()
    seen = Seen()
    for number in range(scale.of(150, short=1)):
        _walk(who, scale, f"seed {scale.seed}, year {number}", seen)
    planted = {}
    chosen = list(_DEFECTS.items())
    if scale.short:
        first = scale.seed % len(chosen)
        chosen = [chosen[(first + place * 2) % len(chosen)] for place in range(2)]
    for name, plant in chosen:
        planted[name] = _is_found(who, scale, name, plant)
    figures: dict[str, int | float | str] = {
        "moves": seen.moves,
        "accepted": seen.accepted,
        "plans replaced": seen.replaced,
        "pairs of move and outcome": len(seen.kinds),
    }
    return Found(figures, tuple(seen.broken[:_MOST_TOLD]), planted)


def _walk(who: Any, scale: Scale, name: str, seen: Any, favourites: tuple[str, ...] = ()) -> None:
    """One year, taken back afterwards."""
    from copy import deepcopy

    from openpar.common.db import taken_back
    from trust.plan_walking import Walk

    with taken_back():
        Walk(deepcopy(who), scale.random(name), seen, name).go(_WALK, favourites)


def _is_found(who: Any, scale: Scale, name: str, plant: Callable[[], AbstractContextManager[object]]) -> bool:
    from trust.plan_walking import Seen

    near = Seen()
    with plant():
        for number in range(_MOST_DIRECTED):
            _walk(who, scale, f"seed {scale.seed}, {name}, {number}", near, _NEAR.get(name, ()))
            if near.broken:
                return True
    return False


@contextmanager
def _patched(where: str, value: object) -> Iterator[None]:
    from unittest import mock

    with mock.patch(where, value):
        yield


_ACTIONS = "openpar.reform.plans.actions"


def _anybody_confirms() -> AbstractContextManager[object]:
    return _patched(f"{_ACTIONS}.claiming.may_confirm", lambda _by, _assignment: True)


def _sums_are_not_kept() -> AbstractContextManager[object]:
    return _patched(f"{_ACTIONS}.shared.put_in_sum", lambda _assignment, _duties: None)


def _old_deadlines_are_forgotten() -> AbstractContextManager[object]:
    """An extension moves the deadline and leaves no trace of the one before."""
    from unittest import mock

    return _patched("openpar.reform.plans.actions.requesting.DueChange", mock.MagicMock())


def _dropped_tasks_stay_owed() -> AbstractContextManager[object]:
    return _patched(f"{_ACTIONS}.taking_over.Succession._end", lambda *_anything: None)


def _overdue_on_the_day_itself() -> AbstractContextManager[object]:
    from django.db.models import Q

    def overdue(today: Any) -> Any:
        return Q(done_on__isnull=True, is_waiting=False, due_on__lte=today)

    return _patched("openpar.reform.plans.queries.pages_board.is_overdue", overdue)


_DEFECTS: Mapping[str, Callable[[], AbstractContextManager[object]]] = {
    "anybody confirms": _anybody_confirms,
    "sums of obligations are not kept": _sums_are_not_kept,
    "an extension forgets the old deadline": _old_deadlines_are_forgotten,
    "a dropped task stays owed": _dropped_tasks_stay_owed,
    "overdue on the day of the deadline": _overdue_on_the_day_itself,
}

# What a defect is about, for those that a walk seldom comes near.
_NEAR: Mapping[str, tuple[str, ...]] = {
    "an extension forgets the old deadline": ("sleep", "extend", "extend", "approve", "approve"),
    "a dropped task stays owed": ("sleep", "replace", "report"),
}

CHECK = Check(
    "task_walk",
    "plans are sound: what is owed, done, late and dropped is what the documents and people said, on any day",
    run,
    BOTH,
)
