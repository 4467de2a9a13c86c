"""`openpar inspection draw`: the picks on standard output, the same for everybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from openpar.backoffice.commandline import main
from openpar.engine.picking import commitment, pick

SEED = "chuoi-da-cam-ket-2026"


def drawn(tmp_path: Path, content: bytes, *options: str) -> int:
    path = tmp_path / "danh-sach.txt"
    path.write_bytes(content)
    return main(["inspection", "draw", "--units", str(path), *options])


def test_the_picks_stand_one_a_line_and_nothing_else_beside_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    units = [f"xa-{number}" for number in range(8)]
    status = drawn(tmp_path, "\n".join(reversed(units)).encode(), "--seed", SEED, "--count", "3")
    told = capsys.readouterr()
    assert status == 0
    assert told.out.splitlines() == list(pick(units, SEED, 3))
    assert commitment(SEED) in told.err


@pytest.mark.parametrize(
    ("content", "seed", "count", "said"),
    [
        (b"a\nb\na\n", SEED, "1", "hai lần"),
        (b"a\n", "ngan", "1", "ít nhất 16"),
        (b"a\n\n", SEED, "2", "Không chọn được 2 trong 1"),
        ("Sở".encode("utf-16"), SEED, "1", "không phải là chữ UTF-8"),
    ],
)
def test_what_cannot_be_right_is_said_and_nothing_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, seed: str, count: str, said: str
) -> None:
    assert drawn(tmp_path, content, "--seed", seed, "--count", count) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err


def test_a_list_that_is_not_there_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspection", "draw", "--units", "khong-co.txt", "--seed", SEED, "--count", "1"]) == 2
    assert "khong-co.txt" in capsys.readouterr().err
