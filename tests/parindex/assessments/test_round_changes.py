"""Corrections of a round: its particulars, its blocks, an outside value, a penalty with its document."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import Actor
from openpar.base.audit.models import Entry as Trace
from openpar.base.documents.actions import add_document
from openpar.base.organisations.actions import dissolve, rename
from openpar.parindex.assessments.actions.adjustments import record_penalty
from openpar.parindex.assessments.actions.outside import clear_outside_value
from openpar.parindex.assessments.actions.round_changes import change_round, remove_block
from openpar.parindex.assessments.errors import Incomplete, NotAllowed, NotNow
from openpar.parindex.assessments.models import (
    AppraiserAssignment,
    Assessment,
    Layer,
    Round,
    RoundBlock,
    Score,
)
from tests import factories
from tests.factories import codes_of
from tests.parindex import rounds
from tests.parindex.rounds import SmallRound

pytestmark = pytest.mark.django_db


def change(small: SmallRound, *, by: Actor | None = None, **other: Any) -> Round:
    given = {
        "title": "Chỉ số CCHC năm 2026",
        "assessed_from": date(2025, 12, 15),
        "assessed_until": date(2026, 12, 14),
        "guide": "",
        "reason": "",
        **other,
    }
    change_round(round_id=small.round.pk, by=by or small.manager, at=rounds.BEFORE, **given)
    return Round.objects.get(pk=small.round.pk)


def traces(verb: str) -> list[Trace]:
    return list(Trace.objects.filter(verb=verb))


def test_title_period_and_guide_are_corrected_in_preparation_without_a_reason(prepared: SmallRound) -> None:
    changed = change(prepared, title=" PAR Index 2026 ", assessed_from=date(2026, 1, 1), guide="Đọc kỹ")
    assert (changed.title, changed.assessed_from, changed.guide) == (
        "PAR Index 2026",
        date(2026, 1, 1),
        "Đọc kỹ",
    )
    (trace,) = traces("round.changed")
    assert trace.before is not None
    assert trace.before["title"] == "Chỉ số CCHC năm 2026"


def test_nothing_changed_leaves_no_trace() -> None:
    change(rounds.prepared_round())
    assert traces("round.changed") == []


def test_with_another_last_day_units_are_named_as_on_that_day(prepared: SmallRound) -> None:
    rename(
        by=factories.registrar(),
        at=rounds.BEFORE,
        on=date(2026, 12, 20),
        organisation_id=prepared.health.pk,
        name="Sở Y tế và Dân số",
        legal_basis="1/NQ",
    )
    change(prepared, assessed_until=date(2026, 12, 31))
    assert prepared.sheet().unit.name == "Sở Y tế và Dân số"


def test_a_last_day_on_which_a_unit_is_gone_is_refused_with_its_name(prepared: SmallRound) -> None:
    dissolve(
        by=factories.registrar(),
        at=rounds.BEFORE,
        on=date(2026, 12, 20),
        organisation_id=prepared.health.pk,
        legal_basis="1/NQ",
    )
    with pytest.raises(Incomplete) as refusal:
        change(prepared, assessed_until=date(2026, 12, 31), title=" ")
    assert codes_of(refusal.value) == ["title", "unit_absent"]
    assert refusal.value.gaps[1].where == "Sở Y tế"


def test_after_opening_title_and_guide_need_a_reason_and_the_period_is_fixed(opened: SmallRound) -> None:
    with pytest.raises(Incomplete) as refusal:
        change(opened, title="Khác", assessed_from=date(2026, 1, 1))
    assert codes_of(refusal.value) == ["period_fixed", "no_reason"]
    assert change(opened, title="Khác", reason="Ghi sai số quyết định").title == "Khác"
    assert traces("round.changed")[0].reason == "Ghi sai số quyết định"


def test_a_published_round_is_not_corrected(published: SmallRound) -> None:
    with pytest.raises(NotNow):
        change(published, title="Khác", reason="Muộn")


@pytest.mark.parametrize("role", [Role.APPRAISER, Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_the_manager_corrects_a_round(prepared: SmallRound, role: Role) -> None:
    stranger = factories.actor_as(role, prepared.home_affairs)
    with pytest.raises(NotAllowed):
        change(prepared, by=stranger, title="Khác")
    with pytest.raises(NotAllowed):
        remove_block(round_block_id=prepared.round_block.pk, by=stranger, at=rounds.BEFORE)


def test_a_block_goes_with_its_units_and_its_appraisers(prepared: SmallRound) -> None:
    remove_block(round_block_id=prepared.round_block.pk, by=prepared.manager, at=rounds.BEFORE)
    for model in (RoundBlock, Assessment, AppraiserAssignment):
        assert not model._default_manager.exists()
    (trace,) = traces("round.block_removed")
    assert trace.before is not None
    assert trace.before["units"] == ["Sở Nội vụ", "Sở Tư pháp", "Sở Y tế"]


def test_a_block_of_an_opened_round_stays(opened: SmallRound) -> None:
    with pytest.raises(NotNow):
        remove_block(round_block_id=opened.round_block.pk, by=opened.manager, at=rounds.BEFORE)
    assert RoundBlock.objects.exists()


def clear(small: SmallRound, *, by: Actor | None = None, code: str = "2.2.1", reason: str = "Nhầm") -> None:
    clear_outside_value(
        assessment_id=small.sheet().pk, code=code, reason=reason, by=by or small.manager, at=rounds.DECISION
    )


def test_an_outside_value_is_taken_back_and_the_standing_falls_by_it(deciding: SmallRound) -> None:
    before = deciding.sheet().standings
    clear(deciding)
    assert not Score.objects.filter(assessment=deciding.sheet(), layer=Layer.OUTSIDE).exists()
    assert deciding.sheet().standings != before
    (trace,) = traces("score.outside_cleared")
    assert (trace.reason, trace.about) == ("Nhầm", f"assessment:{deciding.sheet().pk}")
    assert trace.before is not None
    assert trace.before["points"] == "2.4"


def test_taking_back_and_bringing_in_again_gives_the_same_standing(deciding: SmallRound) -> None:
    before = deciding.sheet().standings
    clear(deciding)
    rounds.bring_in_survey(deciding, {deciding.health: 80})
    assert deciding.sheet().standings == before


def test_a_reason_and_a_value_are_needed_to_take_one_back(deciding: SmallRound) -> None:
    clear(deciding)
    with pytest.raises(Incomplete) as refusal:
        clear(deciding, reason="  ")
    assert codes_of(refusal.value) == ["no_reason", "nothing_in"]


@pytest.mark.parametrize(
    ("make", "expected"), [(rounds.published_round, NotNow), (rounds.opened_round, NotNow)]
)
def test_outside_values_are_taken_back_only_before_the_decision(
    make: Callable[[], SmallRound], expected: type[Exception]
) -> None:
    with pytest.raises(expected):
        clear(make())


def test_only_the_manager_takes_an_outside_value_back(deciding: SmallRound) -> None:
    with pytest.raises(NotAllowed):
        clear(deciding, by=deciding.appraiser)


def penalty(small: SmallRound, document_id: int | None) -> None:
    record_penalty(
        assessment_id=small.sheet().pk,
        ground="Kết luận thanh tra số 12",
        points=Decimal("0.5"),
        document_id=document_id,
        by=small.appraiser,
        at=rounds.APPRAISAL,
    )


def test_the_document_of_a_penalty_comes_from_a_store_of_the_person(appraising: SmallRound) -> None:
    mine = add_document(
        by=appraising.appraiser,
        at=rounds.APPRAISAL,
        owner_id=appraising.home_affairs.pk,
        title="Kết luận thanh tra",
        number="12/KL-TTr",
    )
    theirs = appraising.sheet().organisation.documents.get()
    penalty(appraising, mine.pk)
    with pytest.raises(Incomplete) as refusal:
        penalty(appraising, theirs.pk)
    assert codes_of(refusal.value) == ["unknown_document"]
