"""The verifier on a draw by lot: it picks the same units as the program, from the page of formats alone."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from openpar.engine.picking import METHOD, combined_seed, pick
from tests.verify.loaded import load
from tests.verify.writing import plain

verify = load()
SEED = "chuỗi đã cam kết 2026"


def draw(units: int = 7, count: int = 3, value: str = "") -> dict[str, Any]:
    """A draw as the program draws it."""
    keys = [f"xã-{number}" for number in range(units)]
    return {
        "format": "openpar-draw/1",
        "method": METHOD,
        "units": keys,
        "count": count,
        "seed_digest": sha256(SEED.encode()).hexdigest(),
        "seed": SEED,
        "public_source": "Xổ số" if value else "",
        "public_value": value,
        "picked": list(pick(keys, combined_seed(SEED, value), count)),
    }


def checked(folder: Path, found: dict[str, Any]) -> int:
    path = folder / "chon-ngau-nhien-1.json"
    path.write_bytes(plain(found))
    status: int = verify.main(["draw", str(path)])
    return status


@pytest.mark.parametrize(("units", "count"), [(1, 1), (7, 3), (130, 40), (300, 300)])
@pytest.mark.parametrize("value", ["", "48213"])
def test_the_picks_of_the_program_hold(tmp_path: Path, units: int, count: int, value: str) -> None:
    assert checked(tmp_path, draw(units, count, value)) == 0


def test_both_pick_the_same_from_many_seeds() -> None:
    chance = Random(7)
    for _turn in range(200):
        keys = [f"đơn-vị-{number}" for number in range(chance.randint(1, 60))]
        seed, count = f"{chance.getrandbits(90):025x}", chance.randint(1, len(keys))
        assert verify.drawn(keys, seed, count) == list(pick(keys, seed, count))


def test_a_number_that_would_favour_the_first_units_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three units 2^64 - 1 is above the greatest multiple of three: the next number decides."""

    class Digest:
        def __init__(self, content: bytes) -> None:
            self.content = content

        def digest(self) -> bytes:
            return b"\xff" * 8 + (1).to_bytes(8, "big") + bytes(16)

    monkeypatch.setattr(verify, "hashlib", SimpleNamespace(sha256=Digest))
    assert verify.drawn(["a", "b", "c"], SEED, 1) == ["b"]


def test_another_pick_seed_or_value_is_wrong_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right = draw(value="48213")
    first, *rest = right["picked"]
    other = next(key for key in right["units"] if key not in right["picked"])
    assert checked(tmp_path, {**right, "picked": [other, *rest]}) == 1
    assert f"pick 1: the seed gives {first}, published {other}" in capsys.readouterr().out
    assert checked(tmp_path, {**right, "seed_digest": "0" * 64}) == 1
    assert "not the one that was committed to" in capsys.readouterr().out
    assert checked(tmp_path, {**right, "public_value": "48214"}) == 1
    assert checked(tmp_path, {**right, "picked": list(reversed(right["picked"]))}) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"method": "by hand"},
        {"format": "openpar-draw/2"},
        {"units": ["a", "a"], "count": 1, "picked": ["a"]},
        {"units": ["a", " "], "count": 1, "picked": ["a"]},
        {"units": [], "count": 0, "picked": []},
        {"count": 2},
        {"count": 8, "picked": [f"xã-{number}" for number in range(8)]},
        {"note": "khác"},
    ],
)
def test_what_is_no_draw_is_wrong(tmp_path: Path, changed: dict[str, Any]) -> None:
    assert checked(tmp_path, {**draw(), **changed}) == 1


def test_a_file_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    assert verify.main(["draw", str(tmp_path / "khong-co.json")]) == 2
