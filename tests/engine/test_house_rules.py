"""What the engine may not contain: floats, operators that obey the caller's context, clocks, Django."""

import ast
import sys
from collections.abc import Iterator
from decimal import ROUND_DOWN, localcontext
from pathlib import Path
from random import Random

import pytest

import openpar.engine
from openpar.engine.criteria import set_from_mapping
from openpar.engine.scoring import score_block
from tests.engine.random_sets import random_case
from tests.engine.test_oracle import engine_places, sheet_of

FOLDER = Path(openpar.engine.__file__).parent
# Statistics about ranks may use floats; a score never.
FILES = sorted(path for path in FOLDER.rglob("*.py") if path.name != "robustness.py")
NAMES = [str(path.relative_to(FOLDER)) for path in FILES]
ALLOWED = {"lark", "openpar"} | set(sys.stdlib_module_names) - {
    "time",
    "os",
    "io",
    "random",
    "math",
    "pathlib",
}
FORBIDDEN_CALLS = {"float", "open", "print", "eval", "exec", "now", "today", "abs", "round", "__import__"}


def offences(tree: ast.AST) -> Iterator[str]:
    """Everything in a module that the engine may not do."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield f"line {node.lineno}: the float {node.value}"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod | ast.Pow):
            yield f"line {node.lineno}: an operator that obeys the caller's context"
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in FORBIDDEN_CALLS:
                yield f"line {node.lineno}: {name}()"
        for module in imported(node):
            if module.split(".")[0] not in ALLOWED or (
                module.startswith("openpar") and ".engine" not in module
            ):
                yield f"line {getattr(node, 'lineno', 0)}: imports {module}"


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_the_engine_keeps_the_rules(path: Path) -> None:
    assert list(offences(ast.parse(path.read_text("utf-8")))) == []


@pytest.mark.parametrize(
    "text",
    [
        "x = 0.5",
        "x = float(y)",
        "x = a / b",
        "import time",
        "import django",
        "x = datetime.now()",
        "x = round(points)",
    ],
)
def test_the_rules_catch_what_they_forbid(text: str) -> None:
    assert list(offences(ast.parse(text)))


@pytest.mark.parametrize("seed", range(60))
def test_the_context_of_the_caller_changes_nothing(seed: int) -> None:
    given, sheets = random_case(Random(seed))
    entered = {unit: sheet_of(sheet) for unit, sheet in sheets.items()}
    criteria_set = set_from_mapping(given)
    expected = score_block(criteria_set, entered)
    with localcontext() as context:
        context.prec, context.rounding = 3, ROUND_DOWN
        again = set_from_mapping(given)
        scores = score_block(again, entered)
        assert engine_places(again, scores) == engine_places(criteria_set, expected)
    assert (again, scores) == (criteria_set, expected)
