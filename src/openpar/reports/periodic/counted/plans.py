"""What plans say: tasks of the plan and from above, what was done, what is late and why, what is next.

A plan is counted as it stood on the last day of the period, from the beginning of the year: “30/50” is of the
year so far, whatever the days of the report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from openpar.common.formats import format_date
from openpar.engine.report_lines import Value
from openpar.engine.tasks import Bucket
from openpar.reform.plans.models import Assignment, Claim, DutyRequest, Plan
from openpar.reform.plans.queries.counting import Counted, PlanCount, count_on
from openpar.reform.plans.queries.figures import OwedTasks, tasks_owed
from openpar.reform.plans.queries.plans import plan_of
from openpar.reports.periodic.counted.words import joined, listed, shortened
from openpar.reports.periodic.told import Computed, Sentence, Subject

_FIELDS = ("F0", "F1", "F2", "F3", "F4", "F5", "F6")
_MOST_LISTED = 8


def values(subject: Subject) -> Mapping[str, Computed]:
    """1.1.1 and 1.1.2 of the own plan, else of the tasks of the province; 1.3.1–1.3.4 of those assigned."""
    found: dict[str, Computed] = {}
    owed = None if subject.is_province else _owed(subject)
    count = _count(subject)
    if count is not None and count.version is not None:
        words = _("kế hoạch số %(number)s, tính đến hết ngày %(day)s") % {
            "number": count.version.document_number,
            "day": format_date(subject.until_on),
        }
        link = f"/plans/{count.version.plan_id}/"
        found["1.1.1"] = _number(count.tasks.assigned, words, link)
        found["1.1.2"] = _number(count.tasks.completed, words, link)
    elif owed is not None and owed.behind:
        words = _("nhiệm vụ của kế hoạch tỉnh giao đơn vị, tính đến hết ngày %s") % format_date(
            subject.until_on
        )
        found["1.1.1"] = _number(owed.tally.assigned, words, "/tasks/")
        found["1.1.2"] = _number(owed.tally.done, words, "/tasks/")
    if owed is not None and owed.behind:
        words = _("nhiệm vụ cấp trên giao, tính đến hết ngày %s") % format_date(subject.until_on)
        counts = (owed.tally.assigned, owed.tally.on_time, owed.tally.late, owed.tally.overdue)
        for place, number in enumerate(counts, start=1):
            found[f"1.3.{place}"] = _number(number, words, "/tasks/")
    return found


def sentences(subject: Subject) -> Mapping[str, Sequence[Sentence]]:
    """The plan, what was done by field, what is late with its reason, what falls due next."""
    count = _count(subject)
    behind = count.behind if count is not None and count.version else ()
    found: dict[str, list[Sentence]] = {}
    if count is not None and count.version is not None:
        found["plans"] = _of_plan(count)
    owed = None if subject.is_province else _owed(subject)
    if owed is not None and owed.behind:
        said = _("Nhiệm vụ cấp trên giao: %(readings)s.") % {"readings": _and(owed.tally.readings)}
        found.setdefault("plans", []).append(Sentence(said, "/tasks/"))
        behind = (*behind, *owed.behind)
    if not behind:
        return found
    for field in _FIELDS:
        done = [one for one in behind if one.field == field and _done_in(one, subject)]
        found[f"tasks_{field}"] = [_done_sentence(one) for one in done[:_MOST_LISTED]] + _more(done)
    overdue = [one for one in behind if one.standing and one.standing.bucket is Bucket.OVERDUE]
    reasons = _reasons(one.assignment.pk for one in overdue)
    found["late"] = [_late_sentence(one, reasons) for one in overdue[:_MOST_LISTED]] + _more(overdue)
    found["done"] = _overall(behind)
    found["next"] = _next(behind, subject)
    return found


def _count(subject: Subject) -> PlanCount | None:
    plan: Plan | None = plan_of(subject.organisation_id, subject.asked.year)
    return count_on(plan.pk, subject.until_on) if plan is not None else None


def _owed(subject: Subject) -> OwedTasks:
    return tasks_owed([subject.organisation_id], subject.asked.year, subject.until_on)


def _number(value: int, words: str, link: str) -> Computed:
    return Computed(Value(Decimal(value)), words, link)


def _of_plan(count: PlanCount) -> list[Sentence]:
    """Both readings of the plan, by tasks; the document that is in force."""
    version, tasks = count.version, count.tasks
    assert version is not None
    said = _(
        "Thực hiện Kế hoạch số %(number)s: đã triển khai %(begun)d/%(all)d nhiệm vụ, hoàn thành "
        "%(done)d/%(all)d nhiệm vụ."
    )
    told = {"number": version.document_number, "begun": tasks.implemented, "done": tasks.completed}
    found = [Sentence(said % {**told, "all": tasks.assigned}, f"/plans/{version.plan_id}/")]
    if version.number > 1 and version.issued_on is not None:
        said = _("Kế hoạch được điều chỉnh ngày %s.") % format_date(version.issued_on)
        found.append(Sentence(said, f"/plans/{version.plan_id}/"))
    return found


def _and(readings: tuple[str, str]) -> str:
    return f"{readings[0].lower()}, {readings[1].lower()}"


def _done_in(one: Counted, subject: Subject) -> bool:
    """Was it completed within the days of the report?"""
    done_on = one.assignment.done_on
    return (
        one.standing is not None
        and one.standing.is_done
        and done_on is not None
        and subject.period.from_on <= done_on <= subject.until_on
    )


def _done_sentence(one: Counted) -> Sentence:
    task = shortened(one.assignment.line.text)
    product = (
        _("; sản phẩm: %s") % shortened(one.assignment.line.product) if one.assignment.line.product else ""
    )
    return Sentence(_("Đã hoàn thành: %(task)s%(product)s.") % {"task": task, "product": product}, _link(one))


def _late_sentence(one: Counted, reasons: Mapping[int, str]) -> Sentence:
    """What is late, by how many days, and why where somebody said why."""
    assert one.standing is not None
    said = _("Quá hạn %(days)d ngày (hạn %(due)s): %(task)s.") % {
        "days": one.standing.days_overdue,
        "due": format_date(one.standing.due_on) if one.standing.due_on else "",
        "task": shortened(one.assignment.line.text),
    }
    why = reasons.get(one.assignment.pk, "")
    said += " " + (_("Nguyên nhân: %s.") % why if why else _("Nguyên nhân: (chưa ghi)."))
    return Sentence(said, _link(one))


def _reasons(assignment_ids: Iterable[int]) -> dict[int, str]:
    """The newest reason given for being late, of requests; else why a report was returned."""
    ids = list(assignment_ids)
    found: dict[int, str] = {}
    returned = Claim.objects.filter(duty__assignment__in=ids, state=Claim.State.RETURNED)
    for owner, reason in returned.order_by("id").values_list("duty__assignment_id", "decision"):
        found[owner] = _("báo cáo hoàn thành bị trả lại: %s") % shortened(reason)
    asked = DutyRequest.objects.filter(duty__assignment__in=ids).order_by("id")
    for owner, reason in asked.values_list("duty__assignment_id", "reason"):
        found[owner] = shortened(reason)
    return found


def _overall(behind: Sequence[Counted]) -> list[Sentence]:
    standings = [one.standing for one in behind if one.standing is not None]
    counts = {bucket: sum(one.bucket is bucket for one in standings) for bucket in Bucket}
    said = _("Trong %(all)d nhiệm vụ được theo dõi: %(parts)s.") % {
        "all": len(standings),
        "parts": joined(
            (_("%d hoàn thành đúng hạn") % counts[Bucket.ON_TIME], counts[Bucket.ON_TIME]),
            (_("%d hoàn thành quá hạn") % counts[Bucket.LATE], counts[Bucket.LATE]),
            (_("%d quá hạn chưa hoàn thành") % counts[Bucket.OVERDUE], counts[Bucket.OVERDUE]),
            (_("%d đang thực hiện trong hạn") % counts[Bucket.IN_TIME], counts[Bucket.IN_TIME]),
        ),
    }
    return [Sentence(said, "/tasks/")]


def _next(behind: Sequence[Counted], subject: Subject) -> list[Sentence]:
    """What falls due after the period, the nearest first; how far ahead is said by the calendar."""
    until_on = subject.until_on
    last = until_on + timedelta(days=subject.asked.version.next_days)
    ahead = [
        (one.standing.due_on, one)
        for one in behind
        if one.standing is not None
        and one.standing.bucket is Bucket.IN_TIME
        and one.standing.due_on is not None
        and until_on < one.standing.due_on <= last
    ]
    ahead.sort(key=lambda pair: (pair[0], pair[1].assignment.pk))
    said = _("%(task)s (hạn %(due)s).")
    return [
        Sentence(said % {"task": shortened(one.assignment.line.text), "due": format_date(due_on)}, _link(one))
        for due_on, one in ahead[:_MOST_LISTED]
    ] + _more([one for _due, one in ahead])


def _more(found: Sequence[Counted]) -> list[Sentence]:
    return listed(len(found) - _MOST_LISTED, _("nhiệm vụ"), "/tasks/")


def _link(one: Counted) -> str:
    assignment: Assignment = one.assignment
    return f"/tasks/{assignment.pk}/"
