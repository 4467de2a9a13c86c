"""Costly beginnings, made once and handed to many tests.

To bring a round to its publication by the actions people use takes a second; a hundred tests begin there.
`world` makes a fixture of the function that builds such a beginning:

    @world
    def published() -> SmallRound:
        return rounds.published_round()

    def test_everybody_sees_the_ranking(published: SmallRound) -> None: ...

The first test that asks for it has it built in a transaction that stays open. Every test runs in a savepoint
of that transaction (the one that `db` opens anyway), so that what it does is gone afterwards, and gets its
own copy of what was built and of the files that were stored. The next test that begins with another world has
the standing one rolled back: at most one stands at a time, and nobody sees anything of the others.
tests/conftest.py puts the tests of a world next to each other, to build it once; they pass in any order.

A world is built by the clock of the machine, whatever clock its test sets: actions are told their moment.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

import pytest
from django.db import connection, transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from openpar.parindex.criteria.queries import forget_loaded_sets

T = TypeVar("T")
# The functions that build, by the names of their fixtures.
_BUILDERS: dict[str, Callable[[], object]] = {}


@dataclass(frozen=True)
class _Standing:
    """What was built, in a transaction that is open on this line to the database."""

    build: Callable[[], object]
    built: object
    files: Path
    around: transaction.Atomic
    line: object
    blocker: DjangoDbBlocker

    def is_whole(self) -> bool:
        """False after a test that closed the line or broke the transaction for good."""
        is_broken = connection.needs_rollback or connection.closed_in_transaction
        return connection.connection is self.line and connection.in_atomic_block and not is_broken

    def remove(self) -> None:
        with self.blocker.unblock():
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)
        shutil.rmtree(self.files, ignore_errors=True)


def _raised(build: Callable[[], object], files: Path, blocker: DjangoDbBlocker) -> _Standing:
    forget_loaded_sets()
    around = transaction.atomic()
    around.__enter__()
    try:
        with override_settings(OPENPAR_FILES_DIR=files):
            built = build()
    except BaseException as failure:
        around.__exit__(type(failure), failure, failure.__traceback__)
        raise
    return _Standing(build, built, files, around, connection.connection, blocker)


class Ground:
    """Where worlds stand, one at a time."""

    def __init__(self) -> None:
        self._standing: _Standing | None = None
        # The files of the world that the running test begins with.
        self.files: Path | None = None

    def stand(self, build: Callable[[], T], new_folder: Callable[[], Path], blocker: DjangoDbBlocker) -> T:
        """A copy of what `build` made; it is called unless its world stands."""
        standing = self._standing
        assert len(connection.atomic_blocks) <= (standing is not None), "a world is asked for before `db`"
        if standing is None or standing.build is not build or not standing.is_whole():
            self.clear()
            with blocker.unblock():
                standing = self._standing = _raised(build, new_folder(), blocker)
        self.files = standing.files
        return cast(T, copy.deepcopy(standing.built))

    def clear(self) -> None:
        """Rolls back what stands, if anything does."""
        standing, self._standing = self._standing, None
        if standing is not None:
            standing.remove()


GROUND = Ground()


def world(build: Callable[[], T]) -> Callable[..., Iterator[T]]:
    """A fixture under the name of `build`. Raises ValueError if there is another world of that name."""
    name = build.__name__
    if name in _BUILDERS:
        raise ValueError(f"there is a world {name} in {_BUILDERS[name].__module__}: choose another name")
    _BUILDERS[name] = build

    # Class scope: it lasts as long as a plain function does, and yet is asked for before `db`.
    @pytest.fixture(scope="class", name=name)
    def begun(
        request: pytest.FixtureRequest,
        ground: Ground,
        django_db_blocker: DjangoDbBlocker,
        tmp_path_factory: pytest.TempPathFactory,
    ) -> Iterator[T]:
        assert worlds_of(request.node) == [name], "a test begins with one world"
        assert touches_database(request.node), "a test that begins with a world is marked django_db"
        assert not commits(request.node), "what is committed cannot be rolled back: no world for this test"
        yield ground.stand(build, lambda: tmp_path_factory.mktemp(name), django_db_blocker)
        ground.files = None

    return begun


def worlds_of(item: pytest.Item) -> list[str]:
    """The names of the worlds that this test asks for."""
    return [name for name in _fixtures_of(item) if name in _BUILDERS]


def commits(item: pytest.Item) -> bool:
    """Does the test end its transactions, so that the tables are emptied after it?"""
    mark = item.get_closest_marker("django_db")
    is_marked = mark is not None and bool(mark.kwargs.get("transaction"))
    return is_marked or not {"transactional_db", "live_server"}.isdisjoint(_fixtures_of(item))


def touches_database(item: pytest.Item) -> bool:
    """Does the test ask for the database of the settings?"""
    return item.get_closest_marker("django_db") is not None or commits(item) or "db" in _fixtures_of(item)


def _fixtures_of(item: pytest.Item) -> list[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else []
