"""The maps of docs/trust are whole, say what is there, and a name that is gone is noticed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from scripts import check, trust_pages
from scripts.trust_pages import FOLDER, faults, laws, main, missing, properties, requirements, stale

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of docs/trust, to be spoilt."""
    return Path(shutil.copytree(FOLDER, tmp_path / "trust"))


def spoil(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_everything_that_is_named_exists() -> None:
    assert faults() == []


def test_the_pages_are_those_of_the_data() -> None:
    assert stale() == []


def test_levels_one_two_and_three_are_answered_by_number() -> None:
    found = requirements()
    assert Counter(row.level for row in found) == {1: 70, 2: 176, 3: 87}
    assert len({row.id for row in found}) == 333
    holding = [row for row in found if row.level == 3 and row.answer == "holds"]
    assert len(holding) >= 45
    assert sum(row.answer == "gap" for row in found if row.level < 3) <= 1


def test_subjects_are_a_few_words_of_our_own() -> None:
    assert [row.id for row in requirements() if len(row.subject.split()) > 8] == []
    assert [
        row.id for row in requirements() if re.search(r"\bverify that\b", row.subject, re.IGNORECASE)
    ] == []


def test_every_check_proves_a_property() -> None:
    named = {name for one in properties() for name in one.checks}
    there = {path.stem for path in (ROOT / "trust" / "checks").glob("*.py")} - {"__init__"}
    assert there - named == set()


def test_laws_carry_their_certainty_and_no_guessed_article() -> None:
    assert {row.certainty for row in laws()} <= {"V", "S", "R"}
    assert [row.article for row in laws() if row.article and row.certainty == "R"] == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("tests/web/test_gone.py::test_x", "no such file"),
        ("tests/web/test_http.py::test_that_is_not_there", "no such function"),
        ("trust/checks/gone.py", "no such file"),
        ("SECURITY.md#gone", "no such heading"),
        ("SECURITY.md#hardening", ""),
        ("tests/web/test_http.py::test_another_method_is_refused", ""),
        ("src/openpar/common/db.py::write_transaction", ""),
        ("trust/checks/lock_race.py", ""),
    ],
)
def test_a_name_is_looked_up(name: str, why: str) -> None:
    assert why in missing(name)
    assert bool(missing(name)) is bool(why)


def test_a_file_that_is_no_check_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "trust" / "checks").mkdir(parents=True)
    (tmp_path / "trust" / "checks" / "empty.py").write_text("X = 1\n", encoding="utf-8")
    assert "defines no CHECK" in missing("trust/checks/empty.py", tmp_path)


@pytest.mark.parametrize(
    ("file", "before", "after", "why"),
    [
        ("asvs.csv", "V1.1.1,2,", "V1.1.2,2,", "V1.1.2 stands 2 times"),
        ("asvs.csv", "V1.1.1,2,", "V1.1.1,1,", "chapter 1 has"),
        ("asvs.csv", "V16.5.4,3,", "V17.5.4,3,", "V17.5.4 is no number"),
        ("asvs.csv", ",holds,", ",surely,", "is no answer"),
        ("asvs.csv", "test_decomposed_letters_become_composed", "test_gone", "no such function"),
        ("asvs.csv", "does not apply,,there is no directory", "does not apply,,", "why?"),
        (
            "properties.yaml",
            "test_looking_first_and_writing_afterwards_is_caught",
            "test_gone",
            "no such function",
        ),
        ("properties.yaml", "checks: [import_whole]", "checks: [gone]", "no such file"),
        ("law.csv", ",S\n", ",X\n", "certainty"),
    ],
)
def test_a_spoilt_map_is_noticed(folder: Path, file: str, before: str, after: str, why: str) -> None:
    spoil(folder / file, before, after)
    assert any(why in fault for fault in faults(folder))
    assert main("check", folder) == 1


def test_a_requirement_that_was_dropped_is_noticed(folder: Path) -> None:
    lines = (folder / "asvs.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "asvs.csv").write_text("".join(lines[:5] + lines[6:]), encoding="utf-8")
    assert any("is missing" in fault for fault in faults(folder))


def test_a_page_changed_by_hand_is_noticed_and_others_are_left_alone(folder: Path) -> None:
    assert main("check", folder) == 0
    spoil(folder / "asvs.md", "# OWASP", "# Our OWASP")
    assert main("check", folder) == 1
    assert main("write", folder) == 0
    assert main("check", folder) == 0
    assert (folder / "formats.md").exists()


def test_it_is_part_of_the_check_and_of_the_pages_that_are_made() -> None:
    assert check.COMMANDS["docs/trust"][2:] == ["scripts.trust_pages", "check"]
    assert "scripts.trust_pages write" in (ROOT / "run").read_text(encoding="utf-8")
    assert trust_pages.main("nothing") == 2
    done = subprocess.run(
        [sys.executable, "-c", "import scripts.trust_pages, sys; sys.exit('django' in sys.modules)"],
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0
