"""An agency that keeps its registers, by the actions people use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpar.base.accounts.models import Role
from openpar.base.documents.actions import add_document
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from openpar.reform.monitors.actions.entering import save_entry
from openpar.reform.monitors.models import Entry
from tests import factories

AT = datetime(2026, 6, 16, 9, 0, tzinfo=VIETNAM)
TODAY = AT.date()


@dataclass(frozen=True)
class Watched:
    """Sở Y tế with officer, head and a document; Sở Nội vụ with the manager."""

    agency: Organisation
    home: Organisation
    officer: Actor
    head: Actor
    manager: Actor
    document: int

    def said(self, register: str, **more: object) -> dict[str, Any]:
        """What is said of a subject of each register when all is well; `more` in its place."""
        return {**_WELL[register], **dict.fromkeys(_PROOFS[register], self.document), **more}

    def entered(self, register: str, *, seen: int = 0, **more: object) -> Entry:
        return self.entered_as(self.officer, self.agency, register, self.said(register, **more), seen)

    def entered_as(
        self, by: Actor, agency: Organisation, register: str, values: Mapping[str, Any], seen: int = 0
    ) -> Entry:
        return save_entry(
            register=register,
            organisation_id=agency.pk,
            values=values,
            expected_revision=seen,
            by=by,
            at=AT,
        )


_WELL: Mapping[str, Mapping[str, Any]] = {
    "quality_system": {
        "standard": "9001:2015",
        "scope": "Giải quyết 120 thủ tục hành chính",
        "first_announced_on": date(2025, 8, 4),
        "announced_on": date(2025, 8, 4),
        "internal_audit_on": date(2026, 3, 2),
        "management_review_on": date(2026, 3, 16),
    },
    "job_positions": {
        "unit_kind": "AGENCY",
        "submitted_on": date(2026, 1, 5),
        "approved_on": date(2026, 3, 2),
        "staffed_on": date(2026, 5, 4),
    },
    "leadership_posts": {
        "post_kind": "DIVISION",
        "counted_on": date(2026, 6, 1),
        "authorised": 10,
        "filled": 10,
        "deputies": 3,
        "deputies_cap": 3,
    },
    "training": {
        "year": 2026,
        "issued_on": date(2026, 2, 2),
        "leaders_planned": 10,
        "leaders_trained": 4,
        "civil_servants_planned": 40,
        "civil_servants_trained": 26,
    },
    "recruitment": {
        "year": 2026,
        "staff_group": "CIVIL_SERVANTS",
        "vacancies": 5,
        "issued_on": date(2026, 2, 2),
        "planned": 5,
        "by_examination": 3,
    },
    "legal_documents": {
        "year": 2026,
        "quarter": 2,
        "to_check": 10,
        "checked": 9,
        "unlawful": 2,
        "handled": 2,
    },
    "electronic_documents": {
        "year": 2026,
        "quarter": 2,
        "outgoing": 100,
        "outgoing_secret": 4,
        "outgoing_signed": 96,
    },
    "discipline": {
        "year": 2026,
        "quarter": 2,
        "checks_planned": 4,
        "checks": 4,
        "checks_unannounced": 2,
        "cases": 3,
        "cases_handled": 3,
        "punished": 1,
    },
    "dissemination": {
        "year": 2026,
        "quarter": 2,
        "planned": 10,
        "carried_out": 10,
        "articles": 24,
        "conferences": 2,
        "links": "https://example.gov.vn/cchc",
    },
    "dialogue": {
        "year": 2026,
        "quarter": 2,
        "planned": 1,
        "held": 1,
        "concluded": 1,
        "opinions": 12,
        "answered": 12,
    },
}
_PROOFS: Mapping[str, tuple[str, ...]] = {
    "quality_system": ("announcement", "internal_audit", "management_review"),
    "job_positions": ("submission", "approval"),
    "leadership_posts": (),
    "training": ("plan",),
    "recruitment": ("plan",),
    "legal_documents": (),
    "electronic_documents": (),
    "discipline": ("plan",),
    "dissemination": ("plan",),
    "dialogue": ("plan", "minutes"),
}


def watched() -> Watched:
    agency = factories.organisation("Sở Y tế", block_code="so")
    home = factories.organisation("Sở Nội vụ", block_code="so")
    officer = factories.actor_as(Role.FOCAL_OFFICER, agency, "Trần Thị Bình")
    return Watched(
        agency=agency,
        home=home,
        officer=officer,
        head=factories.actor_as(Role.AGENCY_HEAD, agency, "Lê Văn Cường"),
        manager=factories.actor_as(Role.ROUND_MANAGER, home, "Phạm Quốc Dũng"),
        document=add_document(
            by=officer, at=AT, owner_id=agency.pk, title="Quyết định công bố", number="15/QĐ-SYT"
        ).pk,
    )
