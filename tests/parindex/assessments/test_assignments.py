"""Who scores and who appraises what stays as it was once a round is published."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from openpar.base.accounts.models import Role
from openpar.parindex.assessments.actions.rounds import assign_appraiser, unassign_appraiser
from openpar.parindex.assessments.actions.self_scoring import assign_leaves
from openpar.parindex.assessments.errors import NotNow
from openpar.parindex.assessments.models import AppraiserAssignment, LeafAssignment
from tests import factories
from tests.parindex import rounds
from tests.parindex.assessments.test_corrections import refused_by
from tests.parindex.rounds import DECISION

pytestmark = pytest.mark.django_db


def test_assignments_of_a_published_round_stay(published: rounds.SmallRound) -> None:
    officer = factories.actor_as(Role.DIVISION_OFFICER, published.health, "Chuyên viên")
    leaves, fields = LeafAssignment.objects.all(), AppraiserAssignment.objects.all()
    before = (list(leaves.values()), list(fields.values()))
    attempts: tuple[Callable[[], None], ...] = (
        lambda: assign_leaves(
            assessment_id=published.sheet().pk,
            codes=["1.1.1"],
            officer_id=officer.person_id,
            by=published.focal,
            at=DECISION,
        ),
        lambda: assign_appraiser(
            round_block_id=published.round_block.pk,
            field_codes=["1"],
            appraiser_id=published.appraiser.person_id,
            by=published.manager,
            at=DECISION,
        ),
        lambda: unassign_appraiser(
            round_block_id=published.round_block.pk,
            field_code="1",
            appraiser_id=published.appraiser.person_id,
            by=published.manager,
            at=DECISION,
        ),
    )
    for attempt in attempts:
        with pytest.raises(NotNow) as refused:
            attempt()
        assert refused.value.gaps[0].code == "published"
    assert (list(leaves.values()), list(fields.values())) == before


def test_the_database_keeps_the_assignments_of_a_published_round(published: rounds.SmallRound) -> None:
    fields = AppraiserAssignment.objects.filter(round_block=published.round_block)
    assert refused_by(lambda: fields.filter(field_code="1").delete()) == "appraiserassignment_delete"
    assert refused_by(lambda: fields.update(field_code="9")) == "appraiserassignment_update"
    leaf = published.criteria_set.criteria.get(code="1.1.1")
    handed = LeafAssignment(
        assessment=published.sheet(), criterion=leaf, officer_id=published.focal.person_id
    )
    assert refused_by(handed.save) == "leafassignment_insert"
