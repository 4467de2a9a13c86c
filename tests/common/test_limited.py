from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from openpar.common.errors import FileRefused
from openpar.common.limited import Limits, run_limited, run_measured, run_within
from openpar.common.spreadsheets import read_sheet
from tests.common.crafted import number_cell, row, text_cell, workbook


def test_the_result_comes_back_from_the_child(tmp_path: Path) -> None:
    path = tmp_path / "bang.xlsx"
    path.write_bytes(workbook(row(1, text_cell("A1", "Huế"), number_cell("B1", "1.125"))))
    assert run_limited(read_sheet, path, sheet=0) == read_sheet(path)
    assert type(run_limited(read_sheet, path).value(0, 1)) is type(read_sheet(path).value(0, 1))


def test_what_is_refused_there_is_refused_here() -> None:
    with pytest.raises(FileRefused, match="ảnh PNG"):
        run_limited(read_sheet, b"\x89PNG\r\n\x1a\n")


def test_too_much_time_is_refused_whether_it_computes_or_sleeps() -> None:
    with pytest.raises(FileRefused, match="1 giây"):
        run_within(Limits(seconds=1), eval, "all(iter(lambda: 1, 0))")
    began = time.monotonic()
    with pytest.raises(FileRefused, match="1 giây"):
        run_within(Limits(seconds=1), time.sleep, 30)
    assert time.monotonic() - began < 15


def test_too_much_memory_is_refused_and_the_file_is_named() -> None:
    with pytest.raises(FileRefused, match=r"phiếu\.xlsx.*256 MB bộ nhớ"):
        run_within(Limits(called="phiếu.xlsx"), bytes, 300 * 1024 * 1024)
    assert len(run_limited(bytes, 1024 * 1024)) == 1024 * 1024


@pytest.mark.parametrize("ending", ["_exit(0)", "_exit(1)", "abort()", "kill(__import__('os').getpid(), 9)"])
def test_a_child_that_dies_is_a_refusal_and_the_next_file_is_read(ending: str) -> None:
    with pytest.raises(FileRefused):
        run_limited(eval, f"__import__('os').{ending}")
    assert run_limited(len, "ba") == 2


def test_a_defect_of_a_parser_is_a_refusal_and_goes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(FileRefused, match="không đọc được tệp"):
        run_limited(int, "không phải số")
    assert "ValueError" in caplog.text


def test_the_child_reaches_no_network_no_program_no_file_to_change_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENPAR_SECRET_KEY", "bí mật")
    kept = tmp_path / "kept"
    kept.write_text("x", encoding="ascii")
    for function, argument in ((socket.socket, None), (subprocess.run, "true"), (os.unlink, str(kept))):
        with pytest.raises(FileRefused):
            run_limited(function, *([argument] if argument else []))  # type: ignore[arg-type]  # three kinds of calls
    with pytest.raises(FileRefused):
        run_limited(eval, f"open({str(kept)!r}, 'w')")
    assert kept.read_text(encoding="ascii") == "x"
    assert "OPENPAR_SECRET_KEY" not in run_limited(eval, "list(__import__('os').environ)")


def test_what_it_cost_is_known() -> None:
    _result, spent = run_measured(Limits(), bytes, 50 * 1024 * 1024)
    assert 50 * 1024 < spent.peak_kibibytes < 300 * 1024
    assert spent.cpu_milliseconds <= 2000


def test_many_threads_are_served_at_once_and_each_gets_its_own_answer() -> None:
    found: dict[int, int] = {}

    def ask(number: int) -> None:
        found[number] = run_limited(abs, -number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: number for number in range(24)}
