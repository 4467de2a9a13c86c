"""A question that is put together once and asked many times.

Django composes the SQL of a query anew each time it is asked. For the questions of a save, which are asked
with everybody else waiting for their turn to write, composing took five times as long as answering.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.query import get_related_populators

Row = TypeVar("Row", bound=models.Model)


def hole(position: int) -> int:
    """Where the value of this position goes: a number that stands in no other question."""
    return -(7_000_000_000 + position)


class _Kept:
    """What a thread keeps of a question: its SQL, and how a row of the answer becomes objects."""

    def __init__(self, queryset: models.QuerySet[Any], holes: int) -> None:
        self._compiler = queryset.query.get_compiler(queryset.db)
        self.sql, parameters = self._compiler.as_sql()
        self._parameters = list(parameters)
        self._positions = [
            [at for at, value in enumerate(self._parameters) if value == hole(number)]
            for number in range(holes)
        ]
        if not all(self._positions):
            raise ValueError("a hole of the question got lost; compare whole columns with it")
        select, info = self._compiler.select, self._compiler.klass_info
        self._converters = self._compiler.get_converters([column[0] for column in select])
        self._model = info["model"]
        fields = info["select_fields"]
        self._start, self._end = fields[0], fields[-1] + 1
        self._names = [column[0].target.attname for column in select[self._start : self._end]]
        self._related = get_related_populators(info, select, queryset.db)  # type: ignore[call-arg]  # the stubs are of a newer Django
        self._annotations = self._compiler.annotation_col_map
        self._database = queryset.db

    def parameters(self, values: Sequence[int]) -> list[Any]:
        found = list(self._parameters)
        for positions, value in zip(self._positions, values, strict=True):
            for at in positions:
                found[at] = value
        return found

    def objects(self, rows: Sequence[Sequence[Any]]) -> list[Any]:
        converted = self._compiler.apply_converters(rows, self._converters) if self._converters else rows
        found = []
        for row in converted:
            made = self._model.from_db(self._database, self._names, row[self._start : self._end])
            for populator in self._related:
                populator.populate(row, made)
            for name, column in self._annotations.items():
                setattr(made, name, row[column])
            found.append(made)
        return found


class Compiled(Generic[Row]):
    """The question `build` puts together, where `hole(0)`, `hole(1)` … stand for what is given when asking.

    Holes take whole numbers (keys). Answers are model instances with their joined ones and annotations, the
    same that the queryset itself would give (a test compares).
    """

    def __init__(self, build: Callable[[], models.QuerySet[Row]], *, holes: int) -> None:
        self._build = build
        self._holes = holes
        # Per thread: a compiler belongs to the connection of its thread.
        self._kept = threading.local()

    def ask(self, *values: int) -> list[Row]:
        """The answer, with these values in the holes (one query)."""
        kept: _Kept | None = getattr(self._kept, connection.vendor, None)
        if kept is None:
            kept = _Kept(self._build(), self._holes)
            setattr(self._kept, connection.vendor, kept)
        with connection.cursor() as cursor:
            cursor.execute(kept.sql, kept.parameters(values))
            return kept.objects(cursor.fetchall())
