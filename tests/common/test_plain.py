from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from openpar.common import plain
from openpar.common.sheets import Sheet, StoredNumber


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -3,
        "Huế \ud800",
        ("a", ["b", None]),
        {"a": Decimal("1.10"), 2: (b"\x00\xff", b"")},
        frozenset({"a", "b"}),
        date(2026, 11, 21),
        datetime(2026, 11, 21, 8, 30, tzinfo=UTC),
        Path("/a/b"),
        Sheet("Trang 1", [["a", StoredNumber("1.5"), None]], ["A1"]),
    ],
)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    back = plain.from_bytes(plain.to_bytes(value))
    assert back == value
    assert type(back) is type(value)


def test_a_number_stored_as_a_number_stays_one() -> None:
    (back,) = plain.from_bytes(plain.to_bytes([StoredNumber("1.5")]))
    assert type(back) is StoredNumber


@dataclass(frozen=True)
class Unknown:
    text: str


@pytest.mark.parametrize("value", [1.5, Unknown("x"), object(), [1.5]])
def test_kinds_that_nobody_allowed_do_not_cross(value: object) -> None:
    with pytest.raises(plain.NotPlain):
        plain.to_bytes(value)


@pytest.mark.parametrize(
    "text",
    ['{"Unknown":["x"]}', '{"system":"id"}', "1.5", '{"bytes":3}', '{"Sheet":1}', "{}", '{"a":1,"b":2}', "["],
)
def test_bytes_that_name_another_kind_make_nothing(text: str) -> None:
    content = len(text).to_bytes(8, "big") + text.encode()
    with pytest.raises(plain.NotPlain):
        plain.from_bytes(content)


def test_bytes_cut_off_anywhere_make_nothing() -> None:
    whole = plain.to_bytes([b"abc", "x"])
    for length in range(len(whole)):
        with pytest.raises(plain.NotPlain):
            plain.from_bytes(whole[:length])
