"""Every way in for files: they are read before the transaction begins, for nobody writes while it lasts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from openpar.common import limited
from openpar.common.db import write_transaction
from openpar.common.spreadsheets import read_sheet
from tests import imports
from tests.parindex.rounds import SmallRound

pytestmark = pytest.mark.django_db


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
    assert {"organisations", "successions", "blocks", "criteria", "sheet", "evidence"} <= set(depths)
    assert {name: depth for name, depth in depths.items() if depth != {0}} == {}


def test_so_are_outside_results(opened: SmallRound, monkeypatch: pytest.MonkeyPatch) -> None:
    with imports.in_appraisal(opened) as later:
        depths = run_all(later, monkeypatch)
    assert {name: depth for name, depth in depths.items() if depth != {0}} == {}


def test_reading_inside_a_transaction_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    with depths_of_reading(monkeypatch) as found, write_transaction():
        limited.run_limited(read_sheet, b"a,b\n1,2\n")
    assert found == [1]
