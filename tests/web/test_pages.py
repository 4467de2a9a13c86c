"""Every page for every role: who gets it, who does not find it, who must log in first."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import connection
from django.test import Client

from openpar.base.accounts.models import Role, User
from openpar.base.documents.actions import add_document
from openpar.parindex.criteria.actions import copy_set
from openpar.parindex.criteria.models import Criterion
from openpar.web.home import sections
from openpar.web.home.sections import Item, Section
from tests import factories
from tests.delivery.dossiers.pages import dossier_things
from tests.delivery.figures.pages import figure_things
from tests.delivery.procedures.pages import procedure_things
from tests.journeys.looks import LOOKED_AT
from tests.parindex import rounds
from tests.parindex.indicators.pages import indicator_things
from tests.reform.findings.pages import finding_things
from tests.reform.inspections.pages import inspection_things
from tests.reform.monitors.pages import register_things
from tests.reform.plans.pages import plan_things
from tests.reports.periodic.pages import report_things
from tests.web.addresses import NAMES, NO_PAGES, Things
from tests.web.conftest import LogIn
from tests.worlds import world

pytestmark = pytest.mark.django_db

EVERYBODY = (None, *Role)
IN_OFFICE = tuple(Role)
UNIT = (Role.FOCAL_OFFICER, Role.DIVISION_OFFICER, Role.AGENCY_HEAD)
COORDINATES = (Role.FOCAL_OFFICER, Role.AGENCY_HEAD)
OVERSEES = (Role.COUNCIL_CHAIR, Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR)
MANAGES = (Role.ROUND_MANAGER,)
APPRAISES = (Role.APPRAISER, *OVERSEES)
SEES_SHEET = (*UNIT, *APPRAISES)
LOOK_AT_PEOPLE = (Role.ADMINISTRATOR, Role.AUDITOR)
KEEP_REGISTER = (Role.ADMINISTRATOR, Role.ROUND_MANAGER)
# Who controls procedures has the documents of the own agency too.
STORE = (*UNIT, *OVERSEES, Role.PROCEDURE_CONTROLLER)
MANAGE_PROCEDURES = (Role.ROUND_MANAGER, Role.PROCEDURE_CONTROLLER)
ALL_FIGURES = (Role.PROCEDURE_CONTROLLER, Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR)
SEES_REGISTERS = (*UNIT, Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR)
SEES_REPORTS = (Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR)
ALL_DOSSIERS = (*ALL_FIGURES, Role.ADMINISTRATOR)
SEES_DOSSIERS = (*UNIT, *ALL_DOSSIERS)
INSPECTS = (Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR)
SEES_FINDINGS = (*SEES_SHEET, Role.PROCEDURE_CONTROLLER)
OVERSEES_PLANS = (Role.ROUND_MANAGER, Role.LEADER, Role.AUDITOR)
SEES_PLANS = (*UNIT, *OVERSEES_PLANS)
# A sheet and its documents belong to Sở Nội vụ, where everybody works but the appraiser, in a round that
# waits for recognition.
PAGES = {
    "home": EVERYBODY,
    "messages": EVERYBODY,
    "password": EVERYBODY,
    "confirm": EVERYBODY,
    "second-factor": EVERYBODY,
    "sessions": EVERYBODY,
    "own-data": EVERYBODY,
    "notification-settings": EVERYBODY,
    "gateways": (Role.ADMINISTRATOR,),
    "organisations": EVERYBODY,
    "organisation": EVERYBODY,
    "organisation-found": KEEP_REGISTER,
    "organisation-change": KEEP_REGISTER,
    "organisations-merge": KEEP_REGISTER,
    "organisations-import": KEEP_REGISTER,
    "calendars": EVERYBODY,
    "calendar-draft": KEEP_REGISTER,
    "calendar-hours": KEEP_REGISTER,
    "people": LOOK_AT_PEOPLE,
    "person": LOOK_AT_PEOPLE,
    "new-person": (Role.ADMINISTRATOR,),
    "brakes": (Role.ADMINISTRATOR,),
    "data-requests": (Role.ADMINISTRATOR,),
    "documents": (*SEES_SHEET, Role.PROCEDURE_CONTROLLER),
    "new-document": (*UNIT, Role.APPRAISER, Role.ROUND_MANAGER),
    "document": STORE,
    "verify-document": STORE,
    "replace-document": STORE,
    "audit": (Role.ROUND_MANAGER, *LOOK_AT_PEOPLE),
    "criteria": EVERYBODY,
    "criteria-set": IN_OFFICE,
    "criteria-compare": IN_OFFICE,
    "criteria-import": MANAGES,
    "criteria-copy": MANAGES,
    "criteria-take-back": MANAGES,
    "criteria-retire": MANAGES,
    "criteria-issue": MANAGES,
    "criteria-edit": MANAGES,
    "criteria-settings": MANAGES,
    "criteria-line": MANAGES,
    "criteria-add": MANAGES,
    "indicators": IN_OFFICE,
    "indicator": IN_OFFICE,
    "indicator-new": MANAGES,
    "indicator-version": MANAGES,
    "indicators-import": MANAGES,
    "indicator-report": (*COORDINATES, *MANAGES),
    # A value of Sở Nội vụ, where everybody works but the appraiser.
    "indicator-value": tuple(role for role in Role if role != Role.APPRAISER),
    "procedures": EVERYBODY,
    "procedure": EVERYBODY,
    "procedures-counts": EVERYBODY,
    "procedures-offers": EVERYBODY,
    "procedures-quality": EVERYBODY,
    "procedures-postings": EVERYBODY,
    "publishing-decisions": EVERYBODY,
    "publishing-decision": EVERYBODY,
    "procedure-reviews": EVERYBODY,
    "procedure-review": EVERYBODY,
    "procedures-import": MANAGE_PROCEDURES,
    "publishing-decision-new": MANAGE_PROCEDURES,
    "publishing-decision-edit": MANAGE_PROCEDURES,
    "publishing-line-new": MANAGE_PROCEDURES,
    "publishing-line": MANAGE_PROCEDURES,
    "procedure-offer": MANAGE_PROCEDURES,
    "procedure-review-plan": MANAGE_PROCEDURES,
    "procedure-review-add": MANAGE_PROCEDURES,
    # The procedure belongs to Sở Nội vụ.
    "publishing-posting": (*UNIT, *MANAGE_PROCEDURES),
    "dossiers-board": SEES_DOSSIERS,
    "dossiers-work": SEES_DOSSIERS,
    "dossiers-agencies": SEES_DOSSIERS,
    "dossiers-procedures": SEES_DOSSIERS,
    "dossiers-provinces": ALL_DOSSIERS,
    "dossiers": SEES_DOSSIERS,
    "dossiers-late": SEES_DOSSIERS,
    "dossiers-quality": SEES_DOSSIERS,
    "dossiers-quality-rule": SEES_DOSSIERS,
    "dossier": SEES_DOSSIERS,
    "dossiers-imports": SEES_DOSSIERS,
    # Brought in by the manager, not by anybody of the unit.
    "dossiers-batch": ALL_DOSSIERS,
    "dossiers-import": (Role.FOCAL_OFFICER, *MANAGE_PROCEDURES, Role.ADMINISTRATOR),
    "dossiers-mappings": (Role.FOCAL_OFFICER, *MANAGE_PROCEDURES, Role.ADMINISTRATOR),
    "figures": (*UNIT, *ALL_FIGURES),
    "figures-rollup": ALL_FIGURES,
    "figures-evaluation": (*UNIT, *ALL_FIGURES),
    "figure-sheet": (*UNIT, *ALL_FIGURES),
    "figure-sheet-print": (*UNIT, *ALL_FIGURES),
    "figure-sheet-edit": UNIT,
    "findings": SEES_FINDINGS,
    "findings-taxonomy": SEES_FINDINGS,
    "findings-conferences": SEES_FINDINGS,
    # A conference of Sở Nội vụ.
    "findings-conference": (*UNIT, *OVERSEES, Role.PROCEDURE_CONTROLLER),
    "finding": SEES_FINDINGS,
    "finding-new": (*UNIT, *MANAGE_PROCEDURES),
    "finding-plan": COORDINATES,
    "finding-report": COORDINATES,
    "finding-extension": COORDINATES,
    "initiatives": SEES_REGISTERS,
    "initiative": SEES_REGISTERS,
    "initiative-evaluations": SEES_REGISTERS,
    "initiative-targets": SEES_REGISTERS,
    "initiative-new": UNIT,
    "initiative-edit": UNIT,
    "monitors": SEES_REGISTERS,
    "monitor": SEES_REGISTERS,
    "monitor-agency": SEES_REGISTERS,
    "monitor-entry": SEES_REGISTERS,
    "monitor-new": UNIT,
    "reports": (*UNIT, *SEES_REPORTS),
    "reports-board": SEES_REPORTS,
    "reports-levels": SEES_REPORTS,
    "report": (*UNIT, *SEES_REPORTS),
    "report-compare": (*UNIT, *SEES_REPORTS),
    "report-preview": (*UNIT, *SEES_REPORTS),
    "report-figures": UNIT,
    "report-text": UNIT,
    "inspections": (*UNIT, *INSPECTS),
    "inspection-plans": (*COORDINATES, *INSPECTS),
    "inspection-coverage": (*COORDINATES, *INSPECTS),
    "inspection-plan-new": (*COORDINATES, *MANAGES),
    # A plan of Sở Nội vụ for the province, and a case of it about other agencies.
    "inspection-plan": INSPECTS,
    "inspection-new": MANAGES,
    "inspection-draw": IN_OFFICE,
    "inspection": INSPECTS,
    "inspection-conclusion": INSPECTS,
    "inspection-print": INSPECTS,
    "inspection-checklist": INSPECTS,
    # Sở Nội vụ is inspected itself: nobody of it sees this from the other side.
    "inspection-self-report": UNIT,
    "service-quality": (*UNIT, *ALL_FIGURES),
    "service-quality-agency": (*UNIT, *ALL_FIGURES),
    "service-quality-input": (*UNIT, *ALL_FIGURES),
    "service-quality-enter": (*UNIT, *MANAGE_PROCEDURES),
    "service-quality-import": (*UNIT, *MANAGE_PROCEDURES),
    "service-quality-portal": MANAGE_PROCEDURES,
    "plans": SEES_PLANS,
    "plan-new": (*COORDINATES, *MANAGES),
    "plans-control": OVERSEES_PLANS,
    # The plan of Sở Nội vụ itself, in force and being replaced.
    "plan": SEES_PLANS,
    "plan-version": SEES_PLANS,
    "plan-day": SEES_PLANS,
    "plan-target": SEES_PLANS,
    "plan-draft": SEES_PLANS,
    "plan-supplement": COORDINATES,
    "plan-import": COORDINATES,
    "plan-take": COORDINATES,
    "plan-typical": COORDINATES,
    "plan-line-new": COORDINATES,
    "plan-line": COORDINATES,
    "plan-target-edit": COORDINATES,
    "plan-issue": (Role.AGENCY_HEAD,),
    "tasks": SEES_PLANS,
    # Not handed down to a division.
    "task": (*COORDINATES, *OVERSEES_PLANS),
    "meetings": SEES_PLANS,
    # Not concluded yet.
    "meeting": (*COORDINATES, *MANAGES),
    "meeting-new": (*COORDINATES, *MANAGES),
    "meeting-edit": (*COORDINATES, *MANAGES),
    "meeting-order": (*COORDINATES, *MANAGES),
    "rounds": EVERYBODY,
    "round": SEES_SHEET,
    "round-new": MANAGES,
    "round-change": MANAGES,
    "round-phases": MANAGES,
    "round-publish": MANAGES,
    "round-setup": OVERSEES,
    "round-appraisers": OVERSEES,
    "round-outside": OVERSEES,
    "round-outside-leaf": MANAGES,
    "round-adjustments": OVERSEES,
    "round-council": OVERSEES,
    "round-corrections": OVERSEES,
    # Not for those who belong to the unit either.
    "correction-new": (Role.APPRAISER,),
    # Not for those who belong to the unit: the manager works in Sở Nội vụ too.
    "round-penalty": (Role.APPRAISER,),
    "assessments": EVERYBODY,
    "assessment": SEES_SHEET,
    "assessment-leaf": SEES_SHEET,
    "assessment-evidence": SEES_SHEET,
    "assessment-store": UNIT,
    "assessment-leaf-history": SEES_SHEET,
    "assessment-submission": SEES_SHEET,
    "assessment-assign": COORDINATES,
    "assessment-lock": (Role.AGENCY_HEAD,),
    "assessment-bonus": SEES_SHEET,
    "assessment-history": SEES_SHEET,
    "assessment-print": SEES_SHEET,
    "sheet-upload": SEES_SHEET,
    "appraisals": EVERYBODY,
    "appraisal-desk": APPRAISES,
    "appraisal-explanations": APPRAISES,
    "appraisal-leaf": APPRAISES,
    "appraisal-unit": APPRAISES,
    "results": EVERYBODY,
    "round-results": OVERSEES,
    "unit-result": OVERSEES,
}
# Answers to those who have not logged in.
OPEN_PAGES = {"login", "seals", "draws", "draw"}


@dataclass(frozen=True)
class Place:
    """A round that waits for recognition, with the address of every page by its name."""

    small: rounds.SmallRound
    addresses: dict[str, str]


@world
def everywhere() -> Place:
    small = rounds.round_in_decision()
    draft = copy_set(
        set_id=small.criteria_set.pk, year=2027, title="Bộ năm sau", by=small.manager, at=rounds.DECISION
    )
    home = small.home_affairs
    document = add_document(
        by=factories.actor_as(Role.FOCAL_OFFICER, home),
        at=rounds.DECISION,
        owner_id=home.pk,
        title="Kế hoạch",
        upload=b"%PDF-1.7\nreport",
        file_name="ke-hoach.pdf",
    )
    things = Things(
        round=small.round.pk,
        sheet=small.sheet(home).pk,
        round_block=small.round_block.pk,
        criteria_set=small.criteria_set.pk,
        draft=draft.pk,
        line=Criterion.objects.get(set=draft, code="1.1.2").pk,
        organisation=home.pk,
        person=factories.person("Lê Văn Tú").pk,
        document=document.pk,
        procedures=procedure_things(small.manager, home),
        indicators=indicator_things(small.manager, home),
        figures=figure_things(home),
        dossiers=dossier_things(small.manager, home),
        findings=finding_things(home, small.justice),
        inspections=inspection_things(small.manager, home),
        reports=report_things(home),
        registers=register_things(home),
        plans=plan_things(home),
    )
    return Place(small, {name: things.address(name) for name in NAMES})


@pytest.fixture
def small(everywhere: Place) -> rounds.SmallRound:
    return everywhere.small


@pytest.fixture
def addresses(everywhere: Place) -> dict[str, str]:
    return everywhere.addresses


@pytest.mark.parametrize("role", EVERYBODY)
def test_a_role_gets_its_pages_and_does_not_find_the_others(
    role: Role | None, small: rounds.SmallRound, addresses: dict[str, str]
) -> None:
    if role == Role.APPRAISER:
        user = User.objects.get(pk=small.outside_appraiser.person_id)
    else:
        user = factories.person_as(role, small.home_affairs) if role else factories.person()
    client = Client()
    client.force_login(user)
    # Who may what is the same on either database: on PostgreSQL each page is drawn once.
    is_each_once = connection.vendor == "postgresql"
    asked = {page: allowed for page, allowed in PAGES.items() if not is_each_once or role == allowed[0]}
    found = {page: client.get(addresses[page]).status_code for page in asked}
    assert found == {page: 200 if role in allowed else 404 for page, allowed in asked.items()}


def test_without_logging_in_every_page_leads_to_the_log_in_page(
    client: Client, addresses: dict[str, str]
) -> None:
    for page in PAGES:
        answer = client.get(addresses[page])
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/login/?next={addresses[page]}")


def test_no_page_is_forgotten(client: Client, addresses: dict[str, str]) -> None:
    """Whatever answers a GET stands in the table above, or says in NO_PAGES why it is no page."""
    known = {*PAGES, *OPEN_PAGES, *NO_PAGES}
    forgotten = {name for name in NAMES - known if client.get(addresses[name]).status_code != 405}
    assert forgotten == set()
    assert known - NAMES == set()


def test_axe_looks_at_every_page() -> None:
    assert LOOKED_AT <= NAMES
    assert {*PAGES, *OPEN_PAGES} - LOOKED_AT == set()


def test_the_top_bar_shows_only_pages_that_exist_and_that_the_role_may_open(logged_in: LogIn) -> None:
    officer = logged_in(Role.FOCAL_OFFICER).get("/").content.decode()
    administrator = logged_in(Role.ADMINISTRATOR).get("/").content.decode()
    assert 'href="/organisations/"' in officer
    assert 'href="/people/"' not in officer
    assert 'href="/people/"' in administrator


def test_the_current_entry_is_marked_once_in_each_menu(logged_in: LogIn) -> None:
    text = logged_in(Role.ADMINISTRATOR).get("/people/new/").content.decode()
    assert text.count('href="/people/" aria-current="page"') == 2
    assert 'href="/" aria-current' not in text


def test_the_person_and_the_organisation_stand_in_the_top_bar(logged_in: LogIn) -> None:
    text = logged_in(Role.APPRAISER).get("/").content.decode()
    assert "Nguyễn Thị Hòa" in text
    assert "Sở Nội vụ" in text


def test_a_page_that_is_not_there_says_what_to_do(logged_in: LogIn) -> None:
    answer = logged_in().get("/khong-co/")
    assert answer.status_code == 404
    assert "Kiểm tra lại đường dẫn" in answer.content.decode()


def test_nothing_to_do_is_said_kindly(logged_in: LogIn) -> None:
    assert "Hiện không có việc nào chờ bạn" in logged_in().get("/").content.decode()


def test_what_waits_for_somebody_is_shown_and_empty_sections_are_not(
    logged_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = Section("Tự chấm điểm", (Item("Chỉ số CCHC năm 2026", "/x/", "44/76", "active", "Đang chấm"),))
    empty = Section("Thẩm định", ())
    monkeypatch.setattr(sections, "PROVIDERS", (lambda actor, at: (waiting, empty),))
    text = logged_in().get("/").content.decode()
    assert "Chỉ số CCHC năm 2026" in text
    assert ">Thẩm định<" not in text
    assert "Hiện không có việc nào" not in text


def test_the_demo_says_that_its_data_are_made_up(client: Client, settings: object) -> None:
    settings.OPENPAR_DEMO = True  # type: ignore[attr-defined]  # pytest-django's settings
    assert "Dữ liệu mẫu." in client.get("/login/").content.decode()
    settings.OPENPAR_DEMO = False  # type: ignore[attr-defined]  # pytest-django's settings
    assert "Dữ liệu mẫu." not in client.get("/login/").content.decode()
