"""Appraisal: by field, with the appraiser's own figures, never of the own unit, always with a reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.organisations.models import Organisation
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.appraisals import agree_with_self, save_appraisal, save_reappraisal
from openpar.parindex.assessments.actions.explanations import save_explanation
from openpar.parindex.assessments.actions.rounds import advance_round, unassign_appraiser
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.errors import Incomplete, NotAllowed, NotNow
from openpar.parindex.assessments.models import Layer, RoundStage, Score
from openpar.parindex.assessments.queries.visibility import visible_assessments
from tests import factories
from tests.parindex import rounds
from tests.parindex.rounds import APPRAISAL, EXPLANATION, REAPPRAISAL, SELF_CODES, SmallRound, ratio

pytestmark = pytest.mark.django_db


def appraise(
    small: SmallRound,
    *,
    unit: Organisation | None = None,
    by: Actor | None = None,
    answer: Answer | None = None,
    note: str = "Đối chiếu sản phẩm",
) -> Score:
    score, _sheet = save_appraisal(
        assessment_id=small.sheet(unit).pk,
        code="1.1.2",
        entry=Entry(answer or ratio(30, 50), note=note, explanation_wanted=True),
        expected_version=0,
        by=by or small.appraiser,
        at=APPRAISAL,
    )
    return score


def test_the_unit_keeps_its_own_row_beside_the_appraisers(appraising: SmallRound) -> None:
    appraise(appraising)
    points = dict(
        Score.objects.filter(assessment=appraising.sheet(), criterion__code="1.1.2").values_list(
            "layer", "points"
        )
    )
    assert points == {Layer.SELF: Decimal("2.4"), Layer.APPRAISED: Decimal("1.8")}


def test_other_points_than_the_units_need_a_reason(appraising: SmallRound) -> None:
    with pytest.raises(Incomplete) as refused:
        appraise(appraising, note=" ")
    assert refused.value.gaps[0].code == "no_reason"
    assert appraise(appraising, answer=ratio(40, 50), note="").points == Decimal("2.4")


def test_nobody_appraises_the_unit_they_belong_to(appraising: SmallRound) -> None:
    with pytest.raises(NotAllowed) as refused:
        appraise(appraising, unit=appraising.home_affairs, by=appraising.appraiser)
    assert refused.value.gaps[0].code == "own_unit"
    assert appraise(
        appraising, unit=appraising.home_affairs, by=appraising.outside_appraiser
    ).points == Decimal("1.8")


def test_nobody_appraises_a_field_that_was_not_handed_to_them(appraising: SmallRound) -> None:
    unassign_appraiser(
        round_block_id=appraising.round_block.pk,
        field_code="1",
        appraiser_id=appraising.appraiser.person_id,
        by=appraising.manager,
        at=APPRAISAL,
    )
    with pytest.raises(NotAllowed) as refused:
        appraise(appraising)
    assert refused.value.gaps[0].code == "not_assigned"


def test_agreeing_writes_a_row_of_the_appraisers_own_and_leaves_decided_leaves_alone(
    appraising: SmallRound,
) -> None:
    appraise(appraising)
    done = agree_with_self(
        assessment_id=appraising.sheet().pk, codes=SELF_CODES, by=appraising.outside_appraiser, at=APPRAISAL
    )
    assert done == 3
    rows = Score.objects.filter(assessment=appraising.sheet(), layer=Layer.APPRAISED)
    assert {row.criterion.code: row.points for row in rows.select_related("criterion")} == {
        "1.1.1": Decimal(1),
        "1.1.2": Decimal("1.8"),
        "2.1.1": Decimal(2),
        "2.1.2": Decimal(1),
    }


def test_an_untouched_leaf_is_missing_and_keeps_the_round_in_its_phase(appraising: SmallRound) -> None:
    appraise(appraising)
    with pytest.raises(Incomplete) as refused:
        advance_round(
            round_id=appraising.round.pk, to=RoundStage.EXPLANATION, by=appraising.manager, at=EXPLANATION
        )
    # Two leaves of field 1 and two of field 2 in three units; one is appraised.
    assert ["5" in gap.what for gap in refused.value.gaps] == [True, False]
    assert "6" in refused.value.gaps[1].what


def test_appraisers_see_sheets_only_after_self_scoring_has_closed(opened: SmallRound) -> None:
    person = opened.outside_appraiser.person_id
    assert not visible_assessments(person, rounds.DURING_SELF).exists()
    advance_round(round_id=opened.round.pk, to=RoundStage.APPRAISAL, by=opened.manager, at=rounds.SELF_CLOSES)
    assert visible_assessments(person, APPRAISAL).count() == 3


def test_a_stranger_sees_no_sheet(appraising: SmallRound) -> None:
    stranger = factories.person_as(Role.FOCAL_OFFICER, factories.organisation("Sở Du lịch", assessed=False))
    assert not visible_assessments(stranger.pk, APPRAISAL).exists()
    own = visible_assessments(appraising.focal.person_id, APPRAISAL)
    assert [sheet.organisation for sheet in own] == [appraising.health]


def explained_round() -> SmallRound:
    small = rounds.round_in_appraisal()
    rounds.reduce_health(small)
    rounds.appraise_the_rest(small)
    advance_round(round_id=small.round.pk, to=RoundStage.EXPLANATION, by=small.manager, at=EXPLANATION)
    return small


def explain(small: SmallRound, code: str, note: str = "Bổ sung danh mục sản phẩm") -> Score:
    score, _sheet = save_explanation(
        assessment_id=small.sheet().pk,
        code=code,
        entry=Entry(ratio(38, 50), note=note),
        expected_version=0,
        by=small.focal,
        at=EXPLANATION,
    )
    return score


def test_the_unit_explains_what_was_reduced_and_nothing_else() -> None:
    small = explained_round()
    assert explain(small, "1.1.2").points == Decimal("2.28")
    with pytest.raises(NotNow) as refused:
        explain(small, "2.1.1")
    assert refused.value.gaps[0].code == "nothing_to_explain"


def test_an_explanation_without_words_explains_nothing() -> None:
    with pytest.raises(Incomplete) as refused:
        explain(explained_round(), "1.1.2", note="")
    assert refused.value.gaps[0].code == "no_text"


def test_the_second_appraisal_counts_and_every_explanation_must_be_answered() -> None:
    small = explained_round()
    explain(small, "1.1.2")
    advance_round(round_id=small.round.pk, to=RoundStage.REAPPRAISAL, by=small.manager, at=REAPPRAISAL)
    with pytest.raises(Incomplete) as refused:
        advance_round(round_id=small.round.pk, to=RoundStage.DECISION, by=small.manager, at=rounds.DECISION)
    assert [gap.where for gap in refused.value.gaps] == ["Sở Y tế 1.1.2"]
    save_reappraisal(
        assessment_id=small.sheet().pk,
        code="1.1.2",
        entry=Entry(ratio(35, 50), note="Chấp nhận 5 sản phẩm bổ sung"),
        expected_version=0,
        by=small.appraiser,
        at=REAPPRAISAL,
    )
    advance_round(round_id=small.round.pk, to=RoundStage.DECISION, by=small.manager, at=rounds.DECISION)
    rounds.bring_in_survey(small, {small.health: 80})
    # 1 + 2,1 (35/50 of 3) + 2 + 1 + 2,4
    assert small.sheet().decided_total == Decimal("8.5")
