"""The defects that the walk has to find can be planted: the program still says what they change."""

from __future__ import annotations

import pytest

from trust.checks.report_walk import DEFECTS as REPORT_DEFECTS
from trust.checks.report_walk import Defect as ReportDefect
from trust.lives.defects import DEFECTS as LIFE_DEFECTS
from trust.lives.defects import Defect as LifeDefect
from trust.planting import CannotBePlanted, words_changed
from trust.walks.defects import DEFECTS, Defect, planted


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_of_the_walk_can_be_planted(defect: Defect) -> None:
    with planted(defect):
        pass


def test_a_defect_in_words_that_are_gone_is_named() -> None:
    gone = Defect("gone", "permissions:may_lock", "no such words", "", "opened", ())
    with pytest.raises(CannotBePlanted, match="gone"), planted(gone):
        pass


@pytest.mark.parametrize("defect", REPORT_DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_of_the_walk_of_reports_can_be_planted(defect: ReportDefect) -> None:
    with words_changed(defect.name, defect.where, defect.old, defect.new):
        pass


@pytest.mark.parametrize("defect", LIFE_DEFECTS, ids=lambda defect: defect.name)
def test_a_defect_of_the_walks_of_life_cycles_can_be_planted(defect: LifeDefect) -> None:
    with words_changed(defect.name, defect.where, defect.old, defect.new):
        pass
