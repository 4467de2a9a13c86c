from __future__ import annotations

import random
import re
import sqlite3
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpar.common.text import (
    SORT_KEY_LENGTH,
    code_key,
    fold,
    nfc,
    one_spelling,
    roman_value,
    sort_key,
    spellings,
)

IN_ORDER = [
    "An Giang",
    "Ăn",
    "Ân",
    "Ba",
    "Bà",
    "Bả",
    "Bã",
    "Bá",
    "Bạ",
    "Bà Rịa",
    "Cà Mau",
    "Da",
    "Đa",
    "Đà Nẵng",
    "Đắk Lắk",
    "Đồng Nai",
    "E",
    "Ê",
    "Gia Lai",
    "Hà Nội",
    "Hòa Bình",
    "Huế",
    "Phường 2",
    "Phường 10",
    "Phường An Phú",
    "Tiền Giang",
    "To",
    "Tô",
    "Tơ",
    "Tu",
    "Tư",
    "Vĩnh Long",
    "Xã Ea Ô",
    "Yên Bái",
]


def test_vietnamese_names_sort_as_in_a_dictionary() -> None:
    shuffled = IN_ORDER[:]
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=sort_key) == IN_ORDER


def test_code_point_order_would_be_wrong() -> None:
    assert sorted(IN_ORDER) != IN_ORDER


def test_tones_decide_only_between_equal_spellings() -> None:
    assert sorted(["má to", "ma túy", "mà an"], key=sort_key) == ["mà an", "má to", "ma túy"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà", "Hòa"),
        ("thuỷ", "thủy"),
        ("HUẾ", "Huế"),
        (unicodedata.normalize("NFD", "Đắk Lắk"), "Đắk Lắk"),
        ("a  b", " a b "),
    ],
)
def test_the_same_word_written_in_two_ways_has_one_key_and_one_folding(one: str, other: str) -> None:
    assert sort_key(one) == sort_key(other)
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Khóa", "Khoá"),
        ("hòa bình", "hoà bình"),
        ("số hóa, xóa", "số hoá, xoá"),
        ("KHỎE", "KHOẺ"),
        ("thủy lợi", "thuỷ lợi"),
        ("Ủy ban", "Uỷ ban"),
        ("tùy", "tuỳ"),
    ],
)
def test_a_tone_on_either_vowel_is_one_spelling(first: str, second: str) -> None:
    assert first != second
    assert one_spelling(second) == one_spelling(first) == first
    assert spellings(first) == (first, second)
    assert spellings(second) == (second, first)
    assert one_spelling(unicodedata.normalize("NFD", second)) == first


@pytest.mark.parametrize("text", ["quý, quỳ", "hoàn toán", "khuỷu Huỳnh", "ngoéo", "mía của", "hoặc", "hoa"])
def test_a_tone_that_has_one_place_stays_there(text: str) -> None:
    assert spellings(text) == (text,)


def test_a_text_with_both_places_is_looked_for_in_three_ways() -> None:
    assert spellings("hòa thuỷ") == ("hòa thuỷ", "hòa thủy", "hoà thuỷ")


def test_a_database_keeps_the_order() -> None:
    with sqlite3.connect(":memory:") as database:
        database.execute("create table t (name text, key text)")
        database.executemany(
            "insert into t values (?, ?)", [(name, sort_key(name)) for name in reversed(IN_ORDER)]
        )
        assert [name for (name,) in database.execute("select name from t order by key")] == IN_ORDER


@given(st.text(max_size=400))
def test_a_key_is_short_plain_ascii_whatever_the_text(text: str) -> None:
    key = sort_key(text)
    assert re.fullmatch("[0-9a-z]*", key)
    assert len(key) <= SORT_KEY_LENGTH
    assert len(code_key(text)) <= SORT_KEY_LENGTH


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_numbers_inside_text_sort_by_value(one: int, other: int) -> None:
    assert (sort_key(f"Phường {one}") < sort_key(f"Phường {other}")) == (one < other)


def test_codes_sort_by_their_numbers() -> None:
    codes = ["I", "II", "V", "IX", "X", "1", "1.1", "1.1.1", "1.2", "1.9", "1.10", "1.10.1", "2", "10"]
    shuffled = codes[:]
    random.Random(7).shuffle(shuffled)
    assert sorted(shuffled, key=code_key) == codes
    assert code_key("1.2.") == code_key(" 1.2")


@pytest.mark.parametrize(
    ("text", "value"),
    [("I", 1), ("IV", 4), ("IX", 9), ("XIV", 14), ("XXXIX", 39), ("IIII", None), ("C", None), ("", None)],
)
def test_roman_numbers_of_parts(text: str, value: int | None) -> None:
    assert roman_value(text) == value


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đường  Đỗ Xuân Hợp", "duong do xuan hop"),
        ("SỞ NỘI VỤ", "so noi vu"),
        ("xã\u00a0Hoà\u200b", "xa hoa"),
        ("ƯỚC ươm", "uoc uom"),
        ("\u2120 Đ", "sm d"),
    ],
)
def test_folding_for_search(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_decomposed_letters_become_composed() -> None:
    assert nfc(unicodedata.normalize("NFD", "Huế")) == "Huế"
