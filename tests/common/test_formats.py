from __future__ import annotations

import pickle
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpar.common.formats import (
    VIETNAM,
    DateNotUnderstood,
    NumberAmbiguous,
    NumberNotUnderstood,
    days_left_words,
    format_date,
    format_deadline,
    format_decimal,
    format_maximum,
    format_moment,
    last_day_before,
    parse_date,
    parse_decimal,
)


@pytest.mark.parametrize(
    ("value", "digits", "trim", "text"),
    [
        ("57.52", None, False, "57,52"),
        ("57.5", 2, False, "57,50"),
        ("57.5", 2, True, "57,5"),
        ("10.00", None, True, "10"),
        ("1234567.891", 2, False, "1.234.567,89"),
        ("1000", None, False, "1.000"),
        ("-0.5", None, False, "−0,5"),
        ("-0.001", 2, False, "0,00"),
        ("0.005", 2, False, "0,01"),
        ("1E+3", None, False, "1.000"),
        ("0", None, True, "0"),
        (
            "1234567890123456789012345678901234.5",
            None,
            False,
            "1.234.567.890.123.456.789.012.345.678.901.234,5",
        ),
    ],
)
def test_numbers_are_written_the_vietnamese_way(
    value: str, digits: int | None, trim: bool, text: str
) -> None:
    assert format_decimal(Decimal(value), digits, trim=trim) == text


@pytest.mark.parametrize(
    ("value", "text"), [("0.50", "0,5"), ("10", "10"), ("20.5", "20,5"), ("100.0", "100")]
)
def test_maxima_have_no_zeros_at_the_end(value: str, text: str) -> None:
    assert format_maximum(Decimal(value)) == text


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_what_is_no_number_is_not_written_as_one(value: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        format_decimal(Decimal(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("57.52", "57.52"),
        ("57,52", "57.52"),
        (" 57,52 ", "57.52"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1 234,5", "1234.5"),
        ("1.234.567", "1234567"),
        ("0,500", "0.5"),
        ("0.125", "0.125"),
        ("1234,567", "1234.567"),
        ("-3", "-3"),
        ("−3,5", "-3.5"),
        ("+4", "4"),
        ("0", "0"),
        ("12345678901234567890123456789,5", "12345678901234567890123456789.5"),
    ],
)
def test_numbers_are_read_with_comma_and_with_point(text: str, value: str) -> None:
    assert parse_decimal(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", "abc", "1e5", "1..2", "1,2,3", "12.34.5", "NaN", "5 %", "1.23.456,7", "--3", "9" * 50]
)
def test_what_is_not_a_number_is_refused_by_name(text: str) -> None:
    with pytest.raises(NumberNotUnderstood) as refused:
        parse_decimal(text, where="ô C7")
    assert refused.value.gaps[0].where == "ô C7"


@pytest.mark.parametrize(
    ("text", "grouped", "decimal"),
    [("1.500", "1500", "1.5"), ("1,500", "1500", "1.5"), ("-12.345", "12345", "12.345")],
)
def test_a_number_with_two_readings_is_asked_about(text: str, grouped: str, decimal: str) -> None:
    with pytest.raises(NumberAmbiguous) as refused:
        parse_decimal(text)
    assert refused.value.candidates == (Decimal(grouped), Decimal(decimal))
    assert abs(parse_decimal(text, ambiguous="thousands")) == Decimal(grouped)
    assert abs(parse_decimal(text, ambiguous="decimal")) == Decimal(decimal)
    copy = pickle.loads(pickle.dumps(refused.value))
    assert copy.candidates == refused.value.candidates


@pytest.mark.parametrize("text", ["1.500", "12,345"])
def test_what_the_question_proposes_is_understood(text: str) -> None:
    with pytest.raises(NumberAmbiguous) as refused:
        parse_decimal(text)
    remedy = refused.value.gaps[0].remedy
    proposed = remedy.removeprefix("Bạn muốn nhập số nào? Hãy viết ").removesuffix(".")
    first, second = proposed.split(" hoặc ")
    assert parse_decimal(first.split()[0]) == refused.value.candidates[0]
    assert parse_decimal(second) == refused.value.candidates[1]


def test_a_percent_sign_needs_permission() -> None:
    assert parse_decimal("90,5 %", percent=True) == Decimal("90.5")
    with pytest.raises(NumberNotUnderstood):
        parse_decimal("90,5 %")


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_what_is_written_reads_back(value: Decimal) -> None:
    assert parse_decimal(format_decimal(value)) == value


@pytest.mark.parametrize("text", ["21/11/2026", "21-11-2026", "21.11.2026", "2026-11-21", " 21/11/2026 "])
def test_days_are_read(text: str) -> None:
    assert parse_date(text) == date(2026, 11, 21)


def test_days_are_written_with_two_digits() -> None:
    assert format_date(date(2026, 1, 2)) == "02/01/2026"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("31/02/2026", "không có ngày 31/02/2026"),
        ("11/21/2026", "Viết ngày trước, tháng sau"),
        ("21/11/26", "không phải là ngày"),
        ("21/11-2026", "không phải là ngày"),
        ("", "chưa có ngày"),
    ],
)
def test_what_is_not_a_day_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(DateNotUnderstood, match=said):
        parse_date(text)


def test_moments_are_shown_in_the_time_of_viet_nam() -> None:
    late = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)
    assert format_moment(late) == "01:30 ngày 21/11/2026"
    assert format_date(late) == "21/11/2026"


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2026, 11, 24), "còn 3 ngày"),
        (date(2026, 11, 21), "hạn hôm nay"),
        (date(2026, 11, 19), "quá hạn 2 ngày"),
    ],
)
def test_days_left_in_words(due: date, words: str) -> None:
    assert days_left_words(due, date(2026, 11, 21)) == words


@pytest.mark.parametrize(
    ("closes_at", "told", "last"),
    [
        (datetime(2026, 11, 30, 17, 0, tzinfo=VIETNAM), "17:00 ngày 30/11/2026", date(2026, 11, 30)),
        (datetime(2026, 12, 1, 0, 0, tzinfo=VIETNAM), "hết ngày 30/11/2026", date(2026, 11, 30)),
        (datetime(2026, 11, 30, 17, 0, tzinfo=UTC), "hết ngày 30/11/2026", date(2026, 11, 30)),
        (datetime(2026, 12, 1, 0, 1, tzinfo=VIETNAM), "00:01 ngày 01/12/2026", date(2026, 12, 1)),
    ],
)
def test_what_closes_at_midnight_is_open_until_the_day_before(
    closes_at: datetime, told: str, last: date
) -> None:
    assert format_deadline(closes_at) == told
    assert last_day_before(closes_at) == last
