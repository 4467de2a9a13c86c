"""Renders the maps of docs/trust, and looks whether what they name exists.

`python -m scripts.trust_pages write | check`.

Data: properties.yaml (what may never happen), asvs.csv (OWASP ASVS 5.0 by number, in our own words), law.csv.
Tests, checks, functions and headings are looked up in the source; nothing is imported from it.
"""

from __future__ import annotations

import ast
import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from scripts.written_pages import ROOT, table

FOLDER = ROOT / "docs" / "trust"
ANSWERS = ("gap", "partly", "for the operator", "holds", "does not apply")
# What must be named so that an answer counts: something to run or to read.
_NEEDS_PLACE = frozenset({"holds", "for the operator"})
_NEEDS_NOTE = frozenset({"gap", "partly", "does not apply"})
CERTAINTIES = frozenset({"V", "S", "R"})
# How many requirements of level 1, 2 and 3 each chapter has; the last one (WebRTC) is left out.
CHAPTERS: Mapping[int, tuple[str, tuple[int, int, int]]] = {
    1: ("Encoding and sanitising", (8, 19, 3)),
    2: ("Validation and business logic", (4, 7, 2)),
    3: ("Web front end", (8, 11, 12)),
    4: ("API and web service", (2, 8, 6)),
    5: ("Files", (4, 5, 4)),
    6: ("Authentication", (13, 22, 12)),
    7: ("Sessions", (6, 12, 1)),
    8: ("Authorisation", (4, 3, 6)),
    9: ("Self-contained tokens", (4, 3, 0)),
    10: ("OAuth and OpenID Connect", (5, 24, 7)),
    11: ("Cryptography", (3, 11, 10)),
    12: ("Communication", (3, 6, 3)),
    13: ("Configuration", (1, 12, 8)),
    14: ("Data protection", (2, 7, 4)),
    15: ("Coding and architecture", (3, 10, 8)),
    16: ("Logging and errors", (0, 16, 1)),
}


_PROPERTIES_HEAD = """# Trust: what may never happen, and how we prove it

Made from `properties.yaml` by `./run docs`; `./run check` fails when something named here is gone. Every
check of [`trust/checks`](../../trust/checks) carries planted defects that it must catch; `./run trust` runs
them in full and prints the figures, `./run test` runs their short forms.

[Controls in writing](controls.md) · [OWASP ASVS 5.0](asvs.md) · [the law](law.md) · [formats](formats.md) ·
[keys](keys.md) · [threats, hardening, reporting](../../SECURITY.md)
"""
_ASVS_HEAD = """# OWASP ASVS 5.0

How OpenPAR answers the requirements of the Application Security Verification Standard 5.0.0: levels 1, 2 and
3 by number, without the chapter on WebRTC. The words are ours; read the requirement under its number in
[the standard](https://github.com/OWASP/ASVS/tree/v5.0.0). It is our own judgement: nobody independent has
checked it. Made from `asvs.csv` by `./run docs`, every named test and document looked up.
"""
_LAW_HEAD = """# The law that binds the design

Made from `law.csv` by `./run docs`. Certainty: V verified, S seen in a source, R recalled or inferred.
Numbers of articles are left out where we have not seen them: whoever answers for an installation checks the
text in force. This is no legal advice.
"""


class Requirement(NamedTuple):
    """One line of asvs.csv; `where` names tests, checks and documents."""

    id: str
    level: int
    subject: str
    answer: str
    where: tuple[str, ...]
    note: str

    @property
    def chapter(self) -> int:
        return int(self.id[1:].partition(".")[0])


class Property(NamedTuple):
    """One thing that may never happen."""

    property: str
    prevention: str
    where: tuple[str, ...]
    tests: tuple[str, ...]
    checks: tuple[str, ...]
    not_yet: str


class Law(NamedTuple):
    """One duty of a law, and what answers it; `article` is empty where we do not know the number."""

    law: str
    article: str
    topic: str
    answer: str
    where: tuple[str, ...]
    certainty: str


def requirements(folder: Path = FOLDER) -> tuple[Requirement, ...]:
    return tuple(
        Requirement(
            row["id"], int(row["level"]), row["subject"], row["answer"], _split(row["where"]), row["note"]
        )
        for row in _rows(folder / "asvs.csv")
    )


def properties(folder: Path = FOLDER) -> tuple[Property, ...]:
    """Raises TypeError where an entry lacks something or has something more."""
    entries: list[dict[str, Any]] = yaml.safe_load((folder / "properties.yaml").read_text(encoding="utf-8"))
    return tuple(
        Property(**{**entry, **{name: tuple(entry[name]) for name in ("where", "tests", "checks")}})
        for entry in entries
    )


