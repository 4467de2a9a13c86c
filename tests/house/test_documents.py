"""What the documents name is there: settings, names of the glossary, paths, links, the README's session."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from openpar.backoffice import commandline

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [
    path for place in ("src", "scripts", "tests", "bench") for path in sorted((ROOT / place).rglob("*.py"))
]
SOURCE_TEXT = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "src").rglob("*.py")))
PAGES = sorted(
    page
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    if "node_modules" not in page.parts and ".venv" not in page.parts
)
READERS = {"_env", "_flag", "get", "setdefault", "pop", "getenv"}
ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \|", re.MULTILINE)


def variables_read(text: str) -> set[str]:
    """The environment variables a module reads or gives a default, also through a constant of its own."""
    if not re.search(r"environ|getenv|_env\(|_flag\(", text):
        return set()
    tree = ast.parse(text)
    constants = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return {
        name
        for asked in _asked_for(tree)
        if isinstance(name := constants.get(asked.id) if isinstance(asked, ast.Name) else _text(asked), str)
    }


def _asked_for(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and _is_environment(node.value):
            yield node.slice
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if isinstance(node.func, ast.Name) and node.func.id in ("_env", "_flag"):
            yield node.args[0]
        if (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in READERS
            and _is_environment(node.func.value)
        ):
            yield node.args[0]


def _is_environment(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def _text(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


def test_every_setting_is_documented_and_every_documented_setting_is_read() -> None:
    read = {name for path in SOURCES for name in variables_read(path.read_text(encoding="utf-8"))}
    documented = set(ROW.findall((ROOT / "docs" / "settings.md").read_text(encoding="utf-8")))
    assert documented == read


@pytest.mark.parametrize(
    "planted",
    [
        'os.environ["OPENPAR_X"]',
        'os.environ.get("OPENPAR_X", "")',
        'os.environ.setdefault("OPENPAR_X", "1")',
        'X = _env("OPENPAR_X") or 3',
        'X = _flag("OPENPAR_X")',
        'NAME = "OPENPAR_X"\nfound = os.environ.get(NAME)',
    ],
)
def test_a_new_setting_is_noticed(planted: str) -> None:
    assert variables_read(planted) == {"OPENPAR_X"}


def code_names(glossary: str) -> list[str]:
    """What stands in backticks in the third column of the glossary's tables, name by name."""
    cells = [line.split("|")[2] for line in glossary.splitlines() if line.startswith("| ") and "`" in line]
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def unknown_names(names: list[str], source: str) -> list[str]:
    """The names that the source does not have, each part of a dotted name looked for by itself."""
    words = set(re.findall(r"\w+", source))
    return [name for name in names if not {part for part in re.split(r"\W+", name) if part} <= words]


def test_every_name_of_the_glossary_is_in_the_source() -> None:
    names = code_names((ROOT / "GLOSSARY.md").read_text(encoding="utf-8"))
    assert len(names) > 80
    packages = "\n".join(path.name for path in (ROOT / "src" / "openpar").rglob("*") if path.is_dir())
    assert unknown_names(names, SOURCE_TEXT + packages) == []


def test_a_name_that_the_source_does_not_have_is_noticed() -> None:
    glossary = "| thuật ngữ | `CriteriaSet`, `Score.invented_name` | nghĩa | — |"
    assert unknown_names(code_names(glossary), SOURCE_TEXT) == ["Score.invented_name"]


def dead_links(page: Path) -> list[str]:
    """Links of a page to files that are not there, and paths in backticks that are not there."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    paths = re.findall(r"`((?:src|tests|scripts|docs|data)/[^`\s<…]*)`", text)
    gone = [link for link in links if link and not (page.parent / link).exists()]
    return gone + [path for path in paths if not (ROOT / path).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    pictures = "screenshots/"  # made by the journeys; compared with their list in test_guide.py
    assert [link for link in dead_links(page) if not link.startswith(pictures)] == []


def test_a_dead_link_and_a_dead_path_are_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "[x](gone.md) `src/openpar/gone.py` [y](page.md#z) [z](https://example.org)", encoding="utf-8"
    )
    assert dead_links(page) == ["gone.md", "src/openpar/gone.py"]


def sessions(text: str) -> list[tuple[str, list[str]]]:
    """The commands of the console blocks, each with the lines printed below it."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def is_shown(printed: list[str], shown: list[str]) -> bool:
    """Is what is shown what was printed, “…” standing for any lines?"""
    pattern = "".join(r"(?:.*\n)*?" if line == "…" else re.escape(line) + r"\n" for line in shown)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_the_session_of_the_readme_prints_what_it_shows(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in ("data", "docs"):
        (tmp_path / place).symlink_to(ROOT / place)
    monkeypatch.chdir(tmp_path)
    steps = sessions((ROOT / name).read_text(encoding="utf-8"))
    assert len(steps) >= 3
    for command, shown in steps:
        words = shlex.split(command)
        if words[:2] == ["./run", "openpar"]:
            # Figures that do not add up are what reconciling is shown with: it says so by its exit status.
            assert commandline.main(words[2:]) == (1 if words[2] == "reconcile" else 0)
            printed = capsys.readouterr().out
        else:
            assert words[0] in ("cat", "grep")
            printed = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        assert is_shown(printed.splitlines(), shown), command


def test_a_shown_line_that_is_not_printed_is_noticed() -> None:
    assert is_shown(["a", "b", "c"], ["a", "…", "c"])
    assert not is_shown(["a", "b", "c"], ["a", "…", "d"])
    assert not is_shown(["a", "b"], ["a"])


@pytest.mark.parametrize("name", ["README.md", "README.vi.md"])
def test_the_readme_names_the_commands_to_run_and_to_test(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "./run demo" in text
    assert "./run test" in text
