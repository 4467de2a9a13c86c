"""An agency with its people and models, brought about by the actions people use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from openpar.base.accounts.models import Role
from openpar.base.documents.actions import add_document
from openpar.base.organisations.models import Organisation
from openpar.base.organisations.roles import Actor
from openpar.common.formats import VIETNAM
from openpar.engine.periods import PeriodKind
from openpar.reform.initiatives.actions.evaluating import Evaluated, evaluate
from openpar.reform.initiatives.actions.moving import Recognised, recognise, start
from openpar.reform.initiatives.actions.proposing import Proposal, propose
from openpar.reform.initiatives.duty import PeriodKey
from openpar.reform.initiatives.models import Evaluation, Initiative, Kind, Level
from tests import factories

AT = datetime(2026, 6, 16, 9, 0, tzinfo=VIETNAM)
HALF = PeriodKey(PeriodKind.HALF, 2026)
QUARTER = PeriodKey(PeriodKind.QUARTER, 2026)


def proposal(name: str = "Ngày thứ Năm không hẹn", kind: Kind = Kind.MODEL) -> Proposal:
    return Proposal(kind=kind, name=name, level=Level.BASE, field="F2", content="Giải quyết ngay trong ngày.")


@dataclass(frozen=True)
class Story:
    """Sở Y tế with officer, head and a document; Sở Nội vụ with the manager and a document of its own."""

    agency: Organisation
    home: Organisation
    officer: Actor
    head: Actor
    manager: Actor
    document: int
    decision: int

    def proposed(self, name: str = "Ngày thứ Năm không hẹn", kind: Kind = Kind.MODEL) -> Initiative:
        return propose(organisation_id=self.agency.pk, proposal=proposal(name, kind), by=self.officer, at=AT)

    def recognised(
        self, name: str = "Trả kết quả tại nhà", kind: Kind = Kind.INITIATIVE, on: date = date(2026, 3, 2)
    ) -> Initiative:
        made = self.proposed(name, kind)
        decided = Recognised(Level.BASE, "Hội đồng sáng kiến Sở Y tế", on, self.document)
        recognise(initiative_id=made.pk, decided=decided, by=self.head, at=AT)
        made.refresh_from_db()
        return made

    def running(self, name: str = "Ngày thứ Năm không hẹn", since: date = date(2026, 2, 2)) -> Initiative:
        made = self.proposed(name)
        start(
            initiative_id=made.pk,
            started_on=since,
            document_id=self.document,
            expected_version=1,
            by=self.officer,
            at=AT,
        )
        made.refresh_from_db()
        return made

    def evaluated(self, initiative: Initiative, asked: PeriodKey = HALF) -> Evaluation:
        (made,) = evaluate(asked=asked, said=[said(initiative)], by=self.officer, at=AT)
        return made


def said(initiative: Initiative, text: str = "Giảm thời gian chờ.", seen: int = 0) -> Evaluated:
    return Evaluated(
        initiative.pk, Evaluation.Verdict.EFFECTIVE, Evaluation.Advice.CONTINUE, text, expected_revision=seen
    )


def story() -> Story:
    agency = factories.organisation("Sở Y tế", block_code="so")
    home = factories.organisation("Sở Nội vụ", block_code="so")
    officer = factories.actor_as(Role.FOCAL_OFFICER, agency, "Trần Thị Bình")
    manager = factories.actor_as(Role.ROUND_MANAGER, home, "Phạm Quốc Dũng")
    return Story(
        agency=agency,
        home=home,
        officer=officer,
        head=factories.actor_as(Role.AGENCY_HEAD, agency, "Lê Văn Cường"),
        manager=manager,
        document=add_document(
            by=officer, at=AT, owner_id=agency.pk, title="Kế hoạch mô hình", number="15/KH-SYT"
        ).pk,
        decision=add_document(
            by=manager, at=AT, owner_id=home.pk, title="Giao chỉ tiêu sáng kiến", number="7/QĐ-SNV"
        ).pk,
    )
