"""What every test may rely on: no memory of another test's database, files in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from openpar.parindex.criteria.queries import forget_loaded_sets


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    """Databases of tests begin anew with the same ids; what was loaded before is not theirs."""
    forget_loaded_sets()
    yield
    forget_loaded_sets()


@pytest.fixture(autouse=True)
def _files_of_this_test(settings: Settings, tmp_path: Path) -> None:
    settings.OPENPAR_FILES_DIR = tmp_path / "files"
