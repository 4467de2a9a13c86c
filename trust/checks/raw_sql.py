"""Frozen is frozen for the database too: raw SQL on locked, decided, published rows, as the program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from trust.attacks import Attack, Frozen, attacks, attacks_on_the_guards, frozen_rows
from trust.check import BOTH, Check, Found, Scale

Attempt = Callable[[Attack], bool]


def run(scale: Scale) -> Found:
    from django.db import connection

    from openpar.common.triggers import declared_guards, drop_triggers, missing_guards

    on = frozen_rows()
    missing = missing_guards()
    tried = tuple(attacks(on, connection.vendor))
    violations = [f"guard {name} is not in the database" for name in missing]
    violations += [f"as the owner: {name}" for name in _succeeded(tried, _as_owner)]
    figures: dict[str, int | float | str] = {"attacks": len(tried), "guards": len(declared_guards())}
    planted: dict[str, bool] = {}
    if connection.vendor == "postgresql":
        privileged = tuple(attacks_on_the_guards(on))
        figures["attacks on the guards"] = len(privileged)
        with _application_role() as attempt:
            came_through = _succeeded((*tried, *privileged), attempt)
            violations += [f"as the application: {name}" for name in came_through]
            planted["an application that owns its tables"] = len(_succeeded(privileged, _as_owner)) >= 6
    guarded = _milliseconds_of_a_save(on)
    drop_triggers()
    figures["the guards cost a save, ms"] = round(guarded - _milliseconds_of_a_save(on), 3)
    through = _succeeded(tried, _as_owner)
    stopped = sorted({attack.name for attack in tried} - set(through))
    planted["no guards: every attack comes through"] = not stopped
    figures["come through without guards"] = len(through)
    violations += [f"the attack “{name}” proves nothing: it fails without guards too" for name in stopped]
    return Found(figures, tuple(violations), planted)


def _milliseconds_of_a_save(on: Frozen) -> float:
    """The two rows that a save writes, the median of many."""
    import statistics
    import time

    from django.db import connection, transaction

    spent = []
    with connection.cursor() as cursor:
        for turn in range(200):
            with transaction.atomic():
                begun = time.perf_counter()
                cursor.execute(f"UPDATE assessments_score SET version = {turn} WHERE id = {on.free_score}")
                cursor.execute(
                    f"UPDATE assessments_assessment SET flagged_count = {turn} WHERE id = {on.open_sheet}"
                )
                spent.append(time.perf_counter() - begun)
    return statistics.median(spent) * 1000


def _succeeded(tried: Sequence[Attack], attempt: Attempt) -> list[str]:
    return [attack.name for attack in tried if attempt(attack)]


def _as_owner(attack: Attack) -> bool:
    """Tries it on the program's own connection, and takes it back."""
    from django.db import DatabaseError, connection, transaction

    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                rows = _rows_hit(cursor, attack)
            transaction.set_rollback(True)
    except DatabaseError:
        return False
    return rows != 0


def _rows_hit(cursor: Any, attack: Attack) -> int:
    for statement in attack.statements:
        cursor.execute(statement)
    return int(cursor.rowcount)


@contextmanager
def _application_role() -> Iterator[Attempt]:
    """A log-in that has the rights `openpar database roles` gives the application, and no others."""
    import os
    import secrets

    import psycopg
    from django.db import connection

    from openpar.backoffice.roles import apply_roles

    suffix, password = f"{os.getpid()}_{secrets.token_hex(3)}", secrets.token_hex(16)
    owner, application = f"trust_owner_{suffix}", f"trust_app_{suffix}"
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {owner}")
        cursor.execute(f"CREATE ROLE {application} LOGIN PASSWORD '{password}'")
        cursor.execute("SELECT current_user")
        before = cursor.fetchone()[0]
    apply_roles(owner=owner, application=application)
    settings = connection.get_connection_params()
    log_in = psycopg.connect(
        host=settings.get("host"),
        port=settings.get("port"),
        dbname=settings["dbname"],
        user=application,
        password=password,
    )

    def attempt(attack: Attack) -> bool:
        try:
            with log_in.cursor() as cursor:
                return _rows_hit(cursor, attack) != 0
        except psycopg.Error:
            return False
        finally:
            log_in.rollback()

    try:
        yield attempt
    finally:
        log_in.close()
        with connection.cursor() as cursor:
            cursor.execute(f'REASSIGN OWNED BY {owner} TO "{before}"')
            for role in (owner, application):
                cursor.execute(f"DROP OWNED BY {role}")
                cursor.execute(f"DROP ROLE {role}")


CHECK = Check(
    "raw_sql", "raw SQL as the application's role changes no frozen row", run, BOTH, short_on_each=True
)
