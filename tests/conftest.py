"""What every test may rely on: no memory of another test's database, files in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client
from pytest_django.fixtures import Settings

from openpar.base.accounts.models import User
from openpar.common.triggers import without_triggers
from openpar.parindex.criteria.queries import forget_loaded_sets
from openpar.web.account.stamps import SECOND_FACTOR, Passed


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    """Databases of tests begin anew with the same ids; what was loaded before is not theirs."""
    forget_loaded_sets()
    yield
    forget_loaded_sets()


@pytest.fixture(scope="session", autouse=True)
def _tables_can_be_emptied() -> Iterator[None]:
    """Between tests that commit the tables are emptied: frozen rows too, which are refused otherwise."""
    empty = BaseDatabaseOperations.execute_sql_flush

    def emptied(operations: BaseDatabaseOperations, sql_list: list[str]) -> None:
        with without_triggers():
            empty(operations, sql_list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", emptied)
        yield


@pytest.fixture(autouse=True)
def _files_of_this_test(settings: Settings, tmp_path: Path) -> None:
    settings.OPENPAR_FILES_DIR = tmp_path / "files"


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
