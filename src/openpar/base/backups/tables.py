"""Rows in a form that means the same on SQLite and PostgreSQL, hence with the same digest on both.

One row is one line of JSON: the values of the columns in the order of the model, without blanks, keys of
objects sorted. Points are texts, moments are ISO 8601 in UTC. Lines are ordered by primary key.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.functions import Collate
from django.utils.duration import duration_iso_string
from django.utils.translation import gettext as _

from openpar.base.backups.errors import BackupRefused

Model = type[models.Model]
# Tables whose rows are of the machine and the moment: sessions are keys to somebody's account, the state of
# jobs belongs to the loop that runs here.
ROWS_LEFT_OUT = frozenset({"django_session", "access_browsersession", "jobs_jobstate"})
# Rows that change by the clock and prove nothing: backed up and compared, but no change worth a new backup.
TICKING = frozenset({"audit_sealing"})
# What the frameworks keep for themselves; the applied migrations stand in the manifest.
_OF_THE_FRAMEWORK = frozenset({"django_migrations", "sqlite_sequence"})
_AT_ONCE = 2000


@dataclass(frozen=True)
class Digest:
    """How many rows a table has and the SHA-256 of their lines."""

    rows: int
    sha256: str


def backed_up_models() -> tuple[Model, ...]:
    """Every model with a table whose rows are backed up, the one referred to before the one that refers."""
    found = {
        model._meta.db_table: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.db_table not in ROWS_LEFT_OUT
    }
    ordered: list[Model] = []
    open_tables: set[str] = set()

    def visit(name: str) -> None:
        if name in open_tables or found[name] in ordered:
            return
        open_tables.add(name)
        for before in sorted(_referred_tables(found[name]) & found.keys()):
            visit(before)
        ordered.append(found[name])

    for name in sorted(found):
        visit(name)
    return tuple(ordered)


def _referred_tables(model: Model) -> set[str]:
    related = (field.remote_field.model for field in columns_of(model) if field.remote_field)
    return {other._meta.db_table for other in related if not isinstance(other, str)}


def columns_of(model: Model) -> list[models.Field[Any, Any]]:
    """The stored columns; those that the database computes come back by themselves."""
    return [field for field in model._meta.concrete_fields if not getattr(field, "generated", False)]


def tables_in(using: str = DEFAULT_DB_ALIAS) -> set[str]:
    """The tables that are there, without those the frameworks keep for themselves."""
    connection = connections[using]
    with connection.cursor() as cursor:
        return set(connection.introspection.table_names(cursor)) - _OF_THE_FRAMEWORK


def refuse_unknown_tables(using: str) -> None:
    """Raises BackupRefused when a table would be silently left out because no model declares it."""
    known = {model._meta.db_table for model in backed_up_models()} | ROWS_LEFT_OUT
    unknown = sorted(tables_in(using) - known)
    if unknown:
        raise BackupRefused.because(
            _("Cơ sở dữ liệu"),
            _("có bảng không thuộc phần mềm này: %s") % ", ".join(unknown),
            _("Chuyển các bảng ấy sang cơ sở dữ liệu khác, hoặc khai báo chúng bằng một model"),
            code="unknown-tables",
        )


def lines_of(model: Model, using: str = DEFAULT_DB_ALIAS) -> Iterator[bytes]:
    """The rows of a table, a line each with its line feed, ordered by primary key."""
    fields = columns_of(model)
    to_plain = [_to_plain(field) for field in fields]
    rows = (
        model._base_manager.using(using)
        .order_by(*_by_key(model, using))
        .values_list(*(field.attname for field in fields))
        .iterator(chunk_size=_AT_ONCE)
    )
    encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
    for row in rows:
        values = [
            value if plain is None else plain(value) for plain, value in zip(to_plain, row, strict=True)
        ]
        yield encode(values).encode("utf-8", errors="surrogatepass") + b"\n"


def _by_key(model: Model, using: str) -> list[Any]:
    key = model._meta.pk
    if not isinstance(key, models.CharField):
        return ["pk"]
    # Text sorts by bytes on both, whatever the language of the database.
    return [Collate("pk", "BINARY" if connections[using].vendor == "sqlite" else "C")]


def digest_of(lines: Iterable[bytes]) -> Digest:
    """Counts lines and what they say."""
    sha256, rows = hashlib.sha256(), 0
    for line in lines:
        sha256.update(line)
        rows += 1
    return Digest(rows, sha256.hexdigest())


def digests_in(using: str = DEFAULT_DB_ALIAS) -> dict[str, Digest]:
    """The digest of every table as the database has it now."""
    return {model._meta.db_table: digest_of(lines_of(model, using)) for model in backed_up_models()}


def insert_lines(model: Model, lines: Sequence[bytes]) -> None:
    """Adds rows to the default database, as they are: no default, no rule, no signal has a say."""
    connection = connections[DEFAULT_DB_ALIAS]
    quote = connection.ops.quote_name
    fields = columns_of(model)
    to_stored = [_to_stored(field, connection) for field in fields]
    names = ", ".join(quote(str(field.column)) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    rows = [
        tuple(make(value) for make, value in zip(to_stored, json.loads(line), strict=True)) for line in lines
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({places})",  # noqa: S608  # names of our models; values are parameters
            rows,
        )


# --- values -------------------------------------------------------------------------------------------------

_PLAIN_ALREADY = (models.IntegerField, models.BooleanField, models.JSONField, models.TextField)


def _is_plain_already(field: models.Field[Any, Any]) -> bool:
    if isinstance(field, models.ForeignKey):
        return _is_plain_already(field.target_field)
    # Fields of our own may store text and mean something else (ExactDecimalField): those are asked.
    return isinstance(field, (*_PLAIN_ALREADY, models.CharField, models.AutoField))


def _to_plain(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    """How a value becomes JSON; None when it is already."""
    return None if _is_plain_already(field) else plain


def plain(value: Any) -> Any:
    """A value of a column as JSON has it. Raises TypeError for a kind that no column of ours has."""
    if value is None or isinstance(value, bool | int | str | float):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"a column holds {type(value).__name__}, which backups do not know")


def _to_stored(field: models.Field[Any, Any], connection: Any) -> Callable[[Any], Any]:
    """How JSON becomes what the column's driver takes."""
    if isinstance(field, models.ForeignKey):
        return _to_stored(field.target_field, connection)
    if isinstance(field, models.JSONField):
        # No SQL null where the column forbids it: there it was the JSON null.
        empty = models.Value(None, field) if not field.null else None
        return lambda value: field.get_db_prep_save(empty if value is None else value, connection)
    if _is_plain_already(field):
        return lambda value: value
    return lambda value: None if value is None else field.get_db_prep_save(field.to_python(value), connection)


