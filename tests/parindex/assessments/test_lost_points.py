"""What a published round cost becomes findings, with the publication or not at all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from openpar.common.db import write_transaction
from openpar.engine.numbers import total_of
from openpar.parindex.assessments.actions import lost_points
from openpar.parindex.assessments.models import Layer, Result, Round, RoundStage
from openpar.parindex.assessments.results import results_of_round
from openpar.parindex.criteria.lasting import lasting_keys
from openpar.parindex.criteria.models import Criterion
from openpar.reform.findings.errors import FindingRefused
from openpar.reform.findings.limits import LostPointsRule
from openpar.reform.findings.models import Conference, Finding, FoundBy
from tests.parindex import rounds
from tests.parindex.rounds import DECISION, SmallRound
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def published_with_losses() -> SmallRound:
    return rounds.published_round()


@world
def decided_with_losses() -> SmallRound:
    return rounds.round_in_decision()


def test_points_at_stake_are_the_lost_points_of_every_unit(published_with_losses: SmallRound) -> None:
    small = published_with_losses
    for unit in (small.home_affairs, small.health, small.justice):
        result = Result.objects.get(assessment=small.sheet(unit))
        lines = Finding.objects.filter(organisation=unit, found_by=FoundBy.APPRAISAL)
        at_stake = total_of(one.points_at_stake or Decimal(0) for one in lines)
        # Nothing was taken out of this set of 10 points, and there is no bonus.
        assert result.total is not None
        assert at_stake == Decimal(10) - result.total
        assert at_stake > 0


def test_a_finding_names_the_line_its_points_and_the_sentence_of_the_score(
    published_with_losses: SmallRound,
) -> None:
    small = published_with_losses
    finding = Finding.objects.get(organisation=small.health, leaf_code="1.1.2")
    assert finding.points_at_stake == Decimal("1.2")
    assert finding.text.startswith("Tỷ lệ hoàn thành: mất 1,2/3 điểm.")
    score = small.sheet().scores.get(layer=Layer.APPRAISED, criterion__code="1.1.2")
    assert score.sentence in finding.text
    assert (finding.field, finding.leaf_text, finding.leaf_year) == ("F0", "Tỷ lệ hoàn thành", 2026)
    assert finding.finder_id == small.home_affairs.pk
    assert finding.source_link == f"/results/{small.round.pk}/{small.sheet().pk}/#leaf-1.1.2"
    # Published on 20/01/2027: the reform year 2027 ends on 14/12/2027.
    assert finding.deadline is not None
    assert finding.deadline.isoformat() == "2027-12-14"


def test_a_line_at_its_maximum_and_one_that_does_not_apply_are_no_findings(
    published_with_losses: SmallRound,
) -> None:
    assert not Finding.objects.filter(leaf_code__in=["1.1.1", "2.1.1", "2.1.2"]).exists()


def test_every_unit_owes_its_conference(published_with_losses: SmallRound) -> None:
    assert Conference.objects.filter(round_id=published_with_losses.round.pk).count() == 3


def test_a_failure_in_the_findings_publishes_nothing(
    decided_with_losses: SmallRound, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = decided_with_losses
    # A text that is too long: the findings come after the results were written.
    monkeypatch.setattr(lost_points, "_points", lambda value: "1" * 5000)
    with pytest.raises(FindingRefused):
        rounds.recognise(small.round.pk, chair=small.chair, manager=small.manager)
    assert Round.objects.get(pk=small.round.pk).stage == RoundStage.DECISION
    assert not Result.objects.exists()
    assert not Finding.objects.exists()
    assert not Conference.objects.exists()


@pytest.mark.parametrize(("threshold", "is_found"), [("0.6", True), ("0.61", False)])
def test_a_self_score_above_by_the_threshold_of_the_data_is_a_finding_without_points_of_its_own(
    decided_with_losses: SmallRound, monkeypatch: pytest.MonkeyPatch, threshold: str, is_found: bool
) -> None:
    small = decided_with_losses
    rule = LostPointsRule(Decimal(0), Decimal(threshold), "R", "thử")
    monkeypatch.setattr(lost_points, "lost_points_rule", lambda on: rule)
    rounds.recognise(small.round.pk, chair=small.chair, manager=small.manager)
    found = Finding.objects.filter(code="F0-04")
    assert [one.organisation_id for one in found] == ([small.health.pk] if is_found else [])
    if is_found:
        assert (found[0].points_at_stake, found[0].metric) == (None, "6,4 → 5,8")


def test_losses_below_the_threshold_of_the_data_are_left_out(
    decided_with_losses: SmallRound, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = decided_with_losses
    rule = LostPointsRule(Decimal("0.6"), Decimal(10), "R", "thử")
    monkeypatch.setattr(lost_points, "lost_points_rule", lambda on: rule)
    rounds.recognise(small.round.pk, chair=small.chair, manager=small.manager)
    # Sở Y tế lost 1,2 there and 0,6 in the survey, the others 0,6 on the line.
    assert set(Finding.objects.values_list("organisation_id", "leaf_code")) == {(small.health.pk, "1.1.2")}


def test_the_findings_of_a_round_cost_a_few_queries(
    decided_with_losses: SmallRound, django_assert_max_num_queries: object
) -> None:
    small = decided_with_losses
    blocks = results_of_round(small.round.pk)
    with django_assert_max_num_queries(16):  # type: ignore[operator]  # a fixture of pytest-django
        lost_points.record_lost_points(round=small.round, blocks=blocks, by=small.manager, at=DECISION)


def test_a_line_keeps_its_key_over_the_sets_that_follow(published_with_losses: SmallRound) -> None:
    first = Criterion.objects.get(set=published_with_losses.criteria_set, code="1.1.1")
    assert lasting_keys([first.pk]) == {first.pk: f"criterion:{first.pk}"}
    assert lasting_keys([]) == {}


@pytest.mark.parametrize(("ever_submitted", "is_silent"), [(False, True), (True, False)])
def test_a_unit_that_never_said_anything_gets_one_finding_about_the_whole_table(
    decided_with_losses: SmallRound, ever_submitted: bool, is_silent: bool
) -> None:
    small = decided_with_losses
    (block,) = results_of_round(small.round.pk)
    health = next(unit for unit in block.units if unit.organisation_id == small.health.pk)
    nothing = replace(
        health,
        total=Decimal(0),
        submitted=ever_submitted,
        lines=tuple(replace(line, decided_points=None, points={}) for line in health.lines),
    )
    units = tuple(nothing if unit is health else unit for unit in block.units)
    with write_transaction():
        lost_points.record_lost_points(
            round=small.round, blocks=[replace(block, units=units)], by=small.manager, at=DECISION
        )
    found = Finding.objects.filter(organisation=small.health)
    # Without a single line decided, who worked on it has lost nothing that is known; who was silent, all.
    whole = [(one.leaf_code, one.points_at_stake) for one in found]
    assert whole == ([("", total_of(line.maximum for line in health.lines))] if is_silent else [])
    assert [lost_points.lost_of(nothing, line) for line in nothing.lines] == [
        line.maximum if is_silent else None for line in nothing.lines
    ]
