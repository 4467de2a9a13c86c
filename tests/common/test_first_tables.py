"""Models made together: the same tables as one after the other, drawn once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from openpar.common.first_tables import CreateModels

KEY = ("id", models.BigAutoField(primary_key=True))
MODELS = [
    migrations.CreateModel("Shelf", [KEY, ("name", models.CharField(max_length=20, unique=True))]),
    migrations.CreateModel(
        "Book",
        [KEY, ("shelf", models.ForeignKey("library.Shelf", models.CASCADE))],
        options={"indexes": [models.Index(fields=["shelf", "id"], name="book_place")]},
    ),
    migrations.CreateModel(
        "Page", [KEY, ("book", models.ForeignKey("library.Book", models.CASCADE, related_name="pages"))]
    ),
]
TABLES = {"library_shelf", "library_book", "library_page"}


def tables() -> set[str]:
    return {name for name in connection.introspection.table_names() if name.startswith("library_")}


def forwards(state: ProjectState, *operations: Operation) -> tuple[ProjectState, ProjectState]:
    """Applies them as a migration does; the state before the last one and after it."""
    before = state
    for operation in operations:
        before, state = state, state.clone()
        operation.state_forwards("library", state)
        with connection.schema_editor() as editor:
            operation.database_forwards("library", editor, before, state)
    return before, state


@pytest.fixture
def nothing_stays() -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        for name in ("library_page", "library_book", "library_shelf"):
            cursor.execute(f"DROP TABLE IF EXISTS {name}")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("nothing_stays")
def test_the_tables_come_and_go() -> None:
    together = CreateModels(MODELS)
    before, after = forwards(ProjectState(), together)
    assert tables() == TABLES
    assert {name for _app, name in after.models} == {"shelf", "book", "page"}
    with connection.cursor() as cursor:
        assert "book_place" in connection.introspection.get_constraints(cursor, "library_book")
    with connection.schema_editor() as editor:
        together.database_backwards("library", editor, after, before)
    assert tables() == set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("nothing_stays")
def test_each_model_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    draw = ModelState.render

    def counted(state: ModelState, apps: Any) -> object:
        drawn.append(state.name)
        return draw(state, apps)

    monkeypatch.setattr(ModelState, "render", counted)
    forwards(ProjectState(), CreateModels(MODELS))
    assert sorted(drawn) == ["Book", "Page", "Shelf"]


def test_it_can_be_written_out_and_told() -> None:
    together = CreateModels(MODELS)
    assert together.deconstruct() == ("CreateModels", (MODELS,), {})
    assert together.describe() == "Create models Shelf, Book, Page"
