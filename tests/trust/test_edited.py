"""Whatever several people may change in the reform year is raced, or the table says why nothing is lost."""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "openpar"
PLACES = ("reform", "reports", "delivery", "parindex/indicators")
# Raced by the trust check `lost_update` under the name in `what`: a version or a mark is compared; done once;
# added and all kept. `same guard`: what is compared is compared by the part of this name.
RACED = {"part", "same guard", "once", "added"}
# `adds`: rows beside those that are there, the newest counts. `step`: the table of steps lets only one do it
# (the walks). `takes away`: a row in which nothing is edited. `nightly`: one job, no form.
OTHERS = {"adds", "step", "takes away", "nightly"}


def actions() -> Iterator[str]:
    """Every public action that opens a transaction of its own, by its package, file and name."""
    for place in PLACES:
        for path in sorted((SOURCE / place).rglob("actions/*.py")):
            package = path.relative_to(SOURCE).parent.parent
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and _acts(node):
                    yield ".".join((*package.parts, path.stem, node.name))


def _acts(node: ast.FunctionDef) -> bool:
    calls = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
    opens = any(isinstance(each, ast.Name) and each.id == "write_transaction" for each in calls)
    return opens and {"by", "at"} <= {argument.arg for argument in node.args.kwonlyargs}


def table() -> dict[str, tuple[str, str]]:
    with (ROOT / "trust" / "edited_actions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {row["action"]: (row["how"], row["what"]) for row in rows}
    assert len(found) == len(rows), "an action stands there twice"
    return found


def raced_names() -> set[str]:
    """The names that the parts of the check are given."""
    kinds = ("Part", "Added", "Once", "marked", "_Step")
    found = set()
    for path in (ROOT / "trust").glob("edited*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds:
                first = node.args[0]
                found |= {str(first.value)} if isinstance(first, ast.Constant) else set()
    return found


def test_every_action_is_in_the_table_and_no_other() -> None:
    assert set(table()) == set(actions())


def test_what_the_table_calls_raced_is_raced() -> None:
    named = {what for how, what in table().values() if how in RACED}
    assert named == raced_names()
    assert {how for how, _what in table().values()} <= RACED | OTHERS
    assert all(bool(what) == (how in RACED) for how, what in table().values())
