"""The reform year after the finished round, lived from its plan to its last report.

What was lost in the published index became findings; the labour department's successor, the departments and
the communes get a plan, which is replaced in mid-year; four agencies are inspected and concluded together;
findings are remedied in time, late, or not at all; one of four reports is late.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from openpar.demo.calendar import FINISHED, moment
from openpar.demo.offices import Office, document, office
from openpar.demo.people import HEALTH, HOME_AFFAIRS, HOME_AFFAIRS_BEFORE, JUSTICE
from openpar.demo.reform_inspection import inspection
from openpar.demo.reform_models import models
from openpar.demo.reform_plans import agency_plan, done, of_task, owed_by, province_plan, replaced
from openpar.demo.reform_reports import reports
from openpar.demo.reform_targets import reached
from openpar.demo.rounds import Places, Say
from openpar.parindex.criteria.models import Criterion
from openpar.reform.findings.actions.closing import close_finding
from openpar.reform.findings.actions.conferences import Held, hold_conference
from openpar.reform.findings.actions.remedying import RemedyPlan, plan_remedy, report_remedy
from openpar.reform.findings.models import Cause, Conference, Finding, FoundBy
from openpar.reform.plans.models import Plan

YEAR = FINISHED.year + 1
# The decision of the finished round.
PUBLISHED = date(YEAR, 2, 12)
INSPECTED = (HEALTH, JUSTICE, "68-so-cong-thuong", "68-so-giao-duc-dao-tao")
# How many of the findings of the index an agency remedies in the year, and how: in time, late, not at all.
_REMEDIED = {HEALTH: 6, JUSTICE: 2}
# What the criterion about tasks is filled from.
FROM_TASKS = "task.on_time"


@dataclass(frozen=True)
class Lived:
    """What the year left behind for the next one."""

    offices: dict[str, Office]


def build(places: Places, say: Say) -> Lived:
    """Plays the year; needs the published round."""
    before = places.people.organisation(HOME_AFFAIRS_BEFORE)
    province = province_plan(
        places, year=YEAR, home_id=before, on=date(YEAR - 1, 12, 20), with_communes=False
    )
    offices = {key: office(places.people, key, date(YEAR, 1, 6)) for key in INSPECTED}
    plans = {
        key: agency_plan(each, year=YEAR, on=date(YEAR, 1, 10), deadlines=_deadlines())
        for key, each in offices.items()
    }
    _done_by_all(province, offices, places)
    for key, plan in plans.items():
        _own_tasks(plan, offices[key])
    for key, count in _REMEDIED.items():
        _conference(offices[key])
        _remedy_lost_points(offices[key], plans[key], places, count)
    home = places.people.organisation(HOME_AFFAIRS)
    replaced(province, places, home_id=home, on=date(YEAR, 8, 2))
    reached(province, offices.values(), places, half=date(YEAR, 8, 14), later=date(YEAR, 12, 14))
    say(f"đã giao kế hoạch năm {YEAR}, thay kế hoạch giữa năm, khắc phục hạn chế của Chỉ số")
    models(places, offices, YEAR)
    inspection(places, list(offices.values()), YEAR, home)
    say(f"đã kiểm tra bốn đơn vị năm {YEAR}, một kết luận chung")
    for each in offices.values():
        reports(places, each, YEAR, late="q3" if each.key == HEALTH else "")
    say(f"đã gửi báo cáo định kỳ năm {YEAR}")
    return Lived(offices)


def _deadlines() -> list[date]:
    """Ten tasks over the year."""
    return [date(YEAR, month, 20) for month in range(2, 12)]


def _done_by_all(plan: Plan, offices: dict[str, Office], places: Places) -> None:
    """The four agencies issue their own plans, as the province's plan wants."""
    for each in offices.values():
        first = owed_by(plan, each.id)[0]
        done(first, each, confirmed_by=places.manager, on=date(YEAR, 1, 14), words="Kế hoạch đã ban hành")


def _own_tasks(plan: Plan, each: Office) -> None:
    """All of it, one task nine days late."""
    for place, assignment in enumerate(owed_by(plan, each.id)):
        due = assignment.due_on or date(YEAR, 12, 1)
        on = due + timedelta(days=9) if place == 4 else due - timedelta(days=3 + place)
        done(assignment, each, confirmed_by=each.head, on=on, words=f"Đã xong nhiệm vụ {place + 1}")


def _conference(each: Office) -> None:
    """The agency looks at its result, as it owes after the publication."""
    conference = Conference.objects.filter(organisation=each.id).order_by("-id").first()
    if conference is None:
        return
    on = PUBLISHED + timedelta(days=14)
    title = "Biên bản hội nghị rút kinh nghiệm Chỉ số cải cách hành chính"
    minutes = document(each.officer, each.id, "12/BB", title, on)
    hold_conference(
        conference_id=conference.pk,
        held=Held(
            held_on=on,
            minutes_id=minutes,
            attendance="34 người: lãnh đạo Sở, trưởng các phòng, đơn vị trực thuộc",
            conclusions="Giao từng phòng khắc phục tiêu chí mất điểm; văn phòng theo dõi hằng tháng.",
        ),
        by=each.officer,
        at=moment(on + timedelta(days=1)),
    )


def _remedy_lost_points(each: Office, plan: Plan, places: Places, count: int) -> None:
    """Findings of the published index become tasks: first what the tasks of a plan are counted for the next
    time, then the dearest; the last one is remedied late.
    """
    rows = Finding.objects.filter(organisation=each.id, found_by=FoundBy.APPRAISAL, points_at_stake__gt=0)
    counted = Criterion.objects.filter(set__year=FINISHED.year, indicator=FROM_TASKS).values("code")
    dearest = rows.order_by("-points_at_stake", "id")
    first = list(dearest.filter(leaf_code__in=counted)[:count])
    found = [*first, *(one for one in dearest[:count] if one not in first)][:count]
    for place, finding in enumerate(found):
        begins = PUBLISHED + timedelta(days=20 + place)
        due = date(YEAR, 6, 30)
        plan_remedy(
            finding_id=finding.pk,
            plan=RemedyPlan(
                remedy=f"Khắc phục tiêu chí {finding.leaf_code}: phân công, kiểm tra hằng tháng",
                deadline=due,
                cause=Cause.SUBJECTIVE,
                cause_text="Phân công chưa rõ, thiếu kiểm tra",
                plan_id=plan.pk,
            ),
            by=each.officer,
            at=moment(begins),
        )
        finding.refresh_from_db()
        is_late = place == count - 1
        on = due + timedelta(days=40) if is_late else due - timedelta(days=30 - place)
        task = finding.remedy_task
        assert task is not None
        words = f"Báo cáo kết quả khắc phục tiêu chí {finding.leaf_code}"
        proof = done(of_task(task, each.id), each, confirmed_by=each.head, on=on, words=words)
        report_remedy(finding_id=finding.pk, text=words, document_ids=[proof], by=each.officer, at=moment(on))
        close_finding(
            finding_id=finding.pk,
            text="Đã kiểm tra tài liệu, công nhận khắc phục",
            by=places.manager,
            at=moment(on + timedelta(days=5)),
        )
