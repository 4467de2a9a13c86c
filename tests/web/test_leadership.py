"""Points that the leaders give: who sees them, and the sums that contain them, before publication.

Hidden from the unit and from appraisers (parindex.md 6, rule 15, and 8); those who oversee see every part of
the sums that they accept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import Actor
from openpar.engine.answers import Answer
from openpar.parindex.assessments.actions.outside import OutsideValue, record_outside_values
from openpar.parindex.assessments.actions.rounds import advance_round
from openpar.parindex.assessments.models import RoundStage
from openpar.parindex.assessments.permissions import may_see_leadership
from tests import factories
from tests.parindex import rounds
from tests.web.test_rounds import SURVEY_SET
from tests.worlds import world

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(rounds.DECISION, tick=False):
        yield


@world
def with_leaders() -> rounds.SmallRound:
    """Everybody has 6,4 appraised; Sở Y tế 2 from the survey and 0,83 from the leaders."""
    small = rounds.opened_round(SURVEY_SET)
    for unit in (small.home_affairs, small.health, small.justice):
        rounds.score_unit(small, unit)
        rounds.lock_unit(small, unit)
    advance_round(round_id=small.round.pk, to=RoundStage.APPRAISAL, by=small.manager, at=rounds.SELF_CLOSES)
    rounds.appraise_the_rest(small)
    for stage, at in (
        (RoundStage.EXPLANATION, rounds.EXPLANATION),
        (RoundStage.REAPPRAISAL, rounds.REAPPRAISAL),
        (RoundStage.DECISION, rounds.DECISION),
    ):
        advance_round(round_id=small.round.pk, to=stage, by=small.manager, at=at)
    sheet = small.sheet().pk
    values = [
        OutsideValue(assessment_id=sheet, code="2.2.1", answer=Answer(counts={"A": Decimal(10)})),
        OutsideValue(assessment_id=sheet, code="2.2.2", answer=Answer(points=Decimal("0.83"))),
    ]
    record_outside_values(
        round_id=small.round.pk, values=values, source="Phiếu", by=small.manager, at=rounds.DECISION
    )
    small.round.refresh_from_db()
    return small


@dataclass(frozen=True)
class Reader:
    """Somebody going through every page of a round that there is before publication."""

    actor: Actor

    def pages(self, small: rounds.SmallRound) -> dict[str, str]:
        client = Client()
        client.force_login(User.objects.get(pk=self.actor.person_id))
        round, sheet = small.round.pk, small.sheet().pk
        addresses = [
            f"/assessments/{sheet}/",
            f"/assessments/{sheet}/1.1.1/",
            f"/assessments/{sheet}/2.2.1/",
            f"/assessments/{sheet}/2.2.2/",
            f"/assessments/{sheet}/history/",
            f"/assessments/{sheet}/print/",
            f"/appraisals/{round}/",
            f"/appraisals/{round}/?by=unit",
            f"/appraisals/{round}/unit/{sheet}/",
            f"/rounds/{round}/",
            f"/rounds/{round}/outside/",
            f"/rounds/{round}/council/",
            f"/results/{round}/",
            f"/results/{round}/{sheet}/",
        ]
        found = {}
        for address in addresses:
            answer = client.get(address, follow=True)
            if answer.status_code == 200:
                found[address] = re.sub(r"<[^>]+>", " ", answer.content.decode())
        return found


# 0,83 alone; 2,83 with the survey; 9,23 in all.
GIVING_IT_AWAY = re.compile(r"(?<![\d,])(0,83|2,83|9,23|92,3)(?!\d)|Lãnh đạo chấm")


@pytest.mark.parametrize("who", ["focal", "head", "appraiser", "outside_appraiser"])
def test_neither_the_unit_nor_appraisers_find_them_on_any_page(
    with_leaders: rounds.SmallRound, who: str
) -> None:
    pages = Reader(getattr(with_leaders, who)).pages(with_leaders)
    assert len(pages) >= 4
    assert {
        address: found for address, page in pages.items() if (found := GIVING_IT_AWAY.findall(page))
    } == {}


@pytest.mark.parametrize("role", [Role.ROUND_MANAGER, Role.COUNCIL_CHAIR, Role.LEADER, Role.AUDITOR])
def test_those_who_oversee_see_the_sum_and_its_part(with_leaders: rounds.SmallRound, role: Role) -> None:
    pages = Reader(factories.actor_as(role, with_leaders.home_affairs, "Người giám sát")).pages(with_leaders)
    round, sheet = with_leaders.round.pk, with_leaders.sheet().pk
    council = pages[f"/rounds/{round}/council/"]
    assert "9,23" in council
    assert "2,83" in council
    assert "Lãnh đạo chấm" in pages[f"/rounds/{round}/outside/"]
    assert "0,83" in pages[f"/assessments/{sheet}/2.2.2/"]


def test_the_file_of_the_survey_is_handed_to_nobody_but_the_manager(with_leaders: rounds.SmallRound) -> None:
    client = Client()
    client.force_login(User.objects.get(pk=with_leaders.outside_appraiser.person_id))
    assert client.get(f"/rounds/{with_leaders.round.pk}/outside/template.csv").status_code == 404


@pytest.mark.parametrize(
    ("who", "before"), [("manager", True), ("chair", True), ("focal", False), ("appraiser", False)]
)
def test_after_publication_everybody_may(with_leaders: rounds.SmallRound, who: str, before: bool) -> None:
    actor = getattr(with_leaders, who)
    assert may_see_leadership(actor, RoundStage.DECISION) is before
    assert may_see_leadership(actor, RoundStage.PUBLISHED) is True
