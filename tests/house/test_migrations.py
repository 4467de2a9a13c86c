"""A migration that is interrupted leaves nothing half done."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from django.db import DatabaseError, connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

ENDS_IT = re.compile(r"\s*(?:COMMIT|BEGIN\b|VACUUM|PRAGMA)|.*\bCONCURRENTLY\b", re.IGNORECASE | re.DOTALL)
LOADED = MigrationLoader(None).disk_migrations


def not_atomic(migration: migrations.Migration) -> list[str]:
    """What of a migration is not undone when it is interrupted, on either database."""
    faults = [] if migration.atomic else ["the migration says atomic = False"]
    for operation in _flat(migration.operations):
        name = type(operation).__name__
        if isinstance(operation, migrations.RunPython) and operation.atomic is False:
            faults.append(f"{name} says atomic = False")
        # Indexes made “concurrently” cannot be part of a transaction on PostgreSQL.
        if "Concurrently" in name:
            faults.append(f"{name} runs outside of a transaction")
        faults += [f"{name}: {sql.strip()[:30]!r}" for sql in _statements(operation) if ENDS_IT.match(sql)]
    return faults


def _flat(operations: Sequence[Operation]) -> list[Operation]:
    return [
        one
        for operation in operations
        for one in (operation, *_flat(list(getattr(operation, "database_operations", []))))
    ]


def _statements(operation: Operation) -> list[str]:
    sql = getattr(operation, "sql", None)
    if sql is None:
        return []
    return [sql] if isinstance(sql, str) else [one if isinstance(one, str) else one[0] for one in sql]


OURS = sorted(key for key in LOADED if LOADED[key].__module__.startswith("openpar."))


@pytest.mark.parametrize("key", OURS, ids=str)
def test_a_migration_of_ours_is_whole_or_nothing(key: tuple[str, str]) -> None:
    assert not_atomic(LOADED[key]) == []


@pytest.mark.parametrize(
    "planted",
    [
        type("Migration", (migrations.Migration,), {"atomic": False}),
        type(
            "Migration",
            (migrations.Migration,),
            {"operations": [migrations.RunPython(migrations.RunPython.noop, atomic=False)]},
        ),
        type("Migration", (migrations.Migration,), {"operations": [migrations.RunSQL("VACUUM")]}),
        type(
            "Migration",
            (migrations.Migration,),
            {"operations": [migrations.RunSQL("CREATE INDEX CONCURRENTLY i ON t (a)")]},
        ),
        type(
            "Migration",
            (migrations.Migration,),
            {
                "operations": [
                    migrations.SeparateDatabaseAndState(
                        database_operations=[migrations.RunSQL(["COMMIT"])], state_operations=[]
                    )
                ]
            },
        ),
    ],
)
def test_a_migration_that_could_be_left_half_done_is_noticed(planted: type[migrations.Migration]) -> None:
    assert not_atomic(planted("x", "planted"))


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_breaks_off_leaves_no_table() -> None:
    """The engine itself: tables made before the break are gone, on the database under test."""

    class Breaks(migrations.Migration):
        operations = [
            migrations.CreateModel("Halfdone", [("id", models.BigAutoField(primary_key=True))]),
            migrations.RunSQL("SELECT 1 FROM nowhere"),
        ]

    migration = Breaks("breaks", "audit")
    state = MigrationLoader(connection).project_state()
    with pytest.raises(DatabaseError, match="nowhere"), connection.schema_editor(atomic=True) as editor:
        migration.apply(state, editor)
    assert "audit_halfdone" not in connection.introspection.table_names()
