"""The index 766: worked examples, the exact oracle, planted defects, sets that may not be used."""

from datetime import date
from decimal import ROUND_DOWN, Decimal, localcontext
from fractions import Fraction
from math import floor
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from openpar.engine import rates
from openpar.engine.errors import InvalidSet
from openpar.engine.qd766 import (
    IndicatorScore,
    IndicatorSet,
    NoSuchIndicator,
    in_force,
    indicator_set_from_mapping,
    score,
    scoring,
    synchronised_of,
)
from openpar.engine.qd766.scoring import Pair
from openpar.parindex.criteria.yaml_files import mapping_of, read_mapping
from tests.engine import qd766_oracle as oracle
from tests.engine.qd766_cases import DEFECTS, FILE, WORKED, differences, random_figures, set_of_2026

SET = set_of_2026()
TABLE = read_mapping(WORKED)
RUNS = 400


def pair(numerator: str | None, denominator: str | None) -> Pair:
    """Two cells of a table."""
    return (
        None if numerator is None else Decimal(numerator),
        None if denominator is None else Decimal(denominator),
    )


@pytest.mark.parametrize("row", TABLE["indicators"], ids=lambda row: f"{row['indicator']}: {row['why']}")
def test_an_indicator_gives_what_the_table_says(row: dict[str, Any]) -> None:
    line = score(SET, {row["indicator"]: pair(row["numerator"], row["denominator"])}).line(row["indicator"])
    assert line.points == (None if row["points"] is None else Decimal(row["points"]))
    assert line.sentence.endswith(".")


@pytest.mark.parametrize("row", TABLE["totals"], ids=lambda row: str(row["why"]))
def test_groups_total_and_class_are_what_the_table_says(row: dict[str, Any]) -> None:
    index = score(SET, {name: pair(*figures) for name, figures in row["figures"].items()})
    points = {of_group.group.id: of_group.points for of_group in index.groups}
    assert {name: points[name] for name in row["groups"]} == {
        name: None if text is None else Decimal(text) for name, text in row["groups"].items()
    }
    assert index.points == Decimal(row["total"])
    assert index.label == row["label"]


def test_the_set_has_the_twenty_three_indicators_and_a_hundred_points() -> None:
    assert [each.id for each in SET.indicators()] == [
        name for names in oracle.GROUPS.values() for name in names
    ]
    assert len(list(SET.indicators())) == 23
    assert {group.id: group.maximum for group in SET.groups} == {
        "transparency": 18,
        "progress": 20,
        "online": 12,
        "payment": 10,
        "digitisation": 22,
        "satisfaction": 18,
    }
    assert SET.maximum == 100
    assert SET.tolerance == Decimal("0.015")
    assert {each.certainty for each in SET.indicators()} == {"V", "S"}


def test_the_engine_and_the_exact_oracle_agree() -> None:
    found = {seed: differences(SET, random_figures(Random(seed))) for seed in range(RUNS)}
    assert {seed: told for seed, told in found.items() if told} == {}


