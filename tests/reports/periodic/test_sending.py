"""A report on its way: sent by the head, returned, accepted, cut off, corrected, and kept as it was."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.utils import IntegrityError

from openpar.base.accounts.models import User
from openpar.base.documents.actions import add_document
from openpar.base.notifications.models import Message
from openpar.base.organisations.roles import Role
from openpar.common.formats import VIETNAM
from openpar.reports.periodic.actions.opening import discard_report_draft, open_report
from openpar.reports.periodic.actions.submitting import (
    accept_report,
    attach_signed,
    revise_report,
    submit_report,
)
from openpar.reports.periodic.errors import ReportRefused, StaleReport
from openpar.reports.periodic.models import (
    ReportRevision,
    ReportSection,
    ReportValue,
    RevisionState,
)
from openpar.reports.periodic.queries.owed import owed_by, owed_in_year
from openpar.reports.periodic.stages import REVISION
from tests import factories
from tests.reports.periodic import made
from tests.reports.periodic.made import LATE, ON_TIME, YEAR, Province, number

pytestmark = pytest.mark.django_db


# Sending, returning, accepting


def test_only_the_head_sends_and_lateness_is_counted_in_working_days(reporting: Province) -> None:
    who = reporting.health
    report = made.filled(who, made.begun(who))
    draft = made.newest(report)
    with pytest.raises(ReportRefused) as refused:
        submit_report(by=who.officer, at=LATE, revision_id=draft.pk, expected_version=draft.version)
    assert factories.codes_of(refused.value) == ["not-allowed"]
    # Due on Wednesday the 16th, sent on Monday the 21st: three working days.
    revision = made.submitted(who, report, at=LATE)
    assert (revision.due_on, revision.working_days_late) == (date(2026, 9, 16), 3)
    told = Message.objects.filter(recipient_id=reporting.manager.id, link=f"/reports/{report.pk}/")
    assert told.count() == 1


def test_the_head_signs_what_was_read(reporting: Province) -> None:
    who = reporting.health
    report = made.filled(who, made.begun(who))
    read = made.newest(report)
    made.written(who.officer, report, "F3", "Đã sắp xếp lại hai phòng.")
    with pytest.raises(StaleReport):
        submit_report(by=who.head, at=ON_TIME, revision_id=read.pk, expected_version=read.version)


def test_a_returned_report_goes_on_in_the_next_draft_with_everything_in_it(reporting: Province) -> None:
    who = reporting.health
    report = made.sent(who, {"1.4.1": number(120)})
    made.returned(reporting.manager, report, "Thiếu nguyên nhân")
    first, second = report.revisions.order_by("number")
    assert (first.state, second.state, second.reason) == ("RETURNED", "DRAFT", "Thiếu nguyên nhân")
    assert made.view_of(report).values["1.4.1"] == number(120)
    owed = owed_by(made.view_of(report).asked, "unit", [who.agency.pk])[0]
    assert (owed.is_returned, owed.sent_at) == (True, ON_TIME)
    made.written(who.officer, report, "limitations", "Nguyên nhân chủ quan.")
    made.submitted(who, report)
    assert made.accepted(reporting.manager, report).number == 2


def test_nobody_accepts_what_they_sent_and_no_unit_accepts_at_all(reporting: Province) -> None:
    report = made.sent(reporting.health)
    for by in (reporting.health.head, reporting.leader, reporting.auditor):
        with pytest.raises(ReportRefused) as refused:
            accept_report(by=by, at=ON_TIME, revision_id=made.newest(report).pk)
        assert factories.codes_of(refused.value) == ["not-allowed"]
    both = reporting.home.head
    user = User.objects.get(pk=both.person_id)
    factories.give(user, Role.ROUND_MANAGER, reporting.home.agency)
    own = made.sent(reporting.home)
    with pytest.raises(ReportRefused):
        accept_report(by=factories.actor(user), at=ON_TIME, revision_id=made.newest(own).pk)
    assert made.accepted(reporting.manager, own).state == RevisionState.ACCEPTED


def test_who_wrote_a_figure_or_a_word_in_it_does_not_receive_it(reporting: Province) -> None:
    """Not only whoever began or sent it: the head of Sở Nội vụ who is a manager of the year, too."""
    user = User.objects.get(pk=reporting.home.head.person_id)
    factories.give(user, Role.ROUND_MANAGER, reporting.home.agency)
    both = factories.actor(user)
    report = made.filled(reporting.home, made.begun(reporting.home))
    made.written(both, report, "F3", "Đã sắp xếp lại hai phòng.")
    second = factories.actor_as(Role.AGENCY_HEAD, reporting.home.agency, "Phó Giám đốc")
    made.submitted(second, report)
    with pytest.raises(ReportRefused) as refused:
        made.accepted(both, report)
    assert factories.codes_of(refused.value) == ["not-allowed"]
    with pytest.raises(ReportRefused):
        made.returned(both, report)
    assert made.accepted(reporting.manager, report).state == RevisionState.ACCEPTED


def test_the_province_is_drafted_by_the_department_and_sent_by_its_leader(reporting: Province) -> None:
    report = open_report(
        by=reporting.manager, at=ON_TIME, organisation_id=reporting.committee.pk, code="q3", year=YEAR
    )
    made.filled(reporting.manager, report)
    with pytest.raises(ReportRefused):
        made.submitted(reporting.manager, report)
    revision = made.submitted(reporting.leader, report)
    # The 20th of September 2026 is a Sunday: the next working day is due.
    assert revision.due_on == date(2026, 9, 21)


# Correcting, cutting off


def test_a_corrected_late_report_changes_nothing_that_was_locked(reporting: Province) -> None:
    report = made.sent(reporting.health, {"1.4.1": number(120)})
    made.accepted(reporting.manager, report)
    made.locked(reporting.manager)
    made.revised(reporting.health, report, {"1.4.1": number(150)})
    made.accepted(reporting.manager, report, at=LATE)
    first, second = report.revisions.order_by("number")
    assert (first.state, second.state) == (RevisionState.LOCKED, RevisionState.ACCEPTED)
    assert made.view_of(report, 1).values["1.4.1"] == number(120)
    assert made.view_of(report).values["1.4.1"] == number(150)
    assert (second.reason, second.working_days_late) == ("Cộng sót một xã", 3)


def test_before_the_cut_off_the_accepted_revision_is_replaced(reporting: Province) -> None:
    report = made.sent(reporting.health)
    made.accepted(reporting.manager, report)
    with pytest.raises(ReportRefused):
        revise_report(by=reporting.health.officer, at=ON_TIME, report_id=report.pk, reason=" ")
    made.revised(reporting.health, report, {"1.4.1": number(9)}, at=ON_TIME)
    with pytest.raises(ReportRefused):
        revise_report(by=reporting.health.officer, at=ON_TIME, report_id=report.pk, reason="Nữa")
    made.accepted(reporting.manager, report)
    assert [one.state for one in report.revisions.order_by("number")] == ["REPLACED", "ACCEPTED"]


def test_what_goes_on_from_a_returned_correction_is_not_dropped(reporting: Province) -> None:
    """With the draft gone there would be nothing to correct and nothing to correct it with."""
    report = made.sent(reporting.health)
    made.accepted(reporting.manager, report)
    made.revised(reporting.health, report, {"1.4.1": number(9)}, at=ON_TIME)
    made.returned(reporting.manager, report)
    draft = made.newest(report)
    with pytest.raises(ReportRefused) as refused:
        discard_report_draft(
            by=reporting.health.officer,
            at=ON_TIME,
            revision_id=draft.pk,
            expected_version=draft.version,
        )
    assert factories.codes_of(refused.value) == ["returned-before"]
    made.submitted(reporting.health, report)
    assert made.accepted(reporting.manager, report).number == 3


def test_a_correction_that_is_not_needed_is_dropped(reporting: Province) -> None:
    report = made.sent(reporting.health)
    made.accepted(reporting.manager, report)
    revise_report(by=reporting.health.officer, at=ON_TIME, report_id=report.pk, reason="Cộng sót")
    draft = made.newest(report)
    discard_report_draft(
        by=reporting.health.officer, at=ON_TIME, revision_id=draft.pk, expected_version=draft.version
    )
    assert made.newest(report).state == RevisionState.ACCEPTED


def test_a_period_is_cut_off_once_after_its_due_day_with_nothing_waiting(reporting: Province) -> None:
    report = made.sent(reporting.health)
    with pytest.raises(ReportRefused) as refused:
        made.locked(reporting.manager, at=datetime(2026, 9, 15, 9, 0, tzinfo=VIETNAM))
    assert factories.codes_of(refused.value) == ["not-due", "waiting"]
    made.accepted(reporting.manager, report)
    with pytest.raises(ReportRefused):
        made.locked(reporting.leader)
    lock = made.locked(reporting.manager)
    others = {one.agency.pk for one in reporting.offices} - {reporting.health.agency.pk}
    assert set(lock.missing) == others
    with pytest.raises(ReportRefused) as refused:
        made.locked(reporting.manager)
    assert factories.codes_of(refused.value) == ["already-locked"]


def test_the_signed_file_is_attached_once_with_number_and_day(reporting: Province) -> None:
    who, report = reporting.health, made.sent(reporting.health)
    revision = made.newest(report)

    def document(**others: object) -> int:
        facts = {
            "title": "Báo cáo quý III",
            "upload": b"%PDF-1.7\n%%EOF\n",
            "file_name": "bao-cao.pdf",
            **others,
        }
        return add_document(by=who.officer, at=ON_TIME, owner_id=who.agency.pk, **facts).pk  # type: ignore[arg-type]  # facts of several kinds

    with pytest.raises(ReportRefused) as refused:
        attach_signed(
            by=who.officer, at=ON_TIME, revision_id=revision.pk, document_id=document(number="1/BC-SYT")
        )
    assert factories.codes_of(refused.value) == ["document-incomplete"]
    whole = document(number="12/BC-SYT", issued_on=date(2026, 9, 16))
    attach_signed(by=who.officer, at=ON_TIME, revision_id=revision.pk, document_id=whole)
    with pytest.raises(ReportRefused) as refused:
        attach_signed(by=who.officer, at=ON_TIME, revision_id=revision.pk, document_id=whole)
    assert factories.codes_of(refused.value) == ["already-signed"]


# The database


def test_the_database_refuses_to_change_what_was_sent(reporting: Province) -> None:
    report = made.sent(reporting.health)
    revision = made.newest(report)
    changes = (
        lambda: ReportValue.objects.filter(revision=revision).update(first=Decimal(1)),
        lambda: ReportValue.objects.filter(revision=revision).delete(),
        lambda: ReportSection.objects.filter(revision=revision).update(text="khác"),
        lambda: ReportSection.objects.create(revision=revision, key="new"),
        lambda: ReportRevision.objects.filter(pk=revision.pk).update(state="DRAFT", submitted_at=None),
        lambda: ReportRevision.objects.filter(pk=revision.pk).update(working_days_late=9),
        lambda: ReportRevision.objects.filter(pk=revision.pk).delete(),
    )
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


def test_every_step_of_the_table_is_possible_and_no_other(reporting: Province) -> None:
    """The guard of the database lets a revision go as the table of stages says."""
    report = made.sent(reporting.health)
    made.accepted(reporting.manager, report)
    revision = made.newest(report)
    for state in RevisionState:
        if state in (RevisionState.LOCKED, RevisionState.RETURNED, RevisionState.DRAFT):
            continue
        may = state == RevisionState.ACCEPTED or state in REVISION[RevisionState.ACCEPTED]
        try:
            with transaction.atomic():
                ReportRevision.objects.filter(pk=revision.pk).update(state=state)
                transaction.set_rollback(True)
            happened = True
        except IntegrityError:
            happened = False
        assert happened == may, state


# Who owes what


def test_the_year_of_an_agency_lists_what_it_owes_by_due_day(reporting: Province) -> None:
    made.sent(reporting.health)
    found = owed_in_year([reporting.health.agency.pk], YEAR)
    assert [(one.asked.report.code, one.due_on, one.state) for one in found] == [
        ("q1", date(2026, 3, 16), None),
        ("h1", date(2026, 6, 16), None),
        ("q3", date(2026, 9, 16), RevisionState.SUBMITTED),
        ("year", date(2026, 12, 16), None),
    ]
