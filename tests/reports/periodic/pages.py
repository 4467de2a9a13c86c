"""What the addresses of the pages of reports name, made for one agency by the actions people use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from openpar.base.accounts.models import Role
from openpar.base.documents.actions import add_document
from openpar.base.organisations.models import Organisation
from openpar.reports.periodic.actions.opening import open_report
from openpar.reports.periodic.actions.submitting import attach_signed
from openpar.reports.periodic.calendar import reform_year, report_calendar
from openpar.reports.periodic.models import PeriodicReport
from tests import factories
from tests.delivery.figures.sheets import AT
from tests.reports.periodic import made

# Addresses that are about a report that waits, or that was accepted and signed; all others about a draft.
OF_WAITING = ("report-return", "report-accept", "report-attach")
OF_ACCEPTED = ("report-revise", "report-signed", "report-compare")


@dataclass(frozen=True)
class ReportThings:
    """A draft with a gap in it, a report that waits to be received, one that was accepted, of one agency."""

    draft: int
    waiting: int
    accepted: int

    def named(self, address: str) -> Mapping[str, object]:
        """The things by the names that the address gives them."""
        report = self.draft
        if address in OF_WAITING:
            report = self.waiting
        if address in OF_ACCEPTED:
            report = self.accepted
        return {"report_id": report, "section": "F3", "document_kind": "docx"}


def report_things(agency: Organisation, *, at: datetime = AT) -> ReportThings:
    """All of it, by people of the agency who are asked about nothing."""
    officer = factories.actor_as(Role.FOCAL_OFFICER, agency, "Người lập báo cáo")
    head = factories.actor_as(Role.AGENCY_HEAD, agency, "Người ký báo cáo")
    manager = factories.actor_as(Role.ROUND_MANAGER, agency, "Người tiếp nhận báo cáo")
    who = made.Office(agency, officer, head)
    today = timezone.localdate(at)
    calendar = report_calendar()
    years = (reform_year(today) - 1, reform_year(today))
    over = [one for year in years for one in calendar.reports_of(year) if one.period.until_on < today]

    def begun(place: int) -> PeriodicReport:
        asked = over[place]
        return open_report(
            by=officer, at=at, organisation_id=agency.pk, code=asked.report.code, year=asked.year
        )

    def sent(place: int) -> PeriodicReport:
        report = made.filled(who, begun(place), at=at)
        made.submitted(who, report, at=at)
        return report

    accepted, waiting, draft = sent(-3), sent(-2), begun(-1)
    made.accepted(manager, accepted, at=at)
    made.typed(who, draft, {"1.1.1": made.number(5), "1.1.2": made.number(8)}, at=at)
    document = add_document(
        by=officer,
        at=at,
        owner_id=agency.pk,
        title="Báo cáo đã ký",
        number="9/BC",
        issued_on=today,
        upload=b"%PDF-1.7\nbao cao\n",
        file_name="bao-cao.pdf",
    )
    attach_signed(by=officer, at=at, revision_id=made.newest(accepted).pk, document_id=document.pk)
    return ReportThings(draft.pk, waiting.pk, accepted.pk)
