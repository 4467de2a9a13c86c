"""A finding from being found to being closed: who may what, in which order, and what stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from openpar.base.accounts.models import Role
from openpar.base.audit.models import Entry
from openpar.base.notifications.models import Message
from openpar.common.errors import Refused
from openpar.reform.findings.actions.adding import (
    Leaf,
    NewFinding,
    add_finding,
    add_findings,
    classify_finding,
    leaf_of,
)
from openpar.reform.findings.actions.closing import close_finding, send_back
from openpar.reform.findings.actions.extending import ask_extension, decide_extension
from openpar.reform.findings.actions.remedying import RemedyPlan, plan_remedy, report_remedy
from openpar.reform.findings.errors import FindingRefused, StaleFinding
from openpar.reform.findings.lateness import lateness_words, was_remedied_in_time
from openpar.reform.findings.models import Cause, Finding, FindingState, FoundBy, Severity
from openpar.reform.findings.queries.visibility import visible_findings
from openpar.reform.plans.actions.planning import create_plan
from openpar.reform.plans.models import Plan, PlanLevel, Task
from tests import factories
from tests.reform.findings import found
from tests.reform.findings.found import CLOSED, DEADLINE, FOUND, LEAF, PLANNED, REPORTED, Province
from tests.worlds import world

pytestmark = pytest.mark.django_db


@world
def finding_people() -> Province:
    return found.province()


def codes_of(refused: pytest.ExceptionInfo[FindingRefused]) -> set[str]:
    return {gap.code for gap in refused.value.gaps}


def test_a_finding_keeps_the_unit_as_of_the_day_and_takes_severity_and_year_from_the_data(
    finding_people: Province,
) -> None:
    finding = found.opened(finding_people)
    assert (finding.unit.name, finding.year, finding.state) == ("Sở Y tế", 2025, FindingState.OPEN)
    assert finding.severity == Severity.MAJOR
    told = Message.objects.filter(link=f"/findings/{finding.pk}/").values_list("recipient_id", flat=True)
    assert set(told) == {finding_people.focal.id, finding_people.head.id}
    assert Entry.objects.get(verb="finding.added").object == f"finding:{finding.pk}"


def test_everything_that_is_wrong_with_a_line_is_said_at_once(finding_people: Province) -> None:
    line = found.new_line(
        finding_people,
        text=" ",
        code="F2-03",
        period_from=date(2026, 2, 1),
        deadline=date(2026, 1, 1),
    )
    with pytest.raises(FindingRefused) as refused:
        add_finding(line=line, by=finding_people.manager, at=FOUND)
    assert codes_of(refused) == {"text-missing", "no-code", "period-order", "deadline-before"}
    assert not Finding.objects.exists()


@pytest.mark.parametrize(
    ("who", "line", "is_allowed"),
    [
        ("manager", found.new_line, True),
        ("focal", found.new_line, False),
        ("stranger", found.new_line, False),
        ("leader", found.new_line, False),
        ("focal", found.from_inside, True),
        ("manager", found.from_inside, False),
        ("stranger", found.from_inside, False),
    ],
)
def test_a_unit_names_its_own_and_the_round_managers_name_those_of_others(
    finding_people: Province, who: str, line: Callable[[Province], NewFinding], is_allowed: bool
) -> None:
    asked = line(finding_people)
    actor = getattr(finding_people, who)
    if is_allowed:
        assert add_finding(line=asked, by=actor, at=FOUND).pk
    else:
        with pytest.raises(FindingRefused) as refused:
            add_finding(line=asked, by=actor, at=FOUND)
        assert codes_of(refused) == {"not-allowed"}


def test_the_head_of_an_agency_names_those_of_what_lies_below_it_and_nobody_elses(
    finding_people: Province,
) -> None:
    below = found.new_line(
        finding_people, organisation_id=finding_people.training.pk, finder_id=finding_people.health.pk
    )
    assert add_finding(line=below, by=finding_people.head, at=FOUND).pk
    elsewhere = found.new_line(
        finding_people, organisation_id=finding_people.justice.pk, finder_id=finding_people.health.pk
    )
    with pytest.raises(FindingRefused):
        add_finding(line=elsewhere, by=finding_people.head, at=FOUND)


def test_the_whole_way_leaves_every_step_with_its_evidence(finding_people: Province) -> None:
    finding = found.closed(finding_people)
    assert (finding.state, finding.closed_on) == (FindingState.CLOSED, CLOSED.date())
    steps = list(finding.steps.values_list("kind", flat=True))
    assert steps == ["PLANNED", "REPORTED", "CLOSED"]
    assert finding.steps.get(kind="REPORTED").evidence.count() == 1
    verbs = set(Entry.objects.filter(object=f"finding:{finding.pk}").values_list("verb", flat=True))
    assert verbs == {"finding.added", "finding.planned", "finding.reported", "finding.closed"}


def do(action: str, place: Province, pk: int) -> None:
    match action:
        case "plan":
            plan_remedy(finding_id=pk, plan=found.REMEDY, by=place.focal, at=CLOSED)
        case "report":
            documents = [found.proof(place)]
            report_remedy(finding_id=pk, text="Đã xong", document_ids=documents, by=place.focal, at=CLOSED)
        case "close":
            close_finding(finding_id=pk, by=place.manager, at=CLOSED)
        case _:
            send_back(finding_id=pk, reason="Chưa đạt", by=place.manager, at=CLOSED)


@pytest.mark.parametrize(
    ("state", "action"),
    [
        ("opened", "report"),
        ("opened", "close"),
        ("opened", "send_back"),
        ("planned", "close"),
        ("planned", "send_back"),
        ("reported", "plan"),
        ("reported", "report"),
        ("sent_back", "plan"),
        ("sent_back", "close"),
        ("closed", "plan"),
        ("closed", "report"),
        ("closed", "close"),
        ("closed", "send_back"),
    ],
)
def test_what_does_not_follow_is_refused(finding_people: Province, state: str, action: str) -> None:
    place = finding_people
    finding = getattr(found, state)(place)
    pk = finding.pk
    before = finding.version
    with pytest.raises(FindingRefused) as refused:
        do(action, place, pk)
    assert "other-state" in codes_of(refused)
    assert Finding.objects.get(pk=pk).version == before


@pytest.mark.parametrize("who", ["focal", "head", "stranger", "leader"])
def test_only_the_side_that_found_it_closes(finding_people: Province, who: str) -> None:
    finding = found.reported(finding_people)
    with pytest.raises(FindingRefused) as refused:
        close_finding(finding_id=finding.pk, by=getattr(finding_people, who), at=CLOSED)
    assert codes_of(refused) == {"not-allowed"}


def test_what_a_unit_found_in_itself_its_head_closes_unless_it_was_the_head_who_reported(
    finding_people: Province,
) -> None:
    place = finding_people
    finding = add_finding(line=found.from_inside(place), by=place.focal, at=FOUND)
    plan_remedy(finding_id=finding.pk, plan=found.REMEDY, by=place.focal, at=PLANNED)
    report_remedy(
        finding_id=finding.pk, text="Đã xong", document_ids=[found.proof(place)], by=place.head, at=REPORTED
    )
    for who, code in ((place.head, "own-report"), (place.manager, "not-allowed")):
        with pytest.raises(FindingRefused) as refused:
            close_finding(finding_id=finding.pk, by=who, at=CLOSED)
        assert codes_of(refused) == {code}
    second = factories.actor_as(Role.AGENCY_HEAD, place.health, "Phó Giám đốc")
    assert close_finding(finding_id=finding.pk, by=second, at=CLOSED).state == FindingState.CLOSED


def test_what_so_noi_vu_found_in_itself_as_appraiser_the_leaders_judge(finding_people: Province) -> None:
    place = finding_people
    line = found.new_line(place, organisation_id=place.home_affairs.pk, found_by=FoundBy.APPRAISAL)
    (finding,) = add_findings(lines=[line], by=place.manager, at=FOUND)
    focal = factories.actor_as(Role.FOCAL_OFFICER, place.home_affairs, "Đầu mối SNV")
    plan_remedy(finding_id=finding.pk, plan=found.REMEDY, by=focal, at=PLANNED)
    proof = found.proof(place, place.home_affairs)
    report_remedy(finding_id=finding.pk, text="Đã xong", document_ids=[proof], by=focal, at=REPORTED)
    with pytest.raises(FindingRefused):
        close_finding(finding_id=finding.pk, by=place.manager, at=CLOSED)
    assert close_finding(finding_id=finding.pk, by=place.leader, at=CLOSED).closed_by_id == place.leader.id


def test_a_remedy_needs_evidence_of_the_unit_itself(finding_people: Province) -> None:
    place = finding_people
    finding = found.planned(place)
    foreign = found.proof(place, place.justice)
    for documents, code in (([], "no-evidence"), ([foreign], "no-document")):
        with pytest.raises(FindingRefused) as refused:
            report_remedy(
                finding_id=finding.pk, text="Đã xong", document_ids=documents, by=place.focal, at=REPORTED
            )
        assert codes_of(refused) == {code}


def test_the_plan_never_goes_beyond_the_deadline_of_the_finder(finding_people: Province) -> None:
    place = finding_people
    finding = found.opened(place)
    late = RemedyPlan("Làm sau", DEADLINE + timedelta(days=1), Cause.OBJECTIVE)
    with pytest.raises(FindingRefused) as refused:
        plan_remedy(finding_id=finding.pk, plan=late, by=place.focal, at=PLANNED)
    assert codes_of(refused) == {"later-than-deadline"}
    sooner = RemedyPlan("Làm sớm", date(2026, 5, 1), Cause.OBJECTIVE, division_id=place.training.pk)
    planned = plan_remedy(finding_id=finding.pk, plan=sooner, by=place.focal, at=PLANNED)
    assert (planned.deadline, planned.division_id) == (date(2026, 5, 1), place.training.pk)


def test_who_planned_on_an_older_sight_of_it_is_told(finding_people: Province) -> None:
    finding = found.planned(finding_people)
    with pytest.raises(StaleFinding):
        plan_remedy(
            finding_id=finding.pk,
            plan=found.REMEDY,
            expected_version=1,
            by=finding_people.focal,
            at=PLANNED,
        )


def test_more_time_is_asked_by_the_unit_and_granted_by_the_finder_and_the_old_deadline_stays(
    finding_people: Province,
) -> None:
    place = finding_people
    finding = found.planned(place)
    later = DEADLINE + timedelta(days=30)
    extension = ask_extension(
        finding_id=finding.pk, wanted_until=later, reason="Đang sáp nhập", by=place.focal, at=REPORTED
    )
    with pytest.raises(FindingRefused) as refused:
        decide_extension(extension_id=extension.pk, is_granted=True, by=place.head, at=REPORTED)
    assert codes_of(refused) == {"not-allowed"}
    decide_extension(extension_id=extension.pk, is_granted=True, by=place.manager, at=REPORTED)
    extension.refresh_from_db()
    assert (extension.old_deadline, Finding.objects.get(pk=finding.pk).deadline) == (DEADLINE, later)
    with pytest.raises(FindingRefused) as refused:
        decide_extension(extension_id=extension.pk, is_granted=True, by=place.manager, at=REPORTED)
    assert codes_of(refused) == {"decided"}


def test_a_refused_extension_has_a_reason_and_changes_no_deadline(finding_people: Province) -> None:
    place = finding_people
    finding = found.planned(place)
    extension = ask_extension(
        finding_id=finding.pk,
        wanted_until=DEADLINE + timedelta(days=9),
        reason="Thiếu người",
        by=place.head,
        at=REPORTED,
    )
    with pytest.raises(FindingRefused) as refused:
        decide_extension(extension_id=extension.pk, is_granted=False, by=place.manager, at=REPORTED)
    assert codes_of(refused) == {"text-missing"}
    decide_extension(
        extension_id=extension.pk, is_granted=False, reason="Đã đủ thời gian", by=place.manager, at=REPORTED
    )
    assert Finding.objects.get(pk=finding.pk).deadline == DEADLINE


def test_the_database_keeps_what_was_found_and_what_is_closed(finding_people: Province) -> None:
    place = finding_people
    finding, done = found.planned(place), found.closed(place)
    rows = Finding.objects.filter(pk=finding.pk)
    for refused_change in (
        lambda: rows.update(text="Khác"),
        lambda: rows.update(organisation=place.justice),
        lambda: rows.delete(),
        lambda: Finding.objects.filter(pk=done.pk).update(remedy="Khác"),
        lambda: done.steps.all().update(text="Khác"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            refused_change()
    # What is found of other years later still counts for a closed one.
    assert Finding.objects.filter(pk=done.pk).update(earlier_years="2019") == 1


@pytest.mark.parametrize(
    ("state", "on", "words"),
    [
        ("planned", DEADLINE, "Hết hạn hôm nay"),
        ("planned", DEADLINE + timedelta(days=1), "Quá hạn 1 ngày"),
        ("planned", DEADLINE - timedelta(days=5), "Còn 5 ngày"),
        ("reported", DEADLINE + timedelta(days=40), "Đúng hạn"),
    ],
)
def test_overdue_begins_the_day_after_and_stops_with_the_report(
    finding_people: Province, state: str, on: date, words: str
) -> None:
    assert lateness_words(getattr(found, state)(finding_people), on) == words


def test_a_report_after_the_deadline_is_late_though_it_is_accepted(finding_people: Province) -> None:
    finding = found.closed(finding_people, at=REPORTED + timedelta(days=13))
    assert not was_remedied_in_time(finding)
    assert lateness_words(finding, DEADLINE + timedelta(days=90)) == "Khắc phục chậm 3 ngày"


def test_a_finding_gets_another_code_from_its_finder_only_and_only_one_of_its_field(
    finding_people: Province,
) -> None:
    place = finding_people
    finding = found.opened(place)
    for who, code, wanted in (
        (place.focal, "F0-02", "not-allowed"),
        (place.manager, "F2-03", "no-code"),
    ):
        with pytest.raises(FindingRefused) as refused:
            classify_finding(
                finding_id=finding.pk, code=code, leaf=LEAF, expected_version=1, by=who, at=PLANNED
            )
        assert codes_of(refused) == {wanted}
    done = classify_finding(
        finding_id=finding.pk, code="F0-05", leaf=LEAF, expected_version=1, by=place.manager, at=PLANNED
    )
    assert (done.code, done.version) == ("F0-05", 2)


def test_a_finding_gets_the_criterion_it_costs_and_what_recurs_follows(finding_people: Province) -> None:
    place = finding_people
    earlier = found.opened(place, period_from=date(2023, 12, 15), period_until=date(2024, 12, 14), code="")
    finding = found.opened(place, code="", leaf=None, points_at_stake=None)
    assert (finding.points_at_stake, finding.earlier_years) == (None, "")
    with_points = replace(LEAF, maximum=Decimal("1.5"))
    classify = partial(classify_finding, finding_id=finding.pk, code="", by=place.manager, at=PLANNED)
    done = classify(leaf=with_points, expected_version=1)
    assert (done.leaf_code, done.leaf_key, done.leaf_year) == (LEAF.code, LEAF.key, LEAF.year)
    assert (done.points_at_stake, done.earlier_years) == (Decimal("1.5"), str(earlier.year))
    gone = classify(leaf=None, expected_version=2)
    assert (gone.leaf_text, gone.points_at_stake, gone.earlier_years) == ("", None, "")


def test_what_a_publication_lost_keeps_its_criterion(finding_people: Province) -> None:
    place = finding_people
    (lost,) = add_findings(
        lines=[found.new_line(place, found_by=FoundBy.APPRAISAL)], by=place.manager, at=FOUND
    )
    classify = partial(classify_finding, finding_id=lost.pk, expected_version=1, by=place.manager, at=PLANNED)
    with pytest.raises(FindingRefused) as refused:
        classify(code="F0-05", leaf=Leaf("9.9", "Tiêu chí khác", 2025))
    assert codes_of(refused) == {"published-leaf"}
    assert classify(code="F0-05", leaf=leaf_of(lost)).points_at_stake == Decimal("0.5")
    # Nor behind the back of the program; of what was found otherwise the criterion may be named later.
    with pytest.raises(DatabaseError), transaction.atomic():
        Finding.objects.filter(pk=lost.pk).update(leaf_code="9.9")
    other = found.opened(place)
    assert Finding.objects.filter(pk=other.pk).update(leaf_code="9.9") == 1


def test_who_sees_what(finding_people: Province) -> None:
    place = finding_people
    outside = found.opened(place)
    inside = add_finding(line=found.from_inside(place), by=place.focal, at=FOUND)
    appraiser = factories.actor_as(Role.APPRAISER, place.justice, "Thẩm định")
    administrator = factories.actor_as(Role.ADMINISTRATOR, place.health, "Quản trị")
    division = factories.actor_as(Role.DIVISION_OFFICER, place.training, "Chuyên viên")
    seen = {
        name: set(visible_findings(actor).values_list("pk", flat=True))
        for name, actor in {
            "manager": place.manager,
            "leader": place.leader,
            "focal": place.focal,
            "stranger": place.stranger,
            "appraiser": appraiser,
            "administrator": administrator,
            "division": division,
        }.items()
    }
    both = {outside.pk, inside.pk}
    assert seen == {
        "manager": both,
        "leader": both,
        "focal": both,
        "stranger": set(),
        "appraiser": {outside.pk},
        "administrator": set(),
        "division": set(),
    }
    handed = RemedyPlan("Phòng làm", None, Cause.SUBJECTIVE, division_id=place.training.pk)
    plan_remedy(finding_id=outside.pk, plan=handed, by=place.focal, at=PLANNED)
    assert set(visible_findings(division).values_list("pk", flat=True)) == {outside.pk}


def plan_of_health(place: Province) -> Plan:
    return create_plan(
        by=place.focal,
        at=PLANNED,
        organisation_id=place.health.pk,
        year=2026,
        level=PlanLevel.AGENCY,
        title="Kế hoạch CCHC năm 2026",
    )


def test_the_remedy_becomes_one_task_of_the_plan_that_names_its_source(finding_people: Province) -> None:
    place = finding_people
    plan = plan_of_health(place)
    finding = found.opened(place)
    wanted = replace(found.REMEDY, plan_id=plan.pk)
    first = plan_remedy(finding_id=finding.pk, plan=wanted, by=place.focal, at=PLANNED)
    again = plan_remedy(finding_id=finding.pk, plan=wanted, by=place.focal, at=PLANNED)
    task = Task.objects.get(plan=plan)
    assert first.remedy_task_id == again.remedy_task_id == task.pk
    assert (task.source_kind, task.source_id, task.source_text) == ("finding", finding.pk, finding.text)
    line = task.lines.get()
    assert (line.text, line.due_on, line.field) == (found.REMEDY.remedy, DEADLINE, "F0")


def test_what_the_plan_refuses_leaves_the_finding_as_it_was(finding_people: Province) -> None:
    place = finding_people
    plan = plan_of_health(place)
    (finding,) = add_findings(
        lines=[found.new_line(place, organisation_id=place.justice.pk)], by=place.manager, at=FOUND
    )
    wanted = replace(found.REMEDY, plan_id=plan.pk)
    with pytest.raises(Refused):
        plan_remedy(finding_id=finding.pk, plan=wanted, by=place.stranger, at=PLANNED)
    finding.refresh_from_db()
    assert (finding.state, finding.remedy, Task.objects.count()) == (FindingState.OPEN, "", 0)


def test_a_remedy_in_a_field_without_a_chapter_stands_under_steering(finding_people: Province) -> None:
    place = finding_people
    plan = plan_of_health(place)
    finding = found.opened(place, field="F7", code="")
    wanted = replace(found.REMEDY, plan_id=plan.pk)
    plan_remedy(finding_id=finding.pk, plan=wanted, by=place.head, at=PLANNED)
    assert Task.objects.get(plan=plan).lines.get().field == "F0"
