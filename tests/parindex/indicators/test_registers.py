"""Indicators counted from registers: every line kept with the value, named when it is no longer the same."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils.module_loading import import_string

from openpar.common.db import write_transaction
from openpar.engine.periods import Period
from openpar.parindex.assessments.actions.figures import fill_from_indicator
from openpar.parindex.assessments.errors import Incomplete
from openpar.parindex.assessments.models import EvidenceUse, Score
from openpar.parindex.indicators.actions.definitions import issue_version
from openpar.parindex.indicators.actions.values import compute_value, compute_values
from openpar.parindex.indicators.errors import IndicatorRefused
from openpar.parindex.indicators.figures import FigureState
from openpar.parindex.indicators.models import IndicatorValue
from openpar.parindex.indicators.offers import offers
from openpar.parindex.indicators.queries import recounted
from openpar.parindex.indicators.registers import Register, RegisterLine
from tests.parindex import rounds
from tests.parindex.indicators.measured import DURING, ISSUED, TASKS
from tests.parindex.rounds import DURING_SELF, SmallRound
from tests.worlds import world

pytestmark = pytest.mark.django_db

COUNTED = replace(
    TASKS,
    code="report.on_time",
    name="Báo cáo đúng hạn",
    dataset="kept-for-tests",
    basis="period",
    numerator=("good",),
    denominator=("all",),
)
ALL_GOOD_LEAF, RATIO_LEAF = "1.1.1", "1.1.2"


@dataclass
class Kept:
    """A register in memory."""

    name: str = "kept-for-tests"
    label: str = "sổ thử"
    counts: tuple[str, ...] = ("good", "all", "other")
    by_unit: dict[int, list[RegisterLine]] = field(default_factory=dict)

    def lines(
        self, organisation_ids: Collection[int], during: Period, today: date
    ) -> Mapping[int, list[RegisterLine]]:
        return {unit: lines for unit, lines in self.by_unit.items() if unit in set(organisation_ids)}

    def put(self, unit: int, *good: bool) -> None:
        self.by_unit[unit] = [line(place, is_good=each) for place, each in enumerate(good)]


def line(place: int, *, is_good: bool) -> RegisterLine:
    return RegisterLine(
        f"report:{place}", f"Báo cáo {place}", f"/reports/{place}/", {"all": 1, "good": int(is_good)}
    )


KEPT = Kept()


@pytest.fixture(autouse=True)
def _kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(
        django_settings,
        "OPENPAR_INDICATOR_REGISTERS",
        [*django_settings.OPENPAR_INDICATOR_REGISTERS, f"{__name__}.KEPT"],
    )
    yield
    KEPT.by_unit.clear()


def with_register() -> SmallRound:
    made: dict[str, Any] = copy.deepcopy(dict(rounds.SMALL_SET))
    leaves = made["fields"][0]["criteria"][0]["sub"]
    for leaf in leaves[:2]:
        leaf["indicator"] = COUNTED.code
    return rounds.opened_round(made)


@world
def registering() -> SmallRound:
    return with_register()


@pytest.fixture
def small(registering: SmallRound) -> SmallRound:
    issue_version(definition=COUNTED, by=registering.manager, at=ISSUED)
    return registering


def measured(small: SmallRound) -> IndicatorValue:
    return compute_value(
        code=COUNTED.code, organisation_id=small.health.pk, year=2026, by=small.manager, at=DURING
    )


def filled(small: SmallRound, code: str, *seen: int) -> Score:
    score, _sheet = fill_from_indicator(
        assessment_id=small.sheet().pk,
        code=code,
        seen=(Decimal(seen[0]), Decimal(seen[1])),
        expected_version=0,
        by=small.focal,
        at=DURING_SELF,
    )
    return score


def test_a_value_keeps_every_line_it_was_counted_from(small: SmallRound) -> None:
    KEPT.put(small.health.pk, True, True, False)
    value = measured(small)
    assert (value.numerator, value.denominator) == (Decimal(2), Decimal(3))
    assert value.parts == {"good": 2, "all": 3}
    assert [(each["key"], each["counts"]) for each in value.lines] == [
        ("report:0", {"all": 1, "good": 1}),
        ("report:1", {"all": 1, "good": 1}),
        ("report:2", {"all": 1, "good": 0}),
    ]


def test_a_line_that_counts_for_nothing_asked_is_not_behind_the_figure(small: SmallRound) -> None:
    other = RegisterLine("report:9", "Báo cáo 9", "", {"other": 1})
    KEPT.put(small.health.pk, True)
    KEPT.by_unit[small.health.pk].append(other)
    assert [each["key"] for each in measured(small).lines] == ["report:0"]


def test_the_same_sums_from_other_lines_are_a_change(small: SmallRound) -> None:
    KEPT.put(small.health.pk, True, False)
    value = measured(small)
    same = recounted(value)
    assert same is not None
    assert not same.has_changed
    KEPT.put(small.health.pk, False, True)
    now = recounted(value)
    assert now is not None
    assert now.then.is_same(now.now)
    assert now.has_changed
    assert measured(small).facts_sha256 != value.facts_sha256


def test_what_the_register_does_not_know_is_no_data_and_not_zero(small: SmallRound) -> None:
    KEPT.put(small.health.pk)
    units = [small.health.pk, small.justice.pk]
    offered = offers([COUNTED.code], units, year=2026, today=DURING.date())
    states = [offered[COUNTED.code, unit].figure.state for unit in units]
    assert states == [FigureState.NOT_APPLICABLE, FigureState.NO_DATA]
    with write_transaction():
        values = compute_values(code=COUNTED.code, year=2026, by=small.manager, at=DURING)
    assert [value.organisation_id for value in values] == [small.health.pk]


def test_counts_that_the_register_does_not_have_are_refused(small: SmallRound) -> None:
    wrong = replace(COUNTED, code="report.wrong", numerator=("better",), basis="ended")
    with pytest.raises(IndicatorRefused) as refused:
        issue_version(definition=wrong, by=small.manager, at=ISSUED)
    said = " ".join(gap.what for gap in refused.value.gaps)
    assert "better" in said
    assert "period" in said


@pytest.mark.parametrize(
    ("good", "word", "points"), [((True, True), "yes", Decimal(1)), ((True, False), "no", Decimal(0))]
)
def test_yes_or_no_is_answered_yes_when_nothing_is_missing(
    small: SmallRound, good: tuple[bool, ...], word: str, points: Decimal
) -> None:
    KEPT.put(small.health.pk, *good)
    score = filled(small, ALL_GOOD_LEAF, sum(good), len(good))
    assert (score.answer["choice"], score.points) == (word, points)
    use = EvidenceUse.objects.get(score=score)
    assert use.figure is not None
    assert [each["link"] for each in use.figure.lines] == ["/reports/0/", "/reports/1/"]


def test_nothing_due_answers_neither_yes_nor_no(small: SmallRound) -> None:
    KEPT.put(small.health.pk)
    with pytest.raises(Incomplete):
        filled(small, ALL_GOOD_LEAF, 0, 0)
    assert not Score.objects.exists()


def test_a_ratio_takes_both_numbers(small: SmallRound) -> None:
    KEPT.put(small.health.pk, True, True, False)
    score = filled(small, RATIO_LEAF, 2, 3)
    assert (score.answer["numerator"], score.answer["denominator"]) == ("2", "3")


def shipped() -> list[str]:
    return [name for name in django_settings.OPENPAR_INDICATOR_REGISTERS if "tests" not in name]


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_register_knows_nothing_of_an_empty_house(small: SmallRound, name: str) -> None:
    register: Register = import_string(name)
    during = COUNTED.period(2026)
    found = register.lines([small.health.pk], during, DURING.date())
    for lines in found.values():
        for each in lines:
            assert set(each.counts) <= set(register.counts)


def test_shipped_definitions_ask_registers_only_for_what_they_count() -> None:
    from openpar.parindex.indicators.files import read_definitions
    from openpar.parindex.indicators.registers import gaps_of_register, register_named

    file = read_definitions(django_settings.OPENPAR_DATA_DIR / "indicators" / "definitions.yaml")
    asked = [(one, register_named(one.dataset)) for versions in file.by_code.values() for one in versions]
    of_registers = [(one, register) for one, register in asked if register is not None]
    assert len(of_registers) >= 6
    assert [gap for one, register in of_registers for gap in gaps_of_register(register, one)] == []
