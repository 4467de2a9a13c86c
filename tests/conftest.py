"""What every test may rely on: no memory of another test's database, files in a folder of its own."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.test import Client, TransactionTestCase
from pytest_django.fixtures import Settings
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import Redirect, StaticFile

from openpar.base.accounts.models import User
from openpar.parindex.criteria.queries import forget_loaded_sets
from openpar.web.account.stamps import SECOND_FACTOR, Passed
from tests import worlds
from tests.compiled_pages import keep_compiled
from tests.delivery.dossiers import lists
from tests.emptying import empty_tables
from tests.parindex import rounds
from tests.parindex.rounds import SmallRound
from tests.reform.plans import year
from tests.reform.plans.year import Province
from tests.worlds import GROUND, Ground, world

keep_compiled()
# While thousands of tests are gathered nothing is given up; looking for it takes a seventh of that.
gc.disable()
# How long a machine takes is no matter of tests.
hypothesis.settings.register_profile("untimed", deadline=None, max_examples=40)
hypothesis.settings.load_profile("untimed")

# What takes longest begins first, so that no worker is left with it at the end.
_LONGEST = (
    "tests/journeys/test_round.py",
    "tests/journeys/",
    "tests/parindex/assessments/test_lock_race.py",
    "tests/web/test_pages.py",
    "tests/trust/",
)


pytest_plugins = ["tests.statements"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database",
        action="store_true",
        help="leaves out the tests that do not ask for the database: they are the same on any",
    )
    parser.addoption(
        "--chosen",
        metavar="FILE",
        help="leaves out the tests that the file does not name, one a line; see tests/statements.py",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest first, then those without a world as they stand, then world by world."""
    if config.getoption("--only-database"):
        _leave(config, items, worlds.touches_database)
    if (path := config.getoption("--chosen")) is not None:
        chosen = set(Path(path).read_text(encoding="utf-8").split("\n"))
        if gone := chosen - {item.nodeid for item in items}:
            raise pytest.UsageError(f"chosen, but not there: {sorted(gone)}")
        _leave(config, items, lambda item: item.nodeid in chosen)
    items.sort(key=_turn)


def _leave(config: pytest.Config, items: list[pytest.Item], is_wanted: Callable[[pytest.Item], bool]) -> None:
    config.hook.pytest_deselected(items=[item for item in items if not is_wanted(item)])
    items[:] = filter(is_wanted, items)


def _turn(item: pytest.Item) -> tuple[int, list[str]]:
    path = item.nodeid
    place = next((place for place, start in enumerate(_LONGEST) if path.startswith(start)), len(_LONGEST))
    return place, worlds.worlds_of(item)


def pytest_collection_finish() -> None:
    """What was loaded for all tests stays: the collector need not look through it again and again."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 50)


def pytest_sessionfinish() -> None:
    # What is written in C++ would believe that it was forgotten.
    gc.unfreeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """No world stands under a test that asks for none; it is gone before a browser starts its loop."""
    if not worlds.worlds_of(item):
        GROUND.clear()


@world
def prepared() -> SmallRound:
    return rounds.prepared_round()


@world
def opened() -> SmallRound:
    return rounds.opened_round()


@world
def appraising() -> SmallRound:
    return rounds.round_in_appraisal()


@world
def deciding() -> SmallRound:
    return rounds.round_in_decision()


@world
def published() -> SmallRound:
    return rounds.published_round()


@world
def dossier_province() -> None:
    lists.province()


@world
def reform_year() -> Province:
    return year.province_plan()


# Empty tables that `./run test` has made, to be copied: a SQLite file, and a database of the server.
_TABLES, _TEMPLATE = os.environ.get("OPENPAR_TEST_TABLES", ""), os.environ.get("OPENPAR_TEST_TEMPLATE", "")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    test: dict[str, str] = django_settings.DATABASES["default"]["TEST"]
    if connection.vendor == "sqlite" and _TABLES:
        shutil.copyfile(_TABLES, test["NAME"])
    if connection.vendor == "postgresql" and _TEMPLATE:
        test["TEMPLATE"] = _TEMPLATE


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """What was copied goes with its folder or its server when the run is over."""
    return bool(_TABLES if connection.vendor == "sqlite" else _TEMPLATE)


@pytest.fixture(scope="session")
def ground(django_db_setup: None) -> Iterator[Ground]:
    """Where the worlds stand; goes before the database does."""
    yield GROUND
    GROUND.clear()


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    """Databases of tests begin anew with the same ids; what was loaded before is not theirs."""
    forget_loaded_sets()
    yield
    forget_loaded_sets()


@pytest.fixture(scope="session", autouse=True)
def _tables_are_emptied_quickly() -> Iterator[None]:
    """Between tests that commit; frozen rows too, which are refused otherwise."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: empty_tables())
        yield


_COSTS = {name: getattr(Argon2PasswordHasher, name) for name in ("time_cost", "memory_cost", "parallelism")}


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """How long a password takes to check is no business of the tests; that it is checked, is."""
    with pytest.MonkeyPatch.context() as patch:
        for name, cost in zip(_COSTS, (1, 64, 1), strict=True):
            patch.setattr(Argon2PasswordHasher, name, cost)
        yield


@pytest.fixture
def passwords_as_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """For the test of what a password costs in an installation."""
    for name, cost in _COSTS.items():
        monkeypatch.setattr(Argon2PasswordHasher, name, cost)


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_looked_for_once() -> Iterator[None]:
    """Every client of a test loads the middleware anew; which files there are does not change meanwhile."""
    found: dict[str, StaticFile | Redirect] = {}
    look = WhiteNoiseMiddleware.add_files_from_finders

    def looked(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", looked)
        yield


@pytest.fixture(autouse=True)
def _files_of_this_test(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    # A folder that nobody makes: most tests store no file. The same path for all, since DuckDB is started for
    # a folder; what the test before left there is gone.
    folder = tmp_path_factory.getbasetemp() / "files"
    if folder.exists():
        shutil.rmtree(folder)
    settings.OPENPAR_FILES_DIR = folder
    # The lists of tests are short: a second thread would only be waited for.
    settings.OPENPAR_FACTS_THREADS = 1
    if GROUND.files is not None:
        shutil.copytree(GROUND.files, settings.OPENPAR_FILES_DIR)


@pytest.fixture(autouse=True)
def _forced_log_ins_have_shown_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """`client.force_login` passes the log-in page by; so does it what the page asks beside the password."""
    forced = Client.force_login

    def force_login(client: Client, user: User, backend: str | None = None) -> None:
        forced(client, user, backend)
        session = client.session
        session[SECOND_FACTOR] = str(Passed.SHOWN)
        session.save()

    monkeypatch.setattr(Client, "force_login", force_login)
