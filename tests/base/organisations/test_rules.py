"""The rules of the register agree with a plain walk over all days."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from openpar.base.organisations.rules import Link, Span, register_gaps, succession_gaps

START = date(2025, 1, 1)
DAYS = [START + timedelta(days=number) for number in range(9)]


def span(organisation: str, first: int, last: int | None, *, code: str = "", parent: str = "") -> Span:
    until = None if last is None else START + timedelta(days=last)
    return Span(organisation, organisation, code, parent, START + timedelta(days=first), until)


@st.composite
def spans(draw: st.DrawFn) -> Span:
    first = draw(st.integers(0, 5))
    last = draw(st.none() | st.integers(first + 1, 8))
    return span(
        draw(st.sampled_from("abc")),
        first,
        last,
        code=draw(st.sampled_from(["", "15", "10"])),
        parent=draw(st.sampled_from(["", "a", "b", "c"])),
    )


def wrong_on(day: date, register: list[Span]) -> set[str]:
    """What a person would find by looking at one day only."""
    valid = [one for one in register if one.valid_from <= day and (one.valid_until or date.max) > day]
    names = [one.organisation for one in valid]
    found = set()
    if len(names) != len(set(names)):
        found.add("versions-overlap")
    held = {(one.code, one.organisation) for one in valid if one.code}
    if len({code for code, _who in held}) != len(held):
        found.add("code-held-twice")
    if any(one.parent and one.parent not in names for one in valid):
        found.add("parent-absent")
    return found


def has_ring(day: date, register: list[Span]) -> bool:
    above = {
        one.organisation: one.parent
        for one in register
        if one.valid_from <= day and (one.valid_until or date.max) > day
    }
    for start in above:
        at, steps = above[start], 0
        while at in above and at != start and steps < 10:
            at, steps = above[at], steps + 1
        if at == start:
            return True
    return False


@given(st.lists(spans(), max_size=5))
def test_gaps_are_exactly_what_a_walk_over_the_days_finds(register: list[Span]) -> None:
    expected = set().union(*(wrong_on(day, register) for day in DAYS))
    found = {gap.code for gap in register_gaps(register)}
    assert found - {"parent-ring"} == expected
    # Who overlaps with himself has two parents on one day; then a ring is a matter of taste.
    if "versions-overlap" not in expected:
        assert ("parent-ring" in found) == any(has_ring(day, register) for day in DAYS)


def test_a_version_that_ends_on_its_first_day_is_named_and_does_not_hide_the_rest() -> None:
    gaps = register_gaps([span("a", 3, 3), span("b", 0, None, code="15"), span("c", 0, None, code="15")])
    assert [gap.code for gap in gaps] == ["ends-before-it-begins", "code-held-twice"]


def test_versions_may_touch_but_not_overlap() -> None:
    assert register_gaps([span("a", 0, 3), span("a", 3, None)]) == []
    assert [gap.code for gap in register_gaps([span("a", 0, 4), span("a", 3, None)])] == ["versions-overlap"]


def test_a_parent_in_two_versions_covers_a_child_over_both() -> None:
    parents = [span("p", 0, 3), span("p", 3, 6)]
    assert register_gaps([*parents, span("a", 1, 6, parent="p")]) == []
    assert [gap.code for gap in register_gaps([*parents, span("a", 1, 7, parent="p")])] == ["parent-absent"]


def test_a_succession_joins_who_was_there_the_day_before_with_who_is_there_on_the_day() -> None:
    register = [span("old", 0, 3), span("new", 3, None)]
    day = START + timedelta(days=3)

    def codes(link: Link) -> list[str]:
        return [gap.code for gap in succession_gaps([link], register)]

    assert codes(Link("old", "new", "MERGED", day)) == []
    assert codes(Link("old", "", "DISSOLVED", day)) == []
    assert codes(Link("old", "new", "MERGED", day + timedelta(days=1))) == ["predecessor-absent"]
    assert codes(Link("old", "new", "MERGED", day - timedelta(days=1))) == ["successor-absent"]
    assert codes(Link("new", "new", "RENAMED", day + timedelta(days=1))) == ["succeeds-itself"]
