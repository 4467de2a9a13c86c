from __future__ import annotations

import time
from pathlib import Path

import pytest

from openpar.common.errors import FileRefused
from openpar.common.limited import run_limited, run_within
from openpar.common.spreadsheets import read_sheet
from tests.common.crafted import row, text_cell, workbook


def test_the_result_comes_back_from_the_child(tmp_path: Path) -> None:
    path = tmp_path / "bang.xlsx"
    path.write_bytes(workbook(row(1, text_cell("A1", "Huế"))))
    assert run_limited(read_sheet, path, sheet=0) == read_sheet(path)


def test_what_is_refused_there_is_refused_here() -> None:
    with pytest.raises(FileRefused, match="ảnh PNG"):
        run_limited(read_sheet, b"\x89PNG\r\n\x1a\n")


def test_too_much_time_is_refused() -> None:
    began = time.monotonic()
    with pytest.raises(FileRefused, match="1 giây"):
        run_within(1, 300, time.sleep, 30)
    assert time.monotonic() - began < 5


def test_too_much_memory_is_refused() -> None:
    with pytest.raises(FileRefused, match="bộ nhớ"):
        run_within(5, 300, bytes, 2_000_000_000)
