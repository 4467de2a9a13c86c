"""What no file of the house may contain, and where writing may happen."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest

from openpar.common.text import one_spelling
from scripts import check

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "openpar"
# Put together here, so that this file does not contain what it looks for.
REGISTRIES = (
    "pypi.org/" + "simple",
    "files" + ".pythonhosted.org",
    "registry" + ".npmjs.org",
    "registry.yarn" + "pkg.com",
)
OF_A_MACHINE = re.compile(
    r"(?<![\w./<>{}-])/(?:" + "|".join(("wo" + "rk", "ro" + "ot", "ho" + "me", "Us" + "ers")) + r")/\w"
)
BINARY = {".woff2", ".png", ".jpg", ".ico", ".xlsx", ".docx", ".pdf", ".mo"}
NOT_OURS = {
    ".git",
    ".venv",
    "node_modules",
    "vendor",
    "var",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
}

# ORM writes beside the actions: the loader of organisations with its register, and the standings of a sheet,
# all of them called inside an action's transaction; and the sealer, which writes nothing but the tree.
WRITERS = {
    "base/audit/sealing.py",
    "base/organisations/register.py",
    "base/organisations/imports.py",
    "parindex/assessments/sheets.py",
}
ORM_WRITE = re.compile(
    r"\.(?:bulk_create|bulk_update|get_or_create|update_or_create)\(|\.objects\b[^\n]*\.(?:create|update|delete)\("
    r"|\.save\((?:\)|update_fields|force_)"
)
COMMITS = re.compile(r"\bwrite_transaction\(\)|\batomic\(")
# A transaction is opened where a whole intention is known: in actions, and where several make one.
TRANSACTIONS = {
    "common/db.py",
    "base/audit/sealing.py",
    "base/audit/keys.py",
    "base/notifications/checkpoints.py",
    "common/triggers.py",
    "backoffice/roles.py",
    "base/accounts/management/commands/create_administrator.py",
    "web/account/stamps.py",
    "demo/rounds.py",
    "base/organisations/imports.py",
    "base/intake/organisation_files.py",
}


def tracked() -> list[Path]:
    """The files under version control and those that will be; without git, all but foreign ones."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = None
    if shutil.which("git"):
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed is not None and listed.returncode == 0:
        names = [ROOT / name for name in listed.stdout.splitlines()]
    else:
        names = [path for path in ROOT.rglob("*") if not NOT_OURS & set(path.relative_to(ROOT).parts)]
    return [path for path in names if path.is_file() and path.suffix not in BINARY]


def traces_of_a_machine(text: str) -> list[str]:
    """Hosts of registries and absolute paths of somebody's machine."""
    return [host for host in REGISTRIES if host in text] + [found[0] for found in OF_A_MACHINE.finditer(text)]


def test_the_files_are_found() -> None:
    assert len(tracked()) > 300


