"""Rounds in every state, with things of one's own, another, the parent and a child agency.

Made by the actions people use. A relation has a round that its agency manages, and in every round all four
agencies are scored; so whose round and whose sheet are told apart. Marked texts stand wherever people write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from openpar.base.accounts.models import Role, User
from openpar.base.accounts.queries import Actor
from openpar.base.audit.models import Entry as Trace
from openpar.base.audit.sealing import seal
from openpar.base.documents.actions import add_document
from openpar.base.organisations.models import Kind, Organisation
from openpar.parindex.assessments.actions.adjustments import record_penalty
from openpar.parindex.assessments.actions.appraisals import agree_with_self
from openpar.parindex.assessments.actions.corrections import propose_correction
from openpar.parindex.assessments.actions.evidence import attach_evidence
from openpar.parindex.assessments.actions.outside import OutsideValue, record_outside_values
from openpar.parindex.assessments.actions.reopenings import ask_reopening
from openpar.parindex.assessments.actions.rounds import (
    add_block,
    advance_round,
    assign_appraiser,
    create_round,
    enrol_units,
    open_round,
    set_phases,
)
from openpar.parindex.assessments.actions.scores import Entry
from openpar.parindex.assessments.actions.self_scoring import lock_sheet, save_self_score, submit_sheet
from openpar.parindex.assessments.models import Assessment, Layer, Round, RoundBlock, RoundStage
from openpar.parindex.criteria.actions import copy_set
from openpar.parindex.criteria.models import CriteriaSet, Criterion
from tests import factories
from tests.delivery.dossiers.pages import DossierThings, dossier_things
from tests.delivery.figures.pages import FigureThings, figure_things
from tests.delivery.procedures.pages import ProcedureThings, procedure_things
from tests.parindex import rounds
from tests.parindex.indicators.pages import IndicatorThings, indicator_things
from tests.reform.findings.pages import FindingThings, finding_things
from tests.reform.inspections.pages import InspectionThings, inspection_things
from tests.reform.monitors.pages import RegisterThings, register_things
from tests.reform.plans.pages import PlanThings, plan_things
from tests.reports.periodic.pages import ReportThings, report_things
from trust.access import IDLE, ROLES

# When somebody asks, in each state.
MOMENTS: Mapping[str, datetime] = {
    "running": rounds.DURING_SELF + timedelta(hours=1),
    "appraisal": rounds.APPRAISAL + timedelta(hours=1),
    "deciding": rounds.DECISION + timedelta(hours=1),
    "published": rounds.DECISION + timedelta(hours=2),
}
# Who found what is wrong with the agency of a relation: an agency what lies below it, else a stranger.
_FINDERS: Mapping[str, str] = {"own": "other", "other": "parent", "parent": "other", "child": "own"}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@dataclass(frozen=True)
class Things:
    """What the addresses name, of one relation and in one state."""

    round: int
    sheet: int
    round_block: int
    criteria_set: int
    draft: int
    line: int
    organisation: int
    person: int
    role_held: int
    document: int
    adjustment: int
    reopening: int
    correction: int
    entry: int
    procedures: ProcedureThings
    indicators: IndicatorThings
    figures: FigureThings
    dossiers: DossierThings
    findings: FindingThings
    inspections: InspectionThings
    reports: ReportThings
    registers: RegisterThings
    plans: PlanThings


@dataclass(frozen=True)
class Worlds:
    """The people by what they are, and the things by state and relation."""

    people: Mapping[str, User]
    agencies: Mapping[str, Organisation]
    things: Mapping[tuple[str, str], Things]


@dataclass(frozen=True)
class _Cast:
    """Who acts for an agency while the worlds are made; none of them is asked about."""

    focal: Actor
    head: Actor


def secret(kind: str, relation: str, state: str = "") -> str:
    """A text that stands only in the things of this relation, so that it is found wherever it leaks to."""
    return f"DAU{kind}{relation}{state}MAT"


def build(states: Iterable[str], relations: Iterable[str]) -> Worlds:
    """All of it, in the database that is there."""
    parent = factories.organisation("Sở trên", kind=Kind.DEPARTMENT, block_code="so")
    own = factories.organisation("Sở mình", parent=parent, block_code="so")
    child = factories.organisation("Sở dưới", parent=own, block_code="so")
    other = factories.organisation("Sở khác", block_code="so")
    agencies = {"own": own, "other": other, "parent": parent, "child": child}
    people = {role: factories.person_as(Role(role), own, f"Người {role}") for role in ROLES}
    people[IDLE] = factories.person_as(Role.APPRAISER, own, "Người chưa được phân công")
    people["nobody"] = factories.person("Người không vai trò")
    casts = {relation: _cast(agency) for relation, agency in agencies.items()}
    chair = factories.actor_as(Role.COUNCIL_CHAIR, other, "Chủ tịch")
    things = {}
    for number, relation in enumerate(relations):
        manager = factories.actor_as(Role.ROUND_MANAGER, agencies[relation], "Quản lý")
        subject = factories.person_as(Role.FOCAL_OFFICER, agencies[relation], secret("ten", relation))
        procedures = procedure_things(manager, agencies[relation], code=f"9.00001{number}")
        figures = figure_things(agencies[relation])
        dossiers = dossier_things(manager, agencies[relation], code=f"H01.{number + 1}")
        findings = finding_things(agencies[relation], agencies[_FINDERS[relation]])
        inspections = inspection_things(manager, agencies[relation])
        reports = report_things(agencies[relation])
        registers = register_things(agencies[relation])
        plans = plan_things(agencies[relation])
        indicators = indicator_things(manager, agencies[relation])
        for state in states:
            maker = _Maker(
                relation,
                state,
                manager,
                chair,
                agencies,
                casts,
                people["APPRAISER"],
                subject,
                procedures,
                indicators,
                figures,
                dossiers,
                findings,
                inspections,
                reports,
                registers,
                plans,
            )
            things[state, relation] = maker.make()
    # Receipts and the public pages of the log tell of sealed rows only.
    seal(at=MOMENTS["published"])
    return Worlds(people, agencies, things)


def _cast(agency: Organisation) -> _Cast:
    return _Cast(
        focal=factories.actor_as(Role.FOCAL_OFFICER, agency, "Đầu mối"),
        head=factories.actor_as(Role.AGENCY_HEAD, agency, "Thủ trưởng"),
    )


@dataclass(frozen=True)
class _Maker:
    """One round, managed by the agency of a relation, brought to a state."""

    relation: str
    state: str
    manager: Actor
    chair: Actor
    agencies: Mapping[str, Organisation]
    casts: Mapping[str, _Cast]
    appraiser: User
    subject: User
    procedures: ProcedureThings
    indicators: IndicatorThings
    figures: FigureThings
    dossiers: DossierThings
    findings: FindingThings
    inspections: InspectionThings
    reports: ReportThings
    registers: RegisterThings
    plans: PlanThings

    def make(self) -> Things:
        criteria_set = rounds.issued_set(self.manager)
        round, block = self._prepared(criteria_set)
        open_round(round_id=round.pk, by=self.manager, at=rounds.SELF_OPENS)
        documents = {relation: self._scored(block, relation) for relation in self.agencies}
        sheet = self._sheet(block, self.relation)
        reopening = self._reopening(block) if self.state == "running" else 1
        adjustment = correction = 1
        if self.state != "running":
            self._locked(block)
            advance_round(round_id=round.pk, to=RoundStage.APPRAISAL, by=self.manager, at=rounds.SELF_CLOSES)
        if self.state in ("deciding", "published"):
            adjustment, correction = self._decided(round, block)
        if self.state == "published":
            rounds.recognise(round.pk, chair=self.chair, manager=self.manager)
        draft = copy_set(
            set_id=criteria_set.pk, year=2027, title="Bộ năm sau", by=self.manager, at=rounds.BEFORE
        )
        told = Trace.objects.filter(about=f"assessment:{sheet.pk}", verb="sheet.locked").first()
        return Things(
            round=round.pk,
            sheet=sheet.pk,
            round_block=block.pk,
            criteria_set=criteria_set.pk,
            draft=draft.pk,
            line=Criterion.objects.get(set=draft, code="1.1.2").pk,
            organisation=self.agencies[self.relation].pk,
            person=self.subject.pk,
            role_held=self.subject.roles.get().pk,
            document=documents[self.relation],
            adjustment=adjustment,
            reopening=reopening,
            correction=correction,
            entry=told.pk if told else 1,
            procedures=self.procedures,
            indicators=self.indicators,
            figures=self.figures,
            dossiers=self.dossiers,
            findings=self.findings,
            inspections=self.inspections,
            reports=self.reports,
            registers=self.registers,
            plans=self.plans,
        )

    def _prepared(self, criteria_set: CriteriaSet) -> tuple[Round, RoundBlock]:
        by, at = self.manager, rounds.BEFORE
        round = create_round(
            title=f"Kỳ {self.state}",
            year=2026,
            assessed_from=date(2025, 12, 15),
            assessed_until=date(2026, 12, 14),
            manager_id=self.agencies[self.relation].pk,
            by=by,
            at=at,
        )
        set_phases(round_id=round.pk, phases=rounds.CALENDAR, reason="", by=by, at=at)
        block = add_block(
            round_id=round.pk,
            block_id=factories.block("so").pk,
            criteria_set_id=criteria_set.pk,
            by=by,
            at=at,
        )
        ids = [agency.pk for agency in self.agencies.values()]
        enrol_units(round_block_id=block.pk, organisation_ids=ids, by=by, at=at)
        assign_appraiser(
            round_block_id=block.pk, field_codes=["1", "2"], appraiser_id=self.appraiser.pk, by=by, at=at
        )
        return round, block

    def _sheet(self, block: RoundBlock, relation: str) -> Assessment:
        return Assessment.objects.get(round_block=block, organisation=self.agencies[relation])

    def _scored(self, block: RoundBlock, relation: str) -> int:
        """Every leaf scored, one document bound; notes and the document carry marks."""
        by, at = self.casts[relation].focal, rounds.DURING_SELF
        sheet = self._sheet(block, relation)
        for code, answer in rounds.FULL_ANSWERS.items():
            save_self_score(
                assessment_id=sheet.pk,
                code=code,
                entry=Entry(answer, note=secret("ghichu", relation, self.state)),
                expected_version=0,
                by=by,
                at=at,
            )
        document = add_document(
            by=by,
            at=at,
            owner_id=self.agencies[relation].pk,
            title=secret("tailieu", relation, self.state),
            number=secret("so", relation, self.state),
            upload=PDF + secret("tep", relation, self.state).encode(),
            file_name=f"{secret('tentep', relation, self.state)}.pdf",
        )
        attach_evidence(
            assessment_id=sheet.pk,
            code="1.1.2",
            layer=Layer.SELF,
            document_id=document.pk,
            pointer="trang 1",
            by=by,
            at=at,
        )
        return document.pk

    def _locked(self, block: RoundBlock) -> None:
        for relation, cast in self.casts.items():
            sheet = self._sheet(block, relation)
            submit_sheet(assessment_id=sheet.pk, by=cast.focal, at=rounds.DURING_SELF)
            lock_sheet(assessment_id=sheet.pk, by=cast.head, at=rounds.DURING_SELF)

    def _reopening(self, block: RoundBlock) -> int:
        """Another agency's sheet locked, its reopening asked for: the sheet of the relation stays open."""
        relation = next(name for name in self.agencies if name != self.relation)
        sheet, cast = self._sheet(block, relation), self.casts[relation]
        submit_sheet(assessment_id=sheet.pk, by=cast.focal, at=rounds.DURING_SELF)
        lock_sheet(assessment_id=sheet.pk, by=cast.head, at=rounds.DURING_SELF)
        return ask_reopening(
            assessment_id=sheet.pk, reason="Bổ sung", by=cast.focal, at=rounds.DURING_SELF
        ).pk

    def _decided(self, round: Round, block: RoundBlock) -> tuple[int, int]:
        """Waiting for recognition; what is asked about has a penalty and a correction that wait."""
        outsider = factories.actor_as(
            Role.APPRAISER, factories.organisation("Văn phòng", assessed=False), "Người ngoài"
        )
        assign_appraiser(
            round_block_id=block.pk,
            field_codes=["1", "2"],
            appraiser_id=outsider.person_id,
            by=self.manager,
            at=rounds.APPRAISAL,
        )
        for relation in self.agencies:
            agree_with_self(
                assessment_id=self._sheet(block, relation).pk,
                codes=rounds.SELF_CODES,
                by=outsider,
                at=rounds.APPRAISAL,
            )
        rounds.move_to_decision(round.pk, self.manager)
        values = [
            OutsideValue(
                assessment_id=self._sheet(block, relation).pk, code="2.2.1", answer=rounds.ratio(80, 100)
            )
            for relation in self.agencies
        ]
        record_outside_values(
            round_id=round.pk, values=values, source="Báo cáo", by=self.manager, at=rounds.DECISION
        )
        if self.state == "published":
            return 1, 1
        sheet = self._sheet(block, self.relation).pk
        penalty = record_penalty(
            assessment_id=sheet,
            ground="Kết luận thanh tra",
            points=Decimal("0.5"),
            document_id=None,
            by=outsider,
            at=rounds.DECISION,
        )
        correction = propose_correction(
            assessment_id=sheet,
            code="2.1.1",
            entry=Entry(rounds.ratio(40, 50), note=secret("ghichu", self.relation, self.state)),
            document_id=None,
            expected_version=0,
            by=outsider,
            at=rounds.DECISION,
        )
        return penalty.pk, correction.pk
