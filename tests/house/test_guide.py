"""The guide and its pictures: every picture shown is ordered from the journeys, and the other way round."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide"
PAGES = sorted(GUIDE.glob("[0-9]*.md"))
PICTURE = re.compile(r"!\[([^\]]*)\]\(screenshots/([^)]+)\.png\)")


def ordered(text: str) -> dict[str, str]:
    """The pictures of a list: name → what it shows."""
    return dict(line.split(maxsplit=1) for line in text.splitlines() if line.strip())


def shown() -> list[tuple[str, str]]:
    """The pictures of all pages: what is read aloud, name."""
    return [found for page in PAGES for found in PICTURE.findall(page.read_text(encoding="utf-8"))]


ORDERED = ordered((GUIDE / "screenshots.txt").read_text(encoding="utf-8"))


def test_every_picture_is_ordered_and_every_ordered_picture_is_shown() -> None:
    assert sorted(name for _alt, name in shown()) == sorted(ORDERED)


def test_every_picture_says_what_it_shows() -> None:
    assert [name for alt, name in shown() if len(alt) < 10] == []
    assert [name for name, what in ORDERED.items() if not what.endswith(".")] == []


def test_the_pictures_that_were_taken_are_the_ordered_ones() -> None:
    folder = GUIDE / "screenshots"
    if not folder.exists():
        pytest.skip("no pictures yet: the journeys take them")
    assert {path.stem for path in folder.glob("*.png")} == set(ORDERED)


def test_the_pages_are_numbered_without_a_gap_and_listed() -> None:
    assert [int(page.name[:2]) for page in PAGES] == list(range(1, len(PAGES) + 1))
    index = (GUIDE / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if f"({page.name})" not in index] == []
