"""What other subjects tell a report: figures with their words, sentences with their links, gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from openpar.common.formats import VIETNAM
from openpar.engine.periods import PeriodKind
from openpar.engine.report_lines import Value
from openpar.reform.findings.actions.adding import NewFinding, add_finding
from openpar.reform.findings.models import Cause, FoundBy
from openpar.reform.initiatives.actions.evaluating import Evaluated, evaluate
from openpar.reform.initiatives.actions.moving import start
from openpar.reform.initiatives.actions.proposing import propose
from openpar.reform.initiatives.duty import PeriodKey
from openpar.reform.initiatives.models import Evaluation, Initiative
from openpar.reform.plans.actions.requesting import ask_extension
from openpar.reports.periodic.actions.opening import open_report
from openpar.reports.periodic.completeness import submission_gaps
from openpar.reports.periodic.counted import plans
from openpar.reports.periodic.models import PeriodicReport, ReportValue
from openpar.reports.periodic.queries.loading import subject_of
from tests.reform.initiatives.stories import proposal
from tests.reform.plans import year
from tests.reform.plans.year import Province
from tests.reports.periodic import made
from tests.reports.periodic.made import number, pair
from tests.worlds import world

pytestmark = pytest.mark.django_db
# The day after the first half of the reform year 2026; the second quarter of the calendar is not over.
JUNE = datetime(2026, 6, 15, 9, 0, tzinfo=VIETNAM)
JULY = datetime(2026, 7, 3, 9, 0, tzinfo=VIETNAM)


@world
def told_about() -> Province:
    """A plan of five tasks: one done in time, one overdue with a reason; a finding; a model that runs."""
    who = year.province_plan()
    year.done(who, who.home, year.duty_of(year.owed(who, "dated", who.home)), date(2026, 3, 20))
    year.done(
        who, who.communes[0], year.duty_of(year.owed(who, "communes", who.communes[0])), date(2026, 5, 4)
    )
    late = year.duty_of(year.owed(who, "quarter", who.health))
    ask_extension(
        by=who.health.head,
        at=year.moment(date(2026, 6, 1)),
        duty_id=late.pk,
        new_due_on=date(2026, 8, 31),
        reason="Chờ danh mục của Bộ Y tế",
    )
    add_finding(
        line=NewFinding(
            organisation_id=who.health.pk,
            field="F0",
            text="Chưa kiểm tra đơn vị trực thuộc nào",
            found_by=FoundBy.INSPECTION,
            finder_id=who.home.pk,
            found_on=date(2026, 3, 10),
            period_from=date(2024, 12, 15),
            period_until=date(2025, 12, 14),
            deadline=date(2026, 5, 30),
        ),
        by=who.manager,
        at=year.moment(date(2026, 3, 10)),
    )
    return who


def report_of(who: Province, agency: year.Agency, code: str, at: datetime) -> PeriodicReport:
    return open_report(by=agency.officer, at=at, organisation_id=agency.pk, code=code, year=2026)


def values_of(report: PeriodicReport) -> dict[str, ReportValue]:
    return {row.line: row for row in made.newest(report).values.exclude(source="")}


def figure(values: dict[str, ReportValue], line: str) -> int | None:
    first = values[line].first
    return None if first is None else int(first)


def text_of(report: PeriodicReport, key: str) -> str:
    return made.newest(report).sections.get(key=key).text


def links_of(report: PeriodicReport, key: str) -> list[str]:
    return [one["link"] for one in made.newest(report).sections.get(key=key).draft_sources]


def test_tasks_from_above_are_counted_as_they_stood_on_the_last_day(told_about: Province) -> None:
    report = report_of(told_about, told_about.health, "h1", JUNE)
    values = values_of(report)
    # Of what Sở Y tế leads one falls due on 30/06, and one waits for an event.
    assert [int(values[f"1.3.{place}"].first or 0) for place in range(1, 5)] == [2, 0, 0, 0]
    assert values["1.3.1"].source == "plans"
    assert values["1.3.1"].source_words == "nhiệm vụ cấp trên giao, tính đến hết ngày 14/06/2026"
    # Without a plan of its own, the tasks of the province are its plan.
    assert (figure(values, "1.1.1"), figure(values, "1.1.2")) == (2, 0)


def test_what_is_late_is_told_with_its_reason_and_its_link(told_about: Province) -> None:
    report = report_of(told_about, told_about.health, "q3", year.moment(date(2026, 9, 15)))
    late = text_of(report, "limitations")
    assert "Quá hạn 76 ngày (hạn 30/06/2026): Rà soát thủ tục hành chính. " in late
    assert "Nguyên nhân: Chờ danh mục của Bộ Y tế." in late
    assert f"/tasks/{year.owed(told_about, 'quarter', told_about.health).pk}/" in links_of(
        report, "limitations"
    )


def test_what_falls_due_next_is_told(told_about: Province) -> None:
    report = report_of(told_about, told_about.health, "h1", JUNE)
    assert text_of(report, "next") == "- Rà soát thủ tục hành chính (hạn 30/06/2026)."


@pytest.mark.parametrize(("days", "told"), [(15, 0), (16, 1)])
def test_how_far_ahead_what_falls_due_is_told_is_said_by_the_calendar(
    told_about: Province, days: int, told: int
) -> None:
    """The half year ends on 14/06/2026, the task falls due on 30/06/2026."""
    subject = subject_of(made.newest(report_of(told_about, told_about.health, "h1", JUNE)), JUNE)
    version = replace(subject.asked.version, next_days=days)
    asked = replace(subject.asked, version=version)
    assert len(plans.sentences(replace(subject, asked=asked))["next"]) == told


def test_the_province_tells_of_its_plan_and_an_agency_of_what_it_did(told_about: Province) -> None:
    province = open_report(
        by=told_about.manager, at=JUNE, organisation_id=told_about.committee.pk, code="h1", year=2026
    )
    values = values_of(province)
    # Tasks, not obligations: one of five is done by every agency that leads it.
    assert (figure(values, "1.1.1"), figure(values, "1.1.2")) == (5, 1)
    assert "Kế hoạch số 257/KH-UBND: đã triển khai" in text_of(province, "direction")
    assert "hoàn thành 1/5 nhiệm vụ" in text_of(province, "direction")
    commune = report_of(told_about, told_about.communes[0], "h1", JUNE)
    assert text_of(commune, "F2") == "- Đã hoàn thành: Niêm yết thủ tục hành chính; sản phẩm: Kế hoạch."


def test_findings_of_inspections_are_counted_and_told_with_their_cause(told_about: Province) -> None:
    report = report_of(told_about, told_about.health, "h1", JUNE)
    values = values_of(report)
    assert (figure(values, "1.2.3"), figure(values, "1.2.4")) == (1, 0)
    told = text_of(report, "limitations")
    assert "còn 1 chưa xong" in told
    assert "Chưa kiểm tra đơn vị trực thuộc nào (quá hạn khắc phục 30/05/2026)" in told
    # Nobody inspected Sở Tài chính: that is not 0 of 0.
    assert "1.2.3" not in values_of(report_of(told_about, told_about.finance, "h1", JUNE))
    assert str(Cause.SUBJECTIVE.label).lower() not in told


def test_a_running_model_without_evaluation_makes_the_report_incomplete(told_about: Province) -> None:
    health = told_about.health
    model = propose(organisation_id=health.pk, proposal=proposal(), by=health.officer, at=JUNE)
    start(
        initiative_id=model.pk,
        started_on=date(2026, 2, 2),
        document_id=year.document(health.officer, health.organisation, at=JUNE).pk,
        expected_version=1,
        by=health.officer,
        at=JUNE,
    )
    report = report_of(told_about, health, "h1", JUNE)
    assert "chưa đánh giá kết quả" in text_of(report, "direction")
    (gap,) = [gap for gap in submission_gaps(made.newest(report), JUNE) if gap.code == "not-evaluated"]
    assert (gap.where, gap.link) == (f"{model.name} (Sở Y tế)", f"/initiatives/{model.pk}/")
    evaluated(model, told_about)
    assert "not-evaluated" not in {gap.code for gap in submission_gaps(made.newest(report), JUNE)}


def evaluated(model: Initiative, who: Province) -> None:
    said = Evaluated(
        model.pk, Evaluation.Verdict.EFFECTIVE, Evaluation.Advice.CONTINUE, "Giảm chờ.", expected_revision=0
    )
    evaluate(asked=PeriodKey(PeriodKind.HALF, 2026), said=[said], by=who.health.officer, at=JUNE)


def test_the_province_is_put_together_from_what_its_agencies_reported(told_about: Province) -> None:
    for agency, first, second in ((told_about.health, 9, 10), (told_about.finance, 10, 90)):
        who = made.Office(agency.organisation, agency.officer, agency.head)
        figures = {"7.4": pair(first, second), "4.2.2": number(second)}
        report = made.sent(who, figures, "h1", at=JUNE)
        made.accepted(told_about.manager, report, at=JUNE)
    province = open_report(
        by=told_about.manager, at=JULY, organisation_id=told_about.committee.pk, code="h1", year=2026
    )
    values = values_of(province)
    assert Value(values["7.4"].first, values["7.4"].second) == pair(19, 100)
    assert figure(values, "4.2.2") == 100
    assert values["7.4"].source_words == (
        "Tổng hợp từ 2 báo cáo của đơn vị, chưa chốt số liệu; thiếu: Phường Hòa Bình; Sở Nội vụ; Xã An Bình."
    )
    assert values["7.4"].source_link == "/reports/board/?report=h1&year=2026&line=7.4"
