"""What of findings is handed to the reminders: each thing once, with whoever owes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from openpar.base.accounts.models import Role
from openpar.base.accounts.queries import actor_of
from openpar.base.notifications.models import Message
from openpar.base.notifications.rules import settings_in_force
from openpar.base.organisations.roles import Actor
from openpar.reform.findings.actions.adding import add_finding, add_findings
from openpar.reform.findings.actions.closing import close_finding
from openpar.reform.findings.actions.conferences import OwedConference, PublishedRound, owe_conferences
from openpar.reform.findings.actions.remedying import plan_remedy, report_remedy
from openpar.reform.findings.models import Finding, FoundBy
from openpar.reform.findings.permissions import may_judge
from openpar.reform.findings.reminding import CONFERENCE, PLAN, REMEDY, TO_CLOSE, due_things
from tests import factories
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


# Who judges hears of it


def told_of(actor: Actor, finding: Finding) -> int:
    return Message.objects.filter(recipient=actor.id, link=f"/findings/{finding.pk}/").count()


def test_the_head_of_an_agency_hears_of_what_it_found_in_its_own_units(owing_people: Province) -> None:
    place = owing_people
    division_head = factories.actor_as(Role.AGENCY_HEAD, place.training, "Trưởng phòng")
    # Focal officer of the agency, and of the division too: may not judge what belongs to it.
    both = factories.person_as(Role.AGENCY_HEAD, place.health)
    factories.give(both, Role.DIVISION_OFFICER, place.training)
    line = found.new_line(place, organisation_id=place.training.pk, finder_id=place.health.pk)
    finding = add_finding(line=line, by=place.focal, at=FOUND)
    plan_remedy(finding_id=finding.pk, plan=found.REMEDY, by=division_head, at=found.PLANNED)
    before = told_of(place.head, finding)
    report_remedy(
        finding_id=finding.pk,
        text="Đã làm",
        document_ids=[found.proof(place, place.training)],
        by=division_head,
        at=found.REPORTED,
    )
    assert told_of(place.head, finding) == before + 1
    assert not Message.objects.filter(recipient=both.pk, text__contains="báo cáo đã khắc phục").exists()
    (closing,) = [thing for thing in due_things(TODAY) if thing.kind == TO_CLOSE]
    assert closing.responsible == (place.head.id,)
    close_finding(finding_id=finding.pk, by=place.head, at=found.CLOSED)


def test_where_finder_and_unit_are_one_the_leaders_hear_of_it(owing_people: Province) -> None:
    place = owing_people
    finding = add_findings(
        lines=[found.new_line(place, organisation_id=place.home_affairs.pk)], by=place.manager, at=FOUND
    )[0]
    plan_remedy(finding_id=finding.pk, plan=found.REMEDY, by=remedying(place), at=found.PLANNED)
    report_remedy(
        finding_id=finding.pk,
        text="Đã làm",
        document_ids=[found.proof(place, place.home_affairs)],
        by=remedying(place),
        at=found.REPORTED,
    )
    assert told_of(place.leader, finding) == 1
    (closing,) = [thing for thing in due_things(TODAY) if thing.kind == TO_CLOSE]
    assert closing.responsible == (place.leader.id,)
    close_finding(finding_id=finding.pk, by=place.leader, at=found.CLOSED)


def remedying(place: Province) -> Actor:
    """The focal officer of Sở Nội vụ."""
    return factories.actor_as(Role.FOCAL_OFFICER, place.home_affairs, "Đầu mối Sở Nội vụ")


def test_whoever_is_named_to_judge_may_judge(owing_people: Province) -> None:
    """The people of the reminders and the rule of the action are one and the same."""
    place = owing_people
    controller = factories.actor_as(Role.PROCEDURE_CONTROLLER, place.home_affairs, "Kiểm soát")
    finding = found.reported(place)
    (closing,) = [thing for thing in due_things(TODAY) if thing.kind == TO_CLOSE]
    assert controller.id in closing.responsible
    for user in closing.responsible:
        assert may_judge(actor_of(user, at=found.CLOSED), finding)
