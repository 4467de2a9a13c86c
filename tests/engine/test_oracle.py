"""The engine against an independent oracle in exact fractions: random sets and sheets, no difference allowed.

More runs: `python -m tests.engine.test_oracle 100000`, or OPENPAR_ORACLE_RUNS for the test.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from openpar.engine import numbers
from openpar.engine.answers import Answer
from openpar.engine.criteria import CriteriaSet, set_from_mapping
from openpar.engine.grading import grade
from openpar.engine.numbers import round_for_show
from openpar.engine.outcomes import Earned
from openpar.engine.ranking import rank
from openpar.engine.scoring import Sheet, UnitScore, score_block
from tests.engine import oracle
from tests.engine.random_sets import random_case

RUNS = int(os.environ.get("OPENPAR_ORACLE_RUNS", "1000"))
LEAF_DUST = Fraction(1, 10**24)
TOTAL_DUST = Fraction(1, 10**17)


def differences(seed: int) -> Iterator[str]:
    """Where the engine and the oracle disagree on the random case of this seed."""
    given, sheets = random_case(Random(seed))
    criteria_set = set_from_mapping(given)
    expected = oracle.block_totals(given, sheets)
    scores = score_block(criteria_set, {unit: sheet_of(sheet) for unit, sheet in sheets.items()})
    for unit, score in scores.items():
        for what in unit_differences(criteria_set, given, score, expected[unit]):
            yield f"seed {seed}, {unit}: {what}"
    places = {unit: place.rank for unit, place in engine_places(criteria_set, scores).items()}
    if places != oracle.ranks(given, expected):
        yield f"seed {seed}: ranks {places}, oracle {oracle.ranks(given, expected)}"


def sheet_of(sheet: dict[str, Any]) -> Sheet:
    """The plain data as the engine takes them."""
    return Sheet(
        {code: Answer.from_json(answer) for code, answer in sheet["answers"].items()},
        tuple(Decimal(claim) for claim in sheet["bonus"]),
        tuple(Decimal(claim) for claim in sheet["penalty"]),
        dict.fromkeys(sheet["removed"], "theo quyết định"),
    )


def engine_places(criteria_set: CriteriaSet, scores: dict[str, UnitScore]) -> dict[str, Any]:
    """The places by the settings of the set."""
    settings = criteria_set.settings
    return rank(
        {unit: score.index for unit, score in scores.items()},
        ties=settings.ties,
        digits=settings.digits,
        mode=settings.rounding_mode,
        rank_on=settings.rank_on,
        tie_breakers=[
            {unit: score.node(code).index for unit, score in scores.items()} for code in settings.tie_breakers
        ],
    )


def unit_differences(
    criteria_set: CriteriaSet, given: dict[str, Any], score: UnitScore, expected: oracle.Total
) -> Iterator[str]:
    """Everything a result shows: leaves, fields, total, index, class, provisional."""
    digits, mode = criteria_set.settings.digits, given["rounding"]["mode"]
    for line in score.lines:
        state, points = expected.judged[line.code]
        own = line.outcome.points if isinstance(line.outcome, Earned) else None
        if line.outcome.state != state or not is_near(own, points, LEAF_DUST):
            yield f"{line.code}: {line.outcome}, oracle {state} {points}"
    compared = [("total", score.total, expected.total), ("index", score.index, expected.index)]
    for node in (*score.nodes, score.appraised_part, score.outside_part):
        achieved, index = expected.nodes.get(node.code, (None, None))
        compared += [
            (f"{node.code} points", node.achieved, achieved),
            (f"{node.code} index", node.index, index),
        ]
    for name, own, other in compared:
        shown = "" if own is None else format(round_for_show(own, digits, mode), "f")
        if shown != oracle.shown(other, digits, mode) or not is_near(own, other, TOTAL_DUST):
            yield f"{name}: {own} ({shown}), oracle {other} ({oracle.shown(other, digits, mode)})"
    own_grade = grade(score.index, criteria_set.settings.bands)
    if own_grade != oracle.grade(given, expected.index):
        yield f"class: {own_grade}, oracle {oracle.grade(given, expected.index)}"
    if score.provisional != expected.provisional:
        yield f"provisional: {score.provisional}"


def is_near(own: Decimal | None, other: Fraction | None, dust: Fraction) -> bool:
    """Equal but for the settled dust; nothing is equal only to nothing."""
    if own is None or other is None:
        return own is None and other is None
    return abs(Fraction(own) - other) <= dust


@pytest.mark.parametrize("part", range(4))
def test_the_engine_agrees_with_the_oracle_on_random_sets(part: int) -> None:
    found = [what for seed in range(part, RUNS, 4) for what in differences(seed)]
    assert found == []


def planted(monkeypatch: pytest.MonkeyPatch, name: str, replacement: Callable[..., Decimal]) -> None:
    """Puts a defect in place of a function of numbers.py, in every module of the engine that holds it."""
    original = getattr(numbers, name)
    for module_name, module in list(sys.modules.items()):
        if module_name.startswith("openpar.engine") and getattr(module, name, None) is original:
            monkeypatch.setattr(module, name, replacement)


def with_float_division(value: Decimal, by: Decimal) -> Decimal:
    return Decimal(float(value) / float(by))


def with_float_settling(value: Decimal, places: int = 18) -> Decimal:
    return Decimal(float(value))


def without_settling(value: Decimal, places: int = 18) -> Decimal:
    return value


@pytest.mark.parametrize(
    ("name", "defect"),
    [("divide", with_float_division), ("settle", with_float_settling), ("settle", without_settling)],
    ids=["float division", "float settling", "no settling"],
)
def test_the_comparison_finds_a_planted_defect(
    monkeypatch: pytest.MonkeyPatch, name: str, defect: Callable[..., Decimal]
) -> None:
    planted(monkeypatch, name, defect)
    assert any(what for seed in range(400) for what in differences(seed))


def main(runs: int) -> int:
    """Counts differences over many cases, and what the cases were like."""
    started, found = time.monotonic(), 0
    tied = 0
    for seed in range(runs):
        for what in differences(seed):
            found += 1
            print(what)
        tied += has_tie(seed) if seed % 100 == 0 else 0
    seconds = time.monotonic() - started
    print(f"{runs} sets, {found} differences, {seconds:.0f} s, {runs / seconds * 60:.0f} sets a minute")
    print(f"ties in {tied} of {(runs + 99) // 100} sampled sets")
    return 1 if found else 0


def has_tie(seed: int) -> bool:
    """Do two units of the case have exactly the same index?"""
    given, sheets = random_case(Random(seed))
    indices = [
        total.index for total in oracle.block_totals(given, sheets).values() if total.index is not None
    ]
    return len(set(indices)) < len(indices)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS))
