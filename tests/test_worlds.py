"""Worlds are shared and yet nobody's: whatever a test does in one, the next finds it as it was built."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from openpar.parindex.assessments.models import Round, Score
from tests import worlds
from tests.factories import organisation
from tests.parindex import rounds
from tests.parindex.rounds import SmallRound
from tests.worlds import GROUND, world


@world
def with_a_file() -> SmallRound:
    small = rounds.opened_round()
    rounds.score_unit(small, small.health)
    _folder().mkdir(parents=True, exist_ok=True)
    (_folder() / "kept").write_text("as built", encoding="utf-8")
    return small


def _folder() -> Path:
    from django.conf import settings

    return Path(settings.OPENPAR_FILES_DIR)


@pytest.mark.django_db
@pytest.mark.parametrize("turn", ["first", "second", "third"])
def test_rows_objects_and_files_are_as_they_were_built(with_a_file: SmallRound, turn: str) -> None:
    assert with_a_file.round.title == "Chỉ số CCHC năm 2026"
    assert Score.objects.count() == 4
    assert (_folder() / "kept").read_text(encoding="utf-8") == "as built"
    rounds.score_unit(with_a_file, with_a_file.justice)
    with_a_file.round.title = turn
    (_folder() / "kept").write_text(turn, encoding="utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_world_that_a_test_broke_is_built_anew(with_a_file: SmallRound, turn: str) -> None:
    assert Score.objects.filter(assessment=with_a_file.sheet()).count() == 4
    connection.close()


@pytest.mark.django_db
def test_a_test_sees_nothing_of_the_other_worlds(opened: SmallRound) -> None:
    assert Score.objects.count() == 0
    assert Round.objects.get() == opened.round


@pytest.mark.django_db
def test_who_asks_for_no_world_finds_an_empty_database() -> None:
    assert Round.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_who_commits_does_so_on_an_empty_database() -> None:
    assert not connection.in_atomic_block
    assert Round.objects.count() == 0
    organisation()


@pytest.mark.django_db
def test_files_of_a_test_without_a_world_are_none(settings: Settings) -> None:
    assert GROUND.files is None
    assert not Path(settings.OPENPAR_FILES_DIR).exists()


def test_one_name_is_one_world() -> None:
    def opened() -> None: ...

    with pytest.raises(ValueError, match=r"opened in tests\.conftest"):
        world(opened)


def test_tests_are_told_apart_by_what_they_ask_of_the_database(request: pytest.FixtureRequest) -> None:
    asked = {
        item.originalname: (worlds.worlds_of(item), worlds.touches_database(item), worlds.commits(item))
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.path == Path(__file__)
    }
    assert asked["test_a_test_sees_nothing_of_the_other_worlds"] == (["opened"], True, False)
    assert asked["test_who_asks_for_no_world_finds_an_empty_database"] == ([], True, False)
    assert asked["test_who_commits_does_so_on_an_empty_database"] == ([], True, True)
    assert asked["test_one_name_is_one_world"] == ([], False, False)
