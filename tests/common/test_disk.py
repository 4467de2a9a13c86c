"""How much must stay free, and whether it does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_django.fixtures import Settings

from openpar.common import disk
from openpar.common.disk import Reserve, Space, is_short_of_space, parse_reserve, spaces, watched_folders


@pytest.fixture(autouse=True)
def _looked_at_anew() -> Iterator[None]:
    disk.forget_what_was_seen()
    yield
    disk.forget_what_was_seen()


@pytest.mark.parametrize(
    ("text", "total", "reserve"),
    [
        ("500m", 10**12, 500 * 1024**2),
        ("500 MiB".replace(" ", ""), 10**12, 500 * 1024**2),
        ("2g", 10**12, 2 * 1024**3),
        ("1000", 10**12, 1000),
        ("0", 10**12, 0),
        ("5%", 10**12, 5 * 10**10),
        ("0.5%", 10**12, 5 * 10**9),
    ],
)
def test_a_reserve_is_a_size_or_a_share(text: str, total: int, reserve: int) -> None:
    assert parse_reserve(text).of(total) == reserve


@pytest.mark.parametrize("text", ["", "much", "-1", "100%", "-5%", "5x", "5%%", "1.5g"])
def test_another_reserve_is_refused_with_what_would_be_right(text: str) -> None:
    with pytest.raises(ValueError, match="right would be 500m"):
        parse_reserve(text)


@pytest.mark.parametrize(("free", "short"), [(99, True), (100, False), (101, False)])
def test_exactly_the_reserve_is_enough(free: int, short: bool) -> None:
    assert Space("files", free, 1000, 100).is_short is short


def test_the_folders_of_files_and_of_the_database_are_watched(settings: Settings, tmp_path: Path) -> None:
    settings.OPENPAR_DATABASE_DIR = tmp_path / "pg"
    assert watched_folders() == {"files": settings.OPENPAR_FILES_DIR, "database": tmp_path / "pg"}


def test_a_folder_not_made_yet_counts_as_its_nearest_parent(settings: Settings, tmp_path: Path) -> None:
    settings.OPENPAR_FILES_DIR = tmp_path / "not" / "there"
    assert {space.folder for space in spaces()} >= {"files"}
    assert all(space.free > 0 for space in spaces())


def test_space_is_looked_at_again_after_some_seconds(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OPENPAR_DISK_RESERVE = Reserve(size=100)
    free = {"bytes": 50}
    asked_at = {"seconds": 10.0}
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=free["bytes"], total=1000))
    monkeypatch.setattr("openpar.common.disk.time.monotonic", lambda: asked_at["seconds"])
    assert is_short_of_space()
    free["bytes"] = 500
    assert is_short_of_space(), "the answer is some seconds old"
    asked_at["seconds"] = 14.0
    assert not is_short_of_space()
