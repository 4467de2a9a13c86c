"""Days at the bounds, and what may not be had twice: extensions, reports, conferences, findings of lapses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

import pytest

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry
from openpar.base.notifications.models import Message
from openpar.common.formats import VIETNAM
from openpar.reform.findings.actions.adding import add_finding, add_findings, classify_finding, leaf_of
from openpar.reform.findings.actions.closing import close_finding, send_back
from openpar.reform.findings.actions.conferences import (
    Held,
    OwedConference,
    PublishedRound,
    add_order,
    hold_conference,
    owe_conferences,
    report_missing_conferences,
)
from openpar.reform.findings.actions.extending import ask_extension, decide_extension
from openpar.reform.findings.actions.remedying import plan_remedy, report_remedy
from openpar.reform.findings.errors import FindingRefused, StaleFinding
from openpar.reform.findings.lateness import is_overdue, overdue_on, was_remedied_in_time
from openpar.reform.findings.limits import conference_due, plan_due
from openpar.reform.findings.models import Conference, Extension, Finding, FindingState, FoundBy
from openpar.reform.findings.queries.counting import LeafAsked, about_leaves_of, remedied_on_time
from openpar.reform.findings.reminding import due_things
from tests import factories
from tests.reform.findings import found
from tests.reform.findings.found import CLOSED, DEADLINE, FOUND, LEAF, PLANNED, REPORTED, Province
from tests.worlds import world

pytestmark = pytest.mark.django_db
ONE_DAY = timedelta(days=1)
PUBLISHED = date(2026, 3, 2)


@world
def finding_days() -> Province:
    return found.province()


def moment(day: date) -> datetime:
    """Nine in the morning of a day."""
    return datetime(day.year, day.month, day.day, 9, 0, tzinfo=VIETNAM)


def refusal(act: Callable[[], object]) -> list[str]:
    with pytest.raises(FindingRefused) as refused:
        act()
    return factories.codes_of(refused.value)


# More time


def asked(place: Province, finding: Finding, until: date, on: date) -> Extension:
    return ask_extension(
        finding_id=finding.pk, wanted_until=until, reason="Đang sáp nhập", by=place.focal, at=moment(on)
    )


def test_more_time_is_time_after_the_deadline_and_not_over_yet(finding_days: Province) -> None:
    place = finding_days
    finding = found.planned(place)
    assert refusal(partial(asked, place, finding, DEADLINE, DEADLINE - ONE_DAY)) == ["not-later"]
    late = DEADLINE + 20 * ONE_DAY
    assert refusal(partial(asked, place, finding, late - ONE_DAY, late)) == ["deadline-past"]
    assert asked(place, finding, late, late).wanted_until == late


def test_one_request_at_a_time_while_the_unit_works_on_it(finding_days: Province) -> None:
    place, until = finding_days, DEADLINE + 20 * ONE_DAY
    finding = found.planned(place)
    asked(place, finding, until, DEADLINE)
    assert refusal(partial(asked, place, finding, until, DEADLINE)) == ["asked-already"]
    for other in (found.opened(place), found.reported(place), found.closed(place)):
        assert refusal(partial(asked, place, other, until, DEADLINE)) == ["other-state"]


def test_who_asked_for_time_does_not_give_it(finding_days: Province) -> None:
    place = finding_days
    finding = found.planned(place)
    extension = asked(place, finding, DEADLINE + ONE_DAY, DEADLINE)
    moved = replace(place.focal, held=place.manager.held)
    for is_granted in (True, False):
        decide = partial(
            decide_extension,
            extension_id=extension.pk,
            is_granted=is_granted,
            reason="Đã đủ thời gian",
            by=moved,
            at=CLOSED,
        )
        assert refusal(decide) == ["own-request"]


def test_a_later_day_that_the_finder_set_meanwhile_is_never_taken_back(finding_days: Province) -> None:
    place = finding_days
    finding = found.planned(place)
    extension = asked(place, finding, DEADLINE + 15 * ONE_DAY, REPORTED.date())
    report_remedy(
        finding_id=finding.pk, text="Xong", document_ids=[found.proof(place)], by=place.focal, at=REPORTED
    )
    later = DEADLINE + 60 * ONE_DAY
    send_back(finding_id=finding.pk, reason="Thiếu biên bản", deadline=later, by=place.manager, at=CLOSED)
    decide = partial(decide_extension, extension_id=extension.pk, by=place.manager, at=CLOSED)
    assert refusal(partial(decide, is_granted=True)) == ["not-later"]
    decide(is_granted=False, reason="Đã có hạn muộn hơn")
    assert Finding.objects.get(pk=finding.pk).deadline == later
    entry = Entry.objects.get(verb="finding.extension_decided")
    assert entry.before == {"deadline": later.isoformat()}


def test_nothing_is_closed_while_a_request_for_time_is_open(finding_days: Province) -> None:
    place = finding_days
    finding = found.planned(place)
    extension = asked(place, finding, DEADLINE + ONE_DAY, REPORTED.date())
    report_remedy(
        finding_id=finding.pk, text="Xong", document_ids=[found.proof(place)], by=place.focal, at=REPORTED
    )
    close = partial(close_finding, finding_id=finding.pk, by=place.manager, at=CLOSED)
    assert refusal(close) == ["open-extension"]
    decide_extension(
        extension_id=extension.pk, is_granted=False, reason="Đã báo cáo", by=place.manager, at=CLOSED
    )
    assert close().state == FindingState.CLOSED


# Days of plans, reports and decisions


def test_a_remedy_is_planned_from_today_to_the_deadline(finding_days: Province) -> None:
    place, today = finding_days, PLANNED.date()
    finding = found.opened(place)

    def plan(until: date) -> Finding:
        wanted = replace(found.REMEDY, deadline=until)
        return plan_remedy(finding_id=finding.pk, plan=wanted, by=place.focal, at=PLANNED)

    assert refusal(partial(plan, today - ONE_DAY)) == ["deadline-past"]
    assert refusal(partial(plan, DEADLINE + ONE_DAY)) == ["later-than-deadline"]
    assert plan(DEADLINE).deadline == DEADLINE
    assert plan(today).deadline == today


def test_what_is_sent_back_gets_a_day_from_today_on(finding_days: Province) -> None:
    place, today = finding_days, CLOSED.date()
    back = partial(send_back, reason="Thiếu", by=place.manager, at=CLOSED)
    finding = found.reported(place)
    assert refusal(partial(back, finding_id=finding.pk, deadline=today - ONE_DAY)) == ["deadline-past"]
    assert back(finding_id=finding.pk, deadline=today).deadline == today


def test_the_second_report_is_the_one_that_counts(finding_days: Province) -> None:
    place = finding_days
    finding = found.sent_back(place)
    again = DEADLINE + ONE_DAY
    report = partial(report_remedy, finding_id=finding.pk, text="Bổ sung", by=place.focal)
    done = report(document_ids=[found.proof(place)], at=moment(again))
    assert (done.reported_on, was_remedied_in_time(done)) == (again, False)


@pytest.mark.parametrize(("days_late", "in_time"), [(0, 1), (1, 0)])
def test_the_day_of_the_deadline_is_in_time_and_the_next_is_late(
    finding_days: Province, days_late: int, in_time: int
) -> None:
    place = finding_days
    finding = found.closed(place, at=moment(DEADLINE + days_late * ONE_DAY))
    assert was_remedied_in_time(finding) is bool(in_time)
    counted = remedied_on_time([place.health.pk], DEADLINE, DEADLINE)[place.health.pk]
    assert (counted.numerator, counted.denominator, counted.due_ids) == (in_time, 1, (finding.pk,))


def test_what_falls_due_counts_on_both_ends_of_a_period_and_nowhere_else(finding_days: Province) -> None:
    place = finding_days
    found.reported(place)
    unit = place.health.pk
    periods = {
        "from the day on": (DEADLINE, DEADLINE + 30 * ONE_DAY),
        "until the day": (DEADLINE - 30 * ONE_DAY, DEADLINE),
        "before": (DEADLINE - 30 * ONE_DAY, DEADLINE - ONE_DAY),
        "after": (DEADLINE + ONE_DAY, DEADLINE + 30 * ONE_DAY),
    }
    counted = {name: remedied_on_time([unit], *days)[unit] for name, days in periods.items()}
    # Reported in time, but nobody has accepted it yet: in the denominator alone.
    assert {name: (one.numerator, one.denominator) for name, one in counted.items()} == {
        "from the day on": (0, 1),
        "until the day": (0, 1),
        "before": (0, 0),
        "after": (0, 0),
    }


def test_overdue_means_the_same_to_the_program_and_to_the_database(finding_days: Province) -> None:
    place = finding_days
    rows = [found.planned(place), found.reported(place), found.sent_back(place), found.closed(place)]
    for day in (DEADLINE, DEADLINE + ONE_DAY):
        told = set(Finding.objects.filter(overdue_on(day)).values_list("pk", flat=True))
        assert told == {row.pk for row in rows if is_overdue(row, day)}
        assert told == (set() if day == DEADLINE else {rows[0].pk, rows[2].pk})


def test_a_shortcoming_is_found_today_or_before(finding_days: Province) -> None:
    place = finding_days
    add = partial(add_finding, by=place.manager, at=FOUND)
    tomorrow = found.new_line(place, found_on=FOUND.date() + ONE_DAY)
    assert refusal(partial(add, line=tomorrow)) == ["future"]
    assert add(line=found.new_line(place, found_on=FOUND.date())).found_on == FOUND.date()


def test_what_was_found_in_spring_about_last_year_is_of_last_year(finding_days: Province) -> None:
    finding = found.opened(finding_days, period_until=date(2025, 12, 14), found_on=FOUND.date())
    assert finding.year == 2025
    later = found.opened(finding_days, period_until=date(2025, 12, 15), found_on=FOUND.date())
    assert later.year == 2026


# Steps that leave traces, and messages


def test_a_closed_finding_keeps_its_code_and_a_stale_sight_changes_none(finding_days: Province) -> None:
    place = finding_days
    done = found.closed(place)
    classify = partial(classify_finding, code="F0-05", leaf=leaf_of(done), by=place.manager, at=CLOSED)
    assert refusal(partial(classify, finding_id=done.pk, expected_version=done.version)) == ["other-state"]
    other = found.planned(place)
    with pytest.raises(StaleFinding):
        classify(finding_id=other.pk, expected_version=other.version - 1)


def test_the_unit_hears_once_of_every_step_of_the_finder(finding_days: Province) -> None:
    place = finding_days
    finding = found.closed(place)
    told = Message.objects.filter(recipient=place.focal.id, link=f"/findings/{finding.pk}/")
    # Found, and closed: what the unit does itself it need not be told.
    assert told.count() == 2
    finder = Message.objects.filter(recipient=place.manager.id, link=f"/findings/{finding.pk}/")
    assert finder.count() == 1


def test_who_enters_what_the_own_unit_found_is_not_told_of_it(finding_days: Province) -> None:
    place = finding_days
    finding = add_finding(line=found.from_inside(place), by=place.focal, at=FOUND)
    told = Message.objects.filter(link=f"/findings/{finding.pk}/").values_list("recipient_id", flat=True)
    assert list(told) == [place.head.id]


def test_the_finder_closes_on_documents_of_its_own_beside_those_of_the_report(
    finding_days: Province,
) -> None:
    place = finding_days
    finding = found.reported(place)
    close = partial(close_finding, finding_id=finding.pk, by=place.manager, at=CLOSED)
    for owner in (place.health, place.justice):
        assert refusal(partial(close, document_ids=[found.proof(place, owner)])) == ["no-document"]
    closed = close(document_ids=[found.proof(place, place.home_affairs)])
    assert closed.steps.get(kind="CLOSED").evidence.count() == 1


# What an appraiser sees beside a criterion


def test_an_appraisal_does_not_hold_against_a_unit_what_it_found_itself(finding_days: Province) -> None:
    place = finding_days
    line = found.new_line(place, found_by=FoundBy.APPRAISAL, leaf=replace(LEAF, year=2025))
    add_findings(lines=[line], by=place.manager, at=FOUND)
    leaf = LeafAsked("2.1", LEAF.text, LEAF.key)
    shown = {
        year: len(about_leaves_of(place.health.pk, [leaf], year=year, today=FOUND.date()).get("2.1", ()))
        for year in (2025, 2026)
    }
    assert shown == {2025: 0, 2026: 1}


def test_what_was_remedied_in_time_is_shown_as_that(finding_days: Province) -> None:
    place = finding_days
    in_time = found.closed(place)
    late = found.closed(place, at=moment(DEADLINE + ONE_DAY))
    leaf = LeafAsked("2.1", LEAF.text, LEAF.key)
    shown = about_leaves_of(place.health.pk, [leaf], year=2026, today=DEADLINE + 9 * ONE_DAY)["2.1"]
    assert [(one.id, one.is_late) for one in shown] == [(in_time.pk, False), (late.pk, True)]


# Conferences


def owed(place: Province) -> Conference:
    """The conference that Sở Y tế owes since the publication by Sở Nội vụ."""
    published = PublishedRound(7, "Chỉ số CCHC năm 2025", 2025, PUBLISHED, place.home_affairs.pk)
    version = place.health.versions.get()
    owe_conferences(round=published, owed=[OwedConference(place.health.pk, version.pk)])
    return Conference.objects.get()


def held(place: Province, on: date, *, minutes: int | None = None) -> Held:
    return Held(on, "Lãnh đạo, trưởng phòng", "Rút kinh nghiệm", minutes or found.proof(place))


def test_a_conference_is_held_between_the_publication_and_today_and_recorded_once(
    finding_days: Province,
) -> None:
    place = finding_days
    conference = owed(place)
    today = PUBLISHED + 10 * ONE_DAY
    record = partial(hold_conference, conference_id=conference.pk, by=place.focal, at=moment(today))
    assert refusal(partial(record, held=held(place, PUBLISHED - ONE_DAY))) == ["before-publication"]
    assert refusal(partial(record, held=held(place, today + ONE_DAY))) == ["future"]
    foreign = held(place, today, minutes=found.proof(place, place.justice))
    assert refusal(partial(record, held=foreign)) == ["no-minutes"]
    assert refusal(partial(record, held=held(place, today), by=place.stranger)) == ["not-allowed"]
    with pytest.raises(StaleFinding):
        record(held=held(place, today), expected_version=conference.version + 1)
    assert record(held=held(place, today)).held_on == today
    assert refusal(partial(record, held=held(place, today))) == ["held-already"]
    assert Entry.objects.filter(verb="conference.held").count() == 1


def test_a_conference_may_be_held_on_the_day_of_the_publication(finding_days: Province) -> None:
    place = finding_days
    conference = owed(place)
    done = hold_conference(
        conference_id=conference.pk, held=held(place, PUBLISHED), by=place.focal, at=moment(PUBLISHED)
    )
    assert done.held_on == PUBLISHED


def test_a_conference_orders_only_after_it_was_held(finding_days: Province) -> None:
    place = finding_days
    conference = owed(place)
    order = partial(add_order, conference_id=conference.pk, field="F0", text="Phân công", by=place.focal)
    at = moment(PUBLISHED + ONE_DAY)
    assert refusal(partial(order, deadline=DEADLINE, at=at)) == ["not-held"]
    hold_conference(
        conference_id=conference.pk, held=held(place, PUBLISHED), by=place.focal, at=moment(PUBLISHED)
    )
    assert refusal(partial(order, deadline=PUBLISHED - ONE_DAY, at=at)) == ["deadline-before"]
    assert order(deadline=PUBLISHED, at=at).deadline == PUBLISHED


def test_a_missing_conference_is_a_finding_from_the_day_after_its_last_and_once(
    finding_days: Province,
) -> None:
    place = finding_days
    conference = owed(place)
    assert conference.due_on == conference_due(PUBLISHED)
    report = partial(report_missing_conferences, by=place.manager)
    assert report(at=moment(conference.due_on)) == []
    (finding,) = report(at=moment(conference.due_on + ONE_DAY))
    assert (finding.organisation_id, finding.finder_id) == (place.health.pk, place.home_affairs.pk)
    assert report(at=moment(conference.due_on + 2 * ONE_DAY)) == []


def test_missing_conferences_are_told_by_the_manager_of_the_round_and_not_by_people_of_the_unit(
    finding_days: Province,
) -> None:
    place = finding_days
    conference = owed(place)
    at = moment(conference.due_on + ONE_DAY)
    elsewhere = factories.actor_as(Role.ROUND_MANAGER, place.justice)
    both = factories.person_as(Role.ROUND_MANAGER, place.home_affairs)
    factories.give(both, Role.DIVISION_OFFICER, place.health)
    for by in (elsewhere, factories.actor(both)):
        assert report_missing_conferences(by=by, at=at) == []
    for by in (place.head, place.leader):
        assert refusal(partial(report_missing_conferences, by=by, at=at)) == ["not-allowed"]
    assert len(report_missing_conferences(by=place.manager, at=at)) == 1


# Reminders


def test_what_an_appraisal_found_is_one_thing_and_everything_else_apart(finding_days: Province) -> None:
    place = finding_days
    line = found.new_line(place, found_by=FoundBy.APPRAISAL, source_text="Chỉ số CCHC năm 2025")
    add_findings(lines=[line, replace(line, code="F0-02", text="Khác")], by=place.manager, at=FOUND)
    single = found.opened(place)
    things = sorted(
        (one.kind, one.object, one.due_on)
        for one in due_things(FOUND.date())
        if one.kind != "finding.conference"
    )
    together, apart = f"findings:{place.health.pk}:2025", f"finding:{single.pk}"
    plans = plan_due(FOUND.date())
    assert things == sorted(
        [
            ("finding.plan", together, plans),
            ("finding.remedy", together, DEADLINE),
            ("finding.plan", apart, plans),
            ("finding.remedy", apart, DEADLINE),
        ]
    )


def test_what_was_reported_waits_for_the_finder_and_for_nobody_else(finding_days: Province) -> None:
    place = finding_days
    finding = found.reported(place)
    [thing] = [one for one in due_things(CLOSED.date()) if one.object == f"finding:{finding.pk}"]
    assert (thing.kind, thing.due_on) == ("finding.to_close", REPORTED.date())
    assert set(thing.responsible) == {place.manager.id, place.second_manager.id}