@given(
    some.integers(0, 10**19),
    some.integers(1, 10**19),
    some.sampled_from(oracle.GROUPS["online"] + oracle.GROUPS["digitisation"]),
)
@settings(max_examples=300, deadline=None)
def test_points_stay_within_the_maximum_and_grow_with_the_numerator(n: int, d: int, name: str) -> None:
    n = min(n, d)
    line = score(SET, {name: (Decimal(n), Decimal(d))}).line(name)
    fewer = score(SET, {name: (Decimal(n // 2), Decimal(d))}).line(name)
    assert line.points is not None
    assert fewer.points is not None
    assert 0 <= fewer.points <= line.points <= line.indicator.maximum
    assert differences(SET, {name: (n, d)}) == []


@given(some.integers(0, 10**18), some.integers(1, 10**18), some.integers(0, 6))
@settings(max_examples=300, deadline=None)
def test_half_up_is_exact_however_long_the_figures(n: int, d: int, digits: int) -> None:
    expected = Fraction(floor(Fraction(n, d) * 10**digits + Fraction(1, 2)), 10**digits)
    assert Fraction(rates.round_half_up(Decimal(n), Decimal(d), digits)) == expected


def test_a_hair_below_half_a_hundredth_is_not_half_a_hundredth() -> None:
    # 20 × n/d misses 0.005 by less than 10⁻¹⁸: a quotient that is cut off first says 0.01.
    n, d = 10**15 - 1, 4 * 10**18
    assert score(SET, {"2.1": (Decimal(n), Decimal(d))}).line("2.1").points == Decimal("0.00")
    assert score(SET, {"2.1": (Decimal(n + 1), Decimal(d))}).line("2.1").points == Decimal("0.01")


def test_a_unit_without_some_figures_is_provisional_and_has_no_class() -> None:
    complete = {name: (1, 1) for names in oracle.GROUPS.values() for name in names}
    whole = score(SET, {name: pair("1", "1") for name in complete})
    assert (whole.points, whole.label, whole.provisional) == (Decimal(100), "Xuất sắc", False)
    part = score(SET, {name: pair("1", "1") for name in complete if name != "4.2"})
    assert (part.points, part.label, part.waiting) == (Decimal(96), None, ("4.2",))
    assert (part.maximum, part.provisional) == (Decimal(96), True)
    nothing = score(SET, {})
    assert (nothing.points, nothing.maximum, nothing.label) == (None, Decimal(0), None)


def test_what_did_not_arise_is_not_waited_for() -> None:
    figures = {each.id: pair("1", "1") for each in SET.indicators() if each.id not in ("2.2", "5.1")}
    no_fees = score(SET, figures | {name: pair("0", "0") for name in ("3.4", "3.5", "3.6")})
    assert (no_fees.points, no_fees.maximum, no_fees.label, no_fees.waiting) == (
        Decimal(90),
        Decimal(90),
        "Xuất sắc",
        (),
    )


@pytest.mark.parametrize(
    ("name", "numerator", "denominator"),
    [
        ("2.1", "1001", "1000"),
        ("5.2", "1", "0"),
        ("3.3", "-1", "10"),
        ("3.3", "1", "-10"),
        ("4.6", "100.5", None),
    ],
)
def test_figures_that_contradict_each_other_give_no_points(
    name: str, numerator: str, denominator: str | None
) -> None:
    index = score(SET, {name: pair(numerator, denominator)})
    assert index.line(name).outcome.state == "INVALID"
    assert index.points is None
    assert name in index.waiting


def test_an_unknown_indicator_is_refused() -> None:
    with pytest.raises(NoSuchIndicator, match=r"9\.9"):
        score(SET, {"9.9": (None, None)})
    with pytest.raises(NoSuchIndicator):
        score(SET, {}).line("9.9")


def test_the_synchronised_dossiers_are_measured_against_the_greater_count() -> None:
    def found(reported: int | None, portal: int | None, last_year: int | None, parts: int) -> object:
        given = (None if each is None else Decimal(each) for each in (reported, portal, last_year))
        first, second, third = given
        of = synchronised_of(reported=first, on_portal=second, last_year=third, parts=parts)
        return of.denominator, of.provisional

    assert found(900, 1000, 5, 12) == (1000, False)
    assert found(None, 0, 5, 12) == (0, False)
    assert found(None, None, 1200, 12) == (100, True)
    assert found(None, None, 1200, 4) == (300, True)
    assert found(None, None, None, 4) == (None, False)


def test_an_older_threshold_is_another_version_and_not_other_code() -> None:
    text = FILE.read_text("utf-8")
    older = text.replace(
        "numerator: hồ sơ thanh toán trực tuyến", "full_at: 0.30\n    numerator: hồ sơ thanh toán trực tuyến"
    ).replace("valid_from: 2026-01-01", "valid_from: 2023-01-01")
    then = indicator_set_from_mapping(
        mapping_of(older.replace("valid_until: null", "valid_until: 2026-01-01").encode())
    )
    figures = {"3.6": pair("300", "1000")}
    assert score(then, figures).points == Decimal("6.00")
    assert score(SET, figures).points == Decimal("1.80")
    assert in_force([SET, then], date(2025, 12, 31)) is then
    assert in_force([SET, then], date(2026, 1, 1)) is SET
    assert in_force([SET, then], date(2022, 12, 31)) is None


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("max: 18", "max: 19", "cộng lại 18"),
        ("total_max: 100", "total_max: 99", "cộng lại 100"),
        ("id: '1.2'", "id: '1.1'", "2 lần"),
        ("full_at: 0.80", "full_at: 80", "full_at"),
        ("zero_denominator: full", "zero_denominator: most", "zero_denominator"),
        ("lt: 50", "lt: 40", "Không bước nào"),
        ("mode: half_up", "mode: half_even", "mode"),
        ("digits: 2", "digits: 7", "digits"),
        ("valid_from: 2026-01-01", "valid_from: 2026", "valid_from"),
        ("valid_until: null", "valid_until: 2025-01-01", "Hết hiệu lực"),
        ("certainty: S\n", "certainty: X\n", "certainty"),
        ("percent: yes", "procent: yes", "procent"),
        ("max: 20\n    numerator", "max: -20\n    numerator", "âm"),
    ],
)
def test_a_set_that_contradicts_itself_is_refused(before: str, after: str, told: str) -> None:
    text = FILE.read_text("utf-8")
    assert before in text
    with pytest.raises(InvalidSet, match=told):
        indicator_set_from_mapping(mapping_of(text.replace(before, after, 1).encode()))


def test_the_context_of_the_caller_changes_nothing() -> None:
    figures = random_figures(Random(7))
    with localcontext() as context:
        context.prec, context.rounding = 3, ROUND_DOWN
        assert differences(SET, figures) == []


@pytest.mark.parametrize("name", DEFECTS)
def test_a_planted_defect_is_caught_by_the_oracle(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, *DEFECTS[name])
    assert any(differences(SET, random_figures(Random(seed))) for seed in range(RUNS))


def test_the_figures_used_stand_beside_the_points() -> None:
    line = score(SET, {"3.3": pair("430", "1000")}).line("3.3")
    assert isinstance(line, IndicatorScore)
    assert isinstance(SET, IndicatorSet)
    assert (line.numerator, line.denominator, line.points) == (Decimal(430), Decimal(1000), Decimal("5.16"))
    assert line.sentence == "430/1000 = 43 %, đủ 6 điểm từ 50 %: 5,16 điểm."
