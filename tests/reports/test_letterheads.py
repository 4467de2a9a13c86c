"""Who is named among the recipients of a paper."""

from __future__ import annotations

import pytest

from openpar.reports.letterheads import Letterhead, named, told_above


@pytest.mark.parametrize(
    ("superior", "told"),
    [
        ("Ủy ban nhân dân tỉnh Lâm Đồng", ("Ủy ban nhân dân tỉnh Lâm Đồng (để báo cáo)",)),
        ("Bộ Nội vụ", ()),
        ("", ()),
    ],
)
def test_the_committee_above_is_told_and_nobody_else(superior: str, told: tuple[str, ...]) -> None:
    assert told_above(Letterhead("Sở Nội vụ", superior, "SNV", "Lâm Đồng", "")) == told


@pytest.mark.parametrize(("count", "told"), [(0, 0), (1, 1), (12, 12), (13, 1)])
def test_agencies_are_named_one_by_one_up_to_twelve(count: int, told: int) -> None:
    names = [f"Xã {number}" for number in range(count)]
    found = named(names, "Các xã")
    assert len(found) == told
    assert found == (tuple(names) if count <= 12 else ("Các xã",))
