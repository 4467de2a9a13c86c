"""Drawings, trees, pages of lists, fields; and the gallery, where all of it stands."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory

from openpar.web.components.charts import Spoke, bullet, dumbbell, heat_step, radar
from openpar.web.components.fields import DayField, LineField, PointsField
from openpar.web.components.paging import slice_of
from openpar.web.components.trees import TreeNode
from tests.web.conftest import LogIn


@pytest.mark.parametrize(
    ("share", "step"),
    [
        (None, 0),
        ("100", 1),
        ("90", 1),
        ("89.99", 2),
        ("80", 2),
        ("65", 3),
        ("64.9", 4),
        ("50", 4),
        ("49.9", 5),
        ("0", 5),
    ],
)
def test_a_heat_map_has_five_steps_and_one_for_nothing(share: str | None, step: int) -> None:
    assert heat_step(None if share is None else Decimal(share)) == step


def test_a_bullet_is_as_long_as_the_share_of_the_maximum() -> None:
    drawing = bullet(Decimal("15"), Decimal("10"), 20)
    assert re.findall(r'class="(bullet-\w+)"[^>]* width="([^"]+)"', drawing) == [
        ("bullet-ground", "100%"),
        ("bullet-self", "75.00%"),
        ("bullet-appraised", "50.00%"),
    ]


def test_no_figure_draws_no_bar() -> None:
    assert "bullet-appraised" not in bullet(Decimal("15"), None)


def test_a_drawing_never_leaves_its_frame() -> None:
    assert 'width="100.00%"' in bullet(Decimal("25"), Decimal("-3"), 20)
    assert 'width="0.00%"' in bullet(Decimal("25"), Decimal("-3"), 20)


@pytest.mark.parametrize(("before", "after", "way"), [(60, 85, "up"), (85, 60, "down")])
def test_a_dumbbell_tells_the_direction(before: int, after: int, way: str) -> None:
    assert f"dumbbell-{way}" in dumbbell(before, after)


def spokes(*shares: int | None) -> list[Spoke]:
    return [Spoke(str(place), "", 100, share) for place, share in enumerate(shares, start=1)]


def test_a_radar_starts_at_the_top_and_goes_clockwise() -> None:
    drawing = radar(spokes(100, 100, 100, 100), "Bốn lĩnh vực")
    assert (
        '<polygon class="radar-appraised" points="140.0,36.0 244.0,140.0 140.0,244.0 36.0,140.0">' in drawing
    )
    assert re.findall(r">(\d)</text>", drawing) == ["1", "2", "3", "4"]


def test_a_radar_with_a_gap_draws_dots_instead_of_an_outline() -> None:
    drawing = radar(spokes(100, None, 50), "Ba lĩnh vực")
    assert 'class="radar-appraised"' not in drawing
    assert drawing.count("radar-appraised-dot") == 2


def test_a_radar_of_two_axes_is_refused() -> None:
    with pytest.raises(ValueError, match="at least three"):
        radar(spokes(1, 2), "")


def test_labels_of_drawings_are_escaped() -> None:
    assert "<b>" not in bullet(1, 1, label='<b>"')
    assert "<b>" not in radar([Spoke("<b>", "", 1, 1)] * 3, "<b>")


def test_a_tree_knows_where_the_reader_is() -> None:
    leaf = TreeNode("1.1", "", is_current=True)
    assert TreeNode("1", "", children=(TreeNode("1.0", ""), leaf)).holds_current
    assert not TreeNode("2", "", children=(TreeNode("2.1", ""),)).holds_current


def test_pages_of_a_list_keep_what_was_searched_for() -> None:
    found = slice_of(RequestFactory().get("/", {"q": "sở", "page": "2"}), list(range(120)))
    assert (found.first, found.last, found.total, found.number, found.pages) == (51, 100, 120, 2, 3)
    assert found.previous_link == "?q=s%E1%BB%9F&page=1"
    assert found.next_link == "?q=s%E1%BB%9F&page=3"


@pytest.mark.parametrize(("asked", "shown"), [("99", 3), ("0", 3), ("x", 1), ("", 1)])
def test_a_page_that_does_not_exist_becomes_the_nearest(asked: str, shown: int) -> None:
    assert slice_of(RequestFactory().get("/", {"page": asked}), list(range(120))).number == shown


@pytest.mark.parametrize(
    ("typed", "value"), [("1,50", "1.50"), ("1.5", "1.5"), ("−0,5", "-0.5"), (" 57,52 ", "57.52")]
)
def test_points_are_read_with_comma_and_with_point(typed: str, value: str) -> None:
    assert PointsField().clean(typed) == Decimal(value)


def test_no_points_are_none_and_not_zero() -> None:
    assert PointsField(required=False).clean("  ") is None


@pytest.mark.parametrize(("typed", "said"), [("1.500", "1,5"), ("một", "không phải là số")])
def test_points_that_cannot_be_read_are_questioned(typed: str, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        PointsField().clean(typed)


@pytest.mark.parametrize("typed", ["21/11/2026", "2026-11-21", "21-11-2026"])
def test_days_are_read_as_officials_write_them(typed: str) -> None:
    assert DayField().clean(typed) == date(2026, 11, 21)


def test_a_day_that_does_not_exist_is_said_so() -> None:
    with pytest.raises(ValidationError, match="Không có ngày 31/02/2026"):
        DayField().clean("31/02/2026")


def test_lines_are_kept_in_one_spelling() -> None:
    assert LineField().clean(" Hue\u0302\u0301 ") == "Huế"


@pytest.mark.django_db
@pytest.mark.urls("tests.web.gallery")
def test_the_gallery_draws_every_component(client: Client, logged_in: LogIn) -> None:
    answer = logged_in().get("/gallery/")
    assert answer.status_code == 200
    text = answer.content.decode()
    for name in (
        "bullet",
        "dumbbell",
        "radar",
        "heat-5",
        "tree-line",
        "step-list",
        "drawer",
        "diff",
        "refusal",
    ):
        assert f'class="{name}' in text or f" {name}" in text, name


@pytest.mark.django_db
@pytest.mark.urls("tests.web.gallery")
def test_no_id_stands_twice_on_a_page(logged_in: LogIn) -> None:
    ids = re.findall(r'\sid="([^"]+)"', logged_in().get("/gallery/").content.decode())
    assert sorted(ids) == sorted(set(ids))
