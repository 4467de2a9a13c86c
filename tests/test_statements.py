"""What runs on PostgreSQL: every statement once more, by few tests; what commits or is refused, always."""

from __future__ import annotations

import ast
import json
from datetime import date
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

import openpar
from openpar.base.organisations.queries import history_of, names_on
from openpar.base.organisations.register import lock_register
from scripts.chosen import Sent, chosen, read
from tests import factories
from tests.statements import Listener, shape_of

TODAY = date(2026, 6, 1)
PROGRAM = Path(openpar.__file__).parent


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a WHERE id IN (%s, %s)", "SELECT a WHERE id IN (%s, %s, %s)"),
        ("SELECT a LIMIT 21", "SELECT a LIMIT 1"),
        ('SAVEPOINT "s139_x1"', 'SAVEPOINT "s7_x12"'),
        ("INSERT INTO t (a) VALUES (%s)", "INSERT INTO t (a) VALUES (%s), (%s)"),
        (
            "INSERT INTO t (a, b) VALUES (%s, NULL) RETURNING id",
            "INSERT INTO t (a, b) VALUES (%s, NULL), (%s, NULL) RETURNING id",
        ),
    ],
)
def test_a_statement_is_the_same_however_much_is_asked_for(one: str, other: str) -> None:
    assert shape_of(one) == shape_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT a FROM t", "SELECT b FROM t"),
        ("SELECT a FROM t WHERE b = %s", "SELECT a FROM t WHERE b > %s"),
        ("SELECT a FROM t1", "SELECT a FROM t2"),
        ("INSERT INTO t (a) VALUES (%s)", "INSERT INTO t (b) VALUES (%s)"),
        (
            "INSERT INTO t (a) VALUES (%s) ON CONFLICT DO NOTHING",
            "INSERT INTO t (a) VALUES (%s) ON CONFLICT (a) DO UPDATE SET a = excluded.a",
        ),
        ("SELECT a WHERE id IN (%s)", "SELECT a WHERE id IN (SELECT id FROM t)"),
    ],
)
def test_another_statement_is_another(one: str, other: str) -> None:
    assert shape_of(one) != shape_of(other)


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Listener:
    found = Listener(tmp_path)
    found.listen(partial(monkeypatch.setattr, raising=False))
    return found


@pytest.mark.django_db
def test_what_the_program_sends_is_heard_by_its_place(listener: Listener) -> None:
    organisations = [factories.organisation(f"Sở {number}").pk for number in range(3)]
    listener.heard.clear()
    names_on(organisations[:2], TODAY)
    first = frozenset(listener.heard)
    names_on(organisations, TODAY)
    assert first
    assert listener.heard == first
    history_of(organisations[0])
    assert listener.heard > first


@pytest.mark.django_db
def test_what_a_test_asks_by_itself_is_not_heard(listener: Listener) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert not listener.heard


@pytest.mark.django_db
def test_what_the_database_refuses_is_noticed(listener: Listener) -> None:
    names_on([], TODAY)
    assert not listener.always
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")
    assert listener.always


@pytest.mark.django_db
def test_a_place_that_asks_which_database_it_is_counts_whatever_it_sends(listener: Listener) -> None:
    assert connection.vendor
    assert not listener.heard
    # On SQLite it sends nothing at all.
    lock_register()
    first = frozenset(listener.heard)
    assert first
    lock_register()
    assert listener.heard == first


# Where the connection itself is asked, which nobody hears: guards of tables are made by the migrations
# of each database, soundness is looked at when each begins, and tests of backups commit.
NOT_HEARD = {
    "base/backups/tables.py",
    "base/backups/writing.py",
    "common/durability.py",
    "common/triggers.py",
}


def asks_the_connection_itself(text: str) -> bool:
    """Is it asked which database it is, other than as Django's `connection`?"""
    nodes = list(ast.walk(ast.parse(text)))
    handed = any(isinstance(node, ast.arg) and node.arg == "connection" for node in nodes)
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == "vendor"
        and (handed or not (isinstance(node.value, ast.Name) and node.value.id == "connection"))
        for node in nodes
    )


def test_the_program_asks_so_that_it_is_heard() -> None:
    asking = {
        str(path.relative_to(PROGRAM))
        for path in PROGRAM.rglob("*.py")
        if "migrations" not in path.parts and asks_the_connection_itself(path.read_text(encoding="utf-8"))
    }
    assert asking == NOT_HEARD
    assert asks_the_connection_itself("connections[using].vendor")
    assert asks_the_connection_itself("def f(connection): return connection.vendor")
    assert not asks_the_connection_itself("connection.vendor")


@pytest.mark.parametrize(("outcome", "always"), [("skipped", True), ("passed", False)])
def test_what_is_left_out_here_is_not_lost(tmp_path: Path, outcome: Any, always: bool) -> None:
    """A test that only the other database can play sends nothing on this one."""
    found = Listener(tmp_path)
    reporting = found.pytest_runtest_makereport()
    next(reporting)
    with pytest.raises(StopIteration):
        reporting.send(pytest.TestReport("a", ("", 0, ""), {}, outcome, None, "call"))
    assert found.always is always


def sent(test: str, statements: str, seconds: float = 1, *, always: bool = False) -> Sent:
    return Sent(test, frozenset(statements), seconds, always)


def test_few_and_quick_tests_send_everything_again() -> None:
    tests = [sent("a", "xy"), sent("b", "x"), sent("c", "yz", 9), sent("d", "z"), sent("e", "xy", 2)]
    assert chosen(tests, []) == ["a", "d"]


def test_what_always_runs_sends_too() -> None:
    assert chosen([sent("a", "xy", always=True), sent("b", "x"), sent("c", "z")], []) == ["a", "c"]
    assert chosen([sent("a", "", always=True), sent("b", "x")], []) == ["a", "b"]


def test_what_runs_once_is_not_counted_on() -> None:
    tests = [sent("tests/demo/a", "xyz", 0.1, always=True), sent("tests/b", "x"), sent("tests/c", "y")]
    assert chosen(tests, ["tests/demo"]) == ["tests/b", "tests/c"]


@pytest.mark.parametrize("seed", range(20))
def test_no_statement_is_left_out_and_the_order_does_not_matter(seed: int) -> None:
    chance = Random(seed)
    tests = [
        sent(
            f"{number:03}",
            "".join(chance.sample("abcdefghijklmnopqrst", chance.randrange(6))),
            chance.random(),
            always=chance.random() < 0.1,
        )
        for number in range(60)
    ]
    names = set(chosen(tests, []))
    assert names >= {one.test for one in tests if one.always}
    assert {s for one in tests if one.test in names for s in one.statements} == {
        s for one in tests for s in one.statements
    }
    assert len(names) < len(tests)
    chance.shuffle(tests)
    assert names == set(chosen(tests, []))


def test_every_process_leaves_its_lines(tmp_path: Path) -> None:
    for process, test in (("1", "a"), ("2", "b")):
        said = {"test": test, "statements": ["x"], "seconds": 0.5, "always": test == "b"}
        (tmp_path / f"{process}.jsonl").write_text(json.dumps(said) + "\n", encoding="utf-8")
    assert sorted(read(tmp_path), key=lambda one: one.test) == [
        sent("a", "x", 0.5),
        sent("b", "x", 0.5, always=True),
    ]