def laws(folder: Path = FOLDER) -> tuple[Law, ...]:
    return tuple(
        Law(row["law"], row["article"], row["topic"], row["answer"], _split(row["where"]), row["certainty"])
        for row in _rows(folder / "law.csv")
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


# ---- does what is named exist?


def missing(name: str, root: Path = ROOT) -> str:
    """Why `name` is nowhere: PATH, PATH::FUNCTION or PATH.md#HEADING; empty when it is there."""
    path_name, _colons, function = name.partition("::")
    path_name, _hash, heading = path_name.partition("#")
    path = root / path_name
    if not path.exists():
        return f"{name}: no such file"
    if function and function not in _definitions(path):
        return f"{name}: no such function in it"
    if heading and heading not in _headings(path):
        return f"{name}: no such heading in it"
    if path.parent == root / "trust" / "checks" and not _is_check(path):
        return f"{name}: defines no CHECK"
    return ""


@lru_cache(maxsize=512)
def _definitions(path: Path) -> frozenset[str]:
    """Functions and classes of a module, those inside classes by “Class.name” too."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
        if isinstance(node, ast.Assign):
            found |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return frozenset(found)


@lru_cache(maxsize=64)
def _headings(path: Path) -> frozenset[str]:
    """The anchors of a page, as they are made of its headings."""
    lines = path.read_text(encoding="utf-8").splitlines()
    titles = (line.lstrip("#").strip().lower() for line in lines if line.startswith("#"))
    return frozenset(re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles)


def _is_check(path: Path) -> bool:
    return path.stem == "__init__" or "CHECK" in _definitions(path)


def faults(folder: Path = FOLDER, root: Path = ROOT) -> list[str]:
    """Everything the data name that is not there, and every answer that proves nothing."""
    found = [*_faults_of_asvs(requirements(folder)), *_faults_of_laws(laws(folder))]
    for one in properties(folder):
        if not one.tests and not one.checks and not one.not_yet:
            found.append(f"{one.property}: neither proved nor said to be missing")
        found += [f"{one.property}: {test} is no test" for test in one.tests if not _is_test(test)]
    found += [why for name in sorted(_named(folder)) if (why := missing(name, root))]
    return found


def _named(folder: Path) -> set[str]:
    names: set[str] = set()
    for one in properties(folder):
        names |= {*one.where, *one.tests, *(f"trust/checks/{check}.py" for check in one.checks)}
    for requirement in requirements(folder):
        names |= set(requirement.where)
    for law in laws(folder):
        names |= set(law.where)
    return names


def _is_test(name: str) -> bool:
    path, _colons, function = name.partition("::")
    return path.startswith("tests/") and (not function or function.startswith("test_"))


def _faults_of_asvs(rows: Sequence[Requirement]) -> Iterator[str]:
    for number, many in Counter(row.id for row in rows).items():
        if many > 1:
            yield f"asvs.csv: {number} stands {many} times"
    for chapter, (_name, wanted) in CHAPTERS.items():
        of_chapter = [row for row in rows if row.chapter == chapter]
        counts = tuple(sum(row.level == level for row in of_chapter) for level in (1, 2, 3))
        if counts != wanted:
            yield f"asvs.csv: chapter {chapter} has {counts} of levels 1, 2, 3; the standard has {wanted}"
        yield from _holes(chapter, of_chapter)
    for row in rows:
        if not re.fullmatch(r"V\d+\.\d+\.\d+", row.id) or row.chapter not in CHAPTERS:
            yield f"asvs.csv: {row.id} is no number of the standard"
        if row.answer not in ANSWERS:
            yield f"asvs.csv: {row.id}: {row.answer!r} is no answer"
        if row.answer in _NEEDS_PLACE and not row.where:
            yield f"asvs.csv: {row.id} {row.answer} and names nothing that shows it"
        if row.answer in _NEEDS_NOTE and not row.note:
            yield f"asvs.csv: {row.id}: why?"


def _holes(chapter: int, rows: Iterable[Requirement]) -> Iterator[str]:
    """Numbers are given without holes: of sections, and within each."""
    sections: dict[int, set[int]] = {}
    for row in rows:
        _chapter, section, number = (int(part) for part in row.id[1:].split("."))
        sections.setdefault(section, set()).add(number)
    if sections and set(sections) != set(range(1, max(sections) + 1)):
        yield f"asvs.csv: chapter {chapter} lacks a section"
    for section, numbers in sections.items():
        for number in sorted(set(range(1, max(numbers) + 1)) - numbers):
            yield f"asvs.csv: V{chapter}.{section}.{number} is missing"


def _faults_of_laws(rows: Sequence[Law]) -> Iterator[str]:
    for row in rows:
        if row.certainty not in CERTAINTIES:
            yield f"law.csv: {row.law}, {row.topic}: certainty is one of V, S, R"
        if not row.answer:
            yield f"law.csv: {row.law}, {row.topic}: what answers it?"


# ---- the pages


def pages(folder: Path = FOLDER) -> dict[str, str]:
    """The pages that are made; others of the folder are written by hand and left alone."""
    return {
        "README.md": _properties_page(properties(folder)),
        "asvs.md": _asvs_page(requirements(folder)),
        "law.md": _law_page(laws(folder)),
    }


def _properties_page(found: Sequence[Property]) -> str:
    lines = [*_PROPERTIES_HEAD.splitlines(), ""]
    for one in found:
        lines += [f"## {one.property[0].upper()}{one.property[1:]}", "", one.prevention, ""]
        lines += [f"- In the code: {_listed(one.where)}"] if one.where else []
        lines += (
            [f"- Checks: {_listed(f'trust/checks/{check}.py' for check in one.checks)}"] if one.checks else []
        )
        lines += [f"- Tests: {_listed(one.tests)}"] if one.tests else []
        lines += [f"- **Not yet:** {one.not_yet}"] if one.not_yet else []
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _asvs_page(rows: Sequence[Requirement]) -> str:
    lines = [*_ASVS_HEAD.splitlines(), ""]
    heading = ("chapter", *ANSWERS, "all")
    for level in (1, 2, 3):
        of_level = [row for row in rows if row.level == level]
        lines += [f"## Level {level}", "", *table(heading, _counts(of_level)), ""]
    for answer in ANSWERS:
        chosen = [row for row in rows if row.answer == answer]
        title = f"{answer[0].upper()}{answer[1:]} ({len(chosen)})"
        cells = [(row.id, str(row.level), row.subject, row.note, _listed(row.where)) for row in chosen]
        lines += [f"## {title}", "", *table(("id", "level", "subject", "why", "where"), cells), ""]
    return "\n".join(lines).rstrip() + "\n"


def _counts(rows: Sequence[Requirement]) -> list[tuple[str, ...]]:
    lines = []
    for chapter, (name, _wanted) in CHAPTERS.items():
        counted = Counter(row.answer for row in rows if row.chapter == chapter)
        if counted:
            cells = [str(counted[answer] or "") for answer in ANSWERS]
            lines.append((f"V{chapter} {name}", *cells, str(counted.total())))
    counted = Counter(row.answer for row in rows)
    return [*lines, ("**all**", *(str(counted[answer]) for answer in ANSWERS), str(counted.total()))]


def _law_page(rows: Sequence[Law]) -> str:
    lines = [*_LAW_HEAD.splitlines(), ""]
    for law in dict.fromkeys(row.law for row in rows):
        cells = [
            (row.article, row.topic, row.answer, _listed(row.where), row.certainty)
            for row in rows
            if row.law == law
        ]
        lines += [f"## {law}", "", *table(("article", "duty", "what answers it", "where", ""), cells), ""]
    return "\n".join(lines).rstrip() + "\n"


def _listed(names: Iterable[str]) -> str:
    """Links from the folder of the pages; a function by its own name, a heading after its page."""
    return ", ".join(_link(name) for name in names)


def _link(name: str) -> str:
    path, _colons, function = name.partition("::")
    if function:
        return f"[`{function}`](../../{path})"
    path, _hash, heading = path.partition("#")
    shown = Path(path).name if heading else path
    return f"[{shown}{f' § {heading}' if heading else ''}](../../{name})"


def stale(folder: Path = FOLDER) -> list[str]:
    """The made pages that are no longer what the data say."""
    return [
        f"{folder / name}: missing, or no longer what the data say"
        for name, text in pages(folder).items()
        if not (folder / name).exists() or (folder / name).read_text(encoding="utf-8") != text
    ]


def main(order: str, folder: Path = FOLDER, root: Path = ROOT) -> int:
    """0 when all is well, 1 with the faults on the error stream, 2 for another order."""
    if order not in ("write", "check"):
        sys.stderr.write("Say write or check.\n")
        return 2
    found = faults(folder, root)
    if order == "check":
        found += stale(folder)
    else:
        for name, text in pages(folder).items():
            (folder / name).write_text(text, encoding="utf-8")
    sys.stderr.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
