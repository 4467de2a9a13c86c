"""How templates write numbers, days and drawings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import engines
from django.urls import NoReverseMatch
from django.utils import translation

TODAY = date(2026, 11, 21)

TABLE = [
    ("{{ x|points }}", Decimal("57.52"), "57,52"),
    ("{{ x|points }}", Decimal("57.525"), "57,53"),
    ("{{ x|points }}", Decimal(0), "0,00"),
    ("{{ x|points }}", None, "—"),
    ("{{ x|points(1) }}", Decimal("1234.56"), "1.234,6"),
    ("{{ x|maximum }}", Decimal("1.50"), "1,5"),
    ("{{ x|maximum }}", Decimal("2.00"), "2"),
    ("{{ x|maximum }}", None, "—"),
    ("{{ x|signed }}", Decimal("-19.68"), "−19,68"),
    ("{{ x|signed }}", Decimal("1.2"), "+1,20"),
    ("{{ x|signed }}", Decimal("-0.001"), "0,00"),
    ("{{ x|signed }}", None, "—"),
    ("{{ x|date }}", date(2026, 3, 1), "01/03/2026"),
    ("{{ x|date }}", datetime(2026, 3, 1, 18, 30, tzinfo=UTC), "02/03/2026"),
    ("{{ x|moment }}", datetime(2026, 3, 1, 18, 30, tzinfo=UTC), "02/03/2026 01:30"),
    ("{{ x|moment }}", None, "—"),
    ("{{ x|days_left(today) }}", date(2026, 11, 30), "còn 9 ngày"),
    ("{{ x|days_left(today) }}", TODAY, "hạn hôm nay"),
    ("{{ x|days_left(today) }}", date(2026, 11, 18), "quá hạn 3 ngày"),
    ("{{ x|days_left(today) }}", None, "không có hạn"),
    ("{{ x }}", "<b>", "&lt;b&gt;"),
    ("{{ icon('bell') }}", None, 'aria-hidden="true"'),
    ("{{ icon('bell', x) }}", 'Thông "báo"', 'aria-label="Thông &#34;báo&#34;"'),
    ("{{ url('home') }}", None, "/"),
]


def drawn(source: str, value: object) -> str:
    return str(engines["jinja2"].from_string(source).render({"x": value, "today": TODAY}))


@pytest.mark.parametrize(("source", "value", "expected"), TABLE)
def test_a_value_is_written_as_officials_write_it(source: str, value: object, expected: str) -> None:
    assert expected in drawn(source, value)


def test_numbers_keep_their_vietnamese_form_in_english() -> None:
    with translation.override("en"):
        assert drawn("{{ x|points }}", Decimal("1234.5")) == "1.234,50"


def test_an_address_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(NoReverseMatch):
        drawn("{{ url('no-such-page') }}", None)
