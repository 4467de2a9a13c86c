"""A criterion filled from a measured figure: what was seen, what is kept, what is told when it differs."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry as Trace
from openpar.base.documents.actions import add_document
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.figures import fill_from_indicator
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import save_self_score
from openpar.parindex.assessments.errors import Incomplete, NotAllowed, NotNow, StaleFigure, StaleScore
from openpar.parindex.assessments.models import Assessment, EvidenceUse, Score
from openpar.parindex.assessments.queries.figures import (
    Asked,
    LeafFigure,
    figures_of,
    is_shown_figure,
    used_figures,
)
from openpar.parindex.assessments.sheets import sheet_of, with_window
from openpar.parindex.indicators.actions.values import Reported, compute_value, report_value
from openpar.parindex.indicators.models import IndicatorValue
from tests import factories
from tests.base.facts import sample
from tests.factories import codes_of
from tests.parindex import rounds
from tests.parindex.indicators.measured import ON_TIME, TASKS, dossiers_of
from tests.parindex.measured_rounds import COUNTED, TOLD, filled, measured_round, measured_set, own_score
from tests.parindex.rounds import DURING_SELF, SmallRound
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def measuring() -> SmallRound:
    return measured_round()


def figure_of_leaf(small: SmallRound, code: str = COUNTED) -> LeafFigure:
    """What the page of a leaf of Sở Y tế shows."""
    sheet = sheet_of(with_window(Assessment.objects.filter(pk=small.sheet().pk)).get())
    leaf = sheet.leaf(code)
    score = Score.objects.filter(assessment=small.sheet(), criterion_id=leaf.id, layer="SELF").first()
    used = used_figures([score.pk] if score else [])
    asked = Asked(
        small.health.pk,
        leaf,
        Answer.from_json(score.answer) if score else None,
        used.get(score.pk) if score else None,
    )
    return figures_of([asked], year=2026, today=DURING_SELF.date())[small.health.pk, leaf.id]


def typed(small: SmallRound, numerator: int, denominator: int, *, version: int, code: str = COUNTED) -> Score:
    score, _sheet = save_self_score(
        assessment_id=small.sheet().pk,
        code=code,
        entry=Entry(rounds.ratio(numerator, denominator), note="Theo sổ"),
        expected_version=version,
        by=small.focal,
        at=DURING_SELF,
    )
    return score


def more_late(small: SmallRound, count: int) -> None:
    for key, fact in dossiers_of(small.health, {sample.LATE: count}, prefix="more-").items():
        sample.event(key, None, fact)


def test_the_figure_is_filled_in_and_its_snapshot_is_the_evidence(measuring: SmallRound) -> None:
    offered = figure_of_leaf(measuring)
    assert offered.offer is not None
    assert (offered.offer.figure.text, offered.may_be_taken, offered.used) == ("46/50", True, None)
    score = filled(measuring)
    assert (score.points, score.outcome) == (Decimal(2), "EARNED")
    assert score.answer == {"numerator": "46", "denominator": "50"}
    use = EvidenceUse.objects.get(score=score)
    value = IndicatorValue.objects.get()
    assert use.figure == value
    assert (use.document.number, use.document.owner_id) == (f"SL-{value.pk}", measuring.health.pk)
    assert (value.origin, value.organisation_id, len(value.facts_sha256)) == (
        *("COMPUTED", measuring.health.pk),
        64,
    )
    verbs = list(Trace.objects.order_by("-id").values_list("verb", flat=True)[:4])
    assert verbs == ["evidence.attached", "add_document", "score.filled", "indicator.value_computed"]
    after = figure_of_leaf(measuring)
    assert (after.used, after.is_overwritten, after.has_changed, after.may_be_taken) == (
        *(value, False),
        *(False, False),
    )


def test_nothing_is_filled_in_that_the_person_did_not_see(measuring: SmallRound) -> None:
    more_late(measuring, 2)
    with pytest.raises(StaleFigure) as refused:
        filled(measuring, seen=(46, 50))
    assert "46/52" in str(refused.value)
    assert (Score.objects.filter(assessment=measuring.sheet()).count(), IndicatorValue.objects.count()) == (
        0,
        0,
    )


def test_a_figure_that_was_overwritten_by_hand_stays_marked(measuring: SmallRound) -> None:
    score = filled(measuring)
    typed(measuring, 48, 50, version=score.version)
    found = figure_of_leaf(measuring)
    assert (found.entered, found.is_overwritten, found.may_be_taken) == (
        (Decimal(48), Decimal(50)),
        *(True, True),
    )
    assert EvidenceUse.objects.filter(figure__isnull=False).count() == 1


def test_a_figure_typed_without_taking_the_measured_one_is_marked_too(measuring: SmallRound) -> None:
    typed(measuring, 50, 50, version=0)
    assert figure_of_leaf(measuring).is_overwritten
    typed(measuring, 46, 50, version=1)
    found = figure_of_leaf(measuring)
    assert (found.is_overwritten, found.may_be_taken) == (False, True)


def test_what_changed_since_the_snapshot_is_told_and_may_be_taken_anew(measuring: SmallRound) -> None:
    first = filled(measuring)
    more_late(measuring, 10)
    found = figure_of_leaf(measuring)
    assert found.offer is not None
    assert found.used_figure is not None
    assert (found.used_figure.text, found.offer.figure.text, found.has_changed) == ("46/50", "46/60", True)
    assert not found.is_overwritten
    again = filled(measuring, seen=(46, 60), version=first.version)
    assert again.points == Decimal(1)
    assert IndicatorValue.objects.count() == 2
    use = EvidenceUse.objects.get(score=again)
    assert use.figure == IndicatorValue.objects.latest("pk")
    assert Trace.objects.filter(verb="evidence.detached").count() == 1


def test_a_note_and_an_excused_figure_stay_and_points_given_by_hand_go(measuring: SmallRound) -> None:
    score, _sheet = save_self_score(
        assessment_id=measuring.sheet().pk,
        code=COUNTED,
        entry=Entry(rounds.ratio(1, 2), note="Theo sổ", given_points=Decimal(2)),
        expected_version=0,
        by=measuring.focal,
        at=DURING_SELF,
    )
    again = filled(measuring, version=score.version)
    assert (again.note, again.given_points, again.points) == ("Theo sổ", None, Decimal(2))


def test_somebody_who_saved_in_between_is_not_overwritten(measuring: SmallRound) -> None:
    typed(measuring, 1, 2, version=0)
    with pytest.raises(StaleScore):
        filled(measuring, version=0)
    assert own_score(measuring).answer["numerator"] == "1"
    assert IndicatorValue.objects.count() == 0


def test_who_may_not_score_the_leaf_does_not_fill_it(measuring: SmallRound) -> None:
    sheet = measuring.sheet()
    for who, at, error in (
        (factories.actor_as(Role.FOCAL_OFFICER, measuring.justice), DURING_SELF, NotAllowed),
        (measuring.manager, DURING_SELF, NotAllowed),
        (measuring.focal, rounds.SELF_CLOSES + timedelta(hours=1), NotNow),
    ):
        with pytest.raises(error):
            fill_from_indicator(
                assessment_id=sheet.pk,
                code=COUNTED,
                seen=(Decimal(46), Decimal(50)),
                expected_version=0,
                by=who,
                at=at,
            )
    assert IndicatorValue.objects.count() == 0


@pytest.mark.parametrize(
    ("code", "gap"), [("1.1.1", "no_indicator"), ("2.1.2", "no_indicator"), (TOLD, "no_figure")]
)
def test_what_has_no_figure_is_not_filled(measuring: SmallRound, code: str, gap: str) -> None:
    with pytest.raises(Incomplete) as refused:
        fill_from_indicator(
            assessment_id=measuring.sheet().pk,
            code=code,
            seen=(Decimal(1), Decimal(2)),
            expected_version=0,
            by=measuring.focal,
            at=DURING_SELF,
        )
    assert codes_of(refused.value) == [gap]


def test_an_indicator_that_nobody_defined_is_not_offered() -> None:
    small = rounds.opened_round(measured_set())
    assert figure_of_leaf(small).offer is None
    with pytest.raises(Incomplete) as refused:
        filled(small)
    assert codes_of(refused.value) == ["no_definition"]


def test_a_reported_value_is_filled_in_with_its_own_document(measuring: SmallRound) -> None:
    document = add_document(
        by=measuring.focal, at=DURING_SELF, owner_id=measuring.health.pk, title="Báo cáo", number="9/BC"
    )
    value = report_value(
        code=TASKS.code,
        organisation_id=measuring.health.pk,
        year=2026,
        reported=Reported(Decimal(30), Decimal(40)),
        document_id=document.pk,
        by=measuring.focal,
        at=DURING_SELF,
    )
    score, _sheet = fill_from_indicator(
        assessment_id=measuring.sheet().pk,
        code=TOLD,
        seen=(Decimal(30), Decimal(40)),
        expected_version=0,
        by=measuring.focal,
        at=DURING_SELF,
    )
    use = EvidenceUse.objects.get(score=score)
    assert (use.document, use.figure) == (document, value)
    assert IndicatorValue.objects.count() == 1


def test_a_report_stands_in_where_the_dataset_has_no_row_of_the_unit(measuring: SmallRound) -> None:
    document = add_document(
        by=factories.actor_as(Role.FOCAL_OFFICER, measuring.justice),
        at=DURING_SELF,
        owner_id=measuring.justice.pk,
        title="Báo cáo",
        number="9/BC",
    )
    report_value(
        code=ON_TIME.code,
        organisation_id=measuring.justice.pk,
        year=2026,
        reported=Reported(Decimal(3), Decimal(4)),
        document_id=document.pk,
        by=measuring.manager,
        at=DURING_SELF,
    )
    sheet = sheet_of(with_window(Assessment.objects.filter(pk=measuring.sheet(measuring.justice).pk)).get())
    leaf = sheet.leaf(COUNTED)
    asked = [Asked(unit.pk, leaf, None, None) for unit in (measuring.justice, measuring.health)]
    found = figures_of(asked, year=2026, today=DURING_SELF.date())
    texts = [found[one.organisation_id, leaf.id].offer.figure.text for one in asked]  # type: ignore[union-attr]  # both are defined
    assert texts == ["3/4", "46/50"]


def test_a_value_is_shown_to_those_who_see_the_sheet_it_was_filled_into(measuring: SmallRound) -> None:
    filled(measuring)
    value = IndicatorValue.objects.get()
    other = compute_value(
        code=ON_TIME.code,
        organisation_id=measuring.justice.pk,
        year=2026,
        by=measuring.manager,
        at=DURING_SELF,
    )
    stranger = factories.actor_as(Role.FOCAL_OFFICER, measuring.justice)
    for who, shown in ((measuring.focal, True), (stranger, False), (measuring.outside_appraiser, False)):
        assert is_shown_figure(who.person_id, value.pk, DURING_SELF) is shown
    assert not is_shown_figure(measuring.focal.person_id, other.pk, DURING_SELF)


def test_figures_of_a_page_cost_as_many_queries_for_one_unit_as_for_three(measuring: SmallRound) -> None:
    sheet = sheet_of(with_window(Assessment.objects.filter(pk=measuring.sheet().pk)).get())
    leaf = sheet.leaf(COUNTED)
    counts = []
    units = (measuring.health, measuring.justice, measuring.home_affairs)
    for some in (units[:1], units):
        asked = [Asked(unit.pk, leaf, None, None) for unit in some]
        with CaptureQueriesContext(connection) as queries:
            figures_of(asked, year=2026, today=DURING_SELF.date())
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9
    plain = Asked(measuring.health.pk, sheet.leaf("1.1.1"), None, None)
    with CaptureQueriesContext(connection) as queries:
        assert figures_of([plain], year=2026, today=DURING_SELF.date()) == {}
    assert len(queries) == 0
