"""docs/states and docs/rules are what the tables say, and a changed table is noticed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import check, rules, states
from scripts.rule_texts import FAMILIES
from scripts.totals_tables import Disagreement
from scripts.written_pages import differences, settle
from tests.engine.tables import FOLDER as TYPES

ROOT = Path(__file__).resolve().parents[2]


def test_the_life_cycles_are_those_of_the_stage_tables() -> None:
    assert differences(states.FOLDER, states.pages()) == []


def test_the_rule_pages_are_those_of_the_worked_tables() -> None:
    assert differences(rules.FOLDER, rules.pages()) == []


def test_every_rule_type_has_its_place_on_a_page() -> None:
    placed = [kind.table for family in FAMILIES for kind in family.kinds]
    assert sorted(placed) == sorted(path.stem for path in TYPES.glob("*.yaml"))


def test_a_changed_stage_table_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from openpar.parindex.assessments.models import RoundStage
    from openpar.parindex.assessments.stages import ROUND

    monkeypatch.setitem(ROUND[RoundStage.DECISION], RoundStage.APPRAISAL, "the council sends it back")
    assert settle("check", states.FOLDER, states.pages()) == 1
    assert [line.rpartition("/")[2] for line in differences(states.FOLDER, states.pages())] == [
        "round.md: no longer what the tables say"
    ]


@pytest.fixture
def types(tmp_path: Path) -> Path:
    """The worked tables of the rule types, to be spoilt."""
    return Path(shutil.copytree(TYPES, tmp_path / "types"))


@pytest.fixture
def totals(tmp_path: Path) -> Path:
    """The worked tables of totals and places, to be spoilt."""
    return Path(shutil.copytree(rules.TOTALS, tmp_path / "totals"))


def spoil(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_another_answer_in_a_table_changes_the_page(types: Path) -> None:
    spoil(
        types / "05_step_on_ratio.yaml",
        "{numerator: 34, denominator: 50}",
        "{numerator: 33, denominator: 50}",
    )
    assert len(differences(rules.FOLDER, rules.pages(types=types))) == 1


@pytest.mark.parametrize(
    ("table", "before", "after"),
    [
        (
            "05_step_on_ratio.yaml",
            "denominator: 50}, points: 1, why: đúng 90",
            "denominator: 50}, points: 2, why: đúng 90",
        ),
        ("05_step_on_ratio.yaml", "46/50 = 92 %", "46/50 = 93 %"),
        ("01_boolean.yaml", "state: MISSING", "state: PENDING"),
        ("04_count_times_points_capped.yaml", "why: '7 × 0,5 vượt mức tối đa 2'", "why: 7 × 0,5 vượt mức"),
        ("16_cohort_normalised.yaml", "{a: 1, b: 1.5, c: 2}", "{a: 1, b: 1.4, c: 2}"),
        ("16_cohort_normalised.yaml", "{a: PENDING, b: MISSING}", "{a: PENDING, b: PENDING}"),
    ],
)
def test_a_table_that_the_engine_contradicts_makes_no_page(
    table: str, before: str, after: str, types: Path
) -> None:
    spoil(types / table, before, after)
    with pytest.raises(Disagreement, match=table.partition(".")[0]):
        rules.pages(types=types)


@pytest.mark.parametrize(
    ("table", "before", "after"),
    [
        ("not_applicable.yaml", "80.16", "80.17"),
        ("not_applicable.yaml", "maximum: 94", "maximum: 100"),
        ("adjustments.yaml", "total: '93.75'", "total: '94.25'"),
        ("rounding.yaml", "shown: '57.53'", "shown: '57.52'"),
        ("ranking.yaml", "[1, 1, 3, 4]", "[1, 1, 2, 3]"),
        ("ranking.yaml", "[1, null, 2]", "[1, 3, 2]"),
        ("grading.yaml", "index: '79.997', grade: Khá", "index: '79.997', grade: Tốt"),
    ],
)
def test_a_total_a_place_or_a_class_that_the_engine_contradicts_makes_no_page(
    table: str, before: str, after: str, totals: Path
) -> None:
    spoil(totals / table, before, after)
    with pytest.raises(Disagreement, match=table.partition(".")[0]):
        rules.pages(totals=totals)


def test_a_page_written_by_hand_is_noticed(tmp_path: Path) -> None:
    assert settle("write", tmp_path, {"a.md": "a\n"}) == 0
    assert settle("check", tmp_path, {"a.md": "a\n"}) == 0
    (tmp_path / "b.md").write_text("by hand\n", encoding="utf-8")
    assert differences(tmp_path, {"a.md": "a\n"}) == [f"{tmp_path / 'b.md'}: no table writes it"]
    (tmp_path / "b.md").unlink()
    (tmp_path / "a.md").write_text("changed by hand\n", encoding="utf-8")
    assert settle("check", tmp_path, {"a.md": "a\n"}) == 1
    assert settle("check", tmp_path, {"a.md": "changed by hand\n", "c.md": ""}) == 1


def test_both_are_part_of_the_check_with_a_status_that_fails() -> None:
    named = {"docs/states": "scripts.states", "docs/rules": "scripts.rules"}
    assert {name: check.COMMANDS[name][2] for name in named} == named
    assert all(check.COMMANDS[name][-1] == "check" for name in named)
    done = subprocess.run(
        [sys.executable, "-m", "scripts.states", "nothing"], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 2
