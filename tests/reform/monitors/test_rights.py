"""Who writes into the registers of an agency: its own people, and nobody else's."""

from __future__ import annotations

import pytest

from openpar.base.accounts.models import Role
from openpar.reform.monitors.actions.entering import save_entry, withdraw_entry
from openpar.reform.monitors.errors import MonitorRefused
from openpar.reform.monitors.models import TrainingPlan
from openpar.reform.monitors.permissions import agencies_seen_by
from tests import factories
from tests.reform.monitors import entries
from tests.reform.monitors.entries import AT, Watched
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def watched_by_others() -> Watched:
    return entries.watched()


@pytest.mark.parametrize("role", [Role.FOCAL_OFFICER, Role.AGENCY_HEAD, Role.ROUND_MANAGER, Role.LEADER])
def test_nobody_of_another_agency_enters_or_takes_out_anything(
    role: Role, watched_by_others: Watched
) -> None:
    watched = watched_by_others
    there = watched.entered("training")
    stranger = factories.actor_as(role, watched.home)
    with pytest.raises(MonitorRefused) as refused:
        save_entry(
            register="training",
            organisation_id=watched.agency.pk,
            values={"year": 2026, "leaders_planned": 1},
            expected_revision=1,
            by=stranger,
            at=AT,
        )
    assert factories.codes_of(refused.value) == ["not-allowed"]
    with pytest.raises(MonitorRefused) as refused:
        withdraw_entry(
            register="training", entry_id=there.pk, expected_revision=1, reason="Bỏ", by=stranger, at=AT
        )
    assert factories.codes_of(refused.value) == ["not-allowed"]
    assert TrainingPlan.objects.get().leaders_planned == 10


def test_a_register_is_seen_by_its_agency_and_by_those_who_oversee(watched_by_others: Watched) -> None:
    watched = watched_by_others
    seen = {
        role: agencies_seen_by(factories.actor_as(role, watched.home))
        for role in (Role.LEADER, Role.AUDITOR, Role.FOCAL_OFFICER, Role.ADMINISTRATOR)
    }
    assert seen == {
        Role.LEADER: None,
        Role.AUDITOR: None,
        Role.FOCAL_OFFICER: {watched.home.pk},
        Role.ADMINISTRATOR: frozenset(),
    }
