"""Due days and cut-offs to the day, sights that are stale, papers that fit and those that do not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from openpar.base.audit.models import Entry
from openpar.base.documents.actions import add_document
from openpar.base.notifications.models import Message
from openpar.common.formats import VIETNAM
from openpar.reports.periodic.actions.computing import Entry as Given
from openpar.reports.periodic.actions.computing import refresh_computed, save_values
from openpar.reports.periodic.actions.opening import (
    change_cut_off_day,
    discard_report_draft,
    open_report,
)
from openpar.reports.periodic.actions.submitting import (
    accept_report,
    attach_signed,
    explain_difference,
    late_words,
    return_report,
    submit_report,
)
from openpar.reports.periodic.actions.writing import save_section
from openpar.reports.periodic.completeness import submission_gaps
from openpar.reports.periodic.errors import ReportRefused, StaleReport
from openpar.reports.periodic.measures import reports_on_time_of
from openpar.reports.periodic.models import RevisionState
from openpar.reports.periodic.queries.rollup import roll_up
from openpar.reports.periodic.reminding import due_things
from tests import factories
from tests.reports.periodic import made
from tests.reports.periodic.made import CUT_OFF, LATE, ON_TIME, YEAR, Province, number

pytestmark = pytest.mark.django_db
DUE, ONE_DAY = date(2026, 9, 16), timedelta(days=1)


def refusal(act: Callable[[], object]) -> list[str]:
    with pytest.raises(ReportRefused) as refused:
        act()
    return factories.codes_of(refused.value)


# Days


def test_a_report_begins_with_its_period_and_is_sent_from_the_last_day_on(reporting: Province) -> None:
    who = reporting.health
    first, last = datetime(2026, 6, 15, 9, 0, tzinfo=VIETNAM), datetime(2026, 9, 14, 9, 0, tzinfo=VIETNAM)
    assert refusal(partial(made.begun, who, at=first - ONE_DAY)) == ["not-begun"]
    report = made.filled(who, made.begun(who, at=first), at=last)
    assert [gap.code for gap in submission_gaps(made.newest(report), last - ONE_DAY)] == ["not-over"]
    assert made.submitted(who, report, at=last).state == RevisionState.SUBMITTED


@pytest.mark.parametrize(
    ("days", "late", "words", "on_time"),
    [
        (0, 0, "đúng hạn 16/09/2026", 1),
        (1, 1, "muộn 1 ngày làm việc, hạn 16/09/2026", 0),
        # Saturday and Sunday are no working days.
        (4, 2, "muộn 2 ngày làm việc, hạn 16/09/2026", 0),
    ],
)
def test_the_due_day_is_in_time_and_lateness_is_told_in_working_days(
    reporting: Province, days: int, late: int, words: str, on_time: int
) -> None:
    who, at = reporting.health, ON_TIME + days * ONE_DAY
    revision = made.newest(made.sent(who, at=at))
    assert (revision.working_days_late, late_words(revision)) == (late, words)
    counted = reports_on_time_of([who.agency.pk], DUE, DUE, at.date())[who.agency.pk]
    assert (counted.owed, counted.on_time) == (1, on_time)


def test_what_is_due_today_is_missing_from_tomorrow_on(reporting: Province) -> None:
    unit = reporting.ward.agency.pk
    for today, missing in ((DUE, 0), (DUE + ONE_DAY, 1)):
        counted = reports_on_time_of([unit], DUE, DUE, today)[unit]
        assert (counted.owed, counted.missing) == (missing, missing)


def test_a_period_is_cut_off_from_its_due_day_on(reporting: Province) -> None:
    early = datetime(2026, 9, 15, 23, 0, tzinfo=VIETNAM)
    assert refusal(partial(made.locked, reporting.manager, at=early)) == ["not-due"]
    assert made.locked(reporting.manager, at=early + ONE_DAY).code == "q3"
    assert Entry.objects.filter(verb="report.locked").count() == 1


def test_a_cut_off_takes_the_reports_of_its_own_period_and_no_others(reporting: Province) -> None:
    june = datetime(2026, 6, 16, 9, 0, tzinfo=VIETNAM)
    earlier = made.sent(reporting.health, code="h1", at=june)
    made.accepted(reporting.manager, earlier, at=june)
    last_year = made.sent(reporting.health, year=2025)
    made.accepted(reporting.manager, last_year)
    here = made.sent(reporting.health)
    made.accepted(reporting.manager, here)
    made.locked(reporting.manager)
    states = [made.newest(report).state for report in (earlier, last_year, here)]
    assert states == [RevisionState.ACCEPTED, RevisionState.ACCEPTED, RevisionState.LOCKED]


def test_a_cut_off_waits_for_what_is_to_be_answered(reporting: Province) -> None:
    report = made.sent(reporting.health)
    lock = partial(made.locked, reporting.manager)
    assert refusal(lock) == ["waiting"]
    made.returned(reporting.manager, report)
    assert reporting.health.agency.pk in lock().missing


def test_what_was_cut_off_is_told_as_it_was_whatever_came_later(reporting: Province) -> None:
    report = made.sent(reporting.health, {"1.4.1": number(120)})
    made.accepted(reporting.manager, report)
    made.locked(reporting.manager)
    made.revised(reporting.health, report, {"1.4.1": number(150)})
    asked = made.view_of(report).asked

    def told(*, as_locked: bool) -> object:
        found = roll_up(asked, "unit", as_locked=as_locked)
        line = found.rolled("1.4.1") if found else None
        return line.value if line else None

    # Sent, and not accepted yet: it counts nowhere.
    assert (told(as_locked=True), told(as_locked=False)) == (number(120), number(120))
    made.accepted(reporting.manager, report, at=LATE)
    assert (told(as_locked=True), told(as_locked=False)) == (number(120), number(150))


# Answers


def test_a_report_is_answered_once(reporting: Province) -> None:
    report = made.sent(reporting.health)
    revision = made.accepted(reporting.manager, report)
    accept = partial(accept_report, by=reporting.manager, at=ON_TIME, revision_id=revision.pk)
    assert refusal(accept) == ["not-submitted"]
    give_back = partial(return_report, by=reporting.manager, at=ON_TIME, revision_id=revision.pk)
    assert refusal(partial(give_back, reason="Thiếu")) == ["not-submitted"]


def test_nobody_returns_a_report_without_a_reason_and_its_writer_stays_its_writer(
    reporting: Province,
) -> None:
    report = made.sent(reporting.health)
    assert refusal(partial(made.returned, reporting.manager, report, " ")) == ["text-missing"]
    made.returned(reporting.manager, report)
    # Who returned it did not write it: that one may answer the next.
    assert made.newest(report).made_by_id == reporting.health.officer.id
    made.submitted(reporting.health, report)
    assert made.accepted(reporting.manager, report).number == 2


def test_what_was_explained_and_written_goes_on_in_the_next_draft(reporting: Province) -> None:
    who = reporting.health
    report = made.filled(who, made.begun(who), {"1.1.1": number(50), "1.1.2": number(53)})
    draft = made.newest(report)
    explain_difference(
        by=who.officer,
        at=ON_TIME,
        revision_id=draft.pk,
        expected_version=draft.version,
        identity="plan",
        text="Ba nhiệm vụ chuyển từ năm trước",
    )
    made.written(who.officer, report, "F3", "Đã sắp xếp lại hai phòng.")
    made.submitted(who, report)
    made.returned(reporting.manager, report)
    again = made.newest(report)
    assert again.explanations.get().text == "Ba nhiệm vụ chuyển từ năm trước"
    assert again.sections.get(key="F3").text == "Đã sắp xếp lại hai phòng."
    assert made.submitted(who, report).number == 2


def test_each_step_is_told_once_and_stands_in_the_log(reporting: Province) -> None:
    who = reporting.health
    report = made.sent(who)
    made.returned(reporting.manager, report)
    made.submitted(who, report)
    made.accepted(reporting.manager, report)
    link = f"/reports/{report.pk}/"
    told = {
        name: Message.objects.filter(recipient=person.id, link=link).count()
        for name, person in (("manager", reporting.manager), ("officer", who.officer), ("head", who.head))
    }
    assert told == {"manager": 2, "officer": 2, "head": 2}
    verbs = Entry.objects.filter(object=f"report:{report.pk}").order_by("id").values_list("verb", flat=True)
    steps = [verb for verb in verbs if verb in ("report.submitted", "report.returned", "report.accepted")]
    assert steps == ["report.submitted", "report.returned", "report.submitted", "report.accepted"]


# Sights that are stale


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(reporting: Province) -> None:
    who = reporting.health
    report = made.filled(who, made.begun(who), {"1.1.1": number(50), "1.1.2": number(53)})
    seen = made.newest(report)
    section = seen.sections.get(key="F3")
    made.written(who.officer, report, "F3", "Người khác đã viết.")
    common: dict[str, Any] = {"at": ON_TIME, "revision_id": seen.pk, "expected_version": seen.version}
    acts = (
        partial(submit_report, by=who.head, **common),
        partial(discard_report_draft, by=who.officer, **common),
        partial(change_cut_off_day, by=who.officer, until_on=date(2026, 8, 31), **common),
        partial(explain_difference, by=who.officer, identity="plan", text="Chuyển từ năm trước", **common),
        partial(
            save_section,
            by=who.officer,
            at=ON_TIME,
            revision_id=seen.pk,
            key="F3",
            expected_version=section.version,
            text="Của tôi",
        ),
    )
    for act in acts:
        with pytest.raises(StaleReport):
            act()
    made.typed(who, report, {"1.4.1": number(9)})
    with pytest.raises(StaleReport):
        refresh_computed(
            by=who.officer, at=ON_TIME, revision_id=seen.pk, expected_figures=seen.figures_version
        )
    assert made.newest(report).sections.get(key="F3").text == "Người khác đã viết."


def test_only_what_does_not_add_up_is_explained(reporting: Province) -> None:
    who = reporting.health
    report = made.filled(who, made.begun(who))
    draft = made.newest(report)
    explain = partial(
        explain_difference,
        by=who.officer,
        at=ON_TIME,
        revision_id=draft.pk,
        expected_version=draft.version,
        identity="plan",
        text="Không cần",
    )
    assert refusal(explain) == ["no-gap"]


# Papers


def paper(who: made.Office, **more: object) -> int:
    facts: dict[str, object] = {
        "title": "Báo cáo quý III",
        "number": "12/BC-SYT",
        "issued_on": DUE,
        "upload": b"%PDF-1.7\n%%EOF\n",
        "file_name": "bao-cao.pdf",
    }
    return add_document(by=who.officer, at=ON_TIME, owner_id=who.agency.pk, **{**facts, **more}).pk  # type: ignore[arg-type]  # facts of several kinds


SECRET = {"is_secret": True, "upload": None, "file_name": ""}


def test_a_signed_file_belongs_to_what_was_sent_and_to_its_agency(reporting: Province) -> None:
    who, other = reporting.health, reporting.justice
    report = made.filled(who, made.begun(who))
    attach = partial(attach_signed, by=who.officer, at=ON_TIME, revision_id=made.newest(report).pk)
    own = paper(who)
    assert refusal(partial(attach, document_id=own)) == ["not-submitted"]
    made.submitted(who, report)
    assert refusal(partial(attach, document_id=paper(other))) == ["document-unfit"]
    assert refusal(partial(attach, document_id=paper(who, **SECRET))) == ["document-unfit"]
    for bare in ({"number": ""}, {"issued_on": None}):
        assert refusal(partial(attach, document_id=paper(who, **bare))) == ["document-incomplete"]
    assert refusal(partial(attach, document_id=own, by=other.officer)) == ["not-allowed"]
    assert attach(document_id=own).signed_document_id == own


def test_a_figure_names_a_source_of_the_own_store_and_no_secret_one(reporting: Province) -> None:
    who = reporting.health
    report = made.begun(who)

    def save(document_id: int) -> int:
        draft = made.newest(report)
        return save_values(
            by=who.officer,
            at=ON_TIME,
            revision_id=draft.pk,
            expected_figures=draft.figures_version,
            entries={"1.4.1": Given(number(7), document_id=document_id)},
        ).figures

    for unfit in (paper(reporting.justice), paper(who, **SECRET)):
        assert refusal(partial(save, unfit)) == ["document-unfit"]
    assert save(paper(who)) == 1


# Reminders


def test_what_was_returned_is_owed_again_and_what_was_accepted_is_nobodys_debt(reporting: Province) -> None:
    report = made.sent(reporting.health)

    def reminded() -> dict[str, str]:
        return {
            one.kind: one.text
            for one in due_things(CUT_OFF.date())
            if "Sở Y tế" in one.text and "quý III" in one.text
        }

    assert list(reminded()) == ["report.acceptance"]
    made.returned(reporting.manager, report)
    assert list(reminded()) == ["report.submission"]
    made.submitted(reporting.health, report)
    made.accepted(reporting.manager, report)
    assert reminded() == {}


def test_the_report_of_the_province_takes_what_agencies_reported_as_it_was_cut_off(
    reporting: Province,
) -> None:
    report = made.sent(reporting.health, {"1.4.1": number(120)})
    made.accepted(reporting.manager, report)
    made.locked(reporting.manager)
    made.revised(reporting.health, report, {"1.4.1": number(150)})
    made.accepted(reporting.manager, report, at=LATE)
    whole = open_report(
        by=reporting.manager, at=LATE, organisation_id=reporting.committee.pk, code="q3", year=YEAR
    )
    assert made.view_of(whole).values["1.4.1"] == number(120)
