"""Hostile files are harmless: crafted and mutated files through every import."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unittest import mock

from trust.check import SQLITE, Check, Found, Scale

if TYPE_CHECKING:
    from tests.imports import Import

_MOST_CPU_MILLISECONDS = 2_100  # the limit is two seconds; the kernel counts it in ticks
_MOST_KIBIBYTES = 256 * 1024
_INERT = frozenset(
    {
        "application/pdf",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "image/png",
        "image/jpeg",
        "text/csv",
        "application/pkcs7-signature",
    }
)
_ACTIVE_STARTS = (b"<", b"#!", b"MZ", b"\x7fELF", b"{\\rtf", b"\xd0\xcf\x11\xe0")


@dataclass
class _Seen:
    """What was observed while files went in."""

    children: int = 0
    most_cpu: int = 0
    most_clock: int = 0
    most_memory: int = 0
    idle_memory: int = 0
    refused: int = 0
    accepted: int = 0
    served: int = 0
    violations: list[str] = field(default_factory=list)

    def child(self, told: dict[str, Any], what: str) -> None:
        """One child has ended; its memory counts beyond that of an idle one."""
        cpu, memory = told.get("cpu_milliseconds", 0), told.get("peak_kibibytes", 0) - self.idle_memory
        self.children += 1
        self.most_cpu, self.most_memory = max(self.most_cpu, cpu), max(self.most_memory, memory)
        self.most_clock = max(self.most_clock, told.get("milliseconds", 0))
        if cpu > _MOST_CPU_MILLISECONDS:
            self.violations.append(f"{what}: {cpu} ms of processor time")
        if memory > _MOST_KIBIBYTES:
            self.violations.append(f"{what}: {memory} KiB of memory")


@contextmanager
def _watched(seen: _Seen, what: list[str]) -> Iterator[None]:
    """Every child that is started inside the block tells what it used."""
    from openpar.common import limited

    ask = limited._ask

    def ask_and_note(*arguments: Any) -> Any:
        answer, told = ask(*arguments)
        seen.child(told, what[0])
        return answer, told

    with mock.patch.object(limited, "_ask", ask_and_note):
        yield


def run(scale: Scale) -> Found:
    import logging

    from openpar.common.limited import Limits, run_measured
    from tests import hostile, imports

    logging.disable(logging.CRITICAL)
    small = imports.world()
    first = imports.imports_in_self_scoring(small)
    crafted = list(hostile.crafted())
    if scale.short:
        crafted = scale.random("crafted").sample(crafted, 10)
    seen, what = _Seen(), [""]
    # Every module is loaded by then, so that later children share it.
    for each in first:
        _try(each, *each.seeds[0], _Seen(), imports.state())
    seen.idle_memory = run_measured(Limits(), abs, -1)[1].peak_kibibytes
    with _watched(seen, what):
        _all_through(scale, first, crafted, seen, what)
        with imports.in_appraisal(small) as later:
            _all_through(scale, later, crafted, seen, what)
    return Found(
        figures={
            "crafted files": len(crafted),
            "mutated files": scale.of(10_000, short=8),
            "children": seen.children,
            "refused": seen.refused,
            "accepted whole": seen.accepted,
            "answers looked at": seen.served,
            "most processor ms": seen.most_cpu,
            "most clock ms": seen.most_clock,
            "most MiB beyond idle": seen.most_memory // 1024,
        },
        violations=tuple(seen.violations[:50]),
        planted=_planted(first, seen.idle_memory),
    )


def _all_through(
    scale: Scale,
    ways: tuple[Import, ...],
    crafted: list[tuple[str, bytes]],
    seen: _Seen,
    what: list[str],
) -> None:
    from tests import hostile, imports

    before = imports.state()
    for number, (name, content) in enumerate(crafted):
        # In short every file takes one way, chosen by its number; in full all of them.
        for place, way in enumerate(ways):
            if not scale.short or place == number % len(ways):
                what[0] = f"crafted {number} ({name}) through {way.name}"
                _try(way, name, content, seen, before, what[0])
    count = scale.of(10_000, short=8)
    share = count // 8 if len(ways) == 1 else count - count // 8
    for number in range(share):
        chance = scale.random("mutated", len(ways), number)
        way = ways[number % len(ways)]
        name, content = chance.choice(way.seeds)
        inside = content.startswith(b"PK") and chance.random() < 0.7
        content = (hostile.mutated_inside if inside else hostile.mutated)(chance, content)
        what[0] = f"mutated {number} ({name}) through {way.name}"
        _try(way, name, content, seen, before, what[0])


def _try(way: Import, name: str, content: bytes, seen: _Seen, before: str, what: str = "") -> None:
    """One file, one way: refused with nothing changed, or taken in; then everything is taken back."""
    from openpar.base.documents.models import Document
    from openpar.common.db import taken_back
    from openpar.common.errors import Refused
    from tests import imports

    with taken_back():
        try:
            made = way.run(content, name)
        except Refused as refused:
            seen.refused += 1
            if not refused.gaps or not str(refused).strip():
                seen.violations.append(f"{what}: refused without a word")
            if imports.state() != before:
                seen.violations.append(f"{what}: refused, and yet something changed")
        except Exception as error:  # whatever comes out but a refusal is a defect
            seen.violations.append(f"{what}: {type(error).__name__}: {error}"[:300])
        else:
            seen.accepted += 1
            if isinstance(made, Document):
                seen.served += 1
                seen.violations += [f"{what}: {fault}" for fault in _active_in(made)]


def _active_in(document: Any) -> Iterator[str]:
    """What a browser could run of a document that was taken in."""
    from openpar.web.components.documents import stored_file_answer

    answer = stored_file_answer(document)
    wanted = {
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }
    for header, value in wanted.items():
        if answer.get(header) != value:
            yield f"served with {header}: {answer.get(header)}"
    if not str(answer["Content-Disposition"]).startswith("attachment"):
        yield "served as a page"
    if answer["Content-Type"] not in _INERT:
        yield f"served as {answer['Content-Type']}"
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a streaming answer
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_ACTIVE_STARTS):
        yield "begins like a page or a program"


def _greedy(mebibytes: int) -> int:
    return len(b"x" * (mebibytes * 1024 * 1024))


def _busy(milliseconds: int) -> int:
    import time

    rounds = 0
    while time.process_time() * 1000 < milliseconds:
        rounds += 1
    return rounds


def _planted(ways: tuple[Import, ...], idle: int) -> dict[str, bool]:
    from openpar.common.limited import Limits, run_within
    from tests import imports
    from tests.hostile import document

    loose = Limits(seconds=10, mebibytes=2048)
    found: dict[str, bool] = {}
    for name, function, amount in (
        ("a parser without a limit of memory", _greedy, 400),
        ("a parser without a limit of time", _busy, 2_200),
    ):
        seen = _Seen(idle_memory=idle)
        with _watched(seen, [name]):
            run_within(loose, function, amount)
        found[name] = bool(seen.violations)
    seen = _Seen()
    _try(_row_by_row(ways[0]), "a.csv", ways[0].seeds[0][1] + b"hong,,,\n", seen, imports.state())
    found["an importer that commits row by row"] = bool(seen.violations)
    evidence = next(way for way in ways if way.name == "evidence")
    seen = _Seen()
    with _any_kind():
        _try(evidence, "a.csv", b"<script>alert(1)</script>", seen, imports.state())
        _try(evidence, "a.docx", document(), seen, imports.state())
    found["kinds told by the name alone"] = len(seen.violations) == 1
    return found


@contextmanager
def _any_kind() -> Iterator[None]:
    """Evidence is taken by its name, whatever it holds."""
    from openpar.base.documents import actions
    from openpar.base.documents.inspection import Finding
    from openpar.base.documents.signatures import SignatureState

    def by_name(path: Any, file_name: str, *, at: Any) -> Finding:
        media_type = {"csv": "text/csv"}.get(file_name.rpartition(".")[2], "application/pdf")
        return Finding(media_type, (), SignatureState.NONE, [], "")

    with mock.patch.object(actions, "inspect", by_name):
        yield


def _row_by_row(way: Import) -> Import:
    """The import as a careless hand would write it: a transaction for each row."""
    from openpar.common.errors import Gap, Refused
    from tests.imports import Import

    def run_rows(content: bytes, name: str) -> object:
        header, *rows = content.splitlines(keepends=True)
        faults: list[Gap] = []
        for row in rows:
            try:
                way.run(header + row, name)
            except Refused as refused:
                faults += refused.gaps
        if faults:
            raise Refused(faults)
        return None

    return Import(way.name, run_rows, way.seeds)


CHECK = Check(
    "hostile_files",
    "hostile files are harmless: within 2 s and 256 MiB, refused whole, nothing active is served",
    run,
    (SQLITE,),
)
