"""Every rule of the verifier against the worked tables; the engine takes no part."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from openpar.parindex.criteria.yaml_files import read_mapping
from tests.engine.tables import FOLDER, Case, cases
from tests.verify.loaded import load

verify = load()
COHORT = read_mapping(FOLDER / "16_cohort_normalised.yaml")["blocks"]


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer of a table: its truth values read from text."""
    return {
        key: value == "true" if key in ("signed", "applicable") else value for key, value in answer.items()
    }


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_verifier_gives_what_the_table_says(case: Case) -> None:
    if case.state == "BAD_NUMBER":
        with pytest.raises(ValueError, match="decimal"):
            verify.judge(case.rule, Fraction(case.maximum), plain(case.answer), case.allows)
        return
    state, points = verify.judge(case.rule, Fraction(case.maximum), plain(case.answer), case.allows)
    assert state == case.state
    if case.points is not None:
        assert points == Fraction(case.points)


@pytest.mark.parametrize("block", COHORT, ids=[block["why"] for block in COHORT])
def test_a_cohort_is_measured_against_its_best(block: dict[str, Any]) -> None:
    answers = {unit: plain(answer) for unit, answer in block["answers"].items()}
    found = verify.cohort(block["rule"], Fraction(block["maximum"]), answers)
    earned = {unit: points for unit, (_, points) in found.items() if points is not None}
    assert earned == {unit: Fraction(text) for unit, text in block.get("points", {}).items()}
    assert {unit: state for unit, (state, _) in found.items() if state != "EARNED"} == block.get("states", {})


VALUES = {"x": Fraction(2), "y": Fraction(3), "số_việc": Fraction(7), "order": Fraction(1)}
VALUES |= {"max": Fraction(10), "maximum": Fraction(10)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) × 3", "9"),
        ("10 − 4 - 3", "3"),
        ("2 / 4 ÷ 2", "0.25"),
        ("-x + y", "1"),
        ("2*-x", "-4"),
        ("- - x", "2"),
        ("min(x, y, 1.5)", "1.5"),
        ("max(x, y) + max", "13"),
        ("số_việc * 0.1", "0.7"),
        ("order + x", "3"),
        ("(" * 900 + "x" + ")" * 900, "2"),
    ],
)
def test_expressions_are_computed_exactly(text: str, value: str) -> None:
    assert verify.expression(text)(VALUES) == Fraction(value)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("x < y", True),
        ("x >= 2 and y > 2", True),
        ("x > 2 or not y = 3", False),
        ("not (x > 2) and y != 4", True),
        ("x / y * 3 = 2", True),
        ("x ≠ 2 or y ≤ 3", True),
        ("x > 2 and x / 0 > 1", False),
        ("x = 2 or x / 0 > 1", True),
        ("x>1 and not x>3 or x=5", True),
        ("not x>1 and x>1", False),
    ],
)
def test_conditions_hold_or_not(text: str, holds: bool) -> None:
    assert verify.expression(text)(VALUES) is holds


@pytest.mark.parametrize(
    "text",
    ["x.real", "x[0]", "lambda: 1", "x ** 9", "1e9", "1,5", "x +", "", "x < y < 3", "__import__('os')", "+x"],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no formula"):
        verify.expression(text)


@pytest.mark.parametrize(
    "text", ["NaN", "1e5", "1_0", "٣", "0x1", "1.", ".5", "--1", " 1", "1" * 21, "01", ""]
)
def test_what_is_no_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="decimal"):
        verify.number(text)


@pytest.mark.parametrize(
    ("value", "digits", "mode", "printed"),
    [
        ("57.525", 2, "half_up", "57.53"),
        ("57.525", 2, "down", "57.52"),
        ("57.525", 2, "half_even", "57.52"),
        ("79.997", 2, "half_up", "80"),
        ("88.121", 2, "up", "88.13"),
        ("79.997", 0, "down", "79"),
    ],
)
def test_rounding_for_print(value: str, digits: int, mode: str, printed: str) -> None:
    assert verify.shown(Fraction(value), digits, mode) == Fraction(printed)
