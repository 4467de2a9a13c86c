"""The page of docs/rules about due dates has every worked table, and none that the engine contradicts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scripts import deadline_pages
from scripts.totals_tables import Disagreement
from tests.engine.deadline_tables import FOLDER


def test_every_table_has_its_place_on_the_page() -> None:
    assert sorted(part.table for part in deadline_pages.PARTS) == sorted(
        path.stem for path in FOLDER.glob("*.yaml")
    )


def test_the_page_tells_the_due_moment_the_reason_and_the_refusal() -> None:
    page = deadline_pages.page()
    assert "| 12/02/2026 | 5 ngày làm việc | 17:00 ngày 26/02/2026 | qua Tết 2026 |" in page
    assert "cộng thêm 5 ngày làm việc, hạn là 16/03/2026" in page
    assert "Thời hạn -3: phải là số nguyên từ 1 trở lên." in page


@pytest.mark.parametrize(
    ("table", "before", "after"),
    [
        ("working_day", "due: 2026-02-26T17:00", "due: 2026-02-25T17:00"),
        ("hour", "trong ngày đầu 2 giờ 30 phút", "trong ngày đầu 2 giờ"),
        ("pauses", "refused: PAUSES_OVERLAP", "refused: LIMIT_NOT_POSITIVE"),
    ],
)
def test_a_table_that_the_engine_contradicts_makes_no_page(
    table: str, before: str, after: str, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "deadlines"))
    spoilt = folder / f"{table}.yaml"
    text = spoilt.read_text(encoding="utf-8")
    assert before in text
    spoilt.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(Disagreement, match=table):
        deadline_pages.page(folder)
