"""The sum is right: the engine against the recount that shares no code with it, on random rounds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from random import Random
from typing import Any

from trust.check import Check, Found, Scale

_PLANTED_ROUNDS = 400
_MOST_TOLD = 20


def run(scale: Scale) -> Found:
    rounds = scale.of(100_000, short=120)
    tied = counted = 0
    violations: list[str] = []
    for number in range(rounds):
        wrong, is_tied, scores = _differences(scale.random("round", number))
        tied += is_tied
        counted += scores
        violations += [f"round {number}: {what}" for what in wrong[: _MOST_TOLD - len(violations)]]
    if tied * 3 < rounds:
        violations.append(f"only {tied} of {rounds} rounds had a tie: the check is too kind")
    return Found(
        figures={"rounds": rounds, "with ties": tied, "answers": counted, "disagreements": len(violations)},
        violations=tuple(violations),
        planted={name: _is_caught(scale, original, defect) for name, original, defect in _defects()},
    )


def _differences(random: Random) -> tuple[list[str], bool, int]:
    """What the recount finds in a block that the engine counted."""
    from tests.verify.loaded import load
    from tests.verify.random_rounds import random_members

    verify = load()
    members, is_tied = random_members(random)
    report = verify.Report()
    try:
        counted = verify.recount(members, report)
    except verify.Wrong as fault:
        return [str(fault)], is_tied, 0
    return list(report.rows), is_tied, counted["scores"]


def _defects() -> Iterator[tuple[str, Any, Any]]:
    """Small faults in the arithmetic of the engine: what is replaced, and by what."""
    from openpar.engine import numbers, ranking

    rank = ranking.rank

    def divide(value: Decimal, by: Decimal) -> Decimal:
        return Decimal(float(value) / float(by))

    def settle(value: Decimal, places: int = 18) -> Decimal:
        return value.quantize(Decimal("1e-9"))

    def dense(values: Any, *, ties: str, **more: Any) -> Any:
        return rank(values, ties="dense", **more)

    yield "a float in a division", numbers.divide, divide
    yield "totals rounded at 9 places", numbers.settle, settle
    yield "no rank left out after a tie", rank, dense


def _is_caught(scale: Scale, original: Any, defect: Any) -> bool:
    with _planted(original, defect):
        return any(_differences(scale.random("planted", number))[0] for number in range(_PLANTED_ROUNDS))


@contextmanager
def _planted(original: Any, defect: Any) -> Iterator[None]:
    """Puts a defect in place of a function, in every module of the program that holds it."""
    name = original.__name__
    holders = [
        module
        for module_name, module in list(sys.modules.items())
        if module_name.startswith("openpar.") and getattr(module, name, None) is original
    ]
    for module in holders:
        setattr(module, name, defect)
    try:
        yield
    finally:
        for module in holders:
            setattr(module, name, original)


CHECK = Check("recount", "the sum is right: an independent recount agrees with every published figure", run)
