"""Two roles on PostgreSQL: the owner of the tables, who migrates, and the application, who works in them.

The application's role has no right to change or delete what never changes (the guards without a condition
name those tables), to empty a table, to alter one, or to touch a guard: what the program cannot do, whoever
takes it over cannot do either. `openpar database roles` prints the statements, and when they are run tells
docs/operations/postgresql-roles.md.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from openpar.backoffice.settings_needed import set_up
from openpar.common.errors import Refused

if TYPE_CHECKING:
    from openpar.common.triggers import Guard

# Taken FOR UPDATE while a successor is made: that needs the right on one column; the guard refuses anyway.
_LOCKED_ONLY = {"documents_document": "id"}
# What migrations write and the program reads.
_READ_ONLY = frozenset(
    {"django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}
)
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


class RolesRefused(Refused):
    """Roles cannot be set up so."""


def refuse_bad_names(owner: str, application: str) -> None:
    """Names of roles as PostgreSQL writes them without quotes. Raises RolesRefused."""
    for name in (owner, application):
        if not _NAME.fullmatch(name):
            raise RolesRefused.because(
                name, "không phải tên vai trò hợp lệ.", "Dùng chữ thường không dấu, số, gạch dưới."
            )
    if owner == application:
        raise RolesRefused.because(owner, "chủ sở hữu và ứng dụng phải là hai vai trò khác nhau.")


def rights_on(table: str, guards: Iterable[Guard]) -> tuple[str, ...]:
    """What the application may do with a table: read, add; change and delete where rows may change."""
    if table in _READ_ONLY:
        return ("SELECT",)
    never = {guard.event for guard in guards if guard.table == table and not guard.when}
    rights = ["SELECT", "INSERT"]
    rights += [event for event in ("UPDATE", "DELETE") if event not in never]
    if "UPDATE" in never and table in _LOCKED_ONLY:
        rights.append(f"UPDATE ({_LOCKED_ONLY[table]})")
    return tuple(rights)


def role_statements(
    *,
    owner: str,
    application: str,
    database: str,
    schema: str,
    tables: Sequence[str],
    sequences: Sequence[str],
    guards: Sequence[Guard],
) -> tuple[str, ...]:
    """The SQL that gives two existing roles their rights; safe to run twice. Raises RolesRefused."""
    refuse_bad_names(owner, application)
    statements = [
        f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC',
        f'GRANT CONNECT, CREATE, TEMPORARY ON DATABASE "{database}" TO {owner}',
        f'REVOKE ALL ON DATABASE "{database}" FROM {application}',
        f'GRANT CONNECT ON DATABASE "{database}" TO {application}',
        f'REVOKE ALL ON SCHEMA "{schema}" FROM PUBLIC',
        f'GRANT ALL ON SCHEMA "{schema}" TO {owner}',
        f'REVOKE ALL ON SCHEMA "{schema}" FROM {application}',
        f'GRANT USAGE ON SCHEMA "{schema}" TO {application}',
        f'REVOKE ALL ON ALL TABLES IN SCHEMA "{schema}" FROM PUBLIC, {application}',
        f'REVOKE ALL ON ALL FUNCTIONS IN SCHEMA "{schema}" FROM PUBLIC, {application}',
    ]
    statements += [f'ALTER TABLE "{schema}"."{table}" OWNER TO {owner}' for table in tables]
    statements += [
        f'ALTER FUNCTION "{schema}"."{guard.function}"() OWNER TO {owner}'
        for guard in guards
        if guard.is_for("postgresql")
    ]
    statements += [
        f'GRANT {", ".join(rights_on(table, guards))} ON "{schema}"."{table}" TO {application}'
        for table in tables
    ]
    statements += [
        f'GRANT USAGE, SELECT ON SEQUENCE "{schema}"."{sequence}" TO {application}' for sequence in sequences
    ]
    return tuple(statements)


def statements_for_this_database(*, owner: str, application: str) -> tuple[str, ...]:
    """The statements for the tables that stand in the database of DATABASE_URL. Raises RolesRefused."""
    from django.db import connection

    from openpar.common.triggers import declared_guards

    refuse_bad_names(owner, application)
    if connection.vendor != "postgresql":
        raise RolesRefused.because(
            "DATABASE_URL", "vai trò cơ sở dữ liệu chỉ có ở PostgreSQL.", "SQLite dựa vào quyền trên tệp."
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_schema()")
        database, schema = cursor.fetchone()
        tables = _names(cursor, "r")
        sequences = _names(cursor, "S")
    return role_statements(
        owner=owner,
        application=application,
        database=database,
        schema=schema,
        tables=tables,
        sequences=sequences,
        guards=declared_guards(),
    )


def _names(cursor: object, kind: str) -> list[str]:
    cursor.execute(  # type: ignore[attr-defined]  # Django's cursor wrapper passes this on untyped
        "SELECT relname FROM pg_class WHERE relkind = %s AND relnamespace = current_schema()::regnamespace "
        "ORDER BY relname",
        [kind],
    )
    return [str(name) for (name,) in cursor.fetchall()]  # type: ignore[attr-defined]  # as above


def apply_roles(*, owner: str, application: str) -> int:
    """Runs the statements in one transaction, as whoever DATABASE_URL names; returns how many."""
    from django.db import connection

    from openpar.common.db import write_transaction

    statements = statements_for_this_database(owner=owner, application=application)
    with write_transaction(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    return len(statements)


def roles(options: argparse.Namespace) -> int:
    """`openpar database roles`: prints the statements, or runs them with --apply."""
    set_up()
    if options.apply:
        done = apply_roles(owner=options.owner, application=options.application)
        sys.stdout.write(f"Đã thực hiện {done} câu lệnh.\n")
        return 0
    found = statements_for_this_database(owner=options.owner, application=options.application)
    sys.stdout.writelines(f"{statement};\n" for statement in found)
    return 0


def add_roles_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`openpar database roles --owner NAME --application NAME [--apply]`."""
    database = commands.add_parser("database", help="the database · cơ sở dữ liệu")
    kinds = database.add_subparsers(required=True, metavar="COMMAND")
    granting = kinds.add_parser("roles", help="rights on PostgreSQL · quyền của vai trò")
    granting.add_argument("--owner", required=True, help="owns the tables, migrates · chủ sở hữu bảng")
    granting.add_argument("--application", required=True, help="the program · vai trò của ứng dụng")
    granting.add_argument("--apply", action="store_true", help="run, not print · thực hiện ngay")
    granting.set_defaults(run=roles)
