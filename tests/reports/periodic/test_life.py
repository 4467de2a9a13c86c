"""The life of a report until it is sent: opened with what is known, filled, explained, written."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from openpar.base.organisations.roles import Role
from openpar.common.formats import VIETNAM
from openpar.engine.report_lines import BLANK, Value
from openpar.reports.periodic.actions.computing import Entry, refresh_computed, save_values
from openpar.reports.periodic.actions.opening import (
    change_cut_off_day,
    discard_report_draft,
    open_report,
)
from openpar.reports.periodic.actions.submitting import (
    explain_difference,
)
from openpar.reports.periodic.actions.writing import redraft_section, save_section
from openpar.reports.periodic.completeness import submission_gaps
from openpar.reports.periodic.errors import ReportRefused, StaleReport
from openpar.reports.periodic.models import (
    PeriodicReport,
    ReportRevision,
    ReportSection,
    ReportValue,
)
from tests import factories
from tests.reports.periodic import made
from tests.reports.periodic.made import ON_TIME, YEAR, Province, number, pair

pytestmark = pytest.mark.django_db


def codes(revision: ReportRevision, at: datetime = ON_TIME) -> set[str]:
    return {gap.code for gap in submission_gaps(revision, at)}


# Opening


def test_a_report_opens_once_for_whoever_owes_it(reporting: Province) -> None:
    report = made.begun(reporting.health)
    assert made.begun(reporting.health) == report
    assert (report.level, report.reporter) == ("unit", "department")
    assert made.begun(reporting.ward).reporter == "commune"
    mine = open_report(
        by=reporting.manager, at=ON_TIME, organisation_id=reporting.committee.pk, code="q3", year=YEAR
    )
    assert (mine.level, mine.reporter) == ("province", "province")
    assert made.newest(report).sections.count() == 13


def test_nobody_opens_the_report_of_another_agency_or_one_that_is_not_owed(reporting: Province) -> None:
    with pytest.raises(ReportRefused) as refused:
        open_report(
            by=reporting.health.officer,
            at=ON_TIME,
            organisation_id=reporting.justice.agency.pk,
            code="q3",
            year=YEAR,
        )
    assert factories.codes_of(refused.value) == ["not-allowed"]
    idle = factories.organisation("Trung tâm Y tế", assessed=False)
    own = factories.actor_as(Role.FOCAL_OFFICER, idle)
    with pytest.raises(ReportRefused) as refused:
        open_report(by=own, at=ON_TIME, organisation_id=idle.pk, code="q3", year=YEAR)
    assert factories.codes_of(refused.value) == ["not-owed"]
    with pytest.raises(ReportRefused) as refused:
        made.begun(reporting.health, "q2")
    assert factories.codes_of(refused.value) == ["no-report"]
    with pytest.raises(ReportRefused) as refused:
        made.begun(reporting.health, "year", year=2027)
    assert factories.codes_of(refused.value) == ["not-begun"]


def test_a_draft_that_nobody_touched_is_dropped_and_one_with_work_in_it_is_not(reporting: Province) -> None:
    who, report = reporting.health, made.begun(reporting.health)
    draft = made.newest(report)
    discard_report_draft(by=who.officer, at=ON_TIME, revision_id=draft.pk, expected_version=draft.version)
    assert not PeriodicReport.objects.filter(pk=report.pk).exists()
    report = made.begun(who)
    made.typed(who, report, {"1.4.1": number(120)})
    draft = made.newest(report)
    with pytest.raises(ReportRefused) as refused:
        discard_report_draft(by=who.officer, at=ON_TIME, revision_id=draft.pk, expected_version=draft.version)
    assert factories.codes_of(refused.value) == ["only-revision"]


# Figures


def test_every_figure_knows_who_typed_it_and_blank_is_not_zero(reporting: Province) -> None:
    who, report = reporting.health, made.begun(reporting.health)
    assert made.typed(who, report, {"1.4.1": number(0), "7.4": pair(40, 50)}) == 2
    row = ReportValue.objects.get(revision=made.newest(report), line="1.4.1")
    assert (row.first, row.origin, row.by_id) == (Decimal(0), "TYPED", who.officer.id)
    view = made.view_of(report)
    assert (view.counted.typed, view.values["1.4.1"], view.values["2.1"]) == (3, number(0), BLANK)
    made.typed(who, report, {"1.4.1": BLANK})
    assert made.view_of(report).values["1.4.1"] == BLANK
    # What does not change is not written.
    assert made.typed(who, report, {"1.4.1": BLANK}) == 0


def test_a_figure_that_cannot_be_is_refused_with_all_others(reporting: Province) -> None:
    who, report = reporting.health, made.begun(reporting.health)
    draft = made.newest(report)
    entries = {
        "1.4.1": Entry(number(-1)),
        "1.5": Entry(number(7)),
        "2.1": Entry(pair(1, 2)),
        "1.1.3": Entry(number(1)),
        "1.2.1": Entry(number(4)),
    }
    with pytest.raises(ReportRefused) as refused:
        save_values(by=who.officer, at=ON_TIME, revision_id=draft.pk, expected_figures=1, entries=entries)
    assert factories.codes_of(refused.value) == [
        *("figure-unfit", "code-unfit", "figure-unfit", "line-unknown", "line-unknown")
    ]
    assert not ReportValue.objects.filter(revision=draft, origin="TYPED").exists()


def test_a_stale_edit_of_figures_is_refused_and_writing_text_does_not_make_it_stale(
    reporting: Province,
) -> None:
    who, report = reporting.health, made.begun(reporting.health)
    draft = made.newest(report)
    made.written(who.officer, report, "F3", "Không thay đổi tổ chức.")
    entries = {"1.4.1": Entry(number(5))}
    seen = draft.figures_version
    save_values(by=who.officer, at=ON_TIME, revision_id=draft.pk, expected_figures=seen, entries=entries)
    with pytest.raises(StaleReport):
        save_values(by=who.head, at=ON_TIME, revision_id=draft.pk, expected_figures=seen, entries=entries)


def test_what_is_computed_follows_until_somebody_says_otherwise_with_a_reason(
    reporting: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = reporting.health
    told = {"2.1": number(3)}
    computes(monkeypatch, told)
    report = made.begun(who)
    row = ReportValue.objects.get(revision=made.newest(report), line="2.1")
    assert (row.first, row.origin, row.source, row.source_words) == (
        Decimal(3),
        "COMPUTED",
        "tried",
        "sổ văn bản",
    )
    told["2.1"] = number(4)
    refreshed(who, report)
    assert made.view_of(report).values["2.1"] == number(4)
    made.typed(who, report, {"2.1": number(6)})
    told["2.1"] = number(5)
    refreshed(who, report)
    found = next(one for one in made.view_of(report).lines if one.line.code == "2.1")
    assert (found.value, found.computed, found.is_typed, found.differs) == (number(6), number(5), True, True)
    made.filled(who, report)
    assert codes(made.newest(report)) == {"differs"}
    made.typed(who, report, reasons={"2.1": "Một văn bản chưa vào sổ"})
    assert codes(made.newest(report)) == set()
    # The computed figure, typed, is the computed figure.
    made.typed(who, report, {"2.1": number(5)}, {"2.1": ""})
    row.refresh_from_db()
    assert row.origin == "COMPUTED"


def computes(monkeypatch: pytest.MonkeyPatch, told: dict[str, Value]) -> None:
    from openpar.reports.periodic import sources
    from openpar.reports.periodic.told import Computed, Source

    source = Source(
        "tried",
        "Nguồn thử",
        values=lambda _subject: {code: Computed(value, "sổ văn bản") for code, value in told.items()},
    )
    monkeypatch.setattr(sources, "SOURCES", (source,))


def refreshed(who: made.Office, report: PeriodicReport) -> None:
    draft = made.newest(report)
    refresh_computed(by=who.officer, at=ON_TIME, revision_id=draft.pk, expected_figures=draft.figures_version)


# What is missing


def test_everything_that_is_missing_is_told_at_once(reporting: Province) -> None:
    report = made.begun(reporting.health)
    early = datetime(2026, 9, 10, 9, 0, tzinfo=VIETNAM)
    found = submission_gaps(made.newest(report), early)
    told = [gap.code for gap in found]
    assert (told.count("not-over"), told.count("text-blank")) == (1, 10)
    # 55 lines less those of others and the two that are computed from them.
    asked = [one for one in made.view_of(report).lines if not one.line.is_derived]
    assert told.count("blank") == len(asked) == 48
    with pytest.raises(ReportRefused) as refused:
        made.submitted(reporting.health, report, at=early)
    assert len(refused.value.gaps) == len(found)


def test_a_blank_with_a_reason_is_complete_and_half_a_pair_is_not(reporting: Province) -> None:
    who = reporting.health
    report = made.filled(who, made.begun(who))
    made.typed(who, report, {"6.1": BLANK, "7.4": Value(Decimal(4), None)})
    found = {gap.where.split()[0]: gap.what for gap in submission_gaps(made.newest(report), ON_TIME)}
    assert found == {"6.1": "chưa có số liệu", "7.4": "mới có một trong hai số"}
    made.typed(who, report, reasons={"6.1": "Đơn vị không có vốn đầu tư công", "7.4": "Chưa thống kê"})
    assert codes(made.newest(report)) == set()


def test_figures_that_do_not_add_up_are_explained_for_exactly_this_gap(reporting: Province) -> None:
    who = reporting.health
    report = made.filled(who, made.begun(who), {"1.1.1": number(50), "1.1.2": number(53)})
    draft = made.newest(report)
    gaps = submission_gaps(draft, ON_TIME)
    assert [gap.code for gap in gaps] == ["gap"]
    explain_difference(
        by=who.officer,
        at=ON_TIME,
        revision_id=draft.pk,
        expected_version=draft.version,
        identity="plan",
        text="Ba nhiệm vụ chuyển từ năm trước",
    )
    assert codes(made.newest(report)) == set()
    made.typed(who, report, {"1.1.2": number(54)})
    assert codes(made.newest(report)) == {"gap"}


def test_a_year_is_held_against_its_six_months_and_quarter(reporting: Province) -> None:
    who = reporting.health
    for code, value, at in (("h1", 30, date(2026, 6, 16)), ("q3", 12, date(2026, 9, 16))):
        moment = datetime(at.year, at.month, at.day, 9, 0, tzinfo=VIETNAM)
        made.sent(who, {"1.4.1": number(value)}, code, at=moment)
    end = datetime(2026, 12, 15, 9, 0, tzinfo=VIETNAM)
    report = made.filled(who, made.begun(who, "year", at=end), {"1.4.1": number(40)}, at=end, times=3)
    assert [gap.what for gap in submission_gaps(made.newest(report), end)] == ["40 < 42"]
    made.typed(who, report, {"1.4.1": number(55)}, at=end)
    assert submission_gaps(made.newest(report), end) == []


def test_a_report_may_be_cut_off_early_and_says_so(reporting: Province) -> None:
    who, report = reporting.health, made.begun(reporting.health)
    made.filled(who, report)
    early = datetime(2026, 9, 9, 16, 0, tzinfo=VIETNAM)
    draft = made.newest(report)
    with pytest.raises(ReportRefused):
        change_cut_off_day(
            by=who.officer,
            at=early,
            revision_id=draft.pk,
            expected_version=draft.version,
            until_on=date(2026, 10, 1),
        )
    change_cut_off_day(
        by=who.officer,
        at=early,
        revision_id=draft.pk,
        expected_version=draft.version,
        until_on=date(2026, 9, 9),
    )
    assert made.submitted(who, report, at=early).working_days_late == 0
    assert made.view_of(report).period.ends_early


# Text


def test_a_new_draft_never_takes_the_place_of_what_somebody_wrote_unasked(
    reporting: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openpar.reports.periodic import sources
    from openpar.reports.periodic.told import Sentence, Source

    said = ["Đã hoàn thành 30/50 nhiệm vụ."]
    tells = Source(
        "tried", "Nguồn thử", sentences=lambda _subject: {"plans": (Sentence(said[0], "/plans/1/"),)}
    )
    monkeypatch.setattr(sources, "SOURCES", (tells,))
    who, report = reporting.health, made.begun(reporting.health)

    def direction() -> ReportSection:
        return made.newest(report).sections.get(key="direction")

    def drafted(*, overwrite: bool = False) -> None:
        there = direction()
        redraft_section(
            by=who.officer,
            at=ON_TIME,
            revision_id=there.revision_id,
            key="direction",
            expected_version=there.version,
            overwrite=overwrite,
        )

    assert direction().text == "- Đã hoàn thành 30/50 nhiệm vụ."
    assert direction().draft_sources == [{"text": said[0], "link": "/plans/1/", "source": "tried"}]
    said[0] = "Đã hoàn thành 31/50 nhiệm vụ."
    drafted()
    assert "31/50" in direction().text
    made.written(who.officer, report, "direction", "Đã hoàn thành 31/50 nhiệm vụ, đạt 62 %.")
    said[0] = "Đã hoàn thành 32/50 nhiệm vụ."
    drafted()
    assert (direction().text, direction().draft_text) == (
        "Đã hoàn thành 31/50 nhiệm vụ, đạt 62 %.",
        "- Đã hoàn thành 32/50 nhiệm vụ.",
    )
    drafted(overwrite=True)
    assert direction().text == "- Đã hoàn thành 32/50 nhiệm vụ."
    there = direction()
    with pytest.raises(StaleReport):
        save_section(
            by=who.head,
            at=ON_TIME,
            revision_id=there.revision_id,
            key="direction",
            expected_version=there.version - 1,
            text="Ý khác",
        )
