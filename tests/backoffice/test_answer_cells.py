"""Cells of the answer file for the rule types that need more than a word or a number."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from openpar.backoffice.score_files import read_answers
from openpar.engine.answers import Answer
from openpar.engine.criteria import CriteriaSet
from openpar.engine.outcomes import Earned
from openpar.engine.scoring import score_unit
from tests.engine.sets import field, leaf, made

D = Decimal
RULES: dict[str, dict[str, Any]] = {
    "formula": {
        "type": "formula",
        "variables": [{"name": "x"}, {"name": "y"}],
        "branches": [{"points": "x / y"}],
    },
    "deadline": {"type": "deadline", "options": [{"until": "1", "points": "2"}, {"points": "0"}]},
    "kinds": {"type": "deduct", "per_violation": {"nhẹ": "0.5", "nặng": "1"}},
    "grade": {
        "type": "quality_grade",
        "grades": {"tốt": "100"},
        "minor_violation": "50",
        "deduct_of": "earned",
    },
    "groups": {"type": "survey", "weights": {"A": "1", "D": "0"}, "groups": {"dân": "1", "đại biểu": "1"}},
    "leaders": {"type": "leadership", "combine": "mean"},
    "excused": {"type": "ratio", "excused": "loại trừ"},
    "unsurveyed": {"type": "external_pct", "not_surveyed": "not_applicable"},
    "meetings": {"type": "step_on_count", "steps": [{"ge": "4", "points": "2"}, {"points": "0"}]},
    "boolean": {"type": "boolean", "yes": "2"},
    "checklist": {"type": "checklist", "items": {"a": "2"}},
}
OUTSIDE = {"groups": "survey", "leaders": "leadership", "unsurveyed": "external"}


def criteria_set() -> CriteriaSet:
    """One leaf of two points per rule."""
    return made(
        field(
            "1",
            *(
                leaf(name, "2", rule=rule, by=OUTSIDE.get(name, "self+appraisal"))
                for name, rule in RULES.items()
            ),
        )
    )


def read(tmp_path: Path, code: str, cells: str) -> tuple[Answer, list[str]]:
    """The answer of one row, and its faults."""
    path = tmp_path / "answers.csv"
    heading = "unit,block,code,answer,numerator,denominator,points,applicable"
    path.write_text(f"{heading}\nSở A,sở,{code},{cells}\n", "utf-8")
    found = read_answers(path, criteria_set())
    return found.sheets["Sở A"].answers.get(code, Answer()), [str(fault) for fault in found.faults]


@pytest.mark.parametrize(
    ("code", "cells", "points"),
    [
        ("formula", '"x=3|y=2,0",,,,', "1.5"),
        ("deadline", "2026-01-31,,,,", "2"),
        ("deadline", "31/01/2026,,,,", "2"),
        ("deadline", "2026-01-31|unsigned,,,,", "0"),
        ("deadline", "no,,,,", "0"),
        ("kinds", "nhẹ=1|nặng=1,,,,", "0.5"),
        ("grade", "tốt,1,,,", "1"),
        ("groups", "dân/A=1|đại biểu/D=1,,,,", "1"),
        ("leaders", ",,,1.5,", "1.5"),
        ("leaders", "chair=2|vice=1,,,,", "1.5"),
        ("excused", "excused=5,45,50,,", "2"),
        ("meetings", ",4,,,", "2"),
        ("boolean", "Có,,,,", "2"),
        ("boolean", "KHÔNG,,,,", "0"),
        ("checklist", "none,,,,", "0"),
    ],
)
def test_a_cell_is_understood(tmp_path: Path, code: str, cells: str, points: str) -> None:
    answer, faults = read(tmp_path, code, cells)
    assert faults == []
    outcome = score_unit(criteria_set(), {code: answer}).line(code).outcome
    assert isinstance(outcome, Earned)
    assert outcome.points == D(points)


@pytest.mark.parametrize(
    ("code", "cells", "state"),
    [
        ("unsurveyed", "no,,,,", "NOT_APPLICABLE"),
        ("boolean", "không áp dụng,,,,", "NOT_APPLICABLE"),
        ("checklist", ",,,,", "MISSING"),
        ("groups", ",,,,", "PENDING"),
    ],
)
def test_a_cell_may_mean_that_there_are_no_points(tmp_path: Path, code: str, cells: str, state: str) -> None:
    answer, faults = read(tmp_path, code, cells)
    assert faults == []
    assert score_unit(criteria_set(), {code: answer}).line(code).outcome.state == state


@pytest.mark.parametrize("cells", ["31/2026,,,,", "2026-02-30,,,,", "2026-01-31|signed,,,,"])
def test_what_is_no_day_is_a_fault(tmp_path: Path, cells: str) -> None:
    assert read(tmp_path, "deadline", cells)[1][0].startswith("dòng 2, cột answer: ")
