"""Who records what a council decided: at the base the head of the agency, nobody else of it."""

from __future__ import annotations

from datetime import date

import pytest

from openpar.base.accounts.models import Role
from openpar.common.errors import Refused
from openpar.reform.initiatives.actions.moving import Recognised, recognise
from openpar.reform.initiatives.models import Level, State
from tests import factories
from tests.reform.initiatives import stories
from tests.reform.initiatives.stories import AT, Story
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def initiative_sides() -> Story:
    return stories.story()


@pytest.mark.parametrize(
    ("role", "at_home"),
    [
        (Role.FOCAL_OFFICER, True),
        (Role.DIVISION_OFFICER, True),
        (Role.ADMINISTRATOR, True),
        (Role.AGENCY_HEAD, False),
    ],
)
def test_the_council_of_an_agency_speaks_through_its_own_head(
    role: Role, at_home: bool, initiative_sides: Story
) -> None:
    story = initiative_sides
    made = story.proposed()
    decided = Recognised(Level.BASE, "Hội đồng sáng kiến", date(2026, 3, 2), story.document)
    by = factories.actor_as(role, story.agency if at_home else story.home)
    with pytest.raises(Refused) as refused:
        recognise(initiative_id=made.pk, decided=decided, by=by, at=AT)
    assert factories.codes_of(refused.value) == ["not-allowed"]
    recognise(initiative_id=made.pk, decided=decided, by=story.head, at=AT)
    made.refresh_from_db()
    assert made.state == State.RECOGNISED
