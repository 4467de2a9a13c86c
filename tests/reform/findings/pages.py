"""What the addresses of the pages of findings name, made for one agency by the actions people use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from openpar.base.accounts.models import Role
from openpar.base.organisations.models import Organisation
from openpar.reform.findings.actions.adding import Leaf, NewFinding, add_findings
from openpar.reform.findings.actions.conferences import OwedConference, PublishedRound, owe_conferences
from openpar.reform.findings.actions.extending import ask_extension
from openpar.reform.findings.actions.remedying import RemedyPlan, plan_remedy, report_remedy
from openpar.reform.findings.models import Cause, Conference, FindingEvidence, FoundBy
from tests import factories
from tests.reform.findings.found import FOUND, proof_of

# Addresses about a finding that was reported; all others are about one that is being remedied.
OF_REPORTED = ("finding-close", "finding-return", "finding-classify", "finding-evidence")


@dataclass(frozen=True)
class FindingThings:
    """Of one agency: a finding with a request for more time, a reported one, and a conference."""

    remediating: int
    reported: int
    extension: int
    conference: int
    evidence: int
    document: int

    def named(self, address: str) -> Mapping[str, int]:
        """The things by the names that the address gives them."""
        return {
            "finding_id": self.reported if address in OF_REPORTED else self.remediating,
            "extension_id": self.extension,
            "conference_id": self.conference,
            "evidence_id": self.evidence,
        }

    def sent(self, organisation: int) -> dict[str, dict[str, Any]]:
        """What the pages are sent, complete enough to change something for who may."""
        document = str(self.document)
        return {
            "finding-new": {
                "found_by": "SELF",
                "organisation": str(organisation),
                "field": "F0",
                "text": "Phân công chưa rõ",
                "period_from": "15/12/2025",
                "period_until": "30/06/2026",
            },
            "finding-plan": {"remedy": "Làm khác", "cause": "OBJECTIVE", "version": "2"},
            "finding-report": {"text": "Xong", "documents": document},
            "finding-extension": {"wanted_until": "31/12/2026", "reason": "Chờ"},
            "finding-close": {"text": "Đạt"},
            "finding-return": {"reason": "Thiếu"},
            "finding-classify": {"code": "", "version": "3"},
            "finding-extension-decide": {"decision": "grant"},
            "findings-conference-hold": {
                "held_on": "01/04/2026",
                "attendance": "Toàn cơ quan",
                "conclusions": "Khắc phục",
                "minutes": document,
                "version": "1",
            },
            "findings-conference-order": {"field": "F0", "text": "Kiểm tra", "deadline": "30/11/2026"},
            "findings-conference-shortcoming": {"named_field": "F0", "named": "Chậm"},
        }


def finding_things(agency: Organisation, finder: Organisation, *, at: datetime = FOUND) -> FindingThings:
    """All of it, by people of the two organisations who are asked about nothing."""
    manager = factories.actor_as(Role.ROUND_MANAGER, finder, "Người phát hiện")
    officer = factories.actor_as(Role.FOCAL_OFFICER, agency, "Người khắc phục")
    day = timezone.localdate(at)
    first, second = add_findings(
        lines=[
            NewFinding(
                organisation_id=agency.pk,
                field=field,
                code=code,
                text=text,
                found_by=FoundBy.INSPECTION,
                finder_id=finder.pk,
                found_on=day,
                period_from=date(day.year - 1, 1, 1),
                period_until=day,
                deadline=day + timedelta(days=90),
                source_id=1,
                source_text="Thông báo kết luận 45/TB-SNV",
                source_link="/inspections/",
                leaf=Leaf("1.3.1", "Kiểm tra đơn vị trực thuộc", day.year),
                request="Kiểm tra ít nhất 30% đơn vị",
            )
            for field, code, text in (
                ("F0", "F0-01", "Không kiểm tra đơn vị trực thuộc"),
                ("F2", "F2-03", "Còn 101 hồ sơ trễ hạn"),
            )
        ],
        by=manager,
        at=at,
    )
    for one in (first, second):
        plan = RemedyPlan("Khắc phục trong quý", None, Cause.SUBJECTIVE)
        plan_remedy(finding_id=one.pk, plan=plan, by=officer, at=at)
    extension = ask_extension(
        finding_id=first.pk,
        wanted_until=day + timedelta(days=120),
        reason="Đang sắp xếp bộ máy",
        by=officer,
        at=at,
    )
    document = proof_of(agency, at, upload=b"%PDF-1.7\n%%EOF")
    report_remedy(finding_id=second.pk, text="Đã trả hết", document_ids=[document], by=officer, at=at)
    published = PublishedRound(900_001, "Chỉ số CCHC năm trước", day.year - 1, day, finder.pk)
    owe_conferences(
        round=published, owed=[OwedConference(agency.pk, agency.versions.latest("valid_from").pk)]
    )
    conference = Conference.objects.get(round_id=published.id, organisation=agency)
    evidence = FindingEvidence.objects.get(step__finding=second)
    return FindingThings(first.pk, second.pk, extension.pk, conference.pk, evidence.pk, document)
