from __future__ import annotations

import pytest

from openpar.parindex.criteria.official_codes import CodeReader, clean_code, looks_like_code


def read(*raw: str) -> list[str]:
    reader = CodeReader(raw)
    return [reader.read(code).text for code in raw]


def warnings(*raw: str) -> str:
    reader = CodeReader(raw)
    return " ".join(warning for code in raw for warning in reader.read(code).warnings)


NINE = ["1", *(f"1.{number}" for number in range(1, 10))]


def test_the_tenth_criterion_that_became_a_second_first_one_is_mended() -> None:
    assert read(*NINE, "1.1", "1.11")[-2:] == ["1.10", "1.11"]
    assert "đã đổi mã 1.10 thành 1.1" in warnings(*NINE, "1.1")


def test_the_tenth_is_mended_also_after_leaves_of_the_ninth() -> None:
    assert read(*NINE, "1.9.1", "1.9.2", "1.1", "1.10.1")[-2:] == ["1.10", "1.10.1"]


def test_the_twentieth_is_mended_like_the_tenth() -> None:
    codes = [*NINE, "1.1", *(f"1.{number}" for number in range(11, 20)), "1.2"]
    assert read(*codes)[-1] == "1.20"


def test_a_true_repetition_is_not_mended_but_said() -> None:
    assert read("1", "1.1", "1.1") == ["1", "1.1", "1.1"]
    assert "lặp lại" in warnings("1", "1.1", "1.1")


@pytest.mark.parametrize(
    "damaged",
    [
        "2026-02-01",
        "2026-01-02",
        "2026-02-01T00:00:00",
        "01-Feb",
        "02-Jan",
        "Jan-02",
        "1/2",
        "01/02/2026",
        "01-Thg2",
    ],
)
def test_a_code_that_became_a_date_is_mended_by_its_place(damaged: str) -> None:
    assert read("1", "1.1", damaged) == ["1", "1.1", "1.2"]
    assert "1.2 thành ngày" in warnings("1", "1.1", damaged)


def test_a_date_of_three_numbers_is_mended() -> None:
    assert read("1", "1.1", "1.2", "1.2.1", "1.2.2", "2003-02-01")[-1] == "1.2.3"


def test_a_date_that_fits_nowhere_is_said() -> None:
    assert "không rõ mã đúng" in warnings("1", "1.1", "2026-07-09")


def test_parents_follow_from_the_codes() -> None:
    raw = ["I", "II", "1", "1.1", "1.1.1", "2"]
    reader = CodeReader(raw)
    assert [reader.read(code).parent for code in raw] == ["", "", "II", "1", "1.1", "II"]


def test_numbers_that_begin_anew_in_every_part_carry_its_number() -> None:
    raw = ["I", "1", "1.1", "2", "II", "1", "1.1"]
    assert read(*raw) == ["I", "I.1", "I.1.1", "I.2", "II", "II.1", "II.1.1"]
    reader = CodeReader(raw)
    assert [reader.read(code).parent for code in raw] == ["", "I", "I.1", "I", "", "II", "II.1"]


def test_parts_by_letter_stand_above_roman_parts() -> None:
    raw = ["A", "I", "1", "1.1", "II", "1", "B", "I", "1"]
    reader = CodeReader(raw)
    codes = [reader.read(code) for code in raw]
    assert [code.text for code in codes] == [
        "A",
        "A.I",
        "A.I.1",
        "A.I.1.1",
        "A.II",
        "A.II.1",
        "B",
        "B.I",
        "B.I.1",
    ]
    assert [code.parent for code in codes] == ["", "A", "A.I", "A.I.1", "A", "A.II", "", "B", "B.I"]


def test_codes_written_in_full_with_their_part() -> None:
    raw = ["I", "I.1", "I.1.1", "II", "II.1"]
    reader = CodeReader(raw)
    assert [reader.read(code).parent for code in raw] == ["", "I", "I.1", "", "II"]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (["1", "1.1", "1.4"], "không nối tiếp mã 1.1"),
        (["1", "1.1.1"], "Thiếu dòng mã 1.1"),
        (["1", "1.1", "2.1"], "Thiếu dòng mã 2"),
        (["I", "II", "I"], "lặp lại"),
    ],
)
def test_codes_that_fit_badly_are_kept_and_said(raw: list[str], said: str) -> None:
    assert read(*raw) == raw
    assert said in warnings(*raw)


@pytest.mark.parametrize(
    ("raw", "clean"), [(" 1 .1. ", "1.1"), ("1,10", "1.10"), ("I.", "I"), ("1)", "1"), ("(2)", "2")]
)
def test_codes_are_cleaned(raw: str, clean: str) -> None:
    assert clean_code(raw) == clean
    assert looks_like_code(raw)


@pytest.mark.parametrize("raw", ["", "a", "-", "+", "Tổng cộng", "K", "Trên 90%", "1.1.a"])
def test_what_is_no_code(raw: str) -> None:
    assert not looks_like_code(raw)
