"""The addresses of all pages, by walking the URL configuration: for the table of roles, and for axe."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.delivery.dossiers.pages import DossierThings
from tests.delivery.figures.pages import FigureThings
from tests.delivery.procedures.pages import ProcedureThings
from tests.parindex.indicators.pages import IndicatorThings
from tests.reform.findings.pages import FindingThings
from tests.reform.inspections.pages import InspectionThings
from tests.reform.monitors.pages import RegisterThings
from tests.reform.plans.pages import PlanThings
from tests.reports.periodic.pages import ReportThings

# Addresses that answer a GET with something else than a page of their own: why, by name.
NO_PAGES: Mapping[str, str] = {
    "set_language": "goes back to where it was asked",
    "appraise": "a row for htmx; without, it goes to the page of its leaf",
    "appraise-answer": "a row for htmx; without, it goes to the page of explanations",
    "assessment-explain": "goes to the page of its leaf",
    "assessment-preview": "a part of the page of its leaf",
    "assessment-document": "a file",
    "document-file": "a file",
    "sheet-download": "a file",
    "assessment-report": "a file",
    "assessment-report-pdf": "a file",
    "assessment-sheet": "a file",
    "round-outside-template": "a file",
    "round-matrix": "a file",
    "round-bundle": "a file",
    "round-decision": "a file",
    "round-decision-pdf": "a file",
    "unit-notice": "a file",
    "unit-notice-pdf": "a file",
    "criteria-export": "a file",
    "audit-export": "a file",
    "own-data-export": "a file",
    "seals-checkpoint": "a text for programs",
    "seals-checkpoints": "a text for programs",
    "seals-one-checkpoint": "a text for programs",
    "seals-keys": "a text for programs",
    "seals-feed": "a text for programs",
    "seals-verifier": "a file",
    "seals-tile": "a file",
    "draw-units": "a text for programs",
    "draw-file": "a file",
    "procedures-export": "a file",
    "dossiers-export": "a file",
    "dossiers-mapping-file": "a file",
    "dossiers-import-waiting": "only after an upload, for whoever uploaded: test_dossiers does",
    "procedures-template": "a file",
    "procedures-counts-export": "a file",
    "figure-sheet-export": "a file",
    "report-document": "a file",
    "report-appendix": "a file",
    "report-signed": "a file",
    "reports-board-export": "a file",
    "figures-rollup-export": "a file",
    "findings-export": "a file",
    "finding-evidence": "a file",
    "findings-conference-minutes": "a file, once the conference was held: test_findings does",
    "plan-export": "a file",
    "plan-document": "a file",
    "plan-paper": "a file",
    "plan-target-document": "a file",
    "task-document": "a file",
    "meeting-document": "a file",
    "plan-import-preview": "only after an upload, for whoever uploaded: test_plan_drafts does",
    "initiatives-export": "a file",
    "monitor-export": "a file",
    "inspection-export": "a file",
    "inspection-document": "a file",
    "inspection-paper": "a file",
    "inspection-minutes-file": "a file",
    "figures-evaluation-export": "a file",
    "service-quality-export": "a file",
    "service-quality-template": "a file",
    "service-quality-import-preview": "only after an upload: test_service_quality does",
    "receipt": "needs a row of the log that is answered with one: test_seals does",
    "receipt-file": "a file",
    "login-second-factor": "only after a password: the journey test_second_factor does",
    "second-factor-app": "only after confirming: the journey test_second_factor does",
    "sheet-preview": "only after an upload: test_sheet_files and the journey test_excel do",
    "criteria-import-preview": "only after an upload: test_criteria_import and the journey test_round do",
}


@dataclass(frozen=True)
class Things:
    """What the addresses name; a draft is a criteria set that may be edited, `line` one of its criteria."""

    round: int
    sheet: int
    round_block: int
    criteria_set: int
    draft: int
    line: int
    organisation: int
    person: int
    document: int
    procedures: ProcedureThings
    indicators: IndicatorThings
    figures: FigureThings
    dossiers: DossierThings
    findings: FindingThings
    inspections: InspectionThings
    reports: ReportThings
    registers: RegisterThings
    plans: PlanThings

    def address(self, name: str, **chosen: object) -> str:
        """The address of a page of these things; `chosen` names others in their place."""
        pattern = _PATTERNS[name]
        names = pattern.pattern.converters
        kwargs = {key: chosen.get(key) or self._thing(name, key) for key in names}
        return reverse(name, kwargs=kwargs)

    def _thing(self, name: str, key: str) -> object:
        if key == "pk":
            return self._subject(name)
        return {
            **self.procedures.named(name),
            **self.figures.named(name),
            **self.findings.named(name),
            **self.reports.named(name),
            **self.registers.named(name),
            **self.plans.named(name),
            "round_id": self.round,
            "assessment_id": self.sheet,
            "round_block_id": self.round_block,
            "block": "so",
            "code": "2.2.1" if name.startswith("round-outside") else "1.1.2",
            "line": self.line,
            "organisation_id": self.organisation,
            "indicator": "2.1",
            "document_id": self.document,
            "change": "rename",
            "year": 2027,
            "kind": "xlsx",
            **self.indicators.named(name),
            **self.dossiers.named(name),
            **self.inspections.named(name),
        }.get(key, 1)

    def _subject(self, name: str) -> int:
        if name in _OF_DRAFTS:
            return self.draft
        for starts, subject in (
            (("assessment", "sheet"), self.sheet),
            (("criteria",), self.criteria_set),
            (("organisation",), self.organisation),
            (("document", "verify-document", "replace-document"), self.document),
        ):
            if name.startswith(starts):
                return subject
        return self.person


_OF_DRAFTS = ("criteria-issue", "criteria-edit", "criteria-settings", "criteria-add", "criteria-line")


def _walk(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns)
        else:
            yield pattern


_PATTERNS: Mapping[str, URLPattern] = {
    str(pattern.name): pattern for pattern in _walk(get_resolver("openpar.web.urls").url_patterns)
}
NAMES = frozenset(_PATTERNS)
