"""A lock is a wall: sixteen writers against it, and a planted defect that must be caught."""

from __future__ import annotations

import os

import pytest

from openpar.base.accounts.models import Role
from tests import factories
from tests.parindex.assessments.lock_race import (
    naive_save,
    open_round_with,
    race,
    real_save,
    without_the_second_line,
    writers,
)

RACES = int(os.environ.get("OPENPAR_LOCK_RACES", "100"))


@pytest.mark.django_db(transaction=True)
def test_a_frozen_total_equals_the_stored_scores_and_nothing_is_saved_after_the_lock() -> None:
    small, units = open_round_with(RACES)
    person = factories.person_as(Role.FOCAL_OFFICER, small.health)
    with writers() as people:
        outcomes = [race(small, unit, person.pk, real_save, people) for unit in units]
    assert len(outcomes) == RACES
    assert [outcome for outcome in outcomes if not outcome.holds] == []


@pytest.mark.django_db(transaction=True)
def test_looking_first_and_writing_afterwards_is_caught() -> None:
    small, units = open_round_with(40)
    person = factories.person_as(Role.FOCAL_OFFICER, small.health)
    with without_the_second_line(), writers() as people:
        # Usually the first or second goes wrong; on a busy machine threads may take longer to meet.
        is_caught = any(not race(small, unit, person.pk, naive_save, people).holds for unit in units)
    assert is_caught
