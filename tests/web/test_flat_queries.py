"""A page costs the same number of queries whether the database holds four assessments or five thousand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from openpar.base.accounts.models import User
from openpar.base.accounts.queries import Actor
from openpar.base.organisations.models import Organisation, OrganisationVersion
from openpar.common.triggers import without_triggers
from openpar.parindex.assessments.models import Assessment, Round, RoundBlock, RoundStage
from tests.parindex import rounds
from tests.parindex.rounds import SmallRound

pytestmark = pytest.mark.django_db
MANY = 5000


def browser(person: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=person.person_id))
    return client


def counted(ask: Callable[[], int], *, status: int = 200) -> int:
    """The queries of one request, BEGIN and COMMIT among them, once everything that is kept is warm."""
    assert ask() == status
    with CaptureQueriesContext(connection) as found:
        assert ask() == status
    return len(found)


def crowd(pattern: RoundBlock) -> None:
    """Five thousand more assessments in another round; rows only, because the reading is counted."""
    other = Round.objects.create(
        title="Kỳ khác",
        year=2020,
        assessed_from=pattern.round.assessed_from,
        assessed_until=pattern.round.assessed_until,
        manager_id=pattern.round.manager_id,
        stage=RoundStage.SELF_SCORING,
    )
    block = RoundBlock.objects.create(round=other, block=pattern.block, criteria_set=pattern.criteria_set)
    Organisation.objects.bulk_create(Organisation(key=f"dong-{number}") for number in range(MANY))
    made = list(Organisation.objects.filter(key__startswith="dong-"))
    OrganisationVersion.objects.bulk_create(
        OrganisationVersion(
            organisation=organisation,
            kind="COMMUNE",
            name=organisation.key,
            name_sort=organisation.key,
            name_folded=organisation.key,
            valid_from=pattern.round.assessed_from,
        )
        for organisation in made
    )
    versions = OrganisationVersion.objects.filter(organisation__in=[row.pk for row in made[:1]])
    unit = versions.get()
    Assessment.objects.bulk_create(
        Assessment(round_block=block, organisation=organisation, unit=unit) for organisation in made
    )


def test_saving_the_sheet_and_the_ranking_cost_the_same_with_four_and_with_five_thousand(
    published: SmallRound,
) -> None:
    small = rounds.opened_round()
    rounds.score_unit(small, small.health)
    focal, manager = browser(small.focal), browser(small.manager)
    sheet = f"/assessments/{small.sheet().pk}/"
    version = small.sheet().scores.get(criterion__code="1.1.2", layer="SELF").version

    def save() -> int:
        nonlocal version
        data = {
            "numerator": "40",
            "denominator": "50",
            "note": "Đã rà soát",
            "expected_version": str(version),
        }
        version += 1
        return focal.post(f"{sheet}1.1.2/", data, headers={"HX-Request": "true"}).status_code

    def all_counts() -> dict[str, int]:
        with time_machine.travel(rounds.DURING_SELF + timedelta(hours=1), tick=True):
            return {
                "save": counted(save),
                "sheet": counted(lambda: focal.get(f"{sheet}1.1.2/").status_code),
                "ranking": counted(lambda: manager.get(f"/results/{published.round.pk}/").status_code),
                "control room": counted(lambda: manager.get(f"/rounds/{small.round.pk}/").status_code),
            }

    few = all_counts()
    with without_triggers():
        crowd(small.round_block)
    assert Assessment.objects.count() > MANY
    assert all_counts() == few
    assert few["save"] <= 12
    assert few["sheet"] <= 15
    assert few["ranking"] <= 10
