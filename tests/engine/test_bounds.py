"""Intervals in words, and whether a list of them covers every value."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from openpar.engine.bounds import COUNTS, RATIOS, Domain, Interval, coverage_problems, interval_of
from openpar.engine.wording import percent

D = Decimal


def row(**bounds: str) -> Interval:
    return interval_of({name: D(bound) for name, bound in bounds.items()})


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (row(gt="0.9"), "trên 90 %"),
        (row(ge="0.7"), "từ 70 % trở lên"),
        (row(lt="0.7"), "dưới 70 %"),
        (row(le="0.7"), "đến 70 %"),
        (row(ge="0.7", le="0.9"), "từ 70 % đến 90 %"),
        (row(ge="0.7", lt="0.9"), "từ 70 % đến dưới 90 %"),
        (row(gt="0.7", le="0.955"), "trên 70 % đến 95,5 %"),
        (row(eq="1"), "bằng 100 %"),
        (row(), "còn lại"),
    ],
)
def test_bounds_are_worded_as_decisions_word_them(interval: Interval, words: str) -> None:
    assert interval.words(percent) == words


@pytest.mark.parametrize(
    "steps",
    [
        [row(gt="0.9"), row(ge="0.7"), row(lt="0.7")],
        [row(gt="0.9"), row(ge="0.7", le="0.9"), row(lt="0.7")],
        [row(lt="0.3"), row(lt="0.6"), row(ge="0.6")],
        [row(ge="0.5"), row()],
    ],
)
def test_scales_that_cover_every_ratio_once_pass(steps: Sequence[Interval]) -> None:
    assert coverage_problems(steps, RATIOS, percent) == ()


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ([row(gt="0.9"), row(gt="0.7", lt="0.9"), row(le="0.7")], "Không bước nào áp dụng cho giá trị 90 %."),
        ([row(ge="0.9"), row(ge="0.7", le="0.9"), row(lt="0.7")], "Bước 2 (từ 70 % đến 90 %) chồng lên"),
        ([row(ge="0.5"), row(ge="0.9"), row(lt="0.5")], "Bước 2 (từ 90 % trở lên) không bao giờ đạt tới."),
        ([row(ge="90"), row(lt="90")], "Bước 1 (từ 9000 % trở lên) không bao giờ đạt tới."),
        ([row(ge="0.4", le="0.6"), row(lt="0.8"), row(ge="0.8")], "Bước 2 (dưới 80 %) bị một bước khác cắt"),
        ([row(ge="0.5")], "Không bước nào áp dụng cho giá trị 0 %."),
    ],
)
def test_gaps_and_overlaps_are_found(steps: Sequence[Interval], problem: str) -> None:
    found = coverage_problems(steps, RATIOS, percent)
    assert len(found) == 1
    assert found[0].startswith(problem)


def test_between_whole_numbers_there_is_no_gap() -> None:
    steps = [row(gt="3"), row(eq="3"), row(ge="1", le="2"), row(lt="1")]
    assert coverage_problems(steps, COUNTS) == ()
    assert coverage_problems(steps, Domain(D(0), None)) != ()


def test_large_counts_must_fall_somewhere() -> None:
    assert coverage_problems([row(eq="4"), row(lt="4")], COUNTS) == ("Không bước nào áp dụng cho giá trị 5.",)
