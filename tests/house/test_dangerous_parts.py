"""Where programs are started, connections opened, SQL written by hand and secrets made: nowhere else."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    # Moved in Python 3.11; the parser of the standard library is the only one that reads these texts rightly.
    warnings.simplefilter("ignore", DeprecationWarning)
    import sre_constants
    import sre_parse

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "openpar"
FILES = [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]
SCRIPTS = [path for path in sorted((SOURCE / "web" / "static").rglob("*.js")) if "vendor" not in path.parts]
INVENTORY = ROOT / "docs" / "trust" / "controls.md"

# What is never done: each is a way for what somebody typed to become a program, or a hash that is broken.
NEVER = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "mark_safe",
    "os.system",
    "os.popen",
    "yaml.load",
    "yaml.unsafe_load",
    "hashlib.md5",
    "import pickle",
    "import marshal",
    "import shelve",
    "import xml.dom.minidom",
    "shell=True",
    "verify=False",
}
STARTS_PROGRAMS = {
    "backoffice/doctor_checks.py",
    "base/backups/trial.py",
    "common/limited.py",
    "demo/__main__.py",
    "jobs/loop.py",
    "parindex/assessments/recount.py",
}
# Who speaks to another machine or service, apart from the database. docs/trust/controls.md says with whom.
OPENS_CONNECTIONS = {
    "base/documents/antivirus.py",
    "base/documents/signature_judging.py",
    "base/notifications/checkpoints.py",
    "base/notifications/mail.py",
    "base/notifications/webhooks.py",
    "common/limited.py",
    "common/limited_server.py",
    "jobs/running.py",
}
WRITES_SQL = {
    "backoffice/roles.py",
    "base/audit/actions.py",
    "base/audit/sealing.py",
    "base/backups/actions.py",
    "base/backups/snapshot.py",
    "base/backups/tables.py",
    "base/facts/counter_files.py",
    "base/facts/current.py",
    "base/facts/datasets.py",
    "base/facts/duck.py",
    "base/facts/engines.py",
    "base/facts/kept.py",
    "base/facts/months.py",
    "base/organisations/register.py",
    "common/compiled.py",
    "common/durability.py",
    "common/triggers.py",
    "delivery/dossiers/queries/measures.py",
    "delivery/dossiers/reading/rows.py",
    "delivery/procedures/actions/shared.py",
    "parindex/assessments/actions/scores.py",
    "parindex/assessments/sheets.py",
    "web/health.py",
}
CONNECTING = {
    "socket",
    "ssl",
    "smtplib",
    "urllib.request",
    "http.client",
    "requests",
    "httpx",
    "aiohttp",
    "django.core.mail",
    "pyhanko_certvalidator.fetchers.requests_fetchers",
    "pyhanko_certvalidator",
}
_SQL = re.compile(
    r"(?:cursor|connection|schema_editor|duck|instance)\b.*\.execute(?:many|script)?$|\.raw$|\.extra$|\bRawSQL$"
)
CRYPTOGRAPHY = ("hashlib", "hmac", "secrets", "cryptography", "pyrage", "fido2", "pyotp", "pyhanko", "random")
# What scripts of pages never do: make text a page, listen to other windows, keep things in the browser.
NEVER_IN_SCRIPTS = (
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "eval(",
    "new Function",
    "postMessage",
    "localStorage",
    "sessionStorage",
    "indexedDB",
    "document.cookie",
    "__proto__",
    "Object.assign",
    "importScripts",
)


@cache
def nodes_of(text: str) -> tuple[ast.Import | ast.ImportFrom | ast.Call, ...]:
    """What imports and what calls, in one walk for all questions."""
    wanted = (ast.Import, ast.ImportFrom, ast.Call)
    return tuple(node for node in ast.walk(ast.parse(text)) if isinstance(node, wanted))


def imports(text: str) -> set[str]:
    """Every module a file imports, with the modules above it and, of `from x import y`, also x.y."""
    found: set[str] = set()
    for node in nodes_of(text):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def calls(text: str) -> Iterator[tuple[str, ast.Call]]:
    for node in nodes_of(text):
        if isinstance(node, ast.Call):
            yield _name_of(node.func), node


def _name_of(function: ast.expr) -> str:
    """The dotted name of what is called."""
    if isinstance(function, ast.Name):
        return function.id
    if isinstance(function, ast.Attribute):
        return f"{_name_of(function.value)}.{function.attr}"
    return ast.unparse(function)


def never_done(text: str) -> set[str]:
    """What a module does that nobody may."""
    found = {name for name, _call in calls(text)} | {f"import {name}" for name in imports(text)}
    found |= {
        f"{keyword.arg}={ast.unparse(keyword.value)}"
        for _name, call in calls(text)
        for keyword in call.keywords
        if keyword.arg in ("shell", "verify")
    }
    return found & NEVER


@cache
def kinds_of(text: str) -> set[str]:
    """Which dangerous kinds of work a module does."""
    found = set()
    modules = imports(text)
    if modules & {"subprocess", "multiprocessing", "pty"}:
        found.add("programs")
    if modules & CONNECTING:
        found.add("connections")
    if any(_SQL.search(name) for name, _call in calls(text)):
        found.add("SQL")
    return found


def doing(kind: str) -> set[str]:
    return {
        str(path.relative_to(SOURCE)) for path in FILES if kind in kinds_of(path.read_text(encoding="utf-8"))
    }


def test_nothing_typed_becomes_a_program() -> None:
    found = {str(path.relative_to(SOURCE)): never_done(path.read_text(encoding="utf-8")) for path in FILES}
    assert {name: done for name, done in found.items() if done} == {}


@pytest.mark.parametrize(
    ("planted", "found"),
    [
        ("eval(text)", "eval"),
        ("import pickle", "import pickle"),
        ("subprocess.run(command, shell=True)", "shell=True"),
        ("hashlib.md5(b'')", "hashlib.md5"),
        ("yaml.load(text)", "yaml.load"),
        ("mark_safe(typed)", "mark_safe"),
    ],
)
def test_a_way_to_become_a_program_is_noticed(planted: str, found: str) -> None:
    assert never_done(planted) == {found}


@pytest.mark.parametrize(
    ("kind", "known"),
    [("programs", STARTS_PROGRAMS), ("connections", OPENS_CONNECTIONS), ("SQL", WRITES_SQL)],
)
def test_dangerous_work_is_done_in_known_places_only(kind: str, known: set[str]) -> None:
    assert doing(kind) == known


@pytest.mark.parametrize(
    ("planted", "kind"),
    [
        ("import subprocess", "programs"),
        ("from urllib.request import urlopen", "connections"),
        ("cursor.execute(f'SELECT {x}')", "SQL"),
        ("Thing.objects.raw(text)", "SQL"),
    ],
)
def test_dangerous_work_is_noticed(planted: str, kind: str) -> None:
    assert kinds_of(planted) == {kind}


def test_every_place_of_cryptography_and_of_connections_stands_in_the_inventory() -> None:
    told = INVENTORY.read_text(encoding="utf-8")
    wanted = OPENS_CONNECTIONS | STARTS_PROGRAMS | WRITES_SQL
    for path in FILES:
        used = {name.partition(".")[0] for name in imports(path.read_text(encoding="utf-8"))}
        if used & set(CRYPTOGRAPHY) and "demo" not in path.parts:
            wanted.add(str(path.relative_to(SOURCE)))
    assert sorted(name for name in wanted if f"`{name}`" not in told) == []


def test_a_broken_hash_is_used_only_to_look_a_stolen_password_up() -> None:
    using = {
        str(path.relative_to(SOURCE)) for path in FILES if "sha1" in path.read_text(encoding="utf-8").lower()
    }
    assert using <= {"base/accounts/passwords.py", "base/documents/signature_judging.py"}


# What somebody types into a checklist without a connection stays in the browser until it is acknowledged.
KEEPS: Mapping[str, frozenset[str]] = {"inspections.js": frozenset({"localStorage"})}


def faults_of_script(text: str, allowed: frozenset[str] = frozenset()) -> list[str]:
    return [name for name in NEVER_IN_SCRIPTS if name in text and name not in allowed] + (
        [] if '"use strict"' in text else ["not strict"]
    )


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_write_text_as_text_and_keep_nothing(path: Path) -> None:
    allowed = KEEPS.get(path.name, frozenset())
    text = path.read_text(encoding="utf-8")
    assert faults_of_script(text, allowed) == []
    assert [name for name in allowed if name not in text] == [], "an exception that is none any more"


def test_a_script_that_makes_a_page_of_text_is_noticed() -> None:
    assert faults_of_script('"use strict"; line.innerHTML = typed;') == ["innerHTML"]
    assert faults_of_script("localStorage.x = 1") == ["localStorage", "not strict"]


_UNBOUNDED = 1000


def is_runaway(pattern: str) -> bool:
    """May matching take exponentially long: something without bound inside something without bound?"""
    return _nested(sre_parse.parse(pattern), inside=False)


def _nested(parsed: object, *, inside: bool) -> bool:
    for part in _parts(parsed):
        if (
            isinstance(part, tuple)
            and part
            and part[0] in (sre_constants.MAX_REPEAT, sre_constants.MIN_REPEAT)
        ):
            _low, high, body = part[1]
            if high == 1:
                again = inside
            elif inside and int(high) > _UNBOUNDED and not _is_separated(body):
                return True
            else:
                again = inside or (int(high) > _UNBOUNDED and not _is_separated(body))
            if _nested(body, inside=again):
                return True
        elif isinstance(part, sre_parse.SubPattern | list | tuple) and _nested(part, inside=inside):
            return True
    return False


def _parts(parsed: object) -> list[Any]:
    if isinstance(parsed, sre_parse.SubPattern):
        return list(parsed.data)
    return list(parsed) if isinstance(parsed, list | tuple) else []


def _is_separated(body: object) -> bool:
    """Does each round begin with a fixed character, so that there is one way to read it?"""
    items = _parts(body)
    return len(items) > 1 and items[0][0] == sre_constants.LITERAL


def patterns(text: str) -> Iterator[str]:
    """The patterns a module writes out as plain texts."""
    for name, call in calls(text):
        if (
            name in ("re.compile", "re.fullmatch", "re.match", "re.search", "re.sub", "re.split")
            and call.args
        ):
            given = call.args[0]
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                yield given.value


def test_no_pattern_runs_away() -> None:
    found: Mapping[str, str] = {
        pattern: str(path.relative_to(SOURCE))
        for path in FILES
        for pattern in patterns(path.read_text(encoding="utf-8"))
    }
    assert len(found) > 30
    assert {where: pattern for pattern, where in found.items() if is_runaway(pattern)} == {}


@pytest.mark.parametrize("planted", [r"(a+)+$", r"(?:\w*)*x", r"((ab)*c*)*d"])
def test_a_pattern_that_runs_away_is_noticed(planted: str) -> None:
    assert is_runaway(planted)


def test_every_package_is_pinned_by_its_digest_and_names_no_place() -> None:
    for name in ("requirements.lock", "requirements-node.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pins = re.findall(r"^([a-zA-Z0-9_.\[\]-]+==\S+)(.*?)(?=^\S|\Z)", text, flags=re.MULTILINE | re.DOTALL)
        assert pins
        assert [pin for pin, rest in pins if "--hash=sha256:" not in rest] == []
        assert "://" not in text
