"""Which pages axe looks at, in which state of a round and as whom. tests/web/test_pages.py misses none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from openpar.base.accounts.models import Role
from openpar.parindex.assessments.models import RoundStage

HEALTH, HOME, OFFICE = "health", "home", "office"


@dataclass(frozen=True)
class Look:
    """One page, by the name of its address; what it names besides the usual things, and what is asked."""

    name: str
    chosen: Mapping[str, object] = field(default_factory=dict)
    query: str = ""


@dataclass(frozen=True)
class Visit:
    """Somebody in a round that stands at `stage`, going through pages of Sở Y tế."""

    stage: RoundStage
    role: Role
    where: str
    looks: tuple[Look, ...]


def _all(*names: str) -> tuple[Look, ...]:
    return tuple(map(Look, names))


def _leaf(code: str) -> Look:
    return Look("assessment-leaf", {"code": code})


_RESULTS = tuple(Look("round-results", query=f"view={view}") for view in ("fields", "lost", "removed"))

PROCEDURE_VIEWS = ("offers", "history", "postings", "reviews")

# Without a log-in.
STRANGER = _all("login", "seals", "draws", "draw")
VISITS: Mapping[str, Visit] = {
    "everybody": Visit(
        RoundStage.SELF_SCORING,
        Role.DIVISION_OFFICER,
        HEALTH,
        (
            *_all("home", "messages", "password", "round", "organisations", "organisation", "criteria-set"),
            *_all("confirm", "second-factor", "sessions", "own-data", "notification-settings"),
        ),
    ),
    "a unit that scores itself": Visit(
        RoundStage.SELF_SCORING,
        Role.FOCAL_OFFICER,
        HEALTH,
        (
            *_all("home", "assessments", "assessment"),
            *map(_leaf, ("1.1.1", "1.1.2", "2.2.1")),
            *_all("assessment-evidence", "assessment-store", "assessment-submission", "assessment-assign"),
            *_all("assessment-bonus", "assessment-history", "assessment-leaf-history", "assessment-print"),
            Look("sheet-upload"),
            *_all("findings", "findings-taxonomy", "finding", "finding-plan", "finding-report"),
            *_all("finding-extension", "findings-conferences", "findings-conference", "finding-new"),
            *(Look("findings", query=f"view={view}") for view in ("fields", "agencies")),
        ),
    ),
    "the head of a unit": Visit(
        RoundStage.SELF_SCORING,
        Role.AGENCY_HEAD,
        HEALTH,
        (
            *_all("assessment-lock", "assessment-submission", "plan-issue"),
            Look("tasks", query="view=decide"),
        ),
    ),
    "documents": Visit(
        RoundStage.SELF_SCORING,
        Role.FOCAL_OFFICER,
        HEALTH,
        (
            *_all("documents", "new-document", "document", "verify-document", "replace-document"),
            *_all("initiatives", "initiative", "initiative-new", "initiative-edit", "initiative-evaluations"),
            Look("initiative-evaluations", query="kind=QUARTER&year=2026&number=1"),
            *_all("monitors", "monitor-agency", "monitor-new", "monitor-entry"),
            *_all("plans", "plan-new", "plan", "plan-version", "plan-day", "plan-draft", "plan-supplement"),
            *_all("plan-target", "plan-target-edit"),
            *_all(
                "plan-import",
                "plan-take",
                "plan-typical",
                "plan-line-new",
                "plan-line",
                "tasks",
                "task",
                "meetings",
            ),
            *_all("meeting", "meeting-new", "meeting-edit", "meeting-order"),
            *(Look("plan", query=f"view={view}") for view in ("time", "agencies", "list", "targets")),
            *(Look("monitor-new", {"register": key}) for key in ("electronic_documents", "dissemination")),
        ),
    ),
    "an appraiser": Visit(
        RoundStage.APPRAISAL,
        Role.APPRAISER,
        HOME,
        (
            *_all(
                "home", "appraisals", "appraisal-desk", "appraisal-leaf", "appraisal-unit", "round-penalty"
            ),
            Look("appraise", query="axis=leaf&open=1"),
        ),
    ),
    "an appraiser who answers": Visit(
        RoundStage.REAPPRAISAL, Role.APPRAISER, OFFICE, _all("appraisal-explanations")
    ),
    "a unit that explained": Visit(RoundStage.REAPPRAISAL, Role.FOCAL_OFFICER, HEALTH, (_leaf("1.1.2"),)),
    "the round manager": Visit(
        RoundStage.DECISION,
        Role.ROUND_MANAGER,
        HOME,
        (
            *_all("home", "rounds", "round-new", "round", "round-setup", "round-change", "round-phases"),
            *_all("round-appraisers", "round-outside", "round-outside-leaf", "round-adjustments"),
            *_all("round-council", "round-publish", "round-corrections", "correction-new"),
        ),
    ),
    # A phase that may end early: the field for the reason and what moving on does.
    "the round manager early": Visit(
        RoundStage.SELF_SCORING,
        Role.ROUND_MANAGER,
        HOME,
        (
            *_all("round", "initiatives", "initiative", "initiative-targets", "initiative-evaluations"),
            *_all("monitors", "monitor", "monitor-entry"),
            Look("monitor", {"register": "legal_documents"}),
        ),
    ),
    "criteria": Visit(
        RoundStage.SELF_SCORING,
        Role.ROUND_MANAGER,
        HOME,
        (
            *_all("criteria", "criteria-import", "criteria-set", "criteria-compare", "criteria-copy"),
            *_all("criteria-take-back", "criteria-retire", "criteria-edit", "criteria-settings"),
            *_all("criteria-line", "criteria-add", "criteria-issue"),
        ),
    ),
    "procedures": Visit(
        RoundStage.SELF_SCORING,
        Role.PROCEDURE_CONTROLLER,
        HOME,
        (
            *_all("procedures", "procedure", "procedures-import", "procedures-counts", "procedures-offers"),
            *(
                Look("procedure", query=f"view={view}")
                for view in ("offers", "history", "postings", "reviews")
            ),
            *_all("procedure-offer", "procedures-quality", "procedures-postings", "publishing-decisions"),
            *_all("publishing-decision", "publishing-decision-new", "publishing-decision-edit"),
            *_all("publishing-line-new", "publishing-line", "publishing-posting"),
            *_all("procedure-reviews", "procedure-review", "procedure-review-plan", "procedure-review-add"),
        ),
    ),
    "dossiers": Visit(
        RoundStage.SELF_SCORING,
        Role.PROCEDURE_CONTROLLER,
        HOME,
        (
            *_all("dossiers-board", "dossiers-work", "dossiers-agencies", "dossiers-procedures", "dossiers"),
            *_all(
                "dossiers-late", "dossiers-quality", "dossiers-quality-rule", "dossier", "dossiers-provinces"
            ),
            *_all("dossiers-imports", "dossiers-batch", "dossiers-import", "dossiers-mappings"),
            Look("dossiers-agencies", query="below=1&kind=YEAR&year=2026"),
            Look("dossiers", query="kind=YEAR&year=2026&measure=late"),
        ),
    ),
    "figures of an agency": Visit(
        RoundStage.SELF_SCORING,
        Role.FOCAL_OFFICER,
        HOME,
        (
            *_all("figures", "figure-sheet", "figure-sheet-edit", "figure-sheet-print", "figures-evaluation"),
            *_all("reports", "report", "report-figures", "report-text", "report-preview", "report-compare"),
            *_all("inspection-self-report"),
        ),
    ),
    "figures of a province": Visit(
        RoundStage.SELF_SCORING,
        Role.PROCEDURE_CONTROLLER,
        HOME,
        (
            *_all("figures", "figures-rollup"),
            Look("figures-rollup", query="year=2026&number=1&view=fields"),
        ),
    ),
    "the service-quality index": Visit(
        RoundStage.SELF_SCORING,
        Role.PROCEDURE_CONTROLLER,
        HOME,
        (
            *_all("service-quality", "service-quality-agency", "service-quality-input"),
            *_all("service-quality-enter", "service-quality-import", "service-quality-portal"),
            Look("service-quality-agency", query="order=set"),
            Look("service-quality", query="kind=QUARTER&year=2024"),
        ),
    ),
    "indicators": Visit(
        RoundStage.SELF_SCORING,
        Role.ROUND_MANAGER,
        HOME,
        (
            *_all("inspections", "inspection-plans", "inspection-coverage", "inspection-plan-new"),
            *_all("inspection-plan", "inspection-new", "inspection-draw", "inspection"),
            *_all("inspection-conclusion", "inspection-print", "inspection-checklist"),
            *_all("plans-control"),
            *_all("indicators", "indicator", "indicator-new", "indicator-version", "indicator-value"),
            *_all("reports", "reports-board", "reports-levels"),
            Look("reports-board", query="line=1.1.1"),
            *_all("indicators-import", "indicator-report"),
        ),
    ),
    "results": Visit(
        RoundStage.PUBLISHED,
        Role.FOCAL_OFFICER,
        HEALTH,
        (
            *_all("results", "round-results", "unit-result"),
            Look("round-results", query="chart=way"),
            *_RESULTS,
        ),
    ),
    "the administrator": Visit(
        RoundStage.SELF_SCORING,
        Role.ADMINISTRATOR,
        OFFICE,
        (
            *_all("brakes", "data-requests", "gateways"),
            *_all("people", "new-person", "person", "organisation", "organisation-change"),
            *_all("organisation-found", "organisations-merge", "organisations-import", "audit"),
            Look("calendars", query="received=13/02/2026&limit=5&unit=working_day"),
            *_all("calendar-draft", "calendar-hours"),
        ),
    ),
    "the auditor": Visit(RoundStage.DECISION, Role.AUDITOR, OFFICE, _all("audit", "results", "unit-result")),
}
LOOKED_AT = frozenset(look.name for visit in VISITS.values() for look in visit.looks) | {
    look.name for look in STRANGER
}
