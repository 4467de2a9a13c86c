"""What of findings is handed to the reminders: each thing once, with whoever owes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from openpar.base.notifications.rules import settings_in_force
from openpar.reform.findings.actions.adding import add_findings
from openpar.reform.findings.actions.conferences import OwedConference, PublishedRound, owe_conferences
from openpar.reform.findings.models import FoundBy
from openpar.reform.findings.reminding import CONFERENCE, PLAN, REMEDY, TO_CLOSE, due_things
from tests.reform.findings import found
from tests.reform.findings.found import DEADLINE, FOUND, Province
from tests.worlds import world

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 25)


@world
def owing_people() -> Province:
    return found.province()


def test_a_remedy_is_due_from_the_unit_and_its_confirmation_from_the_finder(owing_people: Province) -> None:
    place = owing_people
    planned, reported = found.planned(place), found.reported(place)
    found.closed(place)
    things = {(thing.kind, thing.object): thing for thing in due_things(TODAY)}
    assert set(things) == {(REMEDY, f"finding:{planned.pk}"), (TO_CLOSE, f"finding:{reported.pk}")}
    remedy = things[REMEDY, f"finding:{planned.pk}"]
    assert (remedy.due_on, remedy.link) == (DEADLINE, f"/findings/{planned.pk}/")
    assert place.focal.id in remedy.responsible
    assert place.head.id in remedy.heads
    closing = things[TO_CLOSE, f"finding:{reported.pk}"]
    assert set(closing.responsible) >= {place.manager.id, place.second_manager.id}
    assert closing.due_on == found.REPORTED.date()


def test_what_a_publication_found_in_a_unit_is_one_thing_however_many_lines(owing_people: Province) -> None:
    place = owing_people
    line = replace(found.new_line(place), found_by=FoundBy.APPRAISAL, source_text="Chỉ số CCHC năm 2025")
    lines = [replace(line, text=f"Mất điểm {number}") for number in range(5)]
    add_findings(lines=lines, by=place.manager, at=FOUND)
    things = list(due_things(TODAY))
    assert [thing.kind for thing in things] == [REMEDY, PLAN]
    assert "5 tồn tại, hạn chế: Chỉ số CCHC năm 2025" in things[0].text
    assert things[1].due_on == FOUND.date() + timedelta(days=15)


def test_a_conference_is_due_until_it_is_held(owing_people: Province) -> None:
    place = owing_people
    published = PublishedRound(5, "Chỉ số CCHC năm 2025", 2025, date(2026, 6, 1), place.home_affairs.pk)
    owe_conferences(round=published, owed=[OwedConference(place.health.pk, place.health.versions.get().pk)])
    (thing,) = due_things(TODAY)
    assert (thing.kind, thing.due_on) == (CONFERENCE, date(2026, 7, 1))
    assert place.manager.id in thing.assigners


@pytest.mark.parametrize("kind", [PLAN, REMEDY, TO_CLOSE, CONFERENCE])
def test_every_kind_has_its_steps_in_the_data(kind: str) -> None:
    assert kind in settings_in_force().rules_on(TODAY)
