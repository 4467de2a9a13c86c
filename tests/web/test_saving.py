"""The unit saves a leaf, scoring itself or explaining: both addresses answer alike, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import time_machine
from django.test import Client

from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import Actor
from openpar.parindex.assessments.actions.rounds import advance_round
from openpar.parindex.assessments.models import Layer, RoundStage, Score
from tests import factories
from tests.parindex import rounds
from tests.worlds import world

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Place:
    """Where a leaf is saved now, and as what."""

    small: rounds.SmallRound
    layer: Layer
    ending: str

    def address(self, code: str = "1.1.2") -> str:
        return f"/assessments/{self.small.sheet().pk}/{code}/{self.ending}"

    def post(self, who: Actor, code: str = "1.1.2", **typed: str) -> tuple[int, str]:
        client = Client()
        client.force_login(User.objects.get(pk=who.person_id))
        answer = client.post(self.address(code), typed)
        return answer.status_code, answer.content.decode()

    def stored(self) -> Score | None:
        return Score.objects.filter(
            assessment=self.small.sheet(), criterion__code="1.1.2", layer=self.layer
        ).first()


@world
def self_scoring_and_explaining() -> tuple[rounds.SmallRound, rounds.SmallRound]:
    """A round in self-scoring beside one in which Sở Y tế explains the leaf that was reduced."""
    small = rounds.round_in_appraisal()
    rounds.reduce_health(small)
    rounds.appraise_the_rest(small)
    advance_round(round_id=small.round.pk, to=RoundStage.EXPLANATION, by=small.manager, at=rounds.EXPLANATION)
    return rounds.opened_round(), small


@pytest.fixture(params=[Layer.SELF, Layer.EXPLAINED])
def place(
    request: pytest.FixtureRequest, self_scoring_and_explaining: tuple[rounds.SmallRound, rounds.SmallRound]
) -> Iterator[Place]:
    opened, explaining = self_scoring_and_explaining
    if request.param == Layer.SELF:
        with time_machine.travel(rounds.DURING_SELF, tick=False):
            yield Place(opened, Layer.SELF, "")
        return
    with time_machine.travel(rounds.EXPLANATION, tick=False):
        yield Place(explaining, Layer.EXPLAINED, "explanation/")


def test_a_good_form_is_kept_and_leads_back(place: Place) -> None:
    status, _page = place.post(place.small.focal, numerator="35", denominator="50", note="Có biên bản")
    stored = place.stored()
    assert status == 302
    assert stored is not None
    assert (stored.answer["numerator"], stored.note) == ("35", "Có biên bản")


def test_a_bad_figure_is_refused_with_everything_that_was_typed(place: Place) -> None:
    status, page = place.post(place.small.focal, numerator="ba lăm", denominator="50", note="Có biên bản")
    assert status == 422
    assert 'value="ba lăm"' in page
    assert "Có biên bản" in page
    assert place.stored() is None


def test_an_old_form_meets_the_newer_version(place: Place) -> None:
    typed = {"numerator": "35", "denominator": "50", "note": "Một"}
    assert place.post(place.small.focal, **typed)[0] == 302
    status, page = place.post(place.small.head, **typed | {"note": "Hai"}, expected_version="0")
    assert status == 409
    assert "Một" in page
    assert "Hai" in page
    stored = place.stored()
    assert stored is not None
    assert stored.note == "Một"


def test_a_stranger_and_an_unknown_leaf_find_nothing(place: Place) -> None:
    stranger = factories.actor_as(Role.FOCAL_OFFICER, factories.organisation("Báo tỉnh", assessed=False))
    typed = {"numerator": "35", "denominator": "50", "note": "Một"}
    assert place.post(stranger, **typed)[0] == 404
    assert place.post(place.small.focal, code="9.9.9", **typed)[0] == 404
    assert place.stored() is None
