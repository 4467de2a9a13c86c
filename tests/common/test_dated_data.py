"""Rows of data/ that hold from a day until another: the first day is in, the last one out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from openpar.common.dated_data import NoSuchRule, rows_of, rule_on

TEXT = """
days:
  - {from: 2026-01-01, until: 2026-07-01, count: 10}
  - {from: 2026-07-01, until: null, count: 15}
"""


@pytest.fixture(autouse=True)
def _data(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "rules.yaml").write_text(TEXT, encoding="utf-8")
    settings.OPENPAR_DATA_DIR = tmp_path


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2026, 1, 1), 10),
        (date(2026, 6, 30), 10),
        (date(2026, 7, 1), 15),
        (date(2099, 1, 1), 15),
    ],
)
def test_the_row_of_a_day(day: date, count: int) -> None:
    assert rule_on("part/rules.yaml", "days", day)["count"] == count


def test_a_day_before_the_first_row_has_none_and_the_refusal_says_where() -> None:
    with pytest.raises(NoSuchRule, match=r"data/part/rules\.yaml: days, 31/12/2025"):
        rule_on("part/rules.yaml", "days", date(2025, 12, 31))


def test_a_kind_that_the_file_does_not_have_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        rows_of("part/rules.yaml", "months")
