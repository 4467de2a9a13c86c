"""The reform year under way: the province's plan, and the fifty tasks of one agency, thirty of them done."""

from __future__ import annotations

from datetime import date, timedelta

from openpar.demo.calendar import moment, running
from openpar.demo.offices import Office, office
from openpar.demo.people import HEALTH, HOME_AFFAIRS, JUSTICE
from openpar.demo.reform_plans import agency_plan, begun, done, owed_by, province_plan
from openpar.demo.reform_registers import registers
from openpar.demo.reform_reports import reports
from openpar.demo.reform_targets import reached
from openpar.demo.reform_tasks import own_line
from openpar.demo.rounds import Places, Say
from openpar.engine.periods import Calendar, PeriodKind, period
from openpar.reform.plans.actions.meetings import (
    NewMeeting,
    Participant,
    add_outcome,
    conclude_meeting,
    order_task,
    record_meeting,
)
from openpar.reform.plans.lines import Deadline
from openpar.reform.plans.models import Meeting, MeetingOutcome, Plan

TASKS, DONE, BEGUN, OVERDUE, WAITING = 50, 30, 6, 4, 2
# Which of the thirty were late.
LATE = (7, 19)
# Who has entered the registers, beside the agency of the fifty tasks.
REGISTERED = (JUSTICE, "68-so-cong-thuong", "68-so-giao-duc-dao-tao")
_MONTH = timedelta(days=30)


def build(places: Places, today: date, say: Say) -> None:
    """What has happened in the running reform year until the round of the index asks about it."""
    year = period(Calendar.REFORM, PeriodKind.YEAR, running(today).year, 1)
    issued = year.from_on + timedelta(days=7)
    until = running(today).self_scoring - timedelta(days=1)
    if until <= issued + _MONTH:
        # In the first weeks of a reform year there is nothing to tell of it yet.
        return
    home = places.people.organisation(HOME_AFFAIRS)
    province = province_plan(places, year=year.year, home_id=home, on=issued, with_communes=True)
    health = office(places.people, HEALTH, issued)
    begins = issued + timedelta(days=10)
    days = _spread(begins + timedelta(days=10), until, DONE)
    ahead = max(today, begins) + timedelta(days=5)
    deadlines = [
        *(day + timedelta(days=-4 if place in LATE else 6) for place, day in enumerate(days)),
        *(until - timedelta(days=5 * (place + 1)) for place in range(OVERDUE)),
        *_spread(ahead, max(year.legal_until_on, ahead + _MONTH), TASKS - DONE - OVERDUE),
    ]
    plan = agency_plan(health, year=year.year, on=begins, deadlines=deadlines)
    _worked(plan, health, days, until)
    for assignment in owed_by(province, health.id)[:2]:
        done(assignment, health, confirmed_by=places.manager, on=begins + _MONTH, words="Đã hoàn thành")
    reached(province, (health,), places, half=begins + _MONTH, later=until)
    _meeting(health, plan, until - timedelta(days=20), ahead + _MONTH)
    reports(places, health, year.year, until=until)
    offices = [health, *(office(places.people, key, issued) for key in REGISTERED)]
    registers(offices, year.year, begun=begins, until=max(until, today - timedelta(days=1)))
    say(f"đã giao kế hoạch năm {year.year}: Sở Y tế hoàn thành {DONE}/{TASKS} nhiệm vụ")


def _spread(first: date, last: date, count: int) -> list[date]:
    """So many days from the first to the last."""
    whole = (last - first).days
    return [first + timedelta(days=whole * place // max(count - 1, 1)) for place in range(count)]


def _worked(plan: Plan, health: Office, days: list[date], until: date) -> None:
    owed = owed_by(plan, health.id)
    for assignment, on in zip(owed, days, strict=False):
        done(assignment, health, confirmed_by=health.head, on=on, words="Đã hoàn thành nhiệm vụ")
    still_open = owed[DONE + OVERDUE :]
    for assignment in still_open[:BEGUN]:
        begun(assignment, health, on=until - timedelta(days=10))
    for assignment in still_open[BEGUN : BEGUN + WAITING]:
        done(assignment, health, confirmed_by=None, on=until - timedelta(days=2), words="Đề nghị xác nhận")


def _meeting(health: Office, plan: Plan, on: date, due: date) -> None:
    """A management meeting: one order becomes a task of the plan, beside the fifty."""
    meeting = record_meeting(
        by=health.officer,
        at=moment(on),
        meeting=NewMeeting(
            organisation_id=health.id,
            kind=Meeting.Kind.MANAGEMENT,
            title="Giao ban công tác cải cách hành chính",
            held_on=on,
            chair="Giám đốc Sở Y tế",
            place="Phòng họp số 1",
            summary="Rà soát nhiệm vụ của kế hoạch năm.",
            participants=(Participant(health.id, "Trưởng các phòng"),),
        ),
    )
    said = (
        (MeetingOutcome.Kind.PRAISE, "Phòng Nghiệp vụ Y hoàn thành sớm ba nhiệm vụ"),
        (MeetingOutcome.Kind.REMINDER, "Bốn nhiệm vụ quá hạn phải có văn bản giải trình"),
        (MeetingOutcome.Kind.ORDER, "Lập danh sách thủ tục còn thu phí bằng tiền mặt"),
    )
    for kind, text in said:
        meeting.refresh_from_db()
        outcome = add_outcome(
            by=health.officer,
            at=moment(on),
            meeting_id=meeting.pk,
            expected_version=meeting.version,
            kind=kind,
            text=text,
            organisation_id=health.id,
        )
    order_task(
        by=health.head,
        at=moment(on),
        outcome_id=outcome.pk,
        plan_id=plan.pk,
        line=own_line("F2", said[-1][1], "Danh sách", Deadline.by(due), health.id),
    )
    meeting.refresh_from_db()
    conclude_meeting(by=health.head, at=moment(on), meeting_id=meeting.pk, expected_version=meeting.version)
