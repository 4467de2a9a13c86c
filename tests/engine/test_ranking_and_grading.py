"""Places, ties and classes (parindex.md 10)."""

from decimal import Decimal

import pytest

from openpar.engine.bounds import Interval
from openpar.engine.grading import Band, band_problems, grade
from openpar.engine.ranking import Place, rank

D = Decimal
FOUR = {"a": D("91.50"), "b": D("91.50"), "c": D("88.124"), "d": D("88.118")}
BANDS = (
    Band("Xuất sắc", Interval(ge=D(90))),
    Band("Tốt", Interval(ge=D(80), lt=D(90))),
    Band("Khá", Interval(ge=D(70), lt=D(80))),
    Band("Yếu", Interval(lt=D(70))),
)


@pytest.mark.parametrize(
    ("ties", "rank_on", "ranks"),
    [
        ("competition", "exact", [1, 1, 3, 4]),
        ("dense", "exact", [1, 1, 2, 3]),
        ("competition", "displayed", [1, 1, 3, 3]),
        ("dense", "displayed", [1, 1, 2, 2]),
    ],
)
def test_the_ties_of_the_worked_example(ties: str, rank_on: str, ranks: list[int]) -> None:
    places = rank(FOUR, ties=ties, rank_on=rank_on, digits=2)
    assert [places[unit].rank for unit in FOUR] == ranks
    assert {place.of for place in places.values()} == {4}
    assert places["a"].is_tied


def test_units_without_a_value_are_not_ranked_and_not_counted() -> None:
    assert rank({"a": D(1), "b": None, "c": D(0)}) == {"a": Place(1, 2), "c": Place(2, 2)}
    assert rank({"a": None}) == {}


def test_tie_breakers_are_asked_in_order() -> None:
    appraised = {"a": D(50), "b": D(50), "c": None, "d": D(1)}
    third = {"a": D(3), "b": D(4)}
    same = dict.fromkeys("abcd", D(80))
    places = rank(same, ties="ordinal", tie_breakers=[appraised, third])
    assert [places[unit].rank for unit in "abcd"] == [2, 1, 4, 3]


def test_units_that_no_tie_breaker_separates_share_the_rank() -> None:
    places = rank({"a": D(80), "b": D(80), "c": D(70)}, ties="ordinal", tie_breakers=[{"a": D(1), "b": D(1)}])
    assert [places[unit].rank for unit in "abc"] == [1, 1, 3]


def test_dust_does_not_break_a_tie() -> None:
    dust = D("33.333333333333333333333333")
    assert rank({"a": dust, "b": D("33.333333333333333333333334")})["b"].is_tied


@pytest.mark.parametrize(
    ("index", "name"),
    [
        ("90", "Xuất sắc"),
        ("89.999999", "Tốt"),
        ("79.997", "Khá"),
        ("80", "Tốt"),
        ("79.9999999999999999999", "Tốt"),
        ("69.99", "Yếu"),
        ("0", "Yếu"),
        ("101.3", "Xuất sắc"),
    ],
)
def test_the_class_goes_by_the_exact_index(index: str, name: str) -> None:
    assert grade(D(index), BANDS) == name


def test_without_index_there_is_no_class() -> None:
    assert grade(None, BANDS) is None
    assert grade(D(50), ()) is None


def test_gaps_and_overlaps_of_bands_are_told() -> None:
    assert band_problems(BANDS) == ()
    gap = (Band("A", Interval(gt=D(90))), Band("B", Interval(lt=D(90))))
    assert band_problems(gap) == ("Không bước nào áp dụng cho giá trị 90.",)
    overlap = (Band("A", Interval(ge=D(90))), Band("B", Interval(le=D(95))))
    assert band_problems(overlap) == ("Bước 2 (đến 95) chồng lên một bước khác tại 95.",)
    twice = (Band("A", Interval(ge=D(90))), Band("A", Interval(lt=D(90))))
    assert band_problems(twice) == ("Mức xếp loại “A” ghi hai lần.",)
