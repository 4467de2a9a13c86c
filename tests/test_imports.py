"""Every way in for files: they are read before the transaction begins, for nobody writes while it lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from openpar.common import limited
from openpar.common.db import write_transaction
from openpar.common.spreadsheets import read_sheet
from tests import imports
from tests.parindex.rounds import SmallRound

pytestmark = pytest.mark.django_db
# Texts that need no parser of a format: an operator's, or of a length that was looked at before.
READ_HERE = {"indicator definitions", "indicator values", "mapping of columns", "working calendar"}
# Every module that takes files from people → the ways that stand for it in the trust check `import_whole`.
TAKES_FILES = {
    "assessments/bonus": {"evidence"},
    "components/documents": {"evidence"},
    "criteria/importing": {"criteria"},
    "dossiers/mappings": {"mapping of columns"},
    "figures/editing": {"figure sheet"},
    "findings/remedying": {"evidence"},
    "indicators/changing": {"indicator values"},
    "organisations/importing": {"organisations", "successions", "blocks"},
    "plans/common": {"evidence"},
    "plans/importing": {"plan tasks"},
    "procedures/importing": {"procedures", "offers of procedures", "parts of procedures"},
    "reports/figures": {"report figures"},
    "rounds/outside": {"outside"},
    "service_quality/importing": {"index figures"},
    "service_quality/portal": {"portal points"},
    "sheet_files/views": {"sheet"},
    # Lists of dossiers have a check of their own (`dossier_import`): rows that cannot be read are left out.
    "dossiers/importing": set(),
    # Asks only whether a request that failed had a file.
    "failures": set(),
}
# What only commands read.
OF_COMMANDS = {"communes", "indicator definitions", "working calendar"}
SOURCE = Path(__file__).parents[1] / "src" / "openpar"


@contextmanager
def depths_of_reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """In how many transactions, beside those that are open already, files were read in a child."""
    found: list[int] = []
    ask: Callable[..., Any] = limited._ask
    outside = len(connection.savepoint_ids)

    def asked(*arguments: Any) -> Any:
        found.append(len(connection.savepoint_ids) - outside)
        return ask(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(limited, "_ask", asked)
        yield found


def run_all(ways: tuple[imports.Import, ...], monkeypatch: pytest.MonkeyPatch) -> dict[str, set[int]]:
    depths = {}
    for way in ways:
        with depths_of_reading(monkeypatch) as found:
            name, content = way.seeds[-1]
            way.run(content, name)
        depths[way.name] = set(found)
    return depths


def test_files_are_read_before_the_transaction_begins(
    opened: SmallRound, monkeypatch: pytest.MonkeyPatch
) -> None:
    depths = run_all(imports.imports_in_self_scoring(opened), monkeypatch)
    assert {name: depth for name, depth in depths.items() if depth - {0}} == {}
    assert {name for name, depth in depths.items() if not depth} == READ_HERE


def test_so_are_outside_results(opened: SmallRound, monkeypatch: pytest.MonkeyPatch) -> None:
    with imports.in_appraisal(opened) as later:
        depths = run_all(later, monkeypatch)
    assert {name: depth for name, depth in depths.items() if depth != {0}} == {}


def test_whatever_takes_a_file_is_among_the_ways() -> None:
    taking = {
        str(path.relative_to(SOURCE / "web").with_suffix(""))
        for path in SOURCE.rglob("*.py")
        if ".FILES" in path.read_text(encoding="utf-8")
    }
    assert taking == set(TAKES_FILES)
    assert {*imports.ways(), "outside"} == {*OF_COMMANDS, *(way for of in TAKES_FILES.values() for way in of)}


def test_reading_inside_a_transaction_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    with depths_of_reading(monkeypatch) as found, write_transaction():
        limited.run_limited(read_sheet, b"a,b\n1,2\n")
    assert found == [1]