# --- numbers for the rows to come ---------------------------------------------------------------------------


def last_numbers(using: str) -> dict[str, int]:
    """The last number that each table has given to a row, also to a row that is gone: none is given twice."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT COUNT(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'")
            if not cursor.fetchone()[0]:
                return {}
            cursor.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name")
            found = {str(name): int(number) for name, number in cursor.fetchall()}
        else:
            cursor.execute(
                "SELECT t.relname, s.last_value FROM pg_sequences s"
                " JOIN pg_class c ON c.relname = s.sequencename AND c.relkind = 'S'"
                " JOIN pg_depend d ON d.objid = c.oid AND d.deptype IN ('a', 'i')"
                " JOIN pg_class t ON t.oid = d.refobjid"
                " WHERE s.schemaname = current_schema() AND s.last_value IS NOT NULL ORDER BY 1"
            )
            found = {str(name): int(number) for name, number in cursor.fetchall()}
    names = {model._meta.db_table for model in backed_up_models()}
    return {name: number for name, number in found.items() if name in names}


def set_last_numbers(numbers: dict[str, int]) -> None:
    """New rows of the default database are numbered after these."""
    connection = connections[DEFAULT_DB_ALIAS]
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        for model in backed_up_models():
            key, table = model._meta.pk, model._meta.db_table
            if not isinstance(key, models.AutoField):
                continue
            cursor.execute(f"SELECT MAX({quote(str(key.column))}) FROM {quote(table)}")  # noqa: S608  # our own names
            last = max(int(cursor.fetchone()[0] or 0), numbers.get(table, 0))
            if last == 0:
                continue
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])
            else:
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)", [quote(table), key.column, last]
                )
