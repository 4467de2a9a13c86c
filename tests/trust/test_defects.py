"""The defects that the walk has to find can be planted: the program still says what they change."""

from __future__ import annotations

import pytest

from trust.walks.defects import DEFECTS, CannotBePlanted, Defect, planted


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_of_the_walk_can_be_planted(defect: Defect) -> None:
    with planted(defect):
        pass


def test_a_defect_in_words_that_are_gone_is_named() -> None:
    gone = Defect("gone", "permissions:may_lock", "no such words", "", "opened", ())
    with pytest.raises(CannotBePlanted, match="gone"), planted(gone):
        pass