def test_no_file_names_a_registry_or_a_path_of_a_machine() -> None:
    found = {
        str(path.relative_to(ROOT)): traces
        for path in tracked()
        if (traces := traces_of_a_machine(path.read_text(encoding="utf-8", errors="replace")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "planted",
    [
        "https://" + REGISTRIES[0] + "/",
        '"resolved": "https://' + REGISTRIES[2] + '/x.tgz"',
        "see /wo" + "rk/main/x.py",
        'open("/ro' + 'ot/x")',
        "(/ho" + "me/an/x)",
    ],
)
def test_a_trace_of_a_machine_is_noticed(planted: str) -> None:
    assert traces_of_a_machine(planted)


def test_a_path_of_the_house_is_no_trace_of_a_machine() -> None:
    assert traces_of_a_machine("src/openpar/web/ho" + "me/views.py, {% include 'ho" + "me/x.html' %}") == []


def test_the_check_of_composed_letters_catches_a_decomposed_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "composed.md").write_text("Sở Nội vụ", encoding="utf-8")
    (tmp_path / "decomposed.md").write_text(unicodedata.normalize("NFD", "Sở Nội vụ"), encoding="utf-8")
    monkeypatch.setattr(check, "ROOT", tmp_path)
    assert check.decomposed_files() == ["decomposed.md"]


TRANSLATIONS = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext", "npgettext"}


def texts_nobody_gathers(source: str) -> list[str]:
    """Calls of gettext inside an f-string: the catalogue is gathered without looking into these."""
    return [
        ast.unparse(call)
        for string in ast.walk(ast.parse(source))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in TRANSLATIONS
    ]


def test_every_text_is_where_it_is_gathered_for_translation() -> None:
    found = {str(path.relative_to(SOURCE)): path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")}
    assert {name: lost for name, text in found.items() if (lost := texts_nobody_gathers(text))} == {}


def test_a_text_that_nobody_gathers_is_noticed() -> None:
    assert texts_nobody_gathers("said = f'{text} {_(\"Hạn: %s.\") % day}'") == ["_('Hạn: %s.')"]


OURS = re.compile(r"README\.md|(?:data|docs|src|verify)/")
# A silenced check (put together here, lest this line be one), with its codes, and what stands behind.
SILENCED = re.compile(
    r"#\s*(?:ruff: )?(?:no" + r"qa|type:\s*ignore)\b(?:\[[\w, -]+\]|:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?(.*)"
)
NO_QA, TYPE_IGNORE = "# no" + "qa", "# type: ig" + "nore"


def silenced_without_reason(text: str) -> list[str]:
    """Lines on which a check is silenced and nothing says why."""
    return [
        line.strip()
        for line in text.splitlines()
        for why in SILENCED.findall(line)
        if len(why.strip(" #-")) < len("lxml")
    ]


def test_whoever_silences_a_check_says_why() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in tracked()
        if path.suffix == ".py"
        if (lines := silenced_without_reason(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "planted", [f"x = 1  {NO_QA}", f"x = 1  {NO_QA}: S608", f"x = y  {TYPE_IGNORE}[arg-type]"]
)
def test_a_check_silenced_without_a_word_is_noticed(planted: str) -> None:
    assert silenced_without_reason(planted) == [planted]
    assert silenced_without_reason(f"{planted}  # names of ours") == []


# Where the other spelling is spoken of; and names as their decrees write them, words as people type them.
SPELT_OTHERWISE = {
    "src/openpar/common/text.py",
    "src/openpar/base/organisations/queries.py",
    "data/organisations/lam_dong.csv",
    "data/organisations/provinces.csv",
    "data/password_words.txt",
}


def spelt_otherwise(text: str) -> list[str]:
    """Words whose tone stands on the second vowel where we write it on the first (hòa, khóa, thủy)."""
    return [word for word in re.findall(r"\w+", text) if one_spelling(word) != word]


def test_our_own_texts_keep_to_one_place_of_the_tone() -> None:
    found = {
        name: words
        for path in tracked()
        if OURS.match(name := str(path.relative_to(ROOT)))
        and (words := spelt_otherwise(path.read_text(encoding="utf-8", errors="replace")))
    }
    assert {name: words for name, words in found.items() if name not in SPELT_OTHERWISE} == {}
    assert set(found) == SPELT_OTHERWISE, "a place that is no exception any more"


def test_a_tone_in_another_place_is_noticed() -> None:
    assert spelt_otherwise("Kho\u00e1 của hệ thống, thu\u1ef7 lợi, quý, khóa") == ["Kho\u00e1", "thu\u1ef7"]


def written_outside_actions(pattern: re.Pattern[str], allowed: set[str]) -> list[str]:
    """Modules of the source with a match, other than actions, migrations and those allowed."""
    return [
        name
        for path in sorted(SOURCE.rglob("*.py"))
        if not {"actions", "migrations"} & set(path.parts)
        and path.name != "actions.py"
        and (name := str(path.relative_to(SOURCE))) not in allowed
        and pattern.search(path.read_text(encoding="utf-8"))
    ]


def test_rows_are_written_by_actions_only() -> None:
    assert written_outside_actions(ORM_WRITE, WRITERS) == []


def test_transactions_are_opened_by_actions_only() -> None:
    assert written_outside_actions(COMMITS, TRANSACTIONS) == []


def test_the_exceptions_are_still_needed() -> None:
    for pattern, allowed in ((ORM_WRITE, WRITERS), (COMMITS, TRANSACTIONS)):
        assert {name for name in allowed if not pattern.search((SOURCE / name).read_text("utf-8"))} == set()


@pytest.mark.parametrize(
    "planted",
    [
        "Score.objects.filter(pk=1).update(points=1)",
        "Score.objects.create()",
        "score.save()",
        'score.save(update_fields=["points"])',
        "Score.objects.bulk_create(rows)",
        "sheet.scores.get_or_create(x=1)",
    ],
)
def test_a_write_is_recognised(planted: str) -> None:
    assert ORM_WRITE.search(planted)


def test_signals_and_generic_relations_are_not_used() -> None:
    forbidden = re.compile(r"django\.db\.models\.signals|django\.dispatch|GenericForeignKey|def save\(self")
    assert written_outside_actions(forbidden, set()) == []
    assert forbidden.search("    def save(self, *args):")
