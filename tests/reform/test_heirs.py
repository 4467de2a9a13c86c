"""Who carries on for an organisation that ended, and what they may do about what it left open."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from openpar.base.accounts.models import Role
from openpar.base.documents.actions import add_document
from openpar.base.notifications.models import Message
from openpar.base.organisations.actions import NewOrganisation, hand_over, split
from openpar.base.organisations.roles import Actor
from openpar.engine.periods import Calendar, PeriodKind, period
from openpar.reform.findings.actions.closing import close_finding, closing_gaps
from openpar.reform.findings.actions.remedying import report_remedy
from openpar.reform.findings.errors import FindingRefused
from openpar.reform.findings.models import FindingState
from openpar.reform.findings.permissions import may_judge, may_remedy
from openpar.reform.findings.queries.counting import remedied_on_time
from openpar.reform.findings.queries.story import story_of
from openpar.reform.findings.queries.visibility import visible_findings
from openpar.reform.findings.reminding import due_things
from openpar.reform.heirs import Forerunner, forerunners_on, have_become_one, heirs_on, left_on, standing_in
from openpar.reform.monitors.queries.boards import Asked, board
from openpar.reform.monitors.queries.figures import figures_by_agency
from openpar.reform.monitors.registers import REGISTERS
from openpar.reform.monitors.reminding import due_things as due_in_registers
from openpar.reform.plans.actions.claiming import confirm_done, report_done
from openpar.reform.plans.actions.working import note_progress
from openpar.reform.plans.errors import PlansRefused
from openpar.reform.plans.permissions import may_confirm
from openpar.reform.plans.queries.figures import duties_on_time, tasks_completed, tasks_owed
from openpar.reform.plans.queries.lists import assignments_owed_by
from openpar.reform.plans.reminding import due_things as due_plans
from tests import factories
from tests.reform.findings.found import DEADLINE, Province, planned, proof_of, province, reported
from tests.reform.monitors.entries import TODAY, Watched, watched
from tests.reform.plans.year import owed, province_plan
from tests.reform.succession import LATER, MERGED, arrived, document_of, merged
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def succeeded_people() -> Province:
    return province()


@pytest.fixture
def place(succeeded_people: Province) -> Province:
    return succeeded_people


def as_of(actor: Actor, at: datetime = LATER) -> Actor:
    return standing_in(actor, at.date())


# Who carries on


def test_an_heir_carries_on_from_its_day_and_through_every_change(place: Province) -> None:
    first = merged(place.health, place.justice, on=date(2026, 3, 1), name="Sở Một")
    second = merged(first, place.home_affairs, on=date(2026, 5, 1), name="Sở Hai")
    health = place.health.pk
    assert [heirs_on([health], date(2026, month, 1))[health] for month in (2, 3, 5)] == [
        *(health, first.pk, second.pk)
    ]
    assert forerunners_on([first.pk, second.pk], date(2026, 4, 1)) == {
        first.pk: tuple(
            Forerunner(one, date(2026, 3, 1), date(2026, 3, 1)) for one in sorted((health, place.justice.pk))
        )
    }
    known = {one.organisation_id: one for one in forerunners_on([second.pk], date(2026, 5, 1))[second.pk]}
    assert known[health] == Forerunner(health, date(2026, 3, 1), date(2026, 5, 1))
    assert set(known) == {health, place.justice.pk, place.home_affairs.pk, first.pk}
    assert left_on([health, second.pk], date(2026, 5, 1)) == {health: date(2026, 3, 1)}
    assert have_become_one(health, place.home_affairs.pk)


def test_who_takes_a_part_or_comes_out_of_one_that_stays_carries_nothing_on(place: Province) -> None:
    operator = factories.registrar()
    hand_over(
        by=operator,
        at=LATER,
        on=MERGED,
        from_id=place.health.pk,
        to_id=place.justice.pk,
        legal_basis="QĐ 1",
    )
    stays: list[NewOrganisation | int] = [factories.new("Phần mới"), place.health.pk]
    split(by=operator, at=LATER, on=MERGED, organisation_id=place.health.pk, into=stays, legal_basis="QĐ 2")
    assert heirs_on([place.health.pk], LATER.date()) == {place.health.pk: place.health.pk}
    assert forerunners_on([place.justice.pk], LATER.date()) == {}
    assert not have_become_one(place.health.pk, place.justice.pk)


# Findings


def test_the_successor_of_the_finder_judges_and_is_told(place: Province) -> None:
    home = merged(place.home_affairs, place.justice, name="Sở Nội vụ và Tư pháp")
    manager = arrived(Role.ROUND_MANAGER, home, "Quản lý mới")
    finding = reported(place)
    told = Message.objects.filter(recipient=manager.person_id).values_list("text", flat=True)
    assert any("báo cáo đã khắc phục" in text for text in told)
    assert not may_judge(as_of(place.stranger), finding)
    due = {one.kind: one for one in due_things(LATER.date())}
    assert due["finding.to_close"].responsible == (manager.person_id,)
    story = story_of(as_of(manager), finding.pk, LATER.date())
    assert story is not None
    assert (story.finder, story.finder_now, story.unit_now) == ("Sở Nội vụ", "Sở Nội vụ và Tư pháp", "")
    closed = close_finding(finding_id=finding.pk, by=manager, at=LATER)
    assert (closed.state, closed.finder_id) == (FindingState.CLOSED, place.home_affairs.pk)


def test_before_its_day_a_successor_judges_nothing(place: Province) -> None:
    home = merged(place.home_affairs, on=date(2026, 7, 1))
    manager = arrived(Role.ROUND_MANAGER, home, "Quản lý mới")
    finding = reported(place)
    with pytest.raises(FindingRefused):
        close_finding(finding_id=finding.pk, by=manager, at=LATER)
    assert closing_gaps(finding, as_of(place.manager)) == []


def test_the_successor_of_a_unit_remedies_with_documents_of_its_own(place: Province) -> None:
    finding = planned(place)
    unit = merged(place.health, place.justice, name="Sở Y tế và Tư pháp")
    focal = arrived(Role.FOCAL_OFFICER, unit, "Đầu mối mới")
    other = factories.actor_as(Role.FOCAL_OFFICER, place.home_affairs, "Đầu mối khác")
    assert set(visible_findings(as_of(focal))) == {finding}
    assert (may_remedy(as_of(focal), finding), may_remedy(as_of(other), finding)) == (True, False)
    due = {one.kind: one for one in due_things(LATER.date())}
    assert due["finding.remedy"].responsible == (focal.person_id,)
    with pytest.raises(FindingRefused) as refused:
        report_remedy(
            finding_id=finding.pk,
            text="Đã làm",
            document_ids=[proof_of(place.home_affairs)],
            by=focal,
            at=LATER,
        )
    assert [gap.code for gap in refused.value.gaps] == ["no-document"]
    done = report_remedy(
        finding_id=finding.pk, text="Đã làm", document_ids=[document_of(focal, unit)], by=focal, at=LATER
    )
    assert (done.state, done.organisation_id) == (FindingState.REPORTED, place.health.pk)
    story = story_of(as_of(focal), finding.pk, LATER.date())
    assert story is not None
    assert (story.unit_now, story.unit_now_id) == ("Sở Y tế và Tư pháp", unit.pk)


def test_where_finder_and_unit_became_one_the_leaders_judge(place: Province) -> None:
    finding = reported(place)
    one = merged(place.home_affairs, place.health)
    manager = arrived(Role.ROUND_MANAGER, one, "Quản lý mới")
    assert not may_judge(as_of(manager), finding)
    assert may_judge(as_of(place.leader), finding)
    assert close_finding(finding_id=finding.pk, by=place.leader, at=LATER).closed_by_id == place.leader.id


def test_a_leader_judges_nothing_between_two_that_stay_apart(place: Province) -> None:
    assert not may_judge(as_of(place.leader), reported(place))


def test_what_fell_due_counts_for_whoever_carried_it_on_that_day_and_once(place: Province) -> None:
    reported(place)
    heir = merged(place.health, place.justice, on=DEADLINE)
    ids = [place.health.pk, heir.pk]
    counted = remedied_on_time(ids, date(2026, 1, 1), date(2026, 12, 31))
    assert [counted[one].denominator for one in ids] == [0, 1]
    # Before the merger it was still the other's.
    earlier = remedied_on_time(ids, date(2026, 1, 1), DEADLINE - timedelta(days=1))
    assert [earlier[one].denominator for one in ids] == [0, 0]


def test_what_fell_due_before_the_merger_stays_with_the_one_that_ended(place: Province) -> None:
    reported(place)
    heir = merged(place.health, place.justice, on=DEADLINE + timedelta(days=1))
    ids = [place.health.pk, heir.pk]
    counted = remedied_on_time(ids, date(2026, 1, 1), date(2026, 12, 31))
    assert [counted[one].denominator for one in ids] == [1, 0]


# Registers


@world
def inheriting_agency() -> Watched:
    return watched()


@pytest.fixture
def agency(inheriting_agency: Watched) -> Watched:
    return inheriting_agency


def test_an_heir_begins_with_the_lines_of_those_before_it_and_counts_them(agency: Watched) -> None:
    other = factories.organisation("Sở Khoa học", block_code="so")
    officer = factories.actor_as(Role.FOCAL_OFFICER, other, "Đầu mối khác")
    values = agency.said("electronic_documents")
    agency.entered("electronic_documents")
    agency.entered_as(officer, other, "electronic_documents", {**values, "document": None})
    heir = merged(agency.agency, other, on=TODAY, name="Sở Y tế và Khoa học")
    register, asked = REGISTERS["electronic_documents"], Asked(TODAY, 2026, values["quarter"])
    lines = board(register, asked, [heir.pk])
    assert [(line.name, line.origin.name if line.origin else "") for line in lines] == [
        ("Sở Y tế và Khoa học", "Sở Y tế"),
        ("Sở Y tế và Khoa học", "Sở Khoa học"),
    ]
    assert lines[0].origin is not None
    assert lines[0].origin.words == "kế thừa từ Sở Y tế (đến hết ngày 15/06/2026)"
    # On the board of the province they stand under the heir, too, and no more under who ended.
    assert {line.organisation_id for line in board(register, asked) if line.entry} == {heir.pk}
    during = period(Calendar.REFORM, PeriodKind.QUARTER, 2026, values["quarter"])
    found = figures_by_agency([heir.pk], during, "documents.signed", carried_on=TODAY)[heir.pk][0]
    assert found.numerator == 2 * values["outgoing_signed"]
    words = {said.partition("(")[2] for _link, said in found.behind}
    assert "kế thừa từ Sở Y tế (đến hết ngày 15/06/2026))" in words
    # Asked for by the last day of the quarter, when all three were not yet one, nothing is inherited.
    assert figures_by_agency([heir.pk], during, "documents.signed")[heir.pk][0].numerator is None


def test_what_the_heir_says_itself_takes_the_place_of_what_it_inherited(agency: Watched) -> None:
    agency.entered("leadership_posts")
    heir = merged(agency.agency, on=TODAY)
    officer = arrived(Role.FOCAL_OFFICER, heir, "Đầu mối mới")
    register, asked = REGISTERS["leadership_posts"], Asked(TODAY, 2026)
    assert [line.origin is None for line in board(register, asked, [heir.pk])] == [False]
    own = {**agency.said("leadership_posts"), "document": None, "filled": 9}
    agency.entered_as(officer, heir, "leadership_posts", own)
    (line,) = board(register, asked, [heir.pk])
    assert line.origin is None
    assert line.entry is not None
    assert line.entry.organisation_id == heir.pk
    # What it says of another subject stands beside.
    agency.entered_as(officer, heir, "leadership_posts", {**own, "post_kind": "AGENCY"})
    assert len(board(register, asked, [heir.pk])) == 2


def test_what_one_left_open_is_due_from_its_heir_until_they_say_it_themselves(agency: Watched) -> None:
    agency.entered("training", issued_on=None)
    heir = merged(agency.agency, on=TODAY)
    officer = arrived(Role.FOCAL_OFFICER, heir, "Đầu mối mới")
    due = [one for one in due_in_registers(TODAY) if "/training/" in one.link]
    assert [one.responsible for one in due] == [(officer.person_id,)]
    own = {**agency.said("training"), "plan": document_of(officer, heir)}
    agency.entered_as(officer, heir, "training", own)
    assert [one for one in due_in_registers(TODAY) if "/training/" in one.link] == []


# Tasks


def test_the_successor_of_an_agency_finishes_its_tasks_and_they_count_for_it() -> None:
    who = province_plan()
    owes = owed(who, "quarter", who.health)
    duty = owes.duties.get()
    heir = merged(who.health.organisation, name="Sở Y tế mới")
    head = arrived(Role.AGENCY_HEAD, heir, "Giám đốc mới")
    officer = arrived(Role.FOCAL_OFFICER, heir, "Đầu mối mới")
    assert owes in assignments_owed_by(as_of(officer))
    assert owes not in assignments_owed_by(officer)
    due = [one for one in due_plans(LATER.date()) if one.object == f"duty:{duty.pk}"]
    assert [(one.responsible, one.heads) for one in due] == [((officer.person_id,), (head.person_id,))]
    note = note_progress(by=officer, at=LATER, assignment_id=owes.pk, text="Đã rà soát", is_started=True)
    assert note.organisation_id == heir.pk
    with pytest.raises(PlansRefused):
        note_progress(by=who.finance.officer, at=LATER, assignment_id=owes.pk, text="Người ngoài")
    product = add_document(
        by=officer, at=LATER, owner_id=heir.pk, title="Báo cáo", number="9/BC", issued_on=LATER.date()
    )
    duty.refresh_from_db()
    claim = report_done(
        by=head,
        at=LATER,
        duty_id=duty.pk,
        expected_version=duty.version,
        completed_on=LATER.date(),
        document_id=product.pk,
    )
    confirm_done(by=who.manager, at=LATER, claim_id=claim.pk)
    ids, year_end = [who.health.pk, heir.pk], date(2026, 12, 14)
    completed = [tasks_completed([one], 2026, year_end).numerator for one in ids]
    assert completed == [0, 1]
    assert tasks_completed(ids, 2026, year_end).numerator == 1
    on_time = [duties_on_time([one], date(2026, 4, 1), date(2026, 6, 30)).denominator for one in ids]
    assert on_time == [0, 1]
    before = [tasks_owed([one], 2026, date(2026, 5, 31)).tally.assigned for one in ids]
    assert before == [2, 0]


def test_who_carries_on_an_agency_does_not_confirm_what_it_did() -> None:
    who = province_plan()
    heir = merged(who.health.organisation, who.home.organisation, name="Sở Nội vụ và Y tế")
    manager = arrived(Role.ROUND_MANAGER, heir, "Quản lý mới")
    owes = owed(who, "quarter", who.health)
    assert may_confirm(manager, owes)
    assert not may_confirm(as_of(manager), owes)
