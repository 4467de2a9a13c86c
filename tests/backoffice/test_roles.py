"""`openpar database roles`: what the program may do with each table, and names that are no names."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from openpar.backoffice import commandline
from openpar.backoffice.roles import RolesRefused, rights_on, role_statements, statements_for_this_database
from openpar.common.triggers import declared_guards

ALL = ("SELECT", "INSERT", "UPDATE", "DELETE")


@pytest.mark.parametrize(
    ("table", "rights"),
    [
        ("audit_entry", ("SELECT", "INSERT")),
        ("assessments_result", ("SELECT", "INSERT")),
        ("documents_storedfile", ("SELECT", "INSERT")),
        # One column only, so that the row can be locked; the guard refuses a change of it.
        ("documents_document", ("SELECT", "INSERT", "UPDATE (id)")),
        ("assessments_reopening", ("SELECT", "INSERT", "UPDATE")),
        ("assessments_adjustment", ("SELECT", "INSERT", "UPDATE")),
        ("assessments_score", ALL),
        ("accounts_user", ALL),
        ("django_migrations", ("SELECT",)),
    ],
)
def test_what_never_changes_gives_no_right_to_change_it(table: str, rights: tuple[str, ...]) -> None:
    assert rights_on(table, declared_guards()) == rights


def test_nobody_may_empty_alter_or_watch_a_table() -> None:
    tables = [model._meta.db_table for model in apps.get_models()]
    rights = {right for table in tables for right in rights_on(table, declared_guards())}
    assert rights <= {*ALL, "UPDATE (id)"}


@pytest.mark.parametrize(
    ("owner", "application"),
    [("Owner", "app"), ("owner", "app; DROP TABLE x"), ("same", "same"), ("", "app"), ("o", "a" * 64)],
)
def test_names_that_are_no_roles_are_refused(owner: str, application: str) -> None:
    with pytest.raises(RolesRefused):
        role_statements(
            owner=owner,
            application=application,
            database="openpar",
            schema="public",
            tables=(),
            sequences=(),
            guards=(),
        )


@pytest.mark.django_db
def test_the_statements_name_every_table_and_sqlite_has_no_roles() -> None:
    if connection.vendor == "sqlite":
        with pytest.raises(RolesRefused) as refusal:
            statements_for_this_database(owner="openpar_owner", application="openpar_app")
        assert "PostgreSQL" in str(refusal.value)
        return
    found = statements_for_this_database(owner="openpar_owner", application="openpar_app")
    granted = {line.split('"')[3] for line in found if line.startswith("GRANT SELECT")}
    assert {model._meta.db_table for model in apps.get_models()} <= granted
    assert not any("TRUNCATE" in line or "TRIGGER" in line for line in found)


@pytest.mark.django_db
def test_the_command_refuses_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    status = commandline.main(["database", "roles", "--owner", "same", "--application", "same"])
    assert status == commandline.WRONG
    assert "hai vai trò khác nhau" in capsys.readouterr().err
