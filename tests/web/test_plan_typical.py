"""The page of the catalogue: chosen tasks go into the draft, which says what it has already."""

from __future__ import annotations

import pytest

from openpar.reform.plans.models import TaskLine
from tests.reform.plans.year import Province, draft, province
from tests.web.reading import browser_of, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> Province:
    return province()


def test_tasks_are_chosen_by_field_and_led_by_a_class(who: Province) -> None:
    version = draft(who)
    address = f"/plans/{version.plan_id}/draft/typical/"
    manager = browser_of(who.manager)
    page = text_of(manager, address)
    assert "không phải quy định" in page
    assert page.count('type="checkbox"') == 28
    # Of the province's plan the agencies lead, not a division of it.
    assert 'value="own_divisions"' not in page
    given = {"version": str(version.version), "leads": "departments", "task": ["1", "8"]}
    answer = manager.post(address, given)
    assert (answer.status_code, answer["Location"]) == (302, f"/plans/{version.plan_id}/draft/")
    assert TaskLine.objects.filter(version=version).count() == 2
    after = text_of(manager, address)
    assert after.count('type="checkbox"') == 26
    assert after.count("đã có trong dự thảo") == 2


def test_what_was_ticked_stays_ticked_when_it_is_refused(who: Province) -> None:
    version = draft(who)
    manager = browser_of(who.manager)
    address = f"/plans/{version.plan_id}/draft/typical/"
    answer = manager.post(address, {"version": str(version.version), "leads": "khong-co", "task": ["3"]})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "không có nhóm cơ quan" in page
    assert 'value="3" checked' in page
    stale = manager.post(address, {"version": "0", "leads": "departments", "task": ["3"]})
    assert stale.status_code == 409
    assert not TaskLine.objects.filter(version=version).exists()


def test_nobody_else_finds_the_page(who: Province) -> None:
    version = draft(who)
    for person in (who.leader, who.health.officer):
        assert browser_of(person).get(f"/plans/{version.plan_id}/draft/typical/").status_code == 404
